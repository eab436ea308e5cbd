"""`amplifier resume`: let a stopped service send again, after asking about each post that the stop held back."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.markup import escape

from amplifier.campaign.delivery import DeliveryView
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.stop import EVERYTHING, GOES_ON, STOPPED, scope_of, sending
from amplifier.cli.run.said_stop import option
from amplifier.cli.show.delivery_json import delivery_json
from amplifier.cli.show.let_go import ask_about, counted, named_post
from amplifier.cli.show.output import actor, agreed, console, say_json, wall_clock
from amplifier.clock import utc_now
from amplifier.deliver.stop_flags import (
    Flag,
    StopFlag,
    in_doubt_still,
    let_go_on,
    refuse_if_held,
    stop_flags,
    too_late,
    waiting,
)
from amplifier.errors import UsageError
from amplifier.field_types import nearest
from amplifier.install import Install, open_install
from amplifier.schedule.naming.known import names_of
from amplifier.settings import Settings
from amplifier.store import ledger
from amplifier.store.database.health import must_be_sound
from amplifier.store.database.transaction import database_file
from amplifier.store.holding import holds

MOST_MISSED = 20


@dataclass(frozen=True)
class Ending:
    """The stop that is to end: its scope, the flags that make it, what it held back, and what it let get too late."""

    scope: str
    flags: tuple[StopFlag, ...]
    stays: tuple[StopFlag, ...]
    held: tuple[DeliveryView, ...]
    missed: tuple[DeliveryView, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--account", default="", metavar="NAME", help="end the stop of this account alone")
    scope.add_argument("--tag", default="", metavar="TAG", help="end the stop of posts with this hashtag alone")
    parser.add_argument(
        "--post", action="append", default=[], metavar="POST", help="let this held post go on, and no other; repeatable"
    )
    parser.add_argument("--anyway", action="store_true", help="also while posts are looked for that may be out already")
    parser.add_argument("--yes", action="store_true", help="let every held post go on that is not too late, unasked")


def run(options: argparse.Namespace) -> int:
    """Show who stopped it and why, ask about each held post, and let sending go on: 0 if it does, else 1."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    must_be_sound(database_file())
    ledger.must_be_ready()
    if options.json and not (options.yes or options.post):
        raise UsageError("With --json nobody can be asked: add --yes, or name what may go on with --post.")
    ending = _ending(install, scope_of(options.account, options.tag))
    named = _named(ending.held, options.post)
    if ending.flags or ending.held:
        refuse_if_held(install, anyway=options.anyway)
    if not options.json:
        _show(ending, install.settings)
    if not (ending.flags or ending.held):
        return _nothing_to_end(ending, install, as_json=options.json)
    chosen = named if options.post else ask_about(ending.held, yes=options.yes)
    if chosen is None or not agreed(_question(ending, chosen), yes=options.yes or bool(options.post)):
        console().print("Nothing was changed.")
        return 1
    let_go_on(install, actor=actor(), now=utc_now(), scope=ending.scope, anyway=options.anyway)
    settled = _settle(ending.held, chosen)
    while came := _came_meanwhile(install, ending):
        also = () if options.post else ask_about(came, yes=options.yes, meanwhile=True) or ()
        ending, chosen = replace(ending, held=(*ending.held, *came)), (*chosen, *also)
        settled += _settle(came, also)
    _tell(ending, chosen, settled, install, as_json=options.json)
    return 0


def _settle(held: Sequence[DeliveryView], chosen: Sequence[DeliveryView]) -> int:
    """Let the chosen ones go, and keep the others back; how many go out now."""
    now, ids = utc_now(), {row.id for row in chosen}
    holds.keep_back([row.id for row in held if row.id not in ids], actor=actor(), now=now)
    return holds.release(ids, actor=actor(), now=now)


def _came_meanwhile(install: Install, ending: Ending) -> tuple[DeliveryView, ...]:
    """What came due, and was held, while the person was reading and answering: nobody has been asked about it."""
    asked = {row.id for row in ending.held}
    return tuple(row for row in waiting(install, ending.scope, now=utc_now()) if row.id not in asked)


def _ending(install: Install, scope: str) -> Ending:
    now = utc_now()
    found = stop_flags(install)
    ours = tuple(one for one in found if one.scope == scope)
    began = min((one.since for one in ours if one.since), default=now)
    return Ending(
        scope=scope,
        flags=ours,
        stays=tuple(one for one in found if one.scope != scope),
        held=waiting(install, scope, now=now),
        missed=too_late(began),
    )


def _show(ending: Ending, settings: Settings) -> None:
    out = console()
    for reason in dict.fromkeys(flag.reason for flag in ending.flags):
        out.print(f"[red]■[/] {escape(sending(ending.scope, STOPPED))}.", end=" ")
        out.print(reason, markup=False)
        for flag in ending.flags:
            if flag.reason == reason:
                out.print(f"  {_by(flag, settings)}", markup=False, style="dim")
    for missed in ending.missed[:MOST_MISSED]:
        out.print("[red]✕[/] missed", end="  ")
        out.print(f"{named_post(missed)}  stays missed", markup=False)
    if len(ending.missed) > MOST_MISSED:
        out.print(f"  and {len(ending.missed) - MOST_MISSED} more that stay missed: amplifier decide")


