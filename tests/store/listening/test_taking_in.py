"""A mention is logged once, shows what its post shows, and stops nobody else where it fits no column."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amplifier.campaign.mention import Aside, Logged, Mention, MentionKind, Status, Visibility
from amplifier.errors import UsageError
from amplifier.store.listening import mentions, quarantine, sources
from amplifier.store.listening.mentions import Filter, follow_up, take_in
from tests.store.filled import NOW, after, also, mention
from tests.store.listening.test_mentions import logged

pytestmark = pytest.mark.usefixtures("opened")


BAD = {
    "a zero in an id": {"canonical_id": "a\x00"},
    "half a character": {"text": "a\ud83d"},
    "half a character in an id": {"canonical_id": "a\ud83d"},
    "an id without end": {"author_id": "i" * 301},
    "a handle without end": {"author_handle": "h" * 301},
    "no time": {"posted_at": None},
    "a number beyond all": {"about": 2**70},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=list(BAD))
def test_a_mention_that_the_database_does_not_take_is_set_aside_alone(bad: dict[str, object]) -> None:
    odd = replace(mention("odd"), raw=b'{"id":"odd"}', **bad)  # type: ignore[arg-type]
    new = take_in("s", [mention("a"), odd, mention("b")], cursor="c", now=NOW, reader="v1")
    aside = quarantine.set_aside()

    assert {"a", "b"} <= set(logged())
    assert new + len(aside) == 3  # SQLite takes some of them
    assert sources.cursor_of("s") == "c"
    assert [(one.source, one.aside.raw) for one in aside] == [("s", b'{"id":"odd"}')] * len(aside)


def test_a_mention_to_an_account_that_is_not_known_yet_waits_in_the_network_with_all_others() -> None:
    with pytest.raises(UsageError, match="does not know it yet"):
        take_in("s", [mention("a"), replace(mention("b"), account="nobody")], cursor="c", now=NOW)
    assert (logged(), sources.cursor_of("s"), quarantine.set_aside()) == ([], "", ())


def test_who_may_see_a_mention_is_told_by_any_account_of_ours_and_is_no_edit() -> None:
    also("x-two", "x", "labtwo")
    take_in("s", [edited("a", "Words", visibility=Visibility.PUBLIC)], cursor="c", now=NOW)
    other = edited("a", "Words elsewhere", account="x-two", visibility=Visibility.PRIVATE)
    take_in("t", [other], cursor="c", now=after(60))
    assert (only().mention.text, only().mention.visibility, only().edited_at) == ("Words", Visibility.PRIVATE, None)
    take_in("s", [edited("a", "Words", visibility=Visibility.UNKNOWN)], cursor="d", now=after(90))
    assert only().mention.visibility is Visibility.PRIVATE


def test_whoever_was_slower_than_another_leaves_an_edit_to_be_dealt_with() -> None:
    take_in("s", [edited("a", "Old words")], cursor="c", now=NOW)
    follow_up(only().id, status=Status.DONE, note="", actor="cli:ola", now=after(1), seen=0)
    take_in("s", [edited("a", "New words")], cursor="d", now=after(60))
    follow_up(only().id, status=Status.IGNORED, note="Spam", actor="cli:kim", now=after(90), seen=0)
    assert (only().status, only().edited_since) == (Status.DONE, True)
    follow_up(only().id, status=Status.IGNORED, note="", actor="cli:kim", now=after(95), seen=2)
    assert (only().status, only().edited_since) == (Status.IGNORED, False)


def test_what_listening_set_aside_is_kept_with_the_cursor_behind_it() -> None:
    take_in("s", [mention("a")], cursor="c", now=NOW, aside=[Aside("7", b"{}", "It has no id.")], reader="v1")
    assert [(pile.source, pile.number) for pile in quarantine.piles()] == [("s", 1)]


def test_what_was_set_aside_becomes_a_mention_once_it_is_understood() -> None:
    aside = [Aside(name, name.encode(), "It has no id.") for name in "abcd"]
    take_in("s", [], cursor="c1", now=NOW, aside=aside, reader="v1")
    numbers = [one.id for one in quarantine.to_read_again("s", reader="v2")]
    odd = replace(mention("d"), posted_at=None, raw=b"d")  # type: ignore[arg-type]
    found = dict(zip(numbers, (mention("a"), None, Aside("", b"c", "Still none."), odd), strict=True))

    assert mentions.take_in_again("s", found, reader="v2", now=after(60)) == 1
    assert logged() == ["a"]
    assert sources.cursor_of("s") == "c1"
    left = {one.aside.raw: one.aside.reason for one in quarantine.set_aside()}
    assert left.keys() == {b"c", b"d"}
    assert left[b"c"] == "Still none."
    assert quarantine.to_read_again("s", reader="v2") == ()


def edited(name: str, text: str, **more: object) -> Mention:
    return replace(mention(name), text=text, fingerprint=text, **more)  # type: ignore[arg-type]


def only() -> Logged:
    (one,) = mentions.mentions(Filter())
    return one


def test_what_a_post_shows_anew_takes_the_place_of_its_old_words() -> None:
    take_in("s", [edited("a", "Old words")], cursor="c", now=NOW)
    newer = edited(
        "a", "New words", author_name="Bellringer", url="https://x.com/bell/status/9", kind=MentionKind.QUOTE
    )
    assert take_in("s", [newer], cursor="d", now=after(60)) == 0

    assert only().mention == newer
    assert (only().seen_at, only().edited_at, only().edited_since) == (NOW, after(60), False)
    assert only().status is Status.NEW


def test_an_edit_of_what_somebody_has_dealt_with_is_marked_and_opens_nothing() -> None:
    take_in("s", [edited("a", "Old words")], cursor="c", now=NOW)
    follow_up(only().id, status=Status.DONE, note="thanked", actor="cli:ola", now=after(1))
    take_in("s", [edited("a", "New words")], cursor="d", now=after(60))

    assert (only().status, only().edited_since, [note.note for note in only().notes]) == (
        Status.DONE,
        True,
        ["thanked"],
    )
    assert mentions.edited_since() == 1
    assert logged(Filter(edited_since=True)) == ["a"]

    follow_up(only().id, status=Status.DONE, note="", actor="cli:ola", now=after(90))
    assert (only().edited_since, only().edited_at, mentions.edited_since()) == (False, after(60), 0)


def test_words_that_we_clean_otherwise_than_before_were_not_edited() -> None:
    take_in("s", [replace(edited("a", "Old  words"), fingerprint="f")], cursor="c", now=NOW)
    take_in("s", [replace(edited("a", "Old words"), fingerprint="f")], cursor="d", now=after(60))
    assert (only().mention.text, only().edited_at) == ("Old words", None)


def test_a_row_of_an_older_version_is_not_taken_for_edited() -> None:
    take_in("s", [mention("a", text="Old words")], cursor="c", now=NOW)
    take_in("s", [edited("a", "New words")], cursor="d", now=after(60))
    assert (only().mention.text, only().edited_at) == ("New words", None)
    take_in("s", [edited("a", "Newest words")], cursor="e", now=after(90))
    assert only().edited_at == after(90)


def test_another_account_of_ours_on_another_server_rewords_nothing() -> None:
    also("x-two", "x", "labtwo")
    take_in("s", [edited("a", "Words")], cursor="c", now=NOW)
    take_in("t", [edited("a", "Words as another server shows them", account="x-two")], cursor="c", now=after(60))
    assert only().mention.text == "Words"


def test_a_tag_does_not_take_the_place_of_what_a_mention_is() -> None:
    take_in("s", [edited("a", "Words", kind=MentionKind.TAG)], cursor="c", now=NOW)
    take_in("t", [edited("a", "Words", kind=MentionKind.REPLY, about=7)], cursor="c", now=NOW)
    assert (only().mention.kind, only().mention.about) == (MentionKind.REPLY, 7)
    take_in("s", [edited("a", "Words", kind=MentionKind.TAG)], cursor="d", now=NOW)
    assert (only().mention.kind, only().mention.about) == (MentionKind.REPLY, 7)


@pytest.mark.parametrize("year", [1, 1970, 2022])
def test_a_mention_that_turns_up_late_stands_where_it_came_whatever_its_author_s_clock_says(year: int) -> None:
    take_in("s", [mention("a"), mention("b", posted_at=after(30))], cursor="c", now=after(60))
    late = [mention(name, posted_at=datetime(year, 1, 1, tzinfo=UTC)) for name in ("late1", "late2")]
    take_in("s", [*late, mention("c", posted_at=after(90))], cursor="d", now=after(120))
    take_in("s", [mention("d", posted_at=after(150))], cursor="e", now=after(180))

    assert logged() == ["d", "late2", "late1", "c", "b", "a"]
    seen = {one.mention.canonical_id: (one.mention.posted_at.year, one.seen_at) for one in mentions.mentions(Filter())}
    assert seen["late1"] == (year, after(120))
    first = mentions.mentions(Filter(), limit=2)
    assert [one.mention.canonical_id for one in mentions.mentions(Filter(), older_than=first[-1].id)] == [
        *("late1", "c", "b", "a")
    ]


def test_after_a_break_what_was_said_meanwhile_stands_where_it_was_said() -> None:
    take_in("s", [mention("a")], cursor="c", now=NOW)
    hours = [mention(str(hour), posted_at=after(hour * 3600)) for hour in (5, 2, 9)]
    take_in("t", [mention("x", posted_at=after(4 * 3600))], cursor="c", now=after(40_000))
    take_in("s", hours, cursor="d", now=after(40_000))
    assert logged() == ["9", "5", "x", "2", "a"]


def test_what_only_later_looks_bring_after_a_break_stands_where_it_was_said_too() -> None:
    take_in("s", [mention("a")], cursor="c", now=NOW)
    take_in("s", [mention("d", posted_at=after(9000))], cursor="d", now=after(10_000), is_unfinished=True)
    take_in("s", [mention("c", posted_at=after(5000))], cursor="e", now=after(10_020), is_unfinished=True)
    take_in("s", [mention("b", posted_at=after(1000))], cursor="f", now=after(10_040))
    assert logged() == ["d", "c", "b", "a"]
    take_in("s", [mention("late", posted_at=after(2000))], cursor="g", now=after(10_060))
    assert logged() == ["late", "d", "c", "b", "a"]


def aside(install: str = "n1", words: str = "Old words") -> Aside:
    return Aside(install, words.encode(), "Not understood.")


def again(words: str, at: int) -> int:
    """The version that comes next reads all that is set aside: it is one post, with these words."""
    kept = quarantine.to_read_again("s", reader="v2")
    found = {one.id: edited("a", words) for one in kept}
    return mentions.take_in_again("s", found, reader="v2", now=after(at)) if found else 0


def test_what_was_set_aside_of_a_post_that_is_understood_now_is_over() -> None:
    take_in("s", [], cursor="c", now=NOW, aside=[aside()], reader="v1")
    take_in("t", [], cursor="c", now=NOW, aside=[aside()], reader="v1")
    take_in("s", [replace(edited("a", "New words"), place="n1")], cursor="d", now=after(60), reader="v1")

    assert [one.source for one in quarantine.set_aside()] == ["t"]


@pytest.mark.parametrize("place", ["n1", "a"])
def test_words_of_the_quarantine_never_replace_newer_ones(place: str) -> None:
    take_in("s", [], cursor="c", now=NOW, aside=[aside("elsewhere")], reader="v1")
    take_in("s", [replace(edited("a", "New words"), place=place)], cursor="d", now=after(60), reader="v1")

    assert again("Old words", 120) == 0
    assert (only().mention.text, only().edited_at, quarantine.set_aside()) == ("New words", None, ())


def test_an_edit_that_was_seen_since_is_newer_too() -> None:
    take_in("s", [edited("a", "First words")], cursor="c", now=NOW, reader="v1")
    take_in("s", [], cursor="d", now=after(60), aside=[aside("elsewhere")], reader="v1")
    take_in("s", [edited("a", "Third words")], cursor="e", now=after(90), reader="v1")

    assert again("Second words", 120) == 0
    assert only().mention.text == "Third words"


def test_an_edit_that_could_not_be_understood_is_shown_once_it_can() -> None:
    take_in("s", [edited("a", "First words")], cursor="c", now=NOW, reader="v1")
    take_in("s", [], cursor="d", now=after(60), aside=[aside()], reader="v1")

    assert again("Second words", 120) == 0
    assert (only().mention.text, only().edited_at) == ("Second words", after(120))


def test_a_batch_looks_up_its_account_once() -> None:
    def queries(count: int) -> int:
        batch = [mention(f"{count} {number}") for number in range(count)]
        with CaptureQueriesContext(connection) as made:
            take_in("s", batch, cursor=str(count), now=NOW)
        return sum('FROM "accounts"' in query["sql"] for query in made.captured_queries)

    assert queries(20) == queries(1)
