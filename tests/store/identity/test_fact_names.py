"""Facts that are about one account name its number: they are about it whatever it is called."""

from __future__ import annotations

import pytest

from amplifier.campaign.post import Fact
from amplifier.store.identity.fact_names import called, kept
from amplifier.store.identity.numbered import mark
from tests.store import filled

pytestmark = pytest.mark.usefixtures("opened")
SAID = Fact("voice.tag.x-two", "#Lab23")


def test_the_form_of_an_account_is_kept_by_its_number_and_told_by_its_label() -> None:
    number = filled.also("x-two", "x", "second")
    name = kept()(SAID.name)
    assert name == f"voice.tag.{mark(number)}"
    filled.know([("us", "x", "second")])
    assert called([Fact(name, "#Lab23")]) == (Fact("voice.tag.us", "#Lab23"),)


@pytest.mark.parametrize("name", ["voice.tag", "voice.tag.x", "voice.tag.nobody", "milestone.x-two", "link.a", "day"])
def test_what_is_about_no_account_alone_is_named_as_it_is(name: str) -> None:
    filled.also("x-two", "x", "second")
    assert kept()(name) == name
    assert called([Fact(name, "said")]) == (Fact(name, "said"),)
