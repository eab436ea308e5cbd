from __future__ import annotations

from dataclasses import replace

import pytest

from amplifier.sandbox.nouns import Network, PretendAccount, PretendPost, from_iso, iso


def post(network: Network, handle: str, remote_id: str) -> PretendPost:
    author = PretendAccount(1, network, handle, handle, "1", 0)
    return PretendPost(network, 1, remote_id, remote_id, author, ours=True, text="", at_ms=0)


@pytest.mark.parametrize(
    ("network", "handle", "remote_id", "page", "home"),
    [
        (Network.X, "a", "12", "/a/status/12", "/a"),
        (
            Network.BLUESKY,
            "a.example",
            "at://did:plc:x/app.bsky.feed.post/3k",
            "/profile/a.example/post/3k",
            "/profile/a.example",
        ),
        (Network.MASTODON, "a", "12", "/@a/12", "/@a"),
    ],
)
def test_pages_stand_where_the_network_has_them(
    network: Network, handle: str, remote_id: str, page: str, home: str
) -> None:
    found = post(network, handle, remote_id)
    assert (found.page, found.author.page) == (page, home)


def test_instants_are_written_and_read_to_the_millisecond() -> None:
    assert iso(1_696_858_800_007) == "2023-10-09T13:40:00.007Z"
    assert from_iso("2023-10-09T13:40:00.007Z") == 1_696_858_800_007
    assert from_iso("2023-10-09T14:40:00.007+01:00") == 1_696_858_800_007
    for text in ("", "yesterday", "2023-10-09T13:40:00"):
        with pytest.raises(ValueError, match=r"."):
            from_iso(text)


def test_a_post_s_versions_end_with_what_it_says_now() -> None:
    first = post(Network.X, "a", "12")
    assert [(version.text, version.at_ms) for version in first.versions] == [("", 0)]
    edited = replace(first, text="now", before=first.versions, edited_ms=7)
    assert [(version.text, version.at_ms) for version in edited.versions] == [("", 0), ("now", 7)]
