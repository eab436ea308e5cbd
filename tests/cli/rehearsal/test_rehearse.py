from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amplifier.cli.rehearsal import rehearse
from amplifier.cli.rehearsal.rehearse import PaceCheck, TooFast, as_rehearsal, copy_home, play, run
from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.cli.run.supervisor import Supervisor
from amplifier.errors import SettingsError, UsageError
from amplifier.install import Install, claim
from amplifier.schedule import files
from amplifier.schedule.program import read_program
from amplifier.settings import Mode, load, parse

pytestmark = pytest.mark.program

REPOSITORY = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("mode: live\n", {}),
        ("mode: live", {}),
        ("mode: live # for now\n", {}),
        ("'mode': \"live\"\n", {}),
        ("mode: |\n  live\nb: 2\n", {"b": 2}),
        ("mode:\n  live\nb: 2\n", {"b": 2}),
        ("mode:\nb: 2\n", {"b": 2}),
        ("? mode\n: live\n", {}),
        ("---\n# first\nmode: live\n...\n", {}),
        ("\ufeffmode: live\n", {}),
        ("mode: live\r\nrehearsal:\r\n  seconds: 600\r\n", {}),
        ("{mode: live, b: 2}\n", {"b": 2}),
        ("b: 2\n", {"b": 2}),
        ("mode: live\nrehearsal:\n", {}),
        ("mode: live\nrehearsal: # later\nb: 2\n", {"b": 2}),
        ("mode: live\nrehearsal: {}\n", {}),
        ("mode: live\nrehearsal: soon\n", {}),
        ("rehearsal: &r {seconds: 600}\nmode: live\n", {}),
        (
            "note: |\n  mode: live\n  rehearsal:\n    seconds: 5\nmode: live\n",
            {"note": "mode: live\nrehearsal:\n  seconds: 5\n"},
        ),
    ],
)
def test_any_way_of_writing_becomes_a_rehearsal_of_so_many_seconds(text: str, means: dict[str, object]) -> None:
    assert yaml.safe_load(as_rehearsal(text, 45)) == {**means, "mode": "rehearsal", "rehearsal": {"seconds": 45}}


@pytest.mark.parametrize(
    "text",
    [
        "mode: live\nrehearsal: {seconds: 600, listen_every: 2s}\n",
        "mode: live\nrehearsal: {listen_every: 2s}\n",
        "mode: live\nrehearsal:\n  listen_every: 2s\n",
        "mode: live\nrehearsal:\n      listen_every: 2s   # often\n\n# the end\n",
        "rehearsal:\n  listen_every: 2s\n# live soon\nmode: live\n",
        "rehearsal:\n  seconds:   # how long\n  listen_every: 2s\nmode: live\n",
        "  rehearsal:\n      listen_every: 2s\n  mode: live\n",
    ],
)
def test_what_else_stands_in_the_block_stays(text: str) -> None:
    found = yaml.safe_load(as_rehearsal(text, 45))
    assert found == {"mode": "rehearsal", "rehearsal": {"seconds": 45, "listen_every": "2s"}}


@pytest.mark.parametrize("text", ["- 1\n", "mode: [\n", "\n", "a: *nobody\n", "mode:live\n"])
def test_what_cannot_be_understood_is_left_for_the_reader_of_settings(text: str) -> None:
    assert as_rehearsal(text, 45) == text


def test_the_lines_above_what_was_added_keep_their_numbers() -> None:
    text = (REPOSITORY / "settings.yaml").read_text(encoding="utf-8").replace("mode: rehearsal", "mode: live")
    before, after = text.splitlines(), as_rehearsal(text, 45).splitlines()
    assert len(before) == len(after)
    assert sum(1 for one, other in zip(before, after, strict=True) if one != other) == 2
    shorter = text.split("rehearsal:")[0]
    assert as_rehearsal(shorter, 45).splitlines()[: len(shorter.splitlines()) - 1][10:] == shorter.splitlines()[10:-1]


@given(st.integers(30, 86_400), st.permutations(("mode", "campaign", "accounts", "listen", "limits", "rehearsal")))
def test_blocks_may_stand_in_any_order(seconds: int, order: list[str]) -> None:
    whole = yaml.safe_load((REPOSITORY / "settings.yaml").read_text(encoding="utf-8"))
    whole["mode"] = "live"
    text = yaml.safe_dump({name: whole[name] for name in order}, sort_keys=False, allow_unicode=True)
    settings = parse(as_rehearsal(text, seconds))
    assert (settings.mode, settings.rehearsal.seconds) == (Mode.REHEARSAL, seconds)
    assert settings.rehearsal.public.per_minute == 30


def test_a_copied_home_means_the_same_as_the_original(tmp_path: Path) -> None:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=45)
    settings = load(home)
    assert settings.rehearsal.seconds == 45
    assert settings.campaign == load(REPOSITORY).campaign
    assert files.sources(home) == files.sources(REPOSITORY)
    assert read_program(files.sources(home), settings).plan == read_program(files.sources(REPOSITORY), settings).plan
    assert sorted(path.name for path in home.iterdir()) == ["schedules", "settings.yaml", "templates"]


def test_a_folder_without_settings_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Go to its folder, or say where: --home FOLDER"):
        copy_home(tmp_path, tmp_path / "home", seconds=45)


