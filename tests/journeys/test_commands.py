"""Every command as somebody types it who has read no page of ours: before the service runs, while it runs, after."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.install import AMPLIFIER, REPOSITORY, RunningInstall
from tests.waiting import HANG_S

pytestmark = pytest.mark.journey
PROBLEM = {"path", "line", "rule", "message", "hint"}


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningInstall]:
    """A service at work, in a campaign slow enough for people to change it."""
    folder = tmp_path_factory.mktemp("commands")
    made = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=600), folder / "var")
    try:
        run = made.up()
        run.until(lambda: made.rows("SELECT 1 FROM deliveries WHERE state = 'sent'"), what="first post")
        yield made
    finally:
        made.end()


def _refused(install: RunningInstall, *words: str) -> str:
    """The sentence with which a command is refused: alone on standard error, and in JSON with its five fields."""
    done = install.command(*words)
    assert (done.returncode, done.stdout) == (2, ""), (words, done)
    told = install.command(*words, "--json")
    problems: list[dict[str, Any]] = json.loads(told.stdout)["problems"]
    assert told.returncode == 2
    assert all(set(problem) == PROBLEM for problem in problems)
    for problem in problems:
        assert problem["message"] in done.stderr
        assert problem["hint"] in done.stderr
    return done.stderr


# Before anything was started


def test_check_needs_no_database_and_makes_none(install: RunningInstall) -> None:
    before = sorted(install.home.rglob("*"))
    words = [*AMPLIFIER, "check", "--home", str(install.home)]
    good = subprocess.run(words, env=install.environment, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("✓ All good: ")
    assert sorted(install.home.rglob("*")) == before
    schedule = install.home / "schedules" / "lab23.yaml"
    schedule.write_text(schedule.read_text(encoding="utf-8").replace("at: debate\n", "at: debatte\n"), encoding="utf-8")
    bad = subprocess.run([*words, "--json"], env=install.environment, capture_output=True, text=True, check=False)
    (problem,) = json.loads(bad.stdout)["problems"]
    assert bad.returncode == 2
    assert problem["path"] == "schedules/lab23.yaml"
    assert schedule.read_text(encoding="utf-8").splitlines()[problem["line"] - 1].strip() == "at: debatte"
    assert sorted(install.home.rglob("*")) == before


def test_the_plan_of_a_past_campaign_says_that_it_is_past(install: RunningInstall) -> None:
    shown = install.command("plan")
    assert shown.returncode == 0
    first = " ".join(shown.stdout.split("\n\n")[0].split())
    assert first.startswith("This campaign ended on 11 October 2023. Here is its own last week;")
    assert "amplifier plan --from 2023-09-24" in first
    plan = install.ask("plan")
    assert plan["mode"] == "rehearsal"
    assert plan["note"]
    assert plan["posts"][0]["wall_time"] >= "2023-10-05"
    whole = install.ask("plan", "--from", "2023-09-24")
    assert len(whole["posts"]) > len(plan["posts"])
    assert not whole["note"]


def test_before_the_first_start_the_next_step_is_said(install: RunningInstall) -> None:
    for words in (("status",), ("send", "Good morning", "--to", "x", "--yes")):
        done = install.command(*words)
        assert done.returncode == 2
        assert done.stderr == "amplifier: The service has not been started here yet. Start it first: amplifier up\n"


# While it is at work


def test_status_says_that_all_is_well(at_work: RunningInstall) -> None:
    told = at_work.command("status")
    status = at_work.ask("status")
    assert (told.returncode, status["good"]) == (0, True)
    assert status["processes"] == {"worker": True, "listener": True}
    assert {account["health"] for account in status["accounts"]} == {"ok"}
    assert "The worker is at work." in told.stdout


def test_send_waits_for_its_receipts_and_refuses_to_repeat_itself(at_work: RunningInstall) -> None:
    said = ("send", "Hello from the hall", "--to", "all", "--yes")
    sent = at_work.command(*said, "--json")
    answer = json.loads(sent.stdout)
    assert (sent.returncode, answer["worker"]) == (0, True)
    assert {row["state"] for row in answer["deliveries"]} == {"sent"}
    assert all(row["url"].startswith("http://127.0.0.1:") for row in answer["deliveries"])
    assert _refused(at_work, *said).startswith("amplifier: x has this text already, from ")
    again = at_work.ask("send", "Hello from the hall", "--to", "bluesky", "--again", "--yes")
    assert [row["state"] for row in again["deliveries"]] == ["sent"]


def test_send_later_is_queued_and_not_waited_for(at_work: RunningInstall) -> None:
    sent = at_work.command("send", "See you tomorrow", "--to", "x,mastodon", "--at", "+10h", "--yes")
    assert sent.returncode == 0
    assert sent.stdout.count("◷ waiting") == 2


def test_what_cannot_be_done_is_refused_with_the_reason(at_work: RunningInstall) -> None:
    assert "There is no account “y”." in _refused(at_work, "send", "Hi", "--to", "y", "--yes")
    assert "Did you mean debate?" in _refused(at_work, "milestone", "move", "debatte", "+40m", "--yes")
    assert "There is no mention 1." in _refused(at_work, "mentions", "mark", "1", "done")


def test_without_a_terminal_nothing_is_agreed_to(at_work: RunningInstall) -> None:
    asked = at_work.command("send", "Hello", "--to", "x")
    assert asked.returncode == 1
    assert "Nobody is there to ask. Add --yes to agree beforehand." in asked.stderr
    assert asked.stdout.endswith("Nothing was sent.\n")
    told = at_work.command("send", "Hello", "--to", "x", "--json")
    assert told.returncode == 2
    assert "add --yes" in json.loads(told.stdout)["problems"][0]["message"]


def test_a_milestone_moves_and_its_posts_follow(at_work: RunningInstall) -> None:
    moved = at_work.ask("milestone", "move", "debate", "+40m", "--reason", "the hall is late", "--yes")
    assert moved["to"] == "2023-10-10 15:20:00+01:00"
    assert {"post": "debate-begins/once", "from": moved["from"], "to": moved["to"]} in moved["moved"]
    listed = {row["name"]: row for row in at_work.ask("milestone")["milestones"]}
    assert (listed["debate"]["at"], listed["debate"]["file"]) == (moved["to"], moved["from"])
    assert "the file says Tue 10 Oct 14:40" in at_work.command("milestone").stdout
    assert at_work.command("milestone", "move", "debate", "-1h", "--yes").returncode == 0
    begins = "SELECT wall_time FROM posts WHERE slot = 'debate-begins'"
    _soon(lambda: at_work.rows(begins) == [("2023-10-10T14:20",)])


def _soon(is_so: Any) -> None:
    until = time.monotonic() + HANG_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_post_is_skipped_and_another_gets_new_words(at_work: RunningInstall) -> None:
    assert at_work.ask("skip", "thanks-all", "--reason", "too early", "--yes")["skipped"] == "thanks-all/once"
    states = "SELECT DISTINCT d.state FROM deliveries d JOIN posts p ON p.id = d.post_id WHERE p.slot = 'thanks-all'"
    _soon(lambda: at_work.rows(states) == [("dropped",)])
    changed = at_work.ask("edit", "onward", "Onward, all of us", "--on", "x", "--no-append", "--yes")
    onward = "Onward, all of us\n\nPromoted by the Labour Campaign for Free Movement."
    assert changed["words"] == {"x": onward}
    words = (
        "SELECT d.text FROM deliveries d JOIN posts p ON p.id = d.post_id"
        " WHERE p.slot = 'onward' AND d.platform = 'x' AND d.state = 'queued'"
    )
    _soon(lambda: at_work.rows(words) == [(onward,)])
    assert "after:  Onward, together" in at_work.command("edit", "onward", "Onward, together", "--on", "x").stdout


def test_a_mention_is_marked_with_a_note(at_work: RunningInstall) -> None:
    _soon_for(at_work)
    first = at_work.ask("mentions", "--limit", "1")["mentions"][0]
    assert first["status"] == "new"
    marked = at_work.ask("mentions", "mark", str(first["id"]), "done", "--note", "answered in the hall")["mention"]
    assert (marked["id"], marked["status"]) == (first["id"], "done")
    assert [note["note"] for note in marked["followups"]] == ["answered in the hall"]
    assert marked["followups"][0]["actor"].startswith("cli:")
    done = at_work.command("mentions", "--is", "done").stdout
    assert str(first["id"]) in done
    assert "answered in the hall" in done
    assert "Nobody has said anything that fits." in at_work.command("mentions", "--find", "zebra").stdout


def _soon_for(install: RunningInstall) -> None:
    until = time.monotonic() + HANG_S
    while not install.rows("SELECT 1 FROM mentions"):
        assert time.monotonic() < until
        time.sleep(0.2)


# After it has ended


def test_send_without_a_worker_says_so_and_what_to_do(at_work: RunningInstall) -> None:
    at_work.end()
    at_work.write("UPDATE heartbeats SET at = '2023-01-01 00:00:00'")
    sent = at_work.command("send", "Is anybody there", "--to", "x", "--yes")
    assert sent.returncode == 1
    assert "No worker is running, so nothing goes out yet. Start one: amplifier up" in sent.stdout
    assert at_work.ask("send", "Hello again", "--to", "x", "--yes")["worker"] is False
    told = at_work.command("status")
    assert told.returncode == 1
    assert "✕ The worker has said nothing for" in told.stdout
