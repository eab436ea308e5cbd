"""Now: the first sentence is true whatever state things are in, and every row says what it means."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import RemoteState, State, Verb
from amplifier.campaign.post import OWN, Moment, PostId, WantedPost, Words
from amplifier.clock import utc_now
from amplifier.schedule.decided import ahead
from amplifier.schedule.stage import LIVE, Knot, Stage
from amplifier.settings import parse
from amplifier.store import heartbeats, posts
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.web import frame
from amplifier.web.console import now as now_module
from tests.web.campaign import SCHEDULE, WORDS, Campaign, unsafe

INERT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> \u202edrowssap"


def test_the_next_post_and_the_countdown_stand_on_top(opened: Campaign) -> None:
    page = opened.get("/")
    assert page.status == 200
    assert re.fullmatch(r"Next post in \d+ minutes\. Everything is connected\.", page.truth)
    assert next(one for one in page.named("h1"))["data-until"] == PostRow.objects.get(slot="hello").due_at.isoformat()


def test_an_account_is_called_by_its_handle_as_people_can_look_it_up(opened: Campaign) -> None:
    text = opened.get("/").text
    for handle in ("@labfreemvmt", "@labfreemvmt.example", "@labfreemvmt@social.example"):
        assert f"{handle} Hello from the campaign." in text


def test_each_card_counts_as_its_network_counts_and_knows_what_its_server_allows(opened: Campaign) -> None:
    accounts.account_is_ok("mastodon", remote_id="mastodon", url="", text_limit=5000, now=utc_now())
    cards = opened.get("/").text
    used = {row.account.label: row.text for row in DeliveryRow.objects.filter(post__slot="hello")}
    assert f"{len(used['x'])} of 280" in cards
    assert f"{len(used['bluesky'])} of 300" in cards
    assert " of 5000" in cards


def test_words_of_a_template_are_shown_to_the_letter_and_do_nothing(opened: Campaign) -> None:
    opened.put("hello", text=INERT)
    page = opened.get("/")
    assert "<script>alert(1)</script>" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in page.html
    assert "<bdi>&lt;script&gt;" in page.html
    assert unsafe(page) == []


def test_with_nothing_planned_it_says_so_and_what_to_do(campaign: Campaign) -> None:
    campaign.write("schedules/lab23.yaml", "campaign: lab23\nslots: []\n")
    campaign.write("templates/lab23/words.j2", WORDS.split("== soon")[0])
    campaign.open()
    page = campaign.get("/")
    assert page.truth == "Nothing is planned to go out."
    assert "Add a slot to a file in schedules/" in page.text
    assert "No milestones yet." in page.text
    assert "Nothing has gone out yet." in page.text


def test_a_post_further_ahead_than_the_ledger_looks_is_the_next_one_all_the_same(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    DeliveryRow.objects.all().delete()
    PostRow.objects.all().delete()
    for module in (ahead, now_module):  # by its own days, a few years ago, in place of the stage
        monkeypatch.setattr(module, "playing", lambda _: LIVE)
    year = datetime.fromisoformat("2023-09-01T10:00:00+00:00")
    monkeypatch.setattr(now_module, "utc_now", lambda: year)
    opened.beat(at=year)
    page = opened.get("/")
    assert "Next post in 24 days." in page.truth
    assert "Slot hello. Its words are shown here from 14 days before it goes out." in page.text
    assert "Nothing waits to go out" not in page.text


def test_before_the_first_start_it_says_how_to_start(campaign: Campaign) -> None:
    page = campaign.get("/")
    assert page.status == 200
    assert page.truth == "The service has not been started here yet."
    assert "Start it with: amplifier up" in page.text
    assert "Next post" not in page.text


@pytest.mark.parametrize(
    ("state", "said", "means"),
    [
        (State.UNSURE, "1 may be out: we are looking.", "Amplifier looks for it twice."),
        (State.HELD, "1 post waits for a person.", "It is held. Nothing happens by itself."),
        (State.MISSED, "1 was missed.", "It was too late to send it, so it was not sent."),
    ],
)
def test_what_needs_a_person_is_counted_on_top_and_explained(
    opened: Campaign, state: State, said: str, means: str
) -> None:
    opened.put("hello", "x", state=state)
    page = opened.get("/")
    assert said in page.truth
    assert "Everything is connected." not in page.truth
    assert "Needs a person" in page.text
    assert means in page.text
    opened.put("hello", state=state, detail="The network said why.")
    assert "The network said why." in opened.get("/").text


def test_needs_of_several_kinds_are_one_sentence(opened: Campaign) -> None:
    opened.put("hello", "x", state=State.UNSURE)
    opened.put("hello", "bluesky", state=State.HELD)
    assert opened.get("/").truth.endswith(" 1 post needs a look, on 2 accounts.")


def test_what_needs_a_person_leads_to_where_it_is_decided(opened: Campaign) -> None:
    opened.put("hello", "x", state=State.HELD)
    number = DeliveryRow.objects.get(post__slot="hello", account__label="x").pk
    assert f"/decide#d{number}" in opened.get("/").links()
    assert f'id="d{number}"' in opened.get("/decide").html


def test_a_post_missed_days_ago_is_told_of_until_somebody_has_seen_it(opened: Campaign) -> None:
    opened.put("hello", state=State.MISSED)
    PostRow.objects.filter(slot="hello").update(due_at=utc_now() - timedelta(days=3))
    assert "1 was missed, on 3 accounts." in opened.get("/").truth
    opened.put("hello", noted_at=utc_now())
    assert "missed" not in opened.get("/").truth


def test_the_latest_trouble_stands_first_and_the_rest_is_counted(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(now_module, "NEEDS", 2)
    opened.put("hello", state=State.HELD, detail="older")
    opened.put("go", "x", state=State.HELD, detail="newer")
    text = opened.get("/").text
    assert text.index("newer") < text.index("older")
    assert "And 1 more." in text


def test_a_stopped_ledger_is_all_that_the_first_sentence_says(opened: Campaign) -> None:
    stops.stop(reason="Somebody pulled the cord.", actor="test", now=utc_now())
    page = opened.get("/")
    assert page.truth == "Sending is stopped."
    assert "Somebody pulled the cord. To let it go on: amplifier resume" in page.text


def test_a_lost_account_is_said_first_and_the_others_go_on(opened: Campaign) -> None:
    accounts.account_trouble("bluesky", lost=True, detail="The password was refused.", now=utc_now())
    page = opened.get("/")
    assert page.truth.startswith("Bluesky no longer lets us in. Next post in ")
    assert "Bluesky (@labfreemvmt.example) no longer lets us in: The password was refused." in page.text


def test_what_does_not_stop_anything_is_said_after_the_next_post(opened: Campaign) -> None:
    opened.write("schedules/lab23.yaml", SCHEDULE.replace("at: debate\n", "at: debat\n"))
    opened.read()
    page = opened.get("/")
    assert re.fullmatch(r"Next post in \d+ minutes\. schedules/lab23\.yaml has a mistake\.", page.truth)
    assert "schedules/lab23.yaml, line 17: " in page.text
    assert "The last good version stays in force." in page.text
    assert "Hello from the campaign." in page.text


def test_a_worker_that_is_silent_is_all_that_the_first_sentence_says(opened: Campaign) -> None:
    opened.beat("worker", at=utc_now() - timedelta(minutes=1))
    assert opened.get("/").truth == "Nothing is sent: the worker is silent."


def test_a_post_of_ones_own_says_so_and_can_be_skipped_like_any(opened: Campaign) -> None:
    due = utc_now() + timedelta(seconds=1)
    wanted = WantedPost(
        PostId("lab23", OWN, "1"), Moment(due, "2023-09-24T10:00", "Europe/London", 0), 60, "", "", "", ()
    )
    words = (NewDelivery(Words("x", "By hand.", "en"), State.QUEUED),)
    ink = posts.Ink("console", utc_now(), opened.install.settings.campaign.first_day)
    posts.add_post(Add(wanted, None, words), ink)
    posts.add_post(Add(replace(wanted, id=PostId("lab23", OWN, "2")), None, words), ink)
    page = opened.get("/")
    assert "By hand." in page.text
    assert "Written by hand." in page.text
    assert ".j2" not in page.text
    assert {one["value"] for one in page.named("input") if one.get("name") == "post"} == {"own/1", "own/2"} | {
        f"{slot}/once" for slot in ("hello", "soon", "go")
    }


def test_two_posts_at_one_moment_stay_two_posts_with_all_their_networks(opened: Campaign) -> None:
    same = PostRow.objects.get(slot="hello").due_at
    PostRow.objects.filter(slot="soon").update(due_at=same)
    DeliveryRow.objects.filter(post__slot="hello", account__label="x").update(
        id=1000
    )  # as if the account had come later
    page = opened.get("/")
    cards = [one["data-network"] for one in page.named("article")]
    assert sorted(cards) == ["bluesky", "mastodon", "x"]
    assert page.text.count("The debate is at") == 1


def test_a_receipt_shows_its_proof_and_how_late_it_was(opened: Campaign) -> None:
    post = PostRow.objects.get(slot="hello")
    for account, late in (("x", 0), ("bluesky", 30), ("mastodon", 7200)):
        opened.put(
            "hello",
            account,
            state=State.SENT,
            remote_id=account,
            url=f"https://{account}.example/1",
            sent_at=post.due_at + timedelta(seconds=late),
        )
    page = opened.get("/")
    for said in ("on time", "30 seconds late", "2 hours late"):
        assert said in page.text
    assert {f"https://{name}.example/1" for name in ("x", "bluesky", "mastodon")} <= set(page.links())


def _out(opened: Campaign, account: str, remote: RemoteState, **changes: object) -> DeliveryRow:
    """A post of the past that stands so on this account."""
    due = utc_now() - timedelta(hours=5)
    PostRow.objects.filter(slot="hello").update(due_at=due)
    DeliveryRow.objects.filter(post__slot="hello").exclude(state=State.SENT).update(state=State.DROPPED)
    address = {"remote_id": account, "url": f"https://{account}.example/1", "sent_at": due}
    opened.put("hello", account, state=State.SENT, remote_state=remote, **{**address, **changes})
    return DeliveryRow.objects.get(post__slot="hello", account__label=account, revision=0)


def _change(row: DeliveryRow, verb: Verb, state: State, text: str = "") -> None:
    DeliveryRow.objects.create(
        post=row.post,
        account_id=row.account_id,
        platform=row.platform,
        verb=verb,
        revision=1,
        target=row.remote_id or "",
        text=text,
        language="en",
        key=f"{verb} {row.pk}",
        state=state,
        run_at=utc_now() - timedelta(seconds=1),
        too_late_at=utc_now() + timedelta(days=1),
        sent_at=utc_now() if state is State.SENT else None,
    )


def test_a_post_that_was_withdrawn_is_not_called_sent_nor_is_its_deletion(opened: Campaign) -> None:
    row = _out(opened, "mastodon", RemoteState.WITHDRAWN)
    _change(row, Verb.DELETE, State.SENT)
    page = opened.get("/")
    said = page.text.partition("Just sent")[2]
    assert said.startswith(" withdrawn Mastodon")
    assert said.count("Mastodon") == 1
    for untrue in ("sent ", "late", "on time", "See it", "Correct or delete it"):
        assert untrue not in said
    assert "https://mastodon.example/1" not in page.links()


@pytest.mark.parametrize(
    ("remote", "edited", "word", "is_there"),
    [
        (RemoteState.LIVE, False, "sent", True),
        (RemoteState.EDITED, True, "corrected", True),
        (RemoteState.EDITED, False, "changed there", True),
        (RemoteState.GONE, False, "gone", False),
    ],
)
def test_a_post_that_went_out_says_how_it_stands_now(
    opened: Campaign, remote: RemoteState, word: str, *, edited: bool, is_there: bool
) -> None:
    row = _out(opened, "mastodon", remote)
    if edited:
        _change(row, Verb.EDIT, State.SENT, "Better words.")
    elif remote is RemoteState.EDITED:
        DeliveryRow.objects.filter(id=row.pk).update(outside_text="Other words.")
    page = opened.get("/")
    said = page.text.partition("Just sent")[2]
    assert said.startswith(f" {word} Mastodon")
    assert ("Better words." in said) is edited
    assert ("Hello from the campaign." in said) is not edited
    assert ("https://mastodon.example/1" in page.links()) is is_there
    assert ("Correct or delete it" in said) is is_there


@pytest.mark.parametrize(
    ("verb", "words"), [(Verb.DELETE, "It is to be deleted."), (Verb.EDIT, "It is to be corrected.")]
)
def test_a_deletion_or_correction_that_waits_is_no_next_post(opened: Campaign, verb: Verb, words: str) -> None:
    row = _out(opened, "mastodon", RemoteState.LIVE)
    _change(row, verb, State.QUEUED, "Better words." if verb is Verb.EDIT else "")
    page = opened.get("/")
    soon = PostRow.objects.get(slot="soon").due_at
    assert next(one for one in page.named("h1")).get("data-until") == soon.isoformat()
    assert "Next post now" not in page.truth
    assert words in page.text.partition("Just sent")[2]


def test_a_deletion_that_waits_for_a_person_says_what_it_is_and_of_which_words(opened: Campaign) -> None:
    row = _out(opened, "mastodon", RemoteState.LIVE)
    _change(row, Verb.DELETE, State.HELD)
    page = opened.get("/")
    assert "1 change waits for a person." in page.truth
    needed = page.text.partition("The deletion on Mastodon")[2].partition("Decide about this post")[0]
    assert "Hello from the campaign." in needed


def test_a_receipt_whose_address_is_no_address_of_the_web_is_no_link(opened: Campaign) -> None:
    opened.put("hello", "x", state=State.SENT, remote_id="1", url="javascript:alert(1)", sent_at=utc_now())
    page = opened.get("/")
    assert "javascript" not in page.html


def test_a_milestone_that_moved_shows_where_it_is_now(opened: Campaign) -> None:
    opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    text = opened.get("/").text
    assert "Debate moved Tue 10 Oct 15:20 Liverpool" in text
    assert "Vote Tue 10 Oct 17:15 Liverpool" in text


def test_a_milestone_that_has_long_passed_stands_last_and_one_that_may_just_be_late_does_not(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(clock: str) -> list[str]:
        when = datetime.fromisoformat(f"2023-10-10T{clock}:00+01:00")
        real = utc_now()
        knots = (Knot(when, real), Knot(when + timedelta(hours=1), real + timedelta(hours=1)))
        monkeypatch.setattr(now_module, "playing", lambda _: Stage(real, 60, knots))
        rows = [words for _, words in opened.get("/").words]
        return [word for word in rows[rows.index("Milestones") :] if word in ("Debate", "Vote", "passed")]

    assert at("09:00") == ["Debate", "Vote"]
    assert at("17:39") == ["Debate", "Vote"]
    assert at("17:41") == ["Vote", "Debate", "passed"]
    opened.send("/milestones/move", {"name": "debate", "at": "2023-10-10 18:00"})
    assert at("17:41") == ["Vote", "Debate"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "now"),
        (0, "now"),
        (0.4, "in 1 second"),
        (1, "in 1 second"),
        (89, "in 89 seconds"),
        (90, "in 2 minutes"),
        (5399, "in 90 minutes"),
        (5400, "in 2 hours"),
        (35 * 3600, "in 35 hours"),
        (36 * 3600, "in 2 days"),
        (14 * 86400, "in 14 days"),
    ],
)
def test_a_length_of_time_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert now_module._in(timedelta(seconds=seconds)) == said


def test_the_page_reads_the_plan_once_and_not_on_every_request(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.get("/")
    monkeypatch.setattr("amplifier.schedule.decided.change.read_again", lambda *_, **__: pytest.fail("read again"))
    assert opened.get("/").status == 200


def test_what_is_out_and_no_longer_so_needs_a_person_until_somebody_lets_it_stand(opened: Campaign) -> None:
    opened.put("soon", "x", state=State.SENT, remote_id="1", remote_state=RemoteState.LIVE, sent_at=utc_now())
    opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    opened.read()
    page = opened.get("/")
    assert "1 that is out is no longer so." in page.truth
    assert "debate: Tue 10 Oct 14:40, now 15:20" in page.text
    assert "/posts/correct?post=soon/once" in page.links()
    form = {"post": "soon/once", "standing": page.field("standing")}
    said = opened.send("/posts/stand", {**form, "reason": "The hall knows."})
    assert "“soon” of Tue 10 Oct 13:40 stays as it is." in said.text
    opened.read()
    assert "no longer so" not in opened.get("/").text
    assert "Nothing that soon/once says has changed." in opened.send("/posts/stand", form).text


def test_what_somebody_else_deleted_or_changed_is_told(opened: Campaign) -> None:
    opened.put("hello", "x", state=State.SENT, remote_id="1", remote_state=RemoteState.GONE, sent_at=utc_now())
    text = opened.get("/").text
    assert re.search(r"hello/once \(\w+ \d+ \w+ \d\d:\d\d\) on X is not there any more; it was not we\.", text)
    assert "Everything is connected." not in text


def test_while_all_is_stopped_nothing_is_said_to_be_next(opened: Campaign) -> None:
    assert [one for one in opened.get("/").named("h2") if one.get("id") == "next"]
    assert "Next, once sending goes on" not in opened.get("/").text
    stops.stop(reason="Fire.", actor="cli:jo", now=utc_now())
    assert "Next, once sending goes on" in opened.get("/").text


def test_a_doubt_stands_before_what_was_missed_since_and_is_shown(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(now_module, "NEEDS", 2)
    opened.put("hello", "x", state=State.UNSURE, detail="the doubt")
    opened.put("soon", state=State.MISSED)
    opened.put("go", "x", state=State.HELD, detail="the hold")
    page = opened.get("/")
    assert page.text.index("the doubt") < page.text.index("the hold")
    assert page.truth.endswith("3 posts need a look.")


def test_a_move_that_the_files_have_lost_stands_there_with_what_to_do(opened: Campaign) -> None:
    opened.send("/milestones/move", {"name": "debate", "by": "+40m"})
    opened.write("schedules/lab23.yaml", SCHEDULE.replace("debate", "ballot").replace("14:40", "15:00"))
    opened.write("templates/lab23/words.j2", WORDS.replace("debate", "ballot"))
    opened.read()
    page = opened.get("/")
    assert "A move of a milestone counts no longer." in page.truth
    assert "Everything is connected" not in page.truth
    assert "the plan has no milestone debate any more: by the files nothing is moved." in page.text
    assert "If that is meant: amplifier milestone forget debate" in page.text


def test_what_is_no_longer_so_and_not_listed_is_counted(opened: Campaign) -> None:
    heartbeats.beat("untrue", now=utc_now(), detail=json.dumps({"listed": [], "beyond": 5}))
    page = opened.get("/")
    assert "5 that are out are no longer so." in page.truth
    assert "Everything is connected" not in page.truth
    assert "5 more posts are out and no longer so, and are listed here as these are dealt with." in page.text
    assert "amplifier facts" in page.text


def test_where_a_network_has_several_accounts_each_is_named_by_its_handle(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    north = "{name: north, platform: mastodon, handle: north, api: https://other.example, secrets: {access_token: T}}"
    text = (campaign.install.home / "settings.yaml").read_text(encoding="utf-8")
    install = replace(campaign.install, settings=parse(text.replace("accounts:\n", f"accounts:\n  - {north}\n", 1)))
    monkeypatch.setattr(frame, "open_install", lambda *_: install)
    frame.install.cache_clear()
    two = Campaign(install)
    two.open(first=utc_now() + timedelta(minutes=10))
    north, ours = "Mastodon (@north@other.example)", "Mastodon (@labfreemvmt@social.example)"
    assert f"{north}, X, Bluesky, {ours}" in two.get("/").text, "Coming"
    sent = {"state": "sent", "sent_at": utc_now(), "remote_state": "live"}
    two.put("hello", "north", remote_id="1", **sent)
    two.put("hello", "mastodon", remote_id="2", **sent)
    two.put("soon", "mastodon", state="held", reason="rejected", detail="No.")
    html = two.get("/").html
    assert html.count(north) > two.get("/").html.count(f"{north}, ")
    accounts.account_trouble("north", lost=True, detail="Gone.", now=utc_now())
    assert f"{north} no longer lets us in." in two.get("/").text


def test_how_many_posts_wait_beyond_those_that_are_shown_is_said(opened: Campaign) -> None:
    assert "All of them: amplifier plan" not in opened.get("/").text
    due = utc_now() + timedelta(days=1)
    ink = posts.Ink("console", utc_now(), opened.install.settings.campaign.first_day)
    for number in range(now_module.COMING + 1):
        moment = Moment(due, "2023-10-09T12:00", "Europe/London", 0)
        said = tuple(Words(account, f"Post number {number}.", "en") for account in ("x", "mastodon"))
        post = WantedPost(PostId("lab23", OWN, f"n{number}"), moment, 900, "", "", "", said)
        posts.add_post(Add(post, None, tuple(NewDelivery(one, State.QUEUED) for one in said)), ink)
    there = PostRow.objects.filter(deliveries__state=State.QUEUED).distinct().count()
    page = opened.get("/")
    assert f"And {there - 1 - now_module.COMING} more. All of them: amplifier plan" in page.text
