"""Addresses that a supporter follows, and those that never become a link."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.delivery import Receipt
from amplifier.platforms.capabilities import TABLE
from amplifier.sharekit.intents import boost, compose, is_safe

TEXT = "Vote & tell a friend: 100 % #Lab23 + @ours\n\nBefore 17:00 \u2026 \U0001f3f4"


def test_every_network_that_we_know_has_a_composer() -> None:
    assert all(compose(platform, "words") for platform in TABLE)


def test_a_network_without_a_composer_has_no_address() -> None:
    assert compose("elsewhere", "words") is None


@pytest.mark.parametrize(
    ("platform", "start"),
    [("x", "https://x.com/intent/tweet?text="), ("bluesky", "https://bsky.app/intent/compose?text=")],
)
def test_a_composer_is_given_the_text_as_a_query(platform: str, start: str) -> None:
    address = compose(platform, TEXT)
    assert address is not None
    assert address.startswith(start)
    assert parse_qs(urlsplit(address).query) == {"text": [TEXT]}
    assert urlsplit(address).fragment == ""


def test_the_mastodon_hub_is_given_the_text_behind_the_hash_so_that_no_server_of_the_hub_sees_it() -> None:
    address = compose("mastodon", TEXT)
    assert address is not None
    assert address.startswith("https://share.joinmastodon.org/#text=")
    assert unquote(address.split("#text=", 1)[1]) == TEXT


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from(sorted(TABLE)))
def test_any_text_survives_and_leaves_nothing_unencoded(text: str, platform: str) -> None:
    address = compose(platform, text)
    assert address is not None
    value = address.split("text=", 1)[1]
    assert unquote(value) == text
    assert all(letter.isascii() and (letter.isalnum() or letter in "-._~%") for letter in value)


def test_a_space_is_never_a_plus() -> None:
    assert all("a%20b%2Bc" in str(compose(platform, "a b+c")) for platform in TABLE)


def test_our_post_on_x_is_reposted_by_its_number() -> None:
    receipt = Receipt("1710000000000000001", "https://x.com/ours/status/1710000000000000001")
    assert boost("x", receipt, pretend=False) == "https://x.com/intent/retweet?tweet_id=1710000000000000001"


@pytest.mark.parametrize("number", ["", "12&text=buy", "\u0661\u0662", "at://did/x"])
def test_an_id_that_is_no_number_does_not_reach_x(number: str) -> None:
    assert boost("x", Receipt(number, "https://x.com/ours/status/1"), pretend=False) is None


@pytest.mark.parametrize("platform", ["bluesky", "mastodon"])
def test_elsewhere_the_post_itself_opens(platform: str) -> None:
    assert boost(platform, Receipt("7", "https://there.example/7"), pretend=False) == "https://there.example/7"


def test_a_pretend_post_opens_on_this_computer_and_its_number_never_goes_to_the_real_x() -> None:
    receipt = Receipt("1710000000000000001", "http://127.0.0.1:8900/ours/status/1710000000000000001")
    assert boost("x", receipt, pretend=True) == receipt.url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,hello",
        "http://there.example/7",
        "//there.example/7",
        "https://",
        "https://us@there.example/7",
        "https://us:pass@there.example/7",
        "https://there.example:99999/7",
        "https://[there/7",
        "https://there.example/7\n",
        "https://there.example/a b",
        "",
    ],
)
def test_an_address_that_is_not_plain_https_becomes_no_link(url: str) -> None:
    assert not is_safe(url, pretend=False)
    assert boost("mastodon", Receipt("7", url), pretend=False) is None


@pytest.mark.parametrize("url", ["https://social.example/@ours/7", "javascript://127.0.0.1/%0aalert(1)"])
def test_a_rehearsal_links_to_this_computer_only(url: str) -> None:
    assert boost("mastodon", Receipt("7", url), pretend=True) is None
