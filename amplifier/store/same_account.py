"""Two rows turn out to be one account, which has another handle now: what the newer one has goes over to the older."""

from __future__ import annotations

from amplifier.campaign.delivery import State
from amplifier.store.heard import MentionRow
from amplifier.store.models import DeliveryRow, ErrandRow, SealedRow, SpendRow

NOT_BEGUN = (State.QUEUED, State.HELD, State.MISSED, State.DROPPED)


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
