"""A person's words that a move makes untrue do not go out, by the real service, until somebody lets them stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.install import REPOSITORY, Run, RunningInstall

pytestmark = pytest.mark.journey
FIRST, SECOND = "Doors open early, the debate is at 14:40.", "Be in your seats: it is at twenty to three."
HELD = ("held", "untrue")


@pytest.fixture
def at_work(tmp_path: Any) -> Iterator[tuple[RunningInstall, Run]]:
    made = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var")
    try:
        run = made.up()
        run.until(lambda: made.ask("status").get("good"), what="service that is well")
        yield made, run
    finally:
        made.end()


def states(install: RunningInstall) -> dict[str, tuple[str, str]]:
    rows = install.rows(
        "SELECT d.text, d.state, d.reason FROM deliveries d JOIN posts p ON p.id = d.post_id WHERE p.slot = 'own'"
    )
    return {str(text).split("\n", maxsplit=1)[0]: (str(state), str(reason)) for text, state, reason in rows}


def test_what_a_move_makes_untrue_waits_for_a_person_and_goes_out_once_when_it_may(
    at_work: tuple[RunningInstall, Run],
) -> None:
    install, run = at_work
    coming = "SELECT wall_time FROM posts WHERE due_at > datetime('now', '+60 seconds') ORDER BY due_at LIMIT 1"
    run.until(lambda: install.rows(coming), what="plan")
    ((wall_time,),) = install.rows(coming)
    at = str(wall_time).replace("T", " ")  # what plays in about a minute
    for text in (FIRST, SECOND):
        sent = install.command("send", text, "--to", "mastodon", "--at", at, "--no-append", "--yes")
        assert sent.returncode == 0, sent.stdout + sent.stderr
    moved = install.command("milestone", "move", "debate", "+40m", "--yes")
    assert moved.stdout.count("would be held") == 2, moved.stdout
    run.until(lambda: states(install) == {FIRST: HELD, SECOND: HELD}, what="two posts that are held")
    told = install.command("facts")
    assert told.returncode == 1
    assert "Your words say “twenty to three”, the plan says 15:20 (debate)." in told.stdout
    second = next(one["post"] for one in install.ask("facts")["held"] if one["text"].startswith(SECOND))
    left = install.command("facts", "leave", second, "--yes", "--reason", "they know")
    assert left.returncode == 0, left.stdout
    run.until(lambda: states(install)[SECOND] == ("sent", ""), seconds=90, what="post that may go out")
    assert states(install)[FIRST] == HELD, "its time has come as well"
    out = [str(one["text"]) for one in install.world().posts()]
    assert [sum(text.startswith(words) for text in out) for words in (FIRST, SECOND)] == [0, 1]
