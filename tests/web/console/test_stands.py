"""*Let it stand* on *Now*: what is out and what waits of a post are shown, and nothing else stands."""

from __future__ import annotations

from typing import Any

import pytest

from amplifier.campaign.delivery import RemoteState, State
from amplifier.campaign.post import PostId
from amplifier.clock import utc_now
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.standing import MEANWHILE
from amplifier.store import decisions
from amplifier.store.models import DeliveryRow
from tests.web.campaign import Campaign

SOON = PostId("lab23", "soon", "once")


@pytest.fixture
def untrue(opened: Campaign) -> Campaign:
    """A post is out on X, waits on Bluesky in a person's words, and then the debate moved."""
    opened.put("soon", "x", state=State.SENT, remote_id="1", remote_state=RemoteState.LIVE, sent_at=utc_now())
    words = {"bluesky": "We start at 14:40, be there"}
    program = program_in_force(opened.install.settings)
    decide_words(program, SOON, words, actor="cli:jo", reason="", now=utc_now())
    opened.read()
    opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    opened.read()
    assert waits(opened) == ("held", "untrue")
    return opened


def waits(opened: Campaign) -> tuple[str, str]:
    opened.read()
    return DeliveryRow.objects.filter(post__slot="soon", account__label="bluesky").values_list("state", "reason").get()


def test_words_that_wait_elsewhere_are_shown_with_what_is_out_and_go_out_when_both_stand(untrue: Campaign) -> None:
    page = untrue.get("/")
    shown = page.html[page.html.index('action="/posts/stand"') :].partition("</form>")[0]
    assert "The debate is at 14:40" in shown
    assert "waits, and would go out" in shown
    assert "We start at 14:40, be there" in shown
    said = untrue.send("/posts/stand", {"post": "soon/once", "standing": page.field("standing")})
    assert "“soon” of Tue 10 Oct 13:40 stays as it is." in said.text
    assert waits(untrue) == ("queued", "")
    assert "no longer so" not in untrue.get("/").text


@pytest.mark.parametrize("mark", ["", "0123456789abcdef"])
def test_a_form_that_showed_nothing_lets_nothing_stand(untrue: Campaign, mark: str) -> None:
    made = decisions.newest_decision()
    assert MEANWHILE in untrue.send("/posts/stand", {"post": "soon/once", "standing": mark}).text
    assert decisions.newest_decision() == made


@pytest.mark.parametrize("account", ["x", "bluesky"])
def test_other_words_that_came_meanwhile_do_not_stand_whether_out_or_waiting(untrue: Campaign, account: str) -> None:
    shown, made = untrue.get("/").field("standing"), decisions.newest_decision()
    if account == "x":
        DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(text="The debate begins at 14:40.")
    else:
        words, made = {"bluesky": "Come to the hall, all of you"}, made + 1
        decide_words(program_in_force(untrue.install.settings), SOON, words, actor="cli:jo", reason="", now=utc_now())
    assert MEANWHILE in untrue.send("/posts/stand", {"post": "soon/once", "standing": shown}).text
    assert decisions.newest_decision() == made


def test_what_changes_between_the_look_and_the_decision_does_not_stand(
    untrue: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, whole = untrue.get("/").field("standing"), decisions.keep_decision

    def quicker(**told: Any) -> Any:
        DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(text="The debate begins at 14:40.")
        return whole(**told)

    monkeypatch.setattr(decisions, "keep_decision", quicker)
    made = decisions.newest_decision()
    assert MEANWHILE in untrue.send("/posts/stand", {"post": "soon/once", "standing": shown}).text
    assert decisions.newest_decision() == made


def test_words_that_stand_too_late_are_said_to_be_missed(untrue: Campaign) -> None:
    waits = DeliveryRow.objects.filter(post__slot="soon", account__label="bluesky")
    waits.update(too_late_at=utc_now())
    said = untrue.send("/posts/stand", {"post": "soon/once", "standing": untrue.get("/").field("standing")}).text
    assert "stays as it is. Its time has passed, so it is missed and does not go out by itself." in said
    assert f"once it is missed: amplifier decide {waits.get().pk} --again" in said
