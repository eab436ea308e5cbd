"""New texts held against what the ledger remembers: as far back as X's rule asks, in a time that does not grow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from amplifier.campaign.delivery import Due, Spoken
from amplifier.compose.sameness import Echo, Said, already, around, heard, watched
from amplifier.settings import Settings
from amplifier.store import said as ledger

# As many texts of an account, the newest that are out and the next to come, are compared whole; what is older is found
# where it is the same to the letter. A thousand comparisons take a twentieth of a second.
MOST = 5_000


def remembered(
    said: Sequence[Said], settings: Settings, *, at: datetime, replaced: Collection[int] = ()
) -> tuple[Echo, ...]:
    """What these texts, which go out at this instant, echo in the ledger and in one another; one echo a text.

    `replaced` are deliveries that give way to them and have never been out.
    """
    accounts, strict = {one.account for one in said}, watched(settings)
    found: dict[int, Spoken] = {}
    for where in around(accounts, at, settings):
        rows = ledger.said(where.accounts, since=where.since, until=where.until, most=MOST)
        found |= {row.delivery: row for row in rows}
    if len(strict) > 1 and accounts & strict:
        texts = [one.text for one in said if one.account in strict]
        found |= {row.delivery: row for row in ledger.word_for_word(texts, strict)}
    return heard(said, [row for row in found.values() if row.delivery not in replaced], settings)


def is_out_already(due: Due, settings: Settings, *, campaign: Callable[[datetime], datetime], now: datetime) -> str:
    """Why a text that is due may not go out after all, its very words being out; empty if it may.

    Asked before each call on a network that takes no copies, so it costs one look at an index. `campaign` makes a real
    instant one of the campaign's, since in a rehearsal weeks pass in minutes; it is asked only where there is a copy.
    """
    strict = watched(settings)
    if due.identity.account not in strict:
        return ""
    rows = ledger.out_elsewhere(due.text, strict, delivery=due.id)
    out = [replace(row, at=campaign(row.at)) for row in rows]
    return already(due.identity.account, campaign(now), out) if out else ""
