"""Other words for what is out: worked out and measured first, shown, then queued whole; and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from amplifier.campaign.correction import Change, Stand, Way, opened, stands, unopened, way_to_correct
from amplifier.campaign.delivery import DeliveryView
from amplifier.campaign.post import Fact, PostId, Words
from amplifier.compose.fit import first_words
from amplifier.compose.memory import (
    NOTHING_AHEAD,
    REAL_TIME,
    SINCE,
    Ahead,
    StageMap,
    must_be_the_plan,
    remembered,
    unseen,
)
from amplifier.compose.queue import length, own_words
from amplifier.compose.sameness import Echo, PlannedText, Verdict
from amplifier.compose.word_warnings import word_warnings
from amplifier.errors import Problem, UsageError
from amplifier.field_types import nearest
from amplifier.money.cost import price
from amplifier.platforms.capabilities import TABLE, Repeat
from amplifier.settings import Account, Settings
from amplifier.store import delivery_views
from amplifier.store.identity import accounts
from amplifier.store.operate import corrections
from amplifier.store.operate.corrections import Hand


@dataclass(frozen=True)
class NewWords:
    """What is to be said instead, in this language (empty: the campaign's), and the facts that it states."""

    text: str
    language: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class PlannedChange:
    """What is done on one account, shown before it is: `dollars` is what it costs there at worst."""

    stand: Stand
    change: Change
    used: int
    limit: int
    dollars: float

    @property
    def mark(self) -> str:
        """How a form says what its page has shown of this: the way, the words, and what they take the place of."""
        change = self.change
        told = (self.stand.mark, change.way, change.target, self.stand.text, change.words.text if change.words else "")
        return sha256("\n".join(told).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Correction:
    """A correction, ready to be queued. `left` says for the other accounts why nothing is done there."""

    post: PostId
    acts: tuple[PlannedChange, ...]
    left: Mapping[str, str]
    echoes: tuple[Echo, ...]

    @property
    def marks(self) -> dict[str, str]:
        """What has been shown of it, by account."""
        return {act.stand.account: act.mark for act in self.acts}

    def warnings(self, settings: Settings) -> list[Problem]:
        """What to know before anybody agrees: what the new words say nearly again, and what to know of them."""
        words = [act.change.words for act in self.acts if act.change.words is not None]
        return [*(echo.warning() for echo in self.echoes), *word_warnings(words, settings)]


def prepare_correction(  # noqa: PLR0913  what is corrected where and when, and what stands around it
    post: PostId,
    words: Mapping[str, NewWords],
    settings: Settings,
    *,
    now: datetime,
    on: Collection[str] = (),
    playing: StageMap = REAL_TIME,
    plan: Ahead = NOTHING_AHEAD,
) -> Correction:
    """What correcting this post now would do on each account (`on`: on these alone), with these words for each.

    They are compared with the ledger, and with what the `plan` in force is to say, by the days that play.

    Raises UsageError if there is nothing to correct anywhere, TemplateError if a network would not take the words.
    """
    rows = delivery_views.views(post=post)
    acts: list[PlannedChange] = []
    left: dict[str, str] = {}
    for found in chosen_accounts(rows, settings, on):
        account = settings.account(found.account)
        row = TABLE[account.platform]
        way, why = way_to_correct(found, edits=row.edits)
        new = words.get(found.account)
        if way is None or new is None:
            left[found.account] = why or "The plan would not say it there today. Give the words: --text"
            continue
        finished = _finished(new, found, account, settings)
        if unopened(finished.text) == unopened(found.text) and not found.is_changed_outside:
            left[found.account] = "It says that already."
            continue
        acts.append(_act(found, way, replace(new, text=finished.text), finished, account))
    if not acts:
        why = "\n".join(f"  {account}: {sentence}" for account, sentence in left.items())
        raise UsageError(f"There is nothing to correct. Nothing was done.\n{why}")
    _refuse_known_copies(acts)
    return Correction(post, tuple(acts), left, _echoes(post, acts, settings, now, playing, plan))


def queue_correction(
    correction: Correction,
    settings: Settings,
    hand: Hand,
    *,
    playing: StageMap = REAL_TIME,
    plan: Ahead = NOTHING_AHEAD,
) -> list[int]:
    """Queue it, all or nothing; the numbers of its deliveries. `plan` is that of this moment.

    Raises UsageError where the post has changed, or somebody has said nearly the same, since it was shown.
    """

    def first() -> None:
        must_be_the_plan(plan)
        if unseen(correction.echoes, _echoes(correction.post, correction.acts, settings, hand.now, playing, plan)):
            raise UsageError(SINCE)

    return corrections.correct(correction.post, [act.change for act in correction.acts], hand, first=first)


def chosen_accounts(rows: Iterable[DeliveryView], settings: Settings, on: Collection[str]) -> list[Stand]:
    """How the post stands on these accounts (none named: on all that it was for). Raises UsageError for another."""
    known = {account.name for account in settings.accounts}
    found = {one.account: one for one in stands(rows) if one.account in known}
    for name in on:
        if name not in found:
            raise UsageError(f"This post was not for an account “{name}”. {nearest(name, found)}")
    accounts.must_be_called_so({name: settings.account(name).identity for name in (on or found)})
    return [one for name, one in found.items() if not on or name in on]


def _finished(new: NewWords, found: Stand, account: Account, settings: Settings) -> Words:
    language = new.language or next((row.language for row in found.rows if row.language), settings.campaign.language)
    said = own_words(opened(new.text.strip(), language), account, settings)
    return replace(said, language=language)


def _act(found: Stand, way: Way, new: NewWords, words: Words, account: Account) -> PlannedChange:
    target = found.out.receipt.remote_id if found.out and found.out.receipt else ""
    change = Change(found.account, way, target, found.newest, words, new.facts)
    size = length(words.text, account)
    row = TABLE[account.platform]
    posting = 0.0 if way is Way.EDIT else price(words.text, row)
    deleting = row.price_delete if way is Way.REPOST else 0.0
    return PlannedChange(found, change, size.used, size.limit, posting + deleting)


def _refuse_known_copies(acts: Sequence[PlannedChange]) -> None:
    """X remembers the texts that were deleted there, and takes none of them again."""
    for act in acts:
        if TABLE[act.stand.platform].repeat is not Repeat.LOOK_FIRST or act.change.words is None:
            continue
        if any(row.text.strip() == act.change.words.text.strip() for row in act.stand.rows):
            raise UsageError(
                f"{act.stand.account} has had these very words for this post before, and X takes no text twice.\n"
                'Say it in another way: --text "..."'
            )


def _echoes(
    post: PostId, acts: Sequence[PlannedChange], settings: Settings, now: datetime, playing: StageMap, plan: Ahead
) -> tuple[Echo, ...]:
    """What the new words echo elsewhere. Raises UsageError for a copy that X would refuse."""
    name = f"{post.slot}/{post.occurrence}"
    said = [
        PlannedText(name, act.stand.account, act.change.words.text, now) for act in acts if act.change.words is not None
    ]
    replaced = [row.id for act in acts for row in act.stand.waiting]
    echoes = remembered(said, settings, at=now, replaced=replaced, playing=playing, plan=plan)
    refused = next((echo for echo in echoes if echo.verdict is Verdict.REFUSED), None)
    if refused:
        what = first_words(refused.said.text)
        raise UsageError(
            f"{refused.said.account} would say nearly what {refused.before.account} "
            f"{'is to say' if refused.before.at > now else 'has'} in {refused.before.post}: "
            f"“{what}”. X takes no copies.\n"
            'Say it in another way: --text "..."'
        )
    return echoes
