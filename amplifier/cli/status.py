"""`amplifier status`: how things stand, in a few lines; exit code 1 when something needs a person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.markup import escape

from amplifier.campaign.account import Identity
from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.fate import Fate, Follows
from amplifier.campaign.post import WantedPost
from amplifier.campaign.stop import EVERYTHING
from amplifier.cli.resume import as_json as stop_as_json
from amplifier.cli.run.at_work import stops_in_words
from amplifier.cli.run.nearby import far_disk
from amplifier.cli.show.delivery_json import delivery_json
from amplifier.cli.show.needs import FEW, print_needs, print_outside, print_untold, print_untrue
from amplifier.cli.show.output import as_said, console, print_stop, refuse, say_json, totals, warn
from amplifier.cli.show.parts import lasting, print_parts
from amplifier.clock import utc_now
from amplifier.errors import AmplifierError, Problem
from amplifier.install import open_install
from amplifier.money.budget import BudgetStatus
from amplifier.money.cost import in_dollars
from amplifier.networks import TITLES
from amplifier.operate.health import AccountHealth, AccountStanding, Health, look
from amplifier.operate.override import Twice, open_questions, perhaps_twice
from amplifier.operate.questions import Question
from amplifier.schedule.decided.ahead import next_beyond
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.program import post_name
from amplifier.schedule.truth.out_and_untrue import OutAndUntrue, named, untrue_beyond, untrue_now
from amplifier.settings import Settings
from amplifier.store import delivery_views, ledger
from amplifier.store.database.health import QUICK, must_be_sound
from amplifier.store.database.transaction import database_file
from amplifier.store.delivery_views import StateCounts
from amplifier.store.listening import mentions

MANUAL = "by hand; nothing is asked of its API. Mentions there are not heard"
NOT_CONNECTED = {AccountHealth.MANUAL, AccountHealth.LOST, AccountHealth.UNKNOWN, AccountHealth.RESTING}


@dataclass(frozen=True)
class Asks:
    """What waits for somebody to decide: questions, what may be out twice, what is out and no longer so."""

    questions: tuple[Question, ...]
    twice: tuple[Twice, ...]
    untrue: tuple[OutAndUntrue, ...]
    untrue_beyond: int


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """The command has no option of its own."""


def run(options: argparse.Namespace) -> int:
    """Print how everything is; 0 if nothing needs a person, else 1."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    settings = install.settings
    must_be_sound(database_file(), at_most=QUICK)
    ledger.must_be_ready()
    now = utc_now()
    health = look(install, now=now)
    asks = Asks(tuple(open_questions(settings)), tuple(perhaps_twice()), tuple(untrue_now()), untrue_beyond())
    refused, warned = far_disk(install.var, settings.mode)
    good = health.is_good and not any((asks.questions, asks.twice, asks.untrue, asks.untrue_beyond, refused))
    tally, coming = delivery_views.tally(), delivery_views.coming(limit=1)
    if options.json:
        disk = next((one.message for one in (*refused, *warned)), None)
        say_json(
            {"mode": settings.mode.value, "good": good}
            | _health_json(health, disk)
            | _posts_json(tally, coming)
            | _asks_json(asks)
            | {"mentions": _mentions_json(), "edited_since": mentions.edited_since(private=False)}
        )
        return 0 if good else 1
    out = console()
    out.print(
        f"[bold]{'REHEARSAL' if settings.mode.value == 'rehearsal' else 'LIVE'}[/]  {escape(settings.campaign.name)}"
    )
    for one in stops_in_words(health.stops):
        print_stop(out, one.what, one.why, f"amplifier {one.ends_by}")
    _print_surroundings(health.clock, refused, warned)
    print_parts(install, health.alive, health.silent, health.database)
    if health.settings_differ:
        out.print("[yellow]◷[/] settings.yaml has changed since the start; what changed holds after a restart.")
    _print_accounts(health, settings)
    _print_heard(health)
    if money := health.budget:
        out.print(f"{'[yellow]◷[/]' if money.is_low else '[green]✓[/]'} The budget: {money}")
    print_untold(health.untold)
    _print_problems(health)
    _print_next(coming or _beyond(settings, now), now, stopped=any(one.scope == EVERYTHING for one in health.stops))
    _print_tally(tally)
    print_needs(asks.questions, asks.twice)
    print_untrue(asks.untrue, asks.untrue_beyond, settings)
    print_outside(health.changed_outside, settings)
    return 0 if good else 1


