"""`amplifier mentions`: the log of what others said, and what became of it."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from rich.markup import escape

from amplifier.campaign.mention import FollowUpNote, Logged, MentionKind, Status
from amplifier.cli.show.output import actor, console, say_json, wall_clock
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.field_types import nearest
from amplifier.install import Install, open_install
from amplifier.listen.oddity import oddities
from amplifier.networks import TITLES
from amplifier.schedule.playing import playing
from amplifier.settings import Settings
from amplifier.store import ledger
from amplifier.store.listening import mentions, quarantine

LONGEST_NOTE = 200
MANY = 20
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
    parser.add_argument("--kind", choices=list(MentionKind), action="append", help="only of this kind")
    parser.add_argument("--find", default="", metavar="WORDS", help="only with these words in text, notes or names")
    parser.add_argument("--private", action="store_true", help="with --json: also what not everybody may see")
    parser.add_argument("--older", type=int, default=0, metavar="ID", help="only older than this mention")
    parser.add_argument("--seen", type=int, metavar="STEPS", help="with mark: how many steps of it you had seen")
    parser.add_argument("--words", default="", metavar="MARK", help="with mark: which of its words you had seen")
    parser.add_argument("--edited", action="store_true", help="only those edited after somebody had dealt with them")
    parser.add_argument("--limit", type=int, default=MANY, help=f"how many (default: {MANY})")


def run(options: argparse.Namespace) -> int:
    """Show the log, newest first, or write down a step."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    if options.act == "mark":
        done = _mark(options)
        if options.json:
            told: dict[str, object] = {"mode": install.settings.mode.value, "private": options.private}
            told["mention"] = as_json(done.logged) if _may_say(done.logged, options) else _steps_as_json(done.logged)
            told |= {"quicker": [_step_as_json(step) for step in done.meanwhile], "edited_meanwhile": done.is_edited}
            say_json(told)
        else:
            _print_became(done, options, install.settings)
        return 1 if done.meanwhile or done.is_edited else 0
    if options.act == "aside":
        return _show_aside(install, options)
    chosen = mentions.Filter(
        statuses=tuple(Status(name) for name in options.statuses or ()),
        networks=tuple(options.network or ()),
        kinds=tuple(MentionKind(name) for name in options.kind or ()),
        words=options.find,
        private=False if options.json and not options.private else None,
        edited_since=options.edited,
    )
    limit = max(1, options.limit)
    found = mentions.mentions(chosen, older_than=options.older, limit=limit)
    older = found[-1].id if len(found) == limit else mentions.reach(chosen, older_than=options.older)
    if options.json:
        said: dict[str, object] = {"mode": install.settings.mode.value, "private": options.private}
        say_json(said | {"mentions": [as_json(one) for one in found], "older": older or None})
    else:
        _print_found(found, older, options, install.settings)
    return 0


def as_json(one: Logged) -> dict[str, object]:
    """A mention for programs."""
    mention = one.mention
    return {
        "network": mention.network,
        "account": mention.account,
        "kind": mention.kind.value,
        "visibility": mention.visibility.value,
        "author": mention.author_handle,
        "text": mention.text,
        "words": mention.fingerprint,
        "url": mention.url,
        "posted_at": mention.posted_at,
        "seen_at": one.seen_at,
        "edited_at": one.edited_at,
        "edited_since": one.edited_since,
        "about": mention.about or None,
        **_steps_as_json(one),
    }


def _may_say(one: Logged, options: argparse.Namespace) -> bool:
    """Whether its words may be in what programs get: a mention that not everybody may see is asked for by name."""
    return bool(options.private) or not one.mention.visibility.is_private


def _steps_as_json(one: Logged) -> dict[str, object]:
    """What we did about a mention, without anything that somebody else said."""
    return {"id": one.id, "status": one.status.value, "followups": [_step_as_json(step) for step in one.notes]}


def _step_as_json(step: FollowUpNote) -> dict[str, object]:
    return {"at": step.at, "actor": step.actor, "status": step.status.value, "note": step.note}


def _show_aside(install: Install, options: argparse.Namespace) -> int:
    """What listening could not understand; nobody has to do anything about it."""
    kept = quarantine.set_aside(limit=max(1, options.limit))
    piles = quarantine.piles()
    number = sum(pile.number for pile in piles)
    if options.json:
        said = [
            {"source": one.source, "place": one.aside.place, "at": one.at, "reason": one.aside.reason}
            | {"raw": one.aside.raw.decode(errors="replace") if options.private else None}
            for one in kept
        ]
        told: dict[str, object] = {"mode": install.settings.mode.value, "private": options.private}
        say_json(told | {"set_aside": said, "number": number})
        return 0
    out = console()
    stage = playing(install.settings)
    for one in kept:
        out.print(
            f"\n[bold]{escape(one.source)}[/]  {wall_clock(stage.campaign(one.at), install.settings.campaign.zone)}"
        )
        out.print(f"  {one.aside.reason}", markup=False)
        out.print(f"  {one.aside.raw[:FEW].decode(errors='replace')}", markup=False, style="dim")
    if len(kept) < number:
        out.print(f"\nThese are the newest {len(kept)} of {number}. All of them:")
        out.print(f"  amplifier mentions aside --limit {number}", markup=False, soft_wrap=True)
    if any(pile.is_full for pile in piles):
        out.print(f"\nThere may have been more: of one source no more than {quarantine.MOST} are kept.")
    if kept:
        out.print("\nNothing to do: all the rest was taken in, and a newer version of Amplifier tries these again.")
    else:
        out.print("Everything that was heard could be understood.")
    return 0


