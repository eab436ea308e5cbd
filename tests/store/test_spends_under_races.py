"""Whatever is posted, read and refused, in whatever order and by however many: a month never costs more than agreed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amplifier.campaign.money import NOTHING, LookReserve
from amplifier.money.budget import AccountBudget
from amplifier.store import spends

pytestmark = pytest.mark.usefixtures("opened")
ASIDE = LookReserve(2_000, ("x",))
_months = count()
_numbers = count(1)


@dataclass(frozen=True)
class Call:
    """One call: `post`, or a kind of reading; its worst case, what it really costs of it, and how it ended."""

    kind: str
    worst: int
    cost: int
    end: str  # answered, refused or lost


CALLS = st.builds(
    lambda kind, worst, part, end: Call(kind, worst, worst * part // 100, end),
    st.sampled_from(["post", "delete", "look", "read", "mentions", "search", "account"]),
    st.sampled_from([0, 500, 1_000, 10_000, 15_000, 100_000, 200_000]),
    st.integers(0, 100),
    st.sampled_from(["answered", "refused", "lost"]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CALLS, max_size=12), st.lists(CALLS, max_size=12), st.integers(10_000, 600_000))
def test_a_month_never_costs_more_than_its_budget(ours: list[Call], theirs: list[Call], budget: int) -> None:
    year, month = divmod(next(_months), 12)  # each example has a month of its own, with nothing spent in it
    now = datetime(2100 + year, month + 1, 1, tzinfo=UTC)
    seen: list[int] = []
    errors: list[Exception] = []

    def work(calls: list[Call]) -> None:
        try:
            for one in calls:
                _make(one, budget, now)
                seen.append(spends.spent(now))
        except Exception as error:  # noqa: BLE001  told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(calls,)) for calls in (ours, theirs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert all(0 <= one <= budget for one in [*seen, spends.spent(now)])


def _make(call: Call, budget: int, now: datetime) -> None:
    if call.kind in ("post", "delete"):
        number = next(_numbers)
        begun = spends.reserve(
            "x", call.kind, call.worst, budget=budget, now=now, delivery=number, keep=ASIDE.micros, look_reserve=ASIDE
        )
        if begun and call.end == "refused":
            with transaction.atomic():
                spends.give_back(number, now=now)
        return
    budget = AccountBudget("x", budget=budget, look_reserve=NOTHING, now=lambda: now)
    reserved = budget.reserve(call.kind, call.worst)
    if reserved is not None and call.end != "lost":
        budget.settle(reserved, call.cost if call.end == "answered" else 0)
