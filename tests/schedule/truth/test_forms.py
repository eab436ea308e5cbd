"""Of a voice's forms the one that counts on an account."""

from __future__ import annotations

import pytest

from amplifier.campaign.post import Fact
from amplifier.schedule.truth.forms import as_there, so_there

US = (Fact("voice.us", "us"), Fact("voice.us.x", "@us"), Fact("voice.us.x-north", "@north"))
DEBATE = Fact("milestone.debate", "2023-10-09T14:40:00+01:00")


@pytest.mark.parametrize(
    ("platform", "account", "value"), [("x", "x-north", "@north"), ("x", "x", "@us"), ("bluesky", "bluesky", "us")]
)
def test_the_form_of_the_account_wins_then_its_networks_then_the_one_for_everywhere(
    platform: str, account: str, value: str
) -> None:
    there = as_there((*US, DEBATE), platform, account)
    assert {fact.value for fact in there} == {value, DEBATE.value}
    today = {fact.name: fact.value for fact in US}
    for form in US:
        assert so_there([form], today, platform, account) == {form.name: value}, "whatever form the words have"


def test_another_networks_form_is_not_stated_there() -> None:
    assert as_there([Fact("voice.us.x", "@us")], "bluesky", "bluesky") == ()


def test_what_is_no_more_is_empty_and_what_is_no_voice_is_by_its_name() -> None:
    assert so_there([*US[1:2], DEBATE], {DEBATE.name: "now"}, "x", "x") == {"voice.us.x": "", DEBATE.name: "now"}
