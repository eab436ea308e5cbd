"""What a restored database takes for perhaps out already, when the files have gone on since the backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amplifier.campaign.delivery import State
from amplifier.cli.restore import _Marker
from amplifier.install import Install
from amplifier.schedule.planner import Planner
from amplifier.store import delivery_views
from amplifier.store.holding import restored
from tests.schedule import homes
from tests.schedule.homes import EIGHT, Home

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
SLOT = """campaign: lab23
milestones:
  debate: 2023-10-09 14:40
slots:
  - name: fixed
    template: lab23/soon
    at: 2023-10-06 {}
"""
IN_TIME = datetime(2023, 10, 6, 11, 5, tzinfo=UTC)  # five past twelve in Liverpool
TOO_LATE = datetime(2023, 10, 6, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("now", [IN_TIME, TOO_LATE])
def test_what_was_moved_forward_since_the_backup_may_be_out_and_is_looked_for(tmp_path: Path, now: datetime) -> None:
    homes.open_ledger(EIGHT)
    home, settings = Home(tmp_path), homes.settings()
    home.write("schedules/small.yaml", SLOT.format("18:00"))
    Planner(home.path, settings, now=lambda: EIGHT).refresh()
    home.write("schedules/small.yaml", SLOT.format("12:00"))

    header: Any = SimpleNamespace(made_at=EIGHT)
    marker = _Marker(header, Install(home=home.path, var=home.path, settings=settings, key="k" * 40), now)
    marker.mark()

    rows = delivery_views.views()
    assert {row.state for row in rows} == {State.UNSURE}
    assert sum(restored.in_doubt().values()) == len(rows)
    assert marker.doubt.looked_for + marker.doubt.for_a_person == len(rows)
