"""What `up` says once everything is at work: where it is, what goes out or why nothing does, and what to do next."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from amplifier.campaign.stop import EVERYTHING, scope_of
from amplifier.cli.console_link import line
from amplifier.cli.run.console_token import Opened
from amplifier.cli.run.said_stop import SaidStop
from amplifier.cli.show.output import console, print_stop, warn
from amplifier.cli.show.unnotified import unasked
from amplifier.errors import Problem
from amplifier.install import Install
from amplifier.money.cost import is_by_hand
from amplifier.settings import Mode
from amplifier.web.admission import WALL_HOST


@dataclass(frozen=True)
class Begun:
    """How it began: the console, the port of the pretend networks, what was done before, and which stops hold.

    `before`: deliveries that were at their end, and all there were.
    """

    opened: Opened
    sandbox_port: int
    before: tuple[int, int] = (0, 0)
    stopped: Sequence[SaidStop] = ()
    warnings: Sequence[Problem] = ()


def welcome(install: Install, options: argparse.Namespace, begun: Begun) -> None:
    """Say it."""
    campaign, opened = install.settings.campaign, begun.opened
    is_seen = sys.stdout.isatty()  # what is no terminal may be a log, and the secret that opens the console is for none
    plain = opened.without_token()
    shown = opened if is_seen else plain
    wall = shown.address("/wall") if is_seen else f"http://{WALL_HOST}:{begun.sandbox_port}/wall"
    name = escape(campaign.name)
    out = console()
    out.print()
    if install.settings.mode is Mode.REHEARSAL:
        length = _length(install.settings.rehearsal.seconds)
        out.print(f"[bold]REHEARSAL[/]  {name}")
        out.print(f"Its whole campaign in {length}. Nothing leaves this computer.")
    else:
        out.print(f"[bold]LIVE[/]  {name}")
        if not _is_stopped(begun):
            out.print("What is due goes out to the world.")
    for one in begun.stopped:
        print_stop(out, one.what, one.why, command(options, one.ends_by))
    if install.settings.mode is Mode.LIVE and (said := unasked(install.settings)):
        out.print(said, markup=False)
    out.print()
    if install.settings.mode is Mode.REHEARSAL:
        out.print(line("Watch the wall", wall), soft_wrap=True)
    out.print(line("I schedule", shown.address("/")), soft_wrap=True)
    out.print(line("I share", plain.address(f"/k/{campaign.id}")), soft_wrap=True)
    out.print(line("I answer", shown.address("/mentions")), soft_wrap=True)
    out.print(
        "\nThese addresses carry a secret that opens the console until Ctrl-C. To see them once more:\n"
        if is_seen
        else "\nA secret opens the console, and this may be a log. For addresses with the secret in them:\n"
    )
    out.print(command(options, "console-link"), markup=False, soft_wrap=True)
    if install.settings.mode is Mode.REHEARSAL and begun.before[1]:
        done, planned = begun.before
        out.print(f"\nIt began earlier: {done} of its {planned} deliveries were done. From the start again:\n")
        out.print(command(options, "up", "--fresh"), markup=False, soft_wrap=True)
    _next(out, install, options, begun)
    if begun.warnings:
        out.print()
        warn(out, begun.warnings)
    out.print("\nCtrl-C ends everything.")


def _is_stopped(begun: Begun) -> bool:
    return any(one.scope == EVERYTHING for one in begun.stopped)


def _next(out: Console, install: Install, options: argparse.Namespace, begun: Begun) -> None:
    """The next command: one that does something as things stand."""
    made = os.environ.get("AMPLIFIER_COMMAND")
    out.print("\nNext, in a second terminal:\n")
    if made:  # from then on it is called as every page and message calls it
        out.print(f"  . {shlex.quote(str(Path(made).with_name('activate')))}", markup=False, soft_wrap=True)
    words: tuple[str, ...] = ("status",)
    if _is_stopped(begun):
        out.print(command(options, "status", program="amplifier" if made else ""), markup=False, soft_wrap=True)
        words = ("resume",)
    elif ours := _sent_by_us(install, begun):
        words = ("send", "'Hello from the hall'", "--to", ours)
    out.print(command(options, *words, program="amplifier" if made else ""), markup=False, soft_wrap=True)
    if _is_stopped(begun):
        out.print("\nThe first says how everything stands; the second lets sending go on, and asks about each post.")


def _sent_by_us(install: Install, begun: Begun) -> str:
    """An account on which a post goes out by itself now; empty if people do all by hand, or all are stopped."""
    stopped = {one.scope for one in begun.stopped}
    for one in install.settings.accounts:
        if not is_by_hand(one, install.settings) and scope_of(one.name) not in stopped:
            return one.name
    return ""


def command(options: argparse.Namespace, *words: str, program: str = "") -> str:
    """A command for this install, to be pasted; `program` is how it is called, if not as it was called here."""
    called = "amplifier" if Path(sys.argv[0]).name == "amplifier" else "python -m amplifier"
    where = [] if options.home == Path() else ["--home", shlex.quote(str(options.home))]
    where += [] if options.var is None else ["--var", shlex.quote(str(options.var))]
    return "  " + " ".join([program or os.environ.get("AMPLIFIER_COMMAND", called), *words, *where])


def _length(seconds: int) -> str:
    """A rehearsal's length as people say it."""
    number, unit = (seconds, "second") if seconds < 120 else (round(seconds / 60), "minute")
    return f"{number} {unit}s"
