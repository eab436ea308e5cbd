"""What a person's own words state of the facts that may change, and what of it is no longer so. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache

from amplifier.campaign.post import Fact, PostId, WantedPost, Words
from amplifier.compose import allow
from amplifier.compose.queue import IMPRINT
from amplifier.schedule.truth.forms import as_there, so_there
from amplifier.schedule.truth.may_stand import MayStand
from amplifier.text.moments import ClockTime, Date, Day, Named, Weekday, fits, names

MILESTONE, LINK = "milestone.", "link."  # how facts of these kinds are named; the others are in compose/queue
DAY = "day"  # the fact for which day words were written: "tomorrow" is true on one day only
NEVER = date(1900, 1, 1)  # stands for a day that nobody wrote down: no words fit it
YOURS = "Your words say"
WEEK = 7
MOST_SAID = 3  # of what is no longer so; a sentence with more is not read


@dataclass(frozen=True)
class Wrong:
    """Words that are no longer so: the fact as it was when they were written and as it is now (empty: it is gone).

    `instead` is what holds now, as the end of a sentence.
    """

    said: str
    fact: str
    then: str
    now: str
    instead: str


@dataclass(frozen=True)
class Then:
    """A milestone as it was when words were written that may name it, and the day on which they were to go out."""

    fact: Fact
    day: date


@dataclass(frozen=True)
class Stale:
    """Words for a post that is still to go out, on one account and one day, and what of them is untrue.

    `template` is where they stand, empty where a person gave them to this very post. `failed` says why nobody knows,
    where they cannot be compared. `written` is the day for which a person wrote them.
    """

    post: PostId
    account: str
    text: str
    day: date
    wrongs: tuple[Wrong, ...]
    template: str = ""
    failed: str = ""
    written: date | None = None

    @property
    def why(self) -> str:
        """All of it in a sentence or two."""
        return self.failed or sentence(self.wrongs, f"templates/{self.template}.j2 says" if self.template else YOURS)


def stated_in(text: str, known: Iterable[Fact], day: date) -> tuple[Fact, ...]:
    """Those of these facts that a text of a person's own states, if it is to go out on this day of the campaign.

    With them goes the day itself, where the words name any moment.
    """
    named = names(text)
    found = [
        fact
        for fact in known
        if (
            any(fits(one, datetime.fromisoformat(fact.value), day) for one in named)
            if fact.name.startswith(MILESTONE)
            else stands_in(fact.value, text)
        )
    ]
    return (*found, Fact(DAY, day.isoformat())) if named else tuple(found)


def wrongs(text: str, stated: Sequence[Fact], today: Mapping[str, str], day: date) -> tuple[Wrong, ...]:
    """What of a text is no longer so, if it goes out on this day: `stated` as it was written, `today` as it is now."""
    named = names(text)
    written = written_for(stated)
    moments = [datetime.fromisoformat(fact.value) for fact in stated if fact.name.startswith(MILESTONE)]
    found: list[Wrong] = []
    for fact in stated:
        now = today.get(fact.name, "")
        if fact.name.startswith(MILESTONE):
            found += _moved(fact, now, named, written, day)
        elif fact.name == DAY:
            found += _other_day(fact, named, moments, day)
        elif now != fact.value and stands_in(fact.value, text):
            found.append(Wrong(fact.value, fact.name, fact.value, now, _setting(fact.name, now)))
    return tuple(found)


def written_for(stated: Iterable[Fact]) -> date | None:
    """The day for which words that state these facts were written, where they name any moment."""
    return next((date.fromisoformat(fact.value) for fact in stated if fact.name == DAY), None)


def still_fit(text: str, then: datetime, now: datetime, day: date | None) -> bool:
    """Whether words that named a moment as it was name it as it is now too; not if nothing in them names it."""
    named = [one for one in names(text) if fits(one, then, day or NEVER)]
    return bool(named) and all(fits(one, now, day or NEVER) for one in named)


def stale(
    posts: Iterable[WantedPost],
    today: Mapping[str, str],
    left: Mapping[str, Collection[MayStand]],
    platforms: Mapping[str, str],
) -> tuple[Stale, ...]:
    """Of these posts the words of people that are no longer so, but for what people have let stand.

    `platforms` is the network of each account; `left` is for each post by name what people have let stand.
    """
    found = []
    for post in posts:
        day = post.day
        for words in post.words:
            facts = post.own_facts.get(words.account, ())
            platform = platforms.get(words.account, "")
            there = as_there(facts, platform, words.account)
            found_there = wrongs(words.text, there, so_there(there, today, platform, words.account), day)
            wrong = not_left(found_there, left_of(post.id, left), words, day)
            if wrong:
                found.append(Stale(post.id, words.account, words.text, day, wrong, written=written_for(facts)))
    return tuple(found)


def stale_templates(
    posts: Iterable[WantedPost],
    written: Callable[[WantedPost, str], Mapping[str, Collection[Then]]],
    today: Mapping[str, str],
    left: Mapping[str, Collection[MayStand]],
) -> tuple[Stale, ...]:
    """The posts in whose templates a moment is written out that a milestone has no more, or for another day.

    `written` gives the moments that stand in the template itself, for a post on an account, each with what it may have
    named when it was written. Days like "today" count where the post has to do with that milestone, since there is too
    much that happens on one day, and where the post goes out on another day than planned.
    """
    found = []
    for post in posts:
        about = {fact.name for fact in post.facts} | {MILESTONE + post.milestone}
        for words in post.words:
            literal = {} if words.account in post.own_facts else written(post, words.account)
            named = [one for one in names(words.text) if one.words in literal]
            wrong: list[Wrong] = []
            for then in dict.fromkeys(then for one in named for then in literal[one.words]):
                if today.get(then.fact.name) == then.fact.value:
                    continue
                meant = [one for one in named if then in literal[one.words]]
                meant = [one for one in meant if then.fact.name in about or not isinstance(one, Day)]
                wrong += _moved(then.fact, today.get(then.fact.name, ""), meant, then.day, post.day)
            if post.goes_on:
                wrong += _other_day(Fact(DAY, post.due_day.isoformat()), named, (), post.day)
            if kept := not_left(wrong, left_of(post.id, left), words, post.day):
                found.append(Stale(post.id, words.account, words.text, post.day, kept, post.template))
    return tuple(found)


@lru_cache(1024)
def written_out(source: str) -> frozenset[str]:
    """The moments that are written out in a template's wording, in its own words; what it puts in is none of them."""
    return frozenset(one.words for one in names(allow.written_out(source)))


