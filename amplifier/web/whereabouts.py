"""Writes down where the pages are served, so that a rehearsal's links lead to this very process."""

from __future__ import annotations

import logging

from django.db import DatabaseError

from amplifier.clock import utc_now
from amplifier.store import heartbeats
from amplifier.web.admission import base_of

log = logging.getLogger("amplifier.web")
PART = "web"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  a server that listens on all addresses is reached by one


def announce(host: str, port: int) -> None:
    """Write down how this computer reaches it. A database that cannot be written now is no reason to serve nothing."""
    try:
        heartbeats.beat(PART, now=utc_now(), detail=base_of("127.0.0.1" if host in EVERYWHERE else host, port))
    except DatabaseError as error:
        log.warning("where the pages are could not be written down: %s", error)
