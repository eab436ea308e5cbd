"""A valid reading of the files, and the posts it wants: everything about a plan that needs no database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from amplifier.campaign.delivery import Spoken
from amplifier.campaign.plan import Decision, DecisionKind, Plan
from amplifier.campaign.post import Fact, Moment, PostId, WantedPost
from amplifier.campaign.skips import Skip, skips
from amplifier.campaign.template import Template
from amplifier.compose.imprint import wrongs
from amplifier.compose.queue import Saying, known_names, unwritten, write, write_in_part
from amplifier.compose.render import parse_templates
from amplifier.compose.sameness import Judge
from amplifier.errors import FileError, Problem, ScheduleError, SettingsError, TemplateError
from amplifier.schedule import files
from amplifier.schedule.decided.given_words import Given, reworded
from amplifier.schedule.fitting import misfits
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.former import follow
from amplifier.schedule.occurrences import Occurrence, occurrences
from amplifier.schedule.one_by_one import FAILED, by_itself, without_failing
from amplifier.schedule.sameness import BY_NUMBER, Called, held, on_several_accounts, own, said_elsewhere, same
from amplifier.schedule.stage import LIVE, Stage
from amplifier.schedule.tried import Tried
from amplifier.schedule.truth.facts import values
from amplifier.schedule.truth.free_words import stated_in
from amplifier.settings import FILE, Mode, Settings

ON_TIME: Mapping[PostId, datetime] = {}  # no post waits past its time


@dataclass(frozen=True)
class Program:
    """A valid reading of the files: the plan, its templates, and the settings they were read with.

    `tried` is kept, since writing is most of what a command costs: what does not differ is not written again. `digest`
    is that of its files, where they are the version in force.
    """

    plan: Plan
    templates: Mapping[str, Template]
    settings: Settings
    tried: Tried | None = field(default=None, compare=False, repr=False)
    digest: str = field(default="", compare=False, repr=False)

    @property
    def trial(self) -> Tried | None:
        """What was tried, if it was with this very plan, these templates and settings."""
        one = self.tried
        return one if one and one.was_with(self.plan, self.templates, self.settings) else None


def read_program(sources: Mapping[str, str], settings: Settings) -> Program:
    """Read schedules and templates (relative path to text), and try every post on every account.

    Raises FileError with every problem found, whichever file it is in.
    """
    problems = [
        Problem(FILE, settings.lines.at("campaign", "imprint", key), "imprint", message, hint)
        for key, message, hint in wrongs(settings.campaign.imprint)
    ]
    if problems:
        raise SettingsError(problems)
    templates: dict[str, Template] = {}
    names = [path.removeprefix("templates/").removesuffix(".j2") for path in sources if path.endswith(".j2")]
    try:
        plan = files.parse(sources, settings, templates=names)
    except ScheduleError as error:
        raise ScheduleError([*error.problems, *_template_problems(sources)]) from None
    try:
        templates = parse_templates(sources, known_names(settings, [one.name for one in plan.milestones]))
    except TemplateError as error:
        problems += error.problems
    if problems:
        raise TemplateError(problems)
    program = Program(plan, templates, settings)
    wanted, failed = _written(program, plan, LIVE, ON_TIME)
    wrong = misfits(plan, templates, settings)
    found = (*wrong.values(), *(each for post, each in failed.items() if post.slot not in wrong))
    problems = list(dict.fromkeys(problem for each in found for problem in each))
    (refused, warned), compared = without_failing(wanted, partial(_compared, program))
    problems += refused
    slots = {slot.name: slot for slot in plan.slots}
    for one in (now for before, now in zip(wanted, compared, strict=True) if now is not before):
        slot = slots[one.id.slot]
        problems += [Problem(slot.path, slot.line, FAILED, why) for why in dict.fromkeys(one.unwritten.values())]
    if problems:
        raise TemplateError(problems)
    return replace(program, tried=Tried(plan, settings, templates, wanted, failed, warned))


def _compared(program: Program, posts: Sequence[WantedPost]) -> tuple[list[Problem], list[Problem]]:
    """What of these posts is refused, and what only warned of, since another of them says nearly the same."""
    if len(posts) == 1:  # asked of one alone, it is its own fault that it cannot be compared
        judge = Judge(program.settings)
        for words in posts[0].words:
            judge.is_near(words.text, words.text)
    return same(_by_name(posts), program.plan, program.templates, program.settings)


def read_again(sources: Mapping[str, str], settings: Settings, *, given: Settings) -> Program:
    """A program that was good before, with `settings`; they may tell of a server's limit that some posts exceed now.

    `given` are the settings as they stand in the file. What does not fit is among what cannot be written. Raises
    FileError where the program is not good by either.
    """
    try:
        return read_program(sources, settings)
    except FileError:
        return replace(read_program(sources, given), settings=settings)


def near_copies(program: Program, posts: Iterable[WantedPost]) -> list[Problem]:
    """Warnings: which of these posts say nearly the same where that is only a pity; `held_copies` has the others."""
    named = _by_name(posts)
    trial = program.trial
    if trial and trial.has(named.values()):
        warned = trial.warned
    else:
        warned = same(named, program.plan, program.templates, program.settings)[1]
    return [*warned, *on_several_accounts(named, program.plan, program.settings)]


def held_copies(
    program: Program, posts: Iterable[WantedPost], ledger: Iterable[Spoken], called: Called = BY_NUMBER
) -> dict[tuple[PostId, str], Problem]:
    """Which of these posts are held on which account of X, and why: nearly the same is there within 7 days.

    By the same rule files are refused; here it is milestones that moved, or people's own words, that bring such two
    together. `ledger` and the posts are in the campaign's time, `called` is how both are named.
    """
    named, known = _by_name(posts, called), list(own(ledger, called))
    if not known and program.trial and program.trial.has(named.values()):
        return {}  # else the files would have been refused
    return held(named, known, program.plan, program.templates, program.settings)


def copies(
    program: Program, posts: Iterable[WantedPost], ledger: Iterable[Spoken], called: Called, *, at: datetime
) -> list[Problem]:
    """Which of these that are to come the program may not say: X's accounts have them already, in words of people.

    All times are the campaign's, `called` is how both are named.
    """
    named, known = _by_name(posts, called), own(ledger, called)
    return said_elsewhere(named, known, program.plan, program.templates, program.settings, at=at)


def wanted_posts(
    program: Program,
    made: tuple[Decision, ...] = (),
    stage: Stage = LIVE,
    late: Mapping[PostId, datetime] = ON_TIME,
) -> list[WantedPost]:
    """Every post of the campaign as files and decisions want it, in the order of its time on the stage.

    A template that is good as the files stand may fail where a milestone moved, by a longer weekday at the limit: such
    a post has words on some of its accounts or on none, and says why. `late` says of posts that wait past their time
    when they go out (in the campaign's time): they speak of that day.
    """
    made = follow(made, program.plan)
    left_out, given = skips(made), given_words(program, made)
    posts = []
    for post in _written(program, effective(program.plan, made), stage, late)[0]:
        own, language = given.get(post_name(post.id), {}), program.templates[post.template].language
        try:
            posts.append(by_itself(post.id, partial(reworded, post, own, program.settings, language)))
        except TemplateError as error:
            problem = replace(error.problems[0], path=f"the words of {post_name(post.id)}")
            posts.append(post.in_no_words(str(problem)))
    return [post for post in map(partial(_without, left_out), posts) if post]


def _without(left_out: Mapping[str, Skip], post: WantedPost) -> WantedPost | None:
    """The post on the accounts on which nobody left it out; None if it goes nowhere."""
    skip = left_out.get(post_name(post.id))
    if skip is None:
        return post
    words = tuple(said for said in post.words if not skip.holds_on(said.account))
    unwritten = {name: why for name, why in post.unwritten.items() if not skip.holds_on(name)}
    return replace(post, words=words, unwritten=unwritten) if words or unwritten else None


def post_name(post: PostId) -> str:
    """How people and decisions name a post: its slot, and the occurrence if there is more than one."""
    return f"{post.slot}/{post.occurrence}"


def all_occurrences(plan: Plan, settings: Settings) -> tuple[Occurrence, ...]:
    """All occurrences of the campaign's days."""
    return occurrences(plan, settings.campaign.first_day, settings.campaign.last_day)


def _written(
    program: Program, plan: Plan, stage: Stage, late: Mapping[PostId, datetime]
) -> tuple[list[WantedPost], dict[PostId, list[Problem]]]:
    trial = program.trial
    if trial and stage == LIVE and not late and plan == program.plan:
        return list(trial.wanted), dict(trial.unwritten)
    wanted: list[WantedPost] = []
    problems: dict[PostId, list[Problem]] = {}
    for saying in _sayings(program, plan, stage, late):
        template = program.templates[saying.slot.template]
        try:
            wanted.append(by_itself(saying.id, partial(write, saying, template, program.settings)))
        except TemplateError as error:
            problems[saying.id] = error.problems
            wanted.append(_written_in_part(saying, template, program.settings))
    return wanted, problems


def _written_in_part(saying: Saying, template: Template, settings: Settings) -> WantedPost:
    try:
        return by_itself(saying.id, partial(write_in_part, saying, template, settings))
    except TemplateError as error:
        return unwritten(saying, template, settings, str(error.problems[0]))


def _sayings(program: Program, plan: Plan, stage: Stage, late: Mapping[PostId, datetime]) -> list[Saying]:
    settings = program.settings
    milestones = {one.name: one.at for one in plan.milestones}
    # Slots of one template begin at different wordings, in the order of the files, so that neighbours differ; the
    # order of the files does not change when a milestone moves, so the words stay.
    starts: dict[str, int] = {}
    places: dict[str, int] = {}
    for slot in plan.slots:
        places[slot.name] = starts.setdefault(slot.template, 0)
        starts[slot.template] += 1
    rehearsal = settings.mode is Mode.REHEARSAL
    sayings = []
    for one in all_occurrences(plan, settings):
        post = PostId(plan.campaign, one.slot.name, one.occurrence)
        too_late = settings.timing.live_too_late_after_s if one.slot.live else settings.timing.too_late_after_s
        if one.slot.too_late_s is not None and not rehearsal:
            too_late = one.slot.too_late_s
        sayings.append(
            Saying(
                slot=one.slot,
                id=post,
                moment=Moment(stage.real(one.due), one.wall_time, one.zone, one.fold),
                turn=places[one.slot.name] + one.ordinal - 1,
                milestone=one.milestone,
                day=max(one.due, late.get(post, one.due)).astimezone(ZoneInfo(plan.zone)),
                milestones=milestones,
                too_late_s=int(too_late),
            )
        )
    return sayings


def _template_problems(sources: Mapping[str, str]) -> list[Problem]:
    try:
        parse_templates(sources)
    except TemplateError as error:
        return error.problems
    return []


def given_words(program: Program, made: tuple[Decision, ...]) -> dict[str, dict[str, Given]]:
    """By post (as decisions name it) and account the words that people gave it.

    Those that a later decision only carries along are not new.
    """
    found: dict[str, dict[str, Given]] = {}
    for place, one in enumerate(made):
        if one.kind is DecisionKind.WORDS_REPLACED:
            texts: dict[str, str] = json.loads(one.value)
            kept = json.loads(one.facts or "{}")
            given = {
                name: Given(text, tuple(Fact(*fact) for fact in kept[name]))
                for name, text in texts.items()
                if name in kept
            }
            if given.keys() != texts.keys():
                given = _given_without_facts(program, made[:place], one, found.get(one.subject, {})) | given
            found[one.subject] = given
    return found


def _given_without_facts(
    program: Program, earlier: tuple[Decision, ...], decision: Decision, before: Mapping[str, Given]
) -> dict[str, Given]:
    """The same of a decision with which no facts were kept: what was so then, as far as decisions tell."""
    plan = effective(program.plan, earlier)
    known = [Fact(name, value) for name, value in values(plan, program.settings.campaign).items()]
    due = (
        one
        for one in all_occurrences(plan, program.settings)
        if f"{one.slot.name}/{one.occurrence}" == decision.subject
    )
    day = next((date.fromisoformat(one.wall_time[:10]) for one in due), program.settings.campaign.first_day)
    slot, _, occurrence = decision.subject.partition("/")

    def given(text: str) -> Given:
        try:
            return Given(text, by_itself(PostId(plan.campaign, slot, occurrence), partial(stated_in, text, known, day)))
        except TemplateError as error:
            return Given(text, (), failed=tuple(error.problems))

    return {
        name: before[name] if name in before and before[name].text == text else given(text)
        for name, text in json.loads(decision.value).items()
    }


def _by_name(posts: Iterable[WantedPost], called: Called = BY_NUMBER) -> dict[str, WantedPost]:
    return {called.post(post.id): post for post in posts}
