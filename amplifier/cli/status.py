"""`amplifier status`: how things stand, in a few lines; exit code 1 when something needs a person."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from rich.markup import escape

from amplifier.campaign.account import Identity
from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.fate import Fate, Follows
from amplifier.campaign.post import WantedPost
from amplifier.campaign.stop import EVERYTHING
from amplifier.cli.resume import as_json as stop_as_json
from amplifier.cli.run.at_work import stops_in_words
from amplifier.cli.run.nearby import far_disk
from amplifier.cli.show.needs import FEW, print_needs, print_outside, print_untold, print_untrue
from amplifier.cli.show.output import as_said, console, print_stop, refuse, say_json, totals, warn
from amplifier.cli.show.parts import lasting, print_parts
from amplifier.clock import utc_now
from amplifier.deliver.stop_flags import stop_flags
from amplifier.deliver.wrong_clock import wrong_clock
from amplifier.errors import AmplifierError, Problem
from amplifier.install import open_install
from amplifier.listen.where import troubled
from amplifier.money.budget import BudgetStatus, budget_status
from amplifier.money.cost import in_dollars, is_readable
from amplifier.networks import TITLES
from amplifier.operate.override import open_questions, perhaps_twice
from amplifier.schedule.decided.ahead import next_beyond
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.lost_moves import lost_now
from amplifier.schedule.naming.doubts import still_unsaid
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.schedule.program import post_name
from amplifier.schedule.truth.out_and_untrue import named, untrue_beyond, untrue_now
from amplifier.settings import Settings
from amplifier.store import delivery_views, heartbeats, ledger, notices
from amplifier.store.database.health import QUICK, must_be_sound, trouble
from amplifier.store.database.transaction import database_file
from amplifier.store.delivery_views import StateCounts
from amplifier.store.identity import accounts
from amplifier.store.identity.accounts import AccountState
from amplifier.store.listening import mentions, quarantine
from amplifier.store.listening.quarantine import Pile
from amplifier.store.operate import read_backs

A_WEEK = timedelta(days=7)


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Say it."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    settings = install.settings
    must_be_sound(database_file(), at_most=QUICK)
    ledger.must_be_ready()
    now = utc_now()
    beats = heartbeats.heartbeats()
    alive = {name: heartbeats.is_alive(beats.get(name), now) for name in ("worker", "listener")}
    clock = wrong_clock(settings, now=now)
    refused, warned = far_disk(install.var, settings.mode)
    ill = _ill(silent=not all(alive.values()))
    tally, coming = delivery_views.tally(), delivery_views.coming(limit=1)
    needs = open_questions(settings)
    twice = perhaps_twice()
    states = accounts.account_states()
    outside = read_backs.changed_outside([one.name for one in states], since=now - A_WEEK)
    untrue, beyond = untrue_now(), untrue_beyond()
    problems = json.loads(beats[PLAN_BEAT].detail or "[]") if PLAN_BEAT in beats else []
    unsaid, lost_there = still_unsaid(beats, now=now), lost_now(settings, now=now)
    asked = [one for one in settings.accounts if is_readable(one, settings)]
    differing = [name for name, lives in alive.items() if lives and beats[name].detail != settings.digest]
    unheard = troubled(asked, settings)
    aside, edited, stopped = quarantine.piles(), mentions.edited_since(), stop_flags(install)
    untold = notices.troubles(now=now)
    money = budget_status(settings, now=now)
    unasked = {one.name for one in settings.accounts} - {one.name for one in asked}
    ours = [state for state in states if state.is_listed]  # by the last start: the service works with those
    lost = [state for state in ours if state.health == accounts.LOST and state.name not in unasked]
    wrong = (needs, twice, untrue, beyond, lost, problems, unsaid, lost_there, stopped, untold, ill, clock, *refused)
    good = not any(wrong) and all(alive.values())
    if options.json:
        say_json(
            {
                "mode": settings.mode.value,
                "good": good,
                "stopped": next((one.reason for one in stopped if one.scope == EVERYTHING), None),
                "stops": [stop_as_json(one) for one in stopped],
                "processes": alive,
                "clock": clock or None,
                "database": " ".join(ill.split()) or None,
                "network_disk": next((one.message for one in (*refused, *warned)), None),
                "settings_differ": bool(differing),
                "accounts": [
                    {"name": one.name, "health": one.health, "detail": one.detail or one.out_of_date} for one in ours
                ],
                "budget": _budget_json(money),
                "deliveries": {state.value: tally.states[state] for state in State},
                "sent": {fate.value: tally.fates[fate] for fate in Fate},
                "ahead": {what.value: tally.ahead[what] for what in Follows},
                "next": _as_json(coming[0]) if coming else None,
                "needs": [_as_json(one.row) | {"decide": f"amplifier decide {one.row.id}"} for one in needs],
                "twice": [_as_json(one.row) | {"urls": list(one.urls)} for one in twice],
                "untrue": [{"post": named(one), "accounts": one.accounts, "text": one.text} for one in untrue],
                "untrue_beyond": beyond,
                "changed_outside": [_as_json(row) for row in outside],
                "mentions": {one.value: number for one, number in mentions.counts_by_status(private=False).items()},
                "edited_since": mentions.edited_since(private=False),
                "sources": unheard,
                "set_aside": [
                    {"source": one.source, "number": one.number, "or_more": one.is_full, "last_at": one.last_at}
                    for one in aside
                ],
                "untold": {name: {"notices": number, "problem": why} for name, (number, why) in untold.items()},
                "problems": problems,
                "unsaid": [one.as_json() for one in unsaid],
                "lost_moves": [problem.as_json() for problem in lost_there],
            }
        )
        return 0 if good else 1
    out = console()
    out.print(
        f"[bold]{'REHEARSAL' if settings.mode.value == 'rehearsal' else 'LIVE'}[/]  {escape(settings.campaign.name)}"
    )
    for one in stops_in_words(stopped):
        print_stop(out, one.what, one.why, f"amplifier {one.ends_by}")
    _print_surroundings(clock, refused, warned)
    print_parts(install, alive, {name: now - beats[name].at for name in alive if name in beats}, ill)
    if differing:
        out.print("[yellow]◷[/] settings.yaml has changed since the start; what changed holds after a restart.")
    _print_accounts(ours, install.settings, unasked, unheard=unheard, asked=alive["worker"], now=now)
    _print_heard(unheard, aside, edited)
    if money:
        out.print(f"{'[yellow]◷[/]' if money.is_low else '[green]✓[/]'} The budget: {money}")
    print_untold(untold)
    _print_problems(problems, unsaid, lost_there)
    _print_next(coming or _beyond(settings, now), now, stopped=any(one.scope == EVERYTHING for one in stopped))
    _print_tally(tally)
    print_needs(needs, twice)
    print_untrue(untrue, beyond, settings)
    print_outside(outside, settings)
    return 0 if good else 1


def _print_accounts(
    states: Sequence[AccountState],
    settings: Settings,
    unasked: Collection[str],
    *,
    unheard: Collection[str],
    asked: bool,
    now: datetime,
) -> None:
    """How each account stands; `asked`: somebody is there who asks them. `unheard`: the sources that do not answer."""
    out = console()
    known = {account.name: account for account in settings.accounts}
    for one in states:
        who, listed = Identity(one.platform, one.server, one.handle), known.get(one.name)
        handle = listed.known_as if listed and listed.identity == who else who.shown  # settings.yaml may be newer
        if one.name in unasked:
            by_hand = "by hand; nothing is asked of its API. Mentions there are not heard."
            out.print(f"[green]✓[/] {TITLES[one.platform]} {handle}: {by_hand}")
            continue
        mark, words = _standing(one, unheard, asked=asked, now=now)
        out.print(f"{mark} {TITLES[one.platform]} {handle}: {words}. {escape(one.detail or one.out_of_date)}".rstrip())


def _ill(*, silent: bool) -> str:
    """What keeps the database from being written; tried only where a part of the service is silent."""
    file = database_file()
    return trouble(file, thorough=silent) if file else ""


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


def _print_heard(unheard: Mapping[str, str], aside: Sequence[Pile], edited: int) -> None:
    """What could not be read, and what listening left for people to know; all else is heard all the same."""
    out = console()
    for name, problem in unheard.items():
        out.print(f"[yellow]◷[/] {name} could not be read: {escape(problem)}")
    for pile in aside:
        what = "1 thing" if pile.number == 1 else f"{pile.number} things{' or more' * pile.is_full}"
        out.print(f"[yellow]▲[/] {escape(pile.source)}: {what} could not be understood; the rest was taken in.")
    if aside:
        out.print("  amplifier mentions aside", markup=False)
    if edited:
        which = "1 mention was edited after somebody had dealt with it."
        which = which if edited == 1 else f"{edited} mentions were edited after somebody had dealt with them."
        out.print(f"[yellow]▲[/] {which}")
        out.print("  amplifier mentions --edited", markup=False)


def _print_problems(problems: Sequence[dict[str, Any]], unsaid: Sequence[Problem], lost: Sequence[Problem]) -> None:
    out = console()
    for problem in problems:
        out.print(f"[red]✕[/] {escape(str(Problem(**problem)))}")
    if any(problem["path"] for problem in problems):
        out.print("  Until that is mended, the last good version holds.")
    for one in unsaid[:FEW]:
        out.print(f"[red]✕[/] {escape(str(one))}", soft_wrap=True)
    if len(unsaid) > FEW:
        out.print(f"  and {len(unsaid) - FEW} more: amplifier check")
    for one in lost:
        out.print(f"[yellow]▲[/] {escape(str(one))}", soft_wrap=True)


def _standing(one: AccountState, unheard: Collection[str], *, asked: bool, now: datetime) -> tuple[str, str]:
    """The mark and the words for one account: asked every ten minutes, and read from far more often."""
    if one.health != accounts.OK:
        is_lost = one.health == accounts.LOST
        return ("[red]✕[/]", "no longer lets us in") if is_lost else ("[yellow]◷[/]", "has not answered yet")
    if not asked:
        return "[green]✓[/]", "connected when it was last asked"
    if one.detail:
        return "[yellow]◷[/]", "does not answer as it should just now"
    since = f"connected when asked {lasting(now - one.checked_at)} ago" if one.checked_at else "connected"
    if one.failures:
        return "[yellow]◷[/]", f"{since}; the last call failed"
    is_unheard = any(source.startswith(f"{one.name}:") for source in unheard)
    return ("[yellow]◷[/]", f"{since}; it cannot be read now") if is_unheard else ("[green]✓[/]", since)


def _in(due_at: datetime, now: datetime) -> str:
    return f"in {lasting(max(due_at - now, timedelta()))}"


def _as_json(row: DeliveryView) -> dict[str, object]:
    return {
        "id": row.id,
        "post": post_name(row.identity.post),
        "account": row.identity.account,
        "verb": row.identity.verb.value,
        "state": row.state.value,
        "reason": row.reason,
        "detail": row.detail,
        "due_at": row.due_at,
        "remote_state": row.remote_state or None,
        "text": row.text,
    }


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
