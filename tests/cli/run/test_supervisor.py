from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amplifier.cli.run import supervisor as module
from amplifier.cli.run.parent_pipe import VARIABLE
from amplifier.cli.run.supervisor import FIRST_PAUSE_S, LONGEST_PAUSE_S, Child, Supervisor
from tests.waiting import HANG_S, until

pytestmark = pytest.mark.program

PYTHON = (sys.executable, "-S", "-c")
LIVES = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({!r}, 'w'); time.sleep(600)"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervise(told: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Supervisor]]:
    monkeypatch.setattr(module, "HEALTHY_AFTER_S", HANG_S)  # however long a child needs to begin and to die
    made: list[Supervisor] = []

    def make(*scripts: str) -> Supervisor:
        children = [Child(f"Child {number}", [script], PYTHON) for number, script in enumerate(scripts)]
        made.append(Supervisor(children, environment=dict(os.environ), told=told.append))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.close()


def _pid(supervisor: Supervisor, number: int = 0) -> int:
    process = supervisor.children[number].process
    assert process is not None
    return process.pid


def _die(supervisor: Supervisor) -> None:
    """Start the first child anew at once, and notice that it has died."""
    child = supervisor.children[0]
    deaths = child.deaths
    child.due = 0.0
    until(lambda: supervisor.mend() or child.deaths > deaths)


SAYS = (
    "import pathlib, time; [time.sleep(0.01) for _ in iter(pathlib.Path({!r}).exists, True)]; "
    "from amplifier.cli.run import parent_pipe; parent_pipe.say_ready({!r}, {!r}); "
)


def test_a_child_says_that_it_is_at_work_and_what_there_is_to_tell(
    supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PYTHON", (sys.executable, "-c"))
    stops = [["Sending is stopped.", "A wrong name…", "resume"]] * 50
    asked = tmp_path / "asked"
    supervisor = supervise(SAYS.format(str(asked), "worker", stops) + LIVES, LIVES)
    assert supervisor.ready() == {}
    asked.touch()
    until(lambda: "worker" in supervisor.ready())
    assert supervisor.ready() == {"worker": stops}


def test_a_killed_child_is_started_again_after_a_short_pause(
    supervise: Callable[..., Supervisor], told: list[str]
) -> None:
    supervisor = supervise(LIVES, LIVES)
    first, other = _pid(supervisor), _pid(supervisor, 1)
    os.kill(first, signal.SIGKILL)
    begun = time.monotonic()
    supervisor.watch(until=lambda: bool((process := supervisor.children[0].process) and process.pid != first))
    assert time.monotonic() - begun >= FIRST_PAUSE_S
    assert told == ["Child 0 ended (SIGKILL); it starts again in 0.2 s."]
    assert _pid(supervisor, 1) == other


def test_a_child_that_dies_at_once_is_given_ever_longer_pauses(
    supervise: Callable[..., Supervisor], told: list[str]
) -> None:
    supervisor = supervise("raise SystemExit(1)")
    pauses = []
    for _ in range(7):
        _die(supervisor)
        pauses.append(supervisor.children[0].pause)
    assert pauses == [0.4, 0.8, 1.6, 3.2, 6.4, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert told[0] == "Child 0 ended (exit code 1); it starts again in 0.4 s."


def test_a_child_that_lived_well_begins_with_a_short_pause_again(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise("raise SystemExit(1)")
    _die(supervisor)
    _die(supervisor)
    supervisor.children[0].due = 0.0
    supervisor.mend()
    supervisor.children[0].started -= module.HEALTHY_AFTER_S
    until(lambda: supervisor.mend() or supervisor.children[0].deaths == 3)
    assert supervisor.children[0].pause == FIRST_PAUSE_S


def test_a_child_that_refuses_its_first_start_ends_everything(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise("raise SystemExit(2)", LIVES)
    supervisor.watch()
    assert supervisor.was_refused
    assert supervisor.is_ending


def test_a_child_that_refuses_a_later_start_is_tried_again(
    supervise: Callable[..., Supervisor], tmp_path: Path
) -> None:
    flag = tmp_path / "second"
    script = f"import os, sys; p = {str(flag)!r}; sys.exit(2) if os.path.exists(p) else (open(p, 'w'), sys.exit(1))"
    supervisor = supervise(script)
    for _ in range(3):
        _die(supervisor)
    assert not supervisor.was_refused
    assert not supervisor.is_ending


def test_a_wish_to_end_is_noted_and_nothing_starts_any_more(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(LIVES)
    supervisor.end()
    os.kill(_pid(supervisor), signal.SIGKILL)
    until(lambda: supervisor.mend() or supervisor.children[0].process is None)
    supervisor.children[0].due = 0.0
    supervisor.mend()
    assert supervisor.children[0].process is None
    supervisor.watch()  # returns at once


def test_a_signal_in_the_middle_of_watching_ends_it(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(LIVES)
    before = signal.signal(signal.SIGALRM, lambda *_: supervisor.end())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        hangs = time.monotonic() + HANG_S
        supervisor.watch(until=lambda: time.monotonic() > hangs)
        assert time.monotonic() < hangs, "it watches on"
    finally:
        signal.signal(signal.SIGALRM, before)


def test_closing_asks_everybody_and_kills_who_does_not_listen(
    supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "LAST_SECONDS", 0.5)
    deaf = tmp_path / "deaf"
    supervisor = supervise(LIVES, STUBBORN.format(str(deaf)))
    processes = [child.process for child in supervisor.children]
    until(deaf.exists)
    begun = time.monotonic()
    supervisor.close()
    assert time.monotonic() - begun >= 0.5
    assert [process.returncode for process in processes if process] == [-signal.SIGTERM, -signal.SIGKILL]


def test_killing_takes_the_childs_own_children_along(
    supervise: Callable[..., Supervisor], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "LAST_SECONDS", 0.5)
    number = tmp_path / "pid"
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "p = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(600)']);"
        f"open({str(number)!r}, 'w').write(str(p.pid)); time.sleep(600)"
    )
    supervisor = supervise(script)
    until(lambda: number.exists() and number.read_text())
    grandchild = int(number.read_text())
    supervisor.close()
    until(lambda: not _lives(grandchild))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_every_child_has_a_session_of_its_own_and_an_end_of_the_lifeline(
    supervise: Callable[..., Supervisor], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    script = (
        f"import os; f = open({str(log)!r}, 'w'); f.write(str(os.getsid(0) == os.getpid())); f.flush();"
        f"os.read(int(os.environ[{VARIABLE!r}]), 1); f.write(' gone'); f.close()"
    )
    supervisor = supervise(script)
    until(lambda: log.exists() and log.read_text() == "True")
    os.close(supervisor._ours)  # as when we are killed
    until(lambda: log.read_text() == "True gone")
