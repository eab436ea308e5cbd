from __future__ import annotations

import json
from datetime import timedelta

import pytest

from amplifier.clock import utc_now
from amplifier.schedule.decided.in_force import keep_settings
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions, delivery_views, heartbeats
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("move",), "For example: amplifier milestone move debate +40m"),
        (("move", "debate"), "For example: amplifier milestone move debate +40m"),
        (("move", "debatte", "+40m"), "There is no milestone “debatte”. Did you mean debate?"),
        (("move", "debate", "later"), "A distance begins with + or -"),
        (("move", "debate", "+40"), "is not a distance"),
        (("forget",), "For example: amplifier milestone forget debate"),
        (("forget", "debate"), "debate is in the plan. Move it instead: amplifier milestone move debate +40m"),
        (("forget", "debatte"), "No move of debatte was lost, so there is nothing to forget."),
        (("push", "debate", "+40m"), "“push” is not one of list, move, forget"),
    ],
)
def test_what_cannot_be_moved_is_refused_with_the_reason(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in shell.refused("milestone", *words, "--yes")
    assert not decisions.decisions()


def test_a_move_earlier_needs_no_tricks_with_dashes(shell: Shell) -> None:
    moved = shell.ask("milestone", "move", "debate", "-1h", "--yes")
    assert (moved["from"], moved["to"]) == ("2023-10-10 14:40:00+01:00", "2023-10-10 13:40:00+01:00")
    assert shell.ask("milestone", "move", "debate", "-90m", "--reason", "x", "--yes")["to"].startswith(
        "2023-10-10 12:10"
    )


def test_a_move_shows_what_follows_and_the_list_shows_what_was_moved(shell: Shell) -> None:
    said = shell("milestone", "move", "debate", "+40m", "--reason", "the hall is late", "--yes")
    assert "debate  Tue 10 Oct 14:40 → Tue 10 Oct 15:20 BST" in said.out
    assert "  Tue 10 Oct 14:40 → Tue 10 Oct 15:20  debate-begins/once\n" in said.out
    assert "The posts follow at the worker's next look (decision 1)." in said.out
    listed = shell("milestone").out
    assert "Tue 10 Oct 15:20 BST  debate  the file says Tue 10 Oct 14:40\n" in listed
    assert listed.count("the file says") == 1
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    begins = [row for row in delivery_views.views() if row.identity.post.slot == "debate-begins"]
    assert {row.wall_time for row in begins} == {"2023-10-10T15:20"}


def test_seconds_are_shown_where_a_move_has_any(shell: Shell) -> None:
    said = shell("milestone", "move", "debate", "+90s", "--yes").out
    assert "debate  Tue 10 Oct 14:40 → Tue 10 Oct 14:41:30 BST" in said
    assert "  Tue 10 Oct 14:40 → Tue 10 Oct 14:41:30  debate-begins/once\n" in said
    assert "Tue 10 Oct 14:41:30 BST  debate  the file says Tue 10 Oct 14:40\n" in shell("milestone").out
    assert "debate stands at Tue 10 Oct 14:41:30 already." in shell("milestone", "move", "debate", "debate").out


def test_a_milestone_on_which_nothing_hangs_says_so(shell: Shell) -> None:
    schedule = shell.home / "schedules" / "lab23.yaml"
    text = schedule.read_text(encoding="utf-8").replace("milestones:\n", "milestones:\n  lunch: 2023-10-09 12:00\n")
    schedule.write_text(text, encoding="utf-8")
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    assert "No coming post hangs on it." in shell("milestone", "move", "lunch", "+5m", "--yes").out


def test_without_a_terminal_nothing_moves(shell: Shell) -> None:
    assert shell("milestone", "move", "debate", "+40m").code == 1
    assert shell("milestone", "move", "debate", "+40m", "--json").code == 2
    assert not decisions.decisions()


def test_the_preview_shows_what_people_wrote_and_the_move_makes_untrue_before_anybody_agrees(shell: Shell) -> None:
    assert shell("edit", "debate-begins", "We start at 14:40", "--on", "x,bluesky", "--yes").code == 0
    said = shell("milestone", "move", "debate", "+40m")
    assert said.code == 1, "nobody agreed"
    assert "‖ debate-begins/once (Tue 10 Oct 14:40) on x, bluesky would be held." in said.out
    assert "  Your words say “14:40”, the plan says 15:20 (debate).\n" in said.out
    assert "Afterwards: amplifier edit, or amplifier facts leave" in said.out
    moved = shell.ask("milestone", "move", "debate", "+40m", "--yes")
    assert [(one["post"], one["account"]) for one in moved["held"]] == [
        ("debate-begins/once", "x"),
        ("debate-begins/once", "bluesky"),
    ]
    assert (moved["true_again"], moved["untrue"]) == ([], [])
    assert (
        "debate-begins/once (Tue 10 Oct 14:40) on x, bluesky is true again"
        in shell("milestone", "move", "debate", "-40m").out
    )


def test_the_preview_names_what_is_out_and_would_be_untrue(shell: Shell) -> None:
    rows = DeliveryRow.objects.filter(post__slot="debate-ahead", account__label="x")
    assert rows.update(state="sent", remote_state="live", remote_id="7")
    said = shell("milestone", "move", "debate", "+40m")
    assert "✕ Out, and no longer so then: debate-ahead/once" in said.out
    assert shell.ask("milestone", "move", "debate", "+40m", "--yes")["untrue"] == [
        {"post": "debate-ahead/once", "account": "x"}
    ]


def test_a_move_whose_time_passes_while_somebody_reads_changes_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def think(_question: str, *, yes: bool) -> bool:
        monkeypatch.setattr("amplifier.cli.milestone.utc_now", lambda: utc_now() + timedelta(days=1))
        return not yes

    monkeypatch.setattr("amplifier.cli.milestone.agreed", think)
    said = shell("milestone", "move", "debate", "+40m")
    assert (said.code, decisions.decisions()) == (2, ())
    assert "The new time of debate has passed since you were asked, so nothing was moved." in said.err


def test_a_move_shows_the_posts_whose_time_would_have_passed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    said = " ".join(shell("milestone", "move", "registration", "2023-09-24 09:00").out.split())
    assert "ballot-opens/once past: it is missed if it is too late by then" in said
    assert "past:" not in shell("milestone", "move", "debate", "+40m").out
    told = shell.ask("milestone", "move", "registration", "2023-09-24 09:00", "--yes")
    assert "ballot-opens/once" in told["past"]
    monkeypatch.setattr("amplifier.cli.milestone.MOST_SHOWN", 0)
    said = shell("milestone", "move", "registration", "2023-09-24 08:00").out
    assert "of them past: missed if it is too late by then" in said


def test_a_time_in_another_year_than_this_is_shown_with_it(shell: Shell) -> None:
    file = shell.home / "settings.yaml"
    file.write_text(file.read_text().replace("last_day: 2023-10-11", "last_day: 2024-01-10"))
    said = shell("milestone", "move", "debate", "2024-01-02 14:40", "--yes").out
    assert "debate  Tue 10 Oct 14:40 → Tue 2 Jan 2024 14:40 GMT" in said
    assert "Tue 2 Jan 2024 14:40 GMT  debate  the file says Tue 10 Oct 14:40" in shell("milestone").out


@pytest.mark.parametrize("to", ["18:40", "2023-10-10 18:40", "vote + 85m"])
def test_a_time_is_said_as_for_a_post(shell: Shell, to: str) -> None:
    assert shell.ask("milestone", "move", "vote", to, "--yes")["to"] == "2023-10-10 18:40:00+01:00"


def test_a_milestone_that_stands_there_already_is_told_and_nothing_is_written(shell: Shell) -> None:
    for to in ("14:40", "vote - 155m", "2023-10-10 14:40"):
        said = shell("milestone", "move", "debate", to)
        assert (said.code, said.out) == (0, "debate stands at Tue 10 Oct 14:40 already. Nothing was moved.\n")
    assert shell.ask("milestone", "move", "debate", "14:40")["decision"] is None
    assert not decisions.decisions()


def test_own_posts_that_were_counted_from_it_are_shown_with_both_times(shell: Shell) -> None:
    shell("send", "Bring friends", "--to", "x", "--at", "debate - 2h", "--yes")
    (row,) = delivery_views.own_waiting()
    name = f"own/{row.identity.post.occurrence}"
    said = shell("milestone", "move", "debate", "+40m")
    assert f"▲ {name} goes out Tue 10 Oct 12:40 and does not move: “debate - 2h” would be Tue 10 Oct 13:20." in said.out
    assert f"  amplifier edit {name} --at 'debate - 2h'    once it has moved\n" in said.out
    told = shell.ask("milestone", "move", "debate", "+40m", "--yes")
    times = {"at": "2023-10-10 12:40:00+01:00", "would_be": "2023-10-10 13:20:00+01:00"}
    assert told["stays"] == [{"post": name, **times}]
    assert shell("edit", name, "--at", "debate - 2h", "--yes").out.endswith("✓ Moved.\n")
    assert shell.ask("milestone", "move", "debate", "-40m", "--yes")["stays"][0]["would_be"] == times["at"]
    shell("edit", name, "--at", "2023-10-10 13:00", "--yes")
    assert shell.ask("milestone", "move", "debate", "+10m", "--yes")["stays"] == []


def test_the_milestones_that_it_overtakes_are_named(shell: Shell) -> None:
    said = shell("milestone", "move", "debate", "+3h").out
    assert "▲ debate is before vote (Tue 10 Oct 17:15), and would be after it." in said
    assert "would be" not in shell("milestone", "move", "debate", "+40m").out
    moved = json.loads(shell("milestone", "move", "debate", "vote", "--yes", "--json").out)
    assert moved["order"] == ["debate is before vote (Tue 10 Oct 17:15), and would be at the same time."]
    apart = shell("milestone", "move", "debate", "+1m").out
    assert "▲ debate is at the same time as vote (Tue 10 Oct 17:15), and would be after it." in apart


@pytest.mark.parametrize(
    "words",
    [("milestone", "move", "debate", "+40m"), ("skip", "debate-begins"), ("edit", "debate-begins", "We begin now")],
)
def test_what_changes_in_settings_while_the_service_runs_hinders_nobody(shell: Shell, words: tuple[str, ...]) -> None:
    started = load(shell.home)
    keep_settings(started, now=utc_now())
    heartbeats.beat("worker", now=utc_now(), detail=started.digest)
    file = shell.home / "settings.yaml"
    more = "  - name: second\n    platform: mastodon\n    handle: lab\n    api: https://other.example\n"
    more += "    secrets:\n      access_token: SECOND\n\nlisten:"
    file.write_text(started.text.replace("\nlisten:", more, 1), encoding="utf-8")
    assert load(shell.home).digest != started.digest
    said = shell(*words, "--yes")
    assert (said.code, said.err) == (0, "")
    heartbeats.withdraw("settings")
    refused = shell(*words, "--yes")
    assert refused.code == 2
    assert "settings.yaml has changed since the service started" in refused.err
