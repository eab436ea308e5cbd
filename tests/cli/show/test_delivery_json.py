"""A delivery has the same keys in the answer of every command, and programs that knew fewer find theirs."""

from __future__ import annotations

import pytest

from amplifier.cli.show.delivery_json import delivery_json
from amplifier.store import delivery_views
from tests.store import filled
from tests.store.filled import NOW, add

# What each command told before there was one form.
KNOWN = {
    "decide": "id post account state reason text due_at tried_at unseen_since url",
    "resume": "id post account text due_at too_late_at",
    "send": "id account platform state reason detail text due_at url remote_id",
    "status": "id post account verb state reason detail due_at remote_state text",
}


@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize("command", KNOWN)
def test_every_command_s_keys_are_there(command: str) -> None:
    filled.open_ledger()
    number = add(account="x", due=NOW)
    (row,) = delivery_views.views_by_id([number])
    told = delivery_json(row)
    assert set(KNOWN[command].split()) <= set(told)
    assert (told["id"], told["account"], told["platform"], told["due_at"]) == (number, "x", "x", NOW)
    assert (told["url"], told["remote_id"], told["remote_state"], told["tried_at"]) == (None, None, None, None)
