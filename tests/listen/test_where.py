"""Where we listen: the names of sources, and whose trouble is worth telling."""

from __future__ import annotations

import pytest

from amplifier.listen.where import source_name, tags_on, troubled
from amplifier.settings import Account, Listen, Settings
from amplifier.store.listening import sources
from tests.schedule.homes import EIGHT, open_ledger, settings

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


def listening() -> Settings:
    """The example's settings, with a tag to listen to."""
    return settings().model_copy(update={"listen": Listen.model_validate({"tags": [{"tag": "#OurTag", "ours": True}]})})


def by_name(*names: str) -> tuple[list[Account], Settings]:
    return [settings().account(name) for name in names], listening()


def test_a_source_is_called_by_its_account_and_what_is_listened_to() -> None:
    assert (source_name("x"), source_name("mastodon", "OurTag")) == ("x:mentions", "mastodon:#OurTag")


def test_tags_are_listened_to_where_the_network_finds_them() -> None:
    assert tags_on(settings().account("x"), listening()) == ("", "OurTag")
    assert tags_on(settings().account("bluesky"), listening()) == ("",)


def test_trouble_is_told_of_what_is_listened_to_and_of_nothing_else() -> None:
    open_ledger(EIGHT)
    for name in ("x:mentions", "x:#OurTag", "x:#Former", "bluesky:#OurTag", "mastodon:mentions", "#7:mentions"):
        sources.source_trouble(name, problem=f"{name} fails.")
    assert troubled(*by_name("x", "bluesky")) == {"x:mentions": "x:mentions fails.", "x:#OurTag": "x:#OurTag fails."}
    sources.advance("x:#OurTag", cursor="c", now=EIGHT)
    assert troubled(*by_name("x")) == {"x:mentions": "x:mentions fails."}
    assert troubled(*by_name()) == {}
