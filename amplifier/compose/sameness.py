"""When two posts say too much the same: refused across X's accounts, a warning elsewhere. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from amplifier.campaign.delivery import Spoken
from amplifier.compose.fit import first_words
from amplifier.errors import Problem
from amplifier.platforms.capabilities import TABLE, Repeat
from amplifier.settings import Settings
from amplifier.text.similarity import likeness, nearly_the_same

# On one account; between two, whenever. The same hour of the week is a week apart, and that of the next day a day, also
# where clocks changed between.
CLOCKS_CHANGE = timedelta(minutes=90)
REFUSED_WITHIN = timedelta(days=7) - CLOCKS_CHANGE
BEGINNING, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
WARNED_WITHIN = timedelta(hours=24) - CLOCKS_CHANGE
BESIDE_WITHIN = timedelta(minutes=30)  # on two accounts of one network
OURS = "X does not publish what it takes for a copy. This rule is ours, so as to stay clear of it."
WORDING = "A changed number, weekday or tag is still the same message. Say it in another way."


class Verdict(StrEnum):
    """What follows from two texts that are nearly the same."""

    REFUSED = "refused"
    WARNED = "warned"


@dataclass(frozen=True)
class PlannedText:
    """A text on an account, due at an instant. `post` is how people name the post."""

    post: str
    account: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Echo:
    """Two texts that are nearly the same; `alike` from 0 to 1."""

    said: PlannedText
    before: PlannedText
    alike: float
    verdict: Verdict

    @property
    def between(self) -> tuple[str, str, str, str]:
        """Which post echoes which, and where: what somebody has seen of it who was shown it."""
        return self.said.post, self.said.account, self.before.post, self.before.account

    @property
    def mark(self) -> str:
        """How a form says that its page has shown this."""
        return sha256("\n".join(self.between).encode()).hexdigest()[:16]

    @property
    def of_this(self) -> str:
        """What the earlier text has of the new one, for a sentence."""
        return "this text" if self.alike == 1 else "nearly this text"

    def warning(self, path: str = "", line: int = 0) -> Problem:
        """The same as something to tell; where the words come from a file, with its place."""
        return Problem(path, line, "repeat" if self.verdict is Verdict.REFUSED else "near_copy", f"{self}.", WORDING)

    def __str__(self) -> str:
        same = "the same" if self.said.text == self.before.text else "nearly the same"
        if self.said.account != self.before.account:
            where = f"on {self.said.account} and {self.before.account}"
        else:
            hours = self.verdict is Verdict.WARNED
            where = f"on {self.said.account} within {'24 hours' if hours else '7 days'}"
        if self.said.post == self.before.post:
            who = f"{self.said.post} says"
        else:
            who = f"{self.said.post} and {self.before.post} say"
        return f"{who} {same} {where}: “{first_words(self.said.text)}”"


def watched(settings: Settings) -> frozenset[str]:
    """The accounts on a network that refuses copies, together: no two of them may say nearly the same."""
    return frozenset(one.name for one in settings.accounts if TABLE[one.platform].repeat is Repeat.LOOK_FIRST)


def echoes(said: Iterable[PlannedText], settings: Settings) -> Iterator[Echo]:
    """For each text the one before it that it echoes, nearest in time, if there is one; in the order of time.

    What is refused is not said, so nothing echoes it.
    """
    judge = Judge(settings)
    strict: list[PlannedText] = []
    by_account: dict[str, list[PlannedText]] = {}
    for one in sorted(said, key=lambda each: each.at):
        earlier = strict if one.account in judge.watched else by_account.setdefault(one.account, [])
        if echo := judge.echo(one, earlier):
            yield echo
        if not echo or echo.verdict is not Verdict.REFUSED:
            earlier.append(one)


def beside(said: Iterable[PlannedText], settings: Settings) -> Iterator[Echo]:
    """For each text the one that another account of its network says within half an hour before, if it echoes that.

    In the order of time. Where such copies are refused anyway, `echoes` has them.
    """
    judge = Judge(settings)
    there = Counter(one.platform for one in settings.accounts)
    platforms = {
        one.name: one.platform for one in settings.accounts if one.name not in judge.watched and there[one.platform] > 1
    }
    by_platform: dict[str, list[PlannedText]] = {}
    for one in sorted((one for one in said if one.account in platforms), key=lambda each: each.at):
        earlier = by_platform.setdefault(platforms[one.account], [])
        near = earlier[bisect_left(earlier, one.at - BESIDE_WITHIN, key=lambda each: each.at) :]
        found = [other for other in near if other.account != one.account and judge.is_near(one.text, other.text)]
        if found:
            nearest = max(found, key=lambda other: other.at)
            yield Echo(one, nearest, likeness(one.text, nearest.text, ignoring=judge.ignoring), Verdict.WARNED)
        earlier.append(one)


def held_back(said: Iterable[PlannedText], known: Iterable[PlannedText], settings: Settings) -> Iterator[Echo]:
    """Which of these texts may not go out beside the others, in the order of time; `known` are there in any case."""
    judge = Judge(settings)
    kept = sorted((one for one in known if one.account in judge.watched), key=lambda one: one.at)
    for one in sorted(said, key=lambda each: each.at):
        if one.account not in judge.watched:
            continue
        near = judge.near(one, kept)
        others = [other for other in near if (other.post, other.account) != (one.post, one.account)]
        if echo := judge.echo(one, others):
            yield echo
        else:
            insort(kept, one, key=lambda each: each.at)


@dataclass(frozen=True)
class EchoSearch:
    """On which accounts to look for what a text might echo, from when until when."""

    accounts: frozenset[str]
    since: datetime
    until: datetime


def around(accounts: Iterable[str], at: datetime, settings: Settings) -> tuple[EchoSearch, ...]:
    """Where to look for what texts on these accounts, due at this instant, might echo."""
    named, strict = frozenset(accounts), watched(settings)
    found = []
    if named & strict:
        week = EchoSearch(strict, at - REFUSED_WITHIN, at + REFUSED_WITHIN)
        found.append(week if len(strict) == 1 else EchoSearch(strict, BEGINNING, END))
    if named - strict:
        found.append(EchoSearch(named - strict, at - WARNED_WITHIN, at + WARNED_WITHIN))
    return tuple(found)


def heard(
    said: Sequence[PlannedText], ledger: Iterable[Spoken], settings: Settings, *, plan: Iterable[PlannedText] = ()
) -> tuple[Echo, ...]:
    """What these new texts echo among what the ledger has, what the plan wants, and one another; one echo a text.

    A text takes the place of what its own post says on its own account, and echoes nothing there.
    """
    judge = Judge(settings)
    known = [*(as_said(row) for row in ledger), *plan]
    found = []
    for at, one in enumerate(said):
        others = [other for other in known if (other.post, other.account) != (one.post, one.account)]
        found.append(judge.echo(one, sorted((*others, *said[:at]), key=lambda each: each.at)))
    return tuple(echo for echo in found if echo)


def already(account: str, at: datetime, out: Iterable[Spoken]) -> str:
    """Why a text may not go out now on this account, which takes no copies; empty if it may.

    `out` is where exactly this text is out on such accounts; their times are the campaign's, as is `at`.
    """
    for one in out:
        who = f"{one.account} has exactly these words already, in {as_said(one).post}."
        if one.account != account:
            return f"{who} X takes no copies between accounts. Say it in other words, or leave it out."
        if abs(at - one.at) < REFUSED_WITHIN:
            return f"{who} X takes no text twice within 7 days. Say it in other words, or leave it out."
    return ""


def as_said(row: Spoken) -> PlannedText:
    """What the ledger has, as a text with the name of its post."""
    return PlannedText(f"{row.post.slot}/{row.post.occurrence}", row.account, row.text, row.at)


class Judge:
    """Compares texts by one campaign's rules; its own tags, handles and imprint do not count."""

    def __init__(self, settings: Settings) -> None:
        campaign = settings.campaign
        self.watched = watched(settings)
        voices = [voice for one in campaign.voice.values() for voice in (one.everywhere or "", *one.forms.values())]
        marks = [voice for voice in dict.fromkeys(voices) if voice[:1] in {"#", "@"}]
        self.ignoring = (*marks, campaign.imprint.text)

    def echo(self, one: PlannedText, others: Sequence[PlannedText]) -> Echo | None:
        """The nearest of the others that this one echoes. They are in the order of their time."""
        strict = one.account in self.watched
        found = [other for other in self.near(one, others) if self._is_echo(one, other)]
        if not found:
            return None
        nearest = min(found, key=lambda other: abs(one.at - other.at))
        verdict = Verdict.REFUSED if strict else Verdict.WARNED
        return Echo(one, nearest, likeness(one.text, nearest.text, ignoring=self.ignoring), verdict)

    def is_near(self, one: str, other: str) -> bool:
        """Whether a reader would take the two for one message."""
        return nearly_the_same(one, other, ignoring=self.ignoring)

    def near(self, one: PlannedText, others: Sequence[PlannedText]) -> Sequence[PlannedText]:
        """Without those that are too long ago to matter, where time matters."""
        if one.account in self.watched and len(self.watched) > 1:
            return others
        within = REFUSED_WITHIN if one.account in self.watched else WARNED_WITHIN
        return others[bisect_left(others, one.at - within, key=lambda each: each.at) :]

    def _is_echo(self, one: PlannedText, other: PlannedText) -> bool:
        apart = abs(one.at - other.at)
        if one.account != other.account:
            counts = {one.account, other.account} <= self.watched
        elif one.account in self.watched:
            counts = apart < REFUSED_WITHIN
        else:
            counts = apart < WARNED_WITHIN
        return counts and self.is_near(one.text, other.text)
