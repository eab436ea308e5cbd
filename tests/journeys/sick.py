"""A database that falls ill under a running service, and gets well: how a journey makes it so, and how it judges."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import left_out
from tests.journeys.history import violations
from tests.journeys.install import Run, RunningInstall

SOURCE = Path(__file__).with_name("failing_disk.c")
AT_REST = "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending', 'unsure')"


class FailingDisk:
    """Lets every writing into the database fail with an error of the system's, as long as it is told to."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if sys.platform != "linux" or not compiler:
            left_out("needs a C compiler, on Linux, for a disk that fails")
        library = folder / "failing_disk.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
        self._control = folder / "failing"
        self.environment = {"LD_PRELOAD": str(library), "FAILING": str(self._control)}

    def fail(self, number: int) -> None:
        """From now on, with this error."""
        self._control.write_text(str(number), encoding="ascii")

    def get_well(self) -> None:
        """No more."""
        self._control.unlink()


def ours(install: RunningInstall) -> int:
    """How many posts of ours the world has."""
    return sum(1 for post in install.world().posts() if post["ours"])


def begins(install: RunningInstall) -> Run:
    """Start everything, and wait until the first posts are out."""
    run = install.up()
    run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
    run.until(lambda: ours(install) >= 3, what="posts")
    return run


def nothing_goes_out(run: Run, *, seconds: float = 3.0) -> None:
    """Wait until what was under way has come to its end, and see that nothing more follows."""
    last = [-1, 0]

    def still() -> bool:
        now = ours(run.install)
        last[:] = [now, last[1] + 1 if now == last[0] else 0]
        return last[1] * 0.05 >= seconds

    run.until(still, seconds=seconds + 20, what="silence")


def goes_on(run: Run, *, seconds: float = 30) -> None:
    """Wait until more is out than before."""
    before = ours(run.install)
    run.until(lambda: ours(run.install) > before, seconds=seconds, what="further post")


def ends_well(run: Run) -> dict[str, int]:
    """Wait until all is at rest, end it, and judge: nothing twice, nothing lost. How many deliveries ended how."""
    install = run.install
    run.until(lambda: install.rows(AT_REST) == [(0,)], what="rest")
    world = install.world().posts()
    assert run.stop()[0] == 0
    assert violations(install.var / "amplifier.sqlite3", world) == []
    assert "Traceback" not in run.said()
    return dict(install.rows("SELECT state, count(*) FROM deliveries GROUP BY state"))
