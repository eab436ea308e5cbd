from __future__ import annotations

import gzip

import httpx
import pytest

from amplifier.platforms.bluesky.transport import PunctualTransport
from amplifier.platforms.bounds import within
from tests.platforms.hostile import WAYS, Hostile
from tests.platforms.stub import Said, Stub
from tests.waiting import HANG_S


def client(seconds: float = 0.5) -> httpx.Client:
    return httpx.Client(transport=PunctualTransport(seconds), timeout=HANG_S)


@pytest.mark.parametrize("way", ["drips_its_head", "drips_its_body", "drips_in_pieces"])
def test_an_answer_that_drips_is_left_in_time_and_may_have_been_heard(way: str) -> None:
    server = Hostile(WAYS[way])

    with pytest.raises(httpx.ReadTimeout):
        client().get(server.address)
    server.close()


@pytest.mark.parametrize("way", ["never_ends", "is_a_bomb"])
def test_an_answer_without_end_is_left_where_it_is_too_large(way: str) -> None:
    server = Hostile(WAYS[way])

    with pytest.raises(httpx.DecodingError, match="larger than 32 MB"):
        client(HANG_S).get(server.address)
    server.close()


def test_where_no_time_is_left_nothing_is_sent(stub: Stub) -> None:
    with within(0), pytest.raises(httpx.ConnectTimeout):
        client().get(stub.address)

    assert stub.asked == []


def test_a_packed_answer_is_read_as_ever_and_its_connection_used_again(stub: Stub) -> None:
    packed = gzip.compress(b'{"ok": true}')
    stub.answers["GET /a"] = Said(200, packed, {"Content-Encoding": "gzip", "X-Kept": "yes"})
    asking = client()

    answers = [asking.get(f"{stub.address}/a") for _ in range(2)]

    assert [(answer.json(), answer.headers["x-kept"]) for answer in answers] == [({"ok": True}, "yes")] * 2
    assert len({asked.connection for asked in stub.asked}) == 1
    assert stub.asked[0].headers["accept-encoding"] == "gzip, deflate"
