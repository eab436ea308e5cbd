from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.campaign.secret_link import LinkKind
from amplifier.cli.run.up import only_one
from amplifier.clock import utc_now
from amplifier.schedule.stage import Stage
from amplifier.store import delivery_views, heartbeats, secret_links
from amplifier.store.backup.file import read_header, write
from amplifier.store.holding import restored, stops
from amplifier.store.models import DeliveryRow, Ledger, PostRow
from tests.cli.conftest import Shell

KEY = "a key for backups alone, long enough"


@pytest.fixture(autouse=True)
def _at_its_place(shell: Shell, request: pytest.FixtureRequest) -> None:
    """The database lies where an install has it, so that a restore replaces that very file."""
    monkeypatch = request.getfixturevalue("monkeypatch")
    path = shell.var / "amplifier.sqlite3"
    shell.var.mkdir(exist_ok=True)
    connection.close()
    path.write_bytes(Path(str(connection.settings_dict["NAME"])).read_bytes())
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    monkeypatch.delenv("AMPLIFIER_BACKUP_KEY", raising=False)


def _backup(shell: Shell, *words: str) -> Path:
    told = shell("backup", *words, "--json")
    assert told.code == 0, told
    connection.close()
    return Path(json.loads(told.out)["file"])


def test_it_says_where_it_is_and_that_it_was_read_back(shell: Shell) -> None:
    told = shell("backup")
    assert told.code == 0
    assert "read back and found whole." in told.out
    assert "It is not sealed. Set AMPLIFIER_BACKUP_KEY" in told.out
    (path,) = (shell.var / "backups").iterdir()
    assert str(path) in told.out
    assert path.name.startswith("lab23-rehearsal-20")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not [one for one in shell.var.iterdir() if one.name.startswith(".")]


def test_the_last_good_one_is_remembered(shell: Shell) -> None:
    path = _backup(shell)
    beat = heartbeats.heartbeats()["backup"]
    told = json.loads(beat.detail)
    assert (told["file"], told["bytes"]) == (str(path), path.stat().st_size)
    assert told["rows"] > 300
    assert not told["sealed"]
    assert (utc_now() - beat.at).total_seconds() < 60


@pytest.mark.parametrize(("name", "begins"), [("mine.backup", "mine.backup"), ("", "lab23-rehearsal-2")])
def test_it_goes_where_it_is_told(shell: Shell, tmp_path: Path, name: str, begins: str) -> None:
    path = _backup(shell, "--to", str(tmp_path / name) if name else str(tmp_path))
    assert path.parent == tmp_path
    assert path.name.startswith(begins)
    assert path.name.endswith(".backup")


def test_a_folder_that_is_not_there_is_made_and_never_a_file_of_its_name(shell: Shell, tmp_path: Path) -> None:
    path = _backup(shell, "--to", f"{tmp_path}/away/usb/")
    assert path.parent == tmp_path / "away" / "usb"
    assert path.name.startswith("lab23-rehearsal-")
    said = shell.refused("backup", "--to", f"{path}/")
    assert f"The folder {path}/ cannot be made: it is a file. Name another: --to FOLDER/" in said


@pytest.mark.parametrize("words", [("plan", "--sheet"), ("stop-link", "--svg")])
def test_where_a_file_is_wanted_a_folder_is_refused_before_anything_is_done(
    shell: Shell, tmp_path: Path, words: tuple[str, str]
) -> None:
    assert f"{tmp_path}/away/ is a folder. Name the file in it." in shell.refused(*words, f"{tmp_path}/away/")
    assert not (tmp_path / "away").exists()
    assert not secret_links.secret_links(kind=LinkKind.STOP)


