"""What accounts have said and are to say, asked so that a million other rows cost nothing: to notice a copy."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from amplifier.campaign.delivery import Spoken
from amplifier.campaign.post import PostId
from amplifier.store.database.statement import execute, marks
from amplifier.store.database.transaction import instant, reading, stamp

# When it was to be said, for by that the plan is checked; where a person let it go on too late, when it was.
# A correction is said when it is its turn, long after its post was due.
WHAT = """SELECT d.id, p.campaign, p.slot, p.occurrence, d.revision, a.label, d.text,
  CASE WHEN d.revision > 0 THEN COALESCE(d.sent_at, d.run_at) WHEN d.sent_at > d.too_late_at THEN d.sent_at
  ELSE p.due_at END
FROM deliveries d JOIN posts p ON p.id = d.post_id JOIN accounts a ON a.id = d.account_id
WHERE d.text <> '' AND"""
ON_IT = "d.account_id = (SELECT id FROM accounts WHERE label = %s)"
SENT = f"""{WHAT} {ON_IT} AND d.sent_at IS NOT NULL AND d.sent_at >= %s AND d.sent_at <= %s
ORDER BY d.sent_at DESC LIMIT %s"""
TO_COME = "AND d.run_at >= %s AND d.run_at <= %s ORDER BY d.run_at, d.id LIMIT %s"
QUEUED = f"{WHAT} {ON_IT} AND d.state = 'queued' {TO_COME}"
OPEN = f"{WHAT} {ON_IT} AND d.state IN ('held', 'sending', 'unsure') {TO_COME}"
# Whoever was asked to post it by hand may have done so, too late to say it: nobody knows.
ASKED = "d.state = 'missed' AND d.reason = 'hand_off'"
MISSED = f"{WHAT} {ON_IT} AND {ASKED} {TO_COME}"
# The beginning stands here as it does in its index. With a bare `d.text = %s` SQLite would put the words themselves in
# its place, and pass the index by.
THESE_WORDS = f"""{WHAT} d.account_id IN (SELECT id FROM accounts WHERE label IN ({{}}))
AND SUBSTR(d.text, 1, 120) = SUBSTR(%s, 1, 120) AND d.text || '' = %s
AND (d.state NOT IN ('dropped', 'missed') OR ({ASKED}))"""  # noqa: S608  our own statement
# Of two that are in hand at one moment the elder goes first, so that not both give way.
OUT = f"""{THESE_WORDS} AND d.id <> %s
AND (d.state IN ('sent', 'sending', 'unsure') OR ({ASKED})
  OR (d.state = 'queued' AND d.lease_until IS NOT NULL AND d.id < %s))"""


@reading
def recent_texts(accounts: Collection[str], *, since: datetime, until: datetime, most: int) -> tuple[Spoken, ...]:
    """What these accounts said or are to say from then until then (both included).

    Of each account the newest that are out, and the next of those that wait, of those that are held or under way, and
    of those that were missed after people had been asked to post them by hand: `most` of each.
    """
    between = [stamp(since), stamp(until), most]
    found: list[Spoken] = []
    for name in accounts:
        for statement in (SENT, QUEUED, OPEN, MISSED):
            found += _asked(statement, [name, *between])
    return tuple(found)


@reading
def word_for_word(texts: Iterable[str], accounts: Collection[str]) -> tuple[Spoken, ...]:
    """Where one of these accounts said exactly one of these texts, or is to say it: as far back as the ledger goes."""
    names = list(accounts)
    found: list[Spoken] = []
    for text in dict.fromkeys(texts) if names else ():
        found += _asked(THESE_WORDS.format(marks(names)), [*names, text, text])
    return tuple(found)


@reading
def out_elsewhere(text: str, accounts: Collection[str], *, delivery: int) -> tuple[Spoken, ...]:
    """By which other deliveries exactly this text is out on these accounts, or may be."""
    names = list(accounts)
    return tuple(_asked(OUT.format(marks(names)), [*names, text, text, delivery, delivery]))


def _asked(statement: str, words: list[Any]) -> list[Spoken]:
    return [
        Spoken(row[0], PostId(row[1], row[2], row[3]), row[4], row[5], row[6], instant(row[7]))
        for row in execute(statement, words)
    ]
