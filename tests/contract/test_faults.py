"""Every way in which a network can fail is told apart: what is certain, and what may be out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from amplifier.clock import utc_now
from amplifier.errors import AlreadyPublished, OutcomeUnknown, PlatformError, RateLimited, Unavailable
from amplifier.platforms.port import Part, Platform, Sought
from tests.contract.places import Account, SandboxPlace
from tests.contract.test_publishing import key
from tests.waiting import HANG_S

AT_SANDBOX = pytest.mark.parametrize(
    "place", ["x@sandbox", "bluesky@sandbox", "mastodon@sandbox"], indirect=True, scope="session"
)
WORDS = Part("Polls close at 17:00 #Lab23", "en")
# What a call to publish may meet, and whether the post is there afterwards.
DOUBTS: list[tuple[str, dict[str, Any], bool]] = [
    ("status", {"status": 500, "stored": False}, False),
    ("status", {"status": 500, "stored": True}, True),
    ("status", {"status": 502, "stored": True}, True),
    ("status", {"status": 503, "stored": False}, False),
    ("status", {"status": 503, "stored": True}, True),
    ("status", {"status": 504, "stored": True}, True),
    ("hang", {"seconds": 10 * HANG_S}, True),
    ("cut_before", {}, False),
    ("cut_after", {}, True),
    ("half", {}, True),
]
OUTAGES: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500}),
    ("status", {"status": 503}),
    ("hang", {"seconds": 10 * HANG_S}),
    ("cut_before", {}),
    ("cut_after", {}),
    ("half", {}),
]
READS: dict[str, Callable[[Platform, bytes], Any]] = {
    "find": lambda adapter, request: adapter.find(Sought(request, utc_now() - timedelta(minutes=1), frozenset())),
    "mentions": lambda adapter, _: adapter.mentions(""),
}


def named(case: tuple[Any, ...]) -> str:
    return " ".join([case[0], *(f"{name}={value}" for name, value in case[1].items())])


def patience(kind: str) -> float:
    """How long an answer is waited for: a fault that is answered at once has all the time that a slow machine takes."""
    return 2.0 if kind == "hang" else HANG_S


def entered(account: Account, kind: str = "") -> Platform:
    """An adapter that knows who it is, so that a fault meets the call it is meant for."""
    adapter = account.open(read_timeout=patience(kind))
    adapter.verify()
    return adapter


@AT_SANDBOX
@pytest.mark.parametrize("case", DOUBTS, ids=named)
def test_a_publish_without_a_clear_answer_is_unknown_and_looking_tells(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any], bool]
) -> None:
    kind, more, is_there = case
    adapter = entered(account, kind)
    request = adapter.prepare(WORDS, key(account), utc_now())
    failing.fail("publish", kind, **more)

    with pytest.raises(OutcomeUnknown):
        adapter.publish(request)

    assert len(failing.texts(account)) == is_there
    assert (READS["find"](adapter, request) is not None) == is_there


@AT_SANDBOX
@pytest.mark.parametrize("case", DOUBTS, ids=named)
def test_the_same_bytes_again_after_a_doubt_make_no_second_post(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any], bool]
) -> None:
    kind, more, _ = case
    adapter = entered(account, kind)
    request = adapter.prepare(WORDS, key(account), utc_now())
    failing.fail("publish", kind, **more)
    with pytest.raises(OutcomeUnknown):
        adapter.publish(request)

    try:
        receipt = adapter.publish(request)
    except AlreadyPublished:
        receipt = READS["find"](adapter, request)

    assert list(failing.texts(account)) == [receipt.remote_id]


@AT_SANDBOX
def test_a_server_that_asks_for_patience_is_heard_and_publishes_nothing(
    failing: SandboxPlace, account: Account
) -> None:
    adapter = entered(account)
    request = adapter.prepare(WORDS, key(account), utc_now())
    failing.fail("publish", "status", status=429)

    with pytest.raises(RateLimited) as raised:
        adapter.publish(request)

    assert utc_now() < raised.value.until < utc_now() + timedelta(hours=25)
    assert failing.texts(account) == {}


@AT_SANDBOX
def test_a_slow_answer_within_the_time_is_an_answer(failing: SandboxPlace, account: Account) -> None:
    adapter = account.open(read_timeout=HANG_S)
    request = adapter.prepare(WORDS, key(account), utc_now())
    failing.fail("publish", "delay", seconds=0.3)

    assert [adapter.publish(request).remote_id] == list(failing.texts(account))


@AT_SANDBOX
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("case", OUTAGES, ids=named)
def test_reading_that_fails_is_unavailable_and_never_unknown(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any]], read: str
) -> None:
    kind, more = case
    adapter = entered(account, kind)
    request = adapter.prepare(WORDS, key(account), utc_now())
    failing.fail(read, kind, **more)

    with pytest.raises(Unavailable):
        READS[read](adapter, request)

    READS[read](adapter, request)  # and the next time all is well


@AT_SANDBOX
@pytest.mark.parametrize("read", READS)
def test_reading_too_often_tells_until_when_to_wait(failing: SandboxPlace, account: Account, read: str) -> None:
    adapter = entered(account)
    request = adapter.prepare(WORDS, key(account), utc_now())
    failing.fail(read, "status", status=429)

    with pytest.raises(RateLimited) as raised:
        READS[read](adapter, request)

    assert raised.value.until > utc_now()


@pytest.mark.parametrize("place", ["bluesky@sandbox"], indirect=True, scope="session")
@pytest.mark.parametrize("case", OUTAGES, ids=named)
def test_a_log_in_that_fails_has_published_nothing(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any]]
) -> None:
    kind, more = case
    request = account.open().prepare(WORDS, key(account), utc_now())
    failing.fail("login", kind, **more)

    with pytest.raises(Unavailable):
        account.open(read_timeout=patience(kind)).publish(request)

    assert failing.texts(account) == {}


@pytest.mark.parametrize("place", ["mastodon@sandbox"], indirect=True, scope="session")
def test_a_repeated_key_may_be_answered_with_an_error_although_the_post_is_there(
    failing: SandboxPlace, account: Account
) -> None:
    adapter = account.open()
    request = adapter.prepare(WORDS, key(account), utc_now())
    receipt = adapter.publish(request)
    failing.fail("publish", "replay_500", times=None)

    with pytest.raises(OutcomeUnknown):
        adapter.publish(request)

    assert READS["find"](adapter, request) == receipt


@AT_SANDBOX
def test_every_failure_names_the_network(failing: SandboxPlace, account: Account) -> None:
    adapter = entered(account)
    request = adapter.prepare(WORDS, key(account), utc_now())
    failing.fail("publish", "cut_after")

    with pytest.raises(PlatformError) as raised:
        adapter.publish(request)

    assert account.capabilities.title in str(raised.value)
    assert not any(secret in str(raised.value) for secret in account.connection.secrets.values())
