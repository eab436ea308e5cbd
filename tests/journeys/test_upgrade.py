"""A ledger of an earlier version is brought up to this one, and kept as it was: the way there, and the way back."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.journeys.install import RunningInstall

pytestmark = pytest.mark.journey
LEDGERS = Path(__file__).parents[1] / "store" / "ledgers"
MIGRATIONS = Path(__file__).parents[2] / "amplifier" / "store" / "migrations"
DUMPS = sorted(LEDGERS.glob("*.sqlite.sql"))
KEYS = {
    "AMPLIFIER_KEY": "a key for tests only, long enough to be taken",
    **dict.fromkeys(("X_API_KEY", "X_API_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_SECRET"), "pretend"),
    **dict.fromkeys(("BLUESKY_APP_PASSWORD", "MASTODON_ACCESS_TOKEN"), "pretend"),
}
NEWEST = max(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))
OLDER = [dump for dump in DUMPS if f"'{NEWEST}'" not in dump.read_text()]
STATES = "SELECT state, count(*) FROM deliveries GROUP BY state"


@pytest.mark.parametrize("dump", OLDER, ids=lambda path: path.name)
def test_before_a_ledger_is_changed_it_is_kept_and_that_file_is_the_way_back(dump: Path, tmp_path: Path) -> None:
    install = RunningInstall(Path(shutil.copytree(LEDGERS / "home", tmp_path / "home")), tmp_path / "var", extra=KEYS)
    install.var.mkdir()
    with sqlite3.connect(install.var / "amplifier.sqlite3") as file:
        file.executescript(dump.read_text())
    before, columns = install.rows(STATES), install.rows("SELECT name FROM pragma_table_info('deliveries')")
    first = install.command("migrate")
    assert first.returncode == 0, first.stderr
    (kept,) = (install.var / "backups").glob("lab23-live-before-upgrade-*.backup")
    assert str(kept) in first.stdout
    assert kept.stat().st_mode & 0o077 == 0
    assert install.rows("SELECT name FROM pragma_table_info('deliveries')") != columns
    assert install.rows(STATES) == before
    assert install.command("migrate").stdout == ""
    assert len(list((install.var / "backups").iterdir())) == 1

    install.write("DELETE FROM errands")
    install.write("DELETE FROM deliveries WHERE state = 'queued'")
    back = install.command("restore", str(kept), "--yes")
    assert back.returncode == 0, back.stderr
    assert sum(number for _, number in install.rows(STATES)) == sum(number for _, number in before)
    assert install.rows("SELECT count(*) FROM errands") == [(4,)]
    assert "is stopped" in install.command("status").stdout


@pytest.mark.parametrize("dump", [dump for dump in DUMPS if dump not in OLDER], ids=lambda path: path.name)
def test_a_ledger_of_today_is_left_as_it_is(dump: Path, tmp_path: Path) -> None:
    install = RunningInstall(Path(shutil.copytree(LEDGERS / "home", tmp_path / "home")), tmp_path / "var", extra=KEYS)
    install.var.mkdir()
    with sqlite3.connect(install.var / "amplifier.sqlite3") as file:
        file.executescript(dump.read_text())
    done = install.command("migrate")
    assert (done.returncode, done.stdout) == (0, "")
    assert not (install.var / "backups").exists()


def test_what_cannot_be_kept_is_not_changed(tmp_path: Path) -> None:
    install = RunningInstall(Path(shutil.copytree(LEDGERS / "home", tmp_path / "home")), tmp_path / "var", extra=KEYS)
    install.var.mkdir()
    with sqlite3.connect(install.var / "amplifier.sqlite3") as file:
        file.executescript(DUMPS[0].read_text())
    (install.var / "backups").write_text("a file in the way")
    refused = install.command("migrate")
    assert refused.returncode == 2
    assert "Nothing was changed." in refused.stderr
    assert install.rows("SELECT count(*) FROM pragma_table_info('deliveries') WHERE name = 'account'") == [(1,)]


def test_a_service_that_is_at_work_keeps_its_database(tmp_path: Path) -> None:
    install = RunningInstall(Path(shutil.copytree(LEDGERS / "home", tmp_path / "home")), tmp_path / "var", extra=KEYS)
    install.var.mkdir()
    with sqlite3.connect(install.var / "amplifier.sqlite3") as file:
        file.executescript(DUMPS[0].read_text())
    before = install.rows("SELECT name FROM django_migrations")
    install.write("INSERT INTO heartbeats (name, at, detail) VALUES ('worker', datetime('now'), '')")
    refused = install.command("migrate")
    assert refused.returncode == 2
    assert "The worker was at work a moment ago" in refused.stderr
    assert install.rows("SELECT name FROM django_migrations") == before
    assert not (install.var / "backups").exists()
