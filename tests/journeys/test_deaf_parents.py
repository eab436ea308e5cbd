"""Whoever starts the tests deaf to a signal (nohup, or `&` in a script) hands that down to nothing they start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.install import REPOSITORY, RunningInstall
from tests.signals import ENDINGS

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads in /proc what a process ignores"),
]
IGNORED = """
import re
from pathlib import Path
print(re.search(r"SigIgn:\\s*(\\w+)", Path("/proc/self/status").read_text())[1])
"""


def test_what_a_test_starts_hears_every_signal(install: RunningInstall) -> None:
    plain = subprocess.run([sys.executable, "-c", IGNORED], capture_output=True, text=True, check=True).stdout
    run = install.start("x", program=[sys.executable, "-c", IGNORED])
    run.process.wait()
    for bits in (plain, run.said()):
        assert [number for number in ENDINGS if int(bits, 16) >> (number - 1) & 1] == []


@pytest.mark.parametrize("workers", [0, 1])
def test_a_test_is_not_deaf_where_its_parent_is(workers: int) -> None:
    this = f"{Path(__file__).relative_to(REPOSITORY)}::{test_what_a_test_starts_hears_every_signal.__name__}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"-n{workers}", this],
        cwd=REPOSITORY,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        preexec_fn=_deaf,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _deaf() -> None:
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
