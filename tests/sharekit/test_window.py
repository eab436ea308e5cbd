"""From when and until when words may be passed on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from amplifier.campaign.template import Template
from amplifier.settings import Settings
from amplifier.sharekit.window import SharingWindow, last_moment, window

MOMENTS = {"start": "2023-10-08T09:00", "end": "2023-10-08T17:00", "later": "2023-10-10T17:00"}


@pytest.fixture
def ballot(templates: dict[str, Template]) -> Template:
    return templates["lab23/ballot"]


def opened(
    campaign: Any, settings: Settings, template: Template, *timings: Any, wording: str = "plain"
) -> SharingWindow:
    slots = [campaign.slot(f"s{n}", template.name, timing, wording) for n, timing in enumerate(timings)]
    found = window(template, campaign.plan(*slots, **MOMENTS), settings.campaign)
    assert found is not None
    return found


def test_a_single_slot_closes_at_the_milestone_it_hangs_on(campaign: Any, settings: Settings, ballot: Template) -> None:
    found = opened(campaign, settings, ballot, campaign.at("end", hours=-3))
    assert found.closes == campaign.local("2023-10-08T17:00")
    assert found.opens == {"plain": campaign.local("2023-10-08T14:00")}


def test_the_latest_milestone_counts(campaign: Any, settings: Settings, ballot: Template) -> None:
    found = opened(campaign, settings, ballot, campaign.at("later", hours=-3), campaign.at("end", hours=-3))
    assert found.closes == campaign.local("2023-10-10T17:00")
    assert found.opens == {"plain": campaign.local("2023-10-08T14:00")}


@pytest.mark.parametrize(
    ("offset", "closes"), [(0, "2023-10-08T17:00"), (-180, "2023-10-08T17:00"), (60, "2023-10-08T18:00")]
)
def test_a_recurring_slot_closes_at_the_milestone_until_which_it_runs(
    campaign: Any, settings: Settings, ballot: Template, offset: int, closes: str
) -> None:
    found = opened(campaign, settings, ballot, campaign.every(until=campaign.at("end", minutes=offset)))
    assert found.closes == campaign.local(closes)


def test_until_a_date_is_until_that_midnight(campaign: Any, settings: Settings, ballot: Template) -> None:
    found = opened(campaign, settings, ballot, campaign.every(until=campaign.wall("2023-10-07T00:00")))
    assert found.closes == campaign.local("2023-10-07T00:00")


@pytest.mark.parametrize("kind", ["open end", "fixed time"])
def test_without_a_milestone_it_lasts_to_the_end_of_the_last_day(
    campaign: Any, settings: Settings, ballot: Template, kind: str
) -> None:
    timing = campaign.every() if kind == "open end" else campaign.wall("2023-10-01T10:00")
    found = opened(campaign, settings, ballot, timing, campaign.at("end"))
    assert found.closes == last_moment(settings.campaign) == campaign.local("2023-10-12T00:00")


def test_a_recurring_slot_opens_from_its_first_day(campaign: Any, settings: Settings, ballot: Template) -> None:
    assert opened(campaign, settings, ballot, campaign.every()).opens["plain"] == campaign.local("2023-09-24T00:00")
    found = opened(campaign, settings, ballot, campaign.every(from_=campaign.at("start", minutes=10)))
    assert found.opens["plain"] == campaign.local("2023-10-08T09:10")


def test_a_rotating_slot_says_every_wording(campaign: Any, settings: Settings, ballot: Template) -> None:
    found = opened(campaign, settings, ballot, campaign.at("start"), wording="rotate")
    assert set(found.opens) == {"plain", "last"}


def test_a_template_that_the_plan_does_not_say_has_no_window(
    campaign: Any, settings: Settings, ballot: Template
) -> None:
    plan = campaign.plan(campaign.slot("other", "lab23/other", campaign.at("end")), **MOMENTS)
    assert window(ballot, plan, settings.campaign) is None


def test_a_wording_opens_when_it_is_said_first_whatever_the_order_of_the_file(
    campaign: Any, settings: Settings, ballot: Template
) -> None:
    early, late = campaign.at("start"), campaign.at("end", hours=-1)
    for timings in ((early, late), (late, early)):
        assert opened(campaign, settings, ballot, *timings).opens["plain"] == campaign.local("2023-10-08T09:00")


def test_a_post_that_people_took_out_opens_nothing(campaign: Any, settings: Settings, ballot: Template) -> None:
    plan = campaign.plan(campaign.slot("one", ballot.name, campaign.at("end")), **MOMENTS)
    assert window(ballot, plan, settings.campaign, {"other/once"}) is not None
    assert window(ballot, plan, settings.campaign, {"one/once"}) is None


def test_wordings_open_one_after_another_and_close_together() -> None:
    at = [datetime(2023, 10, 8, hour, tzinfo=UTC) for hour in range(24)]
    found = SharingWindow({"early": at[9], "late": at[12]}, at[17])
    assert found.open_wordings(at[8]) == ()
    assert found.open_wordings(at[9]) == ("early",)
    assert found.open_wordings(at[12]) == ("late", "early")
    assert found.open_wordings(at[17]) == ()


def test_what_opens_next_lies_ahead_and_before_the_end() -> None:
    at = [datetime(2023, 10, 8, hour, tzinfo=UTC) for hour in range(24)]
    found = SharingWindow({"early": at[9], "late": at[12], "never": at[20]}, at[17])
    assert found.opens_next(at[8]) == at[9]
    assert found.opens_next(at[9]) == at[12]
    assert found.opens_next(at[12]) is None


def test_an_offset_is_elapsed_time_over_the_night_when_clocks_go_back(
    campaign: Any, settings: Settings, ballot: Template
) -> None:
    slot = campaign.slot("one", ballot.name, campaign.at("sunday", hours=-12), "plain")
    found = window(ballot, campaign.plan(slot, sunday="2023-10-29T10:00"), settings.campaign)
    assert found is not None
    assert found.opens["plain"] == datetime(2023, 10, 28, 22, 0, tzinfo=UTC)
