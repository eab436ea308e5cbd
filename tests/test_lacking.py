from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.lacking import PASSING_DISKS, lacks_disk, lacks_key, lacks_server, names_server
from amplifier.settings import Mode, Settings, load

SETTINGS = load(Path(__file__).parents[1])
POSTGRES = {"DATABASE_URL": "postgres://campaign@database.example/campaign"}


@pytest.fixture
def live() -> Settings:
    return SETTINGS.model_copy(update={"mode": Mode.LIVE})


@pytest.mark.parametrize("host", PASSING_DISKS)
def test_a_disk_that_is_thrown_away_is_no_place_for_a_live_database(live: Settings, host: str) -> None:
    assert f"({host} is set)" in lacks_disk(live, {host: "web.1"})
    assert lacks_disk(live, {host: "web.1", **POSTGRES}) == lacks_disk(SETTINGS, {host: "web.1"}) == ""


@pytest.mark.parametrize("url", ["postgres://a/b", "postgresql://a/b", "pgsql://a/b"])
def test_a_postgresql_is_the_server_that_we_can_use(live: Settings, url: str) -> None:
    assert names_server({"DATABASE_URL": url})
    assert lacks_server(live, {"DATABASE_URL": url}) == ""


@pytest.mark.parametrize("url", ["sqlite:////srv/campaign.sqlite3", "mysql://a/b", "postgres", "campaign"])
def test_any_other_address_is_refused_and_a_rehearsal_looks_at_none(live: Settings, url: str) -> None:
    assert lacks_server(live, {"DATABASE_URL": url}).startswith("DATABASE_URL names no PostgreSQL")
    assert lacks_server(SETTINGS, {"DATABASE_URL": url}) == ""


def test_no_address_names_no_server_and_lacks_nothing(live: Settings) -> None:
    for environ in ({}, {"DATABASE_URL": ""}):
        assert not names_server(environ)
        assert lacks_server(live, environ) == ""


def test_live_needs_a_long_key(live: Settings) -> None:
    assert "AMPLIFIER_KEY" in lacks_key(live, {"AMPLIFIER_KEY": "short"})
    assert lacks_key(live, {"AMPLIFIER_KEY": "k" * 32}) == lacks_key(SETTINGS, {}) == ""
