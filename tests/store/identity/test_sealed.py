"""Log-in sessions: by account and address, and never replaced by nothing."""

from __future__ import annotations

import pytest

from amplifier.store.identity.sealed import load_seal, save_seal
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")
HERE, THERE = "https://bsky.social", "https://pds.example"


def test_a_session_is_found_by_its_account_and_address_alone() -> None:
    save_seal("bluesky", HERE, value=b"\x00sealed", now=NOW)
    assert load_seal("bluesky", HERE) == b"\x00sealed"
    assert load_seal("bluesky", THERE) is None
    assert load_seal("bluesky-two", HERE) is None


def test_the_newest_session_holds() -> None:
    save_seal("bluesky", HERE, value=b"one", now=NOW)
    save_seal("bluesky", THERE, value=b"there", now=NOW)
    save_seal("bluesky", HERE, value=b"two", now=after(1))
    assert (load_seal("bluesky", HERE), load_seal("bluesky", THERE)) == (b"two", b"there")


def test_nothing_replaces_a_session_by_nothing() -> None:
    save_seal("bluesky", HERE, value=b"one", now=NOW)
    with pytest.raises(ValueError, match="nothing"):
        save_seal("bluesky", HERE, value=b"", now=after(1))
    assert load_seal("bluesky", HERE) == b"one"
