"""Two workers, any posts, any answers: what a month costs never passes its budget, and what went out was paid for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amplifier.campaign.delivery import Verb
from amplifier.campaign.money import LookReserve
from amplifier.errors import OutcomeUnknown, RateLimited, Rejected, Unavailable
from amplifier.store import spends
from tests.deliver.desk import Desk
from tests.deliver.scripted import Act
from tests.store import filled

ASIDE = LookReserve(20, ("x",))
PRICES = {"dear": 200, "plain": 15}
_months = count()
WANTED = st.lists(st.sampled_from(["dear", "plain", "delete"]), min_size=1, max_size=6)
ANSWERS = st.lists(st.sampled_from(["well", "refused", "not reached", "limited", "lost"]), max_size=6)


def price(text: str) -> int:
    return PRICES[text.partition(" ")[0]]


@pytest.mark.usefixtures("any_ledger")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WANTED, ANSWERS, st.integers(0, 700))
def test_two_workers_never_spend_more_than_the_month_has(wanted: list[str], answers: list[str], budget: int) -> None:
    year, month = divmod(next(_months), 12)  # a month of its own, with nothing spent in it
    desk = Desk(time=datetime(2100 + year, month + 1, 2, tzinfo=UTC))
    filled.open_ledger()
    desk.rehire(x={"price": price, "price_delete": 10, "budget": budget, "look_reserve": ASIDE})
    other = desk.hire()
    for number, kind in enumerate(wanted):
        if kind == "delete":
            filled.change(Verb.DELETE, str(number), due=desk.time)
        else:
            filled.add(f"{kind} {year} {month} {number}", due=desk.time, too_late_s=3_000)
    for answer in answers:
        _script(desk, answer)
    seen: list[int] = []

    def work(worker: object) -> None:
        try:
            desk.tick(worker)  # type: ignore[arg-type]
            seen.append(spends.spent(desk.time))
        finally:
            connection.close()

    try:
        for _ in range(8):
            threads = [threading.Thread(target=work, args=(one,)) for one in (desk.worker, other)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            desk.pass_by(95)
    finally:
        other.stop()
        desk.close()
    assert len(seen) == 16
    assert all(0 <= one <= budget for one in seen)
    published = [desk.x.words(number) for number in desk.x.posts]
    assert sum(price(text) for text in published) <= spends.spent(desk.time)


def _script(desk: Desk, answer: str) -> None:
    refusals: dict[str, Act] = {
        "refused": Rejected("No."),
        "not reached": Unavailable("Silent."),
        "limited": RateLimited("Slow.", desk.time + timedelta(seconds=100)),
        "well": lambda: None,
    }
    if answer == "lost":
        desk.x.lost.append(OutcomeUnknown("Cut."))
    else:
        desk.x.refused.append(refusals[answer])
