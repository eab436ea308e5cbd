"""What may not be said does not go out when something else that held it passes, and goes on in words that are so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DeliveryView, State, Transition
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.operate import override
from amplifier.schedule.decided.change import decide_move
from amplifier.schedule.decided.rewording import decide_words
from amplifier.store import claims, deliveries, delivery_views
from amplifier.store.holding import holds, stops
from amplifier.store.identity import accounts
from tests.schedule.test_names_that_change import HEAD, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
S = State
SOON = PostId("lab23", "soon", "once")
LETTER = "Ask your branch secretary for the letter, before noon."
WORDS = f"""---
ask: stall
---
== w0
{LETTER}
== w1
{{% if milestones.debate is date("2023-10-08") -%}}
Ask your branch secretary for the letter before noon!
{{%- else -%}}
The debate is at {{{{ milestones.debate | clock }}}}.
{{%- if milestones.debate is date("2023-10-07") %}}{" x y z" * 60}{{% endif %}}
{{%- endif %}}
"""
BEFORE = "2023-10-06T14:40:00+01:00"
# Where the debate moves, so that the post may not be said any more, and for which reason it is held then.
MOVES = {
    HoldReason.UNWRITTEN: "2023-10-07T14:40:00+01:00",
    HoldReason.OVERTAKEN: "2023-10-06T15:20:00+01:00",
    HoldReason.NEAR_COPY: "2023-10-08T14:40:00+01:00",
    HoldReason.UNTRUE: "2023-10-06T15:20:00+01:00",
}
HOLDS = (HoldReason.STOPPED, HoldReason.ACCOUNT, HoldReason.BUDGET, HoldReason.HAND_OFF, HoldReason.KEPT)


class Held(Names):
    """A post on X that is due and held for what passes; what it is to say hangs on when the debate begins."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home.write("templates/lab23/stall.j2", WORDS)
        self.debate = "2023-10-06 14:40"
        slots = HEAD.format(debate=self.debate)
        for name, wording, clock in (("early", "w0", "09:00"), ("soon", "w1", "12:00")):
            slots += f"  - name: {name}\n    template: lab23/stall\n    wording: {wording}\n"
            slots += f"    at: 2023-10-06 {clock}\n    accounts: [x]\n    too_late_after: 6h\n"
        self.home.write("schedules/small.yaml", slots)
        self.planner.refresh()
        assert self.at("09:00") == [f"{LETTER} #Lab23 @labfreemvmt"]
        self.clock("12:00")

    def clock(self, clock: str) -> None:
        self.time = datetime.fromisoformat(f"2023-10-06T{clock}:05+01:00")
        self.planner.refresh()

    @property
    def row(self) -> DeliveryView:
        return next(one for one in delivery_views.views(post=SOON) if one.identity.account == "x")

    def is_held(self, reason: str) -> bool:
        return (self.row.state, self.row.reason) == (S.HELD, reason)

    def prepared(self, cause: HoldReason) -> None:
        """What has to be so before the debate moves."""
        if cause is HoldReason.UNTRUE:
            decide_words(self.program, SOON, {"x": "We start at 14:40"}, actor="cli:jo", reason="", now=self.time)
            self.planner.refresh()
        if cause is HoldReason.OVERTAKEN:
            self._in_vain()

    def _in_vain(self) -> None:
        """It was tried, nobody saw it arrive, and a look has not found it: its bytes stay as they are."""
        lease = self.time + timedelta(minutes=1)
        (due,) = claims.claim(now=self.time, lease_until=lease, limit=9)
        assert deliveries.begin(due, request=b"b", now=self.time, lease_until=lease)
        for before, after, kind in ((S.SENDING, S.UNSURE, "unclear"), (S.UNSURE, S.QUEUED, "not there")):
            step = Transition(due.id, due.fence, before, after, kind, run_at=self.time)
            if before is S.UNSURE:
                (look,) = claims.claim_unsure(now=self.time, lease_until=lease, limit=9)
                step = replace(step, fence=look.fence)
            assert deliveries.record([step], now=self.time) == []

    def hold(self, reason: HoldReason) -> None:
        if reason in (HoldReason.STOPPED, HoldReason.KEPT):
            stops.stop(actor="cli:jo", reason="Wait.", now=self.time)
        if reason is HoldReason.ACCOUNT:
            accounts.account_trouble("x", lost=True, detail="It did not let us in.", now=self.time)
        if reason is HoldReason.BUDGET:
            assert deliveries.hold(self.row.id, reason=reason, detail="No money.", now=self.time)
        holds.hold_blocked(now=self.time, by_hand=["x"] if reason is HoldReason.HAND_OFF else [])
        if reason is HoldReason.KEPT:
            stops.lift(actor="cli:jo", now=self.time)
            assert holds.keep_back([self.row.id], actor="cli:jo", now=self.time) == 1
        assert self.is_held(reason)

    def let_go(self, reason: HoldReason) -> None:
        """What held it passes."""
        if reason in (HoldReason.STOPPED, HoldReason.KEPT):
            stops.lift(actor="cli:jo", now=self.time)
            holds.release([self.row.id], actor="cli:jo", now=self.time)
            return
        if reason is HoldReason.ACCOUNT:
            accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=self.time)
        holds.go_on(reason=reason, now=self.time)

    def debate_moves(self, to: str) -> None:
        decide_move(self.prepare(to), actor="cli:jo", reason="", now=self.time)

    def said(self) -> list[str]:
        """What a worker would take in hand now."""
        due = claims.claim(now=self.time, lease_until=self.time, limit=9)
        return [one.text for one in due if not self.planner.is_stale(one)]


