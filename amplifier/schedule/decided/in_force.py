"""The settings that the service works with: it reads settings.yaml at its start only, and commands go by the same."""

from __future__ import annotations

from datetime import datetime

from amplifier.clock import utc_now
from amplifier.errors import SettingsError, UsageError
from amplifier.settings import Settings, parse
from amplifier.store import heartbeats

BEAT = "settings"
CHANGED_SINCE = (
    "settings.yaml has changed since the service started, so what it works with is not known here. End the service and "
    "start it again: amplifier up"
)


def keep_settings(settings: Settings, *, now: datetime) -> None:
    """The worker works with these from now on: whoever decides something goes by them, whatever the file says then."""
    heartbeats.beat(BEAT, now=now, detail=settings.text)


def settings_in_force(settings: Settings) -> Settings:
    """Those that the worker was started with; `settings`, as the file has them now, where no worker is at work.

    Raises UsageError where the file has changed since the start and what it said then was not kept.
    """
    beats = heartbeats.heartbeats()
    worker = beats.get("worker")
    if worker is None or not heartbeats.is_alive(worker, utc_now()) or worker.detail in {"", settings.digest}:
        return settings
    try:
        kept = parse(beats[BEAT].detail) if BEAT in beats else None
    except SettingsError:  # another version of Amplifier reads them, and has other rules
        kept = None
    if kept is None or kept.digest != worker.detail:
        raise UsageError(CHANGED_SINCE)
    return kept
