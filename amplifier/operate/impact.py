"""What a deletion would break: how often a post was boosted and answered, asked before anybody agrees to it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from amplifier.campaign.correction import Stand
from amplifier.platforms.port import Platform, RemotePost

log = logging.getLogger("amplifier.deliver")


@dataclass(frozen=True)
class Impact:
    """How a post stands with its readers. None: not known. `is_gone`: the network says that it is not there any more.

    `reads`: what it says now, where that is not what we put there.
    """

    boosts: int | None = None
    replies: int | None = None
    is_gone: bool = False
    reads: str = ""

    def __str__(self) -> str:
        if self.is_gone:
            return "it is not there any more"
        if self.boosts is None and self.replies is None:
            return "not known"
        return f"{_count(self.boosts, 'boost', 'boosts')}, {_count(self.replies, 'reply', 'replies')}"


def look_at(
    stands: Iterable[Stand],
    platforms: Mapping[str, Platform],
    *,
    may_read: Callable[[str], bool],
    seconds: float,
) -> dict[str, Impact]:
    """What would break on each account, asked of all at once; after so many seconds the rest is not known.

    `may_read` says whether an account may be asked. Where there is no money for a look, nothing is known.
    """
    out = [one for one in stands if one.out]
    found = {one.account: Impact() for one in out}
    answers: SimpleQueue[tuple[str, Impact]] = SimpleQueue()
    asked = 0
    for one in out:
        platform = platforms.get(one.account)
        if platform is not None and may_read(one.account):
            Thread(target=_ask, args=(one, platform, answers), name=f"look {one.account}", daemon=True).start()
            asked += 1
    until = time.monotonic() + seconds
    for _ in range(asked):
        try:
            account, breaks = answers.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        found[account] = breaks
    return found


def _ask(one: Stand, platform: Platform, answers: SimpleQueue[tuple[str, Impact]]) -> None:
    breaks = Impact()
    try:
        if one.out and one.out.receipt:
            seen = platform.read(one.out.receipt.remote_id, one.text)
            breaks = _impact(seen)
    except Exception as error:  # noqa: BLE001  whatever it is, then it is not known
        log.info("could not be asked account=%s error=%s", one.account, type(error).__name__)
    answers.put((one.account, breaks))


def _impact(seen: RemotePost | None) -> Impact:
    if seen is None:
        return Impact(is_gone=True)
    return Impact(seen.boosts, seen.replies, reads="" if seen.says_the_same else seen.text)


def _count(number: int | None, one: str, several: str) -> str:
    return f"{several} not known" if number is None else f"{number} {one if number == 1 else several}"
