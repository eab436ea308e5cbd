"""Published kits: the newest page of each campaign."""

from __future__ import annotations

import pytest

from amplifier.store.kits import Kit, keep_kit, kit_digests, kits
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("any_ledger")


def test_a_page_is_given_back_byte_by_byte() -> None:
    assert kits() == {}
    kit = Kit("lab23", "d1", "<p>Wähle\x00</p>".encode())
    keep_kit(kit, now=NOW)
    assert kits() == {"lab23": kit}


def test_a_new_page_takes_the_place_of_the_one_before() -> None:
    keep_kit(Kit("lab23", "d1", b"one"), now=NOW)
    keep_kit(Kit("other", "d0", b"else"), now=NOW)
    keep_kit(Kit("lab23", "d2", b"two"), now=after(1))
    assert kit_digests() == {"lab23": "d2", "other": "d0"}
    assert kits()["lab23"].html == b"two"
