"""Slots that get another name while people post them by hand: nobody is asked for them under both."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import Receipt, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.campaign.secret_link import LinkKind
from amplifier.operate.override import leave_out
from amplifier.schedule import files
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.naming.doubts import doubts
from amplifier.schedule.program import read_program
from amplifier.store import decisions, deliveries, delivery_views, secret_links
from amplifier.store.holding import holds
from amplifier.store.operate import overrides
from tests.schedule.test_names_that_change import DAY, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
NINE, NOON = "2023-10-06 09:00", "2023-10-06 12:00"
ASKED = (State.HELD.value, HoldReason.HAND_OFF.value)
COPY = (State.HELD.value, HoldReason.COPY.value)
LEFT_OUT = (State.DROPPED.value, "unplanned")


class Hands(Names):
    """The same campaign, on an account where people post by hand."""

    def asks(self) -> list[str]:
        """Whom people are asked to post now, by the names of their slots."""
        self.planner.refresh()
        found = holds.hold_blocked(now=self.time, by_hand=["bluesky"])
        return [row.identity.post.slot for row in delivery_views.views_by_id(found)]


@pytest.fixture
def names(tmp_path: Path) -> Hands:
    made = Hands(tmp_path)
    made.slots(("dusk", "hello", NINE))
    made.at("08:59")
    made.time += timedelta(minutes=1)
    assert made.asks() == ["dusk"]
    made.time += timedelta(minutes=3)
    return made


def test_a_slot_that_is_renamed_while_hands_post_it_is_not_asked_for_again(names: Hands) -> None:
    names.slots(("night", "hello", NINE))
    assert names.asks() == []
    assert (names.stands("dusk"), names.stands("night")) == (ASKED, COPY)
    assert names.why("night") == (
        "dusk is being posted by hand, and the plan has no dusk there any more. "
        "If it was renamed, write was: dusk below its new name."
    )
    assert not names.planner.refresh()


def test_check_says_so_before_and_after(names: Hands) -> None:
    names.home.write("schedules/small.yaml", names.file(("night", "hello", NINE)))
    program = read_program(files.sources(names.home.path), names.settings)
    before = doubts(program, decisions.decisions(), now=names.time)
    names.planner.refresh()
    after = doubts(names.program, decisions.decisions(), now=names.time)
    assert before == after
    assert [(one.rule, one.message.partition(":")[0]) for one in after] == [
        ("renamed", "night says on bluesky what dusk is being posted by hand there")
    ]


def test_what_was_posted_meanwhile_is_sent_by_its_link_and_the_other_name_stays_held(names: Hands) -> None:
    names.slots(("night", "hello", NINE))
    (row,) = delivery_views.views(post=PostId("lab23", "dusk", "once"))
    overrides.adopt(row.id, Receipt("7", "https://bsky.example/7"), actor="hand", now=names.time)
    names.time += timedelta(minutes=5)
    assert names.asks() == []
    assert (names.stands("dusk")[0], names.stands("night")) == ("sent", COPY)


def test_with_its_former_name_written_down_afterwards_it_stays_the_post_that_hands_are_at(names: Hands) -> None:
    names.slots(("night", "hello", NINE))
    names.slots(("night", "hello", NINE), more="    too_late_after: 6h\n    was: dusk\n")
    assert names.asks() == []
    assert (names.stands("dusk"), names.stands("night")[0]) == (ASKED, "dropped")
    assert not names.planner.refresh()


def test_with_its_former_name_written_down_at_once_it_goes_on_under_the_new_one(names: Hands) -> None:
    names.slots(("night", "hello", NINE), more="    too_late_after: 6h\n    was: dusk\n")
    assert names.asks() == []
    assert names.stands("night") == ASKED


def test_two_names_that_are_exchanged_while_hands_post_one_ask_for_neither_again(names: Hands) -> None:
    names.slots(("dusk", "hello", NINE), ("noon", "lunch", NOON))
    names.slots(("noon", "hello", NINE), ("dusk", "lunch", NOON))
    assert names.asks() == []
    assert (names.stands("dusk"), names.stands("noon")) == (ASKED, COPY)
    (row,) = delivery_views.views(post=PostId("lab23", "dusk", "once"))
    assert row.text.startswith("Good morning")


def test_an_hour_that_is_put_before_it_takes_no_name_from_what_hands_are_posting(tmp_path: Path) -> None:
    names = Hands(tmp_path)
    names.slots(("stall", "hello", "day at 09:00"), more=DAY)
    names.at("08:59")
    names.time += timedelta(minutes=1)
    assert names.asks() == ["stall"]
    names.slots(("stall", "hello", "day at 08:58, 09:00"), more=DAY)
    assert names.asks() == []
    rows = {row.wall_time[-5:]: row for row in delivery_views.views() if row.wall_time.startswith("2023-10-06")}
    assert (rows["09:00"].state, rows["09:00"].reason) == ASKED
    assert rows["08:58"].reason == HoldReason.COPY


def test_what_is_taken_out_of_the_plan_for_good_is_left_out_as_before(names: Hands) -> None:
    names.slots(("other", "lunch", NOON))
    assert names.stands("dusk") == LEFT_OUT


def test_other_words_for_the_new_name_let_both_go_their_way(names: Hands) -> None:
    names.slots(("night", "hello", NINE))
    words = {"bluesky": "Bring a question, and somebody who has none."}
    decide_words(names.program, PostId("lab23", "night", "once"), words, actor="cli:jo", reason="", now=names.time)
    assert names.asks() == ["night"]
    assert names.stands("dusk") == LEFT_OUT


MAYBE = "dusk may have been posted by hand, and the plan has no dusk there any more."


def asked(slot: str = "dusk") -> None:
    """A person was told of it, and may be at it."""
    (row,) = [
        one for one in delivery_views.views() if one.identity.post.slot == slot and one.reason == HoldReason.HAND_OFF
    ]
    secret_links.make_secret_link(
        kind=LinkKind.HAND_OFF, token="t" * 43, delivery=row.id, person="anna", actor="service", now=row.due_at
    )


def missed(names: Hands) -> None:
    """Nobody has told whether they posted it, and its time is over."""
    asked()
    names.time += timedelta(hours=6)
    deliveries.miss_overdue(now=names.time)
    assert names.stands("dusk") == (State.MISSED.value, HoldReason.HAND_OFF.value)


def test_what_hands_were_asked_for_and_nobody_told_of_is_not_asked_for_again_by_another_name(names: Hands) -> None:
    missed(names)
    names.slots(("night", "hello", "2023-10-06 16:00"))
    assert names.stands("night") == COPY
    assert names.why("night").startswith(MAYBE)
    assert [message.partition(":")[0] for _, message in names.told()] == [
        "night says on bluesky what dusk may have been posted by hand there"
    ]
    names.time += timedelta(hours=2)
    assert names.asks() == []
    assert names.stands("night") == COPY
    assert not names.planner.refresh()


def test_what_hands_were_asked_for_is_not_asked_for_again_after_the_plan_did_without_it(names: Hands) -> None:
    asked()
    names.slots(("other", "lunch", NOON))
    assert names.stands("dusk") == LEFT_OUT
    names.slots(("night", "hello", "2023-10-06 11:00"), ("other", "lunch", NOON))
    assert names.stands("night") == COPY
    assert names.why("night").startswith(MAYBE)


def test_what_hands_were_asked_for_is_not_asked_for_again_at_another_hour_of_its_slot(tmp_path: Path) -> None:
    names = Hands(tmp_path)
    names.slots(("stall", "hello", "day at 09:00"), more=DAY)
    names.at("08:59")
    names.time += timedelta(minutes=1)
    assert names.asks() == ["stall"]
    asked("stall")
    names.time += timedelta(hours=6)
    deliveries.miss_overdue(now=names.time)
    names.slots(("stall", "hello", "day at 16:00"), more=DAY)
    rows = {row.wall_time[-5:]: row for row in delivery_views.views() if row.wall_time.startswith("2023-10-06")}
    assert (rows["16:00"].state.value, rows["16:00"].reason) == COPY


def test_what_a_person_has_left_out_after_hands_were_asked_is_said_by_another_name(names: Hands) -> None:
    asked()
    (row,) = delivery_views.views(post=PostId("lab23", "dusk", "once"))
    leave_out(row.id, names.program.settings, actor="cli:jo", now=names.time)
    names.slots(("night", "hello", "2023-10-06 11:00"))
    names.at("10:59")
    names.time += timedelta(minutes=1)
    assert names.asks() == ["night"]
