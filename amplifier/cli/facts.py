"""`amplifier facts`: what is out and no longer so, what changed with it; and letting a post stand all the same."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from rich.markup import escape

from amplifier.cli.output import actor, console, say_json, wall_clock
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.place import settle
from amplifier.schedule.change import program_in_force
from amplifier.schedule.facts import MILESTONE, Changed, Untrue
from amplifier.schedule.program import post_name
from amplifier.schedule.review import Review, find_out, leave, review
from amplifier.settings import Settings
from amplifier.store import ledger


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("what", nargs="?", choices=["list", "leave"], default="list")
    parser.add_argument("post", nargs="?", help="with leave: the post that may stand as it is")
    parser.add_argument("--reason", default="", help="with leave: why; kept with the decision")


def run(options: argparse.Namespace) -> int:
    """Say it, or write the decision down: 0 if nothing that is out is untrue, else 1."""
    place = settle(options.home, options.var)
    ledger.must_be_ready()
    program = program_in_force(place.settings)
    now = utc_now()
    if options.what == "leave":
        if not options.post:
            raise UsageError("Which post may stand? For example: amplifier facts leave debate-soon")
        post = find_out(program, options.post)
        decision = leave(program, post, actor=actor(), reason=options.reason, now=now)
        if options.json:
            say_json({"mode": place.settings.mode.value, "decision": decision.id, "left": post_name(post)})
        else:
            console().print(f"[green]✓[/] {post_name(post)} stays as it is (decision {decision.id}).")
            console().print("You are not asked again unless the same fact changes once more.")
        return 0
    found = review(program, now=now)
    if options.json:
        say_json({"mode": place.settings.mode.value, **_as_json(found)})
    else:
        _tell(found, program.settings)
    return 1 if found.untrue else 0


def said_change(change: Changed, settings: Settings) -> str:
    """A change as people say it: debate: Tue 10 Oct 14:40, now 15:20."""
    kind, _, name = change.fact.partition(".")
    what = (name or kind).replace("_", " ")
    if not change.fact.startswith(MILESTONE):
        return f"{what}: {change.then}, now {change.now or 'not there any more'}"
    zone = settings.campaign.zone
    then = wall_clock(datetime.fromisoformat(change.then), zone)
    if not change.now:
        return f"{what}: {then}, now not in the plan any more"
    now = wall_clock(datetime.fromisoformat(change.now), zone)
    same_day = then.rsplit(" ", 1)[0] == now.rsplit(" ", 1)[0]
    return f"{what}: {then}, now {now.rsplit(' ', 1)[1] if same_day else now}"


def _tell(found: Review, settings: Settings) -> None:
    out = console()
    if not found.untrue:
        out.print("[green]✓[/] Nothing that is out has become untrue.")
    by_post: dict[str, list[Untrue]] = {}
    for one in found.untrue:
        by_post.setdefault(post_name(one.stated.post), []).append(one)
    for name, group in by_post.items():
        out.print(f"[red]✕[/] [bold]{name}[/] is out and no longer so")
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
    _list(found.coming, "coming post has other words since; it goes out as it is so now",
          "coming posts have other words since; they go out as it is so now")  # fmt: skip
    _list(found.kit, "wording in the share kit states what changed; it says what is so now",
          "wordings in the share kit state what changed; they say what is so now")  # fmt: skip


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
        "coming": list(found.coming),
        "kit": list(found.kit),
    }
