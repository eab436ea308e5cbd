"""Which deliveries come next, asked so that a million other rows cost nothing, and taken under a fence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from amplifier.campaign.delivery import DeliveryId, Due, Receipt, State, Verb, reason_of
from amplifier.campaign.hold_reasons import LAPSING
from amplifier.campaign.post import PostId
from amplifier.campaign.stop import Stop, stopped_by
from amplifier.store import decisions
from amplifier.store.database.statement import execute, execute_named, marks
from amplifier.store.database.transaction import instant, is_postgres, reading, stamp, whole
from amplifier.store.holding import stops
from amplifier.store.identity import rests

# A partial index is used only where the state stands in the statement itself, not as a parameter.
# What may be out in words that nobody knows cannot be looked for: it waits for a person, however late it is.
LAPSES = f"""state = 'held' AND too_late_at <= %s AND reason IN ({", ".join(f"'{one}'" for one in sorted(LAPSING))})
AND NOT (text = '' AND unseen_since IS NOT NULL)"""
ANYTHING_DUE = f"""SELECT
  EXISTS(SELECT 1 FROM deliveries WHERE state = 'queued' AND run_at <= %s)
  OR EXISTS(SELECT 1 FROM deliveries WHERE state = 'unsure' AND run_at <= %s)
  OR EXISTS(SELECT 1 FROM deliveries WHERE state = 'queued' AND too_late_at <= %s)
  OR EXISTS(SELECT 1 FROM deliveries WHERE {LAPSES})
  OR EXISTS(SELECT 1 FROM deliveries WHERE lease_until IS NOT NULL AND lease_until < %s AND state = 'sending')
"""  # noqa: S608  nothing of it comes from outside
SILENT = "SELECT id FROM deliveries WHERE lease_until IS NOT NULL AND lease_until < %s AND state = 'sending'"
# A deletion without a target waits for its post to be found: its day has not begun (store/operate/withdrawals.tidy).
OVERDUE = """SELECT id FROM deliveries WHERE state = 'queued' AND too_late_at <= %s
AND (lease_until IS NULL OR lease_until < %s) AND NOT (verb = 'delete' AND target = '')"""
OVERDUE_HELD = f"SELECT id FROM deliveries WHERE {LAPSES}"  # noqa: S608  nothing of it comes from outside
LEASED = "SELECT account_id, state, lease_until >= %s FROM deliveries WHERE lease_until IS NOT NULL"
DOUBTS = "SELECT account_id, text FROM deliveries WHERE state = 'unsure' AND verb = 'publish'"
# The oldest due one of an account that nobody holds, that no person is to post, and whose forerunner is done.
NEXT = """SELECT d.id FROM deliveries d
WHERE d.account_id = %s AND d.state = 'queued' AND d.run_at <= %s AND d.too_late_at > %s AND d.unseen_since IS NULL
  AND (d.lease_until IS NULL OR d.lease_until < %s)
  AND (d.verb <> 'publish' OR NOT EXISTS(SELECT 1 FROM posts p WHERE p.id = d.post_id AND p.hand_off))
  AND (d.waits_for IS NULL OR EXISTS(SELECT 1 FROM deliveries f WHERE f.id = d.waits_for AND f.state = 'sent'))
ORDER BY d.run_at, d.id LIMIT 1"""
# What makes it due stands here once more: on PostgreSQL the row may have moved since it was chosen.
TAKE = """UPDATE deliveries SET fence = fence + 1, lease_until = %s
WHERE id = %s AND state = 'queued' AND (lease_until IS NULL OR lease_until < %s) AND run_at <= %s AND too_late_at > %s
AND unseen_since IS NULL RETURNING id"""
UNSURE = """SELECT d.id, d.account_id, a.label FROM deliveries d JOIN accounts a ON a.id = d.account_id
WHERE d.state = 'unsure' AND d.run_at <= %s AND (d.lease_until IS NULL OR d.lease_until < %s)
ORDER BY d.run_at, d.id LIMIT 1000"""
TAKE_NEXT = TAKE.replace("id = %s", f"id = ({NEXT})")
TAKE_CHANGE = TAKE_NEXT.replace("ORDER BY", "AND d.verb <> 'publish' ORDER BY")
# What no plan wants or drops: while somebody's decision is not carried out yet, everything else waits for that.
UNPLANNED = """AND (d.verb <> 'publish' OR d.revision > 0
  OR EXISTS(SELECT 1 FROM posts p WHERE p.id = d.post_id AND p.slot = 'own'))"""
TAKE_UNSURE = """UPDATE deliveries SET fence = fence + 1, lease_until = %s
WHERE id = %s AND state = 'unsure' AND (lease_until IS NULL OR lease_until < %s) RETURNING id"""
DUE = """SELECT d.id, p.campaign, p.slot, p.occurrence, a.label, d.part, d.revision, d.verb, d.text, d.language,
  d.key, d.request, d.state, d.reason, d.fence, d.attempts, d.looks, p.due_at, d.too_late_at, d.first_sent_at,
  CASE WHEN d.verb = 'delete' AND d.target = '' THEN (SELECT f.remote_id FROM deliveries f WHERE f.id = d.waits_for)
    ELSE d.target END AS target,
  d.imprint, d.detail, d.answered_id, d.answered_url, d.unseen_since, d.unseen_text
