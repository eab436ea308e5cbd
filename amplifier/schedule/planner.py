"""From files and decisions to rows: the only reader of schedules and templates while the service runs."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from amplifier.campaign.changes import Changes, ExistingPost
from amplifier.campaign.delivery import Due
from amplifier.campaign.plan import Decision, Plan
from amplifier.campaign.post import OWN, PostId, WantedPost
from amplifier.campaign.template import Template
from amplifier.errors import FileError, Problem, TemplateError
from amplifier.schedule import files
from amplifier.schedule.decided.lost_moves import refuse_lost
from amplifier.schedule.decided.moved_back import moved_back
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.carried import carry
from amplifier.schedule.naming.doubts import forgotten, keep_unsaid
from amplifier.schedule.naming.ledger_names import SAME, Names, name_in_plan, other_names
from amplifier.schedule.naming.renamed import Unsaid, swallowed, without_copies
from amplifier.schedule.one_by_one import without_failing
from amplifier.schedule.plan_reports import PlanReports
from amplifier.schedule.playing import playing
from amplifier.schedule.program import (
    Program,
    all_occurrences,
    post_name,
    read_again,
    read_program,
    wanted_posts,
)
from amplifier.schedule.reconcile import keep_true, reconcile
from amplifier.schedule.settled import settled_until
from amplifier.schedule.side_by_side import careful_eye, held_beside, said_beside
from amplifier.schedule.stage import LIVE, Stage, make
from amplifier.schedule.truth import review, stale
from amplifier.schedule.truth.given_up import given_up_wordings
from amplifier.schedule.truth.older import with_facts
from amplifier.schedule.truth.out_and_untrue import KeptAnswer, is_behind, keep_untrue
from amplifier.settings import Mode, Settings
from amplifier.store import decisions, delivery_views, ledger, plan_versions, posts, published_facts
from amplifier.store.identity import accounts

log = logging.getLogger("amplifier.schedule")
SERVICE = "service"
NOTHING_THERE = (-1, -1)


class Planner:
    """Keeps the ledger's rows as files and decisions want them; called every moment, it works only when one changed.

    `forgetful`: this ledger cannot know what went out of late (it comes from a backup), so what was due and is new to
    it may be out already.
    """

    def __init__(self, home: Path, settings: Settings, *, now: Callable[[], datetime], forgetful: bool = False) -> None:
        self._forgetful = forgetful
        self._home = home
        self._given = self._settings = settings
        self._now = now
        self._program: Program | None = None
        self._version: int | None = None
        self._seen: object = None
        self._reports = PlanReports(now)
        self._is_refused = False  # a decision may be what the files need to be taken
        self._playing: Stage = LIVE
        self._applied: tuple[object, ...] = ()
        self._wanted: Sequence[WantedPost] = ()
        self._stale: Mapping[tuple[PostId, str], str] = {}  # what of people's words is no longer so, and why
        self._stale_wordings: Collection[tuple[str, str]] = ()
        self._names: Names = SAME
        self._unsaid: Sequence[Unsaid] = ()
        self._unsent: Mapping[int, str] = {}  # the same of own posts and corrections
        self._out: KeptAnswer | None = None  # what was out and untrue when it was kept

    def in_force(self) -> tuple[Plan, Mapping[str, Template]] | None:
        """The plan with its milestones where people moved them, and its templates; None before it was first applied.

        The wordings in which something is written out that is no longer so are not among these.
        """
        program = self._program if self._applied else None
        if program is None:
            return None
        templates = {name: _without(one, self._stale_wordings) for name, one in program.templates.items()}
        return effective(program.plan, decisions.decisions()), templates

    def untrue(self, deliveries: Collection[int]) -> frozenset[tuple[PostId, str]]:
        """Which of these deliveries' posts state what is no longer so by the plan in force, each with its account."""
        if self._program is None or not self._applied:
            return frozenset()
        return review.no_longer_so(self._program, self._wanted, among=deliveries, now=self._now())

    def given_up(self) -> frozenset[tuple[str, str]]:
        """The wordings, each as template and name, that the plan in force still says in words that people gave up."""
        if self._program is None or not self._applied:
            return frozenset()
        return given_up_wordings(self._program, decisions.decisions(), delivery_views.changed(), self._names)

    def is_stale(self, due: Due) -> str:
        """What of a person's words is no longer so, asked before they go out; empty if they may.

        A plan's post was compared when the plan was applied; an own post or a correction may be younger than that.
        """
        if self._program is None or not self._applied:
            return ""
        now = self._now()
        if due.identity.post.slot != OWN and due.identity.revision == 0:
            return self._is_stale_planned(self._program, due, now)
        found = stale.stale_unsent(self._program, decisions.decisions(), now=now, among=[due.id])
        return found[due.id].why if due.id in found else ""

    def _is_stale_planned(self, program: Program, due: Due, now: datetime) -> str:
        """The same of a plan's post: as the plan was applied, or anew where another day has begun since."""
        where = (due.identity.post, due.identity.account)
        today = self._day(self._playing.campaign(max(now, due.due_at)))
        known = self._stale.get(where, "")
        if today == self._day(self._playing.campaign(due.due_at)):
            return known
        planned = name_in_plan(where[0], self._names)
        post = next((one for one in self._wanted if one.id == planned), None)
        if post is None or today == post.day or not self._counts(due, post):
            return known
        found = stale.with_failing(program, decisions.decisions(), [replace(post, goes_on=today)])
        return next((one.why for one in found if (one.post, one.account) == (planned, where[1])), "")

    def _counts(self, due: Due, post: WantedPost) -> bool:
        """Whether the time that this one has waited makes it one of another day."""
        again = due.too_late_at > due.due_at + timedelta(seconds=post.too_late_s)
        return again or self._settings.mode is Mode.LIVE

    def _day(self, at: datetime) -> date:
        """The campaign's day at a moment of the campaign."""
        return at.astimezone(ZoneInfo(self._settings.campaign.zone)).date()

    def campaign_time(self) -> datetime:
        """What time it is in the campaign: in a rehearsal the moment that plays now."""
        return self._playing.campaign(self._now())

    def refresh(self) -> Changes:
        """Read what changed and bring the ledger up to it. A bad file is reported; the last good version stays."""
        with self._reports.watching():
            return self._refresh()

    def _refresh(self) -> Changes:
        now = self._now()
        settings = self._given.with_limits(accounts.text_limits())
        if settings != self._settings:
            self._settings, self._seen = settings, None
            if self._program is not None:  # what does not fit any more is held, and the rest goes on
                self._program = replace(self._program, settings=settings)
        self._read(now)
        if self._program is None:
            return Changes()
        # A longer limit, or another way to count, may make room for words.
        limits = tuple((account.limit, account.counts) for account in self._settings.accounts)
        decided = (decisions.newest_decision(), decisions.times_let_go())
        rows = accounts.listed_numbers()  # an account may turn out to be one that was known, with a plan of its own
        day = self._day(self.campaign_time())
        state = (self._version, decided, now.date(), day, self._settings.digest, limits, rows)
        if state == self._applied and not published_facts.is_any_going(self._stale, self._unsent):
            if self._out is None or is_behind(self._out):
                self._keep_untrue(self._program, decisions.decisions(), now)
            return Changes()
        opened = ledger.ledger()
        if opened is None:
            return Changes()
        changes = self._apply(self._program, opened, now)
        self._applied = state
        return changes

    def _read(self, now: datetime) -> None:
        signature = _signature(self._home)
        seen = (signature, decisions.newest_decision() if self._is_refused else None)
        if seen == self._seen:
            return
        try:
            sources = files.sources(self._home)
            program = read_program(sources, self._settings)
            if ledger.ledger() is not None and (found := self._copies(program, now)):
                raise TemplateError(found)
            if ledger.ledger() is not None:
                refuse_lost(program, decisions.decisions(), now=now)
            self._program = program
        except FileError as error:
            self._reports.files(error.problems)
            self._is_refused, self._seen = True, (signature, decisions.newest_decision())
            if self._program is None:
                self._fall_back()
            return
        digest = hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()
        self._version = plan_versions.keep_plan(digest=digest, sources=sources, now=now).id
        self._reports.files([])
        self._is_refused, self._seen = False, (signature, None)

    def _copies(self, program: Program, now: datetime) -> list[Problem]:
        """What the accounts on X have already, in words that the plan does not know of: it may not say that too."""
        return said_beside(program, decisions.decisions(), playing(self._settings), now=now)

    def _fall_back(self) -> None:
        """After a restart with a bad file, the last good version is still in force."""
        stored = plan_versions.last_good()
        if stored is None:
            return
        try:
            self._program = read_again(stored.sources, self._settings, given=self._given)
            self._version = stored.id
        except FileError:
            log.warning("the last good version does not fit the settings any more")

    def _apply(self, program: Program, opened: ledger.LedgerState, now: datetime) -> Changes:
        stage = self._playing = self._stage(program, opened.stage, now)
        let_go = decisions.times_let_go()
        with_facts(program, decisions.decisions(), now=now)
        made = carry(program, actor=SERVICE, now=now)
        written = wanted_posts(program, made, stage, stale.late_posts(program, now=now))
        found, wanted = without_failing(written, partial(stale.stale_planned, program, made))
        beside = held_beside(program, wanted, stage)
        self._wanted = wanted = beside.wanted
        self._reports.posts("beside", beside.problems)
        written_out = {one.post for one in found if one.template}
        untrue = {(one.post, one.account): one.why for one in found}
        self._stale_wordings = {(one.template, one.wording) for one in wanted if one.id in written_out}
        live = self._settings.mode is Mode.LIVE
        settled = None if self._forgetful else settled_until(stage, program.plan.zone, now=now)
        back = moved_back(program, made, wanted, stage, now=now)
        eye = careful_eye(program, made, stage, now)

        def decide(existing: Sequence[ExistingPost]) -> Changes:
            changes = reconcile(
                wanted,
                existing,
                now=now,
                opened_at=opened.opened_at,
                fresh=self._forgetful or (live and not existing),
                copies=beside.held,
                untrue=untrue,
                settled=settled,
                moved_back=back,
            )
            self._names = names = other_names(wanted, existing)
            self._stale = {(names.get(post, post), account): why for (post, account), why in untrue.items()}
            changes = without_copies(changes, existing, wanted, eye)
            lost = forgotten(program, made, wanted, existing, now=now)
            self._unsaid = [*swallowed(program.plan, existing, wanted, eye), *lost]
            unsent = published_facts.unsent(program.plan.campaign)
            self._unsent = {row: one.why for row, one in stale.stale_unsent(program, made, now=now).items()}
            changes = replace(changes, steps=(*changes.steps, *keep_true(unsent, self._unsent, now=now)))
            return review.with_note(changes, existing, program=program, made=made, wanted=wanted, now=now)

        ink = posts.Ink(
            actor=SERVICE,
            now=now,
            first_day=self._settings.campaign.first_day,
            plan_version=self._version,
            decided=made[-1].id if made else 0,
            let_go=let_go,
        )
        changes = posts.replan(self._settings.campaign.id, decide, ink)
        self._keep_untrue(program, made, now)
        keep_unsaid(self._unsaid, now=now)
        for post in wanted:
            for why in dict.fromkeys(post.unwritten.values()):
                log.warning("cannot be written post=%s why=%s", post_name(self._names.get(post.id, post.id)), why)
        if changes:
            log.info("replanned adds=%d moved=%d", len(changes.adds), len(changes.steps))
        return changes

    def _keep_untrue(self, program: Program, made: tuple[Decision, ...], now: datetime) -> None:
        found = review.compared_out(program, made, self._wanted, now=now, names=self._names)
        self._reports.posts("out", found.problems)
        self._out = keep_untrue(program.plan.campaign, found.untrue, now=now)

    def _stage(self, program: Program, kept: str, now: datetime) -> Stage:
        """Where the campaign plays: in its own time when live; else on the stage that the ledger remembers."""
        if self._settings.mode is Mode.LIVE:
            return LIVE
        if not kept:
            instants = [one.due for one in all_occurrences(program.plan, self._settings)]
            kept = ledger.keep_stage(make(instants, now, self._settings.rehearsal.seconds).to_json())
        return Stage.from_json(kept)


def _without(template: Template, wordings: Collection[tuple[str, str]]) -> Template:
    """The template without these of its wordings."""
    return replace(
        template, wordings=tuple(one for one in template.wordings if (template.name, one.name) not in wordings)
    )


def _signature(home: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a schedule or template does, without reading them; also where one is a link to nothing by now.

    Names that begin with a dot are editors' own, and are not read either.
    """
    found = []
    for folder, pattern in (("schedules", "*.y*ml"), ("templates", "*.j2")):
        for path in sorted(one for one in (home / folder).rglob(pattern) if not one.name.startswith(".")):
            try:
                stat = path.stat()
            except OSError:  # a link to nothing, or an editor is replacing it this instant
                found.append((str(path), *NOTHING_THERE))
            else:
                found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(found)
