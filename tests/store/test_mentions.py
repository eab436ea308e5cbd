"""The log of mentions: taken in once with the cursor or not at all, followed up in steps that stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError

from amplifier.campaign.mention import Aside, Kind, Logged, Mention, Note, Status
from amplifier.store import mentions, quarantine, sources
from amplifier.store.heard import SourceRow
from amplifier.store.mentions import Filter, follow_up, take_in
from amplifier.store.models import MentionRow
from tests.store.filled import NOW, after, at_once, mention

pytestmark = pytest.mark.usefixtures("opened")


def logged(chosen: Filter | None = None) -> list[str]:
    return [one.mention.canonical_id for one in mentions.mentions(chosen or Filter())]


def test_mentions_and_the_cursor_behind_them_are_taken_in_together() -> None:
    first, second = mention("a", posted_at=after(-2)), replace(mention("b"), about=7)
    assert take_in("x:mentions", [first, second], cursor="c1", now=NOW) == 2
    assert [one.mention for one in mentions.mentions(Filter())] == [second, first]
    assert {one.status for one in mentions.mentions(Filter())} == {Status.NEW}
    assert sources.source_states()["x:mentions"] == sources.SourceState("x:mentions", "c1", NOW, "")


def test_a_break_in_the_middle_leaves_neither_mentions_nor_a_new_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    take_in("x:mentions", [mention("a")], cursor="c1", now=NOW)
    number_of = mentions._free_id
    calls = iter([None, RuntimeError("killed")])

    def breaking(one: Mention, now: datetime) -> int:
        if error := next(calls):
            raise error
        return number_of(one, now)

    monkeypatch.setattr(mentions, "_free_id", breaking)
    with pytest.raises(RuntimeError):
        take_in("x:mentions", [mention("b"), mention("c")], cursor="c2", now=NOW)
    assert (logged(), sources.cursor_of("x:mentions")) == (["a"], "c1")


def test_a_break_while_the_cursor_advances_leaves_no_mention(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(sources, "advance", broken)
    with pytest.raises(RuntimeError):
        take_in("x:mentions", [mention("a")], cursor="c1", now=NOW)
    assert logged() == []


def test_the_same_post_met_again_is_the_same_mention() -> None:
    take_in("x:mentions", [mention("a")], cursor="c1", now=NOW)
    number = mentions.mentions(Filter())[0].id
    follow_up(number, status=Status.DONE, note="", actor="cli:ola", now=NOW)
    assert take_in("x:mentions", [mention("a"), mention("a")], cursor="c2", now=after(9)) == 0
    (kept,) = mentions.mentions(Filter())
    assert (kept.id, kept.status, kept.seen_at) == (number, Status.DONE, NOW)


def test_a_post_met_through_two_sources_is_one_mention() -> None:
    assert take_in("x:mentions", [mention("a")], cursor="c1", now=NOW) == 1
    assert take_in("x:#OurTag", [replace(mention("a"), kind=Kind.TAG)], cursor="t1", now=NOW) == 0
    assert mentions.mentions(Filter())[0].mention.kind is Kind.REPLY
    assert {name: one.cursor for name, one in sources.source_states().items()} == {
        "x:mentions": "c1",
        "x:#OurTag": "t1",
    }


def test_a_post_met_by_two_pollers_in_one_instant_is_one_mention() -> None:
    def poll(source: str) -> int:
        return take_in(source, [mention("a"), mention("b")], cursor="c", now=NOW)

    found = at_once([lambda name=name: poll(name) for name in ("one", "two", "three", "four")])
    assert sum(found) == 2
    assert sorted(logged()) == ["a", "b"]


def test_the_same_id_on_another_network_is_another_post() -> None:
    assert take_in("s", [mention("1"), mention("1", network="mastodon")], cursor="c", now=NOW) == 2


def test_two_posts_of_one_millisecond_with_the_same_hash_bits_both_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    class SameHash:
        def digest(self) -> bytes:
            return b"\xff" * 32

    monkeypatch.setattr(mentions.hashlib, "sha256", lambda _: SameHash())
    three = [mention(name) for name in ("a", "b", "c")]
    assert take_in("s", three, cursor="c", now=NOW) == 3
    numbers = [one.id for one in mentions.mentions(Filter())]
    assert len(set(numbers)) == 3
    assert max(numbers) - min(numbers) == 2


def test_the_same_post_has_the_same_number_in_every_install() -> None:
    take_in("s", [mention("a")], cursor="c", now=NOW)
    assert mentions.mentions(Filter())[0].id == 1779369718579217476


@pytest.mark.parametrize("year", [1, 1900, 2600, 9999])
def test_a_strangers_clock_may_say_any_year(year: int) -> None:
    odd = mention("a", posted_at=datetime(year, 1, 1, tzinfo=UTC))
    assert take_in("s", [odd, mention("b", posted_at=after(-1))], cursor="c", now=NOW) == 2
    assert logged() == (["a", "b"] if year > 2023 else ["b", "a"])
    assert mentions.mentions(Filter())[-1 if year < 2023 else 0].mention.posted_at == odd.posted_at


def test_a_post_from_the_future_does_not_stay_on_top_for_ever() -> None:
    take_in("s", [mention("a", posted_at=datetime(9999, 1, 1, tzinfo=UTC))], cursor="c", now=NOW)
    take_in("s", [mention("b", posted_at=after(5))], cursor="d", now=after(6))
    assert logged() == ["b", "a"]


def test_the_log_is_read_newest_first_a_page_at_a_time() -> None:
    take_in("s", [mention(str(day), posted_at=NOW - timedelta(days=day)) for day in range(5)], cursor="c", now=NOW)
    first = mentions.mentions(Filter(), limit=2)
    rest = mentions.mentions(Filter(), older_than=first[-1].id, limit=9)
    assert [one.mention.canonical_id for one in (*first, *rest)] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(), {"a", "b", "c"}),
        (Filter(networks=("mastodon",)), {"b"}),
        (Filter(kinds=(Kind.QUOTE,)), {"c"}),
        (Filter(statuses=(Status.NEW,)), {"b", "c"}),
        (Filter(statuses=(Status.DONE, Status.NEW)), {"a", "b", "c"}),
        (Filter(words="LUCK"), {"a", "c"}),
        (Filter(words="bell"), {"a", "b", "c"}),
        (Filter(words="100%"), set()),
        (Filter(networks=("x",), words="luck", kinds=(Kind.REPLY,)), {"a"}),
    ],
)
def test_the_log_is_filtered(chosen: Filter, found: set[str]) -> None:
    rows = [mention("a"), mention("b", network="mastodon", text="No"), replace(mention("c"), kind=Kind.QUOTE)]
    take_in("s", rows, cursor="c", now=NOW)
    number = next(one.id for one in mentions.mentions(Filter()) if one.mention.canonical_id == "a")
    follow_up(number, status=Status.DONE, note="", actor="cli:ola", now=NOW)
    assert set(logged(chosen)) == found


def test_a_follow_up_is_kept_with_every_step_and_who_took_it() -> None:
    take_in("s", [mention("a")], cursor="c", now=NOW)
    number = mentions.mentions(Filter())[0].id
    follow_up(number, status=Status.WAITING, note="asks for the motion", actor="cli:ola", now=after(1))
    made = follow_up(number, status=Status.ANSWERED, note="", actor="cli:kim", now=after(2))
    assert made == mentions.mention(number)
    assert made is not None
    assert made.status is Status.ANSWERED
    assert made.notes == (
        Note(after(1), "cli:ola", Status.WAITING, "asks for the motion"),
        Note(after(2), "cli:kim", Status.ANSWERED, ""),
    )
    assert mentions.counts_by_status() == {Status.ANSWERED: 1}


BAD = {
    "a zero in an id": {"canonical_id": "a\x00"},
    "half a character": {"text": "a\ud83d"},
    "half a character in an id": {"canonical_id": "a\ud83d"},
    "an id without end": {"author_id": "i" * 301},
    "a handle without end": {"author_handle": "h" * 301},
    "no time": {"posted_at": None},
    "an account that no column holds": {"account": "a" * 101},
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
    newer = edited("a", "New words", author_name="Bellringer", url="https://x.com/bell/status/9", kind=Kind.QUOTE)
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
    take_in("s", [edited("a", "Words")], cursor="c", now=NOW)
    take_in("t", [edited("a", "Words as another server shows them", account="x-two")], cursor="c", now=after(60))
    assert only().mention.text == "Words"


def test_a_tag_does_not_take_the_place_of_what_a_mention_is() -> None:
    take_in("s", [edited("a", "Words", kind=Kind.TAG)], cursor="c", now=NOW)
    take_in("t", [edited("a", "Words", kind=Kind.REPLY, about=7)], cursor="c", now=NOW)
    assert (only().mention.kind, only().mention.about) == (Kind.REPLY, 7)
    take_in("s", [edited("a", "Words", kind=Kind.TAG)], cursor="d", now=NOW)
    assert (only().mention.kind, only().mention.about) == (Kind.REPLY, 7)


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


def test_there_is_no_follow_up_of_a_mention_that_there_is_not() -> None:
    assert follow_up(5, status=Status.DONE, note="", actor="cli:ola", now=NOW) is None
    assert mentions.mention(5) is None


def test_what_the_cleaner_lets_through_fits_the_log() -> None:
    longest = replace(mention("c" * 300), author_id="i" * 300, author_handle="h" * 200, author_name="n" * 200)
    try:
        assert take_in("s", [longest], cursor="c", now=NOW) == 1
    except DataError as error:  # pragma: no cover
        pytest.fail(f"a stranger could stop the log: {error}")
    assert MentionRow.objects.count() == SourceRow.objects.count() == 1
