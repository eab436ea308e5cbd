"""`amplifier milestone`: list the milestones, move one and see what follows, or give up one that is gone."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape

from amplifier.campaign.post import with_hour
from amplifier.cli.show.new_words import say_stale
from amplifier.cli.show.output import actor, agreed, console, day_of, say_json, warn
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import Install, open_install
from amplifier.schedule.decided.change import Move, decide_move, prepare_move, program_in_force
from amplifier.schedule.decided.lost_moves import forget_move
from amplifier.schedule.decided.meanwhile import how_many, must_lie_ahead_still, past
from amplifier.schedule.decided.moving import (
    Stays,
    already_there,
    changed_order,
    held_before,
    stands_there,
    staying,
    where_to,
    with_times,
)
from amplifier.schedule.milestones import effective
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.program import post_name
from amplifier.store import decisions, ledger
from amplifier.text.time_of_day import day_and_time, time_of_day

MOST_SHOWN = 20
TO = (
    "a distance: +40m, -1h, -1d (a calendar day); or a time as in `send --at`: '2023-10-10 15:20', 'fri 18:00', 18:40 "
    "(on the milestone's own day; a weekday is the nearest to that)"
)
ACTS = "list (default), move, or forget: the move of a milestone that is not in the plan any more"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("act", nargs="?", choices=["list", "move", "forget"], default="list", help=ACTS)
    parser.add_argument("name", nargs="?", help="the milestone")
    parser.add_argument("to", nargs="?", help=TO)
    parser.add_argument("--reason", default="", help="why; kept with the decision")
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """List, or show what a move changes and then decide it."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    if options.act == "list":
        return _list(install, as_json=options.json)
    if options.act == "forget":
        return _forget(install, options)
    if not options.name or not options.to:
        raise UsageError("Which milestone, and where to? For example: amplifier milestone move debate +40m")
    program = program_in_force(install.settings)
    shown, stage = utc_now(), playing(program.settings)
    to = where_to(program, options.name, options.to, now=shown)
    move = prepare_move(program, options.name, to, now=shown)
    if stands_there(move):
        return _stands_there(move, as_json=options.json)
    stays = staying(move)
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        _show(move, stays, here=stage.campaign(shown), year=this_year(program.settings, now=shown))
    if not agreed("Move it?", yes=options.yes):
        console().print("Nothing was changed.")
        return 1
    now = shown if options.yes else utc_now()  # somebody may have thought about it for long
    must_lie_ahead_still(move, stage, shown=shown, now=now)
    decision = decide_move(move, actor=actor(), reason=options.reason, now=now)
    if options.json:
        say_json(
            {
                "mode": install.settings.mode.value,
                "decision": decision.id,
                "milestone": move.milestone.name,
                "from": move.milestone.at,
                "to": move.to,
                "moved": [{"post": one.post, "from": one.before, "to": one.after} for one in move.shifts],
                "order": list(changed_order(move)),
                "past": list(past(move, here=stage.campaign(shown))),
                "already_out": list(move.sent),
                "dropped": [{"post": post_name(post), "at": at} for post, at in move.gone],
                "added": [{"post": post_name(post), "at": at} for post, at in move.added],
                "unwritten": [
                    {"post": post_name(one.post), "accounts": list(one.accounts), "why": one.why}
                    for one in move.unsayable
                ],
                "missed": list(move.again),
                "written_again": [
                    {"post": post_name(one.post), "accounts": list(one.accounts)} for one in move.sayable
                ],
                "copies": [problem.as_json() for problem in move.copies],
                "held": [
                    {"post": post_name(one.post), "account": one.account, "text": one.text, "why": one.why}
                    for one in move.stale
                ],
                "stays": [{"post": post_name(one.post), "at": one.at, "would_be": one.would_be} for one in stays],
                "true_again": [{"post": post_name(one.post), "account": one.account} for one in move.freed],
                "untrue": [{"post": post_name(one.stated.post), "account": one.stated.account} for one in move.untrue],
            }
        )
    else:
        console().print(f"[green]✓[/] Moved. The posts follow at the worker's next look (decision {decision.id}).")
    return 0


def _forget(install: Install, options: argparse.Namespace) -> int:
    if not options.name:
        raise UsageError("Which milestone is given up? For example: amplifier milestone forget debate")
    program = program_in_force(install.settings)
    decision = forget_move(program, options.name, actor=actor(), reason=options.reason, now=utc_now())
    if options.json:
        say_json({"mode": install.settings.mode.value, "decision": decision.id, "forgotten": options.name})
    else:
        console().print(
            f"[green]✓[/] {escape(options.name)} is given up, and its move with it (decision {decision.id})."
        )
        console().print("Nothing else changes: the plan goes by its files already.")
    return 0


