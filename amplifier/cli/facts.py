"""`amplifier facts`: what is out and no longer so, what changed with it; and letting a post stand all the same."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape

from amplifier.campaign.delivery import State
from amplifier.campaign.post import PostId, with_hour
from amplifier.cli.show.output import actor, agreed, console, inset, say_json
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import open_install
from amplifier.operate.questions import other_words, too_late_to_stand
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.standing import let_stand, mark, would_stand
from amplifier.schedule.naming.known import in_ledger, told_of_row
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.facts import Untrue
from amplifier.schedule.truth.free_words import Stale
from amplifier.schedule.truth.out_and_untrue import said_change
from amplifier.schedule.truth.review import Review, find_untrue, review
from amplifier.settings import Settings
from amplifier.store import delivery_views, ledger


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("what", nargs="?", choices=["list", "leave"], default="list")
    parser.add_argument("post", nargs="?", help="with leave: the post that may stay, or go out, as it is")
    parser.add_argument("--reason", default="", help="with leave: why; kept with the decision")
    parser.add_argument("--yes", action="store_true", help="with leave: do it without asking")


def run(options: argparse.Namespace) -> int:
    """Say it, or write the decision down: 0 if nothing is untrue that is out or that a person wrote, else 1."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    program = program_in_force(install.settings)
    now = utc_now()
    if options.what == "leave":
        if not options.post:
            raise UsageError("Which post may stand? For example: amplifier facts leave debate-soon")
        post = find_untrue(program, in_ledger(program.plan.campaign, options.post), now=now)
        shown = _shown(program, post, now=now, quiet=options.json)
        late = _too_late(post, now=now)
        if late and not options.json:
            console().print("[red]✕[/]", end=" ")
            console().print("\n".join(late), markup=False, soft_wrap=True)
        if options.json and not options.yes:
            raise UsageError("With --json nobody can be asked: add --yes.")
        if not agreed("Let these words stand?", yes=options.yes):
            console().print("Nothing was changed.")
            return 1
        decision = let_stand(program, post, shown, actor=actor(), reason=options.reason, now=utc_now())
        if options.json:
            say_json(
                {
                    "mode": install.settings.mode.value,
                    "decision": decision.id,
                    "left": post_name(post),
                    "too_late": late,
                }
            )
        else:
            console().print(f"[green]✓[/] {told_of_row(post)} stays as it is (decision {decision.id}).")
            console().print("You are not asked again unless the same fact changes once more.")
        return 0
    found = review(program, now=now)
    if options.json:
        say_json({"mode": install.settings.mode.value, **_as_json(found)})
    else:
        _tell(found, program.settings)
    return 1 if found.untrue or found.stale else 0


def _shown(program: Program, post: PostId, *, now: datetime, quiet: bool) -> str:
    """Say which words would stand, out or waiting; the mark of what was said. Raises UsageError if there are none."""
    found = would_stand(program, [post], now=now)[post]
    if not found:
        raise UsageError(f"Nothing that {post_name(post)} says has changed. There is nothing to leave.")
    out = console()
    for one in () if quiet else found:
        how = "is out, and stays as it is" if one.is_out else "waits, and goes out as it is"
        out.print(f"{one.account}  {told_of_row(post)} {how}", markup=False, style="bold", soft_wrap=True)
        out.print(inset(one.text, width=out.width), markup=False, soft_wrap=True)
        out.print(inset(one.why, width=out.width), markup=False, soft_wrap=True, style="dim")
    return mark(found)


def _too_late(post: PostId, *, now: datetime) -> list[str]:
    """For each account on which it waits, and does not go out whatever is decided: that, and what can be done."""
    rows = delivery_views.views(post=post)
    said = ((row.identity.account, too_late_to_stand(row, now=now)) for row in rows)
    return [f"{account}: {late}" for account, late in said if late]


def _tell(found: Review, settings: Settings) -> None:
    out = console()
    if not found.untrue:
        out.print("[green]✓[/] Nothing that is out has become untrue.")
    by_post: dict[str, list[Untrue]] = {}
    for one in found.untrue:
        by_post.setdefault(post_name(one.stated.post), []).append(one)
    for name, group in by_post.items():
        said = with_hour(group[0].stated.post, group[0].stated.wall_time)
        out.print(f"[red]✕[/] [bold]{said}[/] is out and no longer so")
        changed = dict.fromkeys(change for one in group for change in one.changed)
        for change in changed:
            out.print(f"  {said_change(change, settings)}", markup=False)
        for one in group:
            where = one.stated.url or "on its way"
            out.print(f"  {one.stated.account}  {where}", markup=False, soft_wrap=True)
            words = one.stated.text.replace("\n", "\n    ")
            out.print(f"    {words}", markup=False, style="dim")
        for command in ("correct", "withdraw", "facts leave"):
            out.print(f"  amplifier {command} {name}", markup=False, style="bold")
    _tell_stale(found.stale)
    _list(found.coming, "coming post has other words since; it goes out as it is so now",
          "coming posts have other words since; they go out as it is so now")  # fmt: skip
    _list(found.kit, "wording in the share kit states what changed; it says what is so now",
          "wordings in the share kit state what changed; they say what is so now")  # fmt: skip


def _tell_stale(found: Sequence[Stale]) -> None:
    out = console()
    by_post: dict[str, list[Stale]] = {}
    for one in found:
        by_post.setdefault(post_name(one.post), []).append(one)
    for name, group in by_post.items():
        out.print(f"[yellow]‖[/] [bold]{escape(told_of_row(group[0].post))}[/] is held: its own words are no longer so")
        for why in dict.fromkeys(one.why for one in group):
            out.print(f"  {why}", markup=False, soft_wrap=True)
        for text, accounts in _by_text(group).items():
            out.print(f"  {', '.join(accounts)}", markup=False)
            words = text.replace("\n", "\n    ")
            out.print(f"    {words}", markup=False, style="dim")
        for command in filter(None, (_other_words(group[0], name), f"amplifier facts leave {name}")):
            out.print(f"  {command}", markup=False, style="bold")


def _other_words(one: Stale, name: str) -> str:
    """The command that gives it others, if it may have them: what is held may be a correction of a post that is out."""
    rows = [row for row in delivery_views.views(post=one.post) if row.identity.account == one.account]
    held = next((row for row in reversed(rows) if row.state in (State.QUEUED, State.HELD)), None)
    return other_words(held, everywhere=True) if held else f"amplifier edit {name} 'other words'"


def _by_text(found: Sequence[Stale]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for one in found:
        texts.setdefault(one.text, []).append(one.account)
    return texts


def _list(names: Sequence[str], one: str, many: str) -> None:
    if names:
        console().print(f"\n{len(names)} {one if len(names) == 1 else many}:")
        for name in names:
            console().print(f"  {escape(name)}")


def _as_json(found: Review) -> dict[str, object]:
    return {
        "untrue": [
            {
                "post": post_name(one.stated.post),
                "account": one.stated.account,
                "sure": one.stated.is_sure,
                "url": one.stated.url or None,
                "text": one.stated.text,
                "facts": [{"fact": each.fact, "then": each.then, "now": each.now or None} for each in one.changed],
            }
            for one in found.untrue
        ],
        "held": [
            {
                "post": post_name(one.post),
                "account": one.account,
                "text": one.text,
                "why": one.why,
                "facts": [
                    {"fact": each.fact, "said": each.said, "then": each.then, "now": each.now or None}
                    for each in one.wrongs
                ],
            }
            for one in found.stale
        ],
        "coming": list(found.coming),
        "kit": list(found.kit),
    }
