from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from amplifier.sandbox.pretend_clock import CLOCK, PretendClock, now_ms
from tests.waiting import HANG_S


@pytest.fixture
def clock() -> PretendClock:
    made = PretendClock()
    yield made
    made.stop()


def shows_the_real_time(now: Callable[[], int]) -> bool:
    before = int(time.time() * 1000)
    return before - 1 <= now() <= time.time() * 1000 + 1


def test_it_shows_the_real_time_until_it_is_set_and_stands_still_from_then_on(clock: PretendClock) -> None:
    assert shows_the_real_time(clock.now_ms)
    clock.set(5_000)
    time.sleep(0.01)
    assert (clock.now_ms(), clock.is_set) == (5_000, True)
    clock.set(None)
    assert shows_the_real_time(clock.now_ms)


def test_what_was_put_off_is_done_before_set_returns_in_order_and_not_early(clock: PretendClock) -> None:
    done: list[str] = []
    clock.set(0)
    clock.put_off(2, lambda: done.append("second"))
    clock.put_off(1, lambda: done.append("first"))
    clock.set(999)
    time.sleep(0.05)
    assert done == []
    clock.set(5_000)
    assert done == ["first", "second"]


def test_what_was_put_off_is_done_by_itself_while_the_clock_runs(clock: PretendClock) -> None:
    done = threading.Event()
    begun = time.monotonic()
    clock.put_off(0.1, done.set)
    assert done.wait(HANG_S)
    assert time.monotonic() - begun >= 0.09


def test_what_was_put_off_is_forgotten_at_the_end_and_no_thread_stays(clock: PretendClock) -> None:
    done: list[int] = []
    clock.put_off(HANG_S, lambda: done.append(1))
    clock.stop()
    clock.set(10**15)
    assert done == []
    assert not any(thread.name == "sandbox clock" and thread is clock._thread for thread in threading.enumerate())


def test_each_thread_has_the_time_of_the_sandbox_that_it_works_for() -> None:
    seen: dict[int, int] = {}

    def work(instant: int) -> None:
        CLOCK.set(PretendClock(instant))
        seen[instant] = now_ms()

    threads = [threading.Thread(target=work, args=(instant,)) for instant in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {1: 1, 2: 2}
    assert shows_the_real_time(now_ms)


def test_no_other_file_of_the_sandbox_asks_for_the_real_time() -> None:
    folder = Path(__file__).parents[2] / "amplifier" / "sandbox"
    asking = [path.name for path in folder.rglob("*.py") if "utc_now" in path.read_text()]
    assert asking == ["pretend_clock.py"]
