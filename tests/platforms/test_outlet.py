"""What publishing, changing and deleting cost on an account, by its own prices."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amplifier.campaign.delivery import DeliveryId, Due, PostId, State, Verb
from amplifier.platforms.outlet import Outlet
from tests.deliver.scripted import Scripted

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def doing(verb: Verb, text: str = "twelve signs") -> Due:
    return Due(
        id=1, identity=DeliveryId(PostId("lab23", "hello", ""), "x", verb=verb), text=text, language="en", key="",
        request=None,
        state=State.SENDING, reason="", fence=1, attempts=1, looks=0, due_at=NOON, too_late_at=NOON, first_sent_at=None,
    )  # fmt: skip


@pytest.mark.parametrize(("verb", "cost"), [(Verb.PUBLISH, 12), (Verb.DELETE, 5), (Verb.EDIT, 0)])
def test_a_text_costs_what_it_holds_and_a_deletion_what_the_account_says(verb: Verb, cost: int) -> None:
    priced = Outlet("x", Scripted(), looks=1, price=len, price_delete=5)
    assert priced.cost(doing(verb)) == cost


@pytest.mark.parametrize("verb", Verb)
def test_where_nothing_is_said_of_prices_all_is_free(verb: Verb) -> None:
    assert Outlet("x", Scripted(), looks=1).cost(doing(verb)) == 0
