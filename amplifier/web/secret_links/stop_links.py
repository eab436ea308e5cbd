"""Which stop links there are, known without asking the database while somebody waits: it may be what is wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.db import DatabaseError

from amplifier.campaign.secret_link import TOKEN
from amplifier.errors import DatabaseTrouble
from amplifier.store import secret_links
from amplifier.store.holding.stop_links import version, write_down, written
from amplifier.web.frame import install

REFRESH_S = 0.5
log = logging.getLogger("amplifier.web")


class UnknownError(Exception):
    """Neither database nor file has ever told which links there are."""


class StopLinks:
    """The stop links in use as the database told last, or as the file beside STOP says since."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self._known: Mapping[str, int] | None = None
        self._version = (0, 0)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_fresh, name="stop links", daemon=True)

    def start(self) -> None:
        """Learn them from the database as soon as it answers, and keep up with it."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the database nothing more."""
        self._stopping.set()

    def number_of(self, token: str) -> int | None:
        """The number of the link with this token; None if there is none. Never asks the database.

        Raises UnknownError if nobody can tell.
        """
        with self._lock:
            now = version(self._var)
            if self._known is None or now != self._version:  # a command made or ended some
                found = written(self._var)
                self._known, self._version = self._known if found is None else found, now
            if self._known is None:
                raise UnknownError
            return self._known.get(secret_links.digest_of(token)) if TOKEN.fullmatch(token) else None

    def refresh(self) -> None:
        """Take over what the database says, and write it down. If it says nothing, what is known stays."""
        try:
            found = secret_links.stop_links()
        except (DatabaseError, DatabaseTrouble) as error:
            log.warning("stop links cannot be read", exc_info=error)
            return
        with self._lock:
            self._known = found
            if written(self._var) != found:
                try:
                    write_down(self._var, found)
                except OSError as error:
                    log.warning("stop links cannot be written down: %s", error)
            self._version = version(self._var)

    def _keep_fresh(self) -> None:
        while not self._stopping.is_set():
            self.refresh()
            self._stopping.wait(REFRESH_S)


@cache
def stop_links() -> StopLinks:
    """Those of the install that this process serves."""
    return StopLinks(install().var)
