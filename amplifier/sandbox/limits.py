"""How often each network lets an account call, as documented, and what it says about it in its headers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum

from amplifier.sandbox.nouns import Network, iso


class RateLimit(Enum):
    """A name, how many points, in how many seconds. Sources: facts of each network's rate-limit page."""

    # As on docs.x.com under x-api/fundamentals/rate-limits on 2026-08-22.
    X_PUBLISH = ("x publish", 100, 900)
    X_TIMELINE = ("x timeline", 900, 900)
    X_MENTIONS = ("x mentions", 300, 900)
    X_SEARCH = ("x search", 300, 900)
    X_ME = ("x me", 75, 900)
    X_READ = ("x read", 900, 900)
    X_DELETE = ("x delete", 50, 900)
    # As on docs.bsky.app under advanced-guides/rate-limits, where a create costs 3 points and a put 2.
    BLUESKY_WRITES = ("bluesky writes", 5000, 3600)
    BLUESKY_WRITES_DAY = ("bluesky writes a day", 35000, 86400)
    BLUESKY_LOGIN = ("bluesky login", 30, 300)
    BLUESKY_LOGIN_DAY = ("bluesky login a day", 300, 86400)
    BLUESKY_ALL = ("bluesky all", 3000, 300)
    # As on docs.joinmastodon.org under api/rate-limits.
    MASTODON_ALL = ("mastodon all", 300, 300)
    MASTODON_STATUSES = ("mastodon statuses", 300, 10800)
    MASTODON_DELETES = ("mastodon deletes", 30, 1800)

    @property
    def limit(self) -> int:
        """Points in one window."""
        return int(self.value[1])

    @property
    def window_ms(self) -> int:
        """The window's length in milliseconds."""
        return int(self.value[2]) * 1000


@dataclass(frozen=True)
class Allowance:
    """What is left of a budget after a call; `granted` is False if the call went beyond it."""

    granted: bool
    limit: int
    remaining: int
    reset_ms: int
    window_s: int


class RateLimits:
    """Counts the calls of each account. Kept in memory only: a restart forgets them, as a new window would."""

    def __init__(self, *, enforced: bool = True) -> None:
        self.enforced = enforced
        self._lock = threading.Lock()
        self._spent: dict[tuple[RateLimit, str], tuple[int, int]] = {}

    def spend(self, budget: RateLimit, who: str, *, now_ms: int, points: int = 1) -> Allowance:
        """Take points from a budget; its window begins with the first call. Beyond the limit none are taken."""
        with self._lock:
            begun, used = self._spent.get((budget, who), (now_ms, 0))
            if not begun <= now_ms < begun + budget.window_ms:  # also when the clock was set back
                begun, used = now_ms, 0
            granted = not self.enforced or used + points <= budget.limit
            if granted and self.enforced:
                used += points
            self._spent[budget, who] = (begun, used)
            left = budget.limit - used
            return Allowance(granted, budget.limit, left, begun + budget.window_ms, budget.window_ms // 1000)


def headers_of(network: Network, allowance: Allowance) -> dict[str, str]:
    """What a network tells about a budget in the headers of its answers."""
    reset_s = str(-(-allowance.reset_ms // 1000))
    match network:
        case Network.X:
            return {
                "x-rate-limit-limit": str(allowance.limit),
                "x-rate-limit-remaining": str(allowance.remaining),
                "x-rate-limit-reset": reset_s,
            }
        case Network.BLUESKY:
            return {
                "RateLimit-Limit": str(allowance.limit),
                "RateLimit-Remaining": str(allowance.remaining),
                "RateLimit-Reset": reset_s,
                "RateLimit-Policy": f"{allowance.limit};w={allowance.window_s}",
            }
        case Network.MASTODON:
            return {
                "X-RateLimit-Limit": str(allowance.limit),
                "X-RateLimit-Remaining": str(allowance.remaining),
                "X-RateLimit-Reset": iso(allowance.reset_ms),
            }
