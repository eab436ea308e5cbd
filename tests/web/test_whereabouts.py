"""Where the pages are is written down, and a database that cannot take it stops nobody."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from amplifier.store import heartbeats
from amplifier.web import whereabouts


@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://127.0.0.1:8000"),
    ],
)
def test_the_pages_address_is_known_to_the_worker(host: str, address: str) -> None:
    whereabouts.announce(host, 8000)
    assert heartbeats.heartbeats()["web"].detail == address


def test_pages_are_served_also_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("no such table: heartbeats")

    monkeypatch.setattr(heartbeats, "beat", fail)
    whereabouts.announce("127.0.0.1", 8000)
