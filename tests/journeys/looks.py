"""How many requests a doubtful post costs its account: a full two hours of own posts, lost answers, and every look."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.clock import utc_now
from amplifier.errors import OutcomeUnknown
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.port import Part, Platform, Sought
from amplifier.platforms.registry import connect
from amplifier.sandbox.server import Sandbox
from tests.contract.places import TOKEN, SandboxPlace, Vault

MOST = 5  # requests for a post in doubt, with 100 own posts in the time that is looked through
SETTLE, AGAIN, MARGIN = timedelta(seconds=90), timedelta(seconds=60), timedelta(hours=2)


@dataclass(frozen=True)
class Cost:
    """What the looks asked in all, how many posts were in doubt, and how many of them were found."""

    requests: int
    doubts: int
    found: int

    @property
    def each(self) -> float:
        """Requests for each post in doubt."""
        return self.requests / self.doubts


class Street:
    """A sandbox that counts what its networks are asked, on a clock that is set."""

    def __init__(self, folder: Path) -> None:
        self._sandbox = Sandbox(folder / "world.sqlite3", port=0, token=TOKEN)
        self._sandbox.start()
        self._world = SandboxControl(self._sandbox.port, TOKEN)
        self._now = utc_now()
        self._asked = 0
        find = self._sandbox.routes.find

        def counted(method: str, path: str) -> Any:
            found = find(method, path)
            self._asked += found is not None and found[0].network is not None
            return found

        self._sandbox.routes.find = counted  # type: ignore[method-assign]

    def close(self) -> None:
        self._sandbox.stop()

    def now(self) -> datetime:
        return self._now

    def cost(self, network: str, *, own: int = 100, doubts: int = 5, there: bool) -> Cost:
        """`own` posts that no delivery owns, one a minute, and then `doubts` lost answers to words like them."""
        self._pass(MARGIN + AGAIN)
        account = SandboxPlace(network, f"http://127.0.0.1:{self._world.port}").account()
        adapter = connect(network, replace(account.connection, read_timeout=10.0), Vault(), self.now)
        adapter.verify()
        self._publish(adapter, network, "Good morning")
        self._pass(MARGIN)
        for number in range(own):
            self._pass(timedelta(minutes=1))
            self._publish(adapter, network, f"Polls close in {own - number} minutes, says {number} #Lab23")
        lost = []
        for number in range(doubts):
            fault = "cut_after" if there else "cut_before"
            self._world.fault(network=network, operation="publish", kind=fault)
            at = self.now()
            lost.append((self._publish(adapter, network, f"Polls close in {number} minutes & more, says 7 #Lab23"), at))
            self._pass(timedelta(seconds=5))
        return self._looks(adapter, TABLE[network].looks, lost)

    def _looks(self, adapter: Platform, looks: int, lost: list[tuple[bytes, datetime]]) -> Cost:
        self._pass(SETTLE)
        before, found = self._asked, 0
        waiting = list(lost)
        for _ in range(looks):
            seen = [one for one in waiting if adapter.find(Sought(one[0], one[1] - MARGIN, frozenset()))]
            found += len(seen)
            waiting = [one for one in waiting if one not in seen]
            self._pass(AGAIN)
        return Cost(self._asked - before, len(lost), found)

    def _publish(self, adapter: Platform, network: str, text: str) -> bytes:
        key = str(uuid.uuid4())
        if network == "bluesky":
            letters = "234567abcdefghijklmnopqrstuvwxyz"
            key = "3" + "".join(letters[byte % 32] for byte in uuid.uuid4().bytes[:12])
        request = adapter.prepare(Part(text, "en"), key, self.now())
        with suppress(OutcomeUnknown):
            adapter.publish(request)
        return request

    def _pass(self, by: timedelta) -> None:
        self._now += by
        self._world.clock(self._now)
