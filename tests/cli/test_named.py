"""Accounts that people name on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.cli.named import accounts_named
from amplifier.errors import UsageError
from amplifier.settings import load

SETTINGS = load(Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("text", "found"), [(None, ()), ("", ()), ("x", ("x",)), (" x , bluesky,x,", ("x", "bluesky"))]
)
def test_a_list_is_read_as_people_write_it(text: str | None, found: tuple[str, ...]) -> None:
    assert accounts_named(text, SETTINGS) == found


def test_an_account_that_there_is_not_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no account “mastadon”\. Did you mean mastodon\?"):
        accounts_named("x,mastadon", SETTINGS)
