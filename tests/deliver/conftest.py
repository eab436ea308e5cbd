"""A worker at its desk, on a real ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deliver.desk import Desk
from tests.store import filled


@pytest.fixture
def desk(sqlite_ledger: None) -> Iterator[Desk]:  # noqa: ARG001  the ledger that it works on
    filled.open_ledger()
    made = Desk()
    yield made
    made.close()
