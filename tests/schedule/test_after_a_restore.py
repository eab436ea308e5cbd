"""What was held, missed or left out when a backup was made may be out: whatever leads it on, a look comes first."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.schedule.planner import Planner
from amplifier.store import claims, delivery_views
from amplifier.store.holding import holds, restored, stops
from amplifier.store.models import DeliveryRow
from tests.schedule.homes import SCHEDULE
from tests.schedule.left import leave
from tests.schedule.test_words_of_people import Desk

pytestmark = pytest.mark.usefixtures("any_ledger")
EVE = PostId("lab23", "eve", "once")
SLOT = "  - name: eve\n    template: lab23/soon\n    at: 2023-10-08 18:00\n    too_late_after: 6h\n"
WITH_EVE = SCHEDULE.replace("slots:\n", f"slots:\n{SLOT}")
BACK, LATER = "2023-10-09T14:40:00+01:00", "2023-10-09T15:20:00+01:00"
WORDS = "Tomorrow at 14:40 we debate, be there"
NETWORKS = ("x", "bluesky", "mastodon")
LOOKED_FOR = (State.UNSURE, DoubtReason.RESTORED)


class Restored(Desk):
    """A campaign whose post was due at 18:00, and whose database is that of a backup from before."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.files(WITH_EVE)

    def files(self, schedule: str) -> None:
        self.home.write("schedules/small.yaml", schedule)
        self.planner.refresh()

    def restore(self, clock: str = "19:30") -> None:
        made_at = self.time + timedelta(minutes=1)
        self.time = datetime.fromisoformat(f"2023-10-08T{clock}:00+01:00")
        for forgetful in (True, False):
            restored.doubt(made_at=made_at, now=self.time, actor="cli:jo", reason="Restored.", readable=NETWORKS)
            Planner(self.home.path, self.settings, now=lambda: self.time, forgetful=forgetful).refresh()
        self.hire()
        stops.lift(actor="cli:jo", now=self.time)

    def stand(self, account: str = "mastodon") -> tuple[State, str]:
        return self.state(EVE, account)[:2]

    def are(self, state: State, reason: str) -> bool:
        return {self.stand(account) for account in NETWORKS} == {(state, reason)}

    def goes_out(self) -> list[str]:
        until = self.time + timedelta(minutes=1)
        found = claims.claim(now=self.time, lease_until=until, limit=9)
        return [due.identity.account for due in found if due.identity.post == EVE]

    def is_looked_for(self) -> None:
        assert self.are(*LOOKED_FOR)
        assert self.goes_out() == []


@pytest.fixture
def desk(tmp_path: Path) -> Restored:
    return Restored(tmp_path)


@pytest.fixture
def untrue(desk: Restored) -> Restored:
    desk.edit(EVE, WORDS)
    desk.move(LATER)
    assert desk.are(State.HELD, HoldReason.UNTRUE)
    desk.restore()
    assert desk.are(State.HELD, HoldReason.UNTRUE)
    return desk


def test_what_was_held_as_untrue_is_looked_for_when_it_is_edited(untrue: Restored) -> None:
    untrue.edit(EVE, "Tomorrow at 15:20 we debate, be there")
    untrue.is_looked_for()


def test_what_was_held_as_untrue_is_looked_for_when_a_milestone_makes_it_true_again(untrue: Restored) -> None:
    untrue.move(BACK)
    untrue.is_looked_for()


def test_what_was_held_as_untrue_is_looked_for_when_somebody_lets_it_stand(untrue: Restored) -> None:
    leave(untrue.program, EVE, actor="cli:jo", reason="They know.", now=untrue.time)
    untrue.planner.refresh()
    untrue.is_looked_for()


def test_what_would_be_true_again_too_late_is_looked_for_and_not_told_as_missed(untrue: Restored) -> None:
    untrue.time = datetime.fromisoformat("2023-10-09T00:30:00+01:00")
    untrue.move(BACK)
    untrue.is_looked_for()


@pytest.mark.parametrize(
    "reason", [HoldReason.REJECTED, HoldReason.IMPRINT, HoldReason.COPY, HoldReason.NEAR_COPY, HoldReason.OVERTAKEN]
)
def test_what_other_words_would_free_is_looked_for_first(desk: Restored, reason: HoldReason) -> None:
    DeliveryRow.objects.filter(post__slot="eve").update(state=State.HELD, reason=reason)
    desk.restore()
    desk.edit(EVE, "Bring a question, and somebody who has none")
    if reason in (HoldReason.OVERTAKEN, HoldReason.NEAR_COPY):  # a person alone lets that go on; its hour had come
        assert desk.are(State.HELD, HoldReason.OVERTAKEN)
    else:
        desk.is_looked_for()


def test_what_could_not_be_written_is_looked_for_when_it_can_be_again(desk: Restored) -> None:
    DeliveryRow.objects.filter(post__slot="soon").update(state=State.HELD, reason=HoldReason.UNWRITTEN)
    desk.restore()
    soon = PostId("lab23", "soon", "once")
    assert {desk.state(soon, account)[:2] for account in NETWORKS} == {LOOKED_FOR}


def test_what_somebody_kept_back_is_looked_for_when_it_is_released(desk: Restored) -> None:
    DeliveryRow.objects.filter(post__slot="eve").update(state=State.HELD, reason=HoldReason.KEPT)
    desk.restore()
    assert holds.release([one.id for one in delivery_views.views(post=EVE)], actor="cli:jo", now=desk.time) == 0
    desk.is_looked_for()


@pytest.mark.parametrize("clock", ["19:30", "23:59"])
def test_what_came_back_into_the_files_since_the_backup_is_looked_for(desk: Restored, clock: str) -> None:
    desk.files(SCHEDULE)
    assert desk.are(State.DROPPED, "unplanned")
    desk.home.write("schedules/small.yaml", WITH_EVE)
    desk.restore(clock)
    desk.is_looked_for()


def test_what_comes_back_into_the_files_after_the_restore_is_looked_for(desk: Restored) -> None:
    desk.files(SCHEDULE)
    desk.restore()
    desk.files(WITH_EVE)
    desk.is_looked_for()


def test_a_look_is_taken_once_and_the_planner_asks_for_no_other(untrue: Restored) -> None:
    untrue.move(BACK)
    assert not untrue.planner.refresh()
    assert not untrue.hire().refresh()
    untrue.is_looked_for()