def _print_accounts(health: Health, settings: Settings) -> None:
    """How each account of the last start stands: the service works with those."""
    out = console()
    known = {account.name: account for account in settings.accounts}
    for one in health.accounts:
        if one.state is None:
            continue
        who, listed = Identity(one.state.platform, one.state.server, one.state.handle), known.get(one.name)
        handle = listed.known_as if listed and listed.identity == who else who.shown  # settings.yaml may be newer
        mark, words = _standing(one, health)
        detail = "" if one.health is AccountHealth.MANUAL else escape(one.detail)
        out.print(f"{mark} {TITLES[one.state.platform]} {handle}: {words}. {detail}".rstrip())


def _print_surroundings(clock: str, refused: Sequence[Problem], warned: Sequence[Problem]) -> None:
    """What is wrong with this computer's clock, and with the disk that the data is on."""
    out = console()
    if clock:
        out.print(f"[red]✕[/] {clock}", soft_wrap=True)
    refuse(out, refused)
    warn(out, warned)


def _beyond(settings: Settings, now: datetime) -> tuple[WantedPost, ...]:
    """The next post by the plan, where it is so far ahead that the ledger does not have it yet."""
    with suppress(AmplifierError):
        return tuple(filter(None, [next_beyond(program_in_force(settings), now=now)]))
    return ()


def _print_next(coming: Sequence[DeliveryView | WantedPost], now: datetime, *, stopped: bool) -> None:
    out = console()
    if not coming:
        out.print("\nNothing is planned to go out.")
        return
    due = coming[0]
    post, at = (due.identity.post, due) if isinstance(due, DeliveryView) else (due.id, due.moment)
    would = "Next would be" if stopped else "Next"
    out.print(f"\n{would}: {as_said(at.wall_time)} {post_name(post)}, {_in(at.due_at, now)}")


def _print_tally(tally: StateCounts) -> None:
    """How many posts stand how, and what is still to be done to those that went out."""
    console().print(totals(tally.states, tally.fates) or "Nothing was ever planned.")
    if tally.ahead:
        said = [f"{number} {what}{'s' * (number > 1)}" for what, number in sorted(tally.ahead.items())]
        console().print(f"Not done yet: {' and '.join(said)}.")


def _print_heard(health: Health) -> None:
    """What could not be read, and what listening left for people to know; all else is heard all the same."""
    out = console()
    for name, problem in health.sources.items():
        out.print(f"[yellow]◷[/] {name} could not be read: {escape(problem)}")
    for pile in health.set_aside:
        what = "1 thing" if pile.number == 1 else f"{pile.number} things{' or more' * pile.is_full}"
        out.print(f"[yellow]▲[/] {escape(pile.source)}: {what} could not be understood; the rest was taken in.")
    if health.set_aside:
        out.print("  amplifier mentions aside", markup=False)
    if edited := health.edited_since:
        which = "1 mention was edited after somebody had dealt with it."
        which = which if edited == 1 else f"{edited} mentions were edited after somebody had dealt with them."
        out.print(f"[yellow]▲[/] {which}")
        out.print("  amplifier mentions --edited", markup=False)


def _print_problems(health: Health) -> None:
    out = console()
    for problem in health.problems:
        out.print(f"[red]✕[/] {escape(str(problem))}")
    if any(problem.path for problem in health.problems):
        out.print("  Until that is mended, the last good version holds.")
    for one in health.unsaid[:FEW]:
        out.print(f"[red]✕[/] {escape(str(one))}", soft_wrap=True)
    if len(health.unsaid) > FEW:
        out.print(f"  and {len(health.unsaid) - FEW} more: amplifier check")
    for one in health.lost_moves:
        out.print(f"[yellow]▲[/] {escape(str(one))}", soft_wrap=True)


