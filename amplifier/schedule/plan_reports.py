"""What the planner says of itself with its heartbeat: files refused, posts not worked out, or no work at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from amplifier.errors import Problem
from amplifier.store import heartbeats

PLAN_BEAT = "plan"


class PlanReports:
    """Keeps the heartbeat of the planner at what is wrong now: nothing, refused files, or a failure."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._refused: Sequence[Problem] = ()
        self._failed = False
        self._posts: dict[str, Sequence[Problem]] = {}

    def files(self, problems: Sequence[Problem]) -> None:
        """What is wrong with the files; nothing once they are taken."""
        self._refused = problems
        self._write(self._wrong())

    def posts(self, what: str, problems: Sequence[Problem]) -> None:
        """Of which posts `what` could not be worked out, while all others go on; nothing once that can be done."""
        if list(problems) != list(self._posts.get(what, ())):
            known = {**self._posts, what: problems}
            self._write(_all(self._refused, known))
            self._posts = known  # not before: where the database is busy, the next time writes it down

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Whatever goes wrong within is written down before it is raised, and taken back once it went well."""
        try:
            yield
        except Exception as error:
            self._failed = True
            self._write([*self._wrong(), _failed(error)])
            raise
        if self._failed:
            self._write(self._wrong())
            self._failed = False  # as above

    def _wrong(self) -> list[Problem]:
        return _all(self._refused, self._posts)

    def _write(self, problems: Sequence[Problem]) -> None:
        heartbeats.beat(PLAN_BEAT, now=self._now(), detail=json.dumps([problem.as_json() for problem in problems]))


def _all(refused: Sequence[Problem], posts: Mapping[str, Sequence[Problem]]) -> list[Problem]:
    return [*refused, *(problem for found in posts.values() for problem in found)]


def _failed(error: Exception) -> Problem:
    message = f"The planner fails ({type(error).__name__}): what was changed or decided since is not carried out."
    hint = "Take back what was changed last (amplifier edit POST --undo, skip POST --undo). The worker's log says more."
    return Problem("", 0, "plan_failed", message, hint)
