"""What became of a post on one account, as people are told: out, corrected, gone, withdrawn; and what follows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from amplifier.campaign.correction import Stand, is_later, stands, words_out
from amplifier.campaign.delivery import FINAL, DeliveryView, RemoteState, State, Verb


class Fate(StrEnum):
    """How a post that went out stands now.

    LIVE: as it went out. CORRECTED: in other words of ours. CHANGED: somebody else changed it there. GONE: it is not
    there any more, and it was not we who deleted it. WITHDRAWN: we deleted it, and nothing of ours took its place.
    """

    LIVE = "live"
    CORRECTED = "corrected"
    CHANGED = "changed"
    GONE = "gone"
    WITHDRAWN = "withdrawn"


class Follows(StrEnum):
    """What is still to happen to it, also where that waits for a person."""

    CORRECTION = "correction"
    DELETION = "deletion"


IS_THERE = frozenset({Fate.LIVE, Fate.CORRECTED, Fate.CHANGED})


@dataclass(frozen=True)
class Became:
    """One post on one account.

    `row` is the publishing delivery that tells how it stands: what is out, else the newest. `fate` is None where that
    delivery did not go out: then its state tells. `text` are the words that are out, were out last, or are to go out.
    `at` is when it last changed by our hand; `correction` the words that are to take its place, empty if none are.
    """

    row: DeliveryView
    fate: Fate | None
    text: str
    at: datetime | None
    follows: Follows | None = None
    correction: str = ""


def became(rows: Iterable[DeliveryView]) -> tuple[Became, ...]:
    """What became of a post, from all of its deliveries: one entry an account, none where it was only left out."""
    return tuple(found for one in stands(rows) if (found := _became(one)))


def became_of_each(rows: Iterable[DeliveryView]) -> tuple[Became, ...]:
    """The same of several posts, in the order in which they first occur."""
    by_post: dict[object, list[DeliveryView]] = {}
    for row in rows:
        by_post.setdefault(row.identity.post, []).append(row)
    return tuple(one for found in by_post.values() for one in became(found))


def _became(found: Stand) -> Became | None:
    published = [row for row in found.rows if row.identity.verb is Verb.PUBLISH and row.state is not State.DROPPED]
    row = found.out or max(published, key=lambda one: one.identity.revision, default=None)
    if row is None:
        return None
    ahead = [one for one in found.rows if is_later(one) and one.state not in FINAL]
    said = [one for one in ahead if one.identity.verb is not Verb.DELETE]
    words = max(said, key=lambda one: one.identity.revision, default=None)
    follows = (Follows.CORRECTION if words else Follows.DELETION) if ahead else None
    return Became(
        row=row,
        fate=_fate(row, found.rows) if row.state is State.SENT else None,
        text=words_out(row, found.rows),
        at=max((one.sent_at for one in found.rows if one.state is State.SENT and one.sent_at), default=None),
        follows=follows,
        correction=words.text if words and words is not row else "",
    )


def _fate(row: DeliveryView, rows: Sequence[DeliveryView]) -> Fate:
    match row.remote_state:
        case RemoteState.GONE:
            return Fate.GONE
        case RemoteState.WITHDRAWN:
            return Fate.WITHDRAWN
    if row.outside_text is not None:
        return Fate.CHANGED
    there = row.receipt.remote_id if row.receipt else ""
    edits = [one for one in rows if one.identity.verb is Verb.EDIT and one.state is State.SENT and one.target == there]
    return Fate.CORRECTED if edits or row.identity.revision > 0 else Fate.LIVE