@pytest.fixture
def held(tmp_path: Path) -> Held:
    return Held(tmp_path)


@pytest.mark.parametrize("cause", MOVES)
@pytest.mark.parametrize("reason", HOLDS)
def test_what_may_not_be_said_is_held_for_that_whatever_else_holds_it(
    held: Held, reason: HoldReason, cause: HoldReason
) -> None:
    held.prepared(cause)
    held.hold(reason)
    held.debate_moves(MOVES[cause])
    held.planner.refresh()
    assert held.is_held(reason if reason is HoldReason.KEPT else cause)
    assert not held.planner.refresh()
    held.let_go(reason)
    assert held.said() == []
    held.planner.refresh()
    assert held.is_held(cause)
    assert held.said() == []


@pytest.mark.parametrize("cause", MOVES)
@pytest.mark.parametrize("reason", HOLDS)
def test_what_is_let_go_before_the_planner_has_looked_waits_for_its_look(
    held: Held, reason: HoldReason, cause: HoldReason
) -> None:
    held.prepared(cause)
    held.hold(reason)
    held.debate_moves(MOVES[cause])
    held.let_go(reason)
    assert held.said() == []
    held.planner.refresh()
    assert held.is_held(cause)
    assert held.said() == []


@pytest.mark.parametrize("cause", [HoldReason.UNWRITTEN, HoldReason.NEAR_COPY, HoldReason.UNTRUE])
@pytest.mark.parametrize("reason", HOLDS)
def test_what_may_be_said_again_goes_out_no_sooner_than_the_other_hold_lets_it(
    held: Held, reason: HoldReason, cause: HoldReason
) -> None:
    held.prepared(cause)
    held.hold(reason)
    held.debate_moves(MOVES[cause])
    held.planner.refresh()
    held.debate_moves(BEFORE)
    held.planner.refresh()
    if reason is HoldReason.KEPT:
        assert held.is_held(reason)
        return
    if cause is not HoldReason.UNWRITTEN:
        assert held.row.state is S.QUEUED
    else:
        assert held.is_held(HoldReason.OVERTAKEN)
        assert "its hour came before that" in held.row.detail
        override.send_again(held.row.id, held.settings, actor="cli:jo", now=held.time)
        held.planner.refresh()
    if reason in (HoldReason.STOPPED, HoldReason.ACCOUNT):
        assert held.said() == []
        holds.hold_blocked(now=held.time)
        assert held.is_held(reason)
        held.let_go(reason)
    assert len(held.said()) == 1


def test_other_words_for_what_was_stopped_and_then_in_no_words_wait_for_the_stop(held: Held) -> None:
    held.hold(HoldReason.STOPPED)
    held.debate_moves(MOVES[HoldReason.UNWRITTEN])
    held.planner.refresh()
    decide_words(held.program, SOON, {"x": "Come to the debate"}, actor="cli:jo", reason="", now=held.time)
    held.planner.refresh()
    assert held.row.state is S.QUEUED
    assert held.said() == []
    holds.hold_blocked(now=held.time)
    assert held.is_held(HoldReason.STOPPED)
    held.let_go(HoldReason.STOPPED)
    assert [text.splitlines()[0] for text in held.said()] == ["Come to the debate"]


def test_what_a_person_kept_back_and_lets_go_goes_out_in_the_words_of_now(held: Held) -> None:
    held.hold(HoldReason.KEPT)
    held.debate_moves("2023-10-06T15:20:00+01:00")
    held.planner.refresh()
    held.let_go(HoldReason.KEPT)
    assert held.said() == [], "the planner looks first"
    held.planner.refresh()
    assert "15:20" in held.said()[0]
