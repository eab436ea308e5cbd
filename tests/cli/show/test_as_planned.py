"""People's own posts and what is out, as the plan shows them: at the time that was said, in the words that went."""

from __future__ import annotations

import pytest

from amplifier.clock import utc_now
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell

TEXT = "Come to the stall by the doors"


def out(slot: str, account: str = "x", **more: object) -> None:
    rows = DeliveryRow.objects.filter(post__slot=slot, account__label=account, state="queued")
    rows.update(state="sent", remote_state="live", remote_id="1", sent_at=utc_now(), **more)


def test_a_persons_own_post_has_the_very_time_that_was_said(shell: Shell) -> None:
    shell("send", TEXT, "--to", "bluesky", "--at", "2023-10-10 13:47", "--yes")
    (post,) = [one for one in shell.ask("plan")["posts"] if one["own"]]
    assert (post["wall_time"], post["due_at"]) == ("2023-10-10T13:47", "2023-10-10 12:47:00+00:00")


def test_what_is_out_is_shown_in_the_words_that_went_out(shell: Shell) -> None:
    out("debate-begins", text="As it went out")
    (post,) = [one for one in shell.ask("plan")["posts"] if one["post"].startswith("debate-begins/")]
    words = {one["account"]: (one["text"], one["state"]) for one in post["deliveries"]}
    assert words["x"] == ("As it went out", "sent")
    assert words["bluesky"][0].startswith("It is 14:40, and conference turns")
    assert words["bluesky"][1] == "queued"


def test_a_persons_own_post_that_is_out_is_in_the_plan_of_its_day(shell: Shell) -> None:
    shell("send", TEXT, "--to", "bluesky,mastodon", "--at", "2023-10-10 13:47", "--yes")
    out("own", "bluesky")
    said = shell("plan", "--from", "2023-10-10", "--to", "2023-10-10").out
    assert said.count("Come to the stall by the doors") == 2
    assert "✓ out at" in said
    for days in (("--from", "2023-10-11"), ("--to", "2023-10-09")):
        assert "Come to the stall" not in shell("plan", *days).out


def test_nearly_the_same_of_ones_own_is_warned_of_and_the_plan_is_shown(shell: Shell) -> None:
    for account in ("bluesky", "mastodon"):
        shell("send", TEXT, "--to", account, "--at", "2023-10-10 13:47", "--yes")
    again = shell("send", f"{TEXT}!", "--to", "bluesky", "--at", "2023-10-10 15:47", "--again", "--yes")
    assert "own/" in again.out
    said = shell("plan", "--from", "2023-10-10", "--to", "2023-10-10")
    assert said.code == 0
    assert "They stand in a post of a person" in " ".join(said.out.split()) or "Both stand in a post of a person" in (
        " ".join(said.out.split())
    )


@pytest.mark.parametrize("days", [("--from", "2024-01-01"), ("--to", "2023-01-01")])
def test_days_on_which_there_is_no_campaign_are_told(shell: Shell, days: tuple[str, str]) -> None:
    said = shell.refused("plan", *days)
    assert "The campaign goes from 2023-09-24 to 2023-10-11: nothing goes out on these days." in said
