"""How the command line speaks: colours only on a terminal, JSON for programs, one shape for every state."""

from __future__ import annotations

import getpass
import json
import sys
import textwrap
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from amplifier.campaign.delivery import State
from amplifier.campaign.fate import Fate
from amplifier.cli.show.streams import can_write
from amplifier.errors import Problem
from amplifier.text.visible import COMMANDS, joining, revealed

# State is shape, word and colour together; the same on the wall and the pages.
SHAPES: dict[State, tuple[str, str]] = {
    State.SENT: ("✓", "green"),
    State.QUEUED: ("◷", "blue"),
    State.SENDING: ("◷", "blue"),
    State.UNSURE: ("?", "magenta"),
    State.HELD: ("‖", "yellow"),
    State.MISSED: ("✕", "red"),
    State.DROPPED: ("-", "bright_black"),
}
WORDS: dict[State, str] = {
    State.SENT: "sent",
    State.QUEUED: "waiting",
    State.SENDING: "sending",
    State.UNSURE: "unsure",
    State.HELD: "held",
    State.MISSED: "missed",
    State.DROPPED: "left out",
}
# How what went out stands now.
FATES: dict[Fate, str] = {
    Fate.LIVE: "as they went out",
    Fate.CORRECTED: "corrected",
    Fate.CHANGED: "changed there, not by us",
    Fate.GONE: "gone",
    Fate.WITHDRAWN: "withdrawn",
}


class _Inert(Console):
    """Whatever words come, from strangers and their servers too, the terminal only shows them."""

    def render_str(self, text: str, **kwargs: Any) -> Text:
        """As rich does it, with what rich cannot measure made visible before it is laid out."""
        return super().render_str(joining(text), **kwargs)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich does it, with every control character visible that is not rich's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(revealed(segment.text), segment.style)


def console() -> Console:
    """Where people read; without colour, and 80 columns wide, when it is no terminal."""
    return _Inert(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 80)


def errors() -> Console:
    """Where progress and troubles go."""
    return _Inert(stderr=True, highlight=False, emoji=False)


def say_json(value: object) -> None:
    """One JSON document on standard output; what a terminal would obey is escaped in it, and programs lose nothing."""
    document = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    if not can_write(document, sys.stdout):
        document = json.dumps(value, indent=2, default=str)
    print(COMMANDS.sub(lambda found: f"\\u{ord(found.group()):04x}", document))


def tell(out: Console, problem: Problem, shape: str) -> None:
    """One thing with its place, if it has one, in three lines at most."""
    where = f"{problem.path}:{problem.line}" if problem.line else problem.path
    if where:
        out.print(f"{shape} [bold]{escape(where)}[/]", soft_wrap=True)
    out.print(f"  {escape(problem.message)}" if where else f"{shape} {escape(problem.message)}")
    if problem.hint:
        out.print(f"  {problem.hint}", markup=False, style="dim")


def warn(out: Console, warnings: Iterable[Problem]) -> None:
    """What to know before going on; it stops nothing."""
    for warning in warnings:
        tell(out, warning, "[yellow]▲[/]")


def print_stop(out: Console, what: str, why: str, command: str) -> None:
    """A stop in force, with the command that ends it."""
    out.print(f"[red]■ {escape(what)}[/]", end=" ")
    out.print(why, markup=False)
    out.print(f"  {command.strip()}", markup=False, soft_wrap=True)


def refuse(out: Console, problems: Iterable[Problem]) -> None:
    """What has to be put right first."""
    for problem in problems:
        tell(out, problem, "[red]✕[/]")


def number_of(number: int, one: str, many: str = "") -> str:
    """So many of these, as people say it: 1 post, 2 posts."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def inset(words: str, *, width: int) -> str:
    """Words two columns in, also where a line is too long for a window of this width; an address stays whole."""
    lines = [
        part
        for line in words.splitlines()
        for part in textwrap.wrap(line, width - 2, break_long_words=False, break_on_hyphens=False) or [""]
    ]
    return "\n".join(f"  {line}".rstrip() for line in lines)


def folded(line: str, width: int) -> list[str]:
    """A line as lines that fill at most so many columns, broken between words, and within one that is longer."""
    line = joining(line)
    if "\t" not in line and cell_len(line) <= width:
        return [line]
    if line.isascii():  # where a letter is a column; twice as quick, which a long plan feels
        return textwrap.wrap(line, width, break_on_hyphens=False) or [""]
    return [str(part).rstrip() for part in Text(line).wrap(_FOLDING, width)]


_FOLDING = _Inert()  # rich asks for one to fold a text; nothing is printed on it


def state_words(state: State) -> str:
    """A state with its shape, its word and its colour."""
    shape, colour = SHAPES[state]
    return f"[{colour}]{shape} {WORDS[state]}[/]"


def table(*columns: str) -> Table:
    """A quiet table."""
    made = Table(box=None, pad_edge=False, header_style="dim", show_header=bool(columns))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def wall_clock(at: datetime, zone: str, *, this_year: int | None = None) -> str:
    """An instant as the campaign's clocks show it: Mon 9 Oct 14:40; with its year where that is another than this."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{day_of(here, this_year=this_year)} {clock(here)}"


def day_of(here: datetime, *, this_year: int | None) -> str:
    """The day of a local time: Mon 9 Oct; with its year where that is another than this (None: nobody asks)."""
    return f"{here:%a %-d %b %Y}" if this_year not in (None, here.year) else f"{here:%a %-d %b}"


def local(wall_time: str, zone: str, fold: int) -> datetime:
    """The campaign's own time that a post keeps, aware: in the night in which clocks go back `fold` tells which."""
    return datetime.fromisoformat(wall_time).replace(tzinfo=ZoneInfo(zone), fold=fold)


def clock(at: datetime) -> str:
    """The time of day, 01:30; where clocks show it twice that night, with the letters that tell which: 01:30 GMT."""
    comes_twice = at.utcoffset() != at.replace(fold=1 - at.fold).utcoffset()
    return f"{at:%H:%M %Z}" if comes_twice else f"{at:%H:%M}"


def as_said(wall_time: str, *, this_year: int | None = None) -> str:
    """A stored wall time as people say it; with its year where that is another than this."""
    here = datetime.fromisoformat(wall_time)
    return f"{day_of(here, this_year=this_year)} {here:%H:%M}"


def actor() -> str:
    """Who gives this command, as events and decisions name them."""
    return f"cli:{getpass.getuser()}"


def agreed(question: str, *, yes: bool) -> bool:
    """Whether the person agrees; without a terminal only --yes counts."""
    if yes:
        return True
    if not sys.stdin.isatty():
        errors().print("Nobody is there to ask. Add --yes to agree beforehand.")
        return False
    try:
        return input(revealed(f"{question} [y/N] ")).strip().lower() in {"y", "yes"}
    except EOFError:  # Ctrl-D
        print()
        return False


def totals(counts: Mapping[State, int], fates: Mapping[Fate, int] | None = None) -> str:
    """Counts by state in one line; the empty ones are left out. `fates`: how those that went out stand now."""
    line = " · ".join(f"{counts[state]} {WORDS[state]}" for state in State if counts.get(state))
    found = {fate: number for fate, number in (fates or {}).items() if number}
    if not set(found) - {Fate.LIVE}:
        return line
    became = ", ".join(f"{found[fate]} {FATES[fate]}" for fate in Fate if fate in found)
    return f"{line}\nOf those sent: {became}."
