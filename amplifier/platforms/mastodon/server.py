"""What one server of the family says of itself: how long a post may be, and by its software how it counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from amplifier.platforms.capabilities import RELATIVES, TABLE
from amplifier.policy import LINKS

# Without a slash at the end: Mastodon.py writes one, and some servers send it on from there.
INSTANCES = ("/api/v2/instance", "/api/v1/instance")
NODEINFO = "/.well-known/nodeinfo"
LEAST, DIGITS = 50, 8  # a limit below the one is no place to post, and one of so many digits is none
USUAL, LINK_DIGITS = TABLE["mastodon"].link_cost, 3  # what a link counts; more than 999 nobody can mean
COMPATIBLE = re.compile(r"\(compatible; (\w+)|^(\w+)/", re.ASCII)


class Server:
    """`ask` gives the JSON under a path of the server; `is_lacking` whether that failed since there is no such path."""

    def __init__(self, ask: Callable[[str], Any], is_lacking: Callable[[], bool]) -> None:
        self._ask = ask
        self._is_lacking = is_lacking
        self._software: str | None = None  # by its nodeinfo, once that was asked

    def told(self) -> tuple[int | None, str | None]:
        """How long a post may be, and how it is counted.

        The limit is 0 where the server does not say. The way to count is one of `policy.Counts`, or `policy.LINKS` with
        what a link counts; empty where the server is none of those that are known to count otherwise than Mastodon.
        Each is None where it could not be asked now.
        """
        limit: int | None = None
        for path in INSTANCES:
            try:
                found = self._ask(path)
                limit = _limit(found)
            except Exception:  # noqa: BLE001 - a server that says it in no way we know is no trouble
                limit = limit or (0 if self._is_lacking() else None)
                continue
            if limit:
                return limit, self._counts(found)
        return limit, None if limit is None else ""

    def _counts(self, instance: Mapping[str, Any]) -> str | None:
        name = _software(instance) or self._by_nodeinfo()
        if name is None:
            return None
        return RELATIVES[name].counts.value if name in RELATIVES else _links(instance)

    def _by_nodeinfo(self) -> str | None:
        """The software's name as nodeinfo tells it (nodeinfo.diaspora.software), always asked of this very server."""
        if self._software is None:
            try:
                links = self._ask(NODEINFO)["links"]
                newest = max(str(link["href"]) for link in links if "nodeinfo" in str(link["rel"]))
                self._software = str(self._ask(urlsplit(newest).path)["software"]["name"]).lower()
            except Exception:  # noqa: BLE001 - as above
                self._software = "" if self._is_lacking() else None
        return self._software


def _limit(instance: Any) -> int:
    """The limit as Mastodon tells it, or as its older relatives do; 0 where that is nothing that anybody can mean."""
    statuses = (instance.get("configuration") or {}).get("statuses") or {}
    said = str(statuses.get("max_characters") or instance.get("max_toot_chars") or "")
    limit = int(said) if said.isascii() and said.isdecimal() and len(said) < DIGITS else 0
    return limit if limit >= LEAST else 0


def _links(instance: Mapping[str, Any]) -> str:
    """What a link counts, where the server says so and it is not what it counts on every Mastodon."""
    said = str(((instance.get("configuration") or {}).get("statuses") or {}).get("characters_reserved_per_url") or "")
    cost = int(said) if said.isascii() and said.isdecimal() and len(said) <= LINK_DIGITS else USUAL
    return "" if cost == USUAL else f"{LINKS} {cost}"


def _software(instance: Mapping[str, Any]) -> str:
    """The software's name from the version, such as `2.7.2 (compatible; Pleroma 2.6.50)`, or from its source."""
    named = COMPATIBLE.search(str(instance.get("version") or ""))
    if named:
        return str(named[1] or named[2]).lower()
    name = urlsplit(str(instance.get("source_url") or "")).path.rstrip("/").rpartition("/")[2].lower()
    return name if name in {*RELATIVES, "mastodon"} else ""
