"""Rows that are put in doubt, and become one."""

from __future__ import annotations

import pytest

from amplifier.campaign.account import Access
from amplifier.store.identity import whose
from amplifier.store.models import AccountRow
from tests.store import filled
from tests.store.filled import NOW

pytestmark = pytest.mark.usefixtures("opened")


def test_a_label_in_doubt_has_a_row_of_its_own_and_what_was_said_stays_where_it_was() -> None:
    before = AccountRow.objects.get(label="x")
    whose.put_in_doubt(before, now=NOW)
    before.refresh_from_db()
    assert (before.label, before.is_listed) == ("x (@x-handle)", False)
    after = AccountRow.objects.get(label="x")
    assert (after.handle, after.health, after.is_listed, after.pool) == (
        before.handle,
        Access.UNPROVEN,
        True,
        before.pool,
    )


def test_who_is_proven_already_is_not_proven_to_be_somebody_else() -> None:
    number = filled.number("x")
    whose.prove(number, remote_id="1", url="")
    whose.prove(number, remote_id="2", url="")
    assert AccountRow.objects.get(id=number).remote_id == "1"
