"""What is out and no longer so is known at once, wherever one looks, until somebody has dealt with it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.post import PostId
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.operate.withdraw import prepare_withdrawal, queue_withdrawal
from amplifier.schedule.truth.facts import Changed
from amplifier.schedule.truth.out_and_untrue import MOST, UNTRUE_BEAT, said_change, untrue_beyond, untrue_now
from amplifier.schedule.truth.review import facts_of_own_words, find_untrue, review
from amplifier.store import heartbeats
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.corrections import Hand
from tests.schedule.homes import SCHEDULE
from tests.schedule.left import leave
from tests.schedule.test_words_of_people import EVE, LATER, SOON, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The debate moved after a post that named its hour had gone out on two accounts."""
    made = Desk(tmp_path)
    assert untrue_now() == ()
    for number, name in enumerate(("x", "mastodon")):
        DeliveryRow.objects.filter(post__slot="soon", account__label=name).update(
            state="sent", remote_state="live", remote_id=str(number), url="https://example.com/1", sent_at=made.time
        )
    made.move(LATER)
    return made


def test_it_is_told_with_what_changed_until_it_is_withdrawn(desk: Desk) -> None:
    (one,) = untrue_now()
    assert (one.post, set(one.accounts)) == (SOON, {"x", "mastodon"})
    assert [said_change(each, desk.settings) for each in one.changed] == ["debate: Mon 9 Oct 14:40, now 15:20"]
    hand = Hand("cli:jo", "", desk.time, desk.settings.campaign.first_day)
    queue_withdrawal(prepare_withdrawal(SOON, desk.settings, on=["x"]), hand)
    (one,) = untrue_now()
    assert one.accounts == ("mastodon",)
    queue_withdrawal(prepare_withdrawal(SOON, desk.settings, on=["mastodon"]), hand)
    assert untrue_now() == ()


