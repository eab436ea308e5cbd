"""Asking a person about each post that a stop held back, and how many these are in words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta

from amplifier.campaign.delivery import DeliveryView
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.cli.show.output import as_said, console, errors, inset
from amplifier.clock import utc_now
from amplifier.schedule.program import post_name

UNITS = ((86_400, "days"), (3600, "h"), (60, "min"))
ANSWERS = """\
  y     it goes out
  n     it stays held
  all   this one and all after it
  none  neither this one nor any after it"""


def ask_about(held: Sequence[DeliveryView], *, yes: bool, meanwhile: bool = False) -> tuple[DeliveryView, ...] | None:
    """Those that a person lets go on; None if there is nobody to ask, or they break off.

    `meanwhile`: they came due while the person was answering about others.
    """
    if yes or not held:  # what somebody kept back by name, nobody lets go unasked
        return tuple(row for row in held if row.reason != HoldReason.KEPT)
    out = console()
    came = f" came due while you answered, and {'is' if len(held) == 1 else 'are'} held"
    out.print(f"\n{counted(held, 'more ' * meanwhile)}{came if meanwhile else ''}. Answer with\n{ANSWERS}")
    chosen: list[DeliveryView] = []
    for number, row in enumerate(held, 1):
        out.print(f"\n[bold]{number} of {len(held)}[/]  ", end="")
        now = utc_now()
        late, left = _lasting(now - row.due_at), _lasting(row.too_late_at - now)
        by_hand = ", by hand" if row.reason == HoldReason.HAND_OFF else ""
        out.print(f"{named_post(row)}{by_hand}, {late} late, too late in {left}", markup=False)
        out.print(inset(row.text, width=out.width), markup=False, soft_wrap=True)
        match _answer():
            case "y" | "yes":
                chosen.append(row)
            case "all":
                return (*chosen, *held[number - 1 :])
            case "none":
                return tuple(chosen)
            case None:
                return None
            case _:
                continue
    return tuple(chosen)


def _answer() -> str | None:
    if not sys.stdin.isatty():
        errors().print("Nobody is there to ask. Add --yes, or name what may go on with --post.")
        return None
    while True:
        try:
            said = input("Let it go on? [y/n/all/none] ").strip().lower()
        except EOFError:
            print()
            return None
        if said in ("y", "yes", "n", "no", "all", "none"):
            return said


def counted(rows: Sequence[DeliveryView], more: str = "") -> str:
    """How many these are: a post on three accounts is three deliveries, as the end of this command counts them."""
    posts, held = len({row.identity.post for row in rows}), "" if more else "held "
    if posts == len(rows):
        return f"{posts} {more}{held}post{'s' * (posts > 1)}"
    return f"{len(rows)} {more}{held}deliveries of {posts} post{'s' * (posts > 1)}"


def named_post(row: DeliveryView) -> str:
    """A post as the lists of this command name it: its time, its account, its name."""
    return f"{as_said(row.wall_time)}  {row.identity.account}  {post_name(row.identity.post)}"


def _lasting(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= 2 * size), (1, "s"))
    return f"{seconds // size} {unit}"
