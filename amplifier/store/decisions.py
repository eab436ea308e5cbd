"""What people changed against the files: append-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.store import accounts, fact_names, heartbeats
from amplifier.store.models import DecisionRow
from amplifier.store.numbered import mark, of_account
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
        facts = _with_facts_named(facts, fact_names.kept())
    elif kind is DecisionKind.FACT_LEFT:
        value, replaced = (_with_keys_named(told, fact_names.kept()) for told in (value, replaced))
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
    later = [one for one in became if one.pk > row.pk]

    def called(name: str) -> str:
        return of_account(name, lambda form: _label(form, labels, later))

    if row.kind == DecisionKind.WORDS_REPLACED:
        chosen = _chosen(json.loads(value or "{}"), labels, later)
        value, facts = _of_these(value, chosen), _with_facts_named(_of_these(facts, chosen), called)
        replaced = _of_these(replaced, _chosen(json.loads(replaced or "{}"), labels, later))
    elif row.kind == DecisionKind.FACT_LEFT:
        value, replaced = _with_keys_named(value, called), _with_keys_named(replaced, called)
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
        label = _label(key, labels, became)
        if label not in found or any(key == one.subject for one in became):
            found[label] = key
    return found


def _label(key: str, labels: Mapping[str, str], became: Iterable[DecisionRow]) -> str:
    """What an account is called now; what names none stays as it is."""
    for one in became:
        key = one.value if key == one.subject else key
    return labels.get(key, key)


def _with_facts_named(told: str, named: Callable[[str], str]) -> str:
    """What words state, by account, with other names for the facts."""
    facts = json.loads(told) if told else {}
    return (
        json.dumps({one: [[named(name), said] for name, said in known] for one, known in facts.items()}) if told else ""
    )


def _with_keys_named(told: str, named: Callable[[str], str]) -> str:
    return json.dumps({named(name): said for name, said in json.loads(told).items()}) if told else ""


def _of_these(told: str, chosen: Mapping[str, str]) -> str:
    by_key = json.loads(told) if told else {}
    return json.dumps({label: by_key[key] for label, key in chosen.items() if key in by_key}) if told else ""
