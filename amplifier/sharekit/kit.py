"""What a share kit says at one moment: the asks that are open, their wordings on each network, our posts to boost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice, zip_longest
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import Plan
from amplifier.campaign.template import Template
from amplifier.compose.allow import written_out
from amplifier.compose.fit import Measure, check_words, finish, measure
from amplifier.compose.render import Context, render
from amplifier.compose.time_filters import clock, date, weekday
from amplifier.errors import Problem, TemplateError
from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Mode, Settings
from amplifier.sharekit.days import so_until
from amplifier.sharekit.intents import compose
from amplifier.sharekit.ours import KitPost, Past, to_boost
from amplifier.sharekit.window import SharingWindow, last_moment, window

# Enough for neighbours to say different things, few enough for a phone and a hall's wi-fi.
MOST_OF_AN_ASK = 3
MOST_OF_A_PAGE = 10


@dataclass(frozen=True)
class KitForm:
    """A wording's exact text on one network, its counted length, and the address that opens the composer with it."""

    platform: str
    title: str
    text: str
    used: int
    limit: int
    url: str


@dataclass(frozen=True)
class KitWording:
    """One approved way to say an ask. `name` is `template/wording`; `language` is BCP 47.

    `until` is when a day that its words name ("tomorrow", "on Sunday") makes them untrue; None if none does.
    """

    name: str
    language: str
    forms: tuple[KitForm, ...]
    until: datetime | None = None


@dataclass(frozen=True)
class KitAsk:
    """What one audience is asked to do. `until` (UTC) is when it is too late, `until_said` how people say that."""

    name: str
    title: str
    audience: str
    until: datetime
    until_said: str
    wordings: tuple[KitWording, ...]
    posts: tuple[KitPost, ...]

    @property
    def platforms(self) -> frozenset[str]:
        """The networks for which there are words."""
        return frozenset(form.platform for wording in self.wordings for form in wording.forms)


@dataclass(frozen=True)
class KitComing:
    """An ask that opens later, and when as people say it."""

    title: str
    audience: str
    opens_said: str


@dataclass(frozen=True)
class KitPage:
    """All of the page. `blank` holds nothing but tag and handle, for words of one's own.

    `problems` are forms that could not be written and so are left out.
    """

    campaign: str
    rehearsal: bool
    asks: tuple[KitAsk, ...]
    coming: tuple[KitComing, ...]
    blank: tuple[KitForm, ...]
    problems: tuple[Problem, ...]


def build(
    plan: Plan, templates: Mapping[str, Template], *, settings: Settings, now: datetime, past: Past | None = None
) -> KitPage:
    """The kit at this moment of the campaign (aware), from the plan with its milestones where people moved them.

    An ask shows until the latest milestone of its templates has passed, soonest first; before the plan first says it,
    it is announced without words. A wording shows from the first time that the plan says it, and no longer than its
    own template is open, the milestones it names lie ahead, and the days it names are so.
    """
    return _Builder(plan, templates, settings, now, past or Past()).page()


def said(moment: datetime, settings: Settings) -> str:
    """`Sunday 8 October, 17:00 Liverpool`; the end of the campaign's last day is that day alone."""
    here = moment.astimezone(ZoneInfo(settings.campaign.zone))
    if moment == last_moment(settings.campaign):
        last = settings.campaign.last_day
        here = here.replace(year=last.year, month=last.month, day=last.day)
        return f"{weekday(here)} {date(here)}"
    return f"{weekday(here)} {date(here)}, {clock(here)} {settings.campaign.place}"