def test_it_is_told_until_somebody_lets_it_stand_or_it_is_so_again(desk: Desk) -> None:
    leave(desk.program, find_untrue(desk.program, "soon", now=desk.time), actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert untrue_now() == ()
    desk.move("2023-10-09T16:00:00+01:00")
    assert [one.post for one in untrue_now()] == [SOON]
    desk.move("2023-10-09T14:40:00+01:00")
    assert untrue_now() == ()


def test_a_change_is_said_with_the_day_only_where_that_changed(desk: Desk) -> None:
    then = "2023-10-09T14:40:00+01:00"
    to = {LATER: "now 15:20", "2023-10-10T14:40:00+01:00": "now Tue 10 Oct 14:40", "": "now not in the plan any more"}
    for now, said in to.items():
        change = Changed("milestone.ballot_result", then, now)
        assert said_change(change, desk.settings) == f"ballot result: Mon 9 Oct 14:40, {said}"
    link = Changed("link.join", "https://a.example", "")
    assert said_change(link, desk.settings) == "join: https://a.example, now not there any more"


MANY = 25  # more than are listed at once


@pytest.fixture
def crowd(tmp_path: Path) -> Desk:
    """Many posts on the debate are out when it moves."""
    made = Desk(tmp_path)
    slots = ""
    for number in range(MANY):
        letter = chr(ord("a") + number) * 9
        words = f"Number {number} {letter}: the debate is at {{{{ milestones.debate | clock }}}}."
        made.home.write(f"templates/lab23/t{number}.j2", f"---\nask: watch\n---\n== plain\n{words}\n")
        at = f"2023-10-06 {9 + number // 12:02}:{number % 12 * 5:02}"
        slots += f"  - name: s{number}\n    template: lab23/t{number}\n    at: {at}\n    accounts: [mastodon]\n"
    made.home.write("schedules/small.yaml", SCHEDULE.replace("slots:\n", "slots:\n" + slots))
    made.planner.refresh()
    for row in DeliveryRow.objects.filter(post__slot__in=[f"s{number}" for number in range(MANY)]):
        DeliveryRow.objects.filter(id=row.pk).update(
            state="sent", remote_state="live", remote_id=f"r{row.pk}", url="https://m.example/1", sent_at=made.time
        )
    made.move(LATER)
    return made


def withdraw(desk: Desk, *posts: PostId) -> None:
    for post in posts:
        hand = Hand("cli:jo", "", desk.time, desk.settings.campaign.first_day)
        queue_withdrawal(prepare_withdrawal(post, desk.settings), hand)


def test_what_is_not_listed_is_counted_and_listed_once_the_others_were_dealt_with(crowd: Desk) -> None:
    shown = [one.post for one in untrue_now()]
    assert (len(shown), untrue_beyond()) == (MOST, MANY - MOST)
    withdraw(crowd, *shown)
    assert (untrue_now(), untrue_beyond()) == ((), MANY - MOST), "also before the planner has looked again"
    crowd.planner.refresh()
    left = [one.post for one in untrue_now()]
    assert (len(left), untrue_beyond()) == (MANY - MOST, 0)
    assert not set(left) & set(shown)
    assert {one.stated.post for one in review(crowd.program, now=crowd.time).untrue} >= set(left)


def test_one_that_is_not_listed_and_was_withdrawn_is_counted_no_more(crowd: Desk) -> None:
    everything = {one.stated.post for one in review(crowd.program, now=crowd.time).untrue}
    (first, *_) = everything - {one.post for one in untrue_now()}
    withdraw(crowd, first)
    crowd.planner.refresh()
    assert (len(untrue_now()), untrue_beyond()) == (MOST, MANY - MOST - 1)
    DeliveryRow.objects.filter(verb="delete").update(state="dropped")
    crowd.planner.refresh()
    assert (len(untrue_now()), untrue_beyond()) == (MOST, MANY - MOST), "nobody deletes it after all"


def test_what_is_gone_there_makes_room_for_others(crowd: Desk) -> None:
    for one in untrue_now()[:3]:
        DeliveryRow.objects.filter(post__slot=one.post.slot).update(remote_state="gone")
    crowd.planner.refresh()
    assert (len(untrue_now()), untrue_beyond()) == (MOST, MANY - MOST - 3)


def test_a_correction_that_was_on_its_way_when_that_changed_is_told_when_it_is_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.edit(EVE, "See you in the hall", "mastodon")
    DeliveryRow.objects.filter(post__slot="eve", account__label="mastodon").update(
        state="sent", remote_state="live", remote_id="7", url="https://m.example/7", sent_at=desk.time
    )
    desk.time = datetime.fromisoformat("2023-10-08T18:10:00+01:00")
    text = "We start at 14:40 tomorrow"
    words = {"mastodon": NewWords(text, "en", facts_of_own_words(desk.program, text, due_at=desk.time))}
    correction = prepare_correction(EVE, words, desk.settings, now=desk.time, on=["mastodon"])
    queue_correction(correction, desk.settings, Hand("cli:jo", "", desk.time, desk.settings.campaign.first_day))
    DeliveryRow.objects.filter(post__slot="eve", revision=1).update(state="sending", request=b"on its way")
    desk.move(LATER)
    assert untrue_now() == ()
    DeliveryRow.objects.filter(post__slot="eve", revision=1).update(state="sent", sent_at=desk.time)
    desk.planner.refresh()
    (one,) = untrue_now()
    assert (one.post, one.accounts) == (EVE, ("mastodon",))
    assert text in one.text


def test_nothing_is_read_anew_while_nothing_was_dealt_with(crowd: Desk) -> None:
    before = heartbeats.heartbeats()[UNTRUE_BEAT].at
    crowd.time += timedelta(minutes=1)
    crowd.planner.refresh()
    assert heartbeats.heartbeats()[UNTRUE_BEAT].at == before


def test_what_an_earlier_version_kept_is_read(desk: Desk) -> None:
    kept = json.loads(heartbeats.heartbeats()[UNTRUE_BEAT].detail)
    heartbeats.beat(UNTRUE_BEAT, now=desk.time, detail=json.dumps(kept["listed"]))
    assert ([one.post for one in untrue_now()], untrue_beyond()) == ([SOON], 0)
