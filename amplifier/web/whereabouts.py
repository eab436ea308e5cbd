"""Writes down where the pages are served, so that a rehearsal's links lead to this very process."""

from __future__ import annotations

import logging

from django.db import DatabaseError

from amplifier.clock import utc_now
from amplifier.store import heartbeats

log = logging.getLogger("amplifier.web")
PART = "web"


def announce(host: str, port: int) -> None:
    """Write it down. A database that cannot be written now is no reason to serve nothing."""
    try:
        heartbeats.beat(PART, now=utc_now(), detail=f"http://{host}:{port}")
    except DatabaseError as error:
        log.warning("where the pages are could not be written down: %s", error)
