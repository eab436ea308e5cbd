"""Every verb is tried on a real SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest

from tests.store import filled


@pytest.fixture
def opened(any_ledger: None) -> None:  # noqa: ARG001  the database that it opens
    """A ledger of the campaign lab23, with accounts on three networks."""
    filled.open_ledger()