def test_with_a_key_it_is_sealed_and_only_that_key_restores_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFIER_BACKUP_KEY", KEY)
    path = _backup(shell)
    assert b"labfreemvmt" not in path.read_bytes()
    monkeypatch.setenv("AMPLIFIER_BACKUP_KEY", KEY + "!")
    assert "This backup was sealed with another key" in shell.refused("restore", str(path), "--yes")
    monkeypatch.delenv("AMPLIFIER_BACKUP_KEY")
    assert "This backup was sealed with another key" in shell.refused("restore", str(path), "--yes")
    monkeypatch.setenv("AMPLIFIER_BACKUP_KEY", KEY)
    assert shell("restore", str(path), "--yes").code == 0


def test_a_key_that_guards_nothing_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFIER_BACKUP_KEY", "short")
    assert "AMPLIFIER_BACKUP_KEY has 5 characters; it takes 32 to guard anything." in shell.refused("backup")


@pytest.mark.parametrize("words", [("backup", "--to"), ("plan", "--sheet")])
def test_a_name_that_no_file_can_have_is_refused_as_what_it_is(shell: Shell, words: tuple[str, str]) -> None:
    said = shell.refused(*words, "x" * 300)
    assert "cannot be written: File name too long. Nothing was written." in said
    assert "stands" not in said


def test_a_folder_of_a_name_that_none_can_have_is_refused_as_what_it_is(shell: Shell) -> None:
    assert "cannot be made: File name too long." in shell.refused("backup", "--to", "x" * 300 + "/")


def test_where_it_cannot_be_written_nothing_is_left(shell: Shell, tmp_path: Path) -> None:
    assert "cannot be written" in shell.refused("backup", "--to", str(tmp_path / "nowhere" / "mine.backup"))
    assert not [one for one in shell.var.iterdir() if one.name.startswith(".")]
    assert "backup" not in heartbeats.heartbeats()


def test_a_restore_puts_everything_back_stopped_and_keeps_what_was_there(shell: Shell) -> None:
    before = {row.id: row.text for row in delivery_views.views()}
    path = _backup(shell)
    due = DeliveryRow.objects.order_by("id").first()
    assert due is not None
    shell("edit", "hello/once", "Said otherwise", "--yes")
    DeliveryRow.objects.filter(id=due.pk).update(state="sent", remote_id="7")
    told = shell("restore", str(path), "--yes")
    assert told.code == 0, told
    assert "What was decided, noted and marked since then is lost." in told.out
    assert "✓ Restored. Sending is stopped." in told.out
    assert {row.id: row.text for row in delivery_views.views()} == before
    (stop,) = stops.stops()
    assert stop.reason.startswith("The database was restored from the backup of ")
    (kept,) = shell.var.glob("before-restore-*.sqlite3")
    assert str(kept) in told.out
    assert sum(restored.in_doubt().values()) > 0
    assert "may have gone out since." in told.out
    assert not [one for one in shell.var.iterdir() if one.name.startswith(".")]


def test_resume_waits_until_nothing_is_in_doubt_or_is_told_not_to(shell: Shell) -> None:
    shell("restore", str(_backup(shell)), "--yes")
    number = sum(restored.in_doubt().values())
    told = shell.refused("resume", "--yes")
    assert f"{number} may be out already and are still looked for (" in told
    assert " on bluesky, " in told
    assert stops.stops()
    assert shell("resume", "--yes", "--anyway").code == 0
    assert not stops.stops()


def test_without_a_yes_nothing_is_restored(shell: Shell) -> None:
    path = _backup(shell)
    told = shell("restore", str(path))
    assert told.code == 1
    assert "Nothing was changed." in told.out
    assert not list(shell.var.glob("before-restore-*"))
    assert not stops.stops()


