from __future__ import annotations

from amplifier.store import ledger
from tests.cli.conftest import Shell


def test_it_shows_why_and_what_goes_out_and_then_lets_it(shell: Shell) -> None:
    ledger.stop("A person stopped everything.")
    said = shell("resume", "--yes")
    assert said.code == 0
    assert said.out.startswith("Stopped: A person stopped everything.\n")
    assert "Sun 24 Sep 10:00  x  hello/once" in said.out
    assert "✓ Sending goes on." in said.out
    assert not ledger.is_stopped()


def test_without_a_terminal_it_stays_stopped(shell: Shell) -> None:
    ledger.stop("A person stopped everything.")
    assert shell("resume").code == 1
    assert ledger.is_stopped()


def test_what_is_not_stopped_needs_no_answer(shell: Shell) -> None:
    said = shell("resume")
    assert said.code == 0
    assert said.out.startswith("Sending is not stopped.\n")
