"""What a template has written out, and which milestone it may have named when it was: until its words change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from amplifier.campaign.plan import Decision, DecisionKind, Milestone, Plan
from amplifier.campaign.post import Fact, PostId, WantedPost
from amplifier.campaign.template import Template
from amplifier.compose.render import parse_templates
from amplifier.errors import TemplateError
from amplifier.schedule.milestones import effective
from amplifier.schedule.program import Program, all_occurrences
from amplifier.schedule.truth.free_words import MILESTONE, Then, written_out
from amplifier.store import plan_versions

KEPT = 8  # versions of the templates that are kept read
_read: dict[str, Mapping[str, Template]] = {}  # by the digest of their files


class Literal:
    """The moments that stand in the templates of a program, against the decisions that people made since.

    Of each milestone that people moved it is asked what was so when the first of these decisions came that found the
    moment standing there: a file that is brought into line with a decision later makes no old words true.
    """

    def __init__(self, program: Program, made: tuple[Decision, ...], platforms: Mapping[str, str]) -> None:
        self._program = program
        self._made = made
        self._platforms = platforms
        self._days: dict[int | None, dict[PostId, date]] = {}
        self._templates: dict[int, Mapping[str, Template]] = {}

    @property
    def may_be_untrue(self) -> bool:
        """Whether people moved any milestone that the plan has."""
        return bool(self._moves)

    def written(self, post: WantedPost, account: str) -> dict[str, tuple[Then, ...]]:
        """What stands in the template of this post itself, for this account, each with what it may have named."""
        platform = self._platforms[account]
        source = _source(self._program.templates, post, platform)
        return {words: tuple(self._thens(words, source, post, platform)) for words in written_out(source)}

    @cached_property
    def _moves(self) -> dict[str, list[tuple[int, Decision]]]:
        """The moves of each milestone, each with its place among the decisions."""
        found: dict[str, list[tuple[int, Decision]]] = {}
        names = {one.name for one in self._program.plan.milestones}
        for place, one in enumerate(self._made):
            if one.kind is DecisionKind.MILESTONE_MOVED and one.subject in names:
                found.setdefault(one.subject, []).append((place, one))
        return found

    def _thens(self, words: str, source: str, post: WantedPost, platform: str) -> Iterator[Then]:
        for milestone in self._program.plan.milestones:
            moves = self._moves.get(milestone.name, ())
            stood = (
                place
                for place, one in moves
                if one.replaced and self._stood_there(place, words, source, post, platform)
            )
            place = next(stood, None)
            then = self._made[place].replaced if place is not None else milestone.at.isoformat()
            day = self._days_at(place).get(post.id) if moves else None
            if day is not None:
                yield Then(Fact(MILESTONE + milestone.name, then), day)

    def _stood_there(self, place: int, words: str, source: str, post: WantedPost, platform: str) -> bool:
        """Whether these words stood in the post's wording at this decision, whatever it was called then."""
        if place not in self._templates:
            self._templates[place] = _templates_at(self._made[place].at)
        before = self._templates[place]
        if known := _source(before, post, platform):
            return words in written_out(known)
        return any(form.source == source for one in before.values() for way in one.wordings for form in way.forms)

    def _days_at(self, place: int | None) -> dict[PostId, date]:
        """On which day each post was just before this decision; None: on which it is by the files alone."""
        if place not in self._days:
            plan = self._program.plan
            if place is not None:
                moved = self._made[place]
                plan = _with(effective(plan, self._made[:place]), moved.subject, datetime.fromisoformat(moved.replaced))
            due = all_occurrences(plan, self._program.settings)
            self._days[place] = {
                PostId(plan.campaign, one.slot.name, one.occurrence): date.fromisoformat(one.wall_time[:10])
                for one in due
            }
        return self._days[place]


def _with(plan: Plan, name: str, at: datetime) -> Plan:
    def there(one: Milestone) -> Milestone:
        return replace(one, at=at.astimezone(one.at.tzinfo)) if one.name == name else one

    return replace(plan, milestones=tuple(map(there, plan.milestones)))


def _source(templates: Mapping[str, Template], post: WantedPost, platform: str) -> str:
    """What the template of this post says for this network; empty where there is none."""
    wording = templates[post.template].wording(post.wording) if post.template in templates else None
    form = wording.form(platform) if wording else None
    return form.source if form else ""


def _templates_at(at: datetime) -> Mapping[str, Template]:
    """The templates of the version that was in force then."""
    digest = plan_versions.digest_at(at)
    if digest not in _read:
        try:
            templates = parse_templates(plan_versions.sources_of(digest))
        except TemplateError:  # an earlier version allowed what this one refuses
            templates = {}
        if len(_read) >= KEPT:
            _read.pop(next(iter(_read)))
        _read[digest] = templates
    return _read[digest]
