"""A post is skipped as the page showed it, or not at all."""

from __future__ import annotations

import re
from typing import Any

import pytest

from amplifier.campaign.post import PostId
from amplifier.clock import utc_now
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.rewording import decide_words
from amplifier.store import decisions
from amplifier.store.models import DeliveryRow
from tests.web.campaign import Campaign, skip_form

SOON = PostId("lab23", "soon", "once")
CHANGED = "The post has other words, another time or other accounts by now than the page showed."


def reworded(opened: Campaign) -> None:
    words, program = {"x": "See you in the hall."}, program_in_force(opened.install.settings)
    decide_words(program, SOON, words, actor="cli:jo", reason="", now=utc_now())
    opened.read()


def moved(opened: Campaign) -> None:
    opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    opened.read()


def elsewhere(opened: Campaign) -> None:
    opened.put("soon", "x", state="held", reason="kept")


@pytest.mark.parametrize("change", [reworded, moved, elsewhere])
def test_a_post_that_somebody_changed_meanwhile_is_not_skipped_unseen(opened: Campaign, change: Any) -> None:
    form = skip_form(opened.get("/"), "soon/once")
    change(opened)
    made = decisions.newest_decision()
    assert CHANGED in opened.send("/posts/skip", form).text
    assert decisions.newest_decision() == made
    said = opened.send("/posts/skip", skip_form(opened.get("/"), "soon/once")).text
    assert re.search("“soon” of .{13,16} is left out", said)
    assert decisions.newest_decision() == made + 1


def test_a_form_that_does_not_say_what_it_showed_skips_nothing(opened: Campaign) -> None:
    assert CHANGED in opened.send("/posts/skip", {"post": "soon/once"}).text
    assert decisions.newest_decision() == 0


def test_what_changes_between_the_look_and_the_decision_is_not_skipped(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, whole = skip_form(opened.get("/"), "soon/once"), decisions.keep_decision

    def quicker(**told: Any) -> Any:
        DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(text="See you in the hall.")
        return whole(**told)

    monkeypatch.setattr(decisions, "keep_decision", quicker)
    assert CHANGED in opened.send("/posts/skip", form).text
    assert decisions.newest_decision() == 0
