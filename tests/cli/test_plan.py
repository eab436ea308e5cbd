from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis.strategies import integers, text
from rich.cells import cell_len

from amplifier.campaign.delivery import RemoteState, State
from amplifier.campaign.fate import Fate
from amplifier.cli.plan import _indented, choose
from amplifier.clock import utc_now
from amplifier.settings import load
from amplifier.store.models import DeliveryRow
from amplifier.text.visible import joining
from tests.cli.conftest import Shell

FIRST, LAST = date(2023, 9, 24), date(2023, 10, 11)


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2023, 1, 1), (FIRST, LAST)),
        (FIRST, (FIRST, LAST)),
        (date(2023, 10, 1), (date(2023, 10, 1), LAST)),
        (LAST, (LAST, LAST)),
        (date(2023, 10, 12), (date(2023, 10, 5), LAST)),
        (date(2026, 1, 1), (date(2023, 10, 5), LAST)),
    ],
)
def test_the_plan_begins_today_or_with_the_last_week_of_what_is_over(
    unstarted: Shell, today: date, shown: tuple[date, date]
) -> None:
    first, last, note = choose(load(unstarted.home), None, None, today=today)
    assert (first, last) == shown
    assert bool(note) == (today > LAST)


@pytest.mark.parametrize(
    ("first", "last"), [(date(2023, 9, 30), None), (None, date(2023, 9, 30)), (date(2023, 9, 30), date(2023, 10, 2))]
)
def test_days_that_are_asked_for_are_shown_without_a_note(
    unstarted: Shell, first: date | None, last: date | None
) -> None:
    found = choose(load(unstarted.home), first, last, today=date(2026, 1, 1))
    assert found == (first or FIRST, last or LAST, "")


def test_a_campaign_shorter_than_a_week_is_shown_whole(unstarted: Shell) -> None:
    settings = load(unstarted.home)
    short = settings.model_copy(
        update={"campaign": settings.campaign.model_copy(update={"first_day": date(2023, 10, 9)})}
    )
    assert choose(short, None, None, today=date(2026, 1, 1))[:2] == (date(2023, 10, 9), LAST)


def test_it_says_that_the_campaign_is_over_and_how_to_see_all(unstarted: Shell) -> None:
    said = " ".join(unstarted("plan").out.split())
    assert said.startswith("This campaign ended on 11 October 2023.")
    assert "amplifier plan --from 2023-09-24" in said
    assert unstarted.ask("plan")["note"]


def test_in_a_rehearsal_today_is_the_day_that_plays(shell: Shell) -> None:
    told = shell.ask("plan")
    assert (told["note"], told["to"]) == ("", "2023-10-11")
    assert "2023-09-24" <= told["from"] <= "2023-10-11"


def test_the_days_limit_what_is_shown_and_both_are_included(unstarted: Shell) -> None:
    posts = unstarted.ask("plan", "--from", "2023-10-08", "--to", "2023-10-08")["posts"]
    assert {post["wall_time"][:10] for post in posts} == {"2023-10-08"}
    assert "ballot-opens/once" in {post["post"] for post in posts}


def test_moved_milestones_show_in_the_plan(shell: Shell) -> None:
    shell("milestone", "move", "debate", "+40m", "--yes")
    posts = {post["post"]: post["wall_time"] for post in shell.ask("plan")["posts"]}
    assert posts["debate-begins/once"] == "2023-10-10T15:20"


def test_the_price_is_that_of_x_alone(unstarted: Shell) -> None:
    plan = unstarted.ask("plan", "--from", "2023-09-24")
    sums = {"x": 0.0, "bluesky": 0.0, "mastodon": 0.0}
    for post in plan["posts"]:
        for one in post["deliveries"]:
            sums[one["platform"]] += one["price_usd"]
    assert sums["bluesky"] == sums["mastodon"] == 0
    assert plan["price_usd"] == pytest.approx(sums["x"], abs=0.001)
    assert f"X's API would charge ${sums['x']:.2f}" in unstarted("plan", "--from", "2023-09-24").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "tomorrow"), "“tomorrow” is not a day. Write it like 2023-10-08."),
        (
            ("--from", "2023-10-08", "--to", "2023-10-01"),
            "The last day (2023-10-01) lies before the first (2023-10-08).",
        ),
        (("--frm", "2023-10-08"), "Unrecognized arguments: --frm 2023-10-08."),
    ],
)
def test_days_that_make_no_sense_are_refused(unstarted: Shell, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in unstarted.refused("plan", *words)


def test_where_a_network_has_several_accounts_each_is_named_by_its_handle(shell: Shell) -> None:
    assert "\n         Mastodon · " in shell("plan").out
    file = shell.home / "settings.yaml"
    north = "{name: north, platform: mastodon, handle: north, api: https://other.example, secrets: {access_token: T}}"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("accounts:\n", f"accounts:\n  - {north}\n", 1), encoding="utf-8")
    said = shell("plan").out
    assert "\n         Mastodon (@north@other.example) · " in said
    assert "\n         Mastodon (@labfreemvmt@social.example) · " in said
    assert "\n         X · " in said


def test_words_stay_within_the_window_with_nothing_after_them(unstarted: Shell) -> None:
    said = unstarted("plan", "--from", "2023-09-24").out.splitlines()
    words = [line for line in said if line.startswith(" " * 9)]
    assert len(words) > 100
    assert max(map(cell_len, words)) <= 80
    assert [line for line in words if line != line.rstrip()] == []


def test_wide_letters_and_what_looks_like_markup_are_laid_out_as_they_stand() -> None:
    assert _indented("[red]no[/] colour", 40) == "\n         [red]no[/] colour"
    assert _indented("一" * 20, 40) == "\n" + " " * 9 + "一" * 15 + "\n" + " " * 9 + "一" * 5
    assert _indented("", 40) == ""


@given(text(alphabet="ab\t 一👩\u200d🔬é", max_size=120) | text(alphabet="ab\t ", max_size=120), integers(22, 60))
def test_whatever_is_laid_out_fits_and_loses_nothing_but_spaces(words: str, width: int) -> None:
    lines = _indented(words, width).split("\n")
    assert max(map(cell_len, lines)) <= max(width, 29)
    assert "".join("".join(lines).split()) == "".join(joining(words).split())


@pytest.mark.parametrize(
    ("state", "remote", "mark"),
    [
        (State.HELD, "", "‖ held"),
        (State.MISSED, "", "✕ missed"),
        (State.UNSURE, "", "? unsure"),
        (State.SENT, RemoteState.WITHDRAWN, "- withdrawn"),
        (State.SENT, RemoteState.GONE, "✕ gone"),
        (State.SENT, "", "✓ out at "),
    ],
)
def test_what_does_not_simply_wait_is_marked(shell: Shell, state: State, remote: str, mark: str) -> None:
    assert mark not in shell("plan", "--from", "2023-09-24").out
    row = DeliveryRow.objects.filter(account__label="bluesky", state=State.QUEUED).order_by("post__due_at").last()
    assert row
    DeliveryRow.objects.filter(pk=row.pk).update(state=state, remote_state=remote, sent_at=utc_now())
    said = shell("plan", "--from", "2023-09-24").out
    assert said.count(mark) == 1
    marked = next(line for line in said.splitlines() if mark in line)
    assert marked.strip().startswith("Bluesky · ")
    deliveries = [one for post in shell.ask("plan", "--from", "2023-09-24")["posts"] for one in post["deliveries"]]
    assert [one["state"] for one in deliveries].count(state) == 1
    assert [one["fate"] for one in deliveries if one["fate"]] == (
        [Fate(remote or "live")] if state is State.SENT else []
    )
