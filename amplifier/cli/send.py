"""`amplifier send TEXT --to ACCOUNTS`: one post of your own, followed to its receipts."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from rich.markup import escape

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import Fact
from amplifier.cli.named import accounts_named
from amplifier.cli.show.bill import price_words
from amplifier.cli.show.delivery_json import delivery_json
from amplifier.cli.show.following import wait_for, worker_is_alive
from amplifier.cli.show.new_words import say_appended, warnings_of
from amplifier.cli.show.output import actor, agreed, as_said, console, say_json, state_words, wall_clock, warn
from amplifier.cli.typed_time import TypedTime, to_send_at
from amplifier.clock import utc_now
from amplifier.compose.queue import length
from amplifier.compose.sameness import Echo, Verdict
from amplifier.deliver.stop_flags import stop_for
from amplifier.errors import FileError, UsageError
from amplifier.install import Install, open_install
from amplifier.money.cost import is_by_hand
from amplifier.operate.own import OwnPost, prepare_own, queue_own
from amplifier.schedule.decided.ahead import said_by_the_plan
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.program import post_name
from amplifier.schedule.truth.review import facts_of_own_words
from amplifier.settings import Settings
from amplifier.store import delivery_views, ledger
from amplifier.store.identity import accounts

WAIT_S = 120.0
AT_REST = (State.SENT, State.MISSED, State.DROPPED, State.HELD)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("text", help="the words, as they shall appear; the imprint is added where it belongs")
    parser.add_argument("--to", required=True, metavar="ACCOUNTS", help="account names, divided by commas, or: all")
    parser.add_argument(
        "--at",
        help="when, in the campaign's time: 'tomorrow 10:00', '+10m', 'rally - 2h' (counted from where the milestone "
        "stands now; it does not follow when that moves) (default: now)",
    )
    parser.add_argument("--no-append", action="store_true", help="add nothing of what the campaign appends")
    parser.add_argument(
        "--again", action="store_true", help="also if nearly the same is there within 24 hours; not on X"
    )
    parser.add_argument("--yes", action="store_true", help="send without asking")
    parser.add_argument(
        "--wait", type=float, help="seconds to wait for the receipts (default: 120, and none with --at)"
    )


def run(options: argparse.Namespace) -> int:
    """Show it, ask, queue it, and wait for the receipts: 0 if all are there, else 1."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    settings = install.settings.with_limits(accounts.text_limits())
    now = utc_now()
    typed = TypedTime(now, "now") if options.at is None else to_send_at(options.at, settings, now)
    due = typed.due_at
    everywhere = tuple(account.name for account in settings.accounts)
    names = everywhere if options.to == "all" else accounts_named(options.to, settings)
    stage, append = playing(settings), not options.no_append
    plan = said_by_the_plan(settings, now=now)
    own = prepare_own(options.text, names, settings, due_at=due, now=now, playing=stage, append=append, plan=plan)
    own = replace(own, post=replace(own.post, milestone=typed.counted_from))
    if own.refused or (own.echoes and not options.again):
        raise UsageError(_why_not((own.refused or own.echoes)[0], settings, now))
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        _show(own, typed, settings, now=now, hindered=_hindered(own, install))
    stated = _stated(own, settings)  # before anybody is asked: what changes meanwhile is found when it is to go out
    if not agreed("Send it?", yes=options.yes):
        console().print("Nothing was sent.")
        return 1
    now = now if options.yes else utc_now()  # somebody may have thought about it for long
    plan = said_by_the_plan(settings, now=now)  # what was decided meanwhile, too
    ids = queue_own(own, settings, actor=actor(), now=now, facts=stated, playing=stage, plan=plan)
    alive, rows = worker_is_alive(), delivery_views.views_by_id(ids)
    due = rows[0].due_at if rows else due
    wait = (0 if options.at else WAIT_S) if options.wait is None else options.wait
    if alive and due <= utc_now() + timedelta(seconds=wait):
        rows = _follow(ids, seconds=wait, quiet=options.json)
    if options.json:
        warnings = [warning.as_json() for warning in warnings_of(own.post.words, own.echoes, settings)]
        told = [delivery_json(row) for row in rows]
        appended = {name: list(words) for name, words in own.appended.items()}
        queued = {"post": post_name(own.post.id), "deliveries": told, "appended": appended, "warnings": warnings}
        say_json({"mode": settings.mode.value, "worker": alive, **queued, "stays": typed.stays or None})
    else:
        _tell(rows, settings, alive=alive, later=due > utc_now())
    # what was asked for a later time has been done once it waits: in a rehearsal its time may come at once
    well = (State.SENT, State.QUEUED, State.SENDING) if alive and options.at else (State.SENT,)
    return 0 if all(row.state in well for row in rows) or (alive and due > utc_now()) else 1


def _stated(own: OwnPost, settings: Settings) -> tuple[Fact, ...]:
    """What its words state of the facts that the plan knows; nothing while no plan is in force."""
    try:
        program = program_in_force(settings)
    except (UsageError, FileError):
        return ()
    texts = [said.text for said in own.post.words]
    return facts_of_own_words(program, *texts, due_at=own.post.moment.due_at)


def _why_not(echo: Echo, settings: Settings, now: datetime) -> str:
    account, text = echo.before.account, echo.of_this
    there, year = playing(settings).campaign(echo.before.at), this_year(settings, now=now)
    at = wall_clock(there, settings.campaign.zone, this_year=year)
    if echo.before.post == echo.said.post:
        before = f"{echo.said.account} would have {text} at the same time as {account}."
    elif echo.before.at > now:
        before = f"{account} is to say {text} on {at}, in {echo.before.post}."
    else:
        before = f"{account} has {text} already, from {at}."
    if echo.verdict is Verdict.REFUSED:
        return f"{before} X takes no copies, on one account or on several. Say it in another way."
    return f"{before} Say it in another way, or add --again."


def _hindered(own: OwnPost, install: Install) -> list[str]:
    """What keeps it from going out by itself now, as whoever is asked to agree should know."""
    said = ["Nobody sends: no worker is running. Start one: amplifier up"] if not worker_is_alive() else []
    for words in own.post.words:
        if flag := stop_for(install, words.account, words.text):
            said.append(f"{words.account}: {flag} It is held until somebody resumes.")
        elif is_by_hand(install.settings.account(words.account), install.settings):
            said.append(f"{words.account}: posted by hand; somebody is asked to.")
    return said


def _show(own: OwnPost, typed: TypedTime, settings: Settings, *, now: datetime, hindered: Sequence[str]) -> None:
    out = console()
    at = as_said(own.post.moment.wall_time, this_year=this_year(settings, now=now)) if own.is_for_later else "now"
    mode = "to the pretend networks" if settings.mode.value == "rehearsal" else "[bold red]to the world[/]"
    verb = "This is to go out" if hindered else "This goes out"
    out.print(f"{verb} {at}, {mode}:")
    for said in own.post.words:
        account = settings.account(said.account)
        size = length(said.text, account)
        charge = price_words(said, settings)
        out.print(f"\n  [bold]{said.account}[/] [dim]{account.known_as} · {size.used} of {size.limit}{charge}[/]")
        out.print("  " + said.text.replace("\n", "\n  "), markup=False)
        if said.imprint:
            out.print(f"  {said.imprint}", markup=False, style="dim")
    out.print()
    if typed.stays:
        out.print(typed.stays, markup=False, soft_wrap=True)
    say_appended(own.appended)
    for one in hindered:
        out.print("[yellow]◷[/]", end=" ")
        out.print(one, markup=False, soft_wrap=True)
    warn(out, warnings_of(own.post.words, own.echoes, settings))


def _follow(ids: Sequence[int], *, seconds: float, quiet: bool) -> tuple[DeliveryView, ...]:
    return wait_for(
        lambda: delivery_views.views_by_id(ids),
        lambda rows: all(row.state in AT_REST for row in rows),
        what="Waiting for the receipts",
        seconds=seconds,
        quiet=quiet,
    )


def _tell(rows: Sequence[DeliveryView], settings: Settings, *, alive: bool, later: bool) -> None:
    out = console()
    for row in rows:
        more = escape(row.receipt.url if row.receipt else row.detail)
        out.print(f"{state_words(row.state)}  {row.identity.account}  {more}".rstrip(), soft_wrap=True)
    if not alive:
        out.print("No worker is running, so nothing goes out yet. Start one: amplifier up")
        minutes = max(1, round(settings.timing.too_late_after_s / 60))
        late = f"{minutes} minutes" if minutes > 1 else "a minute"
        out.print(f"What is more than {late} late is not sent by itself.")
    elif later:
        name = post_name(rows[0].identity.post)
        out.print("It waits for its time. To leave it out, or to change it:")
        out.print(f"  amplifier skip {name}\n  amplifier edit {name} …", markup=False, soft_wrap=True)
    if any(row.state is State.HELD and row.reason == HoldReason.HAND_OFF for row in rows):
        out.print("Somebody is asked to post it by hand. Who, and with which words: amplifier notify")
