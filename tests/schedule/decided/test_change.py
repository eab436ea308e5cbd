"""What people change against the plan: shown first, then decided, and only while it is not too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amplifier.campaign.plan import DecisionKind, Distance
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.decided import change
from amplifier.schedule.decided.change import Shift, decide_move, find_post, prepare_move
from amplifier.schedule.planner import Planner
from amplifier.schedule.program import Program
from amplifier.store import decisions, delivery_views
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow
from tests.schedule import homes
from tests.schedule.homes import EIGHT, SCHEDULE, SOON, Home

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
LONDON = ZoneInfo("Europe/London")
SLIP = Distance(timedelta(minutes=40))
IMPRINT = homes.settings().campaign.imprint.text
SOON_POST = PostId("lab23", "soon", "once")


class Desk:
    """The small campaign, planned; its program as the commands see it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        homes.open_ledger(EIGHT)
        self.planner = Planner(self.home.path, homes.settings(), now=lambda: EIGHT)
        self.planner.refresh()

    @property
    def program(self) -> Program:
        return change.program_in_force(homes.settings())

    def move(self, by: Distance = SLIP) -> None:
        decide_move(prepare_move(self.program, "debate", by, now=EIGHT), actor="cli:ola", reason="slipped", now=EIGHT)
        self.planner.refresh()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def set_state(slot: str, state: str, *, account: str = "") -> None:
    rows = DeliveryRow.objects.filter(post__slot=slot)
    (rows.filter(account__label=account) if account else rows).update(state=state)


def test_before_the_first_start_there_is_nothing_to_change() -> None:
    with pytest.raises(UsageError, match="amplifier up"):
        change.program_in_force(homes.settings())


def test_of_two_who_move_a_milestone_at_once_the_second_is_told(desk: Desk) -> None:
    jo, bo = (prepare_move(desk.program, "debate", by, now=EIGHT) for by in (SLIP, Distance(timedelta(minutes=10))))
    decide_move(jo, actor="cli:jo", reason="", now=EIGHT)
    with pytest.raises(UsageError, match="debate stands at Mon 9 Oct 15:20 by now, and you were shown Mon 9 Oct 14:40"):
        decide_move(bo, actor="cli:bo", reason="", now=EIGHT)
    with pytest.raises(UsageError, match="Nothing was moved"):  # given twice, it is moved once
        decide_move(jo, actor="cli:jo", reason="", now=EIGHT)
    assert len(decisions.decisions()) == 1


@pytest.mark.parametrize(("file", "why"), [("14:50", "stands at Mon 9 Oct 14:50 by now"), ("", "not in the plan")])
def test_a_milestone_that_the_files_move_meanwhile_is_not_moved_from_where_it_was(
    desk: Desk, file: str, why: str
) -> None:
    move = prepare_move(desk.program, "debate", SLIP, now=EIGHT)
    name = "debate" if file else "plenary"
    desk.home.write("schedules/small.yaml", SCHEDULE.replace("14:40", file or "14:40").replace("debate", name))
    desk.home.write("templates/lab23/soon.j2", SOON.replace("milestones.debate", f"milestones.{name}"))
    desk.planner.refresh()
    with pytest.raises(UsageError, match=why):
        decide_move(move, actor="cli:jo", reason="", now=EIGHT)
    assert decisions.decisions() == ()


def test_the_program_is_the_version_that_the_planner_keeps(desk: Desk) -> None:
    first = desk.program
    assert desk.program is first
    desk.home.write("templates/lab23/soon.j2", SOON.replace("The debate is", "Our debate is"))
    desk.planner.refresh()
    assert desk.program is not first
    desk.home.write("templates/lab23/soon.j2", "broken {{")
    desk.planner.refresh()
    assert desk.program.templates["lab23/soon"].wordings[0].forms[0].source.startswith("Our debate")


def test_a_move_is_shown_with_everything_that_follows_it_and_nothing_is_decided_yet(desk: Desk) -> None:
    move = prepare_move(desk.program, "debate", SLIP, now=EIGHT)
    assert (move.milestone.name, move.to) == ("debate", london("2023-10-09T15:20"))
    assert move.shifts == (Shift("soon/once", london("2023-10-09T13:40"), london("2023-10-09T14:20")),)
    assert move.sent == ()
    assert decisions.decisions() == ()


