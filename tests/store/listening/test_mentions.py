"""The log of mentions: taken in once with the cursor or not at all, followed up in steps that stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps as django_apps
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from amplifier.campaign.mention import FollowUpNote, Mention, MentionKind, Status, Visibility
from amplifier.store.listening import mentions, sources, taking_in
from amplifier.store.listening.heard import MentionRow, SourceRow
from amplifier.store.listening.mentions import Filter, follow_up, take_in
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
    number_of = taking_in._free_id
    calls = iter([None, RuntimeError("killed")])

    def breaking(one: Mention, now: datetime) -> int:
        if error := next(calls):
            raise error
        return number_of(one, now)

    monkeypatch.setattr(taking_in, "_free_id", breaking)
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
    assert take_in("x:#OurTag", [replace(mention("a"), kind=MentionKind.TAG)], cursor="t1", now=NOW) == 0
    assert mentions.mentions(Filter())[0].mention.kind is MentionKind.REPLY
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

    monkeypatch.setattr(taking_in.hashlib, "sha256", lambda _: SameHash())
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
        (Filter(kinds=(MentionKind.QUOTE,)), {"c"}),
        (Filter(statuses=(Status.NEW,)), {"b", "c"}),
        (Filter(statuses=(Status.DONE, Status.NEW)), {"a", "b", "c"}),
        (Filter(words="LUCK"), {"a", "c"}),
        (Filter(words="bell"), {"a", "b", "c"}),
        (Filter(words="100%"), set()),
        (Filter(networks=("x",), words="luck", kinds=(MentionKind.REPLY,)), {"a"}),
    ],
)
def test_the_log_is_filtered(chosen: Filter, found: set[str]) -> None:
    rows = [mention("a"), mention("b", network="mastodon", text="No"), replace(mention("c"), kind=MentionKind.QUOTE)]
    take_in("s", rows, cursor="c", now=NOW)
    number = next(one.id for one in mentions.mentions(Filter()) if one.mention.canonical_id == "a")
    follow_up(number, status=Status.DONE, note="", actor="cli:ola", now=NOW)
    assert set(logged(chosen)) == found


def test_a_follow_up_is_kept_with_every_step_and_who_took_it() -> None:
    take_in("s", [mention("a")], cursor="c", now=NOW)
    number = mentions.mentions(Filter())[0].id
    follow_up(number, status=Status.WAITING, note="asks for the motion", actor="cli:ola", now=after(1))
    made = follow_up(number, status=Status.ANSWERED, note="", actor="cli:kim", now=after(2))
    assert made is not None
    assert made.logged == mentions.mention(number)
    assert made.logged.status is Status.ANSWERED
    steps = (
        FollowUpNote(after(1), "cli:ola", Status.WAITING, "asks for the motion"),
        FollowUpNote(after(2), "cli:kim", Status.ANSWERED, ""),
    )
    assert (made.logged.notes, made.before, made.meanwhile) == (steps, steps[0], ())
    assert mentions.counts_by_status() == {Status.ANSWERED: 1}


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


@pytest.mark.parametrize("shown_to", list(Visibility))
def test_a_mention_keeps_who_may_see_it(shown_to: Visibility) -> None:
    take_in("s", [replace(mention("a"), visibility=shown_to)], cursor="c", now=NOW)
    assert mentions.mentions(Filter())[0].mention.visibility is shown_to


@pytest.mark.parametrize(
    ("before", "told", "after_that"),
    [
        (Visibility.PUBLIC, Visibility.PRIVATE, Visibility.PRIVATE),  # the author has closed the account
        (Visibility.PRIVATE, Visibility.PUBLIC, Visibility.PUBLIC),
        (Visibility.UNKNOWN, Visibility.PUBLIC, Visibility.PUBLIC),
        (Visibility.DIRECT, Visibility.UNKNOWN, Visibility.DIRECT),
    ],
)
def test_who_may_see_a_mention_is_what_was_told_last(
    before: Visibility, told: Visibility, after_that: Visibility
) -> None:
    take_in("s", [replace(mention("a"), visibility=before)], cursor="c", now=NOW)
    take_in("s", [replace(mention("a"), visibility=told)], cursor="d", now=NOW)
    assert mentions.mentions(Filter())[0].mention.visibility is after_that


def test_a_word_in_the_database_that_we_do_not_know_counts_as_private() -> None:
    take_in("s", [mention("a"), mention("b")], cursor="c", now=NOW)
    MentionRow.objects.filter(canonical_id="b").update(visibility="circle")
    assert logged(Filter(private=False)) == ["a"]
    assert {one.mention.canonical_id: one.mention.visibility for one in mentions.mentions(Filter())} == {
        "a": Visibility.PUBLIC,
        "b": Visibility.UNKNOWN,
    }


def test_private_ones_are_counted_and_listed_apart() -> None:
    said = [replace(mention(one.value), visibility=one) for one in Visibility]
    take_in("s", said, cursor="c", now=NOW)
    assert set(logged(Filter(private=False))) == {"public", "unlisted"}
    assert set(logged(Filter(private=True))) == {"private", "direct", "unknown"}
    assert mentions.counts_by_status() == {Status.NEW: 5}
    assert mentions.counts_by_status(private=True) == {Status.NEW: 3}
    assert mentions.counts_by_status(private=False) == {Status.NEW: 2}


def test_counting_ends_where_nobody_asks_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "COUNTED", 3)
    take_in("s", [mention(str(number)) for number in range(9)], cursor="c", now=NOW)
    assert mentions.counts_by_status() == {Status.NEW: 3}


def test_of_what_was_taken_in_before_only_what_cannot_but_be_public_counts_as_public() -> None:
    """Bluesky has nothing else, and Mastodon lists nothing else under a hashtag; of the rest nobody asked then."""
    said = [
        replace(mention(f"{network} {kind}", network=network), kind=kind)
        for network in ("x", "bluesky", "mastodon")
        for kind in (MentionKind.MENTION, MentionKind.TAG)
    ]
    take_in("s", said, cursor="c", now=NOW)
    MentionRow.objects.update(visibility="unknown")
    migration = import_module("amplifier.store.migrations.0009_mentions_say_who_may_see_them")
    migration.say_what_is_known(django_apps, None)
    assert set(logged(Filter(private=False))) == {"bluesky mention", "bluesky tag", "mastodon tag"}


def test_addresses_on_bluesky_that_were_by_handle_are_by_did() -> None:
    uri = "at://did:plc:who/app.bsky.feed.post/3kc"
    by_handle = "https://bsky.app/profile/{}/post/3kc"
    said = [
        replace(mention(uri, network="bluesky"), url=by_handle.format("handle.invalid")),
        replace(mention("odd", network="bluesky"), url=by_handle.format("wren.example")),
        mention("1"),
    ]
    take_in("s", said, cursor="c", now=NOW)
    import_module("amplifier.store.migrations.0009_mentions_say_who_may_see_them").address_by_did(django_apps, None)
    found = {one.mention.canonical_id: one.mention.url for one in mentions.mentions(Filter())}
    assert found[uri] == by_handle.format("did:plc:who")
    assert (found["odd"], found["1"]) == (by_handle.format("wren.example"), "https://x.com/bell/status/1")


WREN = replace(
    mention("https://social.example/users/wren/statuses/1", network="mastodon", text="Where is the M\u00fcller hall?"),
    author_handle="wren",
    author_name="Wr\u00ean of the \uff36alley",
    author_id="109",
    url="https://pages.example/@wren/1",
)


@pytest.mark.parametrize(
    "words",
    [
        "@wren",
        "wren",
        "@Wren",
        "@wren@social.example",
        "wren@pages.example",
        "@wren:",
        "Wr\u00ean of",
        "wren valley",
        "VALLEY",
        "M\u00dcLLER",
        "muller",
        "hall WREN",
        "bring\u200b chairs",
        "CHAIRS where",
        "https://pages.example/@wren/1",
        "",
        " ",
    ],
)
def test_a_mention_is_found_by_its_words_its_notes_and_every_form_of_its_authors_name(words: str) -> None:
    take_in("s", [WREN, mention("b", text="Nothing")], cursor="c", now=NOW)
    number = next(one.id for one in mentions.mentions(Filter()) if one.mention == WREN)
    follow_up(number, status=Status.WAITING, note="Bring chairs", actor="cli:ola", now=NOW)
    assert WREN.canonical_id in logged(Filter(words=words))
    assert logged(Filter(words=words, networks=("mastodon",))) == [WREN.canonical_id]


@pytest.mark.parametrize(
    "words", ["@rowan", "wren rowan", "@wren@meadow.example", "chairs", "%", "_", "hall?chairs", "pages https", "109"]
)
def test_words_that_are_not_all_there_find_nothing(words: str) -> None:
    take_in("s", [WREN], cursor="c", now=NOW)
    assert logged(Filter(words=words)) == []


def test_the_handle_of_another_server_has_no_second_server() -> None:
    take_in("s", [replace(WREN, author_handle="wren@meadow.example")], cursor="c", now=NOW)
    assert logged(Filter(words="@wren@meadow.example")) == [WREN.canonical_id]
    assert logged(Filter(words="@wren@meadow.example@social.example")) == []


def test_an_address_that_is_none_hides_nothing() -> None:
    take_in("s", [replace(WREN, canonical_id="https://[odd", url="https://[odd")], cursor="c", now=NOW)
    assert logged(Filter(words="@wren")) == ["https://[odd"]


@pytest.fixture
def ten(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  the ledger, first
    """Ten mentions, the oldest by Bell and waiting, and a window of four of them, read by threes."""
    monkeypatch.setattr(mentions, "WINDOW", 4)
    monkeypatch.setattr(mentions, "CHUNK", 3)
    said = [mention(str(number), posted_at=after(number), text=f"say {number}") for number in range(10)]
    take_in("s", [replace(said[0], text="needle"), *said[1:]], cursor="c", now=after(60))
    oldest = mentions.mentions(Filter())[-1]
    follow_up(oldest.id, status=Status.WAITING, note="", actor="cli:ola", now=NOW)


WALKS = [
    Filter(words="needle"),
    Filter(words="needle", statuses=(Status.NEW, Status.WAITING)),
    Filter(networks=("mastodon",)),
    Filter(kinds=(MentionKind.QUOTE,)),
    Filter(private=True),
    Filter(statuses=(Status.DONE, Status.NEW), words="zzz"),
]


@pytest.mark.usefixtures("ten")
@pytest.mark.parametrize("chosen", WALKS)
def test_a_look_that_no_index_helps_ends_and_says_how_far_it_went(chosen: Filter) -> None:
    assert mentions.mentions(chosen) == ()
    floor = mentions.reach(chosen)
    assert mentions.said_about(floor) == after(6)
    with CaptureQueriesContext(connection) as asked:
        mentions.mentions(chosen)
    assert len(asked) <= 8
    second = mentions.reach(chosen, older_than=floor)
    assert mentions.said_about(second) == after(2)
    assert mentions.reach(chosen, older_than=second) == 0


@pytest.mark.usefixtures("ten")
def test_from_window_to_window_everything_is_found_once() -> None:
    chosen, found, older = Filter(words="say"), list[str](), 0
    for _ in range(3):
        found += [one.mention.canonical_id for one in mentions.mentions(chosen, older_than=older)]
        older = mentions.reach(chosen, older_than=older)
    assert found == [str(number) for number in range(9, 0, -1)]
    assert older == 0


@pytest.mark.usefixtures("ten")
def test_one_status_is_found_however_old_it_is() -> None:
    waiting = Filter(statuses=(Status.WAITING,))
    assert logged(waiting) == ["0"]
    assert mentions.reach(waiting) == 0
    assert logged(Filter(statuses=(Status.WAITING,), words="needle")) == ["0"]


def one_mention() -> int:
    take_in("s", [mention("a")], cursor="c", now=NOW)
    return mentions.mentions(Filter())[0].id


def test_who_was_slower_is_told_and_both_notes_are_kept() -> None:
    number = one_mention()
    follow_up(number, status=Status.ANSWERED, note="Thanked her", actor="cli:kim", now=after(1), seen=0)
    slower = follow_up(number, status=Status.IGNORED, note="Spam, I think", actor="console", now=after(2), seen=0)
    assert slower is not None
    assert slower.meanwhile == (FollowUpNote(after(1), "cli:kim", Status.ANSWERED, "Thanked her"),)
    assert slower.logged.status is Status.ANSWERED
    assert [(step.actor, step.status, step.note) for step in slower.logged.notes] == [
        ("cli:kim", Status.ANSWERED, "Thanked her"),
        ("console", Status.ANSWERED, "Spam, I think"),
    ]
    assert mentions.mention(number) == slower.logged


def test_who_was_slower_and_wrote_nothing_leaves_nothing() -> None:
    number = one_mention()
    follow_up(number, status=Status.ANSWERED, note="", actor="cli:kim", now=after(1), seen=0)
    slower = follow_up(number, status=Status.DONE, note="", actor="console", now=after(2), seen=0)
    assert slower is not None
    assert (len(slower.meanwhile), len(slower.logged.notes), slower.logged.status) == (1, 1, Status.ANSWERED)


def test_who_has_seen_the_others_step_may_change_it() -> None:
    number = one_mention()
    follow_up(number, status=Status.ANSWERED, note="", actor="cli:kim", now=after(1), seen=0)
    done = follow_up(number, status=Status.DONE, note="", actor="console", now=after(2), seen=1)
    assert done is not None
    assert (done.meanwhile, done.logged.status) == ((), Status.DONE)


def test_a_second_tap_is_the_same_step() -> None:
    number = one_mention()
    for _ in range(2):
        done = follow_up(number, status=Status.DONE, note="x", actor="console", now=after(1), seen=0)
        assert done is not None
        assert (done.meanwhile, len(done.logged.notes)) == ((), 1)


def test_who_does_not_say_what_they_saw_learns_what_stood_before() -> None:
    number = one_mention()
    follow_up(number, status=Status.ANSWERED, note="", actor="cli:kim", now=after(1))
    done = follow_up(number, status=Status.DONE, note="", actor="console", now=after(2))
    assert done is not None
    assert done.before == FollowUpNote(after(1), "cli:kim", Status.ANSWERED, "")
    assert done.logged.status is Status.DONE


def test_of_many_at_one_instant_one_is_first_and_all_notes_are_kept() -> None:
    number = one_mention()
    statuses = [Status.ANSWERED, Status.DONE, Status.IGNORED, Status.WAITING]

    def mark(status: Status) -> bool:
        done = follow_up(number, status=status, note=f"as {status}", actor=f"cli:{status}", now=NOW, seen=0)
        assert done is not None
        return not done.meanwhile

    first = at_once([lambda status=status: mark(status) for status in statuses])
    (winner,) = (status for status, is_first in zip(statuses, first, strict=True) if is_first)
    kept = mentions.mention(number)
    assert kept is not None
    assert kept.status is winner
    assert {step.note for step in kept.notes} == {f"as {status}" for status in statuses}
    assert {step.status for step in kept.notes} == {winner}


@pytest.mark.usefixtures("ten")
def test_of_several_statuses_a_look_ends_where_the_first_of_their_windows_does() -> None:
    for one in mentions.mentions(Filter()):
        if one.mention.posted_at < after(5):
            follow_up(one.id, status=Status.DONE, note="", actor="cli:ola", now=NOW)
    chosen = Filter(statuses=(Status.NEW, Status.DONE))
    first = mentions.reach(chosen)
    second = mentions.reach(chosen, older_than=first)
    assert [mentions.said_about(first), mentions.said_about(second)] == [after(6), after(1)]
    found = [logged(chosen)] + [
        [one.mention.canonical_id for one in mentions.mentions(chosen, older_than=older)] for older in (first, second)
    ]
    assert found == [["9", "8", "7", "6"], ["5", "4", "3", "2", "1"], ["0"]]


@pytest.mark.parametrize("asked", ["b\u00fccher.example", "xn--bcher-kva.example"])
def test_an_author_is_found_by_either_form_of_their_server_s_name(asked: str) -> None:
    said = [replace(mention(f"n{place}"), author_handle=handle) for place, handle in enumerate(HANDLES)]
    take_in("s", said, cursor="c", now=NOW)
    found = mentions.mentions(Filter(words=asked))
    assert {one.mention.author_handle for one in found} == set(HANDLES[:2])


HANDLES = ("wren@xn--bcher-kva.example", "wren@b\u00fccher.example", "wren@meadow.example")
