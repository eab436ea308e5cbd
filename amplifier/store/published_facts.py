"""What our posts say where they are out, or will in words that no plan writes anew; and the facts that they state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q

from amplifier.campaign.changes import ExistingDelivery, Unsent, Waits
from amplifier.campaign.correction import LIVES, PublishedFact, facts_kept, facts_of
from amplifier.campaign.delivery import ON_ITS_WAY, State, Verb
from amplifier.campaign.hold_reasons import PASSING
from amplifier.campaign.post import OWN, Fact, PostId
from amplifier.store.database.statement import execute
from amplifier.store.database.transaction import reading, whole
from amplifier.store.identity.fact_names import called
from amplifier.store.models import DeliveryRow
from amplifier.store.own_hour import moment_of


@reading
def published_facts(campaign: str, *, among: Collection[int] | None = None) -> tuple[PublishedFact, ...]:
    """Every text of ours that is out, or may be, with the facts that it states, in the order of time.

    `among`: only of the posts to which these deliveries belong.
    """
    rows = DeliveryRow.objects.select_related("post", "account").filter(post__campaign=campaign)
    if among is not None:
        rows = rows.filter(post_id__in=DeliveryRow.objects.filter(id__in=list(among)).values("post_id"))
    posts = rows.filter(verb=Verb.PUBLISH).filter(Q(state=State.SENT, remote_state__in=LIVES) | Q(state__in=ON_ITS_WAY))
    edits: dict[tuple[int, str], DeliveryRow] = {}
    for edit in rows.filter(verb=Verb.EDIT, state=State.SENT).order_by("revision"):
        edits[edit.account_id, edit.target] = edit
    found = []
    for row in posts.order_by("post__due_at", "id").defer("request"):
        said = edits.get((row.account_id, row.remote_id or ""), row)
        post, moment = row.post, moment_of(row)
        found.append(
            PublishedFact(
                post=PostId(post.campaign, post.slot, post.occurrence),
                account=row.account.label,
                platform=row.platform,
                text=said.text,
                url=row.url,
                due_at=moment.due_at,
                facts=called(facts_of(post.facts, row.account_id, said.revision)),
                is_sure=row.state == State.SENT,
                wall_time=moment.wall_time,
            )
        )
    return tuple(found)


@reading
def unsent(campaign: str, *, among: Collection[int] | None = None) -> tuple[Unsent, ...]:
    """Own posts and corrections that are not out yet, with the facts that they state, in the order of time.

    `among`: only these deliveries.
    """
    rows = DeliveryRow.objects.select_related("post", "account").filter(
        Q(post__slot=OWN) | Q(revision__gt=0),
        post__campaign=campaign,
        verb__in=[Verb.PUBLISH, Verb.EDIT],
        state__in=[State.QUEUED, State.HELD, *ON_ITS_WAY],
    )
    if among is not None:
        rows = rows.filter(id__in=list(among))
    frozen = rows.annotate(frozen=Q(request__isnull=False)).defer("request")
    return tuple(
        Unsent(
            delivery=ExistingDelivery(
                row.pk, row.account.label, State(row.state), row.reason, row.text, frozen=row.frozen, detail=row.detail
            ),
            post=PostId(campaign, row.post.slot, row.post.occurrence),
            platform=row.platform,
            facts=called(facts_of(row.post.facts, row.account_id, row.revision)),
            waits=None if row.revision else _waits(row),
            too_late_at=row.too_late_at,
        )
        for row in frozen.order_by("run_at", "id")
    )


@whole
def state(facts: Mapping[int, Sequence[Fact]]) -> None:
    """The words of these deliveries state these facts, which nobody had written down when they were queued."""
    for row in DeliveryRow.objects.select_related("post").filter(id__in=list(facts)).defer("request"):
        post, own = row.post, [row.account_id, row.revision]
        post.refresh_from_db(fields=["facts"])  # another delivery of the same post may have been before this one
        others = [entry for entry in post.facts if entry[2:] != own]
        post.facts = facts_kept(others, facts[row.pk], accounts=[row.account_id], revision=row.revision)
        post.save(update_fields=["facts"])


@reading
def late(campaign: str, *, now: datetime) -> tuple[tuple[PostId, Waits], ...]:
    """What the plan wants and waits past its time, but may still go out; not what changes a post that is out."""
    rows = DeliveryRow.objects.select_related("post").filter(
        post__campaign=campaign,
        post__due_at__lte=now,
        too_late_at__gt=now,
        revision=0,
        verb=Verb.PUBLISH,
        state__in=[State.QUEUED, State.HELD],
    )
    planned = rows.exclude(post__slot=OWN).defer("request").order_by("id")
    return tuple((PostId(campaign, row.post.slot, row.post.occurrence), _waits(row)) for row in planned)


@reading
def is_any_going(posts: Collection[tuple[PostId, str]], deliveries: Collection[int]) -> bool:
    """Whether any of these (posts by account, and deliveries) would go out by itself, now or when something passes."""
    if not (posts or deliveries):
        return False
    going = DeliveryRow.objects.filter(Q(state=State.QUEUED) | Q(state=State.HELD, reason__in=list(PASSING)))
    if going.filter(id__in=list(deliveries)).exists():
        return True
    wanted = {(post.slot, post.occurrence, account) for post, account in posts}
    slots = {slot for slot, _, _ in wanted}
    rows = going.filter(post__slot__in=slots, revision=0).values_list(
        "post__slot", "post__occurrence", "account__label"
    )
    return not wanted.isdisjoint(rows)


@reading
def newest() -> int:
    """The number of the newest delivery: whoever corrects or withdraws something adds one. 0 if there is none."""
    return int(execute("SELECT COALESCE(MAX(id), 0) FROM deliveries")[0][0])


@reading
def following(campaign: str) -> dict[int, tuple[PostId, str]]:
    """The corrections and deletions that are still to take effect: of which post, on which account."""
    rows = DeliveryRow.objects.filter(
        Q(revision__gt=0) | ~Q(verb=Verb.PUBLISH),
        post__campaign=campaign,
        state__in=[State.QUEUED, State.HELD, *ON_ITS_WAY],
    )
    found = rows.values_list("id", "post__slot", "post__occurrence", "account__label")
    return {number: (PostId(campaign, slot, occurrence), account) for number, slot, occurrence, account in found}


@reading
def states_of(deliveries: Collection[int]) -> dict[int, str]:
    """The states of these deliveries."""
    rows = DeliveryRow.objects.filter(id__in=list(deliveries)) if deliveries else DeliveryRow.objects.none()
    return dict(rows.values_list("id", "state"))


@reading
def names(campaign: str) -> tuple[PostId, ...]:
    """The posts of which something is out or on its way, by hand or by plan; the newest first."""
    rows = DeliveryRow.objects.filter(post__campaign=campaign, state__in=[State.SENT, *ON_ITS_WAY], verb=Verb.PUBLISH)
    found = rows.values_list("post__slot", "post__occurrence").annotate(due=Max("post__due_at")).order_by("-due")
    return tuple(PostId(campaign, slot, occurrence) for slot, occurrence, _ in found)


def _waits(row: DeliveryRow) -> Waits:
    return Waits(row.post.due_at, row.run_at, is_again(row))


def is_again(row: DeliveryRow) -> bool:
    """Whether a person wants it sent after its time: it may go out longer than its post."""
    return row.too_late_at > row.post.due_at + timedelta(seconds=row.post.too_late_s)
