"""How often somebody may name a secret address that there is not: enough to mistype, too seldom to be a nuisance."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

MOST = 30
WITHIN = timedelta(minutes=1)
KNOWN = 1000  # clients kept in mind; whoever guesses least recently is forgotten first


class Guesses:
    """Counts wrong addresses by client. An address has 256 bits: this spares the database, it guards no secret."""

    def __init__(self, *, most: int = MOST, within: timedelta = WITHIN) -> None:
        self._most = most
        self._within = within
        self._wrong: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def are_too_many(self, client: str, now: datetime) -> bool:
        """Whether this client named so many wrong addresses lately that it has to wait."""
        with self._lock:
            wrong = self._wrong.get(client)
            while wrong and wrong[0] <= now - self._within:
                wrong.popleft()
            return wrong is not None and len(wrong) >= self._most

    def count(self, client: str, now: datetime) -> None:
        """This client named one more."""
        with self._lock:
            wrong = self._wrong.pop(client, None) or deque(maxlen=self._most)
            wrong.append(now)
            self._wrong[client] = wrong
            if len(self._wrong) > KNOWN:
                del self._wrong[next(iter(self._wrong))]
