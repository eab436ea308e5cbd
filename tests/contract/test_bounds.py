"""No server can keep a call for ever, or fill the memory: every verb on every network ends in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from amplifier.clock import utc_now
from amplifier.errors import OutcomeUnknown, PlatformError, Unavailable
from amplifier.platforms.frozen import freeze
from amplifier.platforms.port import Connection, Part, Platform, Sought
from amplifier.platforms.registry import connect
from tests.contract.places import Vault
from tests.platforms.hostile import WAYS, Hostile

HANDLES = {"x": "labfreemvmt", "bluesky": "labfreemvmt.example", "mastodon": "labfreemvmt"}
SECRETS = dict.fromkeys(("api_key", "api_secret", "access_token", "access_secret", "app_password"), "pretend")
REMOTE_ID = {"x": "5", "bluesky": "at://did:plc:us/app.bsky.feed.post/3kaaaaaaaaaa2", "mastodon": "5"}
REQUEST = freeze(
    {
        "text": "Polls close at 17:00",
        "visibility": "public",
        "language": "en",
        "idempotency_key": "k",
        "repo": "did:plc:us",
        "collection": "app.bsky.feed.post",
        "rkey": "3kaaaaaaaaaa2",
        "record": {},
    }
)
NOBODY: frozenset[str] = frozenset()
READS: dict[str, Callable[[Platform, str], Any]] = {
    "verify": lambda adapter, _: adapter.verify(),
    "find": lambda adapter, _: adapter.find(Sought(REQUEST, utc_now() - timedelta(hours=2), NOBODY)),
    "spot": lambda adapter, _: adapter.spot("Polls close at 17:00", utc_now() - timedelta(hours=2), NOBODY),
    "read": lambda adapter, network: adapter.read(REMOTE_ID[network], "Polls close at 17:00"),
    "mentions": lambda adapter, _: adapter.mentions(""),
}
CHANGES: dict[str, Callable[[Platform, str], Any]] = {
    "publish": lambda adapter, _: adapter.publish(REQUEST),
    "delete": lambda adapter, network: adapter.delete(REMOTE_ID[network]),
}
EDIT = {"edit": lambda adapter, network: adapter.edit(REMOTE_ID[network], Part("Polls close at 18:00", "en"))}
ENDLESS_S = 60.0  # a test that waits so long has met a call without an end; what is tested takes half a second
LARGE = {"never_ends", "is_a_bomb"}


@pytest.fixture(params=WAYS)
def hostile(request: pytest.FixtureRequest) -> Iterator[Hostile]:
    server = Hostile(WAYS[request.param], entrance="verify" not in request.node.name)
    yield server
    server.close()


def met(network: str, server: Hostile, ask: Callable[[Platform, str], Any]) -> BaseException | None:
    """What a call meets that a thread of its own makes, which must end."""
    # One that drips is given half a second; the size of an answer must be found without the clock's help.
    seconds = (0.2, 0.3) if server.name not in LARGE else (5.0, 25.0)
    connection = Connection(HANDLES[network], server.address, "https://social.example", SECRETS, *seconds)
    adapter = connect(network, connection, Vault(), utc_now)
    raised: list[BaseException] = []

    def call() -> None:
        try:
            ask(adapter, network)
        except PlatformError as error:
            raised.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(ENDLESS_S)
    assert not thread.is_alive(), "the call never ends"
    return raised[0] if raised else None


@pytest.mark.parametrize("network", HANDLES)
@pytest.mark.parametrize("verb", READS)
def test_a_question_that_is_answered_without_an_end_has_one(network: str, verb: str, hostile: Hostile) -> None:
    assert isinstance(met(network, hostile, READS[verb]), Unavailable)


@pytest.mark.parametrize("network", HANDLES)
@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_that_is_answered_without_an_end_is_unknown(network: str, verb: str, hostile: Hostile) -> None:
    error = met(network, hostile, CHANGES[verb])

    assert isinstance(error, OutcomeUnknown)


def test_an_edit_that_asks_first_changes_nothing(hostile: Hostile) -> None:
    assert isinstance(met("mastodon", hostile, EDIT["edit"]), Unavailable)