def not_left(found: Iterable[Wrong], left: Iterable[MayStand], words: Words, day: date) -> tuple[Wrong, ...]:
    """Those that nobody has let stand in these very words, for the day on which they go."""
    shown = (one.values(words.account, words.text) for one in left)
    here = [values for values in shown if values.get(DAY) in (None, day.isoformat())]
    return tuple(one for one in found if not any(values.get(one.fact) == one.now for values in here))


def left_of(post: PostId, left: Mapping[str, Collection[MayStand]]) -> Collection[MayStand]:
    """What people have let stand of this post."""
    return left.get(f"{post.slot}/{post.occurrence}", ())


def stands_in(value: str, text: str) -> bool:
    """Whether a link, a voice or an imprint stands in a text as a whole, in capitals or not.

    A link also without `https://`, `www.` or its last slash, and with something counted behind a `?` or `#`.
    """
    bare = re.sub(r"^https?://(?:www\.)?", "", value.strip()).rstrip("/")
    if not bare:
        return False
    is_link = bare != value.strip()
    before = r"(?<![\w.@#/-])(?:https?://)?(?:www\.)?" if is_link else r"(?<![\w@#])"
    after = r"/?(?![\w/%-]|[.:]\w)" if is_link else r"(?!\w|[.@-]\w)"
    return re.search(before + re.escape(bare) + after, text, re.IGNORECASE) is not None


