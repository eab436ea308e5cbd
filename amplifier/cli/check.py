"""`amplifier check`: every mistake in settings, schedules and templates at once; a database there is must be whole."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from amplifier.campaign.plan import Decision
from amplifier.campaign.post import WantedPost
from amplifier.cli.rehearsal.tally import has_published
from amplifier.cli.run.at_start import anothers_ledger, environment_lacks
from amplifier.cli.run.nearby import far_disk
from amplifier.cli.show.held_words import held_words
from amplifier.cli.show.output import console, number_of, refuse, say_json, warn
from amplifier.cli.show.unnotified import unasked, unnotified
from amplifier.clock import utc_now
from amplifier.compose.accountable import unaccountable, what_it_lacks
from amplifier.compose.day_compared import compared_names
from amplifier.compose.imprint import notes
from amplifier.compose.unspoken import unspoken
from amplifier.errors import DatabaseTrouble, FileError, Problem
from amplifier.install import database_in, folder_of
from amplifier.schedule import files
from amplifier.schedule.decided.lost_moves import lost_moves
from amplifier.schedule.fitting import silent
from amplifier.schedule.long_tags import long_tags
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.doubts import doubts
from amplifier.schedule.over import over
from amplifier.schedule.program import Program, near_copies, read_program, wanted_posts
from amplifier.schedule.truth.review import on_x
from amplifier.settings import Mode, Settings, load
from amplifier.store import decisions, delivery_views, heartbeats, ledger
from amplifier.store.database.health import must_be_sound
from amplifier.store.told import limits_in

NOT_STARTED = "Nothing was started."
BEFORE_LIVE = "A new ledger does not go live without it."


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Read everything, try every post on every account, and say what is wrong: 0 if nothing is, else 2.

    Warnings and notes change nothing about that.
    """
    program: Program | None = None
    problems: list[Problem] = []
    unready: list[Problem] = []
    lacking: list[Problem] = []
    try:
        settings = load(options.home)
        var = options.var or folder_of(settings, options.home)
        database = database_in(var, settings.mode)
        settings = settings.with_limits(limits_in(database))
        program = read_program(files.sources(options.home), settings)
    except FileError as error:
        problems = error.problems
    else:
        refused, far = far_disk(var, settings.mode)
        must_be_sound(database)
        unready, lacking = _of_the_imprint(settings, database)
        unready = [*refused, *unready, *_of_another(settings)]
        lacking = [*far, *lacking, *environment_lacks(settings, os.environ)]
        problems = unready.copy()
    now = utc_now()
    made, doubtful = _by_the_ledger(program, now) if program else ((), [])
    posts = wanted_posts(program, made) if program else []
    problems += on_x(program, posts).values() if program else ()
    wordless, untrue = held_words(program, made, now=now) if program else ([], [])
    problems += wordless
    lost = lost_moves(program, made, now=now) if program else ()
    here = program.settings.campaign.place if program else ""
    renamed = [one.problem(here) for one in lost if one.heir]
    ended, left = _the_end(program, made, posts, now) if program else (None, None)
    problems += [*renamed, *filter(None, [ended])]
    others = [*doubtful, *lacking, *filter(None, [left]), *(one.problem(here) for one in lost if not one.heir)]
    warnings = [*_about_words(program, posts), *untrue, *others] if program else []
    told = _notes(program, posts) if program else []
    told += [one for one in [unasked(program.settings) if program else ""] if one]
    if options.json:
        say_json(
            {
                "mode": program.settings.mode.value if program else None,
                "problems": [problem.as_json() for problem in problems],
                "warnings": [warning.as_json() for warning in warnings],
                "notes": told,
                "posts": len(posts),
                "deliveries": _deliveries(posts),
            }
        )
        return 2 if problems else 0
    out = console()
    refuse(out, problems)
    warn(out, warnings)
    if program is None or problems:
        may_start = program is not None and not unready and problems != [ended]
        follows = _what_follows(may_start=may_start, renamed=bool(renamed))
        out.print(f"\n{number_of(len(problems), 'problem')}. {follows}")
        return 2
    found = f"Nothing is wrong; {number_of(len(warnings), 'warning')}" if warnings else "All good"
    out.print(
        f"[green]✓[/] {found}: {number_of(len(program.plan.slots), 'slot')}, {number_of(len(posts), 'post')}, "
        f"{number_of(_deliveries(posts), 'delivery', 'deliveries')} on "
        f"{number_of(len(program.settings.accounts), 'account')}."
    )
    for note in told:
        out.print(f"  {note}", markup=False, style="dim")
    return 0


