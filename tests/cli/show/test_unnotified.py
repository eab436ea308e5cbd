"""Posts that people are to publish by hand, and nobody who would be asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from amplifier.__main__ import main
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.show.unnotified import unnotified
from amplifier.errors import Problem
from amplifier.schedule import files
from amplifier.schedule.program import read_program
from amplifier.settings import load
from tests.cli.conftest import REPOSITORY
from tests.cli.test_going_live import bring_forward

ANNA = "notify:\n  - {name: anna, address: NOTIFY_ANNA}\n"
DEAF = "notify:\n  - {name: anna, address: NOTIFY_ANNA, about: [stopped]}\n"
ADDRESS = "address: https://amplifier.example\n"
BUDGET = "budget: {monthly: 10}\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_home(REPOSITORY, tmp_path, seconds=60)


def told(home: Path, more: str = "", *, live: bool = True, hand_off: str = "", slot: bool = False) -> list[Problem]:
    path = home / "settings.yaml"
    text = path.read_text(encoding="utf-8") + more
    text = text.replace("mode: rehearsal ", "mode: live ").replace('address: ""', "address: 1 Road") if live else text
    if hand_off:
        text = text.replace(f"  - name: {hand_off}\n", f"  - name: {hand_off}\n    hand_off: true\n")
    path.write_text(text, encoding="utf-8")
    if slot:
        schedule = home / "schedules" / "lab23.yaml"
        words = schedule.read_text(encoding="utf-8")
        schedule.write_text(
            words.replace("  - name: hello\n", "  - name: hello\n    hand_off: true\n"), encoding="utf-8"
        )
    return unnotified(read_program(files.sources(home), load(home)))


def test_live_on_x_without_a_budget_and_without_people_two_things_are_missing(home: Path) -> None:
    asked, link = told(home)
    assert asked.message.startswith("People post by hand on x, and nobody in `notify` listens to `hand_off`")
    assert "Name somebody under `notify:`" in asked.hint
    assert "With a `budget:` the service posts on X itself." in asked.hint
    lines = (home / "settings.yaml").read_text(encoding="utf-8").splitlines()
    assert (asked.path, lines[asked.line - 1]) == ("settings.yaml", "  - name: x")
    assert "`address` is missing" in link.message
    assert "Set `address:`" in link.hint


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        (ANNA + ADDRESS, []),
        (ANNA, ["address"]),
        (ADDRESS, ["hand_off"]),
        (DEAF + ADDRESS, ["hand_off"]),
        (BUDGET, []),
    ],
)
def test_each_is_told_for_itself_and_not_where_the_service_posts(home: Path, more: str, rules: list[str]) -> None:
    assert [one.rule for one in told(home, more)] == rules


def test_in_a_rehearsal_only_what_the_settings_leave_to_people_counts_and_needs_no_address(home: Path) -> None:
    assert told(home, live=False) == []
    (asked,) = told(home, live=False, hand_off="bluesky")
    assert "by hand on bluesky" in asked.message
    assert "budget" not in asked.hint


def test_a_slot_that_people_post_is_named_with_its_line(home: Path) -> None:
    asked, link = told(home, BUDGET, slot=True)
    assert asked.message.startswith("People post by hand what hello says, and nobody")
    lines = (home / asked.path).read_text(encoding="utf-8").splitlines()
    assert lines[asked.line - 1] == "  - name: hello"
    assert link.message.startswith("People post by hand what hello says, and `address` is missing")


def test_check_warns_and_goes_on(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(home)
    bring_forward(home)
    assert main(["check", "--home", str(home)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "▲ settings.yaml:" in said
    assert "nobody will be asked. Name somebody under `notify:`" in said
    assert re.search(r"✓ Nothing is wrong; \d warnings: ", said)
    assert main(["check", "--json", "--home", str(home)]) == 0
    answer = json.loads(capsys.readouterr().out)
    rules = [one["rule"] for one in answer["warnings"] if one["rule"] != "missing_secret"]
    assert (rules, answer["problems"]) == (["hand_off", "address"], [])
