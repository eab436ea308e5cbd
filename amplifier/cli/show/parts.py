"""Which parts of the service are at work, as `status` says it, and what starts those that are not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from amplifier.cli.run.ports import answers
from amplifier.cli.show.output import console
from amplifier.install import Install
from amplifier.operate.starting import how_to_start
from amplifier.settings import Mode

AWAY = "is not running"
UNITS = ((86_400, "days"), (3600, "h"), (60, "min"))


def print_parts(install: Install, alive: Mapping[str, bool], silent: Mapping[str, timedelta], ill: str) -> None:
    """What ails the database, who is at work on it, and whether a rehearsal's networks are there."""
    out = console()
    if ill:
        out.print("[red]✕[/]", end=" ")
        out.print(ill.replace("\n", "\n  "), markup=False, soft_wrap=True)
    for name, lives in alive.items():
        since = name in silent and f"has said nothing for {lasting(silent[name])}: it hangs, or was killed"
        out.print(f"[green]✓[/] The {name} is at work." if lives else f"[red]✕[/] The {name} {since or AWAY}.")
    if not ill:
        away = (name for name, lives in alive.items() if not lives)
        for line in dict.fromkeys(how_to_start(install, alive, name) for name in away):
            out.print(f"  {line}", markup=False, soft_wrap=True)
    if any(alive.values()) and install.settings.mode is Mode.REHEARSAL and not answers(install.sandbox_port):
        out.print(f"[red]✕[/] The pretend networks do not answer at port {install.sandbox_port}.")
        out.print("  Run one by one: amplifier sandbox. Where they are on another port, give it to every part:")
        out.print("  AMPLIFIER_SANDBOX_PORT=PORT amplifier worker, and so the listener, the pages and this command.")


def lasting(time: timedelta) -> str:
    """A length of time in its largest unit that fills it twice."""
    seconds = int(abs(time).total_seconds())
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= 2 * size), (1, "s"))
    return f"{seconds // size} {unit}"
