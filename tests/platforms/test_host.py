from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
import requests

from amplifier.platforms import own_word
from amplifier.platforms.host import (
    Answer,
    Burst,
    HostSession,
    RedirectedError,
    WrongAddressError,
    never_sent,
    what_broke,
)
from tests.platforms.stub import Said, Stub
from tests.ports import free_port
from tests.waiting import HANG_S

FAST = (0.5, 0.3)  # for what never answers
PATIENT = (HANG_S, HANG_S)


def test_bytes_are_sent_as_they_are(stub: Stub) -> None:
    stub.answers["POST /2/tweets"] = Said()

    HostSession(stub.address, PATIENT, own_word.MASTODON_FAMILY).post(
        stub.address + "/2/tweets", json=b'{"text":"\xc3\xa9"}'
    )

    assert stub.asked[0].body == b'{"text":"\xc3\xa9"}'
    assert stub.asked[0].headers["content-type"] == "application/json"


def test_a_host_that_an_sdk_has_written_in_is_replaced(stub: Stub) -> None:
    session = HostSession(stub.address, PATIENT, own_word.X, instead_of=("https://api.twitter.com",))
    stub.answers["GET /2/users/me"] = Said(200, {"ok": True})

    assert session.get("https://api.twitter.com/2/users/me").json() == {"ok": True}


@pytest.mark.parametrize(
    "other", ["http://127.0.0.1:9", "https://api.twitter.com.evil.example/2", "{base}.evil.example"]
)
def test_no_other_host_is_spoken_to(stub: Stub, other: str) -> None:
    session = HostSession(stub.address, PATIENT, own_word.X, instead_of=("https://api.twitter.com",))

    with pytest.raises(WrongAddressError) as raised:
        session.get(other.format(base=stub.address))

    assert never_sent(raised.value)


def test_a_redirect_is_an_error_and_not_followed(stub: Stub) -> None:
    stub.answers["GET /a"] = Said(302, headers={"Location": f"{stub.address}/b"})

    with pytest.raises(RedirectedError) as raised:
        HostSession(stub.address, PATIENT, own_word.MASTODON_FAMILY).get(stub.address + "/a")

    assert not never_sent(raised.value), "what answers with a redirect may have done what was asked"

    assert stub.paths() == ["GET /a"]


def test_a_silent_server_is_not_waited_for_longer_than_said(stub: Stub) -> None:
    given_up = threading.Event()

    def sleep(_: object) -> Said:
        given_up.wait(2 * HANG_S)
        return Said()

    stub.answers["POST /slow"] = sleep
    session = HostSession(stub.address, FAST, own_word.MASTODON_FAMILY)

    with pytest.raises(requests.ReadTimeout) as raised:
        session.post(stub.address + "/slow", timeout=300)

    given_up.set()
    assert not never_sent(raised.value)


def test_a_refused_connection_was_never_sent() -> None:
    base = f"http://127.0.0.1:{free_port()}"

    with pytest.raises(requests.ConnectionError) as raised:
        HostSession(base, PATIENT, own_word.MASTODON_FAMILY).post(base + "/")

    assert never_sent(raised.value)


def test_a_name_that_nobody_has_was_never_sent() -> None:
    with pytest.raises(requests.ConnectionError) as raised:
        HostSession("http://nobody.invalid", PATIENT, own_word.MASTODON_FAMILY).post("http://nobody.invalid/")

    assert never_sent(raised.value)


def test_a_connection_that_breaks_may_have_been_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
        session = HostSession(base, FAST, own_word.MASTODON_FAMILY)
        with pytest.raises(requests.ReadTimeout) as raised:  # taken by the system, answered by nobody
            session.post(base + "/")

    assert not never_sent(raised.value)


def test_an_sdk_s_own_error_is_looked_through() -> None:
    base = f"http://127.0.0.1:{free_port()}"

    def wrapped() -> None:
        try:
            HostSession(base, PATIENT, own_word.MASTODON_FAMILY).post(base + "/")
        except requests.ConnectionError as error:
            raise OSError(f"could not complete: {error}")  # noqa: B904 - as Mastodon.py does it

    with pytest.raises(OSError, match="could not complete") as raised:
        wrapped()
    assert never_sent(raised.value)


