from __future__ import annotations

import argparse
import errno
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

import amplifier
from amplifier import __main__ as door
from amplifier.__main__ import COMMANDS, main
from amplifier.cli.rehearsal.rehearse import copy_home
from tests.test_no_file import make
from tests.waiting import HANG_S

REPOSITORY = Path(__file__).parents[1]


def _run(*words: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        [sys.executable, "-m", "amplifier", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_without_a_command_all_of_them_are_listed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    said = capsys.readouterr().out
    for name, row in COMMANDS.items():
        assert f"  {name:<12} {row.help}\n" in said
    assert max(map(len, said.splitlines())) <= 80


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"amplifier {amplifier.VERSION}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_anywhere(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as done:
        main([name, "--help"])
    assert done.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: amplifier {name} ")
    assert COMMANDS[name].help.split()[-1] in said
    assert "--home HOME" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_where_it_looked_for_settings(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    more = {"send": ["Hello", "--to", "x"], "skip": ["hello"], "edit": ["hello", "Hello"]}.get(name, [])
    assert main([name, *more]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"amplifier: There is no settings.yaml in {tmp_path}.\n"
        "Go to the folder that has it, or name it: --home FOLDER\n"
    )
    assert main([name, *more, "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["path"], problem["line"], problem["rule"]) == ("", 0, "usage")
    assert problem["hint"] == "Go to the folder that has it, or name it: --home FOLDER"
    assert not list(tmp_path.iterdir())


def test_what_stands_behind_the_dashes_of_a_distance_names_the_folder_too(tmp_path: Path) -> None:
    """The database is opened by these words before the command reads them."""
    copy_home(Path(__file__).parents[1], tmp_path / "home", seconds=60)
    ended = _run("milestone", "move", "debate", "--", "-5m", "--home", "home", "--var", "data", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2,
        "amplifier: The service has not been started here yet. Start it first: amplifier up\n",
    )


def test_an_unknown_command_is_refused_with_all_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sned"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("amplifier: There is no command “sned”.\n")
    assert "  send " in said.err
    assert main(["sned", "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["message"] == "There is no command “sned”."
    main(["sn\x1b[2Jd"])
    assert capsys.readouterr().err.startswith("amplifier: There is no command “sn\\x1b[2Jd”.\n")


def test_options_are_never_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--hom", "/tmp"]) == 2
    assert "Unrecognized arguments: --hom" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["plan", "--var"], ["check", "--home"]])
def test_an_option_without_its_value_is_refused_in_our_words(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said == (
        f"amplifier: Argument {words[1]}: expected one argument.\nMore about it: amplifier {words[0]} --help\n"
    )


@pytest.mark.parametrize("words", [["send", "Gr\udcfc\udcdfe", "--to", "x"], ["skip", "a", "--reason", "\udcff"]])
def test_words_that_are_not_utf_8_are_refused_before_anything_is_done(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--home", str(tmp_path)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "is not UTF-8, so it cannot be read. Nothing was changed." in said
    assert main([*words, "--home", str(tmp_path), "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["rule"] == "not_utf8"


def test_the_same_mistake_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = (REPOSITORY / "settings.yaml").read_text(encoding="utf-8")
    (tmp_path / "settings.yaml").write_text(settings, encoding="utf-8")
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "lab23.yaml").write_text("campaign: lab23\nslots: []\n", encoding="utf-8")
    (tmp_path / "templates" / "lab23").mkdir(parents=True)
    head = "---\nask: a\naudience: b\nplatforms: [x]\nlanguage: en\n---\n"
    words = head + "== one\n{{ milestones.vote }}{{ milestones.vote }}\n"
    (tmp_path / "templates" / "lab23" / "one.j2").write_text(words, encoding="utf-8")
    assert main(["preview", "--home", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert (said.out + said.err).count("✕ templates/lab23/one.j2:8") == 1


def test_a_reader_that_has_had_enough_is_no_disaster() -> None:
    words = f"set -o pipefail; {sys.executable} -m amplifier check --json | true"
    done = subprocess.run(
        ["bash", "-c", words], cwd=REPOSITORY, capture_output=True, text=True, timeout=HANG_S, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_help_is_quick_because_it_loads_almost_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from amplifier.__main__ import main; main(['--help']);"
        "heavy = {'django', 'tweepy', 'atproto', 'mastodon', 'pydantic', 'rich', 'jinja2'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, timeout=HANG_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


def test_as_a_program_it_ends_with_the_commands_exit_code(tmp_path: Path) -> None:
    assert _run("--version", cwd=tmp_path).stdout == f"amplifier {amplifier.VERSION}\n"
    assert _run("nothing", cwd=tmp_path).returncode == 2
    assert _run("plan", "--help", cwd=tmp_path).returncode == 0
    assert not list(tmp_path.iterdir())


def test_on_a_terminal_a_long_sentence_ends_its_lines_between_words_and_a_command_stays_whole(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    home = tmp_path / ("a-long-name" * 9)
    home.mkdir()
    (home / "settings.yaml").touch()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert main(["send", "--to", "x", "--home", str(home), "--nosuch", "a", "b"]) == 2
    assert main(["mentions", "--kind", "nosuch", "--help-me", "--home", str(REPOSITORY), "--var", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(len(line) < 60 for line in lines if " " in line.strip())


def test_a_value_that_is_none_of_the_choices_is_refused_in_plain_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["mentions", "--kind", "nosuch", "--home", str(REPOSITORY), "--var", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "“nosuch” is not one of mention, reply" in said
    assert "<" not in said


class Failing(types.ModuleType):
    """A command that the system refuses something in the middle of its work."""

    def __init__(self, number: int) -> None:
        super().__init__("failing")
        self._number = number

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--reason")
        parser.add_argument("status", nargs="?")

    def run(self, _: argparse.Namespace) -> int:
        raise OSError(self._number, os.strerror(self._number), "/srv/campaign/file")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EISDIR, errno.EMFILE, errno.EIO, errno.EBUSY])
@pytest.mark.parametrize(
    ("words", "code"),
    [("check", 2), ("preview", 2), ("mentions", 2), ("mentions done", 1), ("stop", 1), ("sandbox", 1)],
)
def test_what_the_system_refuses_is_a_sentence_that_says_whether_anything_was_done(
    words: str,
    code: int,
    number: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(door, "module_of", lambda _: Failing(number))
    means = {1: "What was done before that stands. How things are: amplifier status", 2: "Nothing was changed."}[code]
    given = [*words.split(), "--home", str(REPOSITORY), "--var", str(tmp_path)]
    assert main(given) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("amplifier: ")
    assert "/srv/campaign/file" in said.err
    assert f"({os.strerror(number)}). {means}\n" in said.err
    assert main([*given, "--json"]) == code
    said = capsys.readouterr()
    (problem,) = json.loads(said.out)["problems"]
    assert (said.err, problem["rule"], problem["message"].endswith(means)) == ("", "system", True)
    assert problem["hint"]


@pytest.mark.parametrize("option", ["--home", "--var"])
@pytest.mark.parametrize("words", ["check", "plan", "status", "stop", "preview", "milestone", "console-link"])
def test_a_name_that_no_disk_takes_is_refused_in_words(
    words: str, option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    monkeypatch.chdir(home)
    assert main([words, option, "x" * 300]) == 2
    said = capsys.readouterr()
    assert (said.out, "File name too long" in said.err) == ("", True)
    assert main([words, option, "x" * 300, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["problems"]


@pytest.mark.parametrize("option", ["--home", "--var"])
@pytest.mark.parametrize("words", ["check", "plan", "stop", "preview"])
def test_links_that_lead_round_in_a_circle_are_refused_in_words(
    words: str, option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    monkeypatch.chdir(home)
    (home / "round").symlink_to("round")
    assert main([words, option, "round"]) in ((0, 2) if words in ("check", "preview") else (2,))
    assert "Traceback" not in capsys.readouterr().err


def test_in_a_folder_that_is_gone_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    command = f'rmdir "$PWD" && exec {sys.executable} -m amplifier check'
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path / "gone",
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "amplifier: The folder that you are in is not there any more (No such file or directory). "
        "Nothing was changed.\n"
        "Go to one that is there (cd), and give the command again.\n"
    )


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link to nothing"])
def test_settings_that_are_no_file_are_called_what_they_are(
    kind: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    make(tmp_path / "settings.yaml", kind)
    assert main(["check", "--home", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"amplifier: settings.yaml in {tmp_path} is {kind}, and not a file.\n")
