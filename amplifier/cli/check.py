"""`amplifier check`: every mistake in settings, schedules and templates at once; a database there is must be whole."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from amplifier.campaign.post import WantedPost
from amplifier.cli.output import console, say_json, tell, warn
from amplifier.cli.unheard import unheard
from amplifier.compose.imprint import notes
from amplifier.errors import FileError, Problem
from amplifier.place import folder_of
from amplifier.schedule import files
from amplifier.schedule.program import Program, near_copies, read_program, wanted_posts
from amplifier.settings import load
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
    posts = wanted_posts(program) if program else []
    warnings = [*near_copies(program, posts), *unheard(program)] if program else []
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
    if program is None:
        out.print(f"\n{_number(len(problems), 'problem')}. Nothing was started.")
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


def _notes(program: Program, posts: Sequence[WantedPost]) -> list[str]:
    return notes(program.settings.campaign.imprint, (words for post in posts for words in post.words))


def _deliveries(posts: Sequence[WantedPost]) -> int:
    return sum(len(post.words) for post in posts)


def _number(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
