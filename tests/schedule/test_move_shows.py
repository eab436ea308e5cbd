"""A milestone's move is shown whole: what comes and goes with it, what moves in part, what it leaves without words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from amplifier.campaign.delivery import Receipt, State, Transition
from amplifier.campaign.post import PostId
from amplifier.store import claims, deliveries, journeys
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
    assert {row.state for row in journeys.journeys(post=one.post)} == {State.QUEUED}
