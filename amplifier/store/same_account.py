"""Two rows turn out to be one account, which has another handle now: what the newer one has goes over to the older."""

from __future__ import annotations

from dataclasses import dataclass

from amplifier.campaign.account import Identity, former
from amplifier.campaign.delivery import State
from amplifier.campaign.stop import ACCOUNT
from amplifier.store.heard import MentionRow
from amplifier.store.models import DeliveryRow, ErrandRow, SealedRow, SpendRow
from amplifier.store.statement import execute
from amplifier.store.transaction import reading

SOURCES = "DELETE FROM sources WHERE name LIKE %s"
STOPS = "UPDATE stops SET scope = %s WHERE scope = %s AND lifted_at IS NULL"
MANY = 100  # deliveries that are looked at to find them
ENOUGH = 3  # posts that are asked for whose they are: one may have been deleted
NOT_BEGUN = (State.QUEUED, State.HELD, State.MISSED, State.DROPPED)


@dataclass(frozen=True)
class Nameless:
    """An account that is not listed any more and whose network never said who it was.

    `posts` are the newest of what it said, by the network's ids; `is_likely`: it had the label of the one in question.
    """

    number: int
    posts: tuple[str, ...]
    is_likely: bool


@reading
def nameless(label: str, network: str) -> tuple[Nameless, ...]:
    """Which accounts of this network may be the one that has this label now, and cannot be told by their id.

    Only such as have said something, or may have.
    """
    begun = DeliveryRow.objects.filter(
        account__network=network, account__is_listed=False, account__remote_id="", platform=network
    ).exclude(state__in=NOT_BEGUN)
    found: dict[int, Nameless] = {}
    for row in begun.select_related("account").order_by("-id")[:MANY]:
        was = row.account
        is_likely = was.label == former(label, Identity(was.network, was.server, was.handle))
        posts = found[was.pk].posts if was.pk in found else ()
        if row.remote_id and len(posts) < ENOUGH:
            posts = (*posts, row.remote_id)
        found[was.pk] = Nameless(was.pk, posts, is_likely)
    return tuple(found.values())


def hand_over(older: int, newer: int) -> bool:
    """Give the older row what the newer has; called inside a transaction. Whether nothing refers to the newer any more.

    Of two deliveries of one post the one that has begun stays, else the older. Where both have, each keeps its row:
    what was said is never forgotten.
    """
    for mine in DeliveryRow.objects.filter(account_id=newer).order_by("id"):
        theirs = DeliveryRow.objects.filter(
            account_id=older, post_id=mine.post_id, part=mine.part, verb=mine.verb, revision=mine.revision
        ).first()
        if theirs is None:
            DeliveryRow.objects.filter(id=mine.pk).update(account_id=older)
        elif mine.state in NOT_BEGUN:
            _replace(mine, theirs)
        elif theirs.state in NOT_BEGUN:
            _replace(theirs, mine)
            DeliveryRow.objects.filter(id=mine.pk).update(account_id=older)
    execute(SOURCES, [f"#{newer}:%"])  # it has heard what it heard under the older one's number
    execute(STOPS, [f"{ACCOUNT}#{older}", f"{ACCOUNT}#{newer}"])
    addresses = list(SealedRow.objects.filter(account_id=newer).values_list("address", flat=True))
    SealedRow.objects.filter(account_id=older, address__in=addresses).delete()  # the session that just logged in stays
    for model in (SealedRow, SpendRow, MentionRow):
        model.objects.filter(account_id=newer).update(account_id=older)
    return not DeliveryRow.objects.filter(account_id=newer).exists()


def _replace(gone: DeliveryRow, kept: DeliveryRow) -> None:
    """One of two deliveries goes; who was asked about it is asked about the other from now on."""
    ErrandRow.objects.filter(delivery_id=gone.pk).update(delivery_id=kept.pk)
    DeliveryRow.objects.filter(waits_for=gone.pk).update(waits_for=kept.pk)
    gone.delete()
