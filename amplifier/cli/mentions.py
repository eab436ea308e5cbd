"""`amplifier mentions`: the log of what others said, and what became of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime

from amplifier.campaign.mention import Kind, Logged, Status
from amplifier.cli.output import actor, console, say_json, wall_clock
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.place import Place, settle
from amplifier.schedule.playing import playing
from amplifier.settings import TITLES
from amplifier.store import ledger, mentions, quarantine
from amplifier.written import nearest

LONGEST_NOTE = 200
FEW = 300  # bytes of what could not be understood


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument(
        "act",
        nargs="?",
        choices=["list", "mark", "aside"],
        default="list",
        help="list (default), mark, or aside: what could not be understood",
    )
    parser.add_argument("id", nargs="?", type=int, help="the mention's number")
    parser.add_argument("status", nargs="?", help=f"one of: {', '.join(Status)}")
    parser.add_argument("--note", default="", help="a short note, kept with the step")
    parser.add_argument("--is", dest="statuses", choices=list(Status), action="append", help="only with this status")
    parser.add_argument("--network", choices=list(TITLES), action="append", help="only from this network")
    parser.add_argument("--kind", choices=list(Kind), action="append", help="only of this kind")
    parser.add_argument("--find", default="", metavar="WORDS", help="only with these words, or from this handle")
    parser.add_argument("--edited", action="store_true", help="only those edited after somebody had dealt with them")
    parser.add_argument("--limit", type=int, default=20, help="how many (default: 20)")


def run(options: argparse.Namespace) -> int:
    """Show the log, newest first, or write down a step."""
    place = settle(options.home, options.var)
    ledger.must_be_ready()
    if options.act == "mark":
        marked = _mark(options)
        if options.json:
            say_json({"mode": place.settings.mode.value, "mention": as_json(marked)})
        else:
            console().print(f"[green]✓[/] {marked.id} is {marked.status.value} now.")
        return 0
    if options.act == "aside":
        return _show_aside(place, options)
    chosen = mentions.Filter(
        statuses=tuple(Status(name) for name in options.statuses or ()),
        networks=tuple(options.network or ()),
        kinds=tuple(Kind(name) for name in options.kind or ()),
        words=options.find,
        edited_since=options.edited,
    )
    found = mentions.mentions(chosen, limit=max(1, options.limit))
    if options.json:
        say_json({"mode": place.settings.mode.value, "mentions": [as_json(one) for one in found]})
        return 0
    stage = playing(place.settings)
    for one in found:
        _print(one, lambda at: wall_clock(stage.campaign(at), place.settings.campaign.zone))
    if not found:
        console().print("Nobody has said anything that fits. Mentions come in by themselves while the service runs.")
    else:
        console().print(f"\nDealt with one?  amplifier mentions mark {found[0].id} done --note 'answered in the hall'")
    return 0


def as_json(one: Logged) -> dict[str, object]:
    """A mention for programs."""
    mention = one.mention
    return {
        "id": one.id,
        "network": mention.network,
        "account": mention.account,
        "kind": mention.kind.value,
        "author": mention.author_handle,
        "text": mention.text,
        "url": mention.url,
        "posted_at": mention.posted_at,
        "seen_at": one.seen_at,
        "edited_at": one.edited_at,
        "edited_since": one.edited_since,
        "about": mention.about or None,
        "status": one.status.value,
        "followups": [
            {"at": note.at, "actor": note.actor, "status": note.status.value, "note": note.note} for note in one.notes
        ],
    }


def _show_aside(place: Place, options: argparse.Namespace) -> int:
    """What listening could not understand; nobody has to do anything about it."""
    kept = quarantine.set_aside(limit=max(1, options.limit))
    if options.json:
        said = [
            {"source": one.source, "place": one.aside.place, "at": one.at, "reason": one.aside.reason}
            | {"raw": one.aside.raw.decode(errors="replace")}
            for one in kept
        ]
        say_json({"mode": place.settings.mode.value, "set_aside": said})
        return 0
    out = console()
    stage = playing(place.settings)
    for one in kept:
        out.print(f"\n[bold]{one.source}[/]  {wall_clock(stage.campaign(one.at), place.settings.campaign.zone)}")
        out.print(f"  {one.aside.reason}", markup=False)
        out.print(f"  {one.aside.raw[:FEW].decode(errors='replace')}", markup=False, style="dim")
    if kept:
        out.print("\nNothing to do: all the rest was taken in, and a newer version of Amplifier tries these again.")
    else:
        out.print("Everything that was heard could be understood.")
    return 0


def _mark(options: argparse.Namespace) -> Logged:
    if options.id is None or options.status is None:
        raise UsageError("Which mention, and how is it? For example: amplifier mentions mark 1234 done")
    if options.status not in list(Status):
        raise UsageError(f"“{options.status}” is no status. {nearest(options.status, list(Status))}")
    if len(options.note) > LONGEST_NOTE:
        raise UsageError(f"A note has at most {LONGEST_NOTE} characters; this one has {len(options.note)}.")
    now: datetime = utc_now()
    done = mentions.follow_up(options.id, status=Status(options.status), note=options.note, actor=actor(), now=now)
    if done is None:
        raise UsageError(f"There is no mention {options.id}. All of them: amplifier mentions")
    return done


def _print(one: Logged, say_time: Callable[[datetime], str]) -> None:
    mention = one.mention
    out = console()
    when = say_time(mention.posted_at)
    how = f"[bold]{one.status.value}[/]  [dim]{mention.kind.value}[/]"
    out.print(f"\n[bold]{one.id}[/]  {when}  {TITLES[mention.network]}  {how}")
    if one.is_off:
        out.print(f"  first seen {say_time(one.seen_at)}", style="dim")
    if one.edited_at:
        since = ", after somebody had dealt with it" if one.edited_since else ""
        out.print(f"  edited by its author{since} (seen {say_time(one.edited_at)})", style="yellow")
    out.print(f"  @{mention.author_handle}: {mention.text}", markup=False)
    out.print(f"  {mention.url}", markup=False, style="dim", soft_wrap=True)
    for note in one.notes:
        out.print(f"  {say_time(note.at)} {note.actor}: {note.status.value}. {note.note}", markup=False)