def _stands_there(move: Move, *, as_json: bool) -> int:
    if as_json:
        at = {"milestone": move.milestone.name, "from": move.milestone.at, "to": move.to}
        say_json({"mode": move.program.settings.mode.value, "decision": None, **at, "moved": []})
    else:
        console().print(already_there(move), markup=False, soft_wrap=True)
    return 0


def _show(move: Move, stays: Sequence[Stays], *, here: datetime, year: int) -> None:
    """`here` is the campaign's time, `year` the one in which that is."""
    out = console()
    before, after = (f"{day_of(at, this_year=year)} {time_of_day(at)}" for at in (move.milestone.at, move.to))
    out.print(f"[bold]{move.milestone.name}[/]  {before} → {after} {move.to:%Z}")
    passed = past(move, here=here)
    for one in move.shifts[:MOST_SHOWN]:
        note = "  [red]past: it is missed if it is too late by then[/]" if one.post in passed else ""
        before, after = (f"{day_of(at, this_year=year)} {time_of_day(at)}" for at in (one.before, one.after))
        out.print(f"  {before} → [bold]{after}[/]  {one.post}{_on(one.on)}{note}", soft_wrap=True)
    if more := move.shifts[MOST_SHOWN:]:
        out.print(f"  … and {how_many(more, passed)}")
    if not (move.shifts or move.gone or move.added or move.again):
        out.print("  No coming post hangs on it.")
    _show_listed("Would not go out any more", with_times(move.gone, most=MOST_SHOWN))
    _show_listed("Would go out as well", with_times(move.added, most=MOST_SHOWN, here=here))
    _show_listed("Missed, and ahead of us again then; each waits for a person (amplifier decide)", move.again)
    _show_listed("Could be put into words again", [f"{post_name(one.post)}{_on(one.accounts)}" for one in move.sayable])
    for held in move.unsayable:
        out.print(f"  Held then: {post_name(held.post)}{_on(held.accounts)}. {escape(held.why)}", soft_wrap=True)
    if move.copies:
        number = f"{len(move.copies)} posts" if len(move.copies) > 1 else "1 post"
        out.print(f"  Held then, until somebody gives other words: {number}.")
        warn(out, move.copies)
    if move.sent:
        out.print(f"  Out already, and stays as it is: {', '.join(move.sent)}", style="dim")

    for sentence in changed_order(move):
        out.print(f"[yellow]▲[/] {escape(sentence)}", soft_wrap=True)
    _show_words(move)
    _show_staying(stays)


def _show_listed(what: str, names: Sequence[str]) -> None:
    if names:
        console().print(f"  {what}: {escape(', '.join(names))}", soft_wrap=True)


def _on(accounts: Sequence[str]) -> str:
    return f" on {' and '.join(accounts)}" if accounts else ""


def _show_staying(stays: Sequence[Stays]) -> None:
    """A person's own posts that somebody may expect to follow."""
    out = console()
    for one in stays:
        name = f"{post_name(one.post)} goes out {day_and_time(one.at)}"
        then = day_and_time(one.would_be)
        out.print(f"[yellow]▲[/] {name} and does not move: “{one.said}” would be {then}.", soft_wrap=True)
        out.print(
            f"  amplifier edit {post_name(one.post)} --at '{one.said}'    once it has moved",
            markup=False,
            soft_wrap=True,
        )


def _show_words(move: Move) -> None:
    """What people wrote, and what is out, that the move makes untrue; and what it makes true again."""
    out = console()
    say_stale(move.stale, move.freed)
    if before := held_before(move):
        out.print(f"[yellow]‖[/] {before} All of them: amplifier facts", soft_wrap=True)
    if names := dict.fromkeys(with_hour(one.stated.post, one.stated.wall_time) for one in move.untrue):
        out.print(f"[red]✕[/] Out, and no longer so then: {escape(', '.join(names))}", soft_wrap=True)
        out.print("  Afterwards: amplifier facts")


def _list(install: Install, *, as_json: bool) -> int:
    program = program_in_force(install.settings)
    files = {one.name: one.at for one in program.plan.milestones}
    now = effective(program.plan, decisions.decisions()).milestones
    if as_json:
        rows = [{"name": one.name, "at": one.at, "file": files[one.name]} for one in now]
        say_json({"mode": install.settings.mode.value, "milestones": rows})
        return 0
    year = this_year(install.settings, now=utc_now())
    for one in now:
        file = files[one.name]
        moved = f"  [dim]the file says {day_of(file, this_year=year)} {time_of_day(file)}[/]" if one.at != file else ""
        console().print(
            f"{day_of(one.at, this_year=year)} {time_of_day(one.at)} {one.at:%Z}  [bold]{one.name}[/]{moved}"
        )
    return 0
