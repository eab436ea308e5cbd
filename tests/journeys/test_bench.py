"""What `make bench` and `make fuzz` name still runs on the code as it is; its figures count only in full and calm."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.install import REPOSITORY

HANG_S = 570  # what takes longer hangs, on whatever machine
pytestmark = [pytest.mark.journey, pytest.mark.timeout(HANG_S + 30)]
SMALL = {
    "thousand": (["1", "60"], {"thousand-cpu", "thousand-p99"}),
    "scale": (["200", "1"], {"scale-cpu", "scale-lateness"}),
    "idle": (["1"], {"idle-cpu"}),
    "crowd": (["30"], {"crowd-visitors", "crowd-beside"}),
    "look": ([], {"look-mastodon", "look-x", "look-bluesky"}),
    "check": (["20"], {"check-check", "check-plan"}),
}


def run(name: str, given: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(REPOSITORY / "bench" / f"{name}.py"), *given]
    environment = {**os.environ, "BENCH_FIGURES": str(folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=HANG_S, check=False)


def test_every_bench_is_tried_in_small() -> None:
    benches = (REPOSITORY / "bench").glob("*.py")
    assert {path.stem for path in benches if re.search(r"^FIGURES = ", path.read_text(), re.MULTILINE)} == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_a_bench_runs_to_its_end_in_small_and_writes_what_it_measured(name: str, tmp_path: Path) -> None:
    given, keys = SMALL[name]
    done = run(name, given, tmp_path)
    figures = {path.name: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    assert set(figures) == {f"{key}.json" for key in keys}, done.stdout + done.stderr
    assert all(figure["value"] > 0 for figure in figures.values()), done.stdout
    # whether a figure holds is the machine's to say; that the exit code goes by it is ours
    assert done.returncode == int(not all(figure["holds"] for figure in figures.values())), done.stderr


def test_the_fuzz_runs_to_its_end_in_small(tmp_path: Path) -> None:
    done = run("fuzz", ["--inputs", "240", "--lanes", "1"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no good mention was missed." in done.stdout
