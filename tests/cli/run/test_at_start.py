"""What a start would refuse is told by `check` before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amplifier.__main__ import main
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.clock import utc_now
from amplifier.lacking import PASSING_DISKS
from amplifier.store import ledger
from tests.cli.conftest import REPOSITORY, Shell
from tests.cli.test_going_live import live_home, secrets_of


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = live_home(tmp_path / "home", "1 Road, Liverpool")
    for name in (*secrets_of(home), "DATABASE_URL", *PASSING_DISKS):
        monkeypatch.delenv(name, raising=False)
    return home


def checked(home: Path, capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    assert main(["check", "--home", str(home), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_keys_that_are_not_set_are_named_each_with_its_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "budget: {monthly: 20}\nnotify:\n  - name: ola\n    address: OLA_PHONE\nping: PING_URL\n"
    text = (home / "settings.yaml").read_text() + more
    (home / "settings.yaml").write_text(text)
    warnings = checked(home, capsys)["warnings"]
    lines = text.splitlines()
    named = secrets_of(home).keys() - {"AMPLIFIER_KEY"}
    assert len(named) == 8
    for variable in named:
        (told,) = [one for one in warnings if f"The environment variable {variable} is not set" in one["message"]]
        assert (told["rule"], told["path"]) == ("missing_secret", "settings.yaml")
        assert variable in lines[told["line"] - 1]
    (key,) = [one for one in warnings if one["rule"] == "environment"]
    assert "Live mode needs AMPLIFIER_KEY in the environment" in key["message"]
    assert "import secrets" in key["hint"]
    assert lines[key["line"] - 1].startswith("mode: live")


def test_where_all_of_them_are_set_there_is_nothing_to_say(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in secrets_of(home).items():
        monkeypatch.setenv(name, value)
    rules = {one["rule"] for one in checked(home, capsys)["warnings"]}
    assert not rules & {"missing_secret", "environment"}


def test_a_disk_that_does_not_last_is_told(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNO", "web.1")
    told = [one["message"] for one in checked(home, capsys)["warnings"] if one["rule"] == "environment"]
    assert any("disk does not last (DYNO is set)" in one for one in told)


@pytest.mark.parametrize("url", ["sqlite:////srv/campaign.sqlite3", "mysql://database.example/campaign", "campaign"])
def test_an_address_of_no_postgresql_is_told_whatever_it_is(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("AMPLIFIER_KEY", "k" * 48)
    (told,) = [one for one in checked(home, capsys)["warnings"] if one["rule"] == "environment"]
    assert told["message"].startswith("DATABASE_URL names no PostgreSQL")
    assert main(["worker", "--home", str(home)]) == 2
    assert "DATABASE_URL names no PostgreSQL" in capsys.readouterr().err
    assert main(["stop", "--home", str(home)]) == 0, "whatever it is, a stop stops"


def test_a_rehearsal_needs_none_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNO", "web.1")
    monkeypatch.setenv("DATABASE_URL", "mysql://database.example/campaign")
    assert checked(copy_home(REPOSITORY, tmp_path / "there", seconds=60), capsys)["warnings"] == []


def test_a_campaign_that_is_over_is_an_error_with_its_dates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    text = (home / "settings.yaml").read_text().replace("mode: rehearsal", "mode: live")
    (home / "settings.yaml").write_text(text.replace('address: ""', "address: 1 Road, Liverpool"))
    (told,) = checked(home, capsys, 2)["problems"]
    assert (told["rule"], told["path"]) == ("over", "settings.yaml")
    assert text.splitlines()[told["line"] - 1].startswith("  last_day:")
    assert "(onward/once) was due on 11 October 2023 at 16:00" in told["message"]
    assert "(vote) was on 10 October 2023 at 17:15" in told["message"]
    assert main(["check", "--home", str(home)]) == 2
    assert "1 problem. Nothing was started." in capsys.readouterr().out


def test_a_ledger_of_another_campaign_or_mode_is_told_as_the_start_would(unstarted: Shell) -> None:
    ledger.open_ledger(mode="rehearsal", campaign="lab22", now=utc_now(), stopped="")
    (told,) = unstarted.ask("check")["problems"]
    text = (unstarted.home / "settings.yaml").read_text()
    assert (told["rule"], text.splitlines()[told["line"] - 1].strip()) == ("ledger", "id: lab23")
    assert "belongs to the campaign “lab22”, and settings.yaml says “lab23”" in told["message"]
    said = unstarted("check")
    assert (said.code, "1 problem. Nothing was started." in said.out) == (2, True)
    (unstarted.home / "settings.yaml").write_text(text.replace("mode: rehearsal", "mode: live"))
    modes = [one for one in unstarted.ask("check")["problems"] if one["rule"] == "ledger"]
    assert ["belongs to mode “rehearsal”" in one["message"] for one in modes] == [True]
