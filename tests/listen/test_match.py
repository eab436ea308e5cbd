"""Which mentions are theirs, and which post of ours each is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amplifier.campaign.mention import Attached, Medium, Mention, MentionKind, RawMention, Visibility
from amplifier.listen.match import LONGEST_ID, NOBODY, Ours, match, references

RAW = RawMention(
    canonical_id="https://social.example/1",
    kind=MentionKind.REPLY,
    author_id="77",
    author_handle="bell@social.example",
    author_name="Bell \u202eRinger",
    text="<p>Good &amp; fair</p>",
    markup=True,
    url="https://social.example/@bell/1",
    posted_at=datetime(2023, 10, 10, 12, tzinfo=UTC),
    in_reply_to="12",
    quotes="13",
)


def one(raw: RawMention, **posts: int) -> Mention:
    ours = {name.removeprefix("p"): number for name, number in posts.items()}
    (found,) = match([raw], network="mastodon", account="mastodon", our_ids={"1"}, our_posts=ours)
    return found


def test_a_mention_is_cleaned_and_kept_with_where_it_came_from() -> None:
    assert one(RAW) == Mention(
        network="mastodon",
        account="mastodon",
        canonical_id="https://social.example/1",
        kind=MentionKind.REPLY,
        author_id="77",
        author_handle="bell@social.example",
        author_name="Bell Ringer",
        text="Good & fair",
        url="https://social.example/@bell/1",
        posted_at=RAW.posted_at,
    )


@pytest.mark.parametrize(
    ("posts", "about"), [({}, 0), ({"p12": 5}, 5), ({"p13": 6}, 6), ({"p12": 5, "p13": 6}, 5), ({"p14": 7}, 0)]
)
def test_a_mention_is_about_the_post_that_it_answers_or_else_quotes(posts: dict[str, int], about: int) -> None:
    assert one(RAW, **posts).about == about


def test_a_mention_that_answers_nothing_is_about_nothing() -> None:
    raw = replace(RAW, in_reply_to="", quotes="")
    assert one(raw, p12=5).about == 0


def test_what_our_own_accounts_say_is_no_mention() -> None:
    own = replace(RAW, author_id="1")
    assert match([own], network="mastodon", account="mastodon", our_ids={"1"}, our_posts={}) == ()


def test_somebody_with_our_name_is_not_us() -> None:
    assert one(replace(RAW, author_id="11", author_handle="labfreemvmt")).author_id == "11"


@pytest.mark.parametrize("field", ["canonical_id", "author_id"])
def test_an_id_with_signs_that_no_database_takes_is_still_one_of_a_kind(field: str) -> None:
    odd = [
        getattr(one(replace(RAW, **{field: f"https://social.example/{sign}1"})), field) for sign in ("\x00", "\ud800")
    ]
    plain_one = getattr(one(replace(RAW, **{field: "https://social.example/1"})), field)
    assert len({*odd, plain_one}) == 3
    assert all(name.isprintable() and name.startswith("https://social.example/1#") for name in odd)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "ftp://x.example", "", "https://x.example/\x00"]
)
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    assert one(replace(RAW, url=url)).url == ""


@pytest.mark.parametrize("field", ["canonical_id", "author_id"])
def test_an_id_that_is_too_long_for_the_log_is_shortened_and_stays_one_of_a_kind(field: str) -> None:
    longs = [replace(RAW, **{field: "https://social.example/" + "a" * 500 + end}) for end in ("1", "2")]
    first, second = (getattr(one(long), field) for long in longs)
    assert first != second
    assert first == getattr(one(longs[0]), field)
    assert len(first) == LONGEST_ID
    longest = "a" * LONGEST_ID
    assert getattr(one(replace(RAW, **{field: longest})), field) == longest


def test_the_posts_to_look_up_are_those_that_were_answered_or_quoted() -> None:
    assert references([RAW, replace(RAW, in_reply_to="", quotes="")]) == {"12", "13"}


@pytest.mark.parametrize(
    ("author", "is_ours"),
    [
        ("labfreemvmt@social.example", True),  # our account on another server, whose id here is another than there
        ("LabFreeMvmt@Social.example", True),
        ("labfreemvmt", True),  # the account that was asked
        ("labfreemvmt@meadow.example", False),
        ("labfree", False),
    ],
)
def test_our_account_on_another_server_is_known_by_its_handle(author: str, is_ours: bool) -> None:  # noqa: FBT001
    ours = Ours(frozenset({"labfreemvmt@social.example", "labfreemvmt@other.example"}), "other.example")
    raw = replace(RAW, author_handle=author)
    found = match([raw], network="mastodon", account="north", our_ids={"1"}, our_posts={}, ours=ours)
    assert (found == ()) is is_ours


def test_where_ids_are_enough_a_handle_makes_nobody_ours() -> None:
    assert not NOBODY.wrote("")
    assert not NOBODY.wrote("labfreemvmt")


@pytest.mark.parametrize("shown_to", list(Visibility))
def test_who_may_see_it_is_kept(shown_to: Visibility) -> None:
    assert one(replace(RAW, visibility=shown_to)).visibility is shown_to


def test_what_an_adapter_does_not_say_counts_as_private() -> None:
    assert one(RAW).visibility.is_private


@pytest.mark.parametrize("nothing", ["", "\u200b\u2060", "\u3164"])
def test_who_has_no_name_that_shows_is_called_by_handle_and_without_that_by_the_network_s_id(nothing: str) -> None:
    assert one(replace(RAW, author_name=nothing)).author_name == ""
    nameless = one(replace(RAW, author_handle=nothing))
    assert (nameless.author_handle, nameless.at_handle) == ("77", "77")
    assert one(RAW).at_handle == "@bell@social.example"


def test_what_stands_beside_the_words_is_kept_in_words() -> None:
    raw = replace(RAW, attached=(Attached(Medium.PICTURE, "A full hall"),))
    assert one(raw).text == "Good & fair\n(a picture: A full hall)"
    assert one(replace(RAW, text="")).text == "(no words)"
