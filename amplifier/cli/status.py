"""`amplifier status`: how things stand, in a few lines; exit code 1 when something needs a person."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from rich.markup import escape

from amplifier.campaign.delivery import Journey, State
from amplifier.campaign.stop import EVERYTHING, said_scope
from amplifier.cli.output import SHAPES, as_said, console, say_json, totals
from amplifier.cli.resume import as_json as stop_as_json
from amplifier.cli.resume import option
from amplifier.clock import utc_now
from amplifier.deliver.cost import in_dollars, is_readable
from amplifier.deliver.halt import Flag, Halt, halts
from amplifier.deliver.override import Twice, open_questions, perhaps_twice
from amplifier.deliver.questions import Question
from amplifier.deliver.till import Standing, standing
from amplifier.errors import Problem
from amplifier.place import settle
from amplifier.schedule.planner import PLAN_BEAT
from amplifier.schedule.program import post_name
from amplifier.settings import TITLES
from amplifier.store import accounts, heartbeats, journeys, ledger, mentions, notices, read_backs, sources

SILENT_AFTER = timedelta(seconds=15)
A_WEEK = timedelta(days=7)
OUTSIDE = {"gone": "is not there any more, and it was not we who deleted it", "edited": "was changed there, not by us"}
WHERE = {Flag.DATABASE: "the database", Flag.FILE: "the stop file", Flag.ENVIRONMENT: "the environment"}
UNITS = ((86_400, "days"), (3600, "h"), (60, "min"))


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Say it."""
    place = settle(options.home, options.var)
    settings = place.settings
    ledger.must_be_ready()
    now = utc_now()
    beats = heartbeats.heartbeats()
    alive = {name: name in beats and now - beats[name].at < SILENT_AFTER for name in ("worker", "listener")}
    counts = journeys.counts()
    coming = journeys.journeys(states=(State.QUEUED,), limit=1)
    needs = open_questions(settings, now=now)
    twice = perhaps_twice()
    states = accounts.account_states()
    outside = read_backs.changed_outside([one.name for one in states], since=now - A_WEEK)
    problems = json.loads(beats[PLAN_BEAT].detail or "[]") if PLAN_BEAT in beats else []
    troubled = {one.name: one.problem for one in sources.source_states().values() if one.problem}
    differing = [name for name, lives in alive.items() if lives and beats[name].detail != settings.digest]
    stopped = halts(place)
    untold = notices.troubles(now=now)
    money = standing(settings, now=now)
    unasked = {one.name for one in settings.accounts if not is_readable(one, settings)}
    lost = [state for state in states if state.health == accounts.LOST]
    good = not (needs or twice or lost or problems or stopped or untold) and all(alive.values())
    if options.json:
        say_json(
            {
                "mode": settings.mode.value,
                "good": good,
                "stopped": next((one.reason for one in stopped if one.scope == EVERYTHING), None),
                "stops": [stop_as_json(one) for one in stopped],
                "processes": alive,
                "settings_differ": bool(differing),
                "accounts": [{"name": one.name, "health": one.health, "detail": one.detail} for one in states],
                "budget": _budget_json(money),
                "deliveries": {state.value: counts[state] for state in State},
                "next": _as_json(coming[0]) if coming else None,
                "needs": [_as_json(one.row) | {"decide": f"amplifier decide {one.row.id}"} for one in needs],
                "twice": [_as_json(one.row) | {"urls": list(one.urls)} for one in twice],
                "changed_outside": [_as_json(row) for row in outside],
                "mentions": {status.value: number for status, number in mentions.counts_by_status().items()},
                "sources": troubled,
                "untold": {name: {"notices": number, "problem": why} for name, (number, why) in untold.items()},
                "problems": problems,
            }
        )
        return 0 if good else 1
    out = console()
    out.print(
        f"[bold]{'REHEARSAL' if settings.mode.value == 'rehearsal' else 'LIVE'}[/]  {escape(settings.campaign.name)}"
    )
    _print_stops(stopped)
    for name, lives in alive.items():
        out.print(f"[green]✓[/] The {name} is at work." if lives else f"[red]✕[/] The {name} is not running.")
    if differing:
        out.print("[yellow]◷[/] settings.yaml has changed since the start; what changed holds after a restart.")
    for one in states:
        if one.name in unasked:
            out.print(f"[green]✓[/] {TITLES[one.platform]} @{one.handle}: by hand; nothing is asked of its API.")
            continue
        mark = {"ok": "[green]✓[/]", "lost": "[red]✕[/]"}.get(one.health, "[yellow]◷[/]")
        words = {"ok": "connected", "lost": "no longer lets us in"}.get(one.health, "has not answered yet")
        out.print(f"{mark} {TITLES[one.platform]} @{one.handle}: {words}. {escape(one.detail)}".rstrip())
    for name, problem in troubled.items():
        out.print(f"[yellow]◷[/] {name} could not be read: {escape(problem)}")
    if money:
        out.print(f"{'[yellow]◷[/]' if money.is_low else '[green]✓[/]'} The budget: {money}")
    for name, (number, why) in untold.items():
        count = "1 notice" if number == 1 else f"{number} notices"
        out.print(f"[red]✕[/] {name} has not been told {count}: {escape(why)}. Try it: amplifier notify test")
    _print_problems(problems)
    if coming:
        due = coming[0]
        out.print(f"\nNext: {as_said(due.wall_time)} {post_name(due.identity.post)}, {_in(due.due_at, now)}")
    else:
        out.print("\nNothing is planned to go out.")
    out.print(totals(counts) or "Nothing was ever planned.")
    _print_needs(needs, twice)
    _print_outside(outside)
    return 0 if good else 1


