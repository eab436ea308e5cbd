"""A session at whose door the budget pays: the worst before the call, what it cost behind it, nothing without money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from amplifier.errors import Unpaid
from amplifier.platforms import own_word
from amplifier.platforms.metered import MeteredSession, Tariff
from amplifier.platforms.port import Reserved
from tests.platforms.stub import Said, Stub
from tests.ports import free_port

NOW = datetime(2023, 10, 10, 12, tzinfo=UTC)
WORST = 100


@dataclass
class Purse:
    """A budget with so much left."""

    left: int = 250
    is_granted: bool = True
    settled: list[tuple[int, int]] = field(default_factory=list)

    def reserve(self, kind: str, micros: int) -> Reserved | None:
        if micros > self.left:
            return None
        self.left -= micros
        return Reserved(kind, micros, NOW)

    def settle(self, reserved: Reserved, micros: int) -> None:
        self.left += reserved.micros - micros
        self.settled.append((reserved.micros, micros))

    def ask_again(self) -> datetime:
        return NOW


@dataclass(frozen=True)
class Fee:
    kind: str = "look"
    worst: int = WORST

    def cost(self, answer: Mapping[str, Any]) -> int:
        return len(answer["data"])


def session(stub: str, purse: Purse) -> MeteredSession:
    return MeteredSession(
        stub,
        (0.5, 0.2),
        own_word.X,
        tariff=Tariff(purse, lambda method, _path, _query: Fee() if method == "GET" else None),
    )


def test_the_worst_is_reserved_before_the_call_and_corrected_by_the_answer(stub: Stub) -> None:
    purse = Purse()
    before: list[int] = []

    def answer(_: object) -> Said:
        before.append(purse.left)
        return Said(200, {"data": [1, 2, 3]})

    stub.answers["GET /a"] = answer
    assert session(stub.address, purse).get(f"{stub.address}/a").json() == {"data": [1, 2, 3]}
    assert (before, purse.left) == ([150], 247)


def test_what_there_is_no_money_for_is_not_asked(stub: Stub) -> None:
    purse = Purse(left=WORST - 1)
    with pytest.raises(Unpaid) as raised:
        session(stub.address, purse).get(f"{stub.address}/a")
    assert (raised.value.until, stub.asked, purse.left) == (NOW, [], WORST - 1)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_where_nobody_has_granted_money_nothing_leaves_at_all(stub: Stub, method: str) -> None:
    with pytest.raises(Unpaid, match="No budget"):
        session(stub.address, Purse(is_granted=False)).request(method, f"{stub.address}/a")
    assert stub.asked == []


def test_what_was_paid_for_with_its_intent_is_not_paid_for_again(stub: Stub) -> None:
    stub.answers["POST /a"] = Said(201, {})
    purse = Purse(left=0)
    assert session(stub.address, purse).post(f"{stub.address}/a").status_code == 201
    assert purse.settled == []


@pytest.mark.parametrize("status", [400, 401, 404, 429])
def test_a_clear_refusal_costs_nothing(stub: Stub, status: int) -> None:
    stub.answers["GET /a"] = Said(status, {"title": "Odd", "data": [1]})
    purse = Purse()
    session(stub.address, purse).get(f"{stub.address}/a")
    assert purse.left == 250


@pytest.mark.parametrize(
    "said",
    [
        Said(503, {"data": []}),
        Said(200, b"<html>"),
        Said(200, [1]),
        Said(403, b"<html>", {"Content-Type": "text/html"}),
        Said(403, {"message": "Forbidden", "data": [1]}),
    ],
)
def test_what_may_have_been_billed_stays_reserved(stub: Stub, said: Said) -> None:
    stub.answers["GET /a"] = said
    purse = Purse()
    session(stub.address, purse).get(f"{stub.address}/a")
    assert purse.left == 150


def test_a_call_that_never_reached_anybody_costs_nothing() -> None:
    purse, base = Purse(), f"http://127.0.0.1:{free_port()}"
    with pytest.raises(requests.ConnectionError):
        session(base, purse).get(f"{base}/a")
    assert purse.left == 250


def test_an_answer_that_was_lost_cost_no_more_than_the_next_one_to_the_same_question(stub: Stub) -> None:
    purse = Purse()
    ours = session(stub.address, purse)
    stub.answers["GET /a"] = Said(503)
    ours.get(f"{stub.address}/a", params={"since_id": "5"})
    assert purse.left == 150
    stub.answers["GET /a"] = Said(200, {"data": [1, 2]})
    ours.get(f"{stub.address}/a", params={"since_id": "6"})  # another question
    assert purse.left == 148
    ours.get(f"{stub.address}/a", params={"since_id": "5"})
    assert purse.left == 250 - 2 - 2 - 2
    ours.get(f"{stub.address}/a", params={"since_id": "5"})  # and only once
    assert purse.left == 250 - 2 - 2 - 2 - 2
