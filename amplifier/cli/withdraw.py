"""`amplifier withdraw POST`: delete what is out, leave out what waits, look for what is in doubt."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from rich.markup import escape

from amplifier.campaign.delivery import State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import OWN, PostId
from amplifier.cli.correct import ask_networks, broken_words, indented, list_posts
from amplifier.cli.show import following
from amplifier.cli.show.output import actor, agreed, console, say_json
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import open_install
from amplifier.operate.impact import Impact
from amplifier.operate.withdraw import Withdrawal, prepare_withdrawal, queue_withdrawal
from amplifier.schedule.decided.ahead import find_gone_out
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.naming.known import told_of_row
from amplifier.schedule.program import post_name
from amplifier.store import delivery_views, ledger
from amplifier.store.operate import withdrawals
from amplifier.store.operate.corrections import Hand

SKIP = "To leave it out: amplifier skip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("post", nargs="?", help="the post's name, such as debate-soon, as --list shows it")
    parser.add_argument("--on", help="accounts, divided by commas (default: all)")
    parser.add_argument("--reason", default="", help="why; kept with it")
    parser.add_argument("--list", action="store_true", help="list the posts that are out, the newest first")
    parser.add_argument("--deleted", action="store_true", help="you have deleted it yourself on these accounts (--on)")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument("--wait", type=float, default=180, help="seconds to wait for the networks (default: 180)")


def run(options: argparse.Namespace) -> int:
    """Show what it does and breaks on each account, ask, queue it, and follow it: 0 if all of it is done, else 1."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    if options.list:
        return list_posts(install, as_json=options.json)
    if options.post is None:
        raise UsageError("Which post? All that are out: amplifier withdraw --list")
    program = program_in_force(install.settings)
    post = _own_and_waiting(options.post) or find_gone_out(program, options.post, instead=SKIP)
    on = [name.strip() for name in options.on.split(",")] if options.on else []
    hand = Hand(actor(), options.reason, utc_now(), install.settings.campaign.first_day)
    if options.deleted:
        return _deleted_by_hand(post, on, hand, as_json=options.json)
    withdrawal = prepare_withdrawal(post, program.settings, on=on)
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        _show(withdrawal, ask_networks(install, [one.stand for one in withdrawal.takings]))
    if not agreed("Withdraw it?", yes=options.yes):
        console().print("Nothing was changed.")
        return 1
    ids = queue_withdrawal(withdrawal, hand)
    alive = following.worker_is_alive()
    found = following.follow(post, ids, seconds=options.wait if alive else 0, quiet=options.json)
    if options.json:
        accounts = [following.as_json(one) for one in found]
        told = {"mode": install.settings.mode.value, "post": post_name(post), "worker": alive, "accounts": accounts}
        say_json({**told, "left": dict(withdrawal.left)})
    else:
        following.tell(found, withdrawal.left, alive=alive)
    return 0 if all(one.is_done for one in found) else 1


def _own_and_waiting(name: str) -> PostId | None:
    """A person's own post that waits for its time: it can be taken back; a planned one is left out with `skip`."""
    own = (row.identity.post for row in delivery_views.coming() if row.identity.post.slot == OWN)
    return next((post for post in own if post_name(post) == name), None)


def _show(withdrawal: Withdrawal, broken: Mapping[str, Impact]) -> None:
    out = console()
    out.print(f"[bold]{told_of_row(withdrawal.post)}[/] would be withdrawn:")
    for one in withdrawal.takings:
        charge = f" [dim]· ${one.dollars:.3f}[/]" if one.dollars else ""
        out.print(f"\n  [bold]{one.stand.account}[/]: {one.what}.{charge}")
        if one.stand.text:
            out.print(f"  {indented(one.stand.text)}", markup=False, style="dim")
        if one.stand.account in broken:
            out.print(f"  {broken_words(broken[one.stand.account])}", markup=False)
    for account, why in withdrawal.left.items():
        out.print(f"\n  [bold]{account}[/]: nothing. {escape(why)}")
    out.print()


def _deleted_by_hand(post: PostId, on: list[str], hand: Hand, *, as_json: bool) -> int:
    """A person says that they did what waited for a hand: where Amplifier may not use an account, it cannot know."""
    waits = [
        row
        for row in delivery_views.views(post=post)
        if row.identity.verb is not Verb.PUBLISH and row.state is State.HELD and row.reason == HoldReason.HAND_OFF
    ]
    chosen = [row for row in waits if not on or row.identity.account in on]
    if not chosen:
        raise UsageError(f"No deletion of {told_of_row(post)} waits for a hand there. Withdraw or correct it first.")
    for row in chosen:
        withdrawals.done_by_hand(row.id, hand)
    where = [row.identity.account for row in chosen]
    if as_json:
        say_json({"post": post_name(post), "done_by_hand": where})
    else:
        console().print(f"[green]✓[/] Done by hand on {', '.join(where)}.")
    return 0
