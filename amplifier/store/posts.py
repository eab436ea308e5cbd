"""Posts and the planning of their deliveries: reading what exists, applying what reconcile decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from amplifier.campaign.changes import Add, Changes, ExistingPost, Rewrite
from amplifier.campaign.correction import facts_kept
from amplifier.campaign.post import Fact, Moment, PostId, WantedPost
from amplifier.store import decisions, ledger, own_hour, planned
from amplifier.store.database.transaction import reading, whole
from amplifier.store.events import Event, of_facts, write_events
from amplifier.store.identity import accounts, fact_names
from amplifier.store.models import PostRow

OF_ITS_WORDS = ("template", "wording", "facts")


@dataclass(frozen=True)
class Ink:
    """What writing needs beside the changes: who writes, when, and the campaign's first day for keys.

    `plan_version`, `decided` (the newest decision) and `let_go` (how often something was let go late) are what the
    planner goes by.
    """

    actor: str
    now: datetime
    first_day: date
    plan_version: int | None = None
    decided: int = 0
    let_go: int = 0


@whole
def replan(campaign: str, decide: Callable[[Sequence[ExistingPost]], Changes], ink: Ink) -> Changes:
    """Read what exists, let `decide` (a pure function) say what must change, and write it: one transaction."""
    changes = decide(_existing(campaign, lock=True))
    for rewrite in changes.rewrites:
        _rewrite(rewrite, ink)
    planned.take_steps(changes.steps, actor=ink.actor, now=ink.now)
    for add in changes.adds:
        _add(add, ink)
    if changes.note:
        write_events([Event(ink.now, ink.actor, of_facts(campaign), changes.note.kind, detail=changes.note.detail)])
    decisions.carried_out(ink.decided, let_go=ink.let_go, now=ink.now)
    return changes


@reading
def existing(
    campaign: str, *, slots: Collection[str] | None = None, day: str = "", since: str = ""
) -> list[ExistingPost]:
    """What the ledger has of a campaign, as the planner would see it: for people who ask what it would do.

    `slots`: of these alone, `day`: and of this day. `since`: of this day and later ones, and what is said but once.
    """
    if slots is None:
        return _existing(campaign, lock=False)
    rows = PostRow.objects.filter(campaign=campaign, slot__in=list(slots), occurrence__gte=since)
    rows = rows.filter(occurrence__startswith=f"{day}#") if day else rows
    return _existing(campaign, lock=False, among=list(rows.values_list("id", flat=True)))


@whole
def add_post(add: Add, ink: Ink, *, first: Callable[[], None] | None = None) -> list[int]:
    """Add one post with its deliveries, and the numbers of the deliveries.

    `first` is called as soon as nobody else can add one so: what it raises keeps the post from being added.
    """
    if first is not None:
        ledger.lock()
        first()
    return _add(add, ink)


def _existing(campaign: str, *, lock: bool, among: Collection[int] | None = None) -> list[ExistingPost]:
    by_post = planned.existing_by_post(campaign, lock=lock, among=among)
    rows = PostRow.objects.filter(campaign=campaign).order_by("id")
    return [
        ExistingPost(
            row=row.pk,
            id=PostId(row.campaign, row.slot, row.occurrence),
            moment=Moment(row.due_at, row.wall_time, row.zone, row.fold),
            too_late_s=row.too_late_s,
            deliveries=tuple(by_post.get(row.pk, ())),
            hand_off=row.hand_off,
            template=row.template,
            wording=row.wording,
        )
        for row in (rows if among is None else rows.filter(id__in=list(among)))
    ]


def _facts(post: WantedPost) -> list[list[object]]:
    """What the plan's words state, and for each account with a person's own words what those do."""
    as_kept = fact_names.kept()
    kept: list[list[object]] = [[as_kept(fact.name), fact.value] for fact in post.facts]
    for account, facts in post.own_facts.items():
        stated = [Fact(as_kept(fact.name), fact.value) for fact in facts]
        kept = facts_kept(kept, stated, accounts=[accounts.number_of(account)])
    return kept


def _fields(post: WantedPost, ink: Ink) -> dict[str, object]:
    return {
        "slot": post.id.slot,
        "due_at": post.moment.due_at,
        "wall_time": post.moment.wall_time,
        "zone": post.moment.zone,
        "fold": post.moment.fold,
        "too_late_s": post.too_late_s,
        "hand_off": post.hand_off,
        "template": post.template,
        "wording": post.wording,
        "milestone": post.milestone,
        "facts": _facts(post),
        "plan_version": ink.plan_version,
    }


def _rewrite(rewrite: Rewrite, ink: Ink) -> None:
    post = rewrite.post
    fields = _fields(post, ink)
    before = PostRow.objects.only("facts", "due_at", "wall_time").get(id=rewrite.row)
    if not post.words:  # it says what it said, and states what it stated, until there are others
        fields = {name: value for name, value in fields.items() if name not in OF_ITS_WORDS}
    elif before.facts != fields["facts"]:
        fields["facts"] = _facts_after(rewrite, before.facts)
    if (before.due_at, before.wall_time) != (post.moment.due_at, post.moment.wall_time):
        own_hour.keep_hours(rewrite.row)
    PostRow.objects.filter(id=rewrite.row).update(**fields)
    planned.move_on_their_way(rewrite.row, too_late_at=post.moment.due_at + timedelta(seconds=post.too_late_s))


def _facts_after(rewrite: Rewrite, before: Sequence[Sequence[object]]) -> list[list[object]]:
    """The facts of the new words, and for the accounts on which the old ones are out those that they state."""
    begun = planned.begun(rewrite.row)
    out = [entry for entry in before if len(entry) > 2 and (entry[3] or entry[2] in begun)]
    old = [Fact(str(name), str(value)) for name, value, *more in before if not more]
    stand = facts_kept(out, old, accounts=begun)
    return [*(entry for entry in _facts(rewrite.post) if len(entry) == 2 or entry[2] not in begun), *stand]


def _add(add: Add, ink: Ink) -> list[int]:
    post = add.post
    row = add.row
    if row is None:
        made, is_new = PostRow.objects.get_or_create(
            campaign=post.id.campaign,
            slot=post.id.slot,
            occurrence=post.id.occurrence,
            defaults=_fields(post, ink),
        )
        if not is_new:
            return []
        row = made.pk
    return planned.add(
        row,
        post.id,
        add.deliveries,
        run_at=post.moment.due_at,
        too_late_at=post.moment.due_at + timedelta(seconds=post.too_late_s),
        first_day=ink.first_day,
        actor=ink.actor,
        now=ink.now,
    )
