"""An install for each journey, gone with everything it started when the journey ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.cli.rehearse import copy_home
from tests.journeys.install import REPOSITORY, Install


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """A copy of the example campaign that plays in a minute, and nothing running."""
    made = Install(copy_home(REPOSITORY, tmp_path / "home", seconds=60), tmp_path / "var")
    yield made
    made.end()
