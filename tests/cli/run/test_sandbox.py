"""The pretend networks alone, on a port of one's own: the other parts find them, or it is said what they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.install import PORT_FILE, be_present, open_install
from tests.journeys.install import RunningInstall

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def install(tmp_path: Path) -> RunningInstall:
    return RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var")


def said_by_a_sandbox(install: RunningInstall, asked: str) -> str:
    """What it says as it begins, with this in the environment."""
    install.extra["AMPLIFIER_SANDBOX_PORT"] = asked
    run = install.start("sandbox", "--port", str(install.sandbox_port))
    try:
        run.until(lambda: "/wall" in run.said() and run.said().endswith("\n"), what="its address")
        return run.said()
    finally:
        install.end()


def test_where_they_are_is_written_down_for_the_other_parts(
    install: RunningInstall, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"The pretend networks are at http://localhost:{install.sandbox_port}/wall\n"
    assert said_by_a_sandbox(install, "") == address
    assert (install.var / PORT_FILE).read_text() == f"{install.sandbox_port}\n"
    for name in ("AMPLIFIER_VAR", "AMPLIFIER_KEY", "AMPLIFIER_SANDBOX_PORT"):
        monkeypatch.setenv(name, "")
    assert open_install(install.home, install.var).sandbox_port == install.sandbox_port
    assert said_by_a_sandbox(install, "") == address


def test_where_the_environment_says_otherwise_it_is_told_what_the_parts_need(install: RunningInstall) -> None:
    assert said_by_a_sandbox(install, "8999").endswith(
        f"Start the worker, the listener and the pages with AMPLIFIER_SANDBOX_PORT={install.sandbox_port}: "
        "they ask 8999 else.\n"
    )


def test_parts_that_were_started_before_are_to_be_started_again(install: RunningInstall) -> None:
    present = be_present(install.var, "worker")
    assert said_by_a_sandbox(install, "").endswith(
        "Start the worker, the listener and the pages again: they ask 8900 since they were started.\n"
    )
    del present
