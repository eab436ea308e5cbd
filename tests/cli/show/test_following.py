"""Correct, withdraw and facts as commands: what they show, what they queue, and how they tell what became of it."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest
from django.db import connection

from amplifier.cli.show import following
from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.schedule.playing import playing
from amplifier.settings import load
from amplifier.store import decisions, delivery_views, heartbeats
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell
from tests.waiting import HANG_S

POST = "hello"


@pytest.fixture
def out(shell: Shell) -> Shell:
    """The first post is out on all networks; nobody is at work."""
    for row in DeliveryRow.objects.filter(post__slot=POST):
        DeliveryRow.objects.filter(id=row.pk).update(
            state="sent", remote_id=f"r{row.pk}", remote_state="live", url="https://x.com/1", sent_at=utc_now()
        )
    return shell


def later() -> list[tuple[str, str]]:
    rows = [row for row in delivery_views.views() if row.identity.revision > 0]
    return [(row.identity.account, row.identity.verb.value) for row in rows]


def test_without_a_worker_it_says_so_and_does_not_wait(out: Shell) -> None:
    said = out("correct", POST, "--text", "The hall is open.", "--on", "x", "--yes")
    assert said.code == 1
    assert "◷ x: not deleted yet" in said.out
    assert "No worker is running, so nothing happens yet. Start one: amplifier up" in said.out
    assert later() == [("x", "delete"), ("x", "publish")]


def test_it_shows_what_it_does_and_costs_and_that_nobody_knows_what_breaks(out: Shell) -> None:
    said = out("correct", POST, "--text", "The hall is open.")
    assert said.code == 1
    assert "$0.025" in said.out
    assert said.out.count("It is deleted, and the new words are posted.") == 2
    assert said.out.count("Lost with it: not known.") == 2  # no network is running here
    assert "It is edited; boosts and replies stay." in said.out
    assert said.out.endswith("Nothing was changed.\n")
    assert later() == []


def test_json_has_every_account_and_needs_agreement_beforehand(out: Shell) -> None:
    assert "add --yes" in out("correct", POST, "--text", "Hm.", "--json").out
    told = out.ask("correct", POST, "--text", "The hall is open.", "--on", "x,mastodon", "--yes")
    assert [(one["account"], one["done"]) for one in told["accounts"]] == [("x", False), ("mastodon", False)]
    assert told["words"]["x"].startswith("Correction: The hall is open.")
    assert (told["post"], told["worker"]) == ("hello/once", False)


def test_a_typo_gets_the_nearest_names_and_how_to_list_all(out: Shell) -> None:
    said = out.refused("withdraw", "helo", "--yes")
    assert said.count("/once") == 1
    assert "Did you mean hello/once? All that are out: amplifier correct --list" in said
    assert "hello/once" in out("correct", "--list").out
    assert out.ask("withdraw", "--list")["posts"] == ["hello/once"]
    assert "Which post?" in out.refused("correct")


def test_what_the_plan_would_say_already_is_nothing_to_correct(out: Shell) -> None:
    assert out.refused("correct", POST, "--yes").count("It says that already.") == 3


def test_a_withdrawal_is_queued_once_agreed(out: Shell) -> None:
    assert out("withdraw", POST).code == 1
    assert later() == []
    said = out("withdraw", POST, "--reason", "wrong", "--yes")
    assert said.code == 1
    assert said.out.count("◷") == 3
    assert [verb for _, verb in later()] == ["delete"] * 3
    assert "waits for a hand" in out.refused("withdraw", POST, "--deleted")


def test_deleted_by_hand_is_written_down(out: Shell) -> None:
    out("withdraw", POST, "--on", "x", "--yes")
    DeliveryRow.objects.filter(verb="delete").update(state="held", reason="hand_off")
    said = out("withdraw", POST, "--on", "x", "--deleted")
    assert (said.code, said.out) == (0, "✓ Done by hand on x.\n")
    (row,) = [one for one in delivery_views.views() if one.remote_state == "withdrawn"]
    assert row.identity.account == "x"


def test_following_ends_when_everything_rests(out: Shell) -> None:
    out("withdraw", POST, "--on", "x", "--yes")
    (deletion,) = [row for row in delivery_views.views() if row.identity.revision > 0]
    heartbeats.beat("worker", now=utc_now())
    assert following.worker_is_alive()

    def finish() -> None:
        time.sleep(0.4)
        DeliveryRow.objects.filter(id=deletion.id).update(state="sent")
        connection.close()

    worker = threading.Thread(target=finish)
    worker.start()
    (one,) = following.follow(deletion.identity.post, [deletion.id], seconds=2 * HANG_S, quiet=True)
    worker.join()
    assert one.is_done
    waits = following.follow(deletion.identity.post, [deletion.id], seconds=0, quiet=True)
    assert waits == (one,)


def test_facts_says_what_is_untrue_and_lets_it_stand(shell: Shell) -> None:
    for row in DeliveryRow.objects.filter(post__slot="ballot-opens"):
        DeliveryRow.objects.filter(id=row.pk).update(state="sent", remote_id=f"r{row.pk}", remote_state="live")
    assert shell("facts").out == "✓ Nothing that is out has become untrue.\n"
    assert shell("milestone", "move", "ballot_closes", "+40m", "--yes").code == 0
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    said = shell("facts")
    assert said.code == 1
    assert "✕ ballot-opens/once (Sun 8 Oct 09:00) is out and no longer so" in said.out
    assert "ballot closes: Sun 8 Oct 17:00, now 17:40" in said.out
    assert "amplifier correct ballot-opens/once" in said.out
    told = shell.ask("facts")
    assert {one["account"] for one in told["untrue"]} == {"x", "bluesky", "mastodon"}
    assert told["coming"]
    assert "which post may stand" in shell.refused("facts", "leave").lower()
    assert shell("facts", "leave", "ballot-opens", "--yes", "--reason", "the hall knows").code == 0
    assert decisions.decisions()[-1].reason == "the hall knows"
    assert shell("facts").code == 0


def test_new_words_with_a_tag_that_is_too_long_for_a_network_are_told_before_anybody_agrees(out: Shell) -> None:
    words = ("correct", POST, "--text", "The hall is open #" + "lang" * 17)
    said = " ".join(out(*words).out.split())
    assert "is longer than a hashtag may be on Bluesky, so it stays plain words there." in said
    assert [one["rule"] for one in out.ask(*words, "--on", "bluesky", "--yes")["warnings"]] == ["long_tag"]


def test_new_words_are_compared_with_what_was_decided_a_moment_ago(out: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = playing(load(out.home)).real(datetime.fromisoformat("2023-10-10T12:00:00+01:00"))
    monkeypatch.setattr("amplifier.cli.correct.utc_now", lambda: noon)
    soon = "debate-begins/once"
    assert out("edit", soon, "The hall is open to all of you", "--on", "x", "--no-append", "--yes").code == 0
    told = out.refused("correct", POST, "--text", "The hall is open to all of you", "--on", "x", "--no-append", "--yes")
    assert f"x would say nearly what x is to say in {soon}" in told
