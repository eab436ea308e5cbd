"""Live without the address that the imprint asks for: refused where nothing is out yet, let go on where it is."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.__main__ import main
from amplifier.cli.rehearsal import tally
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.run import worker
from amplifier.cli.show.unnotified import unasked
from amplifier.clock import utc_now
from amplifier.errors import SettingsError
from amplifier.install import Install, open_install
from amplifier.store import ledger
from amplifier.wiring.service import listener_jobs, open_app, reach
from tests.journeys.install import RunningInstall
from tests.store import filled

pytestmark = pytest.mark.program

REPOSITORY = Path(__file__).parents[2]
LACKING = "the page /imprint must give an address: `address` is empty."


def live_home(folder: Path, address: str = "") -> Path:
    home = copy_home(REPOSITORY, folder, seconds=60)
    text = (home / "settings.yaml").read_text().replace("mode: rehearsal", "mode: live")
    (home / "settings.yaml").write_text(text.replace('address: ""', f'address: "{address}"'))
    bring_forward(home)
    return home


def bring_forward(home: Path) -> None:
    """The campaign's days lie ahead, on the same days of the week and about the same days of the year."""
    years = timedelta(weeks=52) * (utc_now().year - 2022)
    for path in (home / "settings.yaml", *home.glob("schedules/*.yaml")):
        moved = re.sub(
            r"2023-\d\d-\d\d",
            lambda day: f"{date.fromisoformat(day.group()) + years}",
            path.read_text(encoding="utf-8"),
        )
        path.write_text(moved, encoding="utf-8")


def secrets_of(home: Path) -> dict[str, str]:
    words = (home / "settings.yaml").read_text().split()
    return {word: "pretend" for word in words if word.isupper() and "_" in word} | {"AMPLIFIER_KEY": "k" * 48}


def test_check_says_it_and_names_the_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = live_home(tmp_path / "home")
    assert main(["check", "--home", str(home)]) == 2
    said = " ".join(capsys.readouterr().out.split())
    assert LACKING in said
    assert "settings.yaml:" in said
    assert "1 problem. Nothing was started." in said
    assert main(["check", "--json", "--home", str(home)]) == 2
    assert [one["rule"] for one in json.loads(capsys.readouterr().out)["problems"]] == ["imprint"]
    assert main(["check", "--home", str(live_home(tmp_path / "filled", "1 Road, Liverpool"))]) == 0


def test_check_notes_it_in_a_rehearsal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--home", str(copy_home(REPOSITORY, tmp_path / "home", seconds=60))]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "The page /imprint does not give an address. A new ledger does not go live without it." in said


