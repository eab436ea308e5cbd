"""`amplifier edit POST`: other words for one coming post, on one account or on several."""

from __future__ import annotations

import argparse

from amplifier.cli.output import actor, agreed, console, say_json, warn
from amplifier.clock import utc_now
from amplifier.compose.plain_tags import plain_in
from amplifier.compose.queue import length
from amplifier.errors import UsageError
from amplifier.place import settle
from amplifier.schedule.ahead import still_to_come
from amplifier.schedule.change import decide_words, find_post, prepare_words, program_in_force
from amplifier.schedule.program import post_name
from amplifier.store import ledger
from amplifier.written import nearest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("post", help="the post's name, as `amplifier plan` shows it")
    parser.add_argument("text", help="the new words; nothing is added to them but the imprint")
    parser.add_argument("--on", help="accounts, divided by commas (default: all on which it is still to go out)")
    parser.add_argument("--reason", default="", help="why; kept with the decision")
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """Show the words before and after, ask, and decide."""
    place = settle(options.home, options.var, keyless=True)
    settings = place.settings
    ledger.must_be_ready()
    program = program_in_force(settings)
    post = find_post(program, options.post)
    coming = still_to_come(program, post)
    before = {said.account: said.text for said in coming.words} | dict.fromkeys(coming.unwritten, "") if coming else {}
    names = [name.strip() for name in options.on.split(",")] if options.on else list(before)
    known = {account.name: account for account in program.settings.accounts}  # with what servers told
    for name in names:
        if name not in known:
            raise UsageError(f"There is no account “{name}”. {nearest(name, known)}")
    new = prepare_words(program, post, dict.fromkeys(names, options.text))
    warnings = [*(echo.warning() for echo in new.echoes), *plain_in(new.words, program.settings)]
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        out = console()
        for said in new.words:
            size = length(said.text, known[said.account])
            out.print(f"[bold]{said.account}[/] [dim]{size.used} of {size.limit}[/]")
            if before.get(said.account):
                out.print(f"  before: {before[said.account]}", markup=False, style="dim")
            out.print(f"  after:  {said.text}", markup=False)
            if said.imprint:
                out.print(f"  {said.imprint}", markup=False, style="dim")
        warn(out, warnings)
    if not agreed("Use these words?", yes=options.yes):
        console().print("Nothing was changed.")
        return 1
    decision = decide_words(
        program,
        post,
        dict.fromkeys(names, options.text),
        actor=actor(),
        reason=options.reason,
        now=utc_now(),
        seen=new,
    )
    if options.json:
        say_json(
            {
                "mode": settings.mode.value,
                "decision": decision.id,
                "post": post_name(post),
                "words": {said.account: said.text for said in new.words},
                "warnings": [warning.as_json() for warning in warnings],
            }
        )
    else:
        console().print(f"[green]✓[/] Changed (decision {decision.id}).")
    return 0
