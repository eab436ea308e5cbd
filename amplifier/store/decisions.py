"""What people changed against the files: append-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.store import accounts, heartbeats
from amplifier.store.models import DecisionRow
from amplifier.store.numbered import mark
from amplifier.store.statement import execute
from amplifier.store.transaction import reading, whole

CARRIED_OUT = "decisions"  # the heartbeat that says which was the newest when the plan was last carried out
BEHIND = """SELECT COALESCE((SELECT MAX(id) FROM decisions), 0)
  > COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = 'decisions'), 0)"""


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
        value, replaced, facts = (_by_number(told) for told in (value or "{}", replaced or "{}", facts))
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
    return _decision(row, _labels(), ())


@reading
def decisions() -> tuple[Decision, ...]:
    """All of them, oldest first."""
    rows, labels = list(DecisionRow.objects.order_by("id")), _labels()
    became = [row for row in rows if row.kind == DecisionKind.SAME_ACCOUNT]
    return tuple(_decision(row, labels, became) for row in rows)


@reading
def newest_decision() -> int:
    """The number of the newest decision; 0 if there is none."""
    return int(execute("SELECT COALESCE(MAX(id), 0) FROM decisions")[0][0])


def carried_out(newest: int, *, now: datetime) -> None:
    """The plan stands in the ledger as all decisions up to this one want it; called inside its transaction."""
    heartbeats.beat(CARRIED_OUT, now=now, detail=str(newest))


@reading
def is_behind() -> bool:
    """Whether somebody decided what the planner has not carried out yet: what waits may not be wanted any more."""
    return bool(execute(BEHIND)[0][0])


def _by_number(told: str) -> str:
    """What is told of each account, JSON, as it is kept: an account by its number, whatever it is called later."""
    numbers = accounts.numbers()
    by_label = json.loads(told) if told else {}
    kept = {mark(numbers[label]) if label in numbers else label: one for label, one in by_label.items()}
    return json.dumps(kept) if told else ""


def _labels() -> dict[str, str]:
    return {mark(number): label for number, label in accounts.labels().items()}


def _decision(row: DecisionRow, labels: Mapping[str, str], became: Iterable[DecisionRow]) -> Decision:
    """A decision with the labels that its accounts have now. `became`: which turned out to be which, in order."""
    value, replaced, facts = row.value, row.replaced, row.facts or ""
    if row.kind == DecisionKind.WORDS_REPLACED:
        later = [one for one in became if one.pk > row.pk]
        chosen = _chosen(json.loads(value or "{}"), labels, later)
        value, facts = _of_these(value, chosen), _of_these(facts, chosen)
        replaced = _of_these(replaced, _chosen(json.loads(replaced or "{}"), labels, later))
    return Decision(
        id=row.pk,
        kind=DecisionKind(row.kind),
        subject=row.subject,
        value=value,
        replaced=replaced,
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        facts=facts,
    )


def _chosen(keys: Iterable[str], labels: Mapping[str, str], became: Sequence[DecisionRow]) -> dict[str, str]:
    """For each label the key that counts. Of two that are one account by now it is the one that had the label last."""
    found: dict[str, str] = {}
    for key in keys:
        now = key
        for one in became:
            now = one.value if now == one.subject else now
        label = labels.get(now, now)
        if now != key or label not in found:
            found[label] = key
    return found


def _of_these(told: str, chosen: Mapping[str, str]) -> str:
    by_key = json.loads(told) if told else {}
    return json.dumps({label: by_key[key] for label, key in chosen.items() if key in by_key}) if told else ""