def _what_follows(*, may_start: bool, renamed: bool) -> str:
    if renamed:
        return "Until that is mended, the last good version holds."
    if may_start:
        return "What they name is held until it has other words."
    return "The service that runs goes on with the last good version." if _is_at_work() else NOT_STARTED


def _about_words(program: Program, posts: Sequence[WantedPost]) -> list[Problem]:
    """What the files say twice, to nobody, otherwise than one may expect, or not at all."""
    of_templates = [
        *unspoken(program.templates, program.settings),
        *compared_names(program.templates, program.settings),
    ]
    silent_slots = silent(program.plan, program.templates, program.settings)
    copies = near_copies(program, posts)
    return [*copies, *long_tags(program, posts), *unnotified(program), *of_templates, *silent_slots]


def _by_the_ledger(program: Program, now: datetime) -> tuple[tuple[Decision, ...], list[Problem]]:
    """What only the ledger can tell, where there is one: what people decided, and what names that changed would do."""
    try:
        if not ledger.is_ready():
            return (), []
        made = decisions.decisions()
        return made, doubts(program, made, now=now)
    except DatabaseTrouble:  # it belongs to an older version, or is locked: the files are no worse for that
        return (), []


def _the_end(
    program: Program, made: tuple[Decision, ...], posts: Sequence[WantedPost], now: datetime
) -> tuple[Problem | None, Problem | None]:
    """That nothing is left to say; a rehearsal plays whatever days there are."""
    if program.settings.mode is Mode.REHEARSAL:
        return None, None
    return over(effective(program.plan, made), posts, program.settings, now=now)


def _is_at_work() -> bool:
    """Whether the worker runs, with what was good before."""
    try:
        return ledger.is_ready() and heartbeats.is_alive(heartbeats.heartbeats().get("worker"), utc_now())
    except DatabaseTrouble:
        return False


def _of_another(settings: Settings) -> list[Problem]:
    try:
        return anothers_ledger(settings)
    except DatabaseTrouble:  # as above: whose it is can be asked when it is of this version again
        return []


def _of_the_imprint(settings: Settings, database: Path | None) -> tuple[list[Problem], list[Problem]]:
    """What the public imprint lacks: as problems, which keep a new ledger from going live, or as warnings.

    It is for `up` and the worker to refuse, and here it is told as they would: they let a ledger go on by which
    something is out. `database` is its file; None where it is a server.
    """
    lacking = list(unaccountable(settings))
    if not lacking or not (has_published(database) if database else _server_has_published()):
        return lacking, []
    return [], [replace(one, message=f"{one.message} Posts are out, so everybody can see that.") for one in lacking]


def _server_has_published() -> bool:
    try:
        return ledger.is_ready() and delivery_views.has_published()
    except DatabaseTrouble:  # then nobody knows of anything that is out
        return False


def _notes(program: Program, posts: Sequence[WantedPost]) -> list[str]:
    imprint = program.settings.campaign.imprint
    lacking = "" if program.settings.mode is Mode.LIVE else what_it_lacks(imprint)  # live it is said above
    told = notes(imprint, (words for post in posts for words in post.words))
    return [f"{lacking} {BEFORE_LIVE}", *told] if lacking else told


def _deliveries(posts: Sequence[WantedPost]) -> int:
    return sum(len(post.words) for post in posts)