def _by(flag: StopFlag, settings: Settings) -> str:
    who = f" by {flag.actor}" if flag.actor else ""
    since = f" since {wall_clock(flag.since, settings.campaign.zone)} {settings.campaign.place}" if flag.since else ""
    where = {
        Flag.DATABASE: "in the database",
        Flag.FILE: "by the stop file",
        Flag.ENVIRONMENT: "by the environment",
    }[flag.flag]
    return f"{where}{who}{since}"


def _nothing_to_end(ending: Ending, install: Install, *, as_json: bool) -> int:
    """Nothing of this scope is stopped; what else is stopped is not touched."""
    if as_json:
        say_json({**_shared(install, ending), "resumed": False, "released": [], "kept": []})
    else:
        out = console()
        out.print(_nothing_of_it(ending), markup=False)
        _show_others(ending)
    return 1 if ending.stays else 0


def _nothing_of_it(ending: Ending) -> str:
    """That no stop has this scope, so that it goes with what is said of the others below it."""
    all_is_stopped = any(stop.scope == EVERYTHING for stop in ending.stays)
    if ending.scope == EVERYTHING:
        return "Sending goes on but for this:" if ending.stays else "Sending is not stopped."
    if all_is_stopped:
        return f"{sending(ending.scope, 'is not stopped by itself, but with everything')}:"
    return f"{sending(ending.scope, 'is not stopped')}{', but this is:' if ending.stays else '.'}"


def _named(held: Sequence[DeliveryView], names: Sequence[str]) -> tuple[DeliveryView, ...]:
    """Those that were named on the command line. Raises UsageError for a name that is not among them."""
    known = {name for row in held for name in names_of(row)}
    for name in names:
        if name not in known:
            hint = nearest(name, known) or "amplifier resume shows them all."
            raise UsageError(f"No held post that could go on is called “{name}”. {hint}")
    return tuple(row for row in held if any(name in names for name in names_of(row)))


def _question(ending: Ending, chosen: Sequence[DeliveryView]) -> str:
    stay = len(ending.held) - len(chosen)
    kept = f" {stay} {'stays' if stay == 1 else 'stay'} held." if stay else ""
    going, manual = _apart(chosen)
    now = f" {counted(going)} {'goes' if len(going) == 1 else 'go'} out now." if going else ""
    asked = f" Somebody is asked to post {len(manual)} by hand." if manual else ""
    words = sending(ending.scope, "go on")
    return f"Let {words[0].lower()}{words[1:]}?{now}{asked}{kept}"


def _apart(chosen: Sequence[DeliveryView]) -> tuple[list[DeliveryView], list[DeliveryView]]:
    """What Amplifier sends, and what hands are to post; what may be out unseen is neither."""
    manual = [row for row in chosen if row.reason == HoldReason.HAND_OFF]
    return [row for row in chosen if row not in manual and row.unseen_since is None], manual


def _tell(ending: Ending, chosen: Sequence[DeliveryView], released: int, install: Install, *, as_json: bool) -> None:
    kept = [row for row in ending.held if row not in chosen]
    if as_json:
        ids = {
            "released": [delivery_json(row) for row in chosen if row.unseen_since is None],
            "kept": [delivery_json(row) for row in kept],
        }
        say_json({**_shared(install, ending), "resumed": True, **ids, "in_doubt": in_doubt_still() or None})
        return
    out, doubtful = console(), in_doubt_still()
    goes_on = "What comes goes out at its time." if not ending.stays else "What no other stop holds goes out."
    done = f"{sending(ending.scope, GOES_ON)}." if not ending.stays else "That stop has ended."
    out.print(f"[green]✓[/] {escape(done)}", end=" ")
    out.print(_how(released, install.settings) if released else goes_on)
    going, manual = _apart(chosen)
    if released < len(going):
        late = len(going) - released
        out.print(f"{late} of the {len(going)} that you let go had become too late meanwhile, and {_missed(late)}.")
    if manual:
        out.print(f"{len(manual)} {'is' if len(manual) == 1 else 'are'} to be posted by hand: somebody is asked now.")
    if doubtful:
        out.print(doubtful)
    if kept:
        out.print(f"{len(kept)} held back stay held until they are too late, and then are missed.")
        out.print("To let one of them go after all: amplifier resume --post NAME")
    _show_others(ending)


def _missed(number: int) -> str:
    return "is missed" if number == 1 else "are missed"


def _show_others(ending: Ending) -> None:
    """The stops of other scopes, which nothing here touches."""
    out = console()
    for stop in ending.stays:
        out.print("[red]■[/]", end=" ")
        out.print(f"{stop}\n  amplifier resume{option(stop.scope)}", markup=False)


def _how(released: int, settings: Settings) -> str:
    gaps = {account.gap_s if account.gap_s is not None else settings.timing.gap_s for account in settings.accounts}
    gap = max(gaps)
    pace = "one a minute" if gap == 60 else f"one every {gap:g} s"
    those = "1 held delivery goes out" if released == 1 else f"{released} held deliveries go out"
    return f"{those} now" + (f", {pace} on each account." if gap >= 1 else ", one after another on each account.")


def _shared(install: Install, ending: Ending) -> dict[str, object]:
    return {
        "mode": install.settings.mode.value,
        "scope": ending.scope,
        "stops": [as_json(one) for one in ending.flags],
        "still_stopped": [as_json(one) for one in ending.stays],
        "missed": [delivery_json(row) for row in ending.missed],
    }


def as_json(flag: StopFlag) -> dict[str, object]:
    """One flag, for programs."""
    return {
        "flag": flag.flag.value,
        "scope": flag.scope,
        "reason": flag.reason,
        "actor": flag.actor or None,
        "since": flag.since,
    }
