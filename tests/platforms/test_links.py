from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from amplifier.campaign.delivery import Receipt
from amplifier.platforms.links import EPOCH_MS, Whose, instant_in_id, receipt_from_link

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
X = Whose("x", "labfreemvmt", "https://x.com", "1234")
BLUESKY = Whose("bluesky", "labfreemvmt.example", "https://bsky.app", DID)
MASTODON = Whose("mastodon", "labfreemvmt", "https://social.example", "109")
PRETEND = Whose("x", "labfreemvmt", "http://127.0.0.1:8900")
NORTH = Whose("mastodon", "labfreemvmt@other.example", "http://127.0.0.1:8900")  # in a rehearsal
AT = datetime(2023, 10, 10, 12, 0, tzinfo=UTC)
ID = str((int(AT.timestamp() * 1000) - EPOCH_MS) << 22)
RKEY = "3kabc2defgh2j"
ON_X = Receipt(ID, f"https://x.com/labfreemvmt/status/{ID}")
# By DID: an address by handle would lead nowhere once that is changed.
ON_BLUESKY = Receipt(f"at://{DID}/app.bsky.feed.post/{RKEY}", f"https://bsky.app/profile/{DID}/post/{RKEY}")
ON_MASTODON = Receipt("111222333444555666", "https://social.example/@labfreemvmt/111222333444555666")


@pytest.mark.parametrize(
    ("link", "whose", "receipt"),
    [
        (f"https://x.com/labfreemvmt/status/{ID}", X, ON_X),
        (f"  https://x.com/LabFreeMvmt/status/{ID}?s=20&t=a%2Fb \n", X, ON_X),
        (f"https://twitter.com/labfreemvmt/statuses/{ID}/", X, ON_X),
        (f"https://mobile.twitter.com/labfreemvmt/status/{ID}#m", X, ON_X),
        (f"http://www.x.com/labfreemvmt/status/{ID}/photo/1", X, ON_X),
        (f"x.com/labfreemvmt/status/{ID}", X, ON_X),
        (f"https://bsky.app/profile/labfreemvmt.example/post/{RKEY}", BLUESKY, ON_BLUESKY),
        (f"https://bsky.app/profile/{DID}/post/{RKEY}?ref=1", BLUESKY, ON_BLUESKY),
        ("https://social.example/@labfreemvmt/111222333444555666", MASTODON, ON_MASTODON),
        ("https://social.example/@labfreemvmt@social.example/111222333444555666", MASTODON, ON_MASTODON),
        ("https://social.example/deck/@LabFreeMvmt/111222333444555666", MASTODON, ON_MASTODON),
        (f"{NORTH.web}/@LabFreeMvmt@Other.example/11", NORTH, Receipt("11", f"{NORTH.web}/@{NORTH.handle}/11")),
        ("https://social.example/users/labfreemvmt/statuses/111222333444555666", MASTODON, ON_MASTODON),
        (
            "https://social.example/@labfreemvmt/01HCK3ZQ4V8W9T5N6M7P0R2S1X",
            MASTODON,
            Receipt("01HCK3ZQ4V8W9T5N6M7P0R2S1X", "https://social.example/@labfreemvmt/01HCK3ZQ4V8W9T5N6M7P0R2S1X"),
        ),
        (
            f"http://127.0.0.1:8900/labfreemvmt/status/{ID}",
            PRETEND,
            Receipt(ID, f"http://127.0.0.1:8900/labfreemvmt/status/{ID}"),
        ),
    ],
)
def test_a_link_to_our_own_post_becomes_its_receipt(link: str, whose: Whose, receipt: Receipt) -> None:
    assert receipt_from_link(link, whose) == receipt


