"""`amplifier skip POST`: leave one coming post out, on some accounts or everywhere, or take it in again."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from amplifier.campaign.post import PostId
from amplifier.cli.named import accounts_named
from amplifier.cli.show.output import actor, agreed, as_said, console, say_json, warn
from amplifier.clock import utc_now
from amplifier.errors import Problem, UsageError
from amplifier.install import open_install
from amplifier.operate.own_change import (
    OwnChange,
    carry_out,
    find_own,
    held_again,
    prepare_leaving_out,
    prepare_taking_in,
)
from amplifier.schedule.decided.ahead import said_by_the_plan
from amplifier.schedule.decided.change import find_post, program_in_force
from amplifier.schedule.decided.skipping import decide_skip, find_left_out, prepare_skip
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.schedule.naming.known import by_time, name_to_tell
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.program import Program, post_name
from amplifier.settings import Settings
from amplifier.store import delivery_views, ledger
from amplifier.store.operate.corrections import Hand

Said = Iterable[tuple[str, str]]  # account and text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("post", help="the post's name, as `amplifier plan` shows it")
    parser.add_argument("--on", help="accounts, divided by commas (default: all)")
    parser.add_argument("--undo", action="store_true", help="take it in again, if its time has not come")
    parser.add_argument("--reason", default="", help="why; kept with what was decided")
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """Show the post, ask, and decide."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    on = accounts_named(options.on, install.settings)
    return _undo(install.settings, options, on) if options.undo else _skip(install.settings, options, on)


def _skip(settings: Settings, options: argparse.Namespace, on: Sequence[str]) -> int:
    own = find_own(options.post, delivery_views.own_waiting())
    if own:
        change = prepare_leaving_out(own, settings, on=on)
        if not _is_agreed(options, own, _at(change.rows[0].wall_time, settings), _texts(change), undo=False):
            return 1
        carry_out(change, settings, _hand(settings, options), playing=playing(settings), facts={})
        return _tell(settings, options, own, on, None)
    program = program_in_force(settings)
    post = _find(program, options.post)
    coming = prepare_skip(program, post, on=on)
    at = _at(coming.moment.wall_time, settings) if coming else ""
    texts = [(said.account, said.text) for said in coming.words] if coming else []
    told = name_to_tell(program, post)
    if not _is_agreed(options, told, at, texts, undo=False):
        return 1
    decision = decide_skip(program, post, actor=actor(), reason=options.reason, now=utc_now(), on=on)
    called = by_time(post, coming.moment.wall_time) if coming else ""
    return _tell(settings, options, told, on, decision.id, called=called)


def _find(program: Program, name: str) -> PostId:
    """The coming post of this name; one that is left out already is told as that."""
    try:
        return find_post(program, name)
    except UsageError as unknown:
        try:
            out = find_left_out(program, name, now=utc_now()).post
        except UsageError:
            raise unknown from None
        called = by_time(out.id, out.moment.wall_time)
        raise UsageError(f"{called} is left out already. To take it in again: amplifier skip {called} --undo") from None


def _undo(settings: Settings, options: argparse.Namespace, on: Sequence[str]) -> int:
    now, stage = utc_now(), playing(settings)
    own = find_own(options.post, delivery_views.own_skipped(now))
    if own:
        plan = said_by_the_plan(settings, now=now)
        change = prepare_taking_in(own, settings, now=now, playing=stage, on=on, plan=plan)
        warnings = [] if options.json else [echo.warning() for echo in change.echoes]
        at = _at(change.rows[0].wall_time, settings)
        if not _is_agreed(options, own, at, _texts(change), undo=True, warnings=warnings):
            return 1
        plan = said_by_the_plan(settings, now=utc_now())
        carry_out(change, settings, _hand(settings, options), playing=stage, facts={}, plan=plan)
        warnings = [echo.warning() for echo in change.echoes]
        code, held = _tell(settings, options, own, on, None, warnings), held_again(change)
        if held and not options.json:
            console().print(f"  It is held as before. {held}", markup=False, soft_wrap=True)
        return code
    program = program_in_force(settings)
    found = find_left_out(program, options.post, now=now, on=on)
    taken = prepare_unskip(program, found, now=now, on=on)
    texts = [(said.account, said.text) for said in taken.words]
    warnings = [] if options.json else taken.warnings
    at = _at(found.post.moment.wall_time, settings)
    told = name_to_tell(program, found.post.id)
    if not _is_agreed(options, told, at, texts, undo=True, warnings=warnings):
        return 1
    find_left_out(program, options.post, now=utc_now(), on=on)  # its time may have come meanwhile
    decision = decide_unskip(program, taken, actor=actor(), reason=options.reason, now=utc_now())
    return _tell(settings, options, told, on, decision.id, taken.warnings)


def _is_agreed(
    options: argparse.Namespace, post: PostId, at: str, texts: Said, *, undo: bool, warnings: Iterable[Problem] = ()
) -> bool:
    """Show what is about to change, and ask."""
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        console().print(f"[bold]{post_name(post)}[/]{at} {'would go out again' if undo else 'would not go out'}:")
        for account, text in texts:
            console().print(f"  {account}: {text}", markup=False)
    warn(console(), warnings)
    if agreed("Take it in again?" if undo else "Leave it out?", yes=options.yes):
        return True
    console().print("Nothing was changed.")
    return False


def _tell(  # noqa: PLR0913  what was done to which post and where, and what is to be known of it
    settings: Settings,
    options: argparse.Namespace,
    post: PostId,
    on: Sequence[str],
    decision: int | None,
    warnings: Sequence[Problem] = (),
    *,
    called: str = "",
) -> int:
    """`called` is a name that still means this post when hours of its day change."""
    name = post_name(post)
    if options.json:
        what = "taken_in" if options.undo else "skipped"
        found = {"warnings": [one.as_json() for one in warnings]} if options.undo else {}
        say_json({"mode": settings.mode.value, "decision": decision, what: name, "on": list(on) or None, **found})
        return 0
    number = f" (decision {decision})" if decision else ""
    where = f" on {', '.join(on)}" if on else ""
    console().print(f"[green]✓[/] {'Taken in again' if options.undo else 'Left out'}{where}{number}.")
    if not options.undo:
        console().print(f"  amplifier skip {called or name} --undo    takes it in again", markup=False, soft_wrap=True)
    return 0


def _hand(settings: Settings, options: argparse.Namespace) -> Hand:
    return Hand(actor(), options.reason, utc_now(), settings.campaign.first_day)


def _at(wall_time: str, settings: Settings) -> str:
    return f" at {as_said(wall_time, this_year=this_year(settings, now=utc_now()))}"


def _texts(change: OwnChange) -> Said:
    return [(row.identity.account, row.text) for row in change.rows]
