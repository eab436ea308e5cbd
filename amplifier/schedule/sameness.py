"""Where the plan says nearly the same twice: what is refused, and what is worth a warning, with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from amplifier.campaign.delivery import Spoken
from amplifier.campaign.plan import Plan, Slot
from amplifier.campaign.post import OWN, PostId, WantedPost
from amplifier.campaign.template import Template
from amplifier.compose.sameness import (
    OURS,
    WORDING,
    Echo,
    Judge,
    PlannedText,
    Verdict,
    as_said,
    beside,
    echoes,
    held_back,
)
from amplifier.errors import Problem
from amplifier.networks import TITLES
from amplifier.settings import Settings


@dataclass(frozen=True)
class Called:
    """By which names posts of plan and ledger are compared: a number that the two give differently says nothing.

    `planned` and `rows` hold those that are not called by their number: of the plan, and of the ledger.
    """

    planned: Mapping[PostId, str] = field(default_factory=dict)
    rows: Mapping[PostId, str] = field(default_factory=dict)

    def post(self, post: PostId) -> str:
        """What a post of the plan is called."""
        return self.planned.get(post, f"{post.slot}/{post.occurrence}")

    def row(self, post: PostId) -> str:
        """What a post of the ledger is called: like the plan's that it is, if it is one."""
        return self.rows.get(post, f"{post.slot}/{post.occurrence}")


BY_NUMBER = Called()


def same(
    posts: Mapping[str, WantedPost], plan: Plan, templates: Mapping[str, Template], settings: Settings
) -> tuple[list[Problem], list[Problem]]:
    """What is refused and what is only warned of, among these posts by their names.

    A warning speaks for all times of its slot (or two slots) at which that is so: one mend is for all of them.
    """
    said = [
        PlannedText(name, words.account, words.text, post.moment.due_at)
        for name, post in posts.items()
        for words in post.words
    ]
    refused: dict[Problem, None] = {}
    warned: dict[tuple[str, str], list[Echo]] = {}
    places = _Places(posts, plan, templates, settings)
    for echo in echoes(said, settings):
        if echo.verdict is Verdict.REFUSED:
            refused[places.problem(echo)] = None
        else:
            slots = posts[echo.said.post].id.slot, posts[echo.before.post].id.slot
            warned.setdefault(slots, []).append(echo)
    return list(refused), [_alike(places.problem(found[0]), found) for found in warned.values()]


def _alike(first: Problem, found: Sequence[Echo]) -> Problem:
    """The warning of the first of these echoes, with how many times besides it is so."""
    accounts = sorted({echo.said.account for echo in found} - {found[0].said.account})
    more = len({(echo.said.post, echo.before.post) for echo in found}) - 1
    where = f" It is so on {' and '.join(accounts)} too." if accounts else ""
    often = f" It is so {'once' if more == 1 else f'{more} times'} more." if more else ""
    return replace(first, message=f"{first.message}{where}{often}")


def on_several_accounts(posts: Mapping[str, WantedPost], plan: Plan, settings: Settings) -> list[Problem]:
    """A warning for each two accounts of a network that say nearly the same within half an hour, if none refuses it.

    It stands at the first slot of which that is so, and counts the others.
    """
    said = [
        PlannedText(name, words.account, words.text, post.moment.due_at)
        for name, post in posts.items()
        for words in post.words
    ]
    pairs: dict[tuple[str, str], list[Echo]] = {}
    for echo in beside(said, settings):
        one, other = sorted((echo.said.account, echo.before.account))
        pairs.setdefault((one, other), []).append(echo)
    slots = {slot.name: slot for slot in plan.slots}
    return [_beside(pair, [posts[one.said.post].id.slot for one in pair], slots, settings) for pair in pairs.values()]


def _beside(pair: Sequence[Echo], names: Sequence[str], slots: Mapping[str, Slot], settings: Settings) -> Problem:
    """One sentence for all that two accounts say alike; `names` are the slots of its texts."""
    first, more, slot = pair[0], len(set(names)) - 1, slots.get(names[0])
    other = max(first.said.account, first.before.account)
    others = f" So {'does 1 more slot' if more == 1 else f'do {more} more slots'}." if more else ""
    title = TITLES[settings.account(other).platform]
    message = f"Within half an hour {first}.{others} On {title} that is easily taken for spam."
    if slot is None:  # a person's own post, of which no file says where it goes
        return Problem("", 0, "beside", message, f"Leave it out on one of them: amplifier skip POST --on {other}")
    hint = f"Let it speak on one of them: give the slot accounts, without {other}. Or give the other one other words."
    return Problem(slot.path, slot.line, "beside", message, hint)


