"""The small campaign as fixtures: `campaign` has its files, `opened` has been started; on SQLite, or on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from amplifier.web import frame
from tests.web.campaign import Campaign, make_home


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Campaign]:
    monkeypatch.setenv("AMPLIFIER_HOME", str(make_home(tmp_path / "home")))
    for name, value in (("AMPLIFIER_VAR", str(tmp_path / "var")), ("AMPLIFIER_KEY", ""), ("DATABASE_URL", "")):
        monkeypatch.setenv(name, value)  # settling changes these; here they come back at the end
    place = frame.place
    place.cache_clear()
    yield Campaign(place())
    place.cache_clear()


@pytest.fixture
def campaign(sqlite_ledger: None, install: Campaign) -> Campaign:  # noqa: ARG001  the database, before anything asks it
    return install


@pytest.fixture
def opened(campaign: Campaign) -> Campaign:
    campaign.open()
    return campaign


@pytest.fixture
def anywhere(any_ledger: None, install: Campaign) -> Campaign:  # noqa: ARG001  the database, before anything asks it
    install.open()
    return install
