"""What people changed against the files: append-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import Fact
from amplifier.store import accounts, heartbeats, stated
from amplifier.store.events import Event, events_of, was_written, write_events
from amplifier.store.models import DecisionRow
from amplifier.store.statement import execute
from amplifier.store.transaction import reading, whole

CARRIED_OUT = "decisions"  # the heartbeat that says which was the newest when the plan was last carried out
# The same of what a person let go out after its time: how often that was done, and how often the plan has seen it.
LET_GO, SEEN = "let go late", "let go late: seen"
BEHIND = f"""SELECT COALESCE((SELECT MAX(id) FROM decisions), 0)
  > COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = 'decisions'), 0)
  OR COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = '{LET_GO}'), 0)
  > COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = '{SEEN}'), 0)"""  # noqa: S608  our own names
# What the words of decisions state that an earlier version did not write down with them: the events of one subject.
OLDER, FOUND_OUT, SERVICE = "decisions", "facts found out", "service"
HOW_OFTEN = "SELECT COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = %s), 0)"


@whole
def keep_decision(  # noqa: PLR0913  a decision is exactly these
    *,
    kind: DecisionKind,
    subject: str,
    value: str,
    replaced: str,
    actor: str,
    reason: str,
    now: datetime,
    facts: str = "",
    check: Callable[[], None] = lambda: None,
) -> Decision:
    """Write down what a person decided, and what the files or an earlier decision said before.

    `facts` is what a person's words state, as it is now. From that instant on no planned post goes out until the
    planner has carried it out. `check` raises where it is too late for it; it is asked in the same transaction.
    """
    check()
    if kind is DecisionKind.WORDS_REPLACED:
        value, replaced, facts = _by_number(value), _by_number(replaced), facts and _by_number(facts)
    row = DecisionRow.objects.create(
        kind=kind,
        subject=subject,
        value=value,
        replaced=replaced,
        actor=actor,
        reason=reason,
        at=now,
        facts=facts or None,
    )
    return _decision(row)


@reading
def decisions() -> tuple[Decision, ...]:
    """All of them, oldest first."""
    rows = list(DecisionRow.objects.order_by("id"))
    is_older = any(row.kind == DecisionKind.WORDS_REPLACED and row.facts is None for row in rows)
    found_out = _found_out() if is_older else {}
    return tuple(_decision(row, found_out.get(str(row.pk), "")) for row in rows)


@whole
def keep_facts(
    of_decisions: Mapping[int, Mapping[str, Sequence[Fact]]],
    of_deliveries: Mapping[int, Sequence[Fact]],
    *,
    now: datetime,
) -> None:
    """Write down what the words of decisions (by account) and deliveries state, where an earlier version did not.

    A decision cannot be rewritten, so that this is an event beside it.
    """
    stated.state(of_deliveries)
    told = {number: _by_number(as_json(found)) for number, found in of_decisions.items()}
    write_events([Event(now, SERVICE, OLDER, FOUND_OUT, detail=json.dumps(told))])


@reading
def has_kept_facts() -> bool:
    """Whether that was ever done."""
    return was_written(OLDER, FOUND_OUT)


def as_json(facts: Mapping[str, Sequence[Fact]]) -> str:
    """Facts by account, as they are kept with a decision."""
    return json.dumps({name: [[one.name, one.value] for one in found] for name, found in facts.items()})


def _found_out() -> dict[str, str]:
    found: dict[str, str] = {}
    for event in events_of(OLDER):
        found |= json.loads(event.detail)
    return found


@reading
def newest_decision() -> int:
    """The number of the newest decision; 0 if there is none."""
    return int(execute("SELECT COALESCE(MAX(id), 0) FROM decisions")[0][0])


def carried_out(newest: int, *, let_go: int, now: datetime) -> None:
    """The plan stands in the ledger as all decisions up to this one want it; called inside its transaction.

    `let_go` is how often by then something was let go after its time.
    """
    heartbeats.beat(CARRIED_OUT, now=now, detail=str(newest))
    heartbeats.beat(SEEN, now=now, detail=str(let_go))


def let_go_late(*, now: datetime) -> None:
    """A post is to go out after all, at another time; called inside the transaction that lets it.

    Its words are of another time, so that nothing planned goes out until the planner has looked at it.
    """
    heartbeats.beat(LET_GO, now=now, detail=str(times_let_go() + 1))


@reading
def times_let_go() -> int:
    """How often that was done."""
    return int(execute(HOW_OFTEN, [LET_GO])[0][0])


@reading
def is_behind() -> bool:
    """Whether somebody decided what the planner has not carried out yet: what waits may not be wanted any more."""
    return bool(execute(BEHIND)[0][0])


def _by_number(words: str) -> str:
    """Words by account, JSON, as they are kept: an account by its number, whatever it is called later."""
    numbers = accounts.numbers()
    told = json.loads(words or "{}")
    return json.dumps({f"#{numbers[label]}" if label in numbers else label: text for label, text in told.items()})


def _by_label(words: str) -> str:
    """The same as people wrote them, with the labels that the accounts have now."""
    labels = {f"#{number}": label for number, label in accounts.labels().items()}
    return json.dumps({labels.get(key, key): text for key, text in json.loads(words or "{}").items()})


def _decision(row: DecisionRow, found_out: str = "") -> Decision:
    kind = DecisionKind(row.kind)
    is_words = kind is DecisionKind.WORDS_REPLACED
    return Decision(
        id=row.pk,
        kind=kind,
        subject=row.subject,
        value=_by_label(row.value) if is_words else row.value,
        replaced=_by_label(row.replaced) if is_words else row.replaced,
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        facts=_by_label(row.facts or found_out) if row.facts or found_out else "",
    )
