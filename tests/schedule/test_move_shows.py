"""A milestone's move is shown whole: what comes and goes with it, what moves in part, what it leaves without words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from amplifier.campaign.delivery import Receipt, State, Transition
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.decided.change import decide_move
from amplifier.schedule.decided.meanwhile import must_lie_ahead_still
from amplifier.schedule.decided.moving import with_times
from amplifier.schedule.decided.skipping import decide_skip
from amplifier.schedule.naming.known import find_named
from amplifier.schedule.program import post_name, wanted_posts
from amplifier.schedule.stage import LIVE
from amplifier.store import claims, deliveries, delivery_views
from amplifier.store.holding import holds, stops
from amplifier.store.operate import overrides
from tests.schedule.test_names_that_change import Names
from tests.schedule.test_words_of_people import SOON, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
LATER = datetime.fromisoformat("2023-10-10T14:40:00+01:00")
UNTIL = "    too_late_after: 30m\n    from: 2023-10-06 08:00\n    until: debate\n"
LONG = "x y z w " * 60
STALL = f"""---
ask: stall
---
== w0
Bring warm shoes to the hall.
== w1
Our stall has coffee.
== w2
Ask your branch.{{% if milestones.debate is date("2023-10-10") %}} {LONG}{{% endif %}}
"""


def test_what_a_milestone_ends_is_told_as_gone_and_what_it_lets_go_on_as_coming(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.home.write("templates/lab23/stall.j2", STALL)
    names.debate = "2023-10-08 14:40"
    names.slots(("stall", "stall", "day at 09:00, 11:00"), more=UNTIL)
    sooner = names.prepare("2023-10-07T10:00:00+01:00")
    gone = [(post.occurrence, f"{at:%d %H:%M}") for post, at in sooner.gone]
    assert gone == [("2023-10-07#2", "07 11:00"), ("2023-10-08#1", "08 09:00"), ("2023-10-08#2", "08 11:00")]
    assert (sooner.shifts, sooner.added) == ((), ())
    later = names.prepare("2023-10-09T10:00:00+01:00")
    assert [(post.occurrence, f"{at:%d %H:%M}") for post, at in later.added] == [("2023-10-09#1", "09 09:00")]
    assert later.gone == ()


def test_what_is_out_on_one_account_moves_on_the_others_and_is_told_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.time = datetime.fromisoformat("2023-10-09T13:40:05+01:00")
    desk.planner.refresh()
    claimed = claims.claim(now=desk.time, lease_until=desk.time, limit=99)
    (one,) = [due for due in claimed if due.identity.post == SOON and due.identity.account == "x"]
    assert deliveries.begin(one, request=b"b", now=desk.time, lease_until=desk.time)
    receipt = Receipt("1", "https://x.example/1")
    sent = Transition(one.id, one.fence, State.SENDING, State.SENT, "sent", receipt=receipt)
    deliveries.record([sent], now=desk.time)
    move = desk.prepare("2023-10-09T18:40:00+01:00")
    (shift,) = [one for one in move.shifts if one.post == "soon/once"]
    assert shift.on == ("bluesky", "mastodon")
    assert "soon/once on x" in move.sent


def test_what_could_be_put_into_words_no_more_is_told_before(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.home.write("templates/lab23/stall.j2", STALL)
    slots = (("a", "stall", "2023-10-06 09:00"), ("b", "stall", "2023-10-06 10:00"), ("c", "stall", "2023-10-06 11:00"))
    names.slots(*slots, more="    too_late_after: 30m\n")
    (one,) = names.prepare(LATER.isoformat()).unsayable
    assert (one.post, one.accounts) == (PostId("lab23", "c", "once"), ("bluesky",))
    assert "characters" in one.why
    assert {row.state for row in delivery_views.views(post=one.post)} == {State.QUEUED}


def test_what_comes_late_goes_out_at_once_and_is_told_so_and_so_is_a_waiting_one_that_goes(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.debate = "2023-10-06 08:30"
    names.slots(("stall", "lunch", "day at 09:00"), more="    too_late_after: 6h\n    until: debate\n")
    names.time = datetime.fromisoformat("2023-10-06T10:00:00+01:00")
    names.planner.refresh()
    move = names.prepare("2023-10-06T10:30:00+01:00")
    assert with_times(move.added, most=9, here=names.time) == [
        "stall/2023-10-06#1 (Fri 6 Oct 09:00: that is past, so at once)"
    ]
    before, later = datetime.fromisoformat("2023-10-06T08:59:00+01:00"), names.time
    with pytest.raises(UsageError, match="The new time of stall/2023-10-06#1 has passed since you were asked"):
        must_lie_ahead_still(move, LIVE, shown=before, now=later)
    decide_move(move, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    stops.stop(actor="cli:jo", reason="x", now=names.time)
    holds.hold_blocked(now=names.time)
    assert names.stands("stall", "2023-10-06#1")[0] == State.HELD
    assert [post.occurrence for post, _ in names.prepare("2023-10-06T08:30:00+01:00").gone] == ["2023-10-06#1"]


def test_what_a_person_left_out_does_not_move_and_what_was_missed_waits_for_one(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.debate = "2023-10-06 12:00"
    slots = [(name, "lunch", f"debate - {minutes}m") for name, minutes in (("a", 60), ("b", 50), ("c", 40))]
    names.slots(*slots, more="    too_late_after: 30m\n")
    decide_skip(names.program, PostId("lab23", "a", "once"), actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    (row,) = delivery_views.views(post=PostId("lab23", "b", "once"))
    overrides.drop(row.id, actor="cli:jo", now=names.time)
    names.time = datetime.fromisoformat("2023-10-06T11:55:00+01:00")
    deliveries.miss_overdue(now=names.time)
    move = names.prepare("2023-10-07T12:00:00+01:00")
    assert (move.shifts, move.again) == ((), ("c/once on bluesky",))
    decide_move(move, actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    assert names.stands("c") == (State.HELD, HoldReason.OVERTAKEN)
    assert names.prepare("2023-10-08T12:00:00+01:00").unsayable == ()


def test_what_could_be_put_into_words_again_is_told(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.home.write("templates/lab23/stall.j2", STALL)
    names.slots(("c", "stall", "2023-10-06 11:00"), more="    wording: w2\n    too_late_after: 30m\n")
    names.move(LATER.isoformat())
    assert names.stands("c") == (State.HELD, HoldReason.UNWRITTEN)
    assert [one.post.slot for one in names.prepare("2023-10-09T14:40:00+01:00").sayable] == ["c"]


def test_a_move_calls_posts_as_the_ledger_does(tmp_path: Path) -> None:
    """A number that people read there and type means the same post."""
    names = Names(tmp_path)
    names.debate = "2023-10-06 18:40"
    more = "    too_late_after: 30m\n    from: 2023-10-06 08:00\n    until: debate\n"
    names.slots(("stall", "lunch", "day at 09:00, 12:00, 17:00"), more=more)
    names.at("09:00")
    names.slots(("stall", "lunch", "day at 09:00, 10:00, 12:00, 17:00"), more=more)
    ((post, at),) = names.prepare("2023-10-06T16:00:00+01:00").gone
    assert (post.occurrence, f"{at:%H:%M}") == ("2023-10-06#3", "17:00")
    assert find_named(names.program, post_name(post), wanted_posts(names.program, ())).moment.wall_time[-5:] == "17:00"


def test_words_that_would_be_too_late_are_not_told_as_held(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.edit(SOON, "We start at 14:40, be there", "x")
    desk.time = datetime.fromisoformat("2023-10-09T13:00:00+01:00")
    assert {one.account for one in desk.prepare("2023-10-09T15:20:00+01:00").stale} == {"x"}
    assert desk.prepare("2023-10-09T08:40:00+01:00").stale == ()
