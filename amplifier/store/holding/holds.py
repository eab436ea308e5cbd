"""What holds due deliveries back without any fault of theirs, and how they go on: stops, accounts, money, hands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from amplifier.campaign.delivery import DoubtReason, State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.secret_link import BY_HAND
from amplifier.campaign.stop import STOPPED, Stop, sending, stopped_by
from amplifier.store import decisions
from amplifier.store.database.statement import execute, marks
from amplifier.store.database.transaction import reading, stamp, whole
from amplifier.store.deliveries import SERVICE, hold
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.holding import stops
from amplifier.store.holding.unseen import may_go_on
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow
from amplifier.store.secret_links import forget_refused

# Asked at every tick, so it is a statement of ours: what is due and free, where anything could hold it.
DUE = """SELECT d.id FROM deliveries d JOIN posts p ON p.id = d.post_id
WHERE d.state = 'queued' AND d.run_at <= %s AND d.too_late_at > %s AND d.unseen_since IS NULL
AND (d.lease_until IS NULL OR d.lease_until < %s)"""
ON_THESE = "d.account_id IN (SELECT id FROM accounts WHERE label IN ({}))"
FOR_HANDS = "(d.verb = 'publish' AND p.hand_off)"
CHANGE_BY_HAND = "This account is used by hand, also to correct or delete a post."
KEPT_BACK = "Somebody kept it back when sending went on."
LOOK_YOURSELF = "Without a budget we cannot look there. Look at the account: it is there, or send it again."


@whole
def shorten_pauses(by: timedelta, *, now: datetime) -> None:
    """Our clock was set back by so much: what is looked for or tried again waits no longer for it.

    What is tried again does not go out before the time that was planned for it.
    """
    again = Q(state=State.UNSURE) | Q(state=State.QUEUED, run_at__gt=F("post__due_at"))
    found = DeliveryRow.objects.filter(again, run_at__gt=now).values_list("id", "state", "run_at", "post__due_at")
    for number, state, run_at, due_at in list(found):
        earliest = run_at - by if state == State.UNSURE else max(run_at - by, due_at)
        DeliveryRow.objects.filter(id=number).update(run_at=earliest)


@whole
def hold_blocked(*, now: datetime, stopped: str = "", by_hand: Collection[str] = ()) -> tuple[int, ...]:
    """Hold what is due and cannot go out by itself, each with its reason; the numbers of those that hands must post.

    `stopped` is a stop from outside the database; `by_hand` are the accounts on which people post.
    """
    in_force = stops.stops()
    closed_ones = accounts.closed_accounts()
    handed: list[int] = []
    closed = sorted({*by_hand, *closed_ones})
    statement, words = DUE, [stamp(now)] * 3
    if not (stopped or in_force):
        on_closed = f" OR {ON_THESE.format(marks(closed))}" if closed else ""
        statement += f" AND ({FOR_HANDS}{on_closed})"
        words += closed
    found = [number for (number,) in execute(f"{statement} ORDER BY d.run_at, d.id LIMIT 1000", words)]
    if not found:
        return ()
    for row in DeliveryRow.objects.filter(id__in=found).select_related("post", "account").order_by("run_at", "id"):
        why = _why(row, stopped, in_force, closed_ones)
        if why is None and (row.account.label in by_hand or (row.post.hand_off and row.verb == Verb.PUBLISH)):
            if not _may_follow(row):  # the words before these are still there, or nobody knows what there is to delete
                continue
            why = (HoldReason.HAND_OFF, BY_HAND if row.verb == Verb.PUBLISH else CHANGE_BY_HAND)
        if why is not None and hold(row.pk, reason=why[0], detail=why[1], now=now) and why[0] is HoldReason.HAND_OFF:
            handed.append(row.pk)
    return tuple(handed)


@whole
def park_unseen(*, now: datetime, accounts: Collection[str]) -> int:
    """On these accounts nobody can look through the API: doubts that are due wait for a person who does. How many.

    One that a person wants sent again was looked for by that person: hands are to post it.
    """
    if not accounts:
        return 0
    doubts = DeliveryRow.objects.filter(
        account__label__in=accounts, state=State.UNSURE, run_at__lte=now
    ).select_for_update()
    found = list(doubts.order_by("id").values_list("id", "reason"))
    for number, reason in found:
        again = reason == DoubtReason.AGAIN
        after, detail = (HoldReason.HAND_OFF, BY_HAND) if again else (HoldReason.DOUBT, LOOK_YOURSELF)
        DeliveryRow.objects.filter(id=number).update(
            state=State.HELD, reason=after, detail=detail, fence=F("fence") + 1, lease_until=None
        )
        if again:
            DeliveryRow.objects.filter(id=number).update(unseen_since=None, hands_wanted_at=now)
            forget_refused(number)
        kind = EventKind.HELD_HAND_OFF if again else EventKind.CANNOT_LOOK
        event = Event(now, SERVICE, of_delivery(number), kind, State.UNSURE, State.HELD, detail=detail)
        write_events([event])
    return len(found)


@whole
def leave_to_a_person(replaced: Mapping[str, str], *, now: datetime) -> int:
    """Of these accounts (each with its handle before) somebody else has the name now: their doubts wait for a person.

    A look would ask the new account, find nothing, and repeat there what may be out on the old one. How many.
    """
    doubts = DeliveryRow.objects.filter(account__label__in=list(replaced), state__in=[State.UNSURE, State.SENDING])
    found = list(doubts.select_for_update().order_by("id").values_list("id", "account__label", "state"))
    for number, account, state in found:
        detail = f"It may be out as @{replaced[account]}, whose name in settings.yaml now means another account."
        DeliveryRow.objects.filter(id=number).update(
            state=State.HELD, reason=HoldReason.DOUBT, detail=detail, fence=F("fence") + 1, lease_until=None
        )
        write_events(
            [Event(now, SERVICE, of_delivery(number), EventKind.ACCOUNT_REPLACED, state, State.HELD, detail=detail)]
        )
    return len(found)


@whole
def go_on(*, reason: HoldReason, now: datetime, account: str = "", among: Collection[int] | None = None) -> int:
    """What held these back has passed: those that are not too late wait for their turn again. How many do.

    `account`: on this account alone; `among`: these deliveries alone.
    """
    rows = DeliveryRow.objects.filter(reason=reason)
    if account:
        rows = rows.filter(account__label=account)
    if among is not None:
        rows = rows.filter(id__in=list(among))
    return _queue(rows, actor=SERVICE, kind=EventKind.GOES_ON, now=now)


@whole
def release(ids: Iterable[int], *, actor: str, now: datetime) -> int:
    """A person lets these go on that a stop held back; what is too late stays where it is. How many go on.

    What somebody kept back waited whatever became of its words: the planner looks at it before it goes out.
    """
    rows = DeliveryRow.objects.filter(id__in=list(ids), reason__in=[HoldReason.STOPPED, HoldReason.KEPT])
    if rows.filter(state=State.HELD, reason=HoldReason.KEPT).exists():
        decisions.let_go_late(now=now)
    return _queue(rows, actor=actor, kind=EventKind.RELEASED, now=now)


@whole
def tell_anew(in_force: Collection[Stop]) -> None:
    """One stop has ended: what others of these still hold says so, and does not name the one that is gone."""
    for row in DeliveryRow.objects.filter(state=State.HELD, reason=HoldReason.STOPPED).select_related("account"):
        stop = stopped_by(in_force, row.account.label, row.text)
        if stop and row.detail != _in_words(stop):
            DeliveryRow.objects.filter(id=row.pk).update(detail=_in_words(stop))


@whole
def keep_back(ids: Iterable[int], *, actor: str, now: datetime) -> int:
    """Sending goes on, and a person keeps these back: nothing but a person lets them go any more. How many."""
    rows = DeliveryRow.objects.filter(
        id__in=list(ids), state=State.HELD, reason__in=[HoldReason.STOPPED, HoldReason.HAND_OFF], verb=Verb.PUBLISH
    )
    found = list(rows.select_for_update().order_by("id").values_list("id", flat=True))
    DeliveryRow.objects.filter(id__in=found).update(reason=HoldReason.KEPT, detail=KEPT_BACK, fence=F("fence") + 1)
    write_events(
        Event(now, actor, of_delivery(pk), EventKind.HELD_BACK, State.HELD, State.HELD, detail=KEPT_BACK)
        for pk in found
    )
    return len(found)


@reading
def wanted_since(deliveries: Collection[int]) -> Mapping[int, datetime]:
    """Since when hands are wanted for these: a person's "send it" begins a new round of asking, a new time does not."""
    rows = DeliveryRow.objects.filter(id__in=list(deliveries)).values_list("id", "hands_wanted_at")
    return {number: at for number, at in rows if at is not None}


