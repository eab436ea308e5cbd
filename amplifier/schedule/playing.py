"""Where the campaign plays now, for whoever shows times: its own days when live, the ledger's stage in a rehearsal."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from amplifier.schedule.stage import LIVE, Stage
from amplifier.settings import Mode, Settings
from amplifier.store import ledger


def playing(settings: Settings) -> Stage:
    """The map between campaign time and real time that is in force; before the first plan, campaign time is real."""
    opened = ledger.ledger()
    if settings.mode is Mode.LIVE or opened is None or not opened.stage:
        return LIVE
    return Stage.from_json(opened.stage)


def this_year(settings: Settings, *, now: datetime) -> int:
    """The year that it is in the campaign at this instant: a time in another is shown with its year."""
    return playing(settings).campaign(now).astimezone(ZoneInfo(settings.campaign.zone)).year
