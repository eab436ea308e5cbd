"""The only place that reads the clock; everything else is told the time."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)
