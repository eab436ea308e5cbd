"""What `make bench` and `make fuzz` name still runs on the code as it is; its figures count only in full and calm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.install import REPOSITORY

pytestmark = pytest.mark.journey
SMALL = {
    "scale.py": (["200", "1"], "ratio of cpu:"),
    "check.py": (["20"], "ratio of plan:"),
    "look.py": ([], "requests for each post in doubt"),
    "fuzz.py": (["--inputs", "240", "--lanes", "1"], "no good mention was missed."),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_bench_runs_to_its_end_in_small(name: str, tmp_path: Path) -> None:
    given, said = SMALL[name]
    command = [sys.executable, str(REPOSITORY / "bench" / name), *given]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout
