"""What is asked with a deadline answers, fails or is late: never anything else, and never later."""

from __future__ import annotations

import threading

import pytest

from amplifier.deliver.deadline import within
from tests.waiting import HANG_S, all_answered


def test_an_answer_comes_through_also_when_it_is_none() -> None:
    assert within(HANG_S, lambda: 7) == 7
    assert within(HANG_S, lambda: None) is None


def test_an_error_comes_through_as_it_was() -> None:
    with pytest.raises(ZeroDivisionError):
        within(HANG_S, lambda: 1 // 0)


def test_nobody_waits_longer_than_agreed() -> None:
    never = threading.Event()
    with pytest.raises(TimeoutError, match=r"no answer within 0\.2 seconds"):
        within(0.2, never.wait)
    never.set()
    all_answered()
