"""Whoever watches over a running service hears from it while it lives, and stops hearing when its worker is frozen."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.install import REPOSITORY, RunningInstall
from tests.notify.messenger_server import messenger

pytestmark = pytest.mark.journey


def test_a_frozen_worker_is_not_called_for_and_a_thawed_one_is(tmp_path: Path) -> None:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=600)
    with (home / "settings.yaml").open("a") as file:
        file.write("\nping: PING_ADDRESS\n")
    with messenger() as there:
        address = f"http://127.0.0.1:{there.port}/watch"
        made = RunningInstall(home, tmp_path / "var", extra={"PING_ADDRESS": address})
        run = made.up()
        try:
            run.until(lambda: len(there.paths) >= 2, what="calls")
            worker = run.child("worker")
            assert worker is not None
            os.kill(worker, signal.SIGSTOP)
            try:
                time.sleep(1)
                before = len(there.paths)
                time.sleep(5)
                assert len(there.paths) == before
            finally:
                os.kill(worker, signal.SIGCONT)
            run.until(lambda: len(there.paths) > before, what="calls once more")
            assert set(there.paths) == {"/watch"}
        finally:
            made.end()
