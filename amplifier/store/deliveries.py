"""Deliveries on their way: claimed under a fence, begun before the call, recorded after. A verb is a transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from amplifier.campaign.delivery import ON_ITS_WAY, DoubtReason, Due, RemoteState, State, Transition, Verb
from amplifier.campaign.event_kinds import EventKind, held_for
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.money import NOTHING, LookReserve
from amplifier.campaign.post import OWN
from amplifier.campaign.stop import Stop, stopped_by
from amplifier.store import decisions, secret_links, spends
from amplifier.store.claims import OVERDUE, OVERDUE_HELD, SILENT, claim_for, locked
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import stamp, whole
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.holding import stops
from amplifier.store.holding.unseen import may_go_on
from amplifier.store.identity import accounts, rests
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.corrections import is_change
from amplifier.store.receipts import is_taken, rests_while_full, target_of
from amplifier.store.secret_links import forget_refused

SERVICE = "service"
Caps = Collection[tuple[int, int]]
NO_CAPS: Mapping[str, Caps] = {}
NO_GAPS: Mapping[str, timedelta] = {}
BEFORE_A_LOOK = timedelta(seconds=60)  # when a network named another post than ours
NO_MONEY = "This month's budget has not enough left for it."
CHANGED_MEANWHILE = "The plan changed while it was on its way, and it is not out."


@dataclass(frozen=True)
class Intent:
    """What a worker is about to do with a delivery it has claimed: the exact bytes, and what they may cost at worst.

    `micros` is in millionths of a US dollar; the month's budget in the same unit, None where there is none.
    `look_reserve`: what must be left for looking, should it come into doubt.
    """

    due: Due
    request: bytes
    lease_until: datetime
    micros: int = 0
    budget: int | None = None
    look_reserve: LookReserve = NOTHING


@dataclass(frozen=True)
class Turned:
    """What a turn brought: which intents may be carried out, which steps came too late, and what is claimed next."""

    begun: frozenset[int] = frozenset()
    stale: tuple[Transition, ...] = ()
    claimed: tuple[Due, ...] = ()


@dataclass
class _Page:
    """What the steps of a whole transaction leave to be written at its end, together."""

    at: Any  # the instant of all of it, as the database takes it
    events: list[Event] = field(default_factory=list)
    relieved: set[int] = field(default_factory=set)

    def write(self) -> None:
        rests.relieve(self.relieved)
        write_events(self.events)


@whole
def turn(  # noqa: PLR0913  the three things that a turn carries, and what each needs
    *,
    intents: Sequence[Intent] = (),
    steps: Sequence[Transition] = (),
    next_for: Collection[str] = (),
    now: datetime,
    lease_until: datetime,
    served: Collection[str] | None = None,
    stopped: str = "",
    caps: Mapping[str, Caps] = NO_CAPS,
) -> Turned:
    """Everything that many workers' threads want written, in one transaction: results, next claims, intents.

    An intent is refused if its claim is void, its time has passed, a stop holds it back, its account's day is full, or
    it is planned and somebody has decided what the planner has not carried out yet; if its cost is more than the
    month's budget has left it is held. `next_for` are the accounts whose next due delivery is wanted, `caps` the most
    posts that each may publish in so many seconds.
    """
    behind, in_force = decisions.is_behind(), stops.stops(also=stopped, now=now)
    page = _Page(stamp(now))
    stale = [step for step in steps if not _write(step, page, now=now, actor=SERVICE)]
    begun = [one.due for one in intents if _begin(one, page, in_force, caps, now=now, behind=behind)]
    page.events += [
        Event(now, SERVICE, of_delivery(due.id), EventKind.SENDING, State.QUEUED, State.SENDING, due.fence)
        for due in begun
    ]
    page.write()
    claimed: list[Due] = []
    if next_for:
        claimed = claim_for(
            next_for,
            now=now,
            lease_until=lease_until,
            limit=len(next_for),
            served=served,
            in_force=in_force,
            behind=behind,
        )
    return Turned(frozenset(due.id for due in begun), tuple(stale), tuple(claimed))


def begin(due: Due, *, request: bytes, now: datetime, lease_until: datetime) -> bool:
    """Write one intent before the call: bytes, `sending`, event. False if we may not, or not any more."""
    return bool(turn(intents=[Intent(due, request, lease_until)], now=now, lease_until=lease_until).begun)


@whole
def record(transitions: Sequence[Transition], *, now: datetime, actor: str = SERVICE) -> list[Transition]:
    """Write each step whose fence still holds, with its event; the stale ones come back."""
    page = _Page(stamp(now))
    stale = [step for step in transitions if not _write(step, page, now=now, actor=actor)]
    page.write()
    return stale


@whole
def expire_leases(*, now: datetime, look_at: datetime, gaps: Mapping[str, timedelta] = NO_GAPS) -> int:
    """Deliveries whose worker fell silent while sending become unsure, to be looked for at `look_at`.

    `gaps`: how much longer than a lease an account's gap is, as each of them may be out.
    """
    ids = locked(SILENT, [stamp(now)])
    if not ids:
        return 0
    silent = DeliveryRow.objects.filter(id__in=ids, verb=Verb.PUBLISH, account__label__in=list(gaps)) if gaps else ()
    for row in silent and silent.select_related("account"):
        until = (row.lease_until or now) + gaps[row.account.label]
        rests.make_wait(row.account_id, until=until, posts_only=True)
    DeliveryRow.objects.filter(id__in=ids, state=State.SENDING).update(
        state=State.UNSURE,
        detail="The worker stopped while it was sending.",
        run_at=look_at,
        fence=F("fence") + 1,
        lease_until=None,
    )
    write_events(
        Event(now, SERVICE, of_delivery(pk), EventKind.WORKER_FELL_SILENT, State.SENDING, State.UNSURE) for pk in ids
    )
    return len(ids)


@whole
def miss_overdue(*, now: datetime) -> int:
    """What waits and whose last moment has passed is missed: an old truth may be wrong by now.

    Also what waits for what passes by itself (a stop, money, a hand) or for other words; its reason stays, but where
    hands were asked.
    """
    missed, at = 0, stamp(now)
    for state, statement, words in ((State.QUEUED, OVERDUE, [at, at]), (State.HELD, OVERDUE_HELD, [at])):
        ids = may_go_on(locked(statement, words), actor=SERVICE, now=now)
        rows, reason = DeliveryRow.objects.filter(id__in=ids, state=state), secret_links.reason_if_missed()
        rows.update(state=State.MISSED, reason=reason, fence=F("fence") + 1, lease_until=None, noted_at=None)
        write_events(Event(now, SERVICE, of_delivery(pk), EventKind.MISSED, state, State.MISSED) for pk in ids)
        missed += len(ids)
    return missed


BEGIN = """UPDATE deliveries SET state = 'sending', reason = '', request = %s, attempts = attempts + 1, looks = 0,
  lease_until = %s, first_sent_at = COALESCE(first_sent_at, %s)
WHERE id = %s AND fence = %s AND state = 'queued' AND too_late_at > %s AND lease_until >= %s
  AND unseen_since IS NULL RETURNING id"""
SENT = """UPDATE deliveries SET state = 'sent', reason = '', detail = '', looks = 0, lease_until = NULL,
  remote_id = %s, url = %s, sent_at = %s, remote_state = 'live'
WHERE id = %s AND fence = %s AND state = %s AND verb = 'publish'
  AND NOT EXISTS(SELECT 1 FROM deliveries o
    WHERE o.account_id = deliveries.account_id AND o.remote_id = %s AND o.id <> %s)
RETURNING account_id"""


def _begin(
    intent: Intent, page: _Page, in_force: Sequence[Stop], caps: Mapping[str, Caps], *, now: datetime, behind: bool
) -> bool:
    due, account = intent.due, intent.due.identity.account
    is_planned = due.verb is Verb.PUBLISH and not due.identity.revision and due.identity.post.slot != OWN
    if (is_planned and behind) or (
        due.verb is Verb.PUBLISH
        and (stopped_by(in_force, account, due.text) or rests_while_full(account, caps.get(account, ()), now=now))
    ):
        # out of our hands at once: the next tick holds it, and a quick resume does not wait for a lease
        DeliveryRow.objects.filter(id=due.id, fence=due.fence, state=State.QUEUED).update(lease_until=None)
        return False
    kept = intent.look_reserve
    if not spends.affords(intent.micros, budget=intent.budget, now=now, keep=kept.micros, look_reserve=kept):
        if hold(due.id, reason=HoldReason.BUDGET, detail=NO_MONEY, now=now, fence=due.fence):
            spends.tell_spent(now)
        return False
    words = [memoryview(intent.request), stamp(intent.lease_until), page.at, due.id, due.fence, page.at, page.at]
    if not execute(BEGIN, words):
        return False
    spends.reserve(account, due.verb, intent.micros, budget=intent.budget, now=now, delivery=due.id)
    return True


def hold(delivery: int, *, reason: HoldReason, detail: str, now: datetime, fence: int | None = None) -> bool:
    """Let a queued delivery wait, and say why, if this fence still holds (None: any); called inside a transaction."""
    rows, more = DeliveryRow.objects.filter(id=delivery, state=State.QUEUED), {}
    if reason is HoldReason.HAND_OFF:
        more = {"hands_wanted_at": now}
    changed = (rows if fence is None else rows.filter(fence=fence)).update(
        state=State.HELD, reason=reason, detail=detail, fence=F("fence") + 1, lease_until=None, **more
    )
    if changed:
        told = Event(now, SERVICE, of_delivery(delivery), held_for(reason), State.QUEUED, State.HELD, detail=detail)
        write_events([told])
        if more:
            forget_refused(delivery)
    return bool(changed)


def _write(step: Transition, page: _Page, *, now: datetime, actor: str) -> bool:
    """Write a step, and put what follows it on the page. False if its fence does not hold any more."""
    if step.after is State.SENT and step.receipt is not None and _write_sent(step, page, now=now, actor=actor):
        return True
    row = DeliveryRow.objects.select_for_update().filter(id=step.id, fence=step.fence, state=step.before).first()
    if row is None:
        return False
    after, reason, detail = _settled(step, row)
    changes: dict[str, object] = {"looks": step.looks, "lease_until": None, "text": step.words or row.text}
    if step.gives_up_bytes:
        changes["request"] = None
    changes |= {"unseen_since": None} if step.before is State.UNSURE and after is State.QUEUED else {}  # looked for
    is_refused = row.reason == DoubtReason.REFUSED and step.after is State.HELD
    if is_refused or (step.before is State.SENDING and step.after in (State.QUEUED, State.HELD)):
        spends.give_back(step.id, now=now)
    changes |= {"answered_id": named.remote_id, "answered_url": named.url} if (named := step.answered) else {}
    changes |= _times(step, after, row, now)
    if after is State.SENT:
        changes["sent_at"] = now
        if step.receipt is not None and row.verb == Verb.PUBLISH:
            changes |= {"remote_id": step.receipt.remote_id, "url": step.receipt.url, "remote_state": RemoteState.LIVE}
        elif row.verb != Verb.PUBLISH:
            told = RemoteState.WITHDRAWN if row.verb == Verb.DELETE else RemoteState.EDITED
            there = DeliveryRow.objects.filter(account_id=row.account_id, remote_id=target_of(row))
            there.exclude(remote_state=RemoteState.WITHDRAWN).update(
                remote_state=told, outside_text=None
            )  # gone is gone
    DeliveryRow.objects.filter(id=step.id).update(state=after, reason=reason, detail=detail, **changes)
    _tell_account(row.account_id, step, page, now=now)
    page.events.append(Event(now, actor, of_delivery(step.id), step.kind, step.before, after, step.fence, detail))
    return True


def _write_sent(step: Transition, page: _Page, *, now: datetime, actor: str) -> bool:
    """The usual end, in as few statements as it takes. False where something is not as usual; nothing is changed."""
    receipt = step.receipt
    if receipt is None or step.words:
        return False
    there = receipt.remote_id
    rows = execute(SENT, [there, receipt.url, page.at, step.id, step.fence, step.before, there, step.id])
    for (account,) in rows:
        _tell_account(account, step, page, now=now)
        page.events.append(Event(now, actor, of_delivery(step.id), step.kind, step.before, State.SENT, step.fence))
    return bool(rows)


def _tell_account(account: int, step: Transition, page: _Page, *, now: datetime) -> None:
    """What the step means for its account: rest, trouble, or an end of trouble."""
    if step.account_lost:
        accounts.lose_account(account, detail=step.account_lost, now=now, refused=True)
    if step.strain > 0:
        rests.strain(account, strain_s=step.strain, now=now)
    elif step.after is State.SENT:
        page.relieved.add(account)
    if step.account_until:
        rests.make_wait(account, until=step.account_until, app_wide=step.app_wide)
    if step.post_until:
        rests.make_wait(account, until=step.post_until, posts_only=True)


def _times(step: Transition, after: State, row: DeliveryRow, now: datetime) -> dict[str, object]:
    """When the next step may begin. What waits once more may have moved while it was on its way."""
    if after is State.UNSURE and step.after is State.SENT:
        return {"run_at": now + BEFORE_A_LOOK}
    if after is not State.QUEUED:
        return {} if step.run_at is None else {"run_at": step.run_at}
    if row.reason == DoubtReason.AGAIN or is_change(row):  # a person wants it now, whatever the plan's time was
        return {"run_at": step.run_at or now}
    return {"run_at": max(step.run_at or now, row.post.due_at)}


def _settled(step: Transition, row: DeliveryRow) -> tuple[State, str, str]:
    """State, reason and detail as they must be, for all that the step could not know."""
    if step.receipt is not None and is_taken(row.account_id, step.receipt, step.id):
        detail = f"The post {step.receipt.url} belongs to another delivery already."
        if step.before is State.SENDING:  # the answer was to another post: ours may be out all the same
            return State.UNSURE, "", detail
        return State.HELD, HoldReason.DUPLICATE, detail
    if step.before in ON_ITS_WAY and row.reason == HoldReason.OVERTAKEN:
        if step.after is State.QUEUED:
            return State.HELD, HoldReason.OVERTAKEN, f"{CHANGED_MEANWHILE} {step.detail}".rstrip()
        if step.after is State.UNSURE and step.reason != HoldReason.DUPLICATE:
            return State.UNSURE, HoldReason.OVERTAKEN, step.detail
    return step.after, step.reason, step.detail
