"""`amplifier resume`: let a stopped service send again, after showing what waits."""

from __future__ import annotations

import argparse

from amplifier.campaign.delivery import State
from amplifier.cli.output import actor, agreed, as_said, console, say_json
from amplifier.clock import utc_now
from amplifier.deliver.halt import why_stopped
from amplifier.errors import UsageError
from amplifier.place import settle
from amplifier.schedule.program import post_name
from amplifier.store import journeys, ledger, stops

MOST_SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """Show why it is stopped and what goes out next, ask, and resume."""
    place = settle(options.home, options.var)
    ledger.must_be_ready()
    stopped = why_stopped(place)
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        console().print(f"Stopped: {stopped}" if stopped else "Sending is not stopped.", markup=False)
        for row in journeys.journeys(states=(State.QUEUED,), limit=MOST_SHOWN):
            post = post_name(row.identity.post)
            console().print(f"  {as_said(row.wall_time)}  {row.identity.account}  {post}", markup=False)
    if stopped and not agreed("Let these go out at their times?", yes=options.yes):
        console().print("Nothing was changed.")
        return 1
    stops.lift(actor=actor(), now=utc_now())
    if options.json:
        say_json({"mode": place.settings.mode.value, "resumed": bool(stopped)})
    elif stopped:
        console().print("[green]✓[/] Sending goes on. What was too late stays missed.")
    return 0
