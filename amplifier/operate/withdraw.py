"""Take a post back wherever it is or may be: shown first, then queued whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from amplifier.campaign.correction import Stand
from amplifier.campaign.delivery import ON_ITS_WAY, DeliveryView, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.operate.correct import chosen_accounts
from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Settings
from amplifier.store import delivery_views, secret_links
from amplifier.store.operate import withdrawals
from amplifier.store.operate.corrections import Hand

LOOKED_FOR = (State.QUEUED, State.HELD, State.MISSED)  # with an attempt, a doubt or a link behind it
DELETE = "delete it"
LOOK = "look for it, and delete it if it is there: nobody knows yet whether it is out"
DROP = "leave it out: it has not gone out there yet"
LATE = "leave it out: nobody has said that they posted it; if somebody still does, delete it"
ON_THE_WAY = "delete it: that is on its way already"


@dataclass(frozen=True)
class Taking:
    """What is done on one account, as a sentence that begins small, and what it costs there at worst."""

    stand: Stand
    what: str
    dollars: float = 0.0


@dataclass(frozen=True)
class Withdrawal:
    """A withdrawal, ready to be queued. `left` says for the other accounts why nothing is done there."""

    post: PostId
    takings: tuple[Taking, ...]
    left: Mapping[str, str]

    @property
    def marks(self) -> dict[str, str]:
        """How the post stood on each account when this was shown."""
        return {one.stand.account: one.stand.mark for one in self.takings}


def prepare_withdrawal(post: PostId, settings: Settings, *, on: Collection[str] = ()) -> Withdrawal:
    """What withdrawing this post would do on each account. Raises UsageError if nothing of it is anywhere."""
    takings: list[Taking] = []
    left: dict[str, str] = {}
    for found in chosen_accounts(delivery_views.views(post=post), settings, on):
        what = _what(found)
        if not what:
            left[found.account] = "Nothing of it is there."
            continue
        charged = what in (DELETE, LOOK)
        takings.append(Taking(found, what, TABLE[found.platform].price_delete if charged else 0.0))
    if not takings:
        raise UsageError(f"Nothing of {post.slot}/{post.occurrence} is out or waits to go out. Nothing was done.")
    return Withdrawal(post, tuple(takings), left)


def queue_withdrawal(withdrawal: Withdrawal, hand: Hand) -> list[int]:
    """Queue it, all or nothing; the numbers of the deliveries to follow.

    Raises UsageError where somebody has changed the post since it was shown.
    """
    return withdrawals.withdraw(withdrawal.post, list(withdrawal.marks), hand, shown=withdrawal.marks)


def _what(found: Stand) -> str:
    published = [row for row in found.rows if row.identity.verb is Verb.PUBLISH]
    deleting = any(row.identity.verb is Verb.DELETE and row.state in ON_ITS_WAY for row in found.rows)
    if found.out:
        return ON_THE_WAY if deleting else DELETE
    if any(row.state in ON_ITS_WAY or (row.state in LOOKED_FOR and _may_be_out(row)) for row in published):
        return LOOK
    if any(row.state in (State.QUEUED, State.HELD) for row in published):
        return DROP
    late = {row.id for row in published if row.state is State.MISSED and row.reason == HoldReason.HAND_OFF}
    return LATE if late - {row.waits_for for row in found.rows if row.identity.verb is Verb.DELETE} else ""


def _may_be_out(row: DeliveryView) -> bool:
    """Whether an attempt may have arrived, nobody knows whether hands posted it, or somebody pasted its link."""
    return row.frozen or row.reason == HoldReason.DOUBT or secret_links.awaits_a_look(row.id)
