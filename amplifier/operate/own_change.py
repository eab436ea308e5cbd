"""A person's own post that waits, changed: other words, another time, left out or taken in again; shown first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from amplifier.campaign.delivery import DeliveryView, DropReason, State
from amplifier.campaign.post import OWN, Fact, Moment, PostId, Words
from amplifier.compose.fit import first_words
from amplifier.compose.memory import NOTHING_AHEAD, SINCE, Ahead, StageMap, must_be_the_plan, remembered, unseen
from amplifier.compose.queue import own_words, with_appended
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.errors import UsageError
from amplifier.operate.own import moment_at
from amplifier.settings import Settings
from amplifier.store import delivery_views
from amplifier.store.identity import accounts
from amplifier.store.operate import own_posts
from amplifier.store.operate.corrections import Hand

WAITING = (State.QUEUED, State.HELD)
PREFIX = f"{OWN}/"


@dataclass(frozen=True)
class ComparedWith:
    """With what a post is compared beside the ledger: the days that play, and what the plan in force is to say."""

    playing: StageMap
    plan: Ahead


@dataclass(frozen=True)
class OwnChange:
    """What becomes of an own post: `words` on those accounts that get others, `moment` where it moves.

    `rows` are its deliveries that change; `echoes` say nearly the same as it would then. `appended` is as in OwnPost.
    """

    post: PostId
    rows: tuple[DeliveryView, ...]
    words: tuple[Words, ...] = ()
    moment: Moment | None = None
    echoes: tuple[Echo, ...] = ()
    appended: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    counted_from: str = ""


def find_own(name: str, among: Iterable[DeliveryView]) -> PostId | None:
    """The own post of this name among these; None where the name is none of an own post.

    `own` alone is enough where there is one, else the beginning or the end of its name. Raises UsageError if none or
    several fit.
    """
    rows = {f"{row.identity.post.slot}/{row.identity.post.occurrence}": row for row in among}
    if name != OWN and not name.startswith(PREFIX):
        ending = [row for known, row in rows.items() if known.endswith(f"-{name}")]
        return ending[0].identity.post if len(ending) == 1 else None
    rest = name.removeprefix(OWN).removeprefix("/")
    fitting = [one for one in rows if one.startswith(f"{PREFIX}{rest}") or one.endswith(f"-{rest}")]
    if name in rows or len(fitting) == 1:
        return rows[name if name in rows else fitting[0]].identity.post
    if fitting:
        lines = [f"{one}  {rows[one].wall_time.replace('T', ' ')}  {first_words(rows[one].text)}" for one in fitting]
        raise UsageError("Which one?\n  " + "\n  ".join(lines))
    raise UsageError(f"No post of your own called “{name}” is there. What comes, and what is left out: amplifier plan")


def prepare_reword(  # noqa: PLR0913  which words where, with what, and what stands around them
    post: PostId,
    text: str,
    settings: Settings,
    *,
    playing: StageMap,
    on: Collection[str] = (),
    append: bool = False,
    plan: Ahead = NOTHING_AHEAD,
) -> OwnChange:
    """Other words for it, on these accounts or wherever it waits. `plan` is what the plan in force is to say.

    Raises UsageError where it does not wait, or X has the words already; TemplateError for impossible words.
    """
    if not text.strip():
        raise UsageError(f"There are no words. To leave it out: amplifier skip {post.slot}/{post.occurrence}")
    rows = _rows(post, on, settings)
    where = {row.identity.account: settings.account(row.identity.account) for row in rows}
    whole = {name: with_appended(text, one, settings) if append else (text, ()) for name, one in where.items()}
    words = tuple(own_words(said, where[name], settings) for name, (said, _) in whole.items())
    echoes = _echoes(post, rows, words, rows[0].due_at, settings, ComparedWith(playing, plan))
    appended = {name: added for name, (_, added) in whole.items() if added}
    return OwnChange(post, rows, words, echoes=echoes, appended=appended)


def prepare_move_to(
    post: PostId,
    due_at: datetime,
    settings: Settings,
    *,
    playing: StageMap,
    plan: Ahead = NOTHING_AHEAD,
    counted_from: str = "",
) -> OwnChange:
    """Another time for it, a real instant, `counted_from` a milestone if it was said so.

    Raises UsageError where it does not wait, or X takes no copy by then.
    """
    rows = _rows(post, (), settings, to_move=True)
    words = [Words(row.identity.account, row.text, row.language, row.imprint) for row in rows]
    echoes = _echoes(post, rows, words, due_at, settings, ComparedWith(playing, plan))
    moment = moment_at(due_at, settings, playing)
    return OwnChange(post, rows, moment=moment, echoes=echoes, counted_from=counted_from)


def prepare_leaving_out(post: PostId, settings: Settings, *, on: Collection[str] = ()) -> OwnChange:
    """It is left out on these accounts, or everywhere. Raises UsageError where it does not wait."""
    return OwnChange(post, _rows(post, on, settings))


def prepare_taking_in(
    post: PostId,
    settings: Settings,
    *,
    now: datetime,
    playing: StageMap,
    on: Collection[str] = (),
    plan: Ahead = NOTHING_AHEAD,
) -> OwnChange:
    """It waits again where somebody left it out. Raises UsageError where nobody did, or its time has come."""
    rows = tuple(
        row for row in delivery_views.views(post=post) if _is_skipped(row) and (not on or row.identity.account in on)
    )
    _must_be_all(on, rows, f"Nobody has left out {post.slot}/{post.occurrence}")
    _must_be_ours(rows, settings)
    if rows[0].due_at <= now:
        raise UsageError("Its time has come, so it cannot be taken in again. To say it anew: amplifier send")
    words = [Words(row.identity.account, row.text, row.language, row.imprint) for row in rows]
    return OwnChange(
        post, rows, echoes=_echoes(post, rows, words, rows[0].due_at, settings, ComparedWith(playing, plan))
    )


def carry_out(
    change: OwnChange,
    settings: Settings,
    hand: Hand,
    *,
    playing: StageMap,
    facts: Mapping[str, Sequence[Fact]],
    plan: Ahead = NOTHING_AHEAD,
) -> None:
    """Do what was shown, all or nothing; `facts` are what other words state, by account; `plan` is that of this moment.

    Raises UsageError where the post, or what it would echo, has changed since, or the time it moves to has passed.
    """
    first = partial(_must_be_as_shown, change, settings, ComparedWith(playing, plan), hand.now)
    on = [row.identity.account for row in change.rows]
    if change.words:
        own_posts.reword(change.post, change.words, facts, hand, first=first)
    elif change.moment:
        own_posts.move_to(change.post, change.moment, hand, first=first, counted_from=change.counted_from)
    elif change.rows[0].state is State.DROPPED:
        own_posts.take_in(change.post, on, hand, first=first)
    else:
        own_posts.leave_out(change.post, on, hand, first=first)


def held_again(change: OwnChange) -> str:
    """Why what was taken in again is held, as it was before it was left out; empty where it waits for its time."""
    rows = delivery_views.views_by_id([row.id for row in change.rows])
    return next((f"{row.identity.account}: {row.detail}" for row in rows if row.state is State.HELD), "")


def _rows(post: PostId, on: Collection[str], settings: Settings, *, to_move: bool = False) -> tuple[DeliveryView, ...]:
    waits = [row for row in delivery_views.views(post=post) if row.state in WAITING and row.identity.revision == 0]
    rows = tuple(row for row in waits if not on or row.identity.account in on)
    _must_be_all(on, rows, f"{post.slot}/{post.occurrence} does not wait to go out")
    _must_be_ours(rows, settings)
    own_posts.must_wait(post, on, to_move=to_move)
    return rows


def _must_be_ours(rows: Collection[DeliveryView], settings: Settings) -> None:
    """Raises UsageError where an account is none of the settings any more, or somebody else than the ledger knows."""
    known = {one.name: one.identity for one in settings.accounts}
    gone = next((row.identity.account for row in rows if row.identity.account not in known), "")
    if gone:
        raise UsageError(f"{gone} is not in settings.yaml any more. Nothing was changed.")
    accounts.must_be_called_so({row.identity.account: known[row.identity.account] for row in rows})


def _must_be_all(on: Collection[str], rows: Collection[DeliveryView], what: str) -> None:
    found = {row.identity.account for row in rows}
    missing = [name for name in on if name not in found]
    if missing or not rows:
        raise UsageError(f"{what}{f' on {missing[0]}' if missing else ''}. Nothing was changed.")


def _is_skipped(row: DeliveryView) -> bool:
    return row.state is State.DROPPED and row.reason == DropReason.SKIPPED and row.identity.revision == 0


def _echoes(
    post: PostId,
    rows: Sequence[DeliveryView],
    words: Iterable[Words],
    due_at: datetime,
    settings: Settings,
    around: ComparedWith,
) -> tuple[Echo, ...]:
    said = [PlannedText(f"{post.slot}/{post.occurrence}", one.account, one.text, due_at) for one in words]
    replaced = [row.id for row in rows]
    found = remembered(said, settings, at=due_at, replaced=replaced, playing=around.playing, plan=around.plan)
    refused = next((echo for echo in found if echo.verdict is Verdict.REFUSED), None)
    if refused:
        raise UsageError(f"{refused}. X takes no copies, on one account or on several. Say it in another way.")
    return found


def _must_be_as_shown(change: OwnChange, settings: Settings, around: ComparedWith, now: datetime) -> None:
    """Raises UsageError for what nobody saw who agreed: the post as somebody else has changed it, or an echo.

    And for a time to which it was to move, and which has passed while somebody thought about it.
    """
    rows = change.rows
    there = {row.id: (row.text, row.state, row.due_at) for row in delivery_views.views(post=change.post)}
    if any(there.get(row.id) != (row.text, row.state, row.due_at) for row in rows):
        raise UsageError("Somebody has changed the post a moment ago. Look at it, and give the command once more.")
    if change.moment and change.moment.due_at <= now:
        raise UsageError(
            "The time that you were shown has passed since, so it was not moved. Give it a time that lies ahead."
        )
    words = change.words or [Words(row.identity.account, row.text, row.language, row.imprint) for row in rows]
    due_at = change.moment.due_at if change.moment else rows[0].due_at
    if not (change.words or change.moment) and rows[0].state is not State.DROPPED:
        return  # what is left out echoes nothing
    must_be_the_plan(around.plan)
    if unseen(change.echoes, _echoes(change.post, rows, words, due_at, settings, around)):
        raise UsageError(SINCE)