def _queue(rows: QuerySet[DeliveryRow], *, actor: str, kind: EventKind, now: datetime) -> int:
    """Those of these that are still held and not too late wait for their turn again, or for a look that comes first."""
    held = rows.filter(state=State.HELD, too_late_at__gt=now).select_for_update()
    ids = may_go_on(held.order_by("id").values_list("id", flat=True), actor=actor, now=now)
    DeliveryRow.objects.filter(id__in=ids).update(
        state=State.QUEUED, reason="", detail="", fence=F("fence") + 1, lease_until=None
    )
    write_events(Event(now, actor, of_delivery(pk), kind, State.HELD, State.QUEUED) for pk in ids)
    return len(ids)


def _may_follow(row: DeliveryRow) -> bool:
    """Whether what it waits for, if anything, is done."""
    return row.waits_for is None or DeliveryRow.objects.filter(id=row.waits_for, state=State.SENT).exists()


def _why(
    row: DeliveryRow, stopped: str, in_force: Collection[Stop], closed: Mapping[str, str]
) -> tuple[HoldReason, str] | None:
    if row.verb != Verb.PUBLISH:  # corrections and deletions go on, whatever is stopped
        return (
            (HoldReason.ACCOUNT, closed[row.account.label])
            if row.account.label in closed and _may_follow(row)
            else None
        )
    if stopped:
        return HoldReason.STOPPED, f"Sending is stopped. {stopped}"
    stop = stopped_by(in_force, row.account.label, row.text)
    if stop:
        return HoldReason.STOPPED, _in_words(stop)
    if row.account.label in closed:
        return HoldReason.ACCOUNT, closed[row.account.label]
    return None


def _in_words(stop: Stop) -> str:
    return f"{sending(stop.scope, STOPPED)}. {stop.reason}"
