from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.errors import SettingsError, UsageError
from amplifier.install import (
    DATABASE,
    HELD_SETTINGS,
    LOCK,
    Install,
    be_present,
    choose_data_folder,
    database_in,
    open_install,
    port_number,
    who_is_present,
)
from amplifier.settings import Mode, load
from tests.waiting import HANG_S

REPOSITORY = Path(__file__).parents[1]
REAL_KEY = "x" * 48


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AMPLIFIER_VAR",
        "AMPLIFIER_KEY",
        "AMPLIFIER_SANDBOX_PORT",
        "AMPLIFIER_STOP",
        "DATABASE_URL",
        HELD_SETTINGS,
    ):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_home(REPOSITORY, tmp_path / "home", seconds=60)


@pytest.fixture
def live(home: Path) -> Path:
    settings = home / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("mode: rehearsal", "mode: live"), encoding="utf-8")
    return home


def test_a_rehearsal_has_a_folder_a_database_and_a_key_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://campaign@database.example/campaign")
    monkeypatch.setenv("AMPLIFIER_KEY", REAL_KEY)
    install = open_install(home)
    assert install.var == home.resolve() / "var" / "rehearsal"
    assert "DATABASE_URL" not in os.environ
    assert os.environ["AMPLIFIER_VAR"] == str(install.var)
    assert os.environ["AMPLIFIER_KEY"] == install.key != REAL_KEY


def test_the_key_of_a_rehearsal_is_made_once_and_is_nobody_elses_to_read(home: Path, tmp_path: Path) -> None:
    first, again, other = open_install(home), open_install(home), open_install(home, tmp_path / "other")
    assert first.key == again.key != other.key
    assert len(first.key) >= 32
    assert stat.S_IMODE((first.var / "pretend.key").stat().st_mode) == 0o600
    assert first.sandbox_token == again.sandbox_token != other.sandbox_token
    assert first.key not in first.sandbox_token


def test_a_process_waits_while_another_makes_the_key(home: Path, tmp_path: Path) -> None:
    var = tmp_path / "together"
    var.mkdir()
    with ThreadPoolExecutor() as pool, (var / "pretend.key").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        second = pool.submit(open_install, home, var)
        time.sleep(0.1)
        assert not second.done()
        file.write(REAL_KEY)
        file.flush()
        fcntl.flock(file, fcntl.LOCK_UN)
        assert second.result(HANG_S).key == REAL_KEY


@pytest.mark.parametrize("left", ["", "cut sho"])
def test_a_key_that_a_full_disk_cut_short_is_made_anew(home: Path, tmp_path: Path, left: str) -> None:
    var = tmp_path / "var"
    var.mkdir()
    (var / "pretend.key").write_text(left)
    install = open_install(home, var)
    assert len(install.key) >= 32
    assert (var / "pretend.key").read_text() == install.key == open_install(home, var).key


