"""X's price list as requests: what each may cost at worst, and what an answer did cost (docs.x.com, pricing)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplifier.platforms.capabilities import TABLE
from amplifier.policy import MICROS

ROW = TABLE["x"]
READS = "GET"
MOST = 100  # things that one answer can hold, where the request does not say


@dataclass(frozen=True)
class XCharge:
    """One request: at most `most` things at `each` (millionths of a US dollar), and the users that come with them.

    X's list does not say whether a user who comes with a post is billed (`expansions`); the worst is that each is.
    """

    kind: str
    most: int
    each: int
    user: int = 0

    @property
    def worst(self) -> int:
        """A full answer."""
        return self.most * (self.each + self.user)

    def cost(self, answer: Mapping[str, Any]) -> int:
        """What is in this answer; an empty one is free, and of one that cannot be counted the worst is believed."""
        included = answer.get("includes") or {}
        users = (included.get("users") or []) if isinstance(included, dict) else None
        if not isinstance(users, list):
            return self.worst
        return _number(answer.get("data")) * self.each + len(users) * self.user


def charge(method: str, path: str, query: Mapping[str, Any]) -> XCharge | None:
    """What this request costs; None for what changes something, which is paid for with its intent."""
    if method != READS:
        return None
    user = _micros(ROW.price_user) if "expansions" in query else 0
    most = int(query.get("max_results") or MOST)
    path = path.partition("?")[0]
    if path == "/2/users/me":
        return XCharge("account", 1, _micros(ROW.price_user))
    if re.fullmatch(r"/2/users/\w+/tweets", path):
        return XCharge("look", most, _micros(ROW.price_read_own), user)
    if re.fullmatch(r"/2/users/\w+/mentions", path):
        return XCharge("mentions", most, _micros(ROW.price_read_own), user)
    if re.fullmatch(r"/2/tweets/\w+", path):
        return XCharge("read", 1, _micros(ROW.price_read), user)
    return XCharge("search", most, _micros(ROW.price_read), user)


def _number(data: Any) -> int:
    if isinstance(data, list):
        return len(data)
    return 1 if data else 0


def _micros(dollars: float) -> int:
    return round(dollars * MICROS)
