"""What is asked with a deadline answers, fails or is late: never anything else, and never later."""

from __future__ import annotations

import threading
import time

import pytest

from amplifier.deliver.deadline import within


def test_an_answer_comes_through_also_when_it_is_none() -> None:
    assert within(5, lambda: 7) == 7
    assert within(5, lambda: None) is None


def test_an_error_comes_through_as_it_was() -> None:
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


def test_nobody_waits_longer_than_agreed() -> None:
    never = threading.Event()
    begun = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no answer within 0\.2 seconds"):
        within(0.2, never.wait)
    assert time.monotonic() - begun < 2
    never.set()
