from __future__ import annotations

import pytest

from amplifier.deliver.vault import SealedVault
from amplifier.store.models import SealedRow
from tests.store import filled

KEY, OTHER = "k" * 48, "o" * 48
HERE = "https://pds.example"


def test_a_session_comes_back_with_its_key_alone_and_stands_nowhere_in_the_clear(any_ledger: None) -> None:
    assert any_ledger is None
    filled.know_the_three()
    vault = SealedVault("bluesky", HERE, KEY)
    assert vault.load() is None
    vault.save("a session")
    assert vault.load() == "a session"
    assert b"a session" not in bytes(SealedRow.objects.get().value)
    assert SealedVault("bluesky", HERE, OTHER).load() is None
    assert SealedVault("bluesky", "https://other.example", KEY).load() is None


def test_without_a_key_nothing_is_kept_and_nothing_is_there(any_ledger: None) -> None:
    assert any_ledger is None
    filled.know_the_three()
    vault = SealedVault("bluesky", HERE, "")
    with pytest.raises(ValueError, match="never kept without a key"):
        vault.save("a session")
    assert not SealedRow.objects.exists()
    SealedVault("bluesky", HERE, KEY).save("a session")
    assert vault.load() is None
