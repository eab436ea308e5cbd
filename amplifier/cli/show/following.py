"""Follow what was queued to its end, and show what became of it on each account."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn

from amplifier.campaign.post import PostId
from amplifier.cli.show.output import SHAPES, console, errors
from amplifier.clock import utc_now
from amplifier.operate.outcome import Outcome, outcomes
from amplifier.store import delivery_views, heartbeats

T = TypeVar("T")
EVERY_S = 0.2


def worker_is_alive() -> bool:
    """Whether somebody is there to carry it out."""
    return heartbeats.is_alive(heartbeats.heartbeats().get("worker"), utc_now())


def wait_for(look: Callable[[], T], is_over: Callable[[T], bool], *, what: str, seconds: float, quiet: bool) -> T:
    """What `look` sees once it is over, or after so many seconds; a terminal shows what is waited for."""
    deadline = time.monotonic() + seconds
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=errors(), disable=quiet or not sys.stderr.isatty(), transient=True) as progress:
        progress.add_task(what)
        while True:
            seen = look()
            if is_over(seen) or time.monotonic() > deadline:
                return seen
            time.sleep(EVERY_S)


def follow(post: PostId, ids: Collection[int], *, seconds: float, quiet: bool) -> tuple[Outcome, ...]:
    """How it ended on each account, or how it stands after so many seconds."""
    return wait_for(
        lambda: outcomes(delivery_views.views(post=post), ids),
        lambda found: all(one.is_resting for one in found),
        what="Waiting for the networks",
        seconds=seconds,
        quiet=quiet,
    )


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
