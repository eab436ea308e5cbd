"""Turn one occurrence of a slot into a wanted post: the right wording, rendered and finished for every account."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from amplifier.campaign.plan import ROTATE, Slot
from amplifier.campaign.post import VOICE, Fact, Moment, PostId, WantedPost, Words
from amplifier.campaign.template import Template
from amplifier.compose.allow import KnownNames
from amplifier.compose.fit import Measure, check_words, contains, finish, measure
from amplifier.compose.imprint import why_not, with_imprint
from amplifier.compose.render import Context, render
from amplifier.errors import Problem, TemplateError
from amplifier.platforms.capabilities import TABLE, Capabilities
from amplifier.policy import Profile
from amplifier.settings import Account, Campaign, Settings

IMPRINT = "imprint"  # how this fact is named; the others are link.NAME, milestone.NAME and those of voices


@dataclass(frozen=True)
class Saying:
    """What is to be said: which slot, as which occurrence, when, and the event's milestones as they stand.

    `day` is when it really goes out, in the campaign's zone: later than its moment where it waits past its time.
    """

    slot: Slot
    id: PostId
    moment: Moment
    turn: int
    milestone: str
    day: datetime
    milestones: Mapping[str, datetime]
    too_late_s: int


def accounts_for(slot: Slot, template: Template, settings: Settings) -> tuple[Account, ...]:
    """The accounts this slot speaks on: those it names, or all that its template is written for."""
    chosen = slot.accounts or tuple(account.name for account in settings.accounts)
    return tuple(
        account
        for account in settings.accounts
        if account.name in chosen and (slot.accounts or account.platform in template.platforms)
    )


def pick(template: Template, slot: Slot, turn: int) -> str:
    """The name of the wording whose turn it is: the slot's own, or the template's wordings one after another."""
    if slot.wording != ROTATE:
        return slot.wording
    names = list(dict.fromkeys(wording.name for wording in template.wordings))
    return names[turn % len(names)]


def write(saying: Saying, template: Template, settings: Settings) -> WantedPost:
    """The post that is wanted, with its exact words on each account. Raises TemplateError with every problem found."""
    wording = pick(template, saying.slot, saying.turn)
    words: list[Words] = []
    facts: dict[str, Fact] = {}
    problems: list[Problem] = []
    for account in accounts_for(saying.slot, template, settings):
        try:
            said, used = _say(saying, template, wording, account, settings)
        except TemplateError as error:
            problems += error.problems
            continue
        words.append(said)
        facts |= {fact.name: fact for fact in used}
    if problems:
        raise TemplateError(problems)
    day = saying.day.date()
    return WantedPost(
        id=saying.id,
        moment=saying.moment,
        too_late_s=saying.too_late_s,
        template=template.name,
        wording=wording,
        milestone=saying.milestone,
        words=tuple(words),
        facts=tuple(facts.values()),
        was=saying.slot.was,
        hand_off=saying.slot.hand_off,
        goes_on=None if f"{day}" == saying.moment.wall_time[:10] else day,
    )


def write_in_part(saying: Saying, template: Template, settings: Settings) -> WantedPost:
    """The post on those accounts where it can be put into words; why not on the others is said in `unwritten`.

    Raises TemplateError where there is none.
    """
    written: list[WantedPost] = []
    problems: dict[str, list[Problem]] = {}
    for account in accounts_for(saying.slot, template, settings):
        alone = replace(saying, slot=replace(saying.slot, accounts=(account.name,)))
        try:
            written.append(write(alone, template, settings))
        except TemplateError as error:
            problems[account.name] = error.problems
    if not written:
        raise TemplateError([problem for found in problems.values() for problem in found])
    return replace(
        written[0],
        words=tuple(said for post in written for said in post.words),
        facts=tuple({fact.name: fact for post in written for fact in post.facts}.values()),
        unwritten={account: str(found[0]) for account, found in problems.items()},
    )


def unwritten(saying: Saying, template: Template, settings: Settings, why: str) -> WantedPost:
    """The post that can be put into words nowhere, and why not: people may still give it others, or leave it out."""
    return WantedPost(
        id=saying.id,
        moment=saying.moment,
        too_late_s=saying.too_late_s,
        template=template.name,
        wording=pick(template, saying.slot, saying.turn),
        milestone=saying.milestone,
        words=(),
        was=saying.slot.was,
        hand_off=saying.slot.hand_off,
        unwritten={account.name: why for account in accounts_for(saying.slot, template, settings)},
    )


def length(text: str, account: Account) -> Measure:
    """How long this text is on this account, and the limit."""
    row = _row(account)
    return measure(text, counting=row.counting, limit=row.limit, max_bytes=row.max_bytes, link_cost=row.link_cost)


def known_names(settings: Settings, milestones: Collection[str]) -> KnownNames:
    """Every name that a template of this campaign may use."""
    campaign = settings.campaign
    return KnownNames(
        voice=frozenset(campaign.voice), milestones=frozenset(milestones), links=frozenset(campaign.links)
    )


def with_appended(text: str, account: Account, settings: Settings) -> tuple[str, tuple[str, ...]]:
    """A person's own text with what this campaign appends to its posts and the text lacks; and what that was.

    Raises TemplateError where it does not fit with it, and says that it may go without.
    """
    campaign = settings.campaign
    required = [campaign.form(name, account.platform, account.name) for name in campaign.append]
    lacking = tuple(dict.fromkeys(one.strip() for one in required if one.strip() and not contains(text, one.strip())))
    if not lacking or not text.strip():
        return text, ()
    whole = finish(text, required=lacking, imprint=campaign.imprint.text, keep_imprint=False)
    try:
        own_words(whole, account, settings)
    except TemplateError as error:
        hint = f"{' '.join(lacking)} was added to it, as to every post; to go without: --no-append"
        raise TemplateError([replace(one, hint=f"{one.hint} {hint}".strip()) for one in error.problems]) from None
    return whole, lacking


def own_words(text: str, account: Account, settings: Settings) -> Words:
    """A person's own text as it goes out: with the imprint, as the campaign's profile asks, and nothing else added.

    Raises TemplateError if the account's network will not take it, or it may not go out without its imprint.
    """
    return _finished(text, account, settings)


def own_occurrence(text: str, accounts: Sequence[str], now: datetime) -> str:
    """What sets one own post apart from the next: when it was made, and a short digest of it."""
    digest = hashlib.sha256("\n".join((text, *accounts)).encode()).hexdigest()[:8]
    return f"{now:%Y%m%dT%H%M%S%f}-{digest}"


def _say(
    saying: Saying, template: Template, wording: str, account: Account, settings: Settings
) -> tuple[Words, tuple[Fact, ...]]:
    campaign = settings.campaign
    context = Context(
        platform=account.platform,
        voice={name: campaign.form(name, account.platform, account.name) for name in campaign.voice},
        milestones=saying.milestones,
        links=campaign.links,
        campaign_name=campaign.name,
        day=saying.day,
        language=campaign.language,
    )
    rendered = render(template, wording, context)
    required = [campaign.form(name, account.platform, account.name) for name in campaign.append]
    chosen = template.wording(wording)
    form = chosen.form(account.platform) if chosen else None
    place = (template.path, form.line if form else 0)
    said = _finished(rendered.text, account, settings, required=required, place=place)
    facts = [fact for fact in rendered.facts if not fact.name.startswith(VOICE)]
    voices = [fact.name.removeprefix(VOICE) for fact in rendered.facts if fact.name.startswith(VOICE)]
    facts += [voice_fact(name, account, campaign) for name in dict.fromkeys((*voices, *campaign.append))]
    if campaign.imprint.profile is not Profile.OFF and campaign.imprint.text.strip() and not said.imprint:
        facts.append(Fact(IMPRINT, campaign.imprint.text))
    return replace(said, language=rendered.language), tuple(facts)


def voice_fact(name: str, account: Account, campaign: Campaign) -> Fact:
    """A voice as a fact: one that is the same everywhere by its name, else with the network or account of the form."""
    key = campaign.voice[name].key(account.platform, account.name)
    said = campaign.form(name, account.platform, account.name)
    return Fact(f"{VOICE}{name}.{key}" if key else VOICE + name, said)


def _row(account: Account) -> Capabilities:
    """The account's network, as its settings or its server say how long a post may be there."""
    return TABLE[account.platform].told(limit=account.limit, counts=account.counts, link_cost=account.link_cost)


def _finished(
    text: str, account: Account, settings: Settings, *, required: Sequence[str] = (), place: tuple[str, int] = ("", 0)
) -> Words:
    """The text made whole for this account. `place` is the path and line it comes from."""
    row, imprint = _row(account), settings.campaign.imprint
    whole, reason = with_imprint(text, row, imprint, required=required)
    path, line = place
    problems = check_words(whole, row, path=path, line=line)
    if not problems and (missing := why_not(whole, reason, imprint)):
        problems = (Problem(path, line, "imprint", missing),)
    if problems:
        raise TemplateError(list(problems))
    return Words(account.name, whole, settings.campaign.language, reason)