def sentence(found: Sequence[Wrong], who: str = YOURS) -> str:
    """What is no longer so, as people say it: Your words say “13:00”, the plan says 13:30 (debate)."""
    grouped: dict[str, list[str]] = {}
    for one in found:
        grouped.setdefault(one.instead, []).append(one.said)
    said = []
    for instead, words in list(grouped.items())[:MOST_SAID]:
        quoted = [f"“{_short(one)}”" for one in dict.fromkeys(words)]
        said.append(f"{who} {' and '.join(quoted[:MOST_SAID])}, {instead}.")
    more = len(grouped) - MOST_SAID
    return " ".join(said) + (f" And {more} more." if more > 0 else "")


def _moved(fact: Fact, value: str, named: Sequence[Named], written: date | None, day: date) -> list[Wrong]:
    """The words that named this milestone as it was, and do not name it as it is."""
    then, now = datetime.fromisoformat(fact.value), datetime.fromisoformat(value) if value else None
    meant = [one for one in named if fits(one, then, written or NEVER)]
    if now is None:
        gone = f"the plan has no {_called(fact.name)} any more"
        return [Wrong(one.words, fact.name, fact.value, "", gone) for one in meant]
    wrong = [one for one in meant if not fits(one, now, day)]
    if not wrong and written:
        wrong = _another_day(meant, before=(then.date() - written).days, after=(now.date() - day).days)
    return [Wrong(one.words, fact.name, fact.value, value, _plan_says(fact, one, then, now, day)) for one in wrong]


def _another_day(meant: Sequence[Named], *, before: int, after: int) -> list[Named]:
    """Those of these words that name a day by what is near, and by now another: so many days lay between, and lie now.

    An hour alone is that of the day on which it is read, or of the one that was near then; a weekday is the next one,
    or the last one where it was past.
    """
    if before == after or any(isinstance(one, Date | Day) for one in meant):
        return []
    weekdays: list[Named] = [one for one in meant if isinstance(one, Weekday)]
    if weekdays:
        is_near = 0 <= after < WEEK if before >= 0 else -WEEK < after < 0
        return [] if is_near else weekdays
    return list(meant)


def _plan_says(fact: Fact, named: Named, then: datetime, now: datetime, day: date) -> str:
    zone = ""
    if isinstance(named, ClockTime) and named.ahead:
        now, zone = now.astimezone(timezone(timedelta(minutes=named.ahead[0]))), f" {named.zone}"
        then = then.astimezone(now.tzinfo)
    says = f"{now:%H:%M}" if then.date() == now.date() and then != now else f"{now:%a %-d %b %H:%M}"
    on = f"the post goes out on {day:%a %-d %b} and " if isinstance(named, Day) else ""
    return f"{on}the plan says {says}{zone} ({_called(fact.name)})"


def _other_day(fact: Fact, named: Sequence[Named], moments: Sequence[datetime], day: date) -> list[Wrong]:
    """The words that were written for another day, and that no milestone explains."""
    then = date.fromisoformat(fact.value)
    if then == day:
        return []
    noon = datetime.combine(then, time(12))
    wrong = [
        one
        for one in named
        if (isinstance(one, Day) or (isinstance(one, Weekday | Date) and fits(one, noon, then)))
        and not any(fits(one, moment, then) for moment in moments)
    ]
    instead = f"written for {then:%a %-d %b}; the post goes out on {day:%a %-d %b}"
    return [Wrong(one.words, DAY, fact.value, day.isoformat(), instead) for one in wrong]


def _setting(name: str, now: str) -> str:
    if name == IMPRINT:
        return "the imprint in settings.yaml is another now"
    return f"settings.yaml says {_short(now)}" if now else f"settings.yaml has no {_called(name)} any more"


def _called(name: str) -> str:
    return name.partition(".")[2].replace("_", " ") or name


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
