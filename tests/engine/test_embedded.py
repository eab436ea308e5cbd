"""The engine in this process: jobs run apart, one at a time, and are revived when the scheduler forgets them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from amplifier.engine.embedded import EmbeddedEngine, EnginePauses
from amplifier.engine.port import Job
from tests.waiting import HANG_S

QUICK = EnginePauses(silence_s=0.15, clock_jump_s=5.0, look_every_s=0.03)


class Watch:
    """Two clocks that only the test sets: one on the wall, one that cannot be set back."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def wall(self) -> float:
        return time.time() + self.ahead


class Engines:
    """Starts engines, and stops them at the end."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.started: list[EmbeddedEngine] = []

    def start(self, *jobs: Job, pauses: EnginePauses = QUICK) -> EmbeddedEngine:
        engine = EmbeddedEngine(jobs, pauses=pauses, wall=self.watch.wall)
        engine.start()
        self.started.append(engine)
        return engine


@pytest.fixture
def engines() -> Iterator[Engines]:
    made = Engines()
    yield made
    for engine in made.started:
        if not engine._stopping.is_set():
            engine.stop()


class Counted:
    """A call that counts itself and tells when it has happened often enough."""

    def __init__(self, act: Callable[[], object] = lambda: None) -> None:
        self.act = act
        self.calls = 0
        self.changed = threading.Condition()

    def __call__(self) -> None:
        with self.changed:
            self.calls += 1
            self.changed.notify_all()
        self.act()

    def happens(self, times: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.calls >= times, timeout=HANG_S)


def fail() -> None:
    raise ValueError("surprise")


def test_every_job_is_called_at_once_and_then_again_and_again(engines: Engines) -> None:
    often, once = Counted(), Counted()
    engines.start(Job("often", 0.02, often), Job("once", 3600, once))
    assert often.happens(4)
    assert once.happens(1)


def test_a_job_that_fails_is_told_comes_again_and_stops_no_other(
    engines: Engines, caplog: pytest.LogCaptureFixture
) -> None:
    broken, well = Counted(fail), Counted()
    with caplog.at_level(logging.ERROR):
        engines.start(Job("broken", 0.02, broken), Job("well", 0.02, well))
        assert broken.happens(3)
        assert well.happens(3)
    assert "job failed job=broken" in caplog.text


def test_a_job_that_takes_long_is_never_under_way_twice_and_keeps_no_other(engines: Engines) -> None:
    go_on, inside, most = threading.Event(), [0], [0]

    def long() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        go_on.wait(HANG_S)
        inside[0] -= 1

    slow, quick = Counted(long), Counted()
    engines.start(Job("slow", 0.02, slow), Job("quick", 0.02, quick))
    assert slow.happens(1)
    assert quick.happens(30)  # meanwhile the watchdog has missed the slow one several times
    assert (slow.calls, most) == (1, [1])
    go_on.set()
    assert slow.happens(3)
    assert most == [1]


def test_stopping_waits_for_what_is_under_way_and_begins_nothing_more(engines: Engines) -> None:
    done: list[str] = []
    begun, stopping = threading.Event(), threading.Event()

    def long() -> None:
        begun.set()
        stopping.wait(HANG_S)
        done.append("done")

    slow, quick = Job("slow", 0.02, long), Counted()
    engine = engines.start(slow, Job("quick", 0.02, quick))
    assert begun.wait(HANG_S)
    threading.Timer(0.1, stopping.set).start()
    engine.stop()
    calls = (len(done), quick.calls)
    assert done
    time.sleep(0.2)
    assert (len(done), quick.calls) == calls


def test_a_job_that_the_scheduler_forgot_is_revived(engines: Engines, caplog: pytest.LogCaptureFixture) -> None:
    job = Counted()
    with caplog.at_level(logging.WARNING):
        engine = engines.start(Job("tick", 0.02, job))
        assert job.happens(1)
        engine._scheduler.remove_job("tick")
        assert job.happens(job.calls + 3)
    assert "revived job=tick" in caplog.text


def test_a_clock_that_is_set_revives_every_job_at_once(engines: Engines) -> None:
    seldom = Counted()
    engines.start(Job("seldom", 3600, seldom))
    assert seldom.happens(1)
    time.sleep(0.1)
    assert seldom.calls == 1
    engines.watch.ahead = -3600
    assert seldom.happens(2)
    time.sleep(0.1)
    assert seldom.calls == 2


def test_a_clock_that_drifts_a_little_is_no_clock_that_was_set(engines: Engines) -> None:
    seldom = Counted()
    engines.start(Job("seldom", 3600, seldom))
    assert seldom.happens(1)
    engines.watch.ahead = 4
    time.sleep(0.15)
    assert seldom.calls == 1
