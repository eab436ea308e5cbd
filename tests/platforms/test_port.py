from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from amplifier.platforms.port import Connection


def test_a_connection_waits_neither_for_ever_nor_not_at_all() -> None:
    connection = Connection("name", "https://api.example", "https://web.example", {})

    assert 0 < connection.connect_timeout < connection.read_timeout < 60
    with pytest.raises(FrozenInstanceError):
        connection.handle = "other"  # type: ignore[misc]
