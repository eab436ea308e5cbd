"""`amplifier check`: every mistake in settings, schedules and templates at once; needs no database."""

from __future__ import annotations

import argparse

from rich.markup import escape

from amplifier.cli.output import console, say_json
from amplifier.errors import FileError, Problem
from amplifier.schedule import files
from amplifier.schedule.program import Program, read_program, wanted_posts
from amplifier.settings import load


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Read everything, try every post on every account, and say what is wrong: 0 if nothing is, else 2."""
    program: Program | None = None
    problems: list[Problem] = []
    try:
        settings = load(options.home)
        program = read_program(files.sources(options.home), settings)
    except FileError as error:
        problems = error.problems
    posts = wanted_posts(program) if program else []
    deliveries = sum(len(post.words) for post in posts)
    if options.json:
        mode = program.settings.mode.value if program else None
        found = [problem.as_json() for problem in problems]
        say_json({"mode": mode, "problems": found, "posts": len(posts), "deliveries": deliveries})
    elif problems:
        out = console()
        for problem in problems:
            where = f"{problem.path}:{problem.line}" if problem.line else problem.path
            out.print(f"[red]✕[/] [bold]{escape(where)}[/]", soft_wrap=True)
            out.print(f"  {problem.message}", markup=False)
            if problem.hint:
                out.print(f"  {problem.hint}", markup=False, style="dim")
        out.print(f"\n{_number(len(problems), 'problem')}. Nothing was started.")
    elif program:
        slots = len(program.plan.slots)
        console().print(
            f"[green]✓[/] All good: {_number(slots, 'slot')}, {_number(len(posts), 'post')}, "
            f"{_number(deliveries, 'delivery', 'deliveries')} on {_number(len(settings.accounts), 'account')}."
        )
    return 2 if problems else 0


def _number(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