def test_the_last_answer_is_kept_for_the_thread_and_forgotten_with_the_next_request(stub: Stub) -> None:
    stub.answers["GET /a"] = Said(429, headers={"X-Reset": "7"})
    session = HostSession(stub.address, PATIENT, own_word.MASTODON_FAMILY)
    assert session.answer is None

    session.get(stub.address + "/a")

    assert session.answer is not None
    assert (session.answer.status, session.answer.headers["x-reset"]) == (429, "7")
    with pytest.raises(WrongAddressError):
        session.get("http://other.example/")
    assert session.answer is None


def test_the_environment_has_no_say(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    stub.answers["GET /a"] = Said()

    assert HostSession(stub.address, PATIENT, own_word.MASTODON_FAMILY).get(stub.address + "/a").ok


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(404, {}), True),
        (Answer(410, {}), True),
        (Answer(404, {}, is_own=False), False),
        (Answer(410, {"Content-Type": "application/json"}, is_own=False), False),
        (Answer(503, {}), False),
    ],
)
def test_only_the_network_s_own_word_means_gone(answer: Answer, *, expected: bool) -> None:
    assert answer.is_gone == expected


@pytest.mark.parametrize(
    ("said", "is_own"),
    [
        (Said(404, {"error": "Record not found"}), True),
        (Said(404, {"message": "Not Found"}), False),
        (Said(403, b"<html>", {"Content-Type": "text/html"}), False),
        (Said(200, b"<html>", {"Content-Type": "text/html"}), True),
    ],
)
def test_a_session_remembers_whether_the_network_itself_answered(stub: Stub, said: Said, *, is_own: bool) -> None:
    stub.answers["GET /a"] = said
    session = HostSession(stub.address, PATIENT, own_word.MASTODON_FAMILY)

    session.get(stub.address + "/a")

    assert session.answer is not None
    assert session.answer.is_own == is_own


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def burst(stub: Stub) -> tuple[Burst, Clock]:
    stub.answers["GET /"] = Said()
    clock = Clock()
    return Burst(lambda: HostSession(stub.address, PATIENT, own_word.MASTODON_FAMILY), clock), clock


def call(burst: Burst, stub: Stub) -> None:
    with burst.session() as session:
        assert session.answer is None  # nothing is left of the call before
        session.get(stub.address + "/")


def connections(stub: Stub) -> int:
    return len({asked.connection for asked in stub.asked})


def test_calls_that_follow_each_other_share_a_connection(stub: Stub, burst: tuple[Burst, Clock]) -> None:
    for _ in range(3):
        call(burst[0], stub)
        burst[1].now += timedelta(seconds=1)

    assert connections(stub) == 1


@pytest.mark.parametrize("seconds", [2, 3600, -1])
def test_after_a_pause_or_a_jump_of_the_clock_the_connection_is_a_new_one(
    stub: Stub, burst: tuple[Burst, Clock], seconds: int
) -> None:
    call(burst[0], stub)
    burst[1].now += timedelta(seconds=seconds)
    call(burst[0], stub)

    assert connections(stub) == 2


def test_after_a_failure_the_connection_is_a_new_one(stub: Stub, burst: tuple[Burst, Clock]) -> None:
    call(burst[0], stub)
    with pytest.raises(ValueError, match="odd"), burst[0].session():
        raise ValueError("odd")
    call(burst[0], stub)

    assert connections(stub) == 2


def test_two_at_once_have_a_connection_each(stub: Stub, burst: tuple[Burst, Clock]) -> None:
    with burst[0].session() as session:
        session.get(stub.address + "/")
        call(burst[0], stub)

    assert connections(stub) == 2


def test_what_broke_a_call_is_said_in_few_words() -> None:
    with pytest.raises(requests.ConnectionError) as refused:
        requests.get("http://127.0.0.1:1/", timeout=HANG_S)
    assert what_broke(refused.value) == "(Connection refused)"
    assert what_broke(requests.ReadTimeout("HTTPConnectionPool(host='x', port=443): Read timed out.")) == (
        "(no answer in time)"
    )
    assert what_broke(TypeError("It is no JSON.")) == "(TypeError: It is no JSON.)"
    assert what_broke(ValueError("x" * 200)) == "(ValueError)"