def test_check_warns_of_it_where_something_is_out_as_up_and_the_worker_go_on(
    any_ledger: None, place: Install, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any_ledger is None
    if connection.vendor == "sqlite":
        shutil.copy(connection.settings_dict["NAME"], place.var / "amplifier.sqlite3")
        monkeypatch.setitem(connection.settings_dict, "NAME", str(place.var / "amplifier.sqlite3"))
        connection.close()
    else:
        monkeypatch.setenv("DATABASE_URL", "postgres://the-server-of-this-test/")
    words = ["check", "--home", str(place.home), "--var", str(place.var)]
    ledger.open_ledger(mode="live", campaign="lab23", now=utc_now(), stopped="")
    filled.know_the_three()
    filled.unsure("Perhaps out.")
    assert main(words) == 2
    assert "1 problem. Nothing was started." in capsys.readouterr().out
    filled.sent("Out.")
    assert main(words) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"{LACKING} Posts are out, so everybody can see that. Fill in address under imprint." in said
    assert "✓ Nothing is wrong; " in said
    assert "A new ledger does not go live" not in said
    assert main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["problems"] == []
    assert [one["rule"] for one in answer["warnings"]].count("imprint") == 1


@pytest.mark.parametrize("word", ["up", "worker"])
def test_a_new_ledger_does_not_go_live_without_it(tmp_path: Path, word: str) -> None:
    install = RunningInstall(live_home(tmp_path / "home"), tmp_path / "var")
    install.extra = secrets_of(install.home)
    if word == "worker":
        assert install.command("migrate").returncode == 0
    ports = ("--port", str(install.port)) if word == "up" else ()
    refused = install.command(word, *ports)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert LACKING in refused.stderr
    assert not install.living()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    home = live_home(tmp_path / "home")
    for name in ("AMPLIFIER_VAR", "AMPLIFIER_KEY"):
        monkeypatch.setenv(name, "")
    for name, value in secrets_of(home).items():
        monkeypatch.setenv(name, value)
    return open_install(home, tmp_path / "var")


def unkeyed(home: Path) -> Path:
    """The same home without a single key: X by the default, the others by hand."""
    text = re.sub(r"    secrets:\n(      .*\n)+", "    hand_off: true\n", (home / "settings.yaml").read_text())
    assert text.count("hand_off: true") == 3
    (home / "settings.yaml").write_text(text.replace("    hand_off: true\n", "", 1))  # X: nobody says anything
    return home


def test_live_opens_without_a_key_where_no_network_is_asked_and_says_what_is_not_done(
    any_ledger: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any_ledger is None
    home = unkeyed(live_home(tmp_path / "home", address="1 Road"))
    for name in ("X_API_KEY", "BLUESKY_APP_PASSWORD", "MASTODON_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AMPLIFIER_VAR", "")
    monkeypatch.setenv("AMPLIFIER_KEY", "k" * 48)
    app = open_app(open_install(home, tmp_path / "var"))
    assert set(app.platforms) == {"x", "bluesky", "mastodon"}
    assert [job.name for job in listener_jobs(app)] == ["listener heartbeat"]
    said = unasked(app.install.settings)
    assert said.startswith("Nothing is asked of x, bluesky, mastodon by API, which takes no keys. Mentions")


def test_an_account_that_is_never_asked_is_there_though_the_keys_that_it_names_are_not(
    place: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("X_API_KEY", "X_API_SECRET", "MASTODON_ACCESS_TOKEN"):
        monkeypatch.delenv(name)
    assert reach(place.settings.account("x"), place)
    with pytest.raises(SettingsError, match="MASTODON_ACCESS_TOKEN"):
        reach(place.settings.account("mastodon"), place)


def test_who_seals_nothing_needs_no_key_of_the_install(tmp_path: Path) -> None:
    install = RunningInstall(live_home(tmp_path / "home", address="1 Road"), tmp_path / "var")
    for words in (["migrate"], ["status"], ["mentions"], ["facts"], ["milestone"], ["confirm"], ["stop"], ["sandbox"]):
        done = install.command(*words)
        assert "AMPLIFIER_KEY" not in done.stderr, words
    for part in ("worker", "listener", "web"):
        refused = install.command(part)
        assert refused.returncode == 2
        assert "AMPLIFIER_KEY in the environment: it seals log-in sessions and secret links." in refused.stderr


class Opened(Exception):
    """It went on to open the ledger, and no further: live it would speak to the world."""


def test_one_that_has_published_goes_on(any_ledger: None, place: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any_ledger is None

    def opened(_: object) -> None:
        raise Opened

    monkeypatch.setattr(worker, "open_app", opened)
    options = argparse.Namespace(home=place.home, var=place.var, listen=False)
    filled.open_ledger()
    filled.unsure("Perhaps out.")
    with pytest.raises(SettingsError, match="address"):
        worker.run(options)
    filled.sent("Out.")
    with pytest.raises(Opened):
        worker.run(options)


def test_up_asks_the_file_itself(tmp_path: Path) -> None:
    file = tmp_path / "amplifier.sqlite3"
    assert not tally.has_published(file)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE other (state)")
    assert not tally.has_published(file)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE deliveries (state)")
        database.execute("INSERT INTO deliveries VALUES ('queued')")
    assert not tally.has_published(file)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("INSERT INTO deliveries VALUES ('sent')")
    assert tally.has_published(file)