FROM deliveries d JOIN posts p ON p.id = d.post_id JOIN accounts a ON a.id = d.account_id
WHERE d.id IN ({}) ORDER BY d.run_at, d.id"""


@reading
def is_anything_due(now: datetime) -> bool:
    """Whether any delivery could take a step now: five looks at indexes, so that an idle tick writes nothing."""
    at = stamp(now)
    return bool(execute(ANYTHING_DUE, [at] * 5)[0][0])


@whole
def claim(
    *, now: datetime, lease_until: datetime, limit: int, served: Collection[str] | None = None, stopped: str = ""
) -> list[Due]:
    """Take due deliveries into a worker's hands: at most one an account, none that a stop holds back.

    While an account keeps its gap, or its day is full, only what changes or deletes a post; while a decision is not
    carried out yet, nothing that is planned. They stay queued; only `begin` makes them `sending`. A claim whose lease
    runs out is void. `served` are the accounts that this worker can reach (None: all); `stopped` says why nothing may
    go out, if something outside the database says so.
    """
    in_force, behind = stops.stops(also=stopped, now=now), decisions.is_behind()
    return claim_for(
        None, now=now, lease_until=lease_until, limit=limit, served=served, in_force=in_force, behind=behind
    )


def claim_for(  # noqa: PLR0913  whose, until when, how many, and what holds back
    names: Collection[str] | None,
    *,
    now: datetime,
    lease_until: datetime,
    limit: int,
    served: Collection[str] | None,
    in_force: Sequence[Stop],
    behind: bool,
) -> list[Due]:
    """The same for these accounts alone (None: all); called inside a transaction.

    `behind`: a decision is not carried out yet.
    """
    at, until = stamp(now), stamp(lease_until)
    taken: list[int] = []
    wanted = rests.lock_open(now, among=names)
    more = UNPLANNED if behind else ""
    leased = execute(LEASED, [at])
    busy = {row for row, state, alive in leased if state == "sending" or (state == "queued" and alive)}
    doubts = execute(DOUBTS)
    for account, (label, may_post) in wanted.items():
        if account in busy or (served is not None and label not in served) or len(taken) == limit:
            continue
        doubtful = [text for row, text in doubts if row == account]
        if may_post and (in_force or doubtful):
            taken += _take_if_free(account, doubtful, in_force, [until, at, more])
        else:
            statement = TAKE_NEXT if may_post else TAKE_CHANGE
            statement = statement.replace("ORDER BY", f"{more} ORDER BY") if more else statement
            taken += [number for (number,) in execute(statement, [until, account, *[at] * 6])]
    return _due(taken)


def _take_if_free(account: int, doubtful: Sequence[str], in_force: Sequence[Stop], words: Sequence[Any]) -> list[int]:
    """The account's next one whose text is in no doubt there, unless a stop holds it back: then the tick holds it."""
    until, at, more = words
    other = f"AND (d.verb <> 'publish' OR d.text NOT IN ({marks(doubtful)}))" if doubtful else ""
    chosen = execute(NEXT.replace("ORDER BY", f"{more} {other} ORDER BY"), [account, at, at, at, *doubtful])
    due = _due([number for (number,) in chosen])
    free = [
        one.id
        for one in due
        if one.verb is not Verb.PUBLISH or not stopped_by(in_force, one.identity.account, one.text)
    ]
    return _take(TAKE, free, [until, at, at, at])


@whole
def claim_unsure(
    *, now: datetime, lease_until: datetime, limit: int, served: Collection[str] | None = None
) -> list[Due]:
    """Take deliveries that it is time to look for: at most one an account, so that looking keeps no post waiting."""
    at = stamp(now)
    seen = {row for row, state, alive in execute(LEASED, [at]) if state == "unsure" and alive}
    chosen = []
    for number, account, label in execute(UNSURE, [at, at]):
        if account not in seen and (served is None or label in served):
            seen.add(account)
            chosen.append(number)
    return _due(_take(TAKE_UNSURE, chosen[:limit], [stamp(lease_until), at]))


def _take(statement: str, numbers: Iterable[int], words: Sequence[Any]) -> list[int]:
    """Those of these deliveries that nobody else has taken meanwhile."""
    taken = []
    for number in numbers:
        taken += [found for (found,) in execute(statement, [words[0], number, *words[1:]])]
    return taken


def _due(numbers: Sequence[int]) -> list[Due]:
    if not numbers:
        return []
    return [_as_due(row) for row in execute_named(DUE.format(marks(numbers)), numbers)]


def _as_due(row: Mapping[str, Any]) -> Due:
    post = PostId(row["campaign"], row["slot"], row["occurrence"])
    return Due(
        id=row["id"],
        identity=DeliveryId(post, row["label"], row["part"], row["revision"], Verb(row["verb"])),
        text=row["text"],
        language=row["language"],
        key=row["key"],
        request=bytes(row["request"]) if row["request"] is not None else None,
        state=State(row["state"]),
        reason=reason_of(row["reason"]),
        fence=row["fence"],
        attempts=row["attempts"],
        looks=row["looks"],
        due_at=instant(row["due_at"]),
        too_late_at=instant(row["too_late_at"]),
        first_sent_at=instant(row["first_sent_at"]),
        target=row["target"] or "",
        imprint=row["imprint"],
        detail=row["detail"],
        answered=Receipt(row["answered_id"], row["answered_url"]) if row["answered_id"] else None,
        unseen_since=instant(row["unseen_since"]),
        unseen_text=row["unseen_text"],
    )


def locked(statement: str, words: Sequence[Any]) -> list[int]:
    """The numbers that this statement finds, locked until the transaction ends; what others have locked is left out."""
    limited = statement + (" LIMIT 1000 FOR UPDATE SKIP LOCKED" if is_postgres() else " LIMIT 1000")
    return [number for (number,) in execute(limited, words)]
