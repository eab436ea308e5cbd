"""An install for each journey, gone with all it started when the journey ends; a browser for those that look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.browse import chromium
from tests.journeys.install import REPOSITORY, RunningInstall


@pytest.fixture
def install(tmp_path: Path) -> Iterator[RunningInstall]:
    """A copy of the example campaign that plays in a minute, and nothing running."""
    made = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=60), tmp_path / "var")
    yield made
    made.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
