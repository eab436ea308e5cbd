from __future__ import annotations

from email.message import Message
from urllib.parse import parse_qsl

import pytest

from amplifier.sandbox import ids
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.wire import RefusedError, Request
from amplifier.sandbox.x.paging import token, window


def asking(query: str) -> Request:
    return Request("GET", "/2/users/1/tweets", tuple(parse_qsl(query)), Message(), b"")


def asked(query: str) -> tuple[PageBounds, int]:
    return window(asking(query), least=5, standard=10)


def test_a_window_is_one_longer_than_its_page_so_that_a_next_one_is_known() -> None:
    assert asked("") == (PageBounds(limit=11), 10)
    assert asked("max_results=100&since_id=5&until_id=9") == (PageBounds(after=5, before=9, limit=101), 100)


def test_times_and_ids_bound_it_together() -> None:
    at = ids.position_at(Network.X, 1_696_858_800_000)
    found, _ = asked("start_time=2023-10-09T13:40:00Z&since_id=3")
    assert found.after == at - 1
    found, _ = asked("end_time=2023-10-09T13:40:00Z&until_id=9")
    assert found.before == 9


@pytest.mark.parametrize("name", ["pagination_token", "next_token"])
def test_a_token_leads_on_from_where_it_was_given(name: str) -> None:
    assert asked(f"{name}={token(1234)}")[0].before == 1234


@pytest.mark.parametrize(
    "query", ["max_results=4", "max_results=101", "since_id=x", "start_time=yesterday", "pagination_token=!"]
)
def test_what_makes_no_sense_is_refused(query: str) -> None:
    with pytest.raises(RefusedError) as refused:
        asked(query)
    assert refused.value.answer.status == 400
