"""A stub server for a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platforms.stub import Stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub({})
    yield server
    server.close()
