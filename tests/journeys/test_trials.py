"""One promise each, with real workers: fences, gaps, rests, stops, twins, looks that fail, what comes too late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MEMORY
from tests.journeys.crew import Crew
from tests.journeys.trials import TRIALS, Trial

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def crew(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    folder = tmp_path_factory.mktemp("trials")
    with Crew((MEMORY or folder) / "trials", template=migrated) as made:
        yield made


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.__name__)
def test_a_promise_is_kept(crew: Crew, trial: Trial) -> None:
    assert trial(crew) == [], trial.__doc__
