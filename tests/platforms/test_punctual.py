from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
import requests

from amplifier.platforms import own_word
from amplifier.platforms.bounds import within
from amplifier.platforms.host import HostSession, never_sent, what_broke
from tests.platforms.hostile import Hostile, drips_its_body, never_ends
from tests.platforms.stub import Said, Stub


def session(address: str, read_s: float = 0.3) -> HostSession:
    return HostSession(address, (0.2, read_s), own_word.MASTODON_FAMILY)


@pytest.fixture
def dripping() -> Iterator[Hostile]:
    server = Hostile(drips_its_body)
    yield server
    server.close()


def test_an_answer_that_drips_is_left_in_time_and_may_have_been_heard(dripping: Hostile) -> None:
    with pytest.raises(requests.RequestException) as raised:
        session(dripping.address).post(f"{dripping.address}/api/v1/statuses")

    assert what_broke(raised.value) == "(no answer in time)"
    assert not never_sent(raised.value)


def test_where_no_time_is_left_nothing_is_sent(stub: Stub) -> None:
    with within(0), pytest.raises(requests.ConnectTimeout) as raised:
        session(stub.address).post(f"{stub.address}/api/v1/statuses")

    assert never_sent(raised.value)
    assert stub.asked == []


def test_an_answer_without_end_is_left_where_it_is_too_large() -> None:
    server = Hostile(never_ends)

    with pytest.raises(ValueError, match="larger than 32 MB"):
        session(server.address, 30).get(f"{server.address}/api/v1/notifications")
    server.close()


def test_a_packed_answer_is_read_as_ever_and_its_connection_used_again(stub: Stub) -> None:
    packed = gzip.compress(b'{"ok": true}')
    stub.answers["GET /a"] = Said(200, packed, {"Content-Encoding": "gzip"})
    asking = session(stub.address)

    assert [asking.get(f"{stub.address}/a").json() for _ in range(2)] == [{"ok": True}] * 2
    assert len({asked.connection for asked in stub.asked}) == 1
    assert stub.asked[0].headers["accept-encoding"] == "gzip, deflate"
