"""What people changed against the files: append-only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.plan import Decision, DecisionKind, Hours
from amplifier.campaign.post import Fact
from amplifier.store import heartbeats, ledger, published_facts
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import reading, whole
from amplifier.store.deciding import write_down
from amplifier.store.events import Event, events_of, was_written, write_events
from amplifier.store.identity import accounts, fact_names
from amplifier.store.identity.numbered import mark, of_account
from amplifier.store.models import DecisionRow

CARRIED_OUT = "decisions"  # the heartbeat that says which was the newest when the plan was last carried out
# The same of what a person let go out after its time: how often that was done, and how often the plan has seen it.
LET_GO, SEEN = "let go late", "let go late: seen"
BEHIND = f"""SELECT COALESCE((SELECT MAX(id) FROM decisions), 0)
  > COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = 'decisions'), 0)
  OR COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = '{LET_GO}'), 0)
  > COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = '{SEEN}'), 0)"""  # noqa: S608  our own names
# What the words of decisions state that an earlier version did not write down with them: the events of one subject.
OLDER, SERVICE = "decisions", "service"
HOW_OFTEN = "SELECT COALESCE((SELECT CAST(detail AS INTEGER) FROM heartbeats WHERE name = %s), 0)"
HOURS = "@hours"  # beside what the files said then: no account and no fact is called so
ONE_HOUR: Hours = {}


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
    hours: Hours = ONE_HOUR,
    check: Callable[[], None] = lambda: None,
) -> Decision:
    """Write down what a person decided, and what the files or an earlier decision said before.

    `facts` is what a person's words state, as it is now; `hours` are as in Decision. From that instant on no planned
    post goes out until the planner has carried it out. `check` raises where it is too late for it; it is asked in the
    same transaction, when nobody else can decide anything, nor add a post of their own.
    """
    ledger.lock()
    check()
    if kind is DecisionKind.WORDS_REPLACED:
        value, replaced, facts = (_by_number(told) for told in (value or "{}", replaced or "{}", facts))
        facts = _with_facts_named(facts, fact_names.kept())
    elif kind is DecisionKind.SLOT_SKIPPED:
        value = _by_number(value)
    elif kind is DecisionKind.FACT_LEFT:
        value, replaced = (_with_keys_named(told, fact_names.kept()) for told in (value, replaced))
        facts = _with_nested_named(_by_number(facts), fact_names.kept())
    if hours:
        replaced = json.dumps({**json.loads(replaced or "{}"), HOURS: dict(hours)})
    row = write_down(
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
    is_older = any(row.kind == DecisionKind.WORDS_REPLACED and row.facts is None for row in rows)
    found_out = _found_out() if is_older else {}
    return tuple(_decision(row, labels, became, found_out.get(str(row.pk), "")) for row in rows)


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
    published_facts.state(of_deliveries)
    named = fact_names.kept()
    told = {number: _with_facts_named(_by_number(as_json(found)), named) for number, found in of_decisions.items()}
    write_events([Event(now, SERVICE, OLDER, EventKind.FACTS_FOUND_OUT, detail=json.dumps(told))])


@reading
def has_kept_facts() -> bool:
    """Whether that was ever done."""
    return was_written(OLDER, EventKind.FACTS_FOUND_OUT)


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


@reading
def last_carried_out() -> datetime | None:
    """When that was; None if it never was."""
    found = heartbeats.heartbeats().get(CARRIED_OUT)
    return found.at if found else None


@reading
def newest_carried_out() -> int:
    """Which decision was the newest then; 0 if there was none."""
    found = heartbeats.heartbeats().get(CARRIED_OUT)
    return int(found.detail or 0) if found else 0


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


def _by_number(told: str) -> str:
    """What is told of each account, JSON, as it is kept: an account by its number, whatever it is called later."""
    numbers = accounts.numbers()
    by_label = json.loads(told) if told else {}
    kept = {mark(numbers[label]) if label in numbers else label: one for label, one in by_label.items()}
    return json.dumps(kept) if told else ""


def _labels() -> dict[str, str]:
    return {mark(number): label for number, label in accounts.labels().items()}


def _decision(
    row: DecisionRow, labels: Mapping[str, str], became: Iterable[DecisionRow], found_out: str = ""
) -> Decision:
    """A decision with the labels that its accounts have now. `became`: which turned out to be which, in order.

    `found_out` is what its words state, where an earlier version did not keep that with it.
    """
    value, facts = row.value, row.facts or found_out
    replaced, hours = _without_hours(row.replaced)
    later = [one for one in became if one.pk > row.pk]

    def called(name: str) -> str:
        return of_account(name, lambda form: _label(form, labels, later))

    if row.kind == DecisionKind.WORDS_REPLACED:
        chosen = _chosen(json.loads(value or "{}"), labels, later)
        value, facts = _of_these(value, chosen), _with_facts_named(_of_these(facts, chosen), called)
        replaced = _of_these(replaced, _chosen(json.loads(replaced or "{}"), labels, later))
    elif row.kind == DecisionKind.SLOT_SKIPPED and value:
        value = _of_these(value, _chosen(json.loads(value), labels, later))
    elif row.kind == DecisionKind.FACT_LEFT:
        value, replaced = _with_keys_named(value, called), _with_keys_named(replaced, called)
        facts = _with_nested_named(_of_these(facts, _chosen(json.loads(facts or "{}"), labels, later)), called)
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
        hours=hours,
    )


def _without_hours(replaced: str) -> tuple[str, Hours]:
    if HOURS not in replaced:
        return replaced, ONE_HOUR
    told = json.loads(replaced)
    hours = told.pop(HOURS, ONE_HOUR)
    return json.dumps(told) if told else "", hours


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


def _with_nested_named(told: str, named: Callable[[str], str]) -> str:
    """What may stand, by account, with other names for the facts; an earlier version kept none with the words."""
    there = json.loads(told) if told else {}
    for one in there.values():
        if isinstance(one, dict):
            one["facts"] = {named(name): said for name, said in one["facts"].items()}
    return json.dumps(there) if told else ""


def _of_these(told: str, chosen: Mapping[str, str]) -> str:
    by_key = json.loads(told) if told else {}
    return json.dumps({label: by_key[key] for label, key in chosen.items() if key in by_key}) if told else ""