def _mark(options: argparse.Namespace) -> mentions.Followed:
    if options.id is None or options.status is None:
        raise UsageError("Which mention, and how is it? For example: amplifier mentions mark 1234 done")
    if options.status not in list(Status):
        raise UsageError(f"“{options.status}” is no status. {nearest(options.status, list(Status))}")
    if len(options.note) > LONGEST_NOTE:
        raise UsageError(f"A note has at most {LONGEST_NOTE} characters; this one has {len(options.note)}.")
    status, seen = Status(options.status), options.seen
    done = mentions.follow_up(
        options.id,
        status=status,
        note=options.note,
        actor=actor(),
        now=utc_now(),
        seen=seen and max(0, seen),
        words=options.words,
    )
    if done is None:
        raise UsageError(f"There is no mention {options.id}. All of them: amplifier mentions")
    return done


def _print_became(done: mentions.Followed, options: argparse.Namespace, settings: Settings) -> None:
    """What became of a step; nobody overtakes another, or is overtaken, without being told."""
    out, one = console(), done.logged
    if done.is_edited:
        out.print("[yellow]▲[/] Its author edited it since you read it. It stays marked as edited. Read it again:")
        out.print("  amplifier mentions --edited", markup=False)
    if done.meanwhile:
        kept = " Your note is kept." if options.note else ""
        quicker = f"Somebody else was quicker: {_as_said(done.meanwhile[-1], settings)}. That stands.{kept}"
        out.print(f"[yellow]▲[/] {escape(quicker)}")
        out.print("  To change it all the same:")
        paste = f"  amplifier mentions mark {one.id} {options.status} {_seen(one)}"
        out.print(paste, markup=False, soft_wrap=True)
        return
    out.print(f"[green]✓[/] {one.id} is {one.status.value} now.")
    if options.seen is None and done.before and done.before.actor != one.notes[-1].actor:
        out.print(f"  Before, {_as_said(done.before, settings)}.", markup=False)


def _as_said(step: FollowUpNote, settings: Settings) -> str:
    when = wall_clock(playing(settings).campaign(step.at), settings.campaign.zone)
    note = f" ({step.note})" if step.note else ""
    return f"{step.actor} marked it {step.status.value}{note} at {when}"


def _print_found(found: Sequence[Logged], older: int, options: argparse.Namespace, settings: Settings) -> None:
    """The mentions, how far back they go where there may be `older` ones, and what can be done."""
    out, stage = console(), playing(settings)

    def say_time(at: datetime) -> str:
        return wall_clock(stage.campaign(at), settings.campaign.zone)

    for one in found:
        _print(one, say_time, oddities(one.mention, settings))
    if older:
        out.print(f"\nThis goes back to {say_time(mentions.said_about(older))}. Further back:")
        out.print(f"  {_again(options)} --older {older}", markup=False, soft_wrap=True)
    elif not found:
        out.print("Nobody has said anything that fits. Mentions come in by themselves while the service runs.")
    if found:
        first = found[0]
        done = f"amplifier mentions mark {first.id} done {_seen(first)} --note 'answered in the hall'"
        out.print(f"\nDealt with one?  {done}", markup=False, soft_wrap=True)


def _seen(one: Logged) -> str:
    """What says which steps and which words somebody had seen, to paste."""
    words = one.mention.fingerprint
    return f"--seen {len(one.notes)}" + (f" --words {words}" if words else "")


def _again(options: argparse.Namespace) -> str:
    """The command with all its filters, to paste."""
    words = ["amplifier", "mentions"]
    for name, said in (("--is", options.statuses), ("--network", options.network), ("--kind", options.kind)):
        words += [part for value in said or () for part in (name, value)]
    words += [f"--find={options.find}"] if options.find.startswith("-") else []
    words += ["--find", options.find] if options.find and not options.find.startswith("-") else []
    words += ["--edited"] if options.edited else []
    return shlex.join([*words, "--limit", str(options.limit)] if options.limit != MANY else words)


def _print(one: Logged, say_time: Callable[[datetime], str], odd: Collection[str]) -> None:
    mention = one.mention
    out = console()
    when = say_time(mention.posted_at)
    how = f"[bold]{one.status.value}[/]  [dim]{mention.kind.value}[/]"
    if mention.visibility.is_private:
        how += f"  [yellow]⊘ {mention.visibility.mark}[/]"
    how += "".join(f"  [magenta]? {oddity}[/]" for oddity in odd)
    out.print(f"\n[bold]{one.id}[/]  {when}  {TITLES[mention.network]}  {how}")
    if one.is_off:
        out.print(f"  first seen {say_time(one.seen_at)}", style="dim")
    if one.edited_at:
        since = ", after somebody had dealt with it" if one.edited_since else ""
        out.print(f"  edited by its author{since} (seen {say_time(one.edited_at)})", style="yellow")
    out.print(f"  {mention.at_handle}: {mention.text}", markup=False)
    out.print(f"  {mention.url}", markup=False, style="dim", soft_wrap=True)
    for note in one.notes:
        out.print(f"  {say_time(note.at)} {note.actor}: {note.status.value}. {note.note}", markup=False)
