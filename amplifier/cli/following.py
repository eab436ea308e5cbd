"""Follow what was queued to its end, and show what became of it on each account."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn

from amplifier.campaign.post import PostId
from amplifier.cli.output import SHAPES, console, errors
from amplifier.clock import utc_now
from amplifier.deliver.outcome import Outcome, outcomes
from amplifier.store import heartbeats, journeys

SILENT_AFTER = timedelta(seconds=10)
EVERY_S = 0.2


def worker_is_alive() -> bool:
    """Whether somebody is there to carry it out."""
    beat = heartbeats.heartbeats().get("worker")
    return beat is not None and utc_now() - beat.at < SILENT_AFTER


def follow(post: PostId, ids: Collection[int], *, seconds: float, quiet: bool) -> tuple[Outcome, ...]:
    """How it ended on each account, or how it stands after so many seconds."""
    deadline = time.monotonic() + seconds
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=errors(), disable=quiet or not sys.stderr.isatty(), transient=True) as progress:
        progress.add_task("Waiting for the networks")
        while True:
            found = outcomes(journeys.journeys(post=post), ids)
            if all(one.is_resting for one in found) or time.monotonic() > deadline:
                return found
            time.sleep(EVERY_S)


def tell(found: Sequence[Outcome], left: Mapping[str, str], *, alive: bool) -> None:
    """The table, and what to do about what is not done."""
    out = console()
    for one in found:
        shape, colour = SHAPES[one.state]
        where = f"  {escape(one.url)}" if one.url else ""
        out.print(f"[{colour}]{shape}[/] {one.account}: {escape(one.sentence)}{where}", soft_wrap=True)
    for account, why in left.items():
        out.print(f"[dim]-[/] {account}: {escape(why)}", soft_wrap=True)
    if not alive:
        out.print("No worker is running, so nothing happens yet. Start one: amplifier up")
    elif any(not one.is_done for one in found):
        out.print("What is not done yet: amplifier status")


def as_json(one: Outcome) -> dict[str, object]:
    """An outcome for programs."""
    return {
        "account": one.account,
        "state": one.state.value,
        "done": one.is_done,
        "sentence": one.sentence,
        "url": one.url or None,
    }
