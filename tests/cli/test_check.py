from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from amplifier.__main__ import main
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import heartbeats
from tests.cli.conftest import REPOSITORY, Shell
from tests.schedule.homes import HELLO, SCHEDULE, SOON


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


def test_what_is_no_mistake_is_noted_beneath(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--home", str(home)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Without room for the imprint: 2 on x, 1 on bluesky. Link https://freemovement.example/imprint" in said
    assert said.endswith("ask for advice before you go live.")
    assert main(["check", "--json", "--home", str(home)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["problems"], answer["warnings"], len(answer["notes"])) == ([], [], 3)


def test_near_copies_are_warned_of_and_nothing_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schedule = home / "schedules" / "lab23.yaml"
    slot = "  - name: morning-again\n    template: lab23/good_morning\n    every: day at 09:45\n    from: 2023-10-08\n"
    text = schedule.read_text(encoding="utf-8") + slot + "    accounts: [mastodon]\n"
    schedule.write_text(text.replace("until: vote\n", "until: vote\n    wording: tea\n", 1), encoding="utf-8")
    template = home / "templates" / "lab23" / "good_morning.j2"
    words = "---\nask: greet\n---\n== tea\nTea first, on {{ day | date }}.\n== cake\nTEA FIRST, at {{ day | clock }}!\n"
    template.write_text(words, encoding="utf-8")
    early = "    every: day at 07:45\n"
    text = schedule.read_text(encoding="utf-8").replace(early, f"{early}    accounts: [bluesky, mastodon]\n")
    schedule.write_text(text, encoding="utf-8")
    assert main(["check", "--home", str(home)]) == 0
    said = capsys.readouterr().out
    assert "▲ templates/lab23/good_morning.j2:5\n" in said
    assert "say nearly the same on mastodon within 24 hours" in " ".join(said.split())
    assert "✓ Nothing is wrong; " in said
    assert main(["check", "--json", "--home", str(home)]) == 0
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert {warning["rule"] for warning in warnings} == {"near_copy"}
    assert main(["preview", "lab23/good_morning", "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == warnings
    assert main(["preview", "lab23/ballot", "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == []


def test_a_slot_that_says_nothing_is_warned_of_with_its_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = home / "templates" / "lab23" / "ballot_closed.j2"
    text = template.read_text(encoding="utf-8").replace("platforms: [x, bluesky, mastodon]", "platforms: [mastodon]")
    template.write_text(text, encoding="utf-8")
    settings = home / "settings.yaml"
    text = settings.read_text(encoding="utf-8")
    start, end = text.index("  - name: mastodon"), text.index("listen:")
    settings.write_text(text[:start] + text[end:], encoding="utf-8")
    schedule = home / "schedules" / "lab23.yaml"
    text = schedule.read_text(encoding="utf-8").replace("accounts: [bluesky, mastodon]", "accounts: [bluesky]")
    schedule.write_text(text, encoding="utf-8")
    assert main(["check", "--home", str(home), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["warnings"]
    line = text.splitlines().index("  - name: ballot-closed") + 1
    assert (told["rule"], told["path"], told["line"]) == ("silent", "schedules/lab23.yaml", line)


def test_a_comparison_that_another_language_would_turn_round_is_told_with_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    words = '{% if (day | weekday) == "Samstag" %}Wochenende{% else %}Werktag{% endif %}\n'
    (home / "templates" / "lab23" / "x.j2").write_text(f"---\nask: a\nlanguage: de\n---\n== plain\n{words}")
    for command in ("check",), ("preview", "lab23/x"):
        assert main([*command, "--home", str(home), "--json"]) == 0
        (told,) = [one for one in json.loads(capsys.readouterr().out)["warnings"] if one["rule"] == "day_compared"]
        assert (told["path"], told["line"]) == ("templates/lab23/x.j2", 6)
        assert told["hint"] == 'Ask for the day itself: day is weekday("saturday").'


def test_a_language_whose_days_nobody_knows_is_told_with_its_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = home / "templates" / "lab23" / "good_morning.j2"
    text = template.read_text(encoding="utf-8").replace("language: en", "language: tlh")
    words = text.splitlines()
    words.append("{{ day | weekday }} once more.")
    template.write_text("\n".join(words), encoding="utf-8")
    line = next(number for number, one in enumerate(words, start=1) if "| weekday" in one or "| date" in one)
    for command in (["check"], ["preview", "lab23/good_morning"]):
        assert main([*command, "--home", str(home), "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        (told,) = [one for one in answer["warnings"] if one["rule"] == "language"]
        assert (told["path"], told["line"]) == ("templates/lab23/good_morning.j2", line)
        assert "the days of `tlh`" in told["message"]


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("profile: uk ", "profile: paid ", "    profile: ", "The profile `paid` needs a `text`."),
        ("profile: uk ", "profile: off ", None, ""),
        ("page: https://", "page: http://", "    page: ", "`page` is not a web address."),
        ('address: ""', "address: here", None, ""),
    ],
)
def test_an_imprint_that_cannot_hold_is_told_with_its_line(
    home: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, line: str | None, says: str
) -> None:
    path = home / "settings.yaml"
    text = path.read_text(encoding="utf-8").replace(before, after, 1)
    if after != "page: http://":
        text = text.replace("    text: Promoted by the Labour Campaign for Free Movement.", '    text: ""')
    path.write_text(text, encoding="utf-8")
    assert main(["check", "--home", str(home), "--json"]) == (2 if line else 0)
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [problem["message"] for problem in problems] == ([says] if line else [])
    lines = text.splitlines()
    assert all(lines[problem["line"] - 1].startswith(line or "") for problem in problems)


def test_what_a_moved_milestone_makes_a_near_copy_is_told_by_all_alike(shell: Shell) -> None:
    shutil.rmtree(shell.home / "templates")
    for name, text in (
        ("schedules/lab23.yaml", SCHEDULE),
        ("templates/lab23/soon.j2", SOON),
        ("templates/lab23/hello.j2", HELLO),
    ):
        (shell.home / name).parent.mkdir(parents=True, exist_ok=True)
        (shell.home / name).write_text(text, encoding="utf-8")
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    assert shell("check").code == 0
    moved = shell("milestone", "move", "debate", "+48h", "--yes").out
    assert "Held then, until somebody gives other words: 2 posts." in moved
    said = shell("check")
    assert said.code == 2
    assert "2 problems. What they name is held until it has other words." in said.out
    two = "morning/2023-10-10#1 and morning/2023-10-06#1 say nearly the same on x within 7 days"
    for words in (moved, said.out, shell("plan", "--from", "2023-10-01").out):
        assert two in " ".join(words.split())
        assert "X does not publish what it takes for a copy. This rule is ours" in " ".join(words.split())


def test_a_milestone_that_people_moved_and_that_has_another_name_is_told_with_its_line(shell: Shell) -> None:
    assert shell("milestone", "move", "debate", "+40m", "--yes").code == 0
    for path in (*shell.home.glob("schedules/*.yaml"), *shell.home.rglob("templates/**/*.j2")):
        text = path.read_text(encoding="utf-8").replace("milestones.debate", "milestones.plenary")
        if path.suffix == ".yaml":
            text = re.sub(r"(?<=  )debate(?=:)|(?<=: )debate(?= |$)", "plenary", text, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")
    line = (shell.home / "schedules" / "lab23.yaml").read_text(encoding="utf-8").splitlines()
    place = next(number for number, words in enumerate(line, start=1) if words.startswith("  plenary:"))
    said = shell("check")
    assert said.code == 2
    assert f"✕ schedules/lab23.yaml:{place}\n" in said.out
    assert "the plan has no milestone debate any more" in " ".join(said.out.split())
    assert "Until that is mended, the last good version holds." in said.out
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    assert [problem["rule"] for problem in shell.ask("status")["problems"]] == ["lost_move"]
    line[place - 1] = line[place - 1].replace("14:40", "15:00")
    later = "\n".join(line)
    (shell.home / "schedules" / "lab23.yaml").write_text(later, encoding="utf-8")
    assert [warning["rule"] for warning in shell.ask("check")["warnings"]] == ["lost_move"]
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    status = shell.ask("status")
    assert (status["problems"], [one["line"] for one in status["lost_moves"]]) == ([], [place])
    assert f"▲ schedules/lab23.yaml:{place}: " in shell("status").out
    for part in ("worker", "listener"):
        heartbeats.beat(part, now=utc_now(), detail=load(shell.home).digest)
    status = shell("status")
    assert (status.code, shell.ask("status")["good"]) == (1, False)
    assert "If that is meant: amplifier milestone forget debate" in status.out
    said = shell("milestone", "forget", "debate", "--reason", "The hour in the file is right.")
    assert "✓ debate is given up, and its move with it" in said.out
    assert said.code == 0
    assert (shell("status").code, shell.ask("status")["good"], shell.ask("status")["lost_moves"]) == (0, True, [])
    assert shell.ask("check")["warnings"] == []


def test_while_the_service_runs_a_mistake_leaves_the_last_good_version_in_force(shell: Shell) -> None:
    file = shell.home / "schedules" / "lab23.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("at: debate\n", "at: debatte\n"), encoding="utf-8")
    assert "Nothing was started." in shell("check").out
    heartbeats.beat("worker", now=utc_now())
    assert "The service that runs goes on with the last good version." in " ".join(shell("check").out.split())
