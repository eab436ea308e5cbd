"""`amplifier check`: every mistake in settings, schedules and templates at once; a database there is must be whole."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime, timedelta

from amplifier.campaign.delivery import Spoken
from amplifier.campaign.plan import Decision
from amplifier.campaign.post import WantedPost
from amplifier.cli.output import console, say_json, tell, warn
from amplifier.cli.unheard import unheard
from amplifier.clock import utc_now
from amplifier.compose.imprint import notes
from amplifier.compose.memory import MOST
from amplifier.errors import DatabaseTrouble, FileError, Problem
from amplifier.place import folder_of
from amplifier.schedule import files
from amplifier.schedule.program import Program, near_copies, read_program, wanted_posts
from amplifier.schedule.renamed import warnings as warnings_of_renamed
from amplifier.schedule.review import on_x
from amplifier.settings import load
from amplifier.store import decisions, ledger, said
from amplifier.store.told import limits_in
from amplifier.store.unwell import file_in, must_be_sound


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Read everything, try every post on every account, and say what is wrong: 0 if nothing is, else 2.

    Warnings and notes change nothing about that.
    """
    program: Program | None = None
    problems: list[Problem] = []
    try:
        settings = load(options.home)
        settings = settings.with_limits(limits_in(file_in(options.var or folder_of(settings, options.home))))
        program = read_program(files.sources(options.home), settings)
    except FileError as error:
        problems = error.problems
    else:
        must_be_sound(file_in(options.var or folder_of(settings, options.home)))
    now = utc_now()
    made, said_of_late = _what_was_done(program, now) if program else ((), ())
    posts = wanted_posts(program, made) if program else []
    problems += on_x(program, posts).values() if program else ()
    again = warnings_of_renamed(program.plan, posts, said_of_late, now=now) if program else []
    warnings = [*near_copies(program, posts), *unheard(program), *again] if program else []
    told = _notes(program, posts) if program else []
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
    for problem in problems:
        tell(out, problem, "[red]✕[/]")
    warn(out, warnings)
    if program is None or problems:
        follows = "Nothing was started." if program is None else "What they name is held until it has other words."
        out.print(f"\n{_number(len(problems), 'problem')}. {follows}")
        return 2
    found = f"Nothing is wrong; {_number(len(warnings), 'warning')}" if warnings else "All good"
    out.print(
        f"[green]✓[/] {found}: {_number(len(program.plan.slots), 'slot')}, {_number(len(posts), 'post')}, "
        f"{_number(_deliveries(posts), 'delivery', 'deliveries')} on "
        f"{_number(len(program.settings.accounts), 'account')}."
    )
    for note in told:
        out.print(f"  {note}", markup=False, style="dim")
    return 0


def _what_was_done(program: Program, now: datetime) -> tuple[tuple[Decision, ...], tuple[Spoken, ...]]:
    """What only the ledger can tell, where there is one: what people decided, and what went out of late."""
    lateness = [slot.too_late_s for slot in program.plan.slots if slot.too_late_s is not None]
    since = now - timedelta(seconds=max([*lateness, program.settings.timing.too_late_after_s]))
    names = [one.name for one in program.settings.accounts]
    try:
        if not ledger.is_ready():
            return (), ()
        return decisions.decisions(), said.out_since(names, since=since, most=MOST)
    except DatabaseTrouble:  # it belongs to an older version, or is locked: the files are no worse for that
        return (), ()


def _notes(program: Program, posts: Sequence[WantedPost]) -> list[str]:
    return notes(program.settings.campaign.imprint, (words for post in posts for words in post.words))


def _deliveries(posts: Sequence[WantedPost]) -> int:
    return sum(len(post.words) for post in posts)


def _number(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
