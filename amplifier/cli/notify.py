"""`amplifier notify`: what people were told last, and `notify test`: whether each of them can be told."""

from __future__ import annotations

import argparse
import os

from rich.markup import escape

from amplifier.campaign.notice import Notice
from amplifier.cli.show.output import console, say_json, wall_clock
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.field_types import nearest
from amplifier.install import Install, open_install
from amplifier.notify.envelope import Envelope
from amplifier.notify.messenger import carry
from amplifier.notify.notify import MISSING, title
from amplifier.settings import Mode
from amplifier.store import ledger, notices

MOST, MOST_JSON = 20, 500
NOBODY = "Nobody is to be told anything: settings.yaml has no `notify`. See docs/settings.md."
REHEARSED = "This is a rehearsal: notices are shown here and on the wall, and nobody is sent anything."
TRIAL = "This is a test: Amplifier can reach you. There is nothing to do."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("action", nargs="?", choices=("test",), help="send one test notice to everybody, or to one")
    parser.add_argument("--to", metavar="NAME", help="with test: only to this recipient")


def run(options: argparse.Namespace) -> int:
    """Test, or list."""
    install = open_install(options.home, options.var, keyless=True)
    if options.action == "test":
        return _test(install, options)
    if options.to:
        raise UsageError("--to belongs to the test: amplifier notify test --to NAME")
    ledger.must_be_ready()
    return _list(install, options)


def _test(install: Install, options: argparse.Namespace) -> int:
    settings = install.settings
    people = {one.name: one for one in settings.notify}
    if options.to and options.to not in people:
        raise UsageError(
            f"There is no recipient “{options.to}” in settings.yaml. {nearest(options.to, people)}".rstrip()
        )
    chosen = [people[options.to]] if options.to else list(people.values())
    rehearsal = settings.mode is Mode.REHEARSAL
    answers: dict[str, str] = {}
    for one in () if rehearsal else chosen:
        address = os.environ.get(one.address, "").strip()
        answers[one.name] = carry(address, title=title(settings), body=TRIAL) if address else MISSING
    if options.json:
        said = [{"to": name, "told": not problem, "problem": problem or None} for name, problem in answers.items()]
        say_json({"mode": settings.mode.value, "recipients": [one.name for one in chosen], "answers": said})
    else:
        out = console()
        if not chosen or rehearsal:
            out.print(NOBODY if not chosen else REHEARSED)
        for name, problem in answers.items():
            out.print(
                f"[red]✕[/] {name} was not told: {escape(problem)}." if problem else f"[green]✓[/] {name} has it."
            )
    return 1 if any(answers.values()) or not chosen else 0


def _list(install: Install, options: argparse.Namespace) -> int:
    settings, envelope = install.settings, Envelope(install.key)
    found = notices.last_notices(MOST_JSON if options.json else MOST)
    troubles = notices.troubles(now=utc_now())
    if options.json:
        told = [_as_json(one, envelope) for one in found]
        waits = {name: {"waiting": number, "problem": problem} for name, (number, problem) in troubles.items()}
        say_json({"mode": settings.mode.value, "notices": told, "troubles": waits})
        return 1 if troubles else 0
    out = console()
    if settings.mode is Mode.REHEARSAL:
        out.print(REHEARSED)
    if not found:
        out.print("There was nothing to tell yet." if settings.notify else NOBODY)
    for one in found:
        mark = "[green]✓[/]" if one.told_at else ("[red]✕[/]" if one.problem else "[blue]◷[/]")
        out.print(f"{mark} {wall_clock(one.made_at, settings.campaign.zone)}  {one.recipient}")
        out.print(f"  {one.sentence}", markup=False)
        if link := envelope.open(one.link):
            out.print(f"  {link}", markup=False, soft_wrap=True)
    if any(one.link and not envelope.open(one.link) for one in found):
        out.print("Some of these have a link that cannot be shown: it is sealed, and AMPLIFIER_KEY opens it.")
    for name, (number, problem) in troubles.items():
        out.print(f"[red]✕[/] {name} has not been told {number} of these: {escape(problem)}. We go on trying.")
    return 1 if troubles else 0


def _as_json(one: Notice, envelope: Envelope) -> dict[str, object]:
    return {
        "to": one.recipient,
        "topic": one.topic.value,
        "sentence": one.sentence,
        "link": envelope.open(one.link) or None,
        "at": one.made_at,
        "told_at": one.told_at,
        "tries": one.tries,
        "problem": one.problem or None,
    }
