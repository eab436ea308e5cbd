"""Who needs keys: nobody whose network is never asked."""

from __future__ import annotations

import pytest

from amplifier.networks import PAID, is_never_asked
from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Account

KEYS = {"a": "A"}


@pytest.mark.parametrize(
    ("platform", "hand_off", "secrets", "budget", "never"),
    [
        ("x", None, {}, False, True),
        ("x", None, KEYS, False, True),
        ("x", True, KEYS, False, True),
        ("x", None, {}, True, False),
        ("x", True, {}, True, True),
        ("x", True, KEYS, True, False),
        ("bluesky", None, {}, False, False),
        ("bluesky", True, {}, False, True),
        ("mastodon", True, KEYS, False, False),
        ("mastodon", False, {}, True, False),
    ],
)
def test_only_what_is_asked_needs_keys(
    platform: str,
    hand_off: bool | None,  # noqa: FBT001  a table of cases
    secrets: dict[str, str],
    budget: bool,  # noqa: FBT001
    never: bool,  # noqa: FBT001
) -> None:
    account = Account(name="one", platform=platform, handle="one", secrets=secrets, hand_off=hand_off)
    assert is_never_asked(account, has_budget=budget) is never


def test_the_networks_that_charge_are_those_with_a_price() -> None:
    assert {name for name, row in TABLE.items() if row.price > 0} == PAID
