"""What the sandbox keeps beside the posts: JSON values by name, and what people at the wall wish for."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from amplifier.sandbox.pretend_clock import now_ms

__all__ = ["Notes", "Wish", "now_ms"]  # here the rest of the sandbox asks for the time


@dataclass(frozen=True)
class Wish:
    """Something the service is asked to do, and when it was asked."""

    number: int
    name: str
    at_ms: int


class Notes:
    """Values by name and wishes, in the world's file and under its lock."""

    def __init__(self, file: sqlite3.Connection, lock: threading.RLock, touch: Callable[[], None]) -> None:
        self._file = file
        self.lock = lock
        self.touch = touch

    def keep(self, name: str, value: Any) -> None:
        """Keep a JSON value under a name, replacing the one before."""
        with self.lock:
            self._file.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, json.dumps(value)))
            self.touch()

    def kept(self, name: str) -> Any:
        """The JSON value under a name, or None."""
        with self.lock:
            row = self._file.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def wish(self, name: str) -> None:
        """Somebody at the wall wishes for something."""
        with self.lock:
            self._file.execute("INSERT INTO wishes (name, at_ms, given) VALUES (?, ?, 0)", (name, now_ms()))
            self.touch()

    def take_wishes(self) -> list[Wish]:
        """The wishes that nobody has taken yet; from now on they are taken."""
        with self.lock:
            query = "UPDATE wishes SET given = 1 WHERE given = 0 RETURNING number, name, at_ms"
            return sorted((Wish(*row) for row in self._file.execute(query)), key=lambda wish: wish.number)
