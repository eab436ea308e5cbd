"""Posts in the words that people gave them."""

from __future__ import annotations

import pytest

from amplifier.campaign.post import Fact
from amplifier.errors import Problem, TemplateError
from amplifier.schedule.decided.given_words import Given, reworded
from amplifier.schedule.program import read_program, wanted_posts
from tests.schedule import homes
from tests.schedule.homes import HELLO, SCHEDULE, SOON

SOURCES = {"schedules/a.yaml": SCHEDULE, "templates/lab23/soon.j2": SOON, "templates/lab23/hello.j2": HELLO}


def test_given_words_replace_those_of_their_account_and_carry_the_imprint() -> None:
    settings = homes.settings()
    post = next(one for one in wanted_posts(read_program(SOURCES, settings)) if one.id.slot == "soon")
    fact = Fact("milestone.debate", "2023-10-09T14:40:00+01:00")
    found = reworded(post, {"x": Given("At 14:40 it begins.", (fact,))}, settings)
    texts = {said.account: said.text for said in found.words}
    assert texts["x"] == f"At 14:40 it begins.\n\n{settings.campaign.imprint.text}"
    assert texts["bluesky"] == next(said.text for said in post.words if said.account == "bluesky")
    assert found.own_facts == {"x": (fact,)}


def test_a_post_to_which_nobody_gave_words_stays_itself() -> None:
    settings = homes.settings()
    post = wanted_posts(read_program(SOURCES, settings))[0]
    assert reworded(post, {}, settings) is post


def test_a_post_whose_words_nobody_can_compare_is_not_put_into_them() -> None:
    settings = homes.settings()
    post = wanted_posts(read_program(SOURCES, settings))[0]
    why = Problem("", 0, "post_failed", "It cannot be worked out.")
    with pytest.raises(TemplateError) as caught:
        reworded(post, {"x": Given("At 14:40 it begins.", (), failed=(why,))}, settings)
    assert caught.value.problems == [why]
