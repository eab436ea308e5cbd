from __future__ import annotations

import json
from pathlib import Path

import pytest

from amplifier.__main__ import main
from amplifier.cli.rehearse import copy_home
from tests.cli.conftest import REPOSITORY


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_home(REPOSITORY, tmp_path, seconds=60)


def test_all_good_is_said_in_one_line_and_nothing_is_made(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(home.rglob("*"))
    assert main(["check", "--home", str(home)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("✓ All good: ")
    assert "deliveries on 3 accounts." in " ".join(said.split())
    assert sorted(home.rglob("*")) == before


def test_every_mistake_is_told_at_once_with_its_place(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schedule = home / "schedules" / "lab23.yaml"
    text = schedule.read_text(encoding="utf-8")
    text = text.replace("at: debate\n", "at: debatte\n").replace("accounts: [bluesky, mastodon]", "accounts: [blue]", 1)
    schedule.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    assert main(["check", "--home", str(home)]) == 2
    said = capsys.readouterr().out
    for wrong in ("    at: debatte", "    accounts: [blue]"):
        assert f"✕ schedules/lab23.yaml:{lines.index(wrong) + 1}\n" in said
    assert "Did you mean debate?" in said
    assert said.endswith("2 problems. Nothing was started.\n")
    assert main(["check", "--json", "--home", str(home)]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert [problem["line"] for problem in answer["problems"]] == sorted(
        lines.index(wrong) + 1 for wrong in ("    at: debatte", "    accounts: [blue]")
    )


def test_a_word_in_brackets_is_told_as_it_was_written(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schedule = home / "schedules" / "lab23.yaml"
    text = schedule.read_text(encoding="utf-8").replace("at: debate\n", 'at: "[bold] :warning:"\n')
    schedule.write_text(text, encoding="utf-8")
    assert main(["check", "--home", str(home)]) == 2
    assert "[bold] :warning:" in capsys.readouterr().out