def test_it_is_refused_while_the_service_runs(shell: Shell) -> None:
    path = _backup(shell)
    with only_one(shell.var):
        assert "Amplifier is already running here" in shell.refused("restore", str(path), "--yes")
    heartbeats.beat("worker", now=utc_now())
    assert "The worker was at work a moment ago" in shell.refused("restore", str(path), "--yes")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mode": "live"}, "This backup is of mode “live”, and settings.yaml says “rehearsal”. Nothing was changed."),
        ({"campaign": "lab24"}, "This backup is of the campaign “lab24”, and settings.yaml says “lab23”."),
        ({"schema": ("0001_ledger", "9999_later")}, "This backup was made by a newer version of Amplifier"),
        ({"database": "postgresql"}, "This backup is of PostgreSQL, and this install uses a database file (SQLite)."),
    ],
)
def test_what_does_not_belong_here_is_refused(
    shell: Shell, tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    header = read_header(io.BytesIO(_backup(shell).read_bytes()))
    other = tmp_path / "other.backup"
    with other.open("wb") as file:
        write(file, replace(header, **changes), [b"content"], "")  # type: ignore[arg-type]
    before = (shell.var / "amplifier.sqlite3").read_bytes()
    assert sentence in shell.refused("restore", str(other), "--yes")
    assert (shell.var / "amplifier.sqlite3").read_bytes() == before


def test_a_damaged_file_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    data = bytearray(_backup(shell).read_bytes())
    count = DeliveryRow.objects.count()
    connection.close()
    damaged, none = "damaged or was changed", "This is no backup of Amplifier's"
    middle = len(data) // 2
    for broken, why in (
        (data[:-1], damaged),
        (data[:middle], damaged),
        (data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :], damaged),
        (b"no", none),
    ):
        other = tmp_path / "other.backup"
        other.write_bytes(bytes(broken))
        told = shell.refused("restore", str(other), "--yes")
        assert why in told
    assert DeliveryRow.objects.count() == count
    assert not list(shell.var.glob("before-restore-*"))
    assert not [one for one in shell.var.iterdir() if one.name.startswith(".")]
    assert "cannot be read: No such file or directory." in shell.refused("restore", str(tmp_path / "none"), "--yes")


def test_a_database_that_cannot_be_read_any_more_is_replaced(shell: Shell) -> None:
    path = _backup(shell)
    (shell.var / "amplifier.sqlite3").write_bytes(b"rubbish " * 1000)
    told = shell("restore", str(path), "--yes")
    assert told.code == 0, told
    assert Ledger.objects.get(id=1).campaign == "lab23"


def test_it_restores_where_there_is_no_database_yet(shell: Shell) -> None:
    path = _backup(shell)
    for one in shell.var.glob("amplifier.sqlite3*"):
        one.unlink()
    told = shell("restore", str(path), "--yes")
    assert told.code == 0, told
    assert "What was here before" not in told.out
    assert DeliveryRow.objects.exists()


def test_what_files_added_since_the_backup_is_in_doubt_if_it_was_due(shell: Shell) -> None:
    gone = DeliveryRow.objects.filter(post__slot="hello")
    posts = set(gone.values_list("post_id", flat=True))
    gone.delete()
    PostRow.objects.filter(id__in=posts).delete()
    opened = datetime(2023, 10, 1, tzinfo=UTC)
    stage = Stage.from_json(Ledger.objects.get(id=1).stage)
    earlier = tuple(replace(knot, real=knot.real - timedelta(seconds=30)) for knot in stage.knots)
    Ledger.objects.update(opened_at=opened, stage=replace(stage, knots=earlier).to_json())
    path = _backup(shell)
    shell("restore", str(path), "--yes")
    rows = DeliveryRow.objects.filter(post__slot="hello")
    assert {(row.state, row.reason) for row in rows} == {("unsure", "new_ledger")}


def test_in_json_everything_is_told(shell: Shell) -> None:
    waiting = DeliveryRow.objects.filter(post__milestone="debate", state="queued").order_by("id")[:2]
    DeliveryRow.objects.filter(id__in=[row.pk for row in waiting]).update(state="held", reason="rejected")
    path = _backup(shell)
    told = shell.ask("restore", str(path), "--yes")
    assert set(told) == {"mode", "made_at", "kept", "looked_for", "for_a_person", "held"}
    assert told["looked_for"] > 0
    assert told["held"] == 2, "they may have got other words and gone out since"
    assert "With --json nobody can be asked: add --yes." in shell("restore", str(path), "--json").out
