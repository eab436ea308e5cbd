"""A time that a person types for a post of their own: within the campaign's days, ahead, and told with its year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amplifier.cli.typed_time import to_move_to, to_send_at
from amplifier.errors import UsageError
from amplifier.schedule.planner import Planner
from amplifier.settings import Mode, Settings, load
from tests.cli.conftest import REPOSITORY, Shell
from tests.schedule.homes import open_ledger

NOW = datetime(2023, 10, 10, 12, 0, 30, tzinfo=UTC)  # 13:00:30 in Liverpool
SETTINGS = load(REPOSITORY).model_copy(update={"mode": Mode.LIVE})


@pytest.fixture
def live(sqlite_ledger: None) -> Settings:  # noqa: ARG001  the database that it opens
    open_ledger(NOW)
    Planner(REPOSITORY, SETTINGS, now=lambda: NOW).refresh()
    return SETTINGS


def test_it_is_an_instant_and_how_people_say_it(live: Settings) -> None:
    typed = to_send_at("tomorrow 10:00", live, NOW)
    assert (typed.due_at, typed.said) == (datetime(2023, 10, 11, 9, tzinfo=UTC), "Wed 11 Oct 10:00")
    assert (typed.milestone, typed.stays) == ("", "")


@pytest.mark.parametrize(("text", "said"), [("debate - 1h", "Tue 10 Oct 13:40"), ("debate", "Tue 10 Oct 14:40")])
def test_one_that_is_counted_from_a_milestone_says_that_it_stays(live: Settings, text: str, said: str) -> None:
    for typed in (to_send_at(text, live, NOW), to_move_to(text, live, NOW)):
        assert typed.stays == f"It goes out {said}, and stays there if debate moves: it is no post of the plan."


@pytest.mark.parametrize(
    ("text", "day"),
    [("2032-10-11 10:00", "11 October 2032"), ("2024-10-11 10:00", "11 October 2024"), ("+3d", "13 October 2023")],
)
def test_a_day_outside_the_campaign_is_refused_as_for_a_milestone(live: Settings, text: str, day: str) -> None:
    for typed in (to_send_at, to_move_to):
        with pytest.raises(
            UsageError, match=f"{day} is outside the campaign. The campaign goes from 24 September 2023"
        ):
            typed(text, live, NOW)


def test_what_has_passed_is_told_with_its_year_where_it_is_another_and_with_what_to_do(live: Settings) -> None:
    with pytest.raises(UsageError, match=r"^Tue 11 Oct 2022 10:00 has passed\. Leave --at out to send it now\.$"):
        to_send_at("2022-10-11 10:00", live, NOW)
    with pytest.raises(
        UsageError, match=r"^Mon 9 Oct 10:00 has passed\. Give it a time that lies ahead, such as \+10m"
    ):
        to_move_to("2023-10-09 10:00", live, NOW)


def test_the_minute_that_has_begun_is_now_for_a_new_post_and_past_for_one_that_moves(live: Settings) -> None:
    assert to_send_at("13:00", live, NOW).due_at == NOW - timedelta(seconds=30)
    with pytest.raises(UsageError, match="has passed"):
        to_move_to("13:00", live, NOW)
    with pytest.raises(UsageError, match="has passed"):
        to_send_at("12:59", live, NOW)


def test_before_there_is_a_plan_a_moment_can_be_named_and_a_milestone_is_unknown(unstarted: Shell) -> None:
    settings = load(unstarted.home).model_copy(update={"mode": Mode.LIVE})
    assert to_send_at("15:20", settings, NOW).said == "Tue 10 Oct 15:20"
    with pytest.raises(UsageError, match="There is no milestone debate"):
        to_send_at("debate - 1h", settings, NOW)
