"""What is out is corrected, withdrawn and looked at again by the real worker, whatever is lost or killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.install import REPOSITORY, RunningInstall
from tests.waiting import until

pytestmark = pytest.mark.journey
NETWORKS = ("x", "bluesky", "mastodon")
OLD, NEW = "The ballot closes at 17:00 in the hall.", "Correction: Delegates can vote until 17:40."


@pytest.fixture
def at_work(tmp_path: Any) -> Iterator[RunningInstall]:
    """A service at work in a campaign that leaves time for people."""
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=600)
    settings = home / "settings.yaml"
    text = settings.read_text(encoding="utf-8")
    limits = "    connect_timeout: 1s\n"
    assert limits in text
    settings.write_text(text.replace(limits, f"{limits}    read_back_after: 3s\n"), encoding="utf-8")
    made = RunningInstall(home, tmp_path / "var")
    try:
        run = made.up()
        run.until(lambda: made.ask("status").get("good"), what="service that is well")
        made.world().ask("POST", "/_/public", {"per_minute": 0})
        yield made
    finally:
        made.end()


def send(install: RunningInstall, text: str = OLD) -> str:
    """An own post on all networks; its name."""
    done = install.command("send", text, "--to", "all", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    (name,) = [one for one in install.ask("correct", "--list")["posts"] if one.startswith("own/")][:1]
    return str(name)


def texts(install: RunningInstall, words: str) -> dict[str, list[str]]:
    """What is there of us now with these words, by network."""
    found: dict[str, list[str]] = {network: [] for network in NETWORKS}
    for post in install.world().posts():
        if post["ours"] and words in str(post["text"]) and not post.get("deleted"):
            found[str(post["network"])].append(str(post["text"]))
    return found


def remote_ids(install: RunningInstall) -> dict[str, str]:
    rows = install.rows(
        "SELECT platform, remote_id FROM deliveries WHERE remote_state = 'live' AND text LIKE 'The ballot%'"
    )
    return {str(platform): str(remote_id) for platform, remote_id in rows}


def fault(install: RunningInstall, network: str, operation: str, kind: str, **more: object) -> None:
    install.world().fault(**{"network": network, "operation": operation, "kind": kind, "times": 1, **more})


def test_a_correction_stands_alone_on_every_network_although_answers_are_lost(at_work: RunningInstall) -> None:
    post = send(at_work)
    for network in ("x", "bluesky"):
        fault(at_work, network, "delete", "cut_after")
        fault(at_work, network, "publish", "cut_after")
    fault(at_work, "mastodon", "edit", "cut_after")
    told = at_work.ask("correct", post, "--text", "Delegates can vote until 17:40.", "--reason", "longer", "--yes")
    assert [one["done"] for one in told["accounts"]] == [True] * 3, told
    assert {network: len(found) for network, found in texts(at_work, NEW).items()} == dict.fromkeys(NETWORKS, 1)
    assert {network: len(found) for network, found in texts(at_work, OLD).items()} == dict.fromkeys(NETWORKS, 0)
    reasons = at_work.rows(
        "SELECT detail FROM events WHERE kind = 'to be corrected' AND detail LIKE 'longer%was:%now:%'"
    )
    assert len(reasons) == 3


def test_a_withdrawal_leaves_nothing_although_answers_are_lost(at_work: RunningInstall) -> None:
    post = send(at_work)
    for network in NETWORKS:
        fault(at_work, network, "delete", "cut_after")
    done = at_work.command("withdraw", post, "--reason", "wrong", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == 3
    assert texts(at_work, OLD) == {network: [] for network in NETWORKS}


def test_a_worker_that_dies_between_the_halves_loses_neither(at_work: RunningInstall) -> None:
    post = send(at_work)
    fault(at_work, "x", "publish", "delay", seconds=2)  # so that there is a moment between deletion and new words
    fault(at_work, "bluesky", "publish", "delay", seconds=2)
    done = at_work.command("correct", post, "--text", "Delegates can vote until 17:40.", "--yes", "--wait", "0")
    assert done.returncode == 1
    deleted = "SELECT 1 FROM deliveries WHERE verb = 'delete' AND state = 'sent' AND platform IN ('x', 'bluesky')"
    until(lambda: len(at_work.rows(deleted)) == 2)
    worker = next(pid for pid, words in at_work.living().items() if " worker " in words)
    os.kill(worker, signal.SIGKILL)
    sent = "SELECT 1 FROM deliveries WHERE revision > 0 AND state = 'sent' AND verb <> 'delete'"
    until(lambda: len(at_work.rows(sent)) == 3)
    assert {network: len(found) for network, found in texts(at_work, NEW).items()} == dict.fromkeys(NETWORKS, 1)
    assert {network: len(found) for network, found in texts(at_work, OLD).items()} == dict.fromkeys(NETWORKS, 0)


def test_a_deletion_without_its_new_words_is_said_plainly(at_work: RunningInstall) -> None:
    post = send(at_work)
    fault(at_work, "x", "publish", "status", status=403, times=None)  # a planned post may meet it too
    done = at_work.command("correct", post, "--text", "Delegates can vote until 17:40.", "--on", "x", "--yes")
    at_work.world().ask("DELETE", "/_/faults")
    assert done.returncode == 1
    assert "‖ x: deleted, and the new words are not out:" in done.stdout
    again = at_work.command("correct", post, "--text", "Vote until 17:40 please, delegates.", "--on", "x", "--yes")
    assert again.returncode == 0, again.stdout
    assert len(texts(at_work, "Vote until 17:40 please")["x"]) == 1


def test_x_remembers_deleted_words_and_is_not_given_them_again(at_work: RunningInstall) -> None:
    post = send(at_work)
    for words in ("Delegates can vote until 17:40.", "Delegates can vote until 18:00."):
        assert at_work.command("correct", post, "--text", words, "--on", "x", "--yes").returncode == 0
    refused = at_work.command("correct", post, "--text", "Delegates can vote until 17:40.", "--on", "x", "--yes")
    assert refused.returncode == 2
    assert "X takes no text twice" in refused.stderr
    assert len(texts(at_work, "Delegates can vote until 18:00.")["x"]) == 1


def test_what_somebody_deletes_or_changes_by_hand_is_noticed(at_work: RunningInstall) -> None:
    send(at_work)
    there = remote_ids(at_work)
    at_work.world().ask("POST", "/_/change", {"network": "x", "remote_id": there["x"], "text": None})
    at_work.world().ask("POST", "/_/change", {"network": "mastodon", "remote_id": there["mastodon"], "text": "Hm."})
    until(lambda: len(at_work.rows("SELECT 1 FROM events WHERE kind IN ('gone', 'changed')")) == 2)
    changed = at_work.ask("status")["changed_outside"]
    assert {(one["account"], one["remote_state"]) for one in changed} == {("x", "gone"), ("mastodon", "edited")}
    said = at_work.command("status").stdout
    assert "is not there any more, and it was not we who deleted it" in " ".join(said.split())
    (detail,) = at_work.rows("SELECT detail FROM events WHERE kind = 'changed'")
    assert detail == ("It reads now: Hm.",)
