"""Who serves which request: the routing table, and what every part of the sandbox puts into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

from amplifier.sandbox.nouns import Network
from amplifier.sandbox.wire import Operation, Reply, Request


@dataclass(frozen=True)
class Route:
    """A line of the routing table. In `path`, `{name}` stands for one segment."""

    method: str
    path: str
    serve: Callable[[Request, dict[str, str]], Reply]
    network: Network | None = None
    operation: Operation = Operation.LOOK_UP


class Serving(Protocol):
    """A part of the sandbox that answers requests."""

    def routes(self) -> list[Route]:
        """What it serves."""


class Routes:
    """The routing table: exact paths at once, those with names in them by trying."""

    def __init__(self, routes: list[Route]) -> None:
        self._all = routes
        self._exact = {(route.method, route.path): route for route in routes if "{" not in route.path}
        self._named = [
            (route, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)))
            for route in routes
            if "{" in route.path
        ]

    def __iter__(self) -> Iterator[Route]:
        return iter(self._all)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Who serves this, and what the names in the path stand for."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact, {}
        for route, pattern in self._named:
            match = pattern.fullmatch(path) if route.method == method else None
            if match:
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return None