def test_what_another_move_did_before_is_not_shown_as_following(desk: Desk) -> None:
    desk.home.write(
        "schedules/small.yaml",
        SCHEDULE.replace("  debate: 2023-10-09 14:40\n", "  debate: 2023-10-09 14:40\n  vote: 2023-10-09 17:15\n"),
    )
    desk.planner.refresh()
    desk.move()
    move = prepare_move(desk.program, "vote", SLIP, now=EIGHT)
    assert (move.to, move.shifts) == (london("2023-10-09T17:55"), ())


def test_a_limit_that_a_server_tells_makes_another_reading(desk: Desk) -> None:
    first = desk.program
    accounts.account_is_ok("mastodon", remote_id="1", url="", text_limit=5000, now=EIGHT)
    assert desk.program.settings.account("mastodon").limit == 5000
    assert first.settings.account("mastodon").limit is None


def test_a_second_move_begins_where_the_first_one_led(desk: Desk) -> None:
    desk.move()
    move = prepare_move(desk.program, "debate", Distance(-timedelta(minutes=10)), now=EIGHT)
    assert (move.milestone.at, move.to) == (london("2023-10-09T15:20"), london("2023-10-09T15:10"))
    assert move.shifts[0].before == london("2023-10-09T14:20")


@pytest.mark.parametrize("state", ["sent", "sending", "unsure"])
def test_what_is_out_or_on_its_way_is_shown_as_staying(desk: Desk, state: str) -> None:
    set_state("soon", state)
    move = prepare_move(desk.program, "debate", SLIP, now=EIGHT)
    assert (move.shifts, move.sent) == ((), ("soon/once",))


def test_a_milestone_that_there_is_not_is_told_with_the_nearest_name(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"no milestone “debat”.*Did you mean debate"):
        prepare_move(desk.program, "debat", SLIP, now=EIGHT)


def test_a_day_that_is_none_of_the_campaigns_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="outside the campaign"):
        prepare_move(desk.program, "debate", london("2024-10-09T15:20"), now=EIGHT)


def test_a_move_is_written_down_with_what_it_replaced_and_the_planner_follows(desk: Desk) -> None:
    desk.move()
    (made,) = decisions.decisions()
    assert (made.kind, made.subject) == (DecisionKind.MILESTONE_MOVED, "debate")
    assert (made.value, made.replaced) == ("2023-10-09T15:20:00+01:00", "2023-10-09T14:40:00+01:00")
    assert (made.actor, made.reason, made.at) == ("cli:ola", "slipped", EIGHT)
    assert {one.wall_time for one in delivery_views.views(post=SOON_POST)} == {"2023-10-09T14:20"}


@pytest.mark.parametrize(
    ("name", "post"),
    [
        ("soon", SOON_POST),
        ("soon/once", SOON_POST),
        ("morning/2023-10-07#1", PostId("lab23", "morning", "2023-10-07#1")),
    ],
)
def test_a_post_is_found_by_its_name(desk: Desk, name: str, post: PostId) -> None:
    assert find_post(desk.program, name) == post


def test_a_name_of_several_posts_is_answered_with_all_of_them(desk: Desk) -> None:
    with pytest.raises(UsageError, match="more than once") as caught:
        find_post(desk.program, "morning")
    assert "morning/2023-10-08T09:00" in str(caught.value)


@pytest.mark.parametrize("name", ["sooon", "morning/2023-10-20#1", ""])
def test_a_post_that_there_is_not_is_told(desk: Desk, name: str) -> None:
    with pytest.raises(UsageError, match="no coming post"):
        find_post(desk.program, name)


def test_a_move_shows_what_would_be_held_as_a_near_copy_then(desk: Desk) -> None:
    assert prepare_move(desk.program, "debate", SLIP, now=EIGHT).copies == ()
    move = prepare_move(desk.program, "debate", Distance(timedelta(days=2)), now=EIGHT)
    assert [one.message.split(" say ")[0] for one in move.copies] == [
        "morning/2023-10-10#1 and morning/2023-10-06#1",
        "morning/2023-10-11#1 and morning/2023-10-07#1",
    ]
    assert "Both stand in schedules/small.yaml:8" in move.copies[0].message
    decide_move(move, actor="cli:ola", reason="", now=EIGHT)
    assert prepare_move(desk.program, "debate", SLIP, now=EIGHT).copies == ()  # they are held already
