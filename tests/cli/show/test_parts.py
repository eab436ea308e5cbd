from __future__ import annotations

import fcntl
from collections.abc import Callable
from datetime import timedelta

import pytest

from amplifier.cli.show.parts import lasting, print_parts
from amplifier.install import LOCK, PORT_FILE, Install, open_install
from amplifier.sandbox.server import Sandbox
from tests.cli.conftest import Shell
from tests.ports import free_port

ALL = {"worker": True, "listener": True}
Told = Callable[..., str]


@pytest.fixture
def install(unstarted: Shell) -> Install:
    return open_install(unstarted.home, unstarted.var)


@pytest.fixture
def told(unstarted: Shell, install: Install) -> Told:
    def told(ill: str = "", **alive: bool) -> str:
        print_parts(install, ALL | alive, {}, ill)
        return " ".join(unstarted.read()[0].split())

    return told


@pytest.fixture
def _networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pretend networks answer."""
    monkeypatch.setattr("amplifier.cli.show.parts.answers", lambda _: True)


@pytest.mark.usefixtures("_networks")
def test_what_starts_a_part_that_is_away_fits_how_the_others_were_started(told: Told, install: Install) -> None:
    assert told() == "✓ The worker is at work. ✓ The listener is at work."
    both = told(worker=False, listener=False)
    assert "amplifier up starts everything; where the parts run one by one, start each of them" in both
    one = told(listener=False)
    assert "✕ The listener is not running. amplifier listener starts it, as the others run one by one" in one
    assert "amplifier up" not in one
    with (install.var / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "amplifier up runs here and starts it again;" in told(worker=False, listener=False)
        assert told() == "✓ The worker is at work. ✓ The listener is at work."


@pytest.mark.usefixtures("_networks")
def test_where_the_database_is_ill_nothing_is_to_be_started(told: Told) -> None:
    said = told("The disk is full.", worker=False)
    assert said.startswith("✕ The disk is full. ✕ The worker is not running.")
    assert "amplifier" not in said


def test_pretend_networks_that_do_not_answer_are_named_with_what_the_parts_need_to_find_them(
    told: Told, install: Install
) -> None:
    port = free_port()
    (install.var / PORT_FILE).write_text(str(port))
    said = told()
    assert f"✕ The pretend networks do not answer at port {port}." in said
    assert "AMPLIFIER_SANDBOX_PORT=PORT amplifier worker" in said
    assert "pretend" not in told(worker=False, listener=False)  # then nobody asks them
    sandbox = Sandbox(install.var / "world.sqlite3", port=port, token=install.sandbox_token)
    sandbox.start()
    try:
        assert "pretend" not in told()
    finally:
        sandbox.stop()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 days"), (-61, "61 s")],
)
def test_a_length_of_time_is_said_in_one_unit(seconds: int, words: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == words
