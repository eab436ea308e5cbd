"""Whatever takes the output, and in whichever encoding: a command does what it was to do, and its exit code says so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.cli.conftest import REPOSITORY
from tests.waiting import HANG_S

COMMAND = [sys.executable, "-m", "amplifier"]
ENCODINGS = ["ascii", "cp437", "iso-8859-1", "utf-8"]
WORDS = "Caf\u00e9 \u2713 \u201cnow\u201d \u65e5\u672c \U0001f64f"


@pytest.fixture
def home(tmp_path: Path, planned: Path) -> Path:
    """The example campaign, planned; nothing runs."""
    made = copy_home(REPOSITORY, tmp_path / "home", seconds=600)
    (made / "var").mkdir(mode=0o700)
    shutil.copy(planned, made / "var" / "amplifier.sqlite3")
    return made


def give(
    home: Path, *words: str, encoding: str = "utf-8", out: int | None = None, before: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """This command in a process of its own; `before` is what a shell does with its streams."""
    command = [*COMMAND, *words, "--home", str(home), "--var", str(home / "var")]
    if before:
        command = ["sh", "-c", f'exec "$@" {before}', "sh", *command]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AMPLIFIER_", "PYTHON"))}
    environment |= {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(REPOSITORY)}
    sink = subprocess.PIPE if out is None else out
    return subprocess.run(command, env=environment, stdout=sink, stderr=subprocess.PIPE, timeout=HANG_S, check=False)


def is_stopped(home: Path) -> bool:
    return (home / "var" / "STOP").exists()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_without_our_marks_gets_plain_ones_and_the_command_is_done(home: Path, encoding: str) -> None:
    checked = give(home, "check", encoding=encoding)
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert checked.stdout.decode(encoding).startswith("\u2713 All good" if encoding == "utf-8" else "+ All good")
    stopped = give(home, "stop", "--reason", WORDS, encoding=encoding)
    assert (stopped.returncode, stopped.stderr, is_stopped(home)) == (0, b"", True)
    with (home / "settings.yaml").open("a") as settings:
        settings.write("\naddress: https://amplifier.example\n")
    linked = give(home, "stop-link", encoding=encoding)
    assert (linked.returncode, linked.stderr) == (0, b"")
    assert ("\u2588" in linked.stdout.decode(encoding)) == (encoding in ("utf-8", "cp437"))
    told = give(home, "status", encoding=encoding)
    assert b"Traceback" not in told.stderr
    assert "Caf" in told.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_programs_read_loses_nothing_in_any_encoding(home: Path, encoding: str) -> None:
    sent = give(home, "send", WORDS, "--to", "mastodon", "--at", "+10h", "--yes", "--json", encoding=encoding)
    assert b"Traceback" not in sent.stderr
    (delivery,) = json.loads(sent.stdout.decode(encoding))["deliveries"]
    assert delivery["state"] == "queued"
    again = give(home, "send", WORDS, "--to", "mastodon", "--at", "+10h", "--yes", encoding=encoding)
    assert again.returncode == 2, "it is there already, and once"
    refused = give(home, "send", WORDS, "--to", "nobody", "--yes", encoding=encoding)
    assert refused.returncode == 2
    assert b"Traceback" not in refused.stderr


@pytest.mark.parametrize("before", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", ">/dev/full", "2>/dev/full"])
def test_a_stream_that_is_closed_or_full_ends_no_command_that_acts(home: Path, before: str) -> None:
    done = give(home, "stop", "--reason", "The hall is on fire", before=before)
    assert (done.returncode, is_stopped(home)) == (0, True)
    assert b"Traceback" not in done.stdout + done.stderr
    if before == ">/dev/full":
        assert done.stderr.endswith(
            b"The answer could not be written: No space left on device. What it was to do stands as it is.\n"
        )
    assert give(home, "check").returncode == 0, "the database is whole"


@pytest.mark.parametrize(
    "words", [("check",), ("plan", "--json"), ("mentions",), ("milestone",), ("decide",), ("facts",)]
)
def test_an_answer_that_is_all_a_command_is_for_has_to_arrive(home: Path, words: tuple[str, ...]) -> None:
    full = give(home, *words, before=">/dev/full")
    assert (full.returncode, full.stderr) == (
        1,
        b"amplifier: The answer could not be written: No space left on device. Nothing was changed.\n",
    )


def test_a_reader_that_has_had_enough_is_no_trouble(home: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        planned = give(home, "plan", out=write)
    finally:
        os.close(write)
    assert (planned.returncode, planned.stderr) == (0, b"")