def said_elsewhere(
    posts: Mapping[str, WantedPost],
    known: Iterable[PlannedText],
    plan: Plan,
    templates: Mapping[str, Template],
    settings: Settings,
    *,
    at: datetime,
) -> list[Problem]:
    """What is refused among those of these posts that are to come after this instant: people say it in their own words.

    `known` is what people said or are to say beside the plan, which `same` looks at. All times are the campaign's.
    """
    judge = Judge(settings)
    known = sorted(known, key=lambda one: one.at)
    found: dict[Problem, None] = {}
    for name, post in posts.items() if known else ():
        for words in post.words if post.moment.due_at > at else ():
            if words.account in judge.watched:
                said = PlannedText(name, words.account, words.text, post.moment.due_at)
                others = [one for one in known if (one.post, one.account) != (name, words.account)]
                if echo := judge.echo(said, others):
                    found[_Places(posts, plan, templates, settings).problem(echo)] = None
    return list(found)


def held(
    posts: Mapping[str, WantedPost],
    known: Iterable[PlannedText],
    plan: Plan,
    templates: Mapping[str, Template],
    settings: Settings,
) -> dict[tuple[PostId, str], Problem]:
    """Which of these posts are held back on which account, though the files are good as they stand, and why.

    Milestones that moved, or words that people gave, bring such two together. `known` is what people said or are to
    say in their own words; all times are the campaign's.
    """
    said = [
        PlannedText(name, words.account, words.text, post.moment.due_at)
        for name, post in posts.items()
        for words in post.words
    ]
    places = _Places(posts, plan, templates, settings)
    found = held_back(said, known, settings)
    return {(posts[echo.said.post].id, echo.said.account): places.problem(echo) for echo in found}


def own(ledger: Iterable[Spoken], called: Called = BY_NUMBER) -> Iterator[PlannedText]:
    """What people said or are to say in their own words, beside the plan; of the plan's posts as these are called."""
    theirs = (row for row in ledger if row.revision or row.post.slot == OWN)
    return (replace(as_said(row), post=called.row(row.post)) for row in theirs)


@dataclass(frozen=True)
class _Places:
    """Where the words of posts come from, to tell of two that are nearly the same."""

    posts: Mapping[str, WantedPost]
    plan: Plan
    templates: Mapping[str, Template]
    settings: Settings

    def problem(self, echo: Echo) -> Problem:
        """Which two, where both stand, what to do and, where it is refused, whose rule that is."""
        post = self.posts[echo.said.post]
        if echo.said.account != echo.before.account:
            slot = self._slot(post)
            message, hint = _across(echo, slot.name if slot else "")
            if echo.said.post != echo.before.post:
                message += f" {self._both(echo)}"
            path, line = (slot.path, slot.line) if slot else ("", 0)
            return Problem(path, line, "repeat", message, f"{hint} {OURS}")
        found = echo.warning(*self._words(post, echo.said.account))
        message, hint = f"{found.message} {self._both(echo)}", f"{found.hint} {self._remedy(echo)}"
        return replace(found, message=message, hint=f"{hint} {OURS}" if echo.verdict is Verdict.REFUSED else hint)

    def _both(self, echo: Echo) -> str:
        """Where the two stand: the slot's file and line, and those of its words."""
        one, other = self._place(echo.said), self._place(echo.before)
        return f"Both stand in {one}." if one == other else f"They stand in {one} and {other}."

    def _place(self, said: PlannedText) -> str:
        post = self.posts.get(said.post)
        slot = self._slot(post) if post else None
        if post is None or slot is None:
            return "a post of a person's own" if said.post.startswith(f"{OWN}/") else "a person's correction"
        path, line = self._words(post, said.account)
        words = f"with its words in {path}:{line}" if path else "with a person's own words"
        return f"{slot.path}:{slot.line}, {words}"

    def _remedy(self, echo: Echo) -> str:
        post, other = self.posts[echo.said.post], self.posts.get(echo.before.post)
        within = "7 days" if echo.verdict is Verdict.REFUSED else "24 hours"
        if other and other.id.slot == post.id.slot and post.template and post.wording == other.wording:
            return f"Add wordings to {self.templates[post.template].path}: one for each time in {within}."
        return f"Or set the two at least {within} apart."

    def _slot(self, post: WantedPost) -> Slot | None:
        """Its slot; None for a post of a person's own."""
        return next((one for one in self.plan.slots if one.name == post.id.slot), None)

    def _words(self, post: WantedPost, account: str) -> tuple[str, int]:
        return place_of(post, account, self.templates, self.settings)


def place_of(post: WantedPost, account: str, templates: Mapping[str, Template], settings: Settings) -> tuple[str, int]:
    """The file and line that a post's words on this account are from; nowhere if a person wrote them."""
    if account in post.own_facts or not post.template:
        return "", 0
    template = templates[post.template]
    wording = template.wording(post.wording)
    form = wording.form(settings.account(account).platform) if wording else None
    return template.path, form.line if form else 0


def _across(echo: Echo, slot: str) -> tuple[str, str]:
    one, other = sorted((echo.said.account, echo.before.account))
    if echo.said.post == echo.before.post:
        message = f"{slot} says the same on {one} and {other}; X does not allow copies between accounts."
        return message, f"Let it speak on one of them: give the slot accounts, without {other}."
    return f"{echo}; X does not allow copies between accounts.", WORDING
