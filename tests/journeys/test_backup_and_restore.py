"""A campaign restored from a backup of its first half repeats nothing; a full disk keeps no half of a backup."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.run.ports import answers
from tests.journeys.install import AMPLIFIER, REPOSITORY, RunningInstall
from tests.waiting import HANG_S

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for strays in /proc"),
]
KEY = "a key for backups alone, long enough"
SENT = "SELECT count(*) FROM deliveries WHERE state = 'sent'"
DOUBT = "SELECT 1 FROM deliveries WHERE state = 'unsure'"
MOVING = "SELECT 1 FROM deliveries WHERE state IN ('queued', 'sending', 'unsure')"
FOUND = "SELECT count(*) FROM events WHERE kind = 'found'"
SMALL = 200_000  # bytes that a process may write into one file; the example's database has more


def _ours(install: RunningInstall) -> Counter[tuple[str, str]]:
    """How often the world has each text of ours on each network."""
    return Counter((str(post["network"]), str(post["text"])) for post in install.world().posts() if post["ours"])


def _count(install: RunningInstall, question: str) -> int:
    return int((install.rows(question) or [(0,)])[0][0])


def test_a_restored_campaign_repeats_nothing_and_loses_nothing(tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=50), tmp_path / "var")
    install.extra["AMPLIFIER_BACKUP_KEY"] = KEY
    try:
        first = install.up()
        first.until(lambda: _count(install, SENT) >= 25, what="first part")
        kept = install.ask("backup", "--to", str(tmp_path / "half.backup"))
        assert kept["sealed"]
        first.until(lambda: _count(install, SENT) >= 70, what="second part")
        assert install.command("restore", kept["file"], "--yes").returncode == 2
        assert first.stop()[0] == 0
        assert not install.living()
        sent_before = _count(install, SENT)
        restored = _restore(install, kept["file"])
        known = _count(install, SENT)
        assert restored["looked_for"] >= sent_before - known - 3
        assert restored["for_a_person"] == 0
        second = install.up()
        second.until(lambda: answers(install.sandbox_port), what="world")
        install.world().fault(
            network="mastodon", operation="publish", kind="ignore_key", times=None
        )  # the look alone helps
        refused = install.command("resume", "--yes")
        if refused.returncode == 2:  # unless it has looked for all of them by now
            assert "may be out already and are still looked for" in refused.stderr
        second.until(lambda: not install.rows(DOUBT), what="end of the doubt")
        assert _count(install, FOUND) >= sent_before - known - 3
        assert _count(install, SENT) >= sent_before - 3
        silent = _ours(install)
        time.sleep(1)
        assert _ours(install) == silent, "a stopped service sends nothing"
        assert install.command("resume", "--yes").returncode == 0
        second.until(lambda: not install.rows(MOVING), what="rest")
        copies = _ours(install)
        assert set(copies.values()) == {1}
        assert sum(copies.values()) == _count(install, SENT)
        planned = install.ask("check")["deliveries"]
        late = _count(install, "SELECT count(*) FROM deliveries WHERE state IN ('held', 'missed')")
        assert len(copies) + late == planned
        assert "Traceback" not in second.said()
    finally:
        install.end()


def _restore(install: RunningInstall, path: str) -> dict[str, int]:
    """Restore as soon as the worker's last sign of life is old enough."""
    deadline = time.monotonic() + HANG_S
    while True:
        done = install.command("restore", path, "--yes", "--json")
        if done.returncode == 0:
            return dict(json.loads(done.stdout))
        assert "at work a moment ago" in done.stdout, done.stdout + done.stderr
        assert time.monotonic() < deadline
        time.sleep(1)


def test_a_disk_that_is_full_keeps_no_half_of_a_backup(tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var")
    try:
        run = install.up()
        run.until(lambda: install.rows("SELECT 1 FROM deliveries"), what="plan")
        run.stop()
        before = sorted(path.name for path in install.var.rglob("*"))
        done = subprocess.run(
            [*AMPLIFIER, *install.words("backup")],
            env=install.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL)),
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot be copied" in done.stderr
        assert "Traceback" not in done.stderr
        after = sorted(path.name for path in install.var.rglob("*"))
        assert [name for name in after if name not in before] in ([], ["backups"])
    finally:
        install.end()
