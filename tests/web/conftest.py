"""The small campaign as fixtures: `campaign` has its files, `opened` has been started; on SQLite, or on both."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.clock import utc_now
from amplifier.install import Install, open_install
from amplifier.store.holding.stop_links import write_down
from amplifier.web import frame, urls
from amplifier.web.secret_links.stop_links import stop_links
from tests.web.campaign import Campaign, make_home

assert urls.urlpatterns  # loaded before any test puts something else in a name that the pages import
AHEAD = timedelta(minutes=10)  # the first post is due so long after the first test that asks


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Settings are read once: it takes longer than most tests here."""
    folder = tmp_path_factory.mktemp("web")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AMPLIFIER_VAR", "AMPLIFIER_KEY", "DATABASE_URL"):
            patch.setenv(name, "")  # settling changes these; here they come back at the end
        return open_install(make_home(folder / "home"), folder / "var")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settled: Install) -> Iterator[Campaign]:
    place = replace(settled, home=Path(shutil.copytree(settled.home, tmp_path / "home")))
    monkeypatch.setattr(frame, "open_install", lambda *_: place)
    monkeypatch.setenv("AMPLIFIER_VAR", str(place.var))
    asked = frame.install
    for kept in (asked, stop_links):
        kept.cache_clear()
    write_down(place.var, {})
    yield Campaign(place)
    for kept in (asked, stop_links):
        kept.cache_clear()
    (place.var / "STOP").unlink(missing_ok=True)  # the folder is shared, and a test may have stopped everything


@pytest.fixture
def campaign(sqlite_ledger: None, install: Campaign) -> Campaign:  # noqa: ARG001  the database, before anything asks it
    return install


@pytest.fixture(scope="session")
def started(settled: Install) -> list[bytes]:
    """Where the first test that starts the campaign leaves the database for the others."""
    assert settled
    return []


@pytest.fixture
def opened(campaign: Campaign, started: list[bytes]) -> Campaign:
    path = Path(connection.settings_dict["NAME"])
    if not started:
        campaign.open(first=utc_now() + AHEAD)
        connection.close()  # so that all of it is in the one file
        started.append(path.read_bytes())
    path.write_bytes(started[0])
    campaign.beat()
    return campaign


@pytest.fixture
def anywhere(any_ledger: None, install: Campaign) -> Campaign:  # noqa: ARG001  the database, before anything asks it
    install.open(first=utc_now() + AHEAD)
    return install
