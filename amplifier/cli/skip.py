"""`amplifier skip POST`: leave one coming post out."""

from __future__ import annotations

import argparse

from amplifier.cli.output import actor, agreed, as_said, console, say_json
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.place import settle
from amplifier.schedule.ahead import must_be_ahead, still_to_come
from amplifier.schedule.change import decide_skip, find_post, program_in_force
from amplifier.schedule.program import post_name
from amplifier.store import ledger


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("post", help="the post's name, as `amplifier plan` shows it")
    parser.add_argument("--reason", default="", help="why; kept with the decision")
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """Show the post, ask, and decide."""
    place = settle(options.home, options.var, keyless=True)
    ledger.must_be_ready()
    program = program_in_force(place.settings)
    post = find_post(program, options.post)
    must_be_ahead(post)
    coming = still_to_come(program, post)
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        when = f" at {as_said(coming.moment.wall_time)}" if coming else ""
        console().print(f"[bold]{post_name(post)}[/]{when} would not go out:")
        for said in coming.words if coming else ():
            console().print(f"  {said.account}: {said.text}", markup=False)
    if not agreed("Leave it out?", yes=options.yes):
        console().print("Nothing was changed.")
        return 1
    decision = decide_skip(post, actor=actor(), reason=options.reason, now=utc_now())
    if options.json:
        say_json({"mode": place.settings.mode.value, "decision": decision.id, "skipped": post_name(post)})
    else:
        console().print(f"[green]✓[/] Left out (decision {decision.id}).")
    return 0
