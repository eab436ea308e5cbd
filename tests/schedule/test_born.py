"""What comes into the ledger without words waits there, is told as missed when it is too late, and gets words later."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.operate import override
from amplifier.schedule.decided.change import decide_move
from amplifier.store import delivery_views
from tests.schedule.test_move_shows import LATER, STALL
from tests.schedule.test_names_that_change import Names
from tests.schedule.test_words_of_people import Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
LATE = "    too_late_after: 30m\n"
TWO = (("a", "stall", "2023-10-06 09:00"), ("b", "stall", "2023-10-06 10:00"))
NEW = PostId("lab23", "c", "once")


@pytest.fixture
def names(tmp_path: Path) -> Names:
    made = Names(tmp_path)
    made.home.write("templates/lab23/stall.j2", STALL)
    made.slots(*TWO, more=LATE)
    decide_move(made.prepare(LATER.isoformat()), actor="cli:jo", reason="", now=made.time)
    made.planner.refresh()
    return made


def test_a_new_post_that_cannot_be_put_into_words_waits_and_goes_out_when_it_can(
    names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    names.slots(*TWO, ("c", "stall", "2023-10-06 11:00"), more=LATE)
    assert "cannot be written post=c/once" in caplog.text
    assert names.stands("c") == ("held", "unwritten")
    assert "characters" in names.why("c")
    decide_move(names.prepare("2023-10-09T14:40:00+01:00"), actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    assert names.stands("c") == ("queued", "")
    assert names.at("11:00") == ["Ask your branch."]


def test_where_it_is_too_late_for_it_already_it_is_told_as_missed(names: Names) -> None:
    names.time = datetime.fromisoformat("2023-10-06T11:45:00+01:00")
    names.slots(*TWO, ("c", "stall", "2023-10-06 11:00"), more=LATE)
    assert names.stands("c") == ("missed", "")
    (row,) = delivery_views.views(post=NEW)
    with pytest.raises(UsageError, match="That cannot be done"):
        override.send_again(row.id, names.settings, actor="cli:jo", now=names.time)


def test_it_waits_only_where_it_does_not_fit(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    long = "---\nask: watch\n---\n== plain\n" + "a" * 252 + " {{ milestones.debate | weekday }}.\n"
    desk.home.write("templates/lab23/late.j2", long)
    decide_move(desk.prepare("2023-10-11T14:40:00+01:00"), actor="cli:jo", reason="", now=desk.time)  # a longer weekday
    slot = "  - name: late\n    template: lab23/late\n    at: 2023-10-09 10:00\n"
    desk.home.write("schedules/small.yaml", (desk.home.path / "schedules" / "small.yaml").read_text() + slot)
    desk.planner.refresh()
    rows = {
        row.identity.account: (row.state, row.reason)
        for row in delivery_views.views(post=PostId("lab23", "late", "once"))
    }
    assert rows["x"] == (State.HELD, "unwritten")
    assert rows["mastodon"] == (State.QUEUED, "")
