"""A person's own posts while they wait: other words, another time, left out and taken in again."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from amplifier.campaign.correction import facts_kept
from amplifier.campaign.delivery import DropReason, State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import FREED, HELPED_BY_WORDS, PASSING, HoldReason
from amplifier.campaign.post import Fact, Moment, PostId, Words
from amplifier.campaign.secret_link import BY_HAND
from amplifier.errors import UsageError
from amplifier.store import decisions, ledger
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, events_of, of_delivery, write_events
from amplifier.store.identity import fact_names
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.corrections import Hand, move
from amplifier.store.secret_links import awaits_a_look, was_asked

# Other words, or another time, may do away with these.
WAS_HELD = "It was held when somebody left it out."
# What they did nobody knows, so that nobody is asked once more unless a person says so.
ASKED = "People were asked to post it by hand before it was left out. Look whether it is out before you send it."
Check = Callable[[], None]


@reading
def must_wait(post: PostId, accounts: Collection[str], *, to_move: bool = False) -> None:
    """Raises UsageError unless all of it (on these accounts; none: on all) waits and was certainly never out.

    `to_move`: nor is it out anywhere else.
    """
    rows = _waiting(_rows(post, accounts, lock=False), named=bool(accounts))
    if to_move:
        _must_be_nowhere(rows)


@whole
def reword(
    post: PostId, words: Collection[Words], facts: Mapping[str, Sequence[Fact]], hand: Hand, *, first: Check
) -> None:
    """Give it these words, each on its account, with the facts that they state.

    Raises UsageError where it is not waiting any more, or what `first` raises: asked when nobody else can add a post.
    """
    ledger.lock()
    first()
    found = _rows(post, {said.account for said in words}, lock=True)
    rows = {row.account.label: row for row in _waiting(found, named=True)}
    for said in words:
        row = rows[said.account]
        as_kept = fact_names.kept()
        stated = [Fact(as_kept(fact.name), fact.value) for fact in facts.get(said.account, ())]
        row.post.refresh_from_db(fields=["facts"])  # another delivery of the same post may have been before this one
        others = [entry for entry in row.post.facts if entry[2:] != [row.account_id, 0]]
        row.post.facts = facts_kept(others, stated, accounts=[row.account_id])
        row.post.save(update_fields=["facts"])
        in_time = row.too_late_at > hand.now
        freed = row.state == State.HELD and row.reason in HELPED_BY_WORDS and in_time
        kept = ("", "") if freed else (row.reason, row.detail)
        fields = {"text": said.text, "language": said.language, "imprint": said.imprint}
        after = State.QUEUED if freed else State(row.state)
        if freed and row.pk in _asked([row]):  # whoever was asked may go on, with these; nobody is asked once more
            after, kept = State.HELD, (HoldReason.HAND_OFF, BY_HAND)
        told = f"{hand.reason}\nwas: {row.text}\nnow: {said.text}".strip()
        write_events([Event(hand.now, hand.actor, of_delivery(row.pk), EventKind.OTHER_WORDS_BY_HAND, detail=told)])
        move(row, after, EventKind.WORDS_CHANGED, hand.actor, hand.now, reason=kept[0], detail=kept[1], fields=fields)


@whole
def move_to(post: PostId, moment: Moment, hand: Hand, *, first: Check, counted_from: str = "") -> None:
    """It goes out at this moment instead, `counted_from` a milestone if a person said so.

    Raises as `reword` does, and where a part of it is out already.
    """
    ledger.lock()
    first()
    rows = _waiting(_rows(post, (), lock=True), named=False)
    _must_be_nowhere(rows)
    model = rows[0].post
    model.due_at, model.wall_time, model.zone, model.fold = moment.due_at, moment.wall_time, moment.zone, moment.fold
    model.milestone = counted_from
    model.save(update_fields=["due_at", "wall_time", "zone", "fold", "milestone"])
    deadline = moment.due_at + timedelta(seconds=model.too_late_s)
    for row in rows:
        freed = row.state == State.HELD and row.reason in PASSING
        kept = ("", "") if freed else (row.reason, row.detail)
        fields = {"run_at": moment.due_at, "too_late_at": deadline}
        after = State.QUEUED if freed else State(row.state)
        move(row, after, EventKind.MOVED, hand.actor, hand.now, reason=kept[0], detail=kept[1], fields=fields)


@whole
def leave_out(post: PostId, accounts: Collection[str], hand: Hand, *, first: Check) -> None:
    """It does not go out on these accounts. Raises as `reword` does."""
    ledger.lock()
    first()
    for row in _waiting(_rows(post, accounts, lock=True), named=True):
        if row.state == State.HELD:
            told = json.dumps([row.reason, row.detail])
            write_events([Event(hand.now, hand.actor, of_delivery(row.pk), EventKind.HELD_BEFORE, detail=told)])
        move(
            row, State.DROPPED, EventKind.LEFT_OUT, hand.actor, hand.now, reason=DropReason.SKIPPED, detail=hand.reason
        )


@whole
def take_in(post: PostId, accounts: Collection[str], hand: Hand, *, first: Check) -> None:
    """What was left out on these accounts waits for its time again, held for what it was held for before.

    What passes by itself holds it anew, if it still does, when it is due. What people were asked to post by hand waits
    for a person. Raises UsageError where its time is over.
    """
    ledger.lock()
    first()
    rows = _rows(post, accounts, lock=True)
    asked = _asked(rows)
    for row in rows:
        may_be_out = row.request is not None or row.unseen_since is not None
        if row.state != State.DROPPED or row.reason != DropReason.SKIPPED or row.post.due_at <= hand.now or may_be_out:
            raise UsageError(f"It cannot be taken in again on {row.account.label}. Nothing was changed.")
        deadline = row.post.due_at + timedelta(seconds=row.post.too_late_s)  # it may have moved meanwhile
        fields = {"run_at": row.post.due_at, "too_late_at": deadline}
        reason, detail = (HoldReason.OVERTAKEN, ASKED) if row.pk in asked else _held_before(row)
        if not reason or reason in PASSING:
            move(row, State.QUEUED, EventKind.TAKEN_IN, hand.actor, hand.now, detail=hand.reason, fields=fields)
            continue
        if reason == HoldReason.UNTRUE:  # it may be true by now: the planner looks at once
            decisions.let_go_late(now=hand.now)
        if hand.reason:
            write_events([Event(hand.now, hand.actor, of_delivery(row.pk), EventKind.WHY_TAKEN_IN, detail=hand.reason)])
        move(row, State.HELD, EventKind.TAKEN_IN, hand.actor, hand.now, reason=reason, detail=detail, fields=fields)


def _held_before(row: DeliveryRow) -> tuple[str, str]:
    """For what it was held when somebody left it out, and the sentence that said so; empty where it was not."""
    history = events_of(of_delivery(row.pk))
    at = max((place for place, one in enumerate(history) if one.kind == EventKind.LEFT_OUT), default=0)
    if not history or history[at].before != State.HELD:
        return "", ""
    if at and history[at - 1].kind == EventKind.HELD_BEFORE:
        reason, detail = json.loads(history[at - 1].detail)
        return str(reason), str(detail)
    return HoldReason.KEPT, WAS_HELD  # an earlier version did not write down why


def _waiting(rows: Sequence[DeliveryRow], *, named: bool) -> list[DeliveryRow]:
    """Those that wait; `named`: all have to. Raises UsageError unless they were certainly never out."""
    waiting = [row for row in rows if row.state in (State.QUEUED, State.HELD)]
    over = [row for row in rows if row not in waiting and (named or not waiting)]
    if over:
        raise UsageError(f"It is {over[0].state} on {over[0].account.label} already. Nothing was changed.")
    for row in waiting:
        doubtful = row.state == State.HELD and row.reason not in FREED | HELPED_BY_WORDS | {HoldReason.KEPT}
        if row.request is not None or row.unseen_since is not None or doubtful or awaits_a_look(row.pk):
            raise UsageError(
                f"It may be out on {row.account.label}, and a person decides about that first: amplifier decide. "
                "Nothing was changed."
            )
    return waiting


def _must_be_nowhere(rows: Sequence[DeliveryRow]) -> None:
    """Raises UsageError where a part of their post is out, or past changing, or people are or were asked to post it."""
    asked = _asked(rows)
    for row in rows:
        is_asked = row.state == State.HELD and row.reason == HoldReason.HAND_OFF
        if is_asked or row.pk in asked:
            raise UsageError(
                f"People {'are' if is_asked else 'were'} asked to post it on {row.account.label}, and may be at "
                f"it. To take it back: amplifier withdraw {row.post.slot}/{row.post.occurrence}"
            )
    begun = DeliveryRow.objects.select_related("account").filter(post_id=rows[0].post_id)
    gone = begun.exclude(state__in=[State.QUEUED, State.HELD, State.DROPPED]).order_by("id").first()
    if gone:
        raise UsageError(f"It is {gone.state} on {gone.account.label}, so its time stays. Nothing was changed.")


def _asked(rows: Collection[DeliveryRow]) -> frozenset[int]:
    """Which of these people were ever asked to post by hand."""
    found = DeliveryRow.objects.filter(was_asked(), id__in=[row.pk for row in rows])
    return frozenset(found.values_list("id", flat=True))


def _rows(post: PostId, accounts: Collection[str], *, lock: bool) -> list[DeliveryRow]:
    rows = DeliveryRow.objects.select_related("post", "account").filter(
        post__campaign=post.campaign,
        post__slot=post.slot,
        post__occurrence=post.occurrence,
        revision=0,
        verb=Verb.PUBLISH,
    )
    chosen = rows.filter(account__label__in=list(accounts)) if accounts else rows
    found = list((chosen.select_for_update(of=("self",)) if lock else chosen).order_by("id"))
    if not found:
        raise UsageError("There is no such post there. Nothing was changed.")
    return found
