"""Times are shown in the campaign's own days, also while they play in ten minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amplifier import settings
from amplifier.schedule.playing import playing
from amplifier.schedule.stage import LIVE, make
from amplifier.store import ledger

HOME = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEGIN = datetime(2023, 9, 25, 9, tzinfo=UTC)


@pytest.mark.usefixtures("sqlite_ledger")
def test_before_there_is_a_ledger_time_is_real() -> None:
    assert playing(settings.load(HOME)) is LIVE


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_rehearsal_plays_on_the_stage_that_the_ledger_keeps() -> None:
    ledger.open_ledger(mode="rehearsal", campaign="lab23", now=NOW, stopped="")
    stage = make([BEGIN, BEGIN + timedelta(days=9)], NOW, 600)
    ledger.keep_stage(stage.to_json())
    assert playing(settings.load(HOME)) == stage
    assert playing(settings.load(HOME)).campaign(stage.real(BEGIN)) == BEGIN


@pytest.mark.usefixtures("sqlite_ledger")
def test_live_never_plays_on_a_stage() -> None:
    ledger.open_ledger(mode="rehearsal", campaign="lab23", now=NOW, stopped="")
    ledger.keep_stage(make([BEGIN], NOW, 600).to_json())
    assert playing(settings.load(HOME).model_copy(update={"mode": settings.Mode.LIVE})) is LIVE
