"""A disk that fills up, becomes read-only or fails while everything runs: sending pauses, says why, and goes on."""

from __future__ import annotations

import contextlib
import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import left_out
from tests.journeys.install import RunningInstall
from tests.journeys.sick import FailingDisk, begins, ends_well, goes_on, nothing_goes_out, ours

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for strays in /proc"),
]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        left_out("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(disk: Path) -> Path:
    rest = disk / "somebody else's film"
    with rest.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"0" * 4096):
            pass
    return rest


def _begun(install: RunningInstall) -> int:
    return len(install.rows("SELECT 1 FROM events WHERE after = 'sending' AND before <> 'sending'"))


@pytest.mark.parametrize("where", ["the world elsewhere", "the world on it too"])
def test_a_full_disk_pauses_everything_and_says_so_until_there_is_room(
    install: RunningInstall, small_disk: Path, tmp_path: Path, where: str
) -> None:
    install.var = small_disk / "var"
    if where == "the world elsewhere":  # else the pretend networks cannot keep a post either
        install.var.mkdir()
        (tmp_path / "networks").mkdir()
        (install.var / "world.sqlite3").symlink_to(tmp_path / "networks" / "world.sqlite3")
    run = begins(install)
    rest = _fill(small_disk)
    run.until(lambda: "The disk is full: " in run.said(), what="word in the log")
    nothing_goes_out(run)
    assert ours(install) <= _begun(install), "a call whose intent was not written"
    told = install.command("status")
    assert told.returncode == 1
    assert f"✕ The disk is full: {install.var / 'amplifier.sqlite3'} cannot be written. Nothing is sent" in told.stdout
    assert "Make room on that disk." in told.stdout
    assert install.ask("status")["database"].startswith("The disk is full: ")
    rest.unlink()
    goes_on(run)
    assert install.ask("status")["database"] is None
    assert ends_well(run)["sent"] > 0
    assert run.said().count("The disk is full") <= 4, "told by every job"  # once a minute, by worker and by web


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.EIO, "The disk fails: "), (errno.EROFS, "The disk is read-only: ")],
    ids=["I/O errors", "read-only"],
)
def test_a_disk_that_takes_nothing_for_a_while_pauses_everything(
    install: RunningInstall, tmp_path: Path, number: int, sentence: str
) -> None:
    disk = FailingDisk(tmp_path)
    install.extra |= disk.environment
    run = begins(install)
    disk.fail(number)
    run.until(lambda: sentence in run.said(), what="word in the log")
    nothing_goes_out(run)
    run.until(lambda: (install.ask("status")["database"] or "").startswith(sentence), what="status")
    disk.get_well()
    goes_on(run)
    assert ends_well(run)["sent"] > 0
    assert run.said().count(sentence) <= 4
