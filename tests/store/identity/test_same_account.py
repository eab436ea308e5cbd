"""Two rows that turn out to be one account: which of two deliveries stays, and that nothing said is forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection, transaction

from amplifier.campaign.correction import facts_kept, facts_of
from amplifier.campaign.delivery import DoubtReason, DropReason, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.mention import Aside
from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import Fact
from amplifier.campaign.secret_link import LinkKind
from amplifier.store import decisions, events, secret_links, spends
from amplifier.store.holding import stops
from amplifier.store.identity import accounts, sealed
from amplifier.store.identity.numbered import mark
from amplifier.store.identity.same_account import hand_over
from amplifier.store.listening import mentions
from amplifier.store.models import AccountRow, DeliveryRow, PostRow, SpendRow
from tests.store import filled
from tests.store.filled import NOW, add, row

pytestmark = pytest.mark.usefixtures("opened")


def pair(old: State, new: State) -> tuple[int, int, int]:
    """One post on the account and on the row that is the same account; the numbers of both deliveries and the row."""
    other = filled.also("x-two", "x", "new-handle")
    first, second = add("Vote"), add("Vote now", account="x-two")
    DeliveryRow.objects.filter(id=first).update(state=old)
    DeliveryRow.objects.filter(id=second).update(state=new, post_id=row(first).post_id)
    return first, second, other


def merge(other: int) -> bool:
    with transaction.atomic():
        return hand_over(filled.number("x"), other, why="@x-handle is @new-handle now", now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "stays"),
    [
        (State.SENT, State.QUEUED, "old"),
        (State.UNSURE, State.HELD, "old"),
        (State.QUEUED, State.QUEUED, "old"),
        (State.DROPPED, State.MISSED, "old"),
        (State.QUEUED, State.SENT, "new"),
        (State.HELD, State.UNSURE, "new"),
    ],
)
def test_what_has_begun_stays_and_else_the_older(old: State, new: State, stays: str) -> None:
    first, second, other = pair(old, new)
    assert merge(other)
    (kept,) = DeliveryRow.objects.all()
    assert kept.pk == (first if stays == "old" else second)
    assert kept.account_id == filled.number("x")


@pytest.mark.parametrize("of", ["old", "new"])
def test_what_may_be_out_since_a_backup_on_either_is_looked_for_before_it_goes_on(of: str) -> None:
    first, second, other = pair(State.QUEUED, State.QUEUED)
    unseen = DeliveryRow.objects.filter(id=first if of == "old" else second)
    unseen.update(unseen_since=NOW, unseen_text="Vote")
    assert merge(other)
    kept = row(first)
    assert (kept.state, kept.reason, kept.unseen_since) == (State.UNSURE, DoubtReason.RESTORED, NOW)
    assert (kept.text, kept.unseen_text) == ("Vote now", "Vote")


def test_where_both_have_begun_each_keeps_its_row() -> None:
    first, second, other = pair(State.SENT, State.UNSURE)
    assert not merge(other)
    assert (row(first).account_id, row(second).account_id) == (filled.number("x"), other)


def test_whoever_was_asked_to_post_it_is_asked_about_the_one_that_stays() -> None:
    first, second, other = pair(State.SENT, State.HELD)
    secret_links.make_secret_link(kind=LinkKind.HAND_OFF, token="T" * 43, now=NOW, actor="service", delivery=second)
    assert merge(other)
    found = secret_links.find_secret_link(LinkKind.HAND_OFF, "T" * 43)
    assert found
    assert found.delivery == first


def test_the_newer_session_is_the_one_that_logged_in_last() -> None:
    other = filled.also("x-two", "x", "new-handle")
    sealed.save_seal("x", "https://api", value=b"before", now=NOW)
    sealed.save_seal("x-two", "https://api", value=b"after", now=NOW)
    assert merge(other)
    assert sealed.load_seal("x", "https://api") == b"after"


def test_what_waits_for_the_one_that_goes_waits_for_the_one_that_stays() -> None:
    first, second, other = pair(State.QUEUED, State.QUEUED)
    DeliveryRow.objects.filter(id__in=[first, second]).update(verb=Verb.DELETE, revision=1)
    anew = add("Vote, in other words", account="x-two")
    DeliveryRow.objects.filter(id=anew).update(waits_for=second, post_id=row(first).post_id, revision=1)
    assert merge(other)
    assert row(anew).waits_for == first
    assert not DeliveryRow.objects.filter(id=second).exists()


def test_what_was_spent_on_the_one_that_goes_was_spent_on_the_one_that_stays() -> None:
    first, second, other = pair(State.QUEUED, State.QUEUED)
    spends.reserve("x-two", "publish", 15_000, budget=None, now=NOW, delivery=second)
    assert merge(other)
    assert SpendRow.objects.get().delivery == first


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        # what the planner did to the row that was not listed any more says nothing
        ((State.DROPPED, DropReason.UNPLANNED), (State.QUEUED, ""), (State.QUEUED, "")),
        ((State.QUEUED, ""), (State.MISSED, ""), (State.MISSED, "")),
        # what a person said about the new row holds
        ((State.QUEUED, ""), (State.DROPPED, "by hand"), (State.DROPPED, "by hand")),
        ((State.DROPPED, DropReason.UNPLANNED), (State.DROPPED, "by hand"), (State.DROPPED, "by hand")),
        ((State.DROPPED, DropReason.UNPLANNED), (State.HELD, HoldReason.KEPT), (State.HELD, HoldReason.KEPT)),
        ((State.DROPPED, DropReason.UNPLANNED_HOLD), (State.HELD, HoldReason.KEPT), (State.HELD, HoldReason.KEPT)),
        ((State.HELD, HoldReason.KEPT), (State.DROPPED, "withdrawn"), (State.DROPPED, "withdrawn")),
        ((State.QUEUED, ""), (State.HELD, HoldReason.HAND_OFF), (State.HELD, HoldReason.HAND_OFF)),
        # and so does what was said about the old one
        ((State.DROPPED, "by hand"), (State.QUEUED, ""), (State.DROPPED, "by hand")),
        ((State.HELD, HoldReason.KEPT), (State.QUEUED, ""), (State.HELD, HoldReason.KEPT)),
        ((State.DROPPED, DropReason.UNPLANNED_HOLD), (State.QUEUED, ""), (State.DROPPED, DropReason.UNPLANNED_HOLD)),
        ((State.MISSED, HoldReason.HAND_OFF), (State.QUEUED, ""), (State.MISSED, HoldReason.HAND_OFF)),
        ((State.MISSED, HoldReason.HAND_OFF), (State.MISSED, ""), (State.MISSED, HoldReason.HAND_OFF)),
    ],
)
def test_the_more_careful_of_both_stands(
    old: tuple[State, str], new: tuple[State, str], after: tuple[State, str]
) -> None:
    first, second, other = pair(old[0], new[0])
    for number, (_, reason) in ((first, old), (second, new)):
        DeliveryRow.objects.filter(id=number).update(reason=reason)
    key, fence = row(first).key, row(first).fence
    assert merge(other)
    kept = row(first)
    assert (kept.state, kept.reason, kept.key) == (*after, key)
    is_new = after == new
    assert kept.text == ("Vote now" if is_new else "Vote")
    assert (kept.fence > fence) == is_new, "a claim that was made before must end in nothing"
    told = [(one.kind, one.before, one.after) for one in events.events_of(f"delivery:{first}")][1:]
    assert told == ([("same account", old[0], new[0])] if is_new else [])
    is_open = after in [(State.HELD, HoldReason.KEPT), (State.DROPPED, DropReason.UNPLANNED_HOLD)]
    assert decisions.is_behind() == (is_open and not is_new), "the planner looks once more at what stays as it was"


def test_what_was_missed_and_seen_is_not_asked_about_once_more() -> None:
    first, _, other = pair(State.MISSED, State.MISSED)
    DeliveryRow.objects.filter(id=first).update(noted_at=NOW)
    assert merge(other)
    assert (row(first).noted_at, decisions.is_behind()) == (NOW, False)


def test_what_may_have_arrived_keeps_its_bytes_and_its_words() -> None:
    first, _, other = pair(State.QUEUED, State.QUEUED)
    DeliveryRow.objects.filter(id=first).update(request=b"bytes")
    assert merge(other)
    assert (row(first).text, bytes(row(first).request or b"")) == ("Vote", b"bytes")


THEN = Fact("milestone.debate", "2023-10-10T14:40:00+01:00")
NOW_SO = Fact("milestone.debate", "2023-10-10T15:20:00+01:00")


@pytest.mark.parametrize(
    ("old", "new", "states"),
    [
        (State.QUEUED, State.QUEUED, NOW_SO),
        (State.SENT, State.QUEUED, THEN),
        (State.QUEUED, State.SENT, NOW_SO),
    ],
)
def test_the_words_that_stay_state_what_they_stated(old: State, new: State, states: Fact) -> None:
    first, _, other = pair(old, new)
    post = PostRow.objects.get(id=row(first).post_id)
    facts = facts_kept([["link.motion", "https://a.example"]], [THEN], accounts=[filled.number("x")])
    post.facts = facts_kept(facts, [NOW_SO], accounts=[other])
    post.save()
    assert merge(other)
    post.refresh_from_db()
    assert facts_of(post.facts, filled.number("x"), 0) == (states,)
    assert len(post.facts) == 2


def test_where_both_have_begun_each_states_what_it_stated() -> None:
    first, _, other = pair(State.SENT, State.UNSURE)
    post = PostRow.objects.get(id=row(first).post_id)
    post.facts = facts_kept([], [THEN], accounts=[other])
    post.save()
    assert not merge(other)
    post.refresh_from_db()
    assert facts_of(post.facts, other, 0) == (THEN,)


FAR = 90_412_337  # a number that nothing else in the ledger has


def everything_of(label: str) -> None:
    """Whatever can name an account by its number, for this one."""
    first, second = add("Vote"), add("Vote now", account=label)
    add("Alone", account=label)
    post = row(first).post_id
    DeliveryRow.objects.filter(id=second).update(post_id=post)
    stated = facts_kept([[f"voice.tag.{mark(FAR)}", "#Lab23"]], [THEN], accounts=[FAR])
    PostRow.objects.filter(id=post).update(facts=facts_kept(stated, [THEN], accounts=[FAR], revision=1))
    corrected = add("Corrected", account=label)
    DeliveryRow.objects.filter(id=corrected).update(post_id=post, revision=1)
    secret_links.make_secret_link(kind=LinkKind.HAND_OFF, token="T" * 43, now=NOW, actor="service", delivery=second)
    sealed.save_seal(label, "https://api", value=b"after", now=NOW)
    spends.reserve(label, "publish", 15_000, budget=None, now=NOW, delivery=second)
    filled.stop(f"account:{label}", reason="Wrong words.")
    said = replace(filled.mention("m1"), account=label)
    mentions.take_in(f"{label}:mentions", [said], cursor="c", now=NOW, aside=[Aside("1", b"{}", "odd")])
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED, subject="vote/once", value=f'{{"{label}": "Mine"}}',
        replaced=f'{{"{label}": "Theirs"}}', actor="cli:ola", reason="", now=NOW,
        facts=f'{{"{label}": [["voice.tag.{label}", "#Lab23"]]}}',
    )  # fmt: skip


def named() -> set[str]:
    """The tables in which the far number stands, in whatever column."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if str(FAR) in "\n".join(
                str(bytes(one) if isinstance(one, memoryview) else one) for line in cursor for one in line
            ):
                found.add(table)
    return found


def test_no_table_names_an_account_that_turned_out_to_be_another_but_decisions_which_lead_there() -> None:
    accounts.account_is_ok("x", remote_id="77", url="", text_limit=0, now=NOW)
    others = [("bluesky", "bluesky", "bluesky-handle"), ("mastodon", "mastodon", "mastodon-handle")]
    filled.know([("us", "x", "new-handle"), *others])
    AccountRow.objects.filter(label="us").update(id=FAR)
    older = filled.number("x")
    everything_of("us")
    lists = {"posts", "deliveries", "sealed", "spends", "stops", "sources", "mentions", "quarantine", "decisions"}
    assert named() == {"accounts", *lists}
    accounts.account_is_ok("us", remote_id="77", url="", text_limit=0, now=NOW)
    assert filled.number("us") == older
    assert named() == {"decisions"}
    assert [one.scope for one in stops.stops()] == ["account:us"]
    words, same = decisions.decisions()
    assert (words.value, words.replaced) == ('{"us": "Mine"}', '{"us": "Theirs"}')
    assert words.facts == '{"us": [["voice.tag.us", "#Lab23"]]}'
    assert (same.subject, same.value, same.reason) == (mark(FAR), mark(older), "@x-handle is @new-handle now")
