"""Before a milestone moves the page says what follows, as the command does; and what was shown is what is done."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from amplifier.campaign.delivery import RemoteState
from amplifier.clock import utc_now
from amplifier.operate.own import prepare_own, queue_own
from amplifier.schedule.decided.change import find_post, program_in_force
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.playing import playing
from amplifier.store import decisions
from amplifier.store.models import PostRow
from amplifier.web.frame import install
from tests.web.campaign import Campaign, Page


def preview(opened: Campaign, **form: str) -> Page:
    return opened.send("/milestones/preview", {"name": "debate", **form})


def agree(opened: Campaign, page: Page) -> Page:
    """Press the button of the page that asks, with all that its form carries."""
    fields = {one["name"]: one.get("value", "") for one in page.named("input") if one.get("name") in FORM}
    return opened.send("/milestones/move", fields)


FORM = ("name", "to", "shown", "asked", "reason")


def test_the_buttons_of_now_show_first_and_move_nothing(opened: Campaign) -> None:
    actions = {one.get("action") for one in opened.get("/").named("form")}
    assert "/milestones/preview" in actions
    assert "/milestones/move" not in actions
    page = preview(opened, by="+40m", reason="The chair said so.", shown="2023-10-10T14:40:00+01:00")
    assert page.truth == "Debate would move from Tue 10 Oct 14:40 to Tue 10 Oct 15:20 Liverpool."
    assert "Tue 10 Oct 13:40 → Tue 10 Oct 14:20 soon/once" in page.text
    assert decisions.decisions() == ()
    moved = agree(opened, page)
    assert "Debate is now at Tue 10 Oct 15:20 Liverpool: 2 posts follow." in moved.text
    (made,) = decisions.decisions()
    assert (made.value, made.reason) == ("2023-10-10T15:20:00+01:00", "The chair said so.")


def test_it_says_what_would_be_held_and_true_again_what_is_out_and_what_has_passed(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = find_post(program_in_force(opened.install.settings), "soon")
    words = {"x": "We start at 14:40", "bluesky": "We start at 14:40"}
    decide_words(program_in_force(opened.install.settings), post, words, actor="cli:jo", reason="", now=utc_now())
    opened.read()
    page = preview(opened, by="+40m")
    assert "What would be held" in page.text
    assert "Your words say “14:40”, the plan says 15:20 (debate)." in page.text
    assert page.text.count("We start at 14:40") == 1
    agree(opened, page)
    opened.read()
    assert (
        "True again, and no longer held: soon/once (Tue 10 Oct 14:20) on X, Bluesky." in preview(opened, by="-40m").text
    )
    noon = playing(install().settings).real(datetime.fromisoformat("2023-10-10T12:00:00+01:00"))
    monkeypatch.setattr("amplifier.web.console.move.utc_now", lambda: noon)
    assert "past It is missed if it is too late by then." in preview(opened, at="2023-10-10 12:30").text
    monkeypatch.setattr("amplifier.web.console.move.MOST", 1)
    assert "of them past: missed if it is too late by then." in preview(opened, at="2023-10-10 11:30").text


def test_every_account_every_reason_and_each_accounts_words_stand_there(opened: Campaign) -> None:
    post = find_post(program_in_force(opened.install.settings), "soon")
    words = {"x": "We start at 14:40", "bluesky": "We start on Tuesday", "mastodon": "We start on Tuesday"}
    decide_words(program_in_force(opened.install.settings), post, words, actor="cli:jo", reason="", now=utc_now())
    opened.read()
    text = preview(opened, by="-1d 40m").text
    assert "held soon/once (Tue 10 Oct 13:40) on X, Bluesky, Mastodon" in text
    assert "Your words say “14:40”, " in text
    assert "Your words say “Tuesday”, " in text
    assert "X We start at 14:40" in text
    assert "Bluesky, Mastodon We start on Tuesday" in text


def test_what_is_shown_is_done_to_the_second(opened: Campaign) -> None:
    page = preview(opened, by="+90s")
    assert page.truth == "Debate would move from Tue 10 Oct 14:40 to Tue 10 Oct 14:41:30 Liverpool."
    assert "Tue 10 Oct 13:40 → Tue 10 Oct 13:41:30 soon/once" in page.text
    assert "Move the debate to 14:41:30" in page.text
    assert "Debate is now at Tue 10 Oct 14:41:30 Liverpool:" in agree(opened, page).text
    (made,) = decisions.decisions()
    assert made.value == "2023-10-10T14:41:30+01:00"
    assert "Tue 10 Oct 14:41:30 Liverpool" in opened.get("/").text
    told = opened.send("/milestones/move", {"name": "debate", "by": "+10s", "shown": "2023-10-10T14:41:00+01:00"}).text
    assert "debate stands at Tue 10 Oct 14:41:30 by now, and you were shown Tue 10 Oct 14:41:" in told
    assert "debate stands at Tue 10 Oct 14:41:30 already." in preview(opened, at="debate").text


@pytest.mark.parametrize(
    ("at", "button"),
    [
        ("wed 15:20", "Move the debate to Wed 11 Oct 15:20"),
        ("2023-10-09 14:40", "Move the debate to Mon 9 Oct 14:40"),
        ("tue 15:20", "Move the debate to 15:20"),
    ],
)
def test_the_button_names_the_day_where_that_changes(opened: Campaign, at: str, button: str) -> None:
    text = preview(opened, at=at).text
    assert re.search(f"{button}(?!\\d)", text)


@pytest.mark.parametrize(
    "to", ["soon", "2023-10-10T25:00:00+01:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59-14:00"]
)
def test_an_instant_that_no_page_showed_moves_nothing(opened: Campaign, to: str) -> None:
    page = opened.send("/milestones/move", {"name": "debate", "to": to})
    assert "Nothing was moved." in page.text or "outside the campaign" in page.text
    assert decisions.decisions() == ()


def test_what_is_out_stays_and_what_it_says_is_told_as_no_longer_so(opened: Campaign) -> None:
    opened.put("soon", state="sent", remote_id="1", remote_state=RemoteState.LIVE, sent_at=utc_now())
    page = preview(opened, by="+10m")
    assert "Out already, and stays as it is: soon/once." in page.text
    assert "no longer so Out, and no longer so then: soon/once (Tue 10 Oct 13:40)." in page.text


def test_own_posts_that_were_counted_from_it_are_told_with_both_times(opened: Campaign) -> None:
    settings, now = opened.install.settings, utc_now()
    at = playing(settings).real(datetime.fromisoformat("2023-10-10T12:40:00+01:00"))
    own = prepare_own("Bring friends", ["x"], settings, due_at=at, now=now, playing=playing(settings))
    queue_own(own, settings, actor="cli:jo", now=now, playing=playing(settings))
    PostRow.objects.filter(slot="own").update(milestone="debate - 2h")
    text = preview(opened, by="+40m").text
    assert "goes out Tue 10 Oct 12:40. “debate - 2h” would be Tue 10 Oct 13:20 then." in text
    assert f"amplifier edit own/{own.post.id.occurrence} --at 'debate - 2h'" in text


@pytest.mark.parametrize(("at", "there"), [("18:10", "Tue 10 Oct 18:10"), ("mon 10:00", "Mon ")])
def test_the_field_takes_times_as_send_does(opened: Campaign, at: str, there: str) -> None:
    page = preview(opened, at=at)
    assert f"to {there}" in page.truth or "outside the campaign" in page.text


def test_where_it_stands_already_is_told_and_nothing_is_asked(opened: Campaign) -> None:
    for path in ("/milestones/preview", "/milestones/move"):
        page = opened.send(path, {"name": "debate", "at": "14:40"})
        assert "debate stands at Tue 10 Oct 14:40 already. Nothing was moved." in page.text
    assert decisions.decisions() == ()


def test_what_has_changed_since_it_was_shown_is_not_moved(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    page = preview(opened, by="+40m")
    opened.send("/milestones/move", {"name": "debate", "by": "+10m"})
    assert "somebody has moved it meanwhile. Nothing was moved." in agree(opened, page).text
    page = preview(opened, at="2023-10-10 15:30")
    late = playing(install().settings).real(datetime.fromisoformat("2023-10-10T15:00:00+01:00"))
    monkeypatch.setattr("amplifier.web.console.decide.utc_now", lambda: late)
    assert "has passed since you were asked, so nothing was moved." in agree(opened, page).text
    form = {"name": "debate", "by": "+10m", "asked": "soon"}
    assert "Nothing was moved." in opened.send("/milestones/move", form).text
    assert len(decisions.decisions()) == 1


def test_the_page_names_the_milestones_that_it_overtakes(opened: Campaign) -> None:
    page = preview(opened, by="+3h")
    assert "debate is before vote (Tue 10 Oct 17:15), and would be after it." in page.text
    assert "vote" not in preview(opened, by="+40m").text