def _print_stops(stopped: Sequence[Halt]) -> None:
    """Each stop once, whichever flags say it, with what to paste."""
    out = console()
    for (scope, reason), flags in groupby(stopped, key=lambda one: (one.scope, one.reason)):
        named = " and ".join(dict.fromkeys(WHERE[one.flag] for one in flags))
        out.print(f"[red]■ Sending is stopped {escape(said_scope(scope))}[/] ({named}).", end=" ")
        out.print(reason, markup=False)
        out.print(f"  amplifier resume{option(scope)}", markup=False)


def _print_needs(needs: Sequence[Question], twice: Sequence[Twice]) -> None:
    out = console()
    for double in twice:
        row = double.row
        what = f"{row.identity.account} {post_name(row.identity.post)} may be out twice."
        out.print(f"[red]✕[/] {escape(what)}\n  amplifier decide {row.id}")
    for one in needs:
        row = one.row
        shape, colour = SHAPES[row.state]
        what = f"{row.identity.account} {post_name(row.identity.post)}: {one.happened}"
        out.print(f"[{colour}]{shape}[/] {escape(what)}")
        out.print(f"  {one.to_paste or f'amplifier decide {row.id}'}", markup=False, soft_wrap=True)


def _print_outside(outside: Sequence[Journey]) -> None:
    for row in outside:
        name = post_name(row.identity.post)
        console().print(f"[yellow]▲[/] {row.identity.account} {escape(name)} {OUTSIDE[row.remote_state]}.")
        if row.remote_state == "edited":
            console().print(f"  amplifier correct {name}", markup=False)


def _print_problems(problems: list[dict[str, Any]]) -> None:
    for problem in problems:
        console().print(f"[red]✕[/] {escape(str(Problem(**problem)))}")
    if problems:
        console().print("  Until that is mended, the last good version holds.")


def _in(due_at: datetime, now: datetime) -> str:
    seconds = max(0, int((due_at - now).total_seconds()))
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= 2 * size), (1, "s"))
    return f"in {seconds // size} {unit}"


def _as_json(row: Journey) -> dict[str, object]:
    return {
        "id": row.id,
        "post": post_name(row.identity.post),
        "account": row.identity.account,
        "state": row.state.value,
        "reason": row.reason,
        "detail": row.detail,
        "due_at": row.due_at,
        "remote_state": row.remote_state or None,
        "text": row.text,
    }


def _budget_json(money: Standing | None) -> dict[str, object] | None:
    if money is None:
        return None
    return {
        "monthly_usd": in_dollars(money.monthly),
        "spent_usd": in_dollars(money.spent),
        "left_usd": in_dollars(money.left),
        "low": money.is_low,
        "spent_on_usd": {kind: in_dollars(amount) for kind, amount in money.by_kind.items()},
    }
