from __future__ import annotations

import inspect
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amplifier.clock import utc_now
from amplifier.errors import Unavailable
from amplifier.platforms.bounds import left
from amplifier.platforms.in_time import InTime
from amplifier.platforms.port import Connection, Part, Platform, Sought
from amplifier.platforms.registry import connect
from tests.contract.places import Vault
from tests.platforms.mastodon.test_adapter import ME, OWN, status
from tests.platforms.stub import Asked, Said, Stub

NOW = datetime(2026, 10, 9, 14, 0, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()
CALLS: dict[str, tuple[Any, ...]] = {
    "verify": (),
    "prepare": (Part("a", "en"), "key", NOW),
    "publish": (b"",),
    "find": (Sought(b"", NOW, NOBODY),),
    "spot": ("a", NOW, NOBODY),
    "read": ("5", "a"),
    "edit": ("5", Part("a", "en")),
    "delete": ("5",),
    "mentions": ("",),
    "tagged": ("Lab23", ""),
    "reread": (b"", ""),
}


class Watched:
    """Remembers what it was asked, and how much time it was given."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[tuple[Any, ...], float]] = {}

    def __getattr__(self, verb: str) -> Any:
        def call(*words: Any) -> str:
            self.asked[verb] = (words, left())
            return f"of {verb}"

        return call


def test_every_verb_of_the_port_is_tried() -> None:
    verbs = {name for name, _ in inspect.getmembers(Platform, inspect.isfunction) if not name.startswith("_")}

    assert set(CALLS) == verbs


@pytest.mark.parametrize("verb", CALLS)
def test_each_verb_has_its_time_and_gives_what_the_network_gave(verb: str) -> None:
    watched: Any = Watched()

    told = getattr(InTime(watched, 40.0), verb)(*CALLS[verb])

    words, seconds = watched.asked[verb]
    assert (told, words) == (None if verb == "delete" else f"of {verb}", CALLS[verb])
    assert seconds <= 40


def test_all_requests_of_one_verb_together_have_an_end(stub: Stub) -> None:
    numbers = iter(range(1000))

    def slowly(_: Asked) -> Said:
        time.sleep(0.1)  # each alone is in time, or the last
        return Said(200, [status(f"a{next(numbers)}", 10, "<p>Other words</p>")])

    stub.answers |= {OWN: slowly, "GET /api/v1/accounts/verify_credentials": ME}
    connection = Connection("l", stub.address, "https://social.example", {"access_token": "t"}, 5, 5, 0.35)
    adapter = connect("mastodon", connection, Vault(), utc_now)

    with pytest.raises(Unavailable, match="no answer in time"):
        adapter.spot("Polls close at 17:00", NOW - timedelta(days=1), NOBODY)
    assert stub.paths().count(OWN) < 10