def test_live_takes_the_key_and_the_database_of_the_environment(live: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://campaign@database.example/campaign")
    monkeypatch.setenv("AMPLIFIER_KEY", REAL_KEY)
    install = open_install(live)
    assert (install.key, install.var) == (REAL_KEY, live.resolve() / "var" / "live")
    assert os.environ["DATABASE_URL"].startswith("postgres://")
    assert not (install.var / "pretend.key").exists()


def test_the_database_is_one_file_for_everybody_and_a_server_has_none(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home.resolve() / "var" / "rehearsal" / DATABASE
    monkeypatch.setenv("DATABASE_URL", "postgres://campaign@database.example/campaign")
    assert database_in(file.parent, Mode.REHEARSAL) == file, "also before the environment is put in order"
    assert database_in(file.parent, Mode.LIVE) is None
    install = open_install(home)
    assert install.database == database_in(install.var) == file
    words = "from amplifier import django_settings as made; print(made.DATABASES['default']['NAME'])"
    told = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(file)


def test_a_live_server_has_no_file(live: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://campaign@database.example/campaign")
    assert open_install(live, keyless=True).database is None


@pytest.mark.parametrize("key", ["", "too short to seal anything with"])
def test_live_without_a_good_key_is_refused_with_the_way_to_one(
    live: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("AMPLIFIER_KEY", key)
    with pytest.raises(UsageError, match="python3 -c 'import secrets"):
        open_install(live)
    assert open_install(live, keyless=True).settings.mode is Mode.LIVE, "who only shows the plan seals nothing"


def test_a_file_where_the_folder_should_be_is_told(home: Path, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")
    with pytest.raises(UsageError, match=r"var cannot be made: it is a file\. Choose another with --var FOLDER"):
        open_install(home, tmp_path / "var")


def test_a_key_that_cannot_be_written_is_told(home: Path, tmp_path: Path) -> None:
    (tmp_path / "var" / "pretend.key").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"pretend.key cannot be written: Is a directory\. Choose another folder"):
        open_install(home, tmp_path / "var")


def test_bad_settings_make_no_folder(home: Path) -> None:
    (home / "settings.yaml").write_text("mode: rehearsal\n", encoding="utf-8")
    with pytest.raises(SettingsError):
        open_install(home)
    assert not (home / "var").exists()


def test_the_sandboxs_port_comes_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install: Install = open_install(home)
    assert install.sandbox_port == 8900
    monkeypatch.setenv("AMPLIFIER_SANDBOX_PORT", "9100")
    assert install.sandbox_port == 9100
    monkeypatch.setenv("AMPLIFIER_SANDBOX_PORT", "nine")
    with pytest.raises(UsageError, match="“nine” is no port"):
        _ = install.sandbox_port


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("8000", 8000), ("65535", 65535), ("0080", 80)])
def test_a_port_is_a_number(text: str, port: int) -> None:
    assert port_number(text) == port


def test_at_first_nothing_outside_the_database_stops_anything(home: Path) -> None:
    assert open_install(home).stopped() == ""


@pytest.mark.parametrize("said", ["1", "yes", "true", "false", "no", " x "])
def test_whatever_the_stop_variable_says_but_nothing_or_0_stops(
    home: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    install = open_install(home)
    monkeypatch.setenv("AMPLIFIER_STOP", said)
    assert install.stopped() == "AMPLIFIER_STOP is set in the environment."


@pytest.mark.parametrize("said", ["", "0", " 0 ", "  "])
def test_a_stop_variable_that_says_nothing_does_not_stop(
    home: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    install = open_install(home)
    monkeypatch.setenv("AMPLIFIER_STOP", said)
    assert install.stopped() == ""


def test_a_stop_file_stops_with_its_own_words_and_goes_on_when_it_is_gone(home: Path) -> None:
    install = open_install(home)
    install.stop_file.write_text(" The debate is off.\n", encoding="utf-8")
    assert install.stopped() == "The debate is off."
    install.stop_file.write_bytes(b"")
    assert install.stopped() == f"The file {install.stop_file} is there."
    install.stop_file.write_bytes(b"\xff\xfe off")
    assert install.stopped().endswith(" off")
    install.stop_file.unlink()
    assert install.stopped() == ""


def test_a_stop_file_that_cannot_be_read_stops(home: Path, tmp_path: Path) -> None:
    install = open_install(home)
    install.stop_file.mkdir()
    assert "cannot be read" in install.stopped()
    install.stop_file.rmdir()
    install.stop_file.symlink_to(install.stop_file)  # a loop
    assert "cannot be read" in install.stopped()
    install.stop_file.unlink()
    install.stop_file.symlink_to(tmp_path / "nowhere")  # what it led to is gone, and it was meant to stop
    assert install.stopped() == f"The stop file {install.stop_file} cannot be read (No such file or directory)."
    install.stop_file.unlink()
    assert install.stopped() == ""
    gone = tmp_path / "a-file"
    gone.write_text("", encoding="utf-8")
    nowhere = Install(home=install.home, var=gone, settings=install.settings, key=install.key)
    assert "cannot be read" in nowhere.stopped()


@pytest.mark.parametrize("device", ["pipe", "/dev/zero"])
def test_a_stop_file_that_would_never_end_stops_and_keeps_nobody_waiting(home: Path, device: str) -> None:
    install = open_install(home)
    if device == "pipe":
        os.mkfifo(install.stop_file)
    else:
        install.stop_file.symlink_to(device)
    assert install.stopped()


def test_with_settings_in_no_order_the_database_in_use_is_found_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere")
    rehearsal, live = home / "var" / "rehearsal", home / "var" / "live"
    for folder in (rehearsal, live):
        folder.mkdir(parents=True)
    choose_data_folder(home)
    assert "AMPLIFIER_VAR" not in os.environ
    (live / DATABASE).touch()
    choose_data_folder(home)
    assert (os.environ["AMPLIFIER_VAR"], "DATABASE_URL" in os.environ) == (str(live.resolve()), True)
    (rehearsal / DATABASE).touch()
    monkeypatch.delenv("AMPLIFIER_VAR")
    choose_data_folder(home)
    assert "AMPLIFIER_VAR" not in os.environ, "nobody can tell which of the two"
    with (rehearsal / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        choose_data_folder(home)
    assert (os.environ["AMPLIFIER_VAR"], "DATABASE_URL" in os.environ) == (str(rehearsal.resolve()), False)


def test_whoever_only_looks_makes_no_folder(home: Path) -> None:
    install = open_install(home, home / "nowhere", make=False)
    assert (install.var, install.key, install.var.exists()) == ((home / "nowhere").resolve(), "", False)
    made = open_install(home, home / "somewhere")
    assert open_install(home, made.var, make=False).key == made.key != ""


# Nobody else on this computer


def _rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def lavish() -> Iterator[None]:
    """As most systems come: what a process makes, everybody may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("lavish")
def test_the_data_folder_and_what_is_made_in_it_are_for_this_user_alone(home: Path) -> None:
    var = open_install(home).var
    (var / DATABASE).touch()
    assert (_rights(var), _rights(var / DATABASE), _rights(var / "pretend.key")) == (0o700, 0o600, 0o600)


@pytest.mark.usefixtures("lavish")
def test_what_an_older_version_left_open_to_all_is_closed(home: Path) -> None:
    var = home / "var" / "rehearsal"
    (var / "last").mkdir(parents=True)
    names = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "world.sqlite3", LOCK, "STOP", f"last/{DATABASE}")
    kept = [var / name for name in (*names, "before-restore-20231009T120000Z.sqlite3")]
    for path in kept:
        path.touch()
    assert {_rights(path) for path in kept} == {0o644}
    open_install(home)
    assert {_rights(path) for path in kept} == {0o600}
    assert {_rights(var), _rights(var / "last")} == {0o700}


@pytest.mark.usefixtures("lavish")
def test_a_folder_that_is_somebodys_for_other_things_stays_as_it_is(home: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "letter.txt").touch()
    (shared / DATABASE).touch()
    for _ in range(2):
        open_install(home, shared)
        assert (_rights(shared), _rights(shared / "letter.txt"), _rights(shared / DATABASE)) == (0o755, 0o644, 0o600)


@pytest.mark.usefixtures("lavish")
def test_a_link_in_the_data_folder_changes_nothing_elsewhere(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    var = open_install(home).var
    (var / "STOP").symlink_to(elsewhere)
    open_install(home)
    assert _rights(elsewhere) == 0o644


@pytest.mark.parametrize("spoilt", ["mode: [", None])
def test_a_process_that_was_given_the_settings_goes_on_with_them_whatever_becomes_of_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str | None
) -> None:
    before, file = open_install(home), home / "settings.yaml"
    held = before.held_settings()
    assert held[HELD_SETTINGS] == file.read_text(encoding="utf-8")
    if spoilt is None:
        file.unlink()
    else:
        file.write_text(spoilt)
    assert before.held_settings() == {}  # what is read later is not what it began with
    with pytest.raises(SettingsError):
        open_install(home)
    monkeypatch.setenv(HELD_SETTINGS, held[HELD_SETTINGS])
    assert open_install(home).settings == before.settings


def test_the_pretend_networks_are_where_up_put_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMPLIFIER_SANDBOX_PORT", raising=False)
    install = Install(tmp_path, tmp_path, load(REPOSITORY), "k" * 48)
    assert install.sandbox_port == 8900
    (tmp_path / "sandbox.port").write_text("8903\n")
    assert install.sandbox_port == 8903
    monkeypatch.setenv("AMPLIFIER_SANDBOX_PORT", "8999")
    assert install.sandbox_port == 8999


def test_whoever_is_at_work_on_a_folder_is_seen_also_when_it_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    present = be_present(folder, "worker")
    folder.rmdir()
    assert who_is_present(folder) == "worker"
    assert who_is_present(tmp_path) == ""
    del present
    assert who_is_present(folder) == ""
