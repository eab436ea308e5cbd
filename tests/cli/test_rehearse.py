from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from amplifier.cli.rehearse import as_rehearsal, copy_home, play, run
from amplifier.errors import SettingsError, UsageError
from amplifier.schedule import files
from amplifier.schedule.program import read_program
from amplifier.settings import Mode, load, parse

REPOSITORY = Path(__file__).parents[2]


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


def test_too_short_a_rehearsal_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 30 seconds; 29 is too short"):
        run(_options(None, 29))


def test_a_folder_with_a_rehearsal_in_it_is_not_counted_again(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    with pytest.raises(UsageError, match=r"There is a rehearsal in .* already. Keep this one in another folder"):
        run(_options(tmp_path))
