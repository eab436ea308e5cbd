"""The two decisions on Now are really written, with who and why, and nothing is written that was not decided."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.clock import utc_now
from amplifier.operate.own import prepare_own, queue_own
from amplifier.schedule.decided.change import find_post, program_in_force
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.playing import playing
from amplifier.schedule.program import post_name
from amplifier.store import decisions, delivery_views
from amplifier.store.models import PlanVersion
from amplifier.text.time_of_day import day_and_time
from amplifier.web.console.as_shown import mark_of
from amplifier.web.console.shown import shown, to_show
from amplifier.web.frame import install
from tests.web.campaign import Campaign, Page, skip_form

HOSTILE = ["", "\0", "debate\0", "../debate", "'; DROP TABLE decisions; --", "<script>", "\u202eetabed", "x" * 5000]


def day(wall_time: str) -> str:
    return day_and_time(datetime.fromisoformat(wall_time))


def only_decision() -> Decision:
    (made,) = decisions.decisions()
    return made


def test_moving_a_milestone_writes_a_decision_and_says_what_follows(opened: Campaign) -> None:
    page = opened.send("/milestones/move", {"name": "debate", "by": "+40m", "reason": "The chair said so."})
    assert "Debate is now at Tue 10 Oct 15:20 Liverpool: 2 posts follow." in page.text
    made = only_decision()
    assert (made.kind, made.subject) == (DecisionKind.MILESTONE_MOVED, "debate")
    assert made.value == "2023-10-10T15:20:00+01:00"
    assert made.replaced == "2023-10-10T14:40:00+01:00"
    assert (made.actor, made.reason) == ("console", "The chair said so.")


def test_a_milestone_that_somebody_has_moved_since_the_page_was_shown_stays_there(opened: Campaign) -> None:
    shown = {one["value"] for one in opened.get("/").named("input") if one.get("name") == "shown"}
    assert "2023-10-10T14:40:00+01:00" in shown
    form = {"name": "debate", "by": "+40m", "shown": "2023-10-10T14:40:00+01:00"}
    opened.send("/milestones/move", form)
    page = opened.send("/milestones/move", {**form, "by": "+10m"})
    assert "debate stands at Tue 10 Oct 15:20 by now, and you were shown Tue 10 Oct 14:40" in page.text
    assert only_decision().value == "2023-10-10T15:20:00+01:00"
    assert "Nothing was moved." in opened.send("/milestones/move", {**form, "shown": "soon"}).text


def test_a_time_that_was_written_goes_before_a_distance(opened: Campaign) -> None:
    opened.send("/milestones/move", {"name": "vote", "at": "2023-10-10 18:00", "by": "+10m"})
    assert only_decision().value == "2023-10-10T18:00:00+01:00"


def test_the_posts_follow_at_the_workers_next_look(opened: Campaign) -> None:
    opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    opened.read()
    text = opened.get("/").text
    assert "The debate is at 15:20." in text
    assert "Tue 10 Oct 14:20 Liverpool" in text


def test_what_went_out_before_the_move_is_said_to_stay(opened: Campaign) -> None:
    opened.put("soon", state="sent")
    page = opened.send("/milestones/move", {"name": "debate", "by": "-10m"})
    assert "1 post follows; 1 that went out before stays as it is." in page.text


def test_skipping_writes_a_decision_and_the_post_is_gone_at_the_next_look(opened: Campaign) -> None:
    page = opened.send("/posts/skip", {**skip_form(opened.get("/"), "hello/once"), "reason": "Not chosen."})
    assert "“hello” of Mon 25 Sep 10:00 is left out." in page.text
    made = only_decision()
    assert (made.kind, made.subject) == (DecisionKind.SLOT_SKIPPED, "hello/once")
    assert (made.actor, made.reason) == ("console", "Not chosen.")
    opened.read()
    before, _, left = opened.get("/").html.partition('<h2 id="skipped">')
    assert ("Hello from the campaign." in before, "Hello from the campaign." in left) == (False, True)


@pytest.mark.parametrize("state", ["sent", "missed", "sending", "unsure", "dropped"])
def test_a_post_that_is_out_or_on_its_way_cannot_be_skipped_any_more(opened: Campaign, state: str) -> None:
    opened.put("hello", state=state)
    page = opened.send("/posts/skip", {"post": "hello/once"})
    assert "hello/once is " in page.text
    assert decisions.decisions() == ()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_milestone_or_post_changes_nothing(opened: Campaign, name: str) -> None:
    for page in (
        opened.send("/milestones/move", {"name": name if name != "debate\0" else "debat\0", "by": "+10m"}),
        opened.send("/posts/skip", {"post": name}),
    ):
        assert page.status == 200
        assert "There is no " in page.text
    assert decisions.decisions() == ()


@pytest.mark.parametrize(
    "when",
    [
        *HOSTILE,
        "tomorrow",
        "+",
        "+40",
        "+99999999999999999999h",
        "-99999999h",
        "0001-01-01 00:00",
        "9999-12-31 23:59",
        "2023-10-10",
        "2023-03-26 01:30",
    ],
)
def test_a_time_that_is_none_is_refused_in_words(opened: Campaign, when: str) -> None:
    page = opened.send("/milestones/move", {"name": "debate", "at": when, "by": when})
    assert page.status == 200
    assert page.response.request["PATH_INFO"] == "/"  # type: ignore[attr-defined]  the test client's own
    assert [one for one in page.named("p") if one.get("class") == "said"]
    assert decisions.decisions() == ()
    assert opened.get("/").status == 200


def test_a_reason_is_kept_short_and_on_one_line_on_every_database(anywhere: Campaign) -> None:
    form = skip_form(anywhere.get("/"), "hello/once")
    anywhere.send("/posts/skip", {**form, "reason": "one\0two\nthree" + "x" * 500})
    assert only_decision().reason == ("onetwothree" + "x" * 500)[:200]


def test_a_decision_that_cannot_be_carried_out_yet_is_refused_in_words(opened: Campaign) -> None:
    PlanVersion.objects.all().delete()
    for path, form in (("/milestones/move", {"name": "debate", "by": "+10m"}), ("/posts/skip", {"post": "hello/once"})):
        assert "The service has not read the plan yet." in opened.send(path, form).text
    assert decisions.decisions() == ()


def test_a_form_without_its_token_decides_nothing(opened: Campaign) -> None:
    for path, form in (("/milestones/move", {"name": "debate", "by": "+10m"}), ("/posts/skip", {"post": "hello/once"})):
        opened.get("/")
        page = Page(opened.client.post(path, form))
        assert page.status == 403
        assert page.truth.startswith("Nothing was changed: this form is no longer valid.")
    assert decisions.decisions() == ()


def test_a_move_says_which_words_of_people_it_makes_untrue_and_which_true_again(opened: Campaign) -> None:
    words = {"x": "We start at 14:40", "bluesky": "We start at 14:40"}
    program = program_in_force(opened.install.settings)
    post = find_post(program, "soon")
    decide_words(program, post, words, actor="cli:jo", reason="", now=utc_now())
    page = opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    assert "2 posts follow. 1 post is held. Your words say “14:40”, the plan says 15:20 (debate)." in page.text
    opened.read()
    now = opened.get("/")
    assert "Your words say “14:40”, the plan says 15:20 (debate). It waits for other words" in now.text
    assert now.truth.endswith("1 post waits for a person, on 2 accounts.")
    page = opened.send("/milestones/move", {"name": "debate", "by": "-40m"})
    assert "1 post is true again, and no longer held." in page.text


def test_what_was_left_out_is_listed_and_taken_in_again(opened: Campaign) -> None:
    opened.send("/posts/skip", {**skip_form(opened.get("/"), "hello/once"), "reason": "Not chosen."})
    opened.read()
    left = opened.get("/").html
    assert '<h2 id="skipped">Left out</h2>' in left
    assert "On every network." in left
    page = opened.send("/posts/take-in", {"post": "hello/once"})
    assert "“hello” of Mon 25 Sep 10:00 goes out again, at its time." in page.text
    opened.read()
    again = opened.get("/").html
    assert 'id="skipped"' not in again
    assert "Hello from the campaign." in again
    assert [one.value for one in decisions.decisions()] == ["", "{}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_is_not_left_out_is_taken_in(opened: Campaign, name: str) -> None:
    page = opened.send("/posts/take-in", {"post": name})
    assert "Nobody has left out" in page.text
    assert decisions.decisions() == ()


def test_an_own_post_that_waits_is_left_out_and_taken_in_again(opened: Campaign) -> None:
    settings = install().settings
    now, stage = utc_now(), playing(settings)
    account = settings.accounts[0].name
    own = prepare_own(
        "Come to the side door", [account], settings, due_at=now + timedelta(hours=1), now=now, playing=stage
    )
    queue_own(own, settings, actor="cli:jo", now=now, playing=stage)
    name, at = post_name(own.post.id), day(own.post.moment.wall_time)
    assert f'name="post" value="{name}"' in opened.get("/").html
    assert (
        f"Your own post of {at} is left out. Nothing of it goes out any more"
        in opened.send("/posts/skip", {**skip_form(opened.get("/"), name), "reason": "Raining."}).text
    )
    left = opened.get("/").html.split('id="skipped"')[1]
    assert ("Your own post" in left, "Come to the side door" in left) == (True, True)
    assert [row.state.value for row in delivery_views.views(post=own.post.id)] == ["dropped"]
    assert f"Your own post of {at} goes out again, at its time." in opened.send("/posts/take-in", {"post": name}).text
    assert [row.state.value for row in delivery_views.views(post=own.post.id)] == ["queued"]
    assert decisions.decisions() == ()
    opened.put("own", state="held", reason="kept", detail="Somebody kept it back when sending went on.")
    opened.send("/posts/skip", {"post": name, "shown": mark_of((), "")})  # it waits nowhere, so no page shows it
    page = opened.send("/posts/take-in", {"post": name})
    said = (
        f"Your own post of {at} is taken in again, and held as it was. "
        f"{account}: Somebody kept it back when sending went on."
    )
    assert said in page.text
    assert [row.state.value for row in delivery_views.views(post=own.post.id)] == ["held"]


def test_what_says_nearly_the_same_is_shown_before_a_post_is_taken_in_again(opened: Campaign) -> None:
    settings, now = install().settings, utc_now()
    stage = playing(settings)
    opened.send("/posts/skip", {**skip_form(opened.get("/"), "hello/once"), "reason": ""})
    (row, *_) = [
        one for one in delivery_views.views() if one.identity.post.slot == "hello" and one.platform == "bluesky"
    ]
    own = prepare_own(
        "Hello from the campaign!", [row.identity.account], settings, due_at=row.due_at, now=now, playing=stage
    )
    queue_own(own, settings, actor="cli:jo", now=now, playing=stage)
    first = opened.send("/posts/take-in", {"post": "hello/once"})
    assert f"hello/once and {post_name(own.post.id)} say nearly the same on" in first.text
    assert "Nothing was changed yet." in first.text
    assert "Take it in all the same" in first.html
    assert len(decisions.decisions()) == 1
    assert "Look at this first:" in first.html.split('id="skipped"')[1]
    assert first.text.index("Nothing was changed yet.") < first.text.index("say nearly the same")
    seen = first.html.split('name="seen" value="')[1].split('"')[0]
    for other in ("0" * 16, seen[:-1] + ("a" if seen[-1] != "a" else "b"), to_show("hello/once", ()).signed()):
        wrong = opened.send("/posts/take-in", {"post": "hello/once", "seen": other})
        assert "Nothing was changed yet." in wrong.text
        assert len(decisions.decisions()) == 1
    done = opened.send("/posts/take-in", {"post": "hello/once", "seen": seen})
    assert "“hello” of Mon 25 Sep 10:00 goes out again, at its time." in done.text
    assert decisions.decisions()[-1].is_undone


def test_all_that_counts_as_seen_is_shown_and_a_reload_shows_it_once_more(opened: Campaign) -> None:
    settings, now = install().settings, utc_now()
    stage = playing(settings)
    opened.send("/posts/skip", {**skip_form(opened.get("/"), "hello/once"), "reason": ""})
    rows = [one for one in delivery_views.views() if one.identity.post.slot == "hello"]
    for row in (one for one in rows if one.platform != "x"):
        words, on = f"Hello from the campaign{'!' * row.id}", [row.identity.account]
        own = prepare_own(words, on, settings, due_at=row.due_at, now=now, playing=stage)
        queue_own(own, settings, actor="cli:jo", now=now, playing=stage)
    first: Any = opened.send("/posts/take-in", {"post": "hello/once"}).response
    address = first.redirect_chain[-1][0].partition("#")[0]
    again = shown(parse_qs(urlsplit(address).query)["again"][0])
    assert again is not None
    assert len(again.said) == 2, "one on each network that takes copies"
    bare = "/?" + urlencode({"again": again.signed()})  # the sentence above fades; what stands beside the post does not
    for page in (opened.get(address), opened.get(bare)):
        beside = page.html.split('id="skipped"')[1]
        assert all(escape(said) in beside for said in again.said)
        assert "Take it in all the same" in beside
    assert "all the same" not in opened.get("/?" + urlencode({"again": "hello/once"})).html


def test_the_same_goes_for_a_post_of_ones_own(opened: Campaign) -> None:
    settings, now = install().settings, utc_now()
    stage, account = playing(settings), next(one.name for one in settings.accounts if one.platform == "bluesky")
    due = now + timedelta(hours=1)
    posts = []
    for text in ("Come to the side door", "Come to the side door!"):
        own = prepare_own(text, [account], settings, due_at=due, now=now, playing=stage)
        queue_own(own, settings, actor="cli:jo", now=now, playing=stage)
        posts.append(post_name(own.post.id))
        if len(posts) == 1:
            opened.send("/posts/skip", {**skip_form(opened.get("/"), posts[0]), "reason": ""})
    first = opened.send("/posts/take-in", {"post": posts[0]})
    assert f"{posts[0]} and {posts[1]} say nearly the same on" in first.text
    seen = first.html.split('name="seen" value="')[1].split('"')[0]
    assert "goes out again, at its time." in opened.send("/posts/take-in", {"post": posts[0], "seen": seen}).text


def test_taking_in_again_is_compared_with_what_was_decided_meanwhile(opened: Campaign) -> None:
    settings = install().settings
    now, stage = utc_now(), playing(settings)
    at = stage.real(datetime.fromisoformat("2023-10-10T12:00:00+01:00"))
    own = prepare_own("Come to the side door", ["x"], settings, due_at=at, now=now, playing=stage)
    queue_own(own, settings, actor="cli:jo", now=now, playing=stage)
    name, at = post_name(own.post.id), day(own.post.moment.wall_time)
    program = program_in_force(settings)
    opened.send("/posts/skip", {**skip_form(opened.get("/"), name)})
    decide_words(program, find_post(program, "go"), {"x": "Come to the side doors"}, actor="cli:jo", reason="", now=now)
    page = opened.send("/posts/take-in", {"post": name})
    assert "go/once say nearly the same on x within 7 days" in page.text
    assert [row.state.value for row in delivery_views.views(post=own.post.id)] == ["dropped"]
    opened.send("/posts/skip", {**skip_form(opened.get("/"), "go/once")})
    assert f"Your own post of {at} goes out again, at its time." in opened.send("/posts/take-in", {"post": name}).text
    page = opened.send("/posts/take-in", {"post": "go/once"})
    assert "go/once and own/" in page.text
    assert "Nothing was changed yet." in page.text


def test_a_move_into_the_past_says_what_it_takes_along(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = playing(install().settings).real(datetime.fromisoformat("2023-10-10T12:00:00+01:00"))
    monkeypatch.setattr("amplifier.web.console.decide.utc_now", lambda: noon)
    page = opened.send("/milestones/move", {"name": "debate", "at": "2023-10-10 12:30"})
    assert "12:30 Liverpool: 2 posts follow. The time of 1 of them has passed by that." in page.text
    page = opened.send("/milestones/move", {"name": "debate", "at": "2023-10-10 15:30"})
    assert "15:30 Liverpool: 2 posts follow. Next" in page.text


def test_a_year_that_is_none_of_the_campaigns_moves_nothing(opened: Campaign) -> None:
    page = opened.send("/milestones/move", {"name": "vote", "at": "2024-10-10 10:00"})
    assert "10 October 2024 is outside the campaign." in page.text
    assert decisions.decisions() == ()
