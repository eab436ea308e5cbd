"""The harness can fail: it finds bugs that are planted, and says so when one survives."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.journeys.hunts import HUNTS
from tests.journeys.install import REPOSITORY
from tests.journeys.planted import BUGS

QUICKEST = (
    "unclear is taken for not sent",
    "a record key anew for each attempt",
    "sent before it is written down",
    "no settling",
    "any answer is a receipt",
)
NONE = "nothing at all"


def _hunt(*bugs: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "bench/faults/selftest.py", "--only", *bugs]
    return subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=False)


def test_a_hunt_goes_after_each_planted_bug() -> None:
    assert set(HUNTS) == set(BUGS)
    assert len(BUGS) >= 20
    assert set(QUICKEST) <= set(BUGS)


@pytest.mark.journey
def test_planted_bugs_are_found_and_without_them_nothing_is() -> None:
    done = _hunt(*QUICKEST)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 hunts" in done.stdout


@pytest.mark.journey
def test_a_bug_that_survives_is_told() -> None:
    done = _hunt(NONE)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "it survives" in done.stdout
