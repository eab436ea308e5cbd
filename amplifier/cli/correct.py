"""`amplifier correct POST`: other words for what is out, always visible as a correction, followed to the end."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping

from rich.markup import escape

from amplifier.campaign.correction import Stand, Way
from amplifier.campaign.post import PostId
from amplifier.cli.show import following
from amplifier.cli.show.output import actor, agreed, as_said, console, say_json, warn
from amplifier.clock import utc_now
from amplifier.compose.fit import first_words
from amplifier.compose.queue import with_appended
from amplifier.deliver.stop_flags import why_stopped
from amplifier.errors import UsageError
from amplifier.install import Install, open_install
from amplifier.money.cost import is_readable
from amplifier.operate.correct import Correction, NewWords, PlannedChange, prepare_correction, queue_correction
from amplifier.operate.impact import Impact, look_at
from amplifier.schedule.decided.ahead import find_gone_out, said_by_the_plan, to_be_said
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.naming.known import told_of_row
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.review import facts_of_own_words, said_today
from amplifier.settings import Settings
from amplifier.store import delivery_views, ledger, published_facts
from amplifier.store.operate.corrections import Hand
from amplifier.wiring.service import reachable

LOOK_FOR_S = 5.0
WAYS = {
    Way.EDIT: "It is edited; boosts and replies stay.",
    Way.REPOST: "It is deleted, and the new words are posted.",
    Way.ANEW: "What was there is deleted already; these words are posted.",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("post", nargs="?", help="the post's name, such as debate-soon, as --list shows it")
    parser.add_argument("--text", help="the new words (default: what the plan would say now)")
    parser.add_argument("--on", help="accounts, divided by commas (default: all where it is out)")
    parser.add_argument("--no-append", action="store_true", help="add nothing of what the campaign appends to --text")
    parser.add_argument("--reason", default="", help="why; kept with it")
    parser.add_argument("--list", action="store_true", help="list the posts that are out, the newest first")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument("--wait", type=float, default=180, help="seconds to wait for the networks (default: 180)")


def run(options: argparse.Namespace) -> int:
    """Show what it does and breaks on each account, ask, queue it, and follow it: 0 if all of it is done, else 1."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    program = program_in_force(install.settings)
    if options.list:
        return list_posts(install, as_json=options.json)
    if options.post is None:
        raise UsageError("Which post? All that are out: amplifier correct --list")
    post = find_gone_out(program, options.post, instead="For other words: amplifier edit")
    on = [name.strip() for name in options.on.split(",")] if options.on else []
    words = new_words(program, post, options.text, append=not options.no_append)
    now = utc_now()
    stage, plan = playing(program.settings), to_be_said(program, now=now)
    correction = prepare_correction(post, words, program.settings, now=now, on=on, playing=stage, plan=plan)
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        reposted = [act.stand for act in correction.acts if act.change.way is Way.REPOST]
        broken = ask_networks(install, reposted)
        _show(correction, broken, program.settings, stopped=why_stopped(install))
    if not agreed("Correct it?", yes=options.yes):
        console().print("Nothing was changed.")
        return 1
    now = utc_now()
    hand = Hand(actor(), options.reason, now, install.settings.campaign.first_day)
    plan = said_by_the_plan(install.settings, now=now)  # what was decided meanwhile, too
    ids = queue_correction(correction, program.settings, hand, playing=stage, plan=plan)
    alive = following.worker_is_alive()
    found = following.follow(post, ids, seconds=options.wait if alive else 0, quiet=options.json)
    if options.json:
        say_json(
            {
                "mode": install.settings.mode.value,
                "post": post_name(post),
                "worker": alive,
                "accounts": [following.as_json(one) for one in found],
                "words": {act.stand.account: act.change.words.text for act in correction.acts if act.change.words},
                "left": dict(correction.left),
                "warnings": [one.as_json() for one in correction.warnings(program.settings)],
            }
        )
    else:
        following.tell(found, correction.left, alive=alive)
    return 0 if all(one.is_done for one in found) else 1


def new_words(program: Program, post: PostId, text: str | None, *, append: bool) -> dict[str, NewWords]:
    """The words for each account: a person's own (`append`: with what the campaign appends), or the plan's of now."""
    if text is not None:
        settings, found = program.settings, {}
        for account in settings.accounts:
            whole = with_appended(text, account, settings)[0] if append else text
            facts = facts_of_own_words(program, whole, due_at=utc_now())
            found[account.name] = NewWords(whole, settings.campaign.language, facts)
        return found
    today = said_today(program, post)
    return {name: NewWords(one.words.text, one.words.language, one.facts) for name, one in today.items()}


def ask_networks(install: Install, stands: Iterable[Stand]) -> dict[str, Impact]:
    """What a deletion would break on each of these accounts."""
    settings = install.settings
    return look_at(
        stands,
        reachable(install),
        may_read=lambda name: is_readable(settings.account(name), settings),
        seconds=LOOK_FOR_S,
    )


def list_posts(install: Install, *, as_json: bool) -> int:
    """The posts that are out, the newest first, by the names that commands take."""
    out_now = {one.post for one in published_facts.published_facts(install.settings.campaign.id)}
    posts = [post for post in published_facts.names(install.settings.campaign.id) if post in out_now]
    if as_json:
        say_json({"mode": install.settings.mode.value, "posts": [post_name(post) for post in posts]})
        return 0
    out = console()
    for post in posts:
        first = delivery_views.views(post=post)[0]
        out.print(f"{as_said(first.wall_time)}  [bold]{post_name(post)}[/]  {escape(first_words(first.text))}")
    if not posts:
        out.print("Nothing of ours is out.")
    return 0


def indented(text: str) -> str:
    """A text whose lines stand below one another, behind two spaces."""
    return text.replace("\n", "\n  ")


def broken_words(breaks: Impact) -> str:
    """What is lost with a deletion, as a sentence."""
    if breaks.is_gone:
        return "It is not there any more."
    return f"Lost with it: {breaks}."


def _show(correction: Correction, broken: Mapping[str, Impact], settings: Settings, *, stopped: str) -> None:
    out = console()
    out.print(f"[bold]{told_of_row(correction.post)}[/] would be corrected:")
    for act in correction.acts:
        _show_act(act, broken.get(act.stand.account))
    for account, why in correction.left.items():
        out.print(f"\n  [bold]{account}[/]: nothing. {escape(why)}")
    if stopped and any(act.change.way is not Way.EDIT for act in correction.acts):
        out.print(f"\n[yellow]▲[/] Sending is stopped. {escape(stopped)}")
        out.print("  Posts would be deleted and edited, but new words would wait until: amplifier resume")
    out.print()
    warn(out, correction.warnings(settings))


def _show_act(act: PlannedChange, breaks: Impact | None) -> None:
    out, words = console(), act.change.words
    charge = f" · ${act.dollars:.3f}" if act.dollars else ""
    out.print(f"\n  [bold]{act.stand.account}[/] [dim]{act.used} of {act.limit}{charge}[/]")
    if act.stand.text:
        out.print(f"  now:  {indented(act.stand.text)}", markup=False, style="dim")
    out.print(f"  then: {indented(words.text if words else '')}", markup=False)
    if words and words.imprint:
        out.print(f"  {words.imprint}", markup=False, style="dim")
    out.print(f"  {WAYS[act.change.way]}")
    if breaks is not None:
        out.print(f"  {broken_words(breaks)}", markup=False)
        if breaks.reads:
            out.print(f"  Somebody changed it there; it reads: {breaks.reads}", markup=False)