class _Builder:
    """One page in the making."""

    def __init__(
        self, plan: Plan, templates: Mapping[str, Template], settings: Settings, now: datetime, past: Past
    ) -> None:
        self._settings = settings
        self._campaign = settings.campaign
        self._midnight = f", 00:00 {settings.campaign.place}"  # what begins with a day needs no hour
        self._pretend = settings.mode is Mode.REHEARSAL
        self._zone = ZoneInfo(plan.zone)
        self._now = now.astimezone(self._zone)
        self._past = past
        self._milestones = {milestone.name: milestone.at for milestone in plan.milestones}
        self._voices = {platform: voice for platform in TABLE if (voice := self._voice(platform)) is not None}
        self._windows: dict[str, SharingWindow] = {}
        self._asks: dict[str, list[Template]] = {}
        self._problems: dict[Problem, None] = {}
        for template in templates.values():
            if found := window(template, plan, self._campaign, past.skipped):
                self._windows[template.name] = found
                self._asks.setdefault(template.ask, []).append(template)

    def page(self) -> KitPage:
        asks = sorted((ask for name in self._asks if (ask := self._ask(name))), key=lambda ask: (ask.until, ask.name))
        shown = {ask.name for ask in asks}
        return KitPage(
            campaign=self._campaign.name,
            rehearsal=self._pretend,
            asks=_shared_out(asks),
            coming=tuple(self._coming(shown)),
            blank=tuple(self._blanks()),
            problems=tuple(self._problems),
        )

    # Asks

    def _ask(self, name: str) -> KitAsk | None:
        templates = [each for each in self._asks[name] if self._windows[each.name].open_wordings(self._now)]
        wordings = tuple(self._wordings(templates))
        posts = to_boost(
            {one.name for one in templates},
            self._past,
            now=self._now,
            milestones=self._milestones,
            pretend=self._pretend,
        )
        if not wordings and not posts:
            return None
        until = max(self._windows[each.name].closes for each in self._asks[name])
        return KitAsk(
            name=name,
            title=_title(name),
            audience=templates[0].audience,
            until=until,
            until_said=said(until, self._settings),
            wordings=wordings,
            posts=posts,
        )

    def _coming(self, shown: set[str]) -> Iterator[KitComing]:
        opening = []
        for name, templates in self._asks.items():
            found = [(at, one.audience) for one in templates if (at := self._windows[one.name].opens_next(self._now))]
            if found and name not in shown:
                opening.append((*min(found), name))
        for at, audience, name in sorted(opening):
            yield KitComing(_title(name), audience, said(at, self._settings).removesuffix(self._midnight))

    # Wordings

    def _wordings(self, templates: Sequence[Template]) -> Iterator[KitWording]:
        """The newest wordings, by turns from each template, so that an ask with several does not repeat itself."""
        newest = sorted(templates, key=self._newest, reverse=True)
        columns = [self._writable(template) for template in newest]
        turns = (wording for wording in chain.from_iterable(zip_longest(*columns)) if wording)
        yield from islice(turns, MOST_OF_AN_ASK)

    def _newest(self, template: Template) -> datetime:
        opens = self._windows[template.name]
        return max(opens.opens[name] for name in opens.open_wordings(self._now))

    def _writable(self, template: Template) -> Iterator[KitWording]:
        for name in self._windows[template.name].open_wordings(self._now):
            if template.wording(name) is None or (template.name, name) in self._past.given_up:
                continue  # it says what is no longer so, or what nobody stands by any more
            until = self._so_until(template, name)
            if until and until <= self._now:
                continue  # "tomorrow" is today, or "on Sunday" was
            written = (self._written(template, name, platform) for platform in self._voices)
            if forms := tuple(form for form in written if form):
                language = template.language or self._campaign.language
                yield KitWording(f"{template.name}/{name}", language, forms, until)

    def _so_until(self, template: Template, name: str) -> datetime | None:
        """From when on the days are no longer so that this wording writes out; of what is put in, milestones tell."""
        wording = template.wording(name)
        said_on = self._windows[template.name].said_last(name, self._now.date())
        if wording is None or said_on is None:
            return None
        ends = (so_until(written_out(form.source), said_on, self._zone) for form in wording.forms)
        return min((end for end in ends if end), default=None)

    def _written(self, template: Template, wording: str, platform: str) -> KitForm | None:
        if platform not in template.platforms:
            return None
        context = Context(
            platform=platform,
            voice=self._voices[platform],
            milestones=self._milestones,
            links=self._campaign.links,
            campaign_name=self._campaign.name,
            day=self._now,
            language=self._campaign.language,
        )
        try:
            rendered = render(template, wording, context)
        except TemplateError as error:
            self._problems |= dict.fromkeys(error.problems)
            return None
        named = {fact.name.removeprefix("milestone.") for fact in rendered.facts if fact.name.startswith("milestone.")}
        if any(self._milestones[name] <= self._now for name in named):
            return None  # it speaks of something that is over
        return self._form(platform, rendered.text, path=template.path)

    def _form(self, platform: str, text: str, *, path: str = "") -> KitForm | None:
        """The text finished as our own posts are, but without our imprint: the supporter says it, not we.

        It must fit the network's usual limit, whatever our own account is allowed.
        """
        row = TABLE[platform]
        voice = self._voices[platform]
        whole = finish(text, required=[voice[name] for name in self._campaign.append], imprint="")
        url = compose(platform, whole)
        size, problems = _looked_at(whole, platform, path)
        self._problems |= dict.fromkeys(problems)
        if problems or url is None:
            return None
        return KitForm(platform, row.title, whole, size.used, size.limit, url)

    def _blanks(self) -> Iterator[KitForm]:
        for platform, voice in self._voices.items():
            row = TABLE[platform]
            marks = " ".join(voice[name] for name in self._campaign.append)
            if url := compose(platform, f"\n\n{marks}"):  # the cursor stands above them
                yield KitForm(platform, row.title, marks, 0, row.limit, url)

    def _voice(self, platform: str) -> dict[str, str] | None:
        """The campaign's voices on this network as a supporter says them, or None if one of them has no form there."""
        try:
            return {name: self._settings.form_on(name, platform) for name in self._campaign.voice}
        except KeyError:
            return None


@lru_cache(maxsize=1024)
def _looked_at(text: str, platform: str, path: str) -> tuple[Measure, tuple[Problem, ...]]:
    """The text's length and what is wrong with it; kept, because counting is most of a page's cost."""
    row = TABLE[platform]
    size = measure(text, counting=row.counting, limit=row.limit, max_bytes=row.max_bytes, link_cost=row.link_cost)
    return size, check_words(text, row, path=path)


def _shared_out(asks: Sequence[KitAsk]) -> tuple[KitAsk, ...]:
    """The asks with at most MOST_OF_A_PAGE wordings between them, dealt in turns, the soonest ask first."""
    turns = (number for turn in range(MOST_OF_AN_ASK) for number, ask in enumerate(asks) if turn < len(ask.wordings))
    dealt = list(islice(turns, MOST_OF_A_PAGE))
    return tuple(replace(ask, wordings=ask.wordings[: dealt.count(number)]) for number, ask in enumerate(asks))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