@pytest.mark.parametrize(
    ("link", "whose", "sentence"),
    [
        (f"https://x.com/somebody_else/status/{ID}", X, "This is a post of @somebody_else, and the account is @labfr"),
        (f"https://x.com/i/status/{ID}", X, "This link does not say whose post it is."),
        (f"https://x.com/i/web/status/{ID}", X, "This link does not say whose post it is."),
        ("https://x.com/labfreemvmt", X, "This is no post. A post's link looks like https://x.com/labfreemvmt/status/"),
        ("https://x.com/labfreemvmt/status/9223372036854775808", X, "No post on X has a number as high as this."),
        (f"https://bsky.app/profile/labfreemvmt.example/post/{RKEY}", X, "This is no link to a post on x.com."),
        (f"https://x.com/labfreemvmt/status/{ID}", BLUESKY, "This is no link to a post on bsky.app."),
        (f"https://bsky.app/profile/bell.example/post/{RKEY}", BLUESKY, "This is a post of @bell.example, and the"),
        ("https://bsky.app/profile/labfreemvmt.example", BLUESKY, "This is no post."),
        (
            f"https://bsky.app/profile/labfreemvmt.example/post/{RKEY}",
            Whose("bluesky", "labfreemvmt.example", "https://bsky.app"),
            "Bluesky has not told us yet which account is ours.",
        ),
        ("https://social.example/@bell/111222333444555666", MASTODON, "This is a post of @bell, and the account is @"),
        (
            "https://social.example/@labfreemvmt@other.example/111222333444555666",
            MASTODON,
            "This is a post of @labfreemvmt@other.example, and the account is @labfreemvmt.",
        ),
        ("https://other.example/@labfreemvmt/111", MASTODON, "This is no link to a post on social.example. Open the"),
        ("https://social.example/@labfreemvmt", MASTODON, "This is no post."),
    ],
)
def test_a_link_to_anything_else_is_answered_with_the_reason(link: str, whose: Whose, sentence: str) -> None:
    told = receipt_from_link(link, whose)
    assert isinstance(told, str)
    assert told.startswith(sentence)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "   ",
        "yes, it is there",
        "javascript:alert(1)",
        f"https://x.com@evil.example/labfreemvmt/status/{ID}",
        f"https://labfreemvmt:x@x.com/labfreemvmt/status/{ID}",
        f"https://evil.example/x.com/labfreemvmt/status/{ID}",
        f"https://evil.example?https://x.com/labfreemvmt/status/{ID}",
        f"https://x.com.evil.example/labfreemvmt/status/{ID}",
        f"https://evilx.com/labfreemvmt/status/{ID}",
        f"https://x.com:8443/labfreemvmt/status/{ID}",
        f"https://x.com:99999999/labfreemvmt/status/{ID}",
        f"https://[::1/labfreemvmt/status/{ID}",
        f"ftp://x.com/labfreemvmt/status/{ID}",
        f"https://x.com/labfreemvmt%2Fstatus%2F{ID}",
        f"https://x.com/labfreemvmt/../bell/status/{ID}",
        f"https://x.com\\labfreemvmt\\status\\{ID}",
        f"https://x.com/labfreemvmt/status/{ID}\nhttps://x.com/labfreemvmt/status/1",
        f"https://x.com/labfreemvmt/status/{ID[:9]}\n{ID[9:]}",
        f"https://x.com/labfreemvmt/status/{ID[:9]}\t{ID[9:]}",
        f"https://x.com/labfreemvmt/status/{ID}\x00",
        f"https://x.com/labfreemvmt/status/0{ID}",
        "https://x.com/labfreemvmt/status/-1",
        "https://x.com/labfreemvmt/status/0",
        "https://x.com/labfreemvmt/status/١٢٣",
        "https://x.com/labfreemvmt/status/" + "1" * 20,
        "https://х.com/labfreemvmt/status/123",  # noqa: RUF001  the x is Cyrillic
        "https://x.com/labfreemvmt/status/" + "1" * 100_000,
        f"https://x.com/labfreemvmt/status/{ID}/likes",
        f"<https://x.com/labfreemvmt/status/{ID}>",
    ],
)
def test_what_only_looks_like_a_link_gives_no_receipt(link: str) -> None:
    for whose in (X, BLUESKY, MASTODON):
        assert isinstance(receipt_from_link(link, whose), str)


def test_a_rehearsals_link_must_be_the_sandboxs_own() -> None:
    assert isinstance(receipt_from_link(f"https://x.com/labfreemvmt/status/{ID}", PRETEND), str)
    assert isinstance(receipt_from_link(f"http://127.0.0.1:8901/labfreemvmt/status/{ID}", PRETEND), str)
    assert isinstance(receipt_from_link(f"http://127.0.0.1:8900/labfreemvmt/status/{ID}", X), str)


def test_without_encryption_only_where_the_pages_have_none() -> None:
    assert isinstance(receipt_from_link("http://social.example/@labfreemvmt/111", MASTODON), str)


def test_an_older_post_on_x_is_refused_by_the_time_in_its_id() -> None:
    link = f"https://x.com/labfreemvmt/status/{ID}"
    assert instant_in_id(ID) == AT
    assert receipt_from_link(link, X, after=AT) == ON_X
    told = receipt_from_link(link, X, after=AT + timedelta(seconds=1))
    assert told == (
        "This post is from 10 October 2023 12:00 UTC, which is before its time. Paste the link of the new one."
    )


@given(some.text())
@example("https://x.com//status/1")
@example("//x.com/labfreemvmt/status/1")
def test_nothing_that_is_typed_breaks_it_or_leaves_our_pages(text: str) -> None:
    for whose in (X, BLUESKY, MASTODON, PRETEND):
        told = receipt_from_link(text, whose, after=AT)
        assert isinstance(told, str) or told.url.startswith(f"{whose.web}/")


@given(some.text(alphabet="/@:.?#xXibsky0123456789labfreemvmtcomstatus[]%\\ "))
def test_nothing_made_of_a_links_own_letters_breaks_it(text: str) -> None:
    for whose in (X, BLUESKY, MASTODON):
        receipt_from_link(f"{whose.web}/{text}", whose)
        receipt_from_link(f"https:{text}", whose)


@pytest.mark.parametrize("path", ["/@labfreemvmt/11", "/@labfreemvmt@third.example/11"])
def test_in_a_rehearsal_the_same_name_on_another_server_is_somebody_else(path: str) -> None:
    refused = receipt_from_link(NORTH.web + path, NORTH)
    assert isinstance(refused, str)
    assert "the account is @labfreemvmt@other.example" in refused


def test_a_rehearsals_pages_have_both_names_of_this_computer_and_no_other() -> None:
    whose = Whose("x", "labfreemvmt", "http://127.0.0.1:8900")
    for host in ("127.0.0.1:8900", "localhost:8900"):
        found = receipt_from_link(f"http://{host}/labfreemvmt/status/12", whose)
        assert isinstance(found, Receipt)
        assert found.url == "http://127.0.0.1:8900/labfreemvmt/status/12"
    for host in ("localhost:8901", "localhost", "localhost.example:8900"):
        assert isinstance(receipt_from_link(f"http://{host}/labfreemvmt/status/12", whose), str)
