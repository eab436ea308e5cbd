"""Up to when the ledger has all that any plan had: what is new in the files and was over by then, nobody has missed.

The planner looks days ahead, so what was in a plan is in the ledger long before it is due.
"""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from amplifier.schedule.stage import Stage
from amplifier.store import decisions


def settled_until(stage: Stage, zone: str, *, now: datetime) -> datetime | None:
    """The instant at which the plan was last carried out, if that was today the beginning of the campaign's day.

    What was to be later today is told as missed, also where its hour had passed when it came into the files. None
    where no plan was ever carried out.
    """
    last = decisions.last_carried_out()
    here = ZoneInfo(zone)
    today = datetime.combine(stage.campaign(now).astimezone(here).date(), time(), here)
    return None if last is None else min(last, stage.real(today))
