"""What is still to go out by the plan, however far ahead: the ledger has the next 14 days, people decide about all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from amplifier.campaign.correction import LIVES
from amplifier.campaign.delivery import FINAL, OUT, DeliveryView, State, is_left_out_for_good
from amplifier.campaign.hold_reasons import HOLDS, HoldReason
from amplifier.campaign.post import OWN, PostId, WantedPost, with_hour
from amplifier.compose.memory import NOTHING_AHEAD, Ahead, remembered
from amplifier.compose.sameness import Echo, PlannedText
from amplifier.errors import FileError, UsageError
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.naming.known import by_time, find_named, in_ledger, row_of, rows_of, told
from amplifier.schedule.naming.ledger_names import names_of_slots
from amplifier.schedule.naming.matched import PostMatch, matched
from amplifier.schedule.naming.meant import day_of
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name, wanted_posts
from amplifier.schedule.reconcile import WINDOW
from amplifier.schedule.truth.review import find_out, out_called, the_one_of
from amplifier.schedule.truth.stale import wanted_now
from amplifier.settings import Settings
from amplifier.store import decisions, delivery_views, posts

A_DAY = timedelta(days=1)  # the planner looks that far on once a day
# Of what is held for others it is certain that it is not out, and nobody is about to post it.
MAY_BE_OUT = frozenset(reason for reason, hold in HOLDS.items() if hold.may_be_out) - {HoldReason.REJECTED}


def still_to_come(program: Program, post: PostId) -> WantedPost | None:
    """The post as the plan wants it, with the accounts on which it is still to go out; None if the plan does not."""
    made = decisions.decisions()
    wanted = next((one for one in wanted_posts(program, made) if one.id == post), None)
    if wanted is None:
        return None
    return _without_begun(wanted, delivery_views.views(post=row_of(program, post, made)))


def _without_begun(wanted: WantedPost, rows: Iterable[DeliveryView]) -> WantedPost:
    begun = {row.identity.account for row in rows if _has_begun(row)}
    return replace(
        wanted,
        words=tuple(said for said in wanted.words if said.account not in begun),
        unwritten={name: why for name, why in wanted.unwritten.items() if name not in begun},
    )


def find_gone_out(program: Program, name: str, *, instead: str) -> PostId:
    """The post of this name that is out or on its way; raises UsageError, which says what to do `instead` if it comes.

    `instead` is a command that takes the post's name, with what it does: "To leave it out: amplifier skip".
    """
    campaign = program.plan.campaign
    fitting = [out_called(program, in_ledger(campaign, called)) for called in _also_called(program, name)]
    if "/" in name:  # one post: its own name comes first
        fitting = [next(filter(None, fitting), ())]
    if out := tuple(dict.fromkeys(post for found in fitting for post in found)):
        return the_one_of(name, out)
    made = decisions.decisions()
    coming = wanted_posts(program, made)
    found = next((one for one in coming if one.id.slot == name), None)
    with suppress(UsageError):
        found = found or find_named(program, name, coming)
    if found is None:
        return find_out(program, name)
    rows = (out_called(program, post_name(row)) for row in rows_of(program, found.id, made))
    if by_former_name := next(filter(None, rows), ()):
        return by_former_name[0]
    called = by_time(found.id, found.moment.wall_time)
    raise UsageError(f"{called} has not gone out yet. {instead} {called}")


def _also_called(program: Program, name: str) -> Iterator[str]:
    """The name, and by those that its slot has had or has now; a number may be of another hour by a former name."""
    slot, slash, occurrence = name.partition("/")
    yield name
    for one in program.plan.slots:
        if one.was == slot:
            yield f"{one.name}{slash}{occurrence}"
        elif one.was and one.name == slot and day_of(name) is None:
            yield f"{one.was}{slash}{occurrence}"


def must_be_ahead(program: Program, post: PostId) -> None:
    """Raises UsageError if this post has gone out, or is past changing, on every account that it had."""
    _must_wait(delivery_views.views(post=row_of(program, post)))


def _must_wait(rows: Sequence[DeliveryView]) -> None:
    begun = [row for row in rows if not _waits(row)]
    if rows and len(begun) == len(rows):
        said = f"{_named(rows[0])} is {_word(begun[0])} already: there is nothing left to change."
        raise UsageError(f"{said}{_what_is_out(begun)}")


def must_be_ahead_there(program: Program, post: PostId, words: Mapping[str, str]) -> None:
    """Raises UsageError unless there are words (account to text), all for where the post is still to go out."""
    made = decisions.decisions()
    rows = delivery_views.views(post=row_of(program, post, made))
    _must_wait(rows)
    wanted = next((one for one in wanted_posts(program, made) if one.id == post), None)
    coming = _without_begun(wanted, rows) if wanted else None
    names = [*(said.account for said in coming.words), *coming.unwritten] if coming else []
    if not names:
        begun = [f"{_word(row)} on {row.identity.account}" for row in rows if _has_begun(row)]
        if begun:
            where = f"is {' and '.join(begun)} already, and goes nowhere else"
            raise UsageError(f"{told(program, post)} {where}: there is nothing left to change.{_what_is_out(rows)}")
        raise UsageError(f"{told(program, post)} is to go out on no account. There is nothing left to change.")
    if not words or not all(text.strip() for text in words.values()):
        name = by_time(post, wanted.moment.wall_time) if wanted else post_name(post)
        raise UsageError(f"There are no words for {name}. To leave it out: amplifier skip {name}")
    _must_wait_on(rows, words)
    for name in words:
        if name not in names:
            raise UsageError(f"{told(program, post)} does not go to {name}. It goes to {' and '.join(names)}.")


def must_not_have_begun(program: Program, post: PostId, accounts: Collection[str]) -> None:
    """Raises UsageError if this post is out, or past changing, on one of these accounts."""
    _must_wait_on(delivery_views.views(post=row_of(program, post)), accounts)


def _must_wait_on(rows: Iterable[DeliveryView], accounts: Collection[str]) -> None:
    begun = {row.identity.account: row for row in rows if _has_begun(row)}
    for name in accounts:
        if row := begun.get(name):
            said = f"{_named(row)} is {_word(row)} on {name} already"
            raise UsageError(f"{said}: nothing is left to change there.{_what_is_out([row])}")


def _what_is_out(rows: Iterable[DeliveryView]) -> str:
    """What can be done about what is out; nothing where none of it is."""
    out = next((row for row in rows if row.state is State.SENT and row.remote_state in LIVES), None)
    if out is None:
        return ""
    name = post_name(out.identity.post)
    return f" To correct what is out: amplifier correct {name}. To delete it: amplifier withdraw {name}"


def _named(row: DeliveryView) -> str:
    is_one_of_several = day_of(post_name(row.identity.post)) is not None
    return with_hour(row.identity.post, row.wall_time) if is_one_of_several else post_name(row.identity.post)


def next_beyond(program: Program, *, now: datetime) -> WantedPost | None:
    """The first post that the plan wants later than the ledger looks ahead; to be asked where the ledger has none."""
    wanted = wanted_posts(program, decisions.decisions(), playing(program.settings))
    ahead = (one for one in wanted if one.moment.due_at > now + WINDOW - A_DAY)
    return next((one for one in ahead if not delivery_views.views(post=row_of(program, one.id))), None)


def to_be_said(program: Program, *, now: datetime) -> Ahead:
    """What the plan is still to say by all decisions that were made, on every account, however far ahead.

    Posts are called as the ledger calls them, or will call them: so does everybody who compares a text with these.
    """
    made, stage = decisions.decisions(), playing(program.settings)
    coming: set[PostId] = set()
    passed: set[tuple[str, str]] = set()  # what of these waits all the same is in the ledger alone
    wanted = wanted_now(program, made, now=now)
    for one in wanted:
        if stage.real(one.moment.due_at) + timedelta(seconds=one.too_late_s) > now:
            coming.add(one.id)
        else:
            passed |= {(one.id.slot, one.id.occurrence), (one.id.slot, one.moment.wall_time)}
    found = [one for one in _matched(program, wanted, coming) if one.post.id in coming]
    theirs = {one.row.id for one in found if one.row}
    waiting = [row for row in delivery_views.views(states=(State.QUEUED, State.HELD)) if _follows_the_plan(row)]
    return Ahead(
        said=tuple(
            PlannedText(post_name(one.called), words.account, words.text, one.post.moment.due_at)
            for one in found
            for words in one.post.words
            if words.account not in _closed(one)
        ),
        instead=frozenset(row.id for row in waiting if row.identity.post in theirs or not _names(row) & passed),
        decided=made[-1].id if made else 0,
        version=program.digest,
    )


def said_by_the_plan(settings: Settings, *, now: datetime) -> Ahead:
    """The same of the plan in force; nothing while there is none."""
    try:
        program = program_in_force(settings)
    except (UsageError, FileError):
        return NOTHING_AHEAD
    return to_be_said(program, now=now)


def echoes_of(program: Program, post: WantedPost, *, plan: Ahead) -> tuple[Echo, ...]:
    """What the words of a post that is to go out again say nearly again, in the ledger or in the rest of the plan.

    `post` is in the campaign's time. On X the planner holds what does.
    """
    stage = playing(program.settings)
    at = stage.real(post.moment.due_at)
    name = post_name(row_of(program, post.id))
    said = [PlannedText(name, words.account, words.text, at) for words in post.words]
    return remembered(said, program.settings, at=at, playing=stage, plan=plan)


def _matched(program: Program, wanted: Iterable[WantedPost], coming: Collection[PostId]) -> list[PostMatch]:
    """The posts of the slots that are to come, each with its row: rows of days that are over are not looked at."""
    if not coming:
        return []
    slots, since = {one.slot for one in coming}, min(one.occurrence.partition("#")[0] for one in coming)
    near = [one for one in wanted if one.id.slot in slots]
    return matched(near, posts.existing(program.plan.campaign, slots=names_of_slots(near), since=since))


def _closed(match: PostMatch) -> frozenset[str]:
    """The accounts on which a post's first words are past changing: out, perhaps out, or left out for good."""
    rows, before = (one.deliveries if one else () for one in (match.row, match.former))
    closed = {one.account for one in rows if one.state in OUT or is_left_out_for_good(one.state, one.reason)}
    return frozenset(closed | {one.account for one in before if one.is_out})


def _names(row: DeliveryView) -> set[tuple[str, str]]:
    """By what a post of the plan may be known as the one that waits there: its number, or its time."""
    return {(row.identity.post.slot, row.identity.post.occurrence), (row.identity.post.slot, row.wall_time)}


def _follows_the_plan(row: DeliveryView) -> bool:
    """Whether what waits there becomes what the plan wants, or nothing where it wants nothing."""
    doubtful = row.frozen or row.unseen_since is not None or (row.state is State.HELD and row.reason in MAY_BE_OUT)
    return row.identity.post.slot != OWN and row.identity.revision == 0 and not doubtful


def _has_begun(row: DeliveryView) -> bool:
    """Whether a post's first words are past changing there; a correction's row says nothing of that."""
    return not _waits(row) and row.identity.revision == 0


def _waits(row: DeliveryView) -> bool:
    """Whether it waits, or would if the planner had carried out by now what was decided a moment ago."""
    by_plan = row.state is State.DROPPED and not is_left_out_for_good(row.state, row.reason)
    return by_plan or row.state in (State.QUEUED, State.HELD)


def _word(row: DeliveryView) -> str:
    return row.state.value if row.state in FINAL else "on its way"