def _standing(one: AccountStanding, health: Health) -> tuple[str, str]:
    """The mark and the words for one account: asked every ten minutes, and read from far more often."""
    checked = one.state.checked_at if one.state else None
    since = f"connected when asked {lasting(health.now - checked)} ago" if checked else "connected"
    if one.health not in NOT_CONNECTED and not health.alive["worker"]:
        return "[green]✓[/]", "connected when it was last asked"
    return {
        AccountHealth.MANUAL: ("[green]✓[/]", MANUAL),
        AccountHealth.LOST: ("[red]✕[/]", "no longer lets us in"),
        AccountHealth.UNKNOWN: ("[yellow]◷[/]", "has not answered yet"),
        AccountHealth.RESTING: ("[yellow]◷[/]", f"asks us to wait {lasting(one.rests_for(health.now))} more"),
        AccountHealth.UNWELL: ("[yellow]◷[/]", "does not answer as it should just now"),
        AccountHealth.FAILING: ("[yellow]◷[/]", f"{since}; the last call failed"),
        AccountHealth.UNREAD: ("[yellow]◷[/]", f"{since}; it cannot be read now"),
        AccountHealth.RENAMED: ("[green]✓[/]", since),
        AccountHealth.CONNECTED: ("[green]✓[/]", since),
    }[one.health]


def _in(due_at: datetime, now: datetime) -> str:
    return f"in {lasting(max(due_at - now, timedelta()))}"


def _health_json(health: Health, disk: str | None) -> dict[str, object]:
    return {
        "stopped": next((one.reason for one in health.stops if one.scope == EVERYTHING), None),
        "stops": [stop_as_json(one) for one in health.stops],
        "processes": health.alive,
        "clock": health.clock or None,
        "database": " ".join(health.database.split()) or None,
        "network_disk": disk,
        "settings_differ": health.settings_differ,
        "accounts": [
            {"name": one.name, "health": one.state.access, "detail": one.detail} for one in health.accounts if one.state
        ],
        "budget": _budget_json(health.budget),
        "changed_outside": [delivery_json(row) for row in health.changed_outside],
        "sources": health.sources,
        "set_aside": [
            {"source": one.source, "number": one.number, "or_more": one.is_full, "last_at": one.last_at}
            for one in health.set_aside
        ],
        "untold": {name: {"notices": number, "problem": why} for name, (number, why) in health.untold.items()},
        "problems": [one.as_json() for one in health.problems],
        "unsaid": [one.as_json() for one in health.unsaid],
        "lost_moves": [one.as_json() for one in health.lost_moves],
    }


def _posts_json(tally: StateCounts, coming: Sequence[DeliveryView]) -> dict[str, object]:
    return {
        "deliveries": {state.value: tally.states[state] for state in State},
        "sent": {fate.value: tally.fates[fate] for fate in Fate},
        "ahead": {what.value: tally.ahead[what] for what in Follows},
        "next": delivery_json(coming[0]) if coming else None,
    }


def _asks_json(asks: Asks) -> dict[str, object]:
    return {
        "needs": [delivery_json(one.row) | {"decide": f"amplifier decide {one.row.id}"} for one in asks.questions],
        "twice": [delivery_json(one.row) | {"urls": list(one.urls)} for one in asks.twice],
        "untrue": [{"post": named(one), "accounts": one.accounts, "text": one.text} for one in asks.untrue],
        "untrue_beyond": asks.untrue_beyond,
    }


def _mentions_json() -> dict[str, int]:
    return {one.value: number for one, number in mentions.counts_by_status(private=False).items()}


def _budget_json(money: BudgetStatus | None) -> dict[str, object] | None:
    if money is None:
        return None
    return {
        "monthly_usd": in_dollars(money.monthly),
        "spent_usd": in_dollars(money.spent),
        "left_usd": in_dollars(money.left),
        "low": money.is_low,
        "spent_on_usd": {kind: in_dollars(amount) for kind, amount in money.by_kind.items()},
    }