def test_settings_in_another_encoding_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_bytes("mode: live\nname: Café\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"settings.yaml:2: This is not UTF-8 text"):
        copy_home(tmp_path, tmp_path / "home", seconds=45)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot be copied to .*: Not a directory. Choose another: --keep FOLDER"):
        copy_home(REPOSITORY, tmp_path / "file" / "home", seconds=45)


def _options(keep: Path | None, seconds: int = 60) -> argparse.Namespace:
    return argparse.Namespace(home=REPOSITORY, keep=keep, seconds=seconds, json=False)


def test_a_worker_that_refuses_to_start_ends_the_rehearsal_at_once(tmp_path: Path) -> None:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=600)
    refusing = (sys.executable, "-S", "-c", "raise SystemExit(2)")
    with pytest.raises(UsageError, match="a part of it could not start"):
        play(home, tmp_path / "var", as_json=True, program=refusing)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets others see it")
def test_the_port_of_its_networks_is_kept_from_every_other_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []

    def playing(_place: Install, port: int, *_: object, **__: object) -> str:
        chosen.append(port)
        assert claim(f"port-{port}") is None
        return "played"

    monkeypatch.setattr(rehearse, "_play", playing)
    assert play(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var", as_json=True) == "played"
    free = claim(f"port-{chosen[0]}")
    assert free, "once it has ended, others may have it"
    free.close()


def test_too_short_a_rehearsal_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 30 seconds; 29 is too short"):
        run(_options(None, 29))


def test_a_folder_with_a_rehearsal_in_it_is_not_counted_again(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with pytest.raises(UsageError, match=r"There is a rehearsal in .* already. Keep this one in another folder"):
        run(_options(tmp_path))


def planned(file: Path, *rows: tuple[str, int, float]) -> None:
    """A ledger with deliveries: state, attempts, and how many seconds ago each was due."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE posts (id, due_at)")
        database.execute("CREATE TABLE deliveries (post_id, state, attempts, verb)")
        for number, (state, attempts, ago) in enumerate(rows):
            due = (NOW - timedelta(seconds=ago)).replace(tzinfo=None)
            database.execute("INSERT INTO posts VALUES (?, ?)", [number, str(due)])
            database.execute("INSERT INTO deliveries VALUES (?, ?, ?, 'publish')", [number, state, attempts])


def running(tmp_path: Path) -> rehearse.Running:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    install = Install(home, tmp_path / "var", load(home), "k" * 48)
    return rehearse.Running(install, Supervisor([], environment={}), SandboxControl(1, ""))


def send(file: Path, number: int) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE deliveries SET state = 'sent', attempts = 1 WHERE post_id < ?", [number])


def test_a_machine_that_cannot_keep_up_is_measured_before_anything_is_missed(tmp_path: Path) -> None:
    file, now = tmp_path / "var" / "amplifier.sqlite3", [NOW - timedelta(seconds=20)]
    planned(file, ("sent", 1, 40.0), *[("queued", 0, 31.0)] * 20, *[("queued", 0, -5.0)] * 39)
    pace, rehearsal = PaceCheck(60, lambda: now[0]), running(tmp_path)
    pace(rehearsal)  # something has waited for 11 seconds: from now on it is measured
    send(file, 11)
    now[0] = NOW - timedelta(seconds=2)
    pace(rehearsal)
    now[0] = NOW
    with pytest.raises(TooFast) as found:
        pace(rehearsal)
    assert found.value.seconds == 180, "ten in 20 seconds, 60 of them, and half as much again for crowds"
    assert str(found.value) == (
        "In 60 seconds much would come too late: this machine sends 0.5 posts a second (measured just now), "
        "and there are 60. It is played again from the start, in 180 seconds."
    )


@pytest.mark.parametrize(
    "row",
    [
        ("queued", 0, 29.0),
        ("queued", 1, 50.0),  # its network does not take it just now
        ("held", 0, 50.0),
        ("queued", 0, 50.0),  # nothing was sent meanwhile: there is nothing to measure
    ],
)
def test_a_machine_that_keeps_up_is_left_alone(tmp_path: Path, row: tuple[str, int, float]) -> None:
    planned(tmp_path / "var" / "amplifier.sqlite3", ("sent", 1, 60.0), row)
    now = [NOW - timedelta(seconds=10)]
    pace, rehearsal = PaceCheck(60, lambda: now[0]), running(tmp_path)
    pace(rehearsal)
    now[0] = NOW
    pace(rehearsal)


def test_while_there_is_no_ledger_nothing_is_measured(tmp_path: Path) -> None:
    PaceCheck(60, lambda: NOW)(running(tmp_path))


def test_it_is_played_again_as_slowly_as_it_takes_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lengths = []

    def play(home: Path, var: Path, **_: object) -> object:
        assert not var.exists(), "what was begun is not counted"
        var.mkdir()
        lengths.append(load(home).rehearsal.seconds)
        if len(lengths) < 2:
            raise TooFast(rate=10.0, wanted=2940, asked=60)
        return SimpleNamespace(is_good=lambda: True, as_words=lambda: "All is well.")

    monkeypatch.setattr(rehearse, "play", play)
    monkeypatch.setattr(rehearse, "ENDINGS", ())
    options = argparse.Namespace(
        home=REPOSITORY, keep=tmp_path / "kept", seconds=60, faults=None, seed=None, json=False
    )
    assert rehearse.run(options) == 0
    assert lengths == [60, 441]
    assert "this machine sends 10.0 posts a second (measured just now), and there are 2940." in capsys.readouterr().err
