"""Two rows turn out to be one account, which has another handle now: what the newer one has goes over to the older."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import F

from amplifier.campaign.account import Identity, former
from amplifier.campaign.correction import facts_passed_on
from amplifier.campaign.delivery import DropReason, State, Verb, is_left_out_for_good, waits_for_a_person
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.store.database.transaction import reading
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.holding.unseen import may_go_on
from amplifier.store.identity.numbered import SERVICE, decide_same, is_decided_about, mark, of_account, pass_on
from amplifier.store.listening.heard import MentionRow
from amplifier.store.models import DeliveryRow, SealedRow, SecretLinkRow, SpendRow

MANY = 100  # deliveries that are looked at to find them
ENOUGH = 3  # posts that are asked for whose they are: one may have been deleted
NOT_BEGUN = (State.QUEUED, State.HELD, State.MISSED, State.DROPPED)
STANDING = ("text", "language", "imprint", "state", "reason", "detail", "run_at", "too_late_at", "noted_at")


class _Words(Enum):
    """Whose words count, of the two rows' deliveries of one post."""

    NEWER = 1
    OLDER = 2
    BOTH = 3


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


def hand_over(older: int, newer: int, *, why: str, now: datetime) -> bool:
    """Give the older row what the newer has; called inside a transaction. Whether nothing refers to the newer any more.

    Of two deliveries of one post the one that has begun stays, else the older, which then stands as people left the
    newer: in its words, held, left out. Where both have begun, each keeps its row: what was said is never forgotten.
    `why` is the sentence for people.
    """
    is_for_the_planner = is_decided_about(newer) or is_decided_about(older)
    for mine in DeliveryRow.objects.filter(account_id=newer).select_related("post").order_by("id"):
        theirs = DeliveryRow.objects.filter(
            account_id=older, post_id=mine.post_id, part=mine.part, verb=mine.verb, revision=mine.revision
        ).first()
        whose = _Words.BOTH
        if theirs is None:
            DeliveryRow.objects.filter(id=mine.pk).update(account_id=older)
            whose = _Words.NEWER
        elif mine.state in NOT_BEGUN:
            whose = _Words.NEWER if _gives_way(theirs, mine) else _Words.OLDER
            if whose is _Words.NEWER:
                _stand_as(theirs, mine, now=now)
            is_for_the_planner |= whose is _Words.OLDER and _is_open(theirs)
            _replace(mine, theirs)
            may_go_on(
                DeliveryRow.objects.filter(id=theirs.pk, state=State.QUEUED).values_list("id", flat=True),
                actor=SERVICE,
                now=now,
            )
        elif theirs.state in NOT_BEGUN:
            _replace(theirs, mine)
            DeliveryRow.objects.filter(id=mine.pk).update(account_id=older)
            whose = _Words.NEWER
        if mine.verb != Verb.DELETE:
            _pass_on_facts(mine, older, whose)
    pass_on(older, newer)
    if is_for_the_planner:
        decide_same(older, newer, why=why, now=now)
    addresses = list(SealedRow.objects.filter(account_id=newer).values_list("address", flat=True))
    SealedRow.objects.filter(account_id=older, address__in=addresses).delete()  # the session that just logged in stays
    for model in (SealedRow, SpendRow, MentionRow):
        model.objects.filter(account_id=newer).update(account_id=older)
    return not DeliveryRow.objects.filter(account_id=newer).exists()


def _is_open(row: DeliveryRow) -> bool:
    """Whether it may still go out if the plan wants it."""
    is_out_of_it = row.state == State.MISSED or is_left_out_for_good(row.state, row.reason)
    return row.state in NOT_BEGUN and not is_out_of_it


def _gives_way(theirs: DeliveryRow, mine: DeliveryRow) -> bool:
    """Whether the older delivery stands from now on as the newer does, which is the one that people had before them.

    Not if it has begun or may have arrived; and the more careful of both stands.
    """
    if theirs.state == State.MISSED and mine.state == State.MISSED:
        return False
    if theirs.state not in NOT_BEGUN or is_left_out_for_good(theirs.state, theirs.reason):
        return False
    if is_left_out_for_good(mine.state, mine.reason):
        return True
    if theirs.state == State.MISSED and theirs.reason == HoldReason.HAND_OFF:  # whoever was asked may have posted it
        return False
    waits = waits_for_a_person(theirs.state, theirs.reason) or theirs.reason == DropReason.UNPLANNED_HOLD
    return theirs.request is None and (not waits or waits_for_a_person(mine.state, mine.reason))


def _stand_as(kept: DeliveryRow, gone: DeliveryRow, *, now: datetime) -> None:
    """The fence rises, so that a claim made before ends in nothing."""
    standing = {name: getattr(gone, name) for name in STANDING}
    DeliveryRow.objects.filter(id=kept.pk).update(fence=F("fence") + 1, lease_until=None, **standing)
    detail = f"It stands as {of_delivery(gone.pk)} did, which was the same."
    write_events(
        [Event(now, SERVICE, of_delivery(kept.pk), EventKind.SAME_ACCOUNT, kept.state, gone.state, detail=detail)]
    )


def _replace(gone: DeliveryRow, kept: DeliveryRow) -> None:
    """One of two deliveries goes; what was about it, or waits for it, is about the other from now on."""
    SecretLinkRow.objects.filter(delivery_id=gone.pk).update(delivery_id=kept.pk)
    DeliveryRow.objects.filter(waits_for=gone.pk).update(waits_for=kept.pk)
    SpendRow.objects.filter(delivery=gone.pk).update(delivery=kept.pk)
    if gone.unseen_since is not None and kept.unseen_since is None:
        DeliveryRow.objects.filter(id=kept.pk).update(unseen_since=gone.unseen_since, unseen_text=gone.unseen_text)
    gone.delete()


def _pass_on_facts(mine: DeliveryRow, older: int, whose: _Words) -> None:
    """What the words of the newer account state goes over with them, or goes."""
    if whose is _Words.BOTH:
        return
    post = mine.post
    post.refresh_from_db(fields=["facts"])  # another delivery of this post may have come first
    marks = {mark(mine.account_id): mark(older)}
    named = [[of_account(str(name), lambda form: marks.get(form, form)), *rest] for name, *rest in post.facts]
    facts = facts_passed_on(named, older, mine.account_id, revision=mine.revision, taken=whose is _Words.NEWER)
    if facts != post.facts:
        post.facts = facts
        post.save(update_fields=["facts"])
