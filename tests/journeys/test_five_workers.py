"""Five workers on one ledger, one asleep past its lease, and a storm of kills: each text once, no row left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import MEMORY
from tests.journeys.crew import Crew
from tests.journeys.five_workers import five_workers, storm

pytestmark = pytest.mark.journey


@pytest.fixture
def crew(migrated: Path, tmp_path: Path) -> Iterator[Crew]:
    with Crew((MEMORY or tmp_path) / tmp_path.name, template=migrated) as made:
        yield made


def test_five_workers_say_everything_once_though_one_sleeps_past_its_lease(crew: Crew) -> None:
    ended = five_workers(crew, crew.ledger(), posts=200, seconds=300)
    assert ended.wrong == ()


def test_a_storm_of_kills_does_no_harm(crew: Crew) -> None:
    ended = storm(crew, crew.ledger(), kills=12, seed=23)
    assert ended.wrong == ()
    assert ended.kills == 12
    assert ended.left_behind > 0  # some of the kills came in the middle of a call
