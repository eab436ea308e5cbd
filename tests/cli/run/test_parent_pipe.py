from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from amplifier.cli.run.parent_pipe import VARIABLE
from tests.waiting import HANG_S, until

pytestmark = pytest.mark.program

BEGIN = "import signal, sys, time; from amplifier.cli.run import parent_pipe; parent_pipe.LAST_SECONDS = {last};"
READY = "print('ready', flush=True);"


def _start(script: str, *, last: float = HANG_S) -> tuple[subprocess.Popen[bytes], int]:
    """A process with a parent pipe, once it says that it is ready; and our end."""
    theirs, ours = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN.format(last=last) + script],
        env={**os.environ, VARIABLE: str(theirs)},
        pass_fds=(theirs,),
        stdout=subprocess.PIPE,
    )
    os.close(theirs)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process, ours


def test_a_child_ends_when_its_supervisor_is_gone() -> None:
    process, ours = _start("print('ready', flush=True) if parent_pipe.hold_on() else None; time.sleep(600)")
    os.close(ours)
    assert process.wait(HANG_S) == -signal.SIGTERM


def test_a_child_that_does_not_listen_ends_all_the_same() -> None:
    process, ours = _start(
        f"signal.signal(signal.SIGTERM, signal.SIG_IGN); parent_pipe.hold_on(); {READY} time.sleep(600)", last=1.5
    )
    begun = time.monotonic()
    os.close(ours)
    assert process.wait(HANG_S) == -signal.SIGALRM
    assert time.monotonic() - begun > 1


def test_a_process_without_a_supervisor_has_no_lifeline() -> None:
    process, ours = _start(
        "import os; os.environ.pop(parent_pipe.VARIABLE); "
        "print('ready' if not parent_pipe.hold_on() else 'held', flush=True)"
    )
    os.close(ours)
    assert process.wait(HANG_S) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_waits_to_be_told_goes_on_with_its_ending(number: signal.Signals) -> None:
    process, ours = _start(f"wait = parent_pipe.end_when_told(); {READY} wait(); sys.exit(7)")
    process.send_signal(number)
    assert process.wait(HANG_S) == 7
    os.close(ours)


def test_a_signal_that_came_before_the_wait_is_not_forgotten() -> None:
    process, ours = _start(
        f"wait = parent_pipe.end_when_told(); signal.raise_signal(signal.SIGTERM); {READY} wait(); sys.exit(7)"
    )
    assert process.wait(HANG_S) == 7
    os.close(ours)


def test_an_ending_that_hangs_is_cut_short() -> None:
    process, ours = _start(f"wait = parent_pipe.end_when_told(); {READY} wait(); time.sleep(600)", last=1.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(HANG_S) == -signal.SIGALRM
    os.close(ours)


def test_pressing_ctrl_c_again_and_again_wins_no_time() -> None:
    process, ours = _start(f"wait = parent_pipe.end_when_told(); {READY} wait(); time.sleep(600)", last=1.5)

    def press() -> bool:
        process.send_signal(signal.SIGINT)
        return process.poll() is not None

    until(press, "every signal gave it new time", every=0.1)  # far more often than the time that is left to it
    assert process.wait(HANG_S) == -signal.SIGALRM
    os.close(ours)
