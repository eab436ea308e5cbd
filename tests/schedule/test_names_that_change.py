"""Names of slots that are given on, swapped, moved down a list or renamed twice, on a real ledger."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import Receipt, State, Transition
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import PostId
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.naming.doubts import doubts
from amplifier.store import claims, decisions, deliveries, delivery_views
from amplifier.store.decisions import keep_decision
from amplifier.store.models import DeliveryRow
from tests.schedule.test_words_of_people import Desk, due

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
HEAD = "campaign: lab23\nmilestones:\n  debate: {debate}\nslots:\n"
HELLO = "Good morning, doors are open."
LUNCH = "Lunch is served in the foyer, come along."
CHAIR = "A welcome by our chair."


class Names(Desk):
    """A small campaign on one account, where a test says which slots there are, and lets out what is due."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name, text in (("hello", HELLO), ("lunch", LUNCH), ("chair", CHAIR)):
            self.home.write(f"templates/lab23/{name}.j2", f"---\nask: {name}\n---\n== one\n{text}\n")
        self.debate = "2023-10-09 14:40"
        self.number = 0

    def slots(self, *slots: tuple[str, str, str], more: str = "    too_late_after: 6h\n") -> None:
        """The plan has these: name, template, and when."""
        self.home.write("schedules/small.yaml", self.file(*slots, more=more))
        self.planner.refresh()

    def file(self, *slots: tuple[str, str, str], more: str = "    too_late_after: 6h\n") -> str:
        """The schedule with these slots."""
        return HEAD.format(debate=self.debate) + "".join(_slot(*one, more) for one in slots)

    def at(self, clock: str, day: int = 6) -> list[str]:
        """At this time of the day, what goes out now: the first line of each."""
        self.time = datetime.fromisoformat(f"2023-10-{day:02}T{clock}:05+01:00")
        self.planner.refresh()
        said = []
        while due := claims.claim(now=self.time, lease_until=self.time + timedelta(minutes=1), limit=9):
            for one in due:
                assert deliveries.begin(one, request=b"b", now=self.time, lease_until=self.time + timedelta(minutes=1))
                self.number += 1
                receipt = Receipt(str(self.number), f"https://x.example/{self.number}")
                done = Transition(one.id, one.fence, State.SENDING, State.SENT, "sent", receipt=receipt)
                deliveries.record([done], now=self.time)
                said.append(one.text.split("\n")[0].removesuffix(" #Lab23 @labfreemvmt.example"))
        return said

    def stands(self, slot: str, occurrence: str = "once") -> tuple[str, str]:
        (row,) = delivery_views.views(post=PostId("lab23", slot, occurrence))
        return row.state.value, row.reason

    def why(self, slot: str, occurrence: str = "once") -> str:
        (row,) = delivery_views.views(post=PostId("lab23", slot, occurrence))
        return row.detail

    def told(self) -> list[tuple[str, str]]:
        """What `check` says of names: the rule and the sentence with what to do."""
        found = doubts(self.program, decisions.decisions(), now=self.time)
        assert all((one.path, one.line > 0) == ("schedules/small.yaml", True) for one in found)
        return [(one.rule, f"{one.message} {one.hint}".replace(" #Lab23…", "")) for one in found]


def _slot(name: str, template: str, when: str, more: str) -> str:
    key = "every" if " at " in when else "at"
    return f"  - name: {name}\n    template: lab23/{template}\n    {key}: {when}\n    accounts: [bluesky]\n{more}"


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return Names(tmp_path)


NINE, NOON = "2023-10-06 09:00", "2023-10-06 12:00"
COPY = ("held", HoldReason.COPY)


def test_a_new_first_slot_that_moves_all_names_on_repeats_nothing_and_the_swallowed_one_is_told(names: Names) -> None:
    names.slots(("post-1", "hello", NINE), ("post-2", "lunch", NOON))
    assert names.at("09:00") == [HELLO]
    names.time = datetime.fromisoformat("2023-10-06T10:00:00+01:00")
    names.slots(("post-1", "chair", "2023-10-06 08:00"), ("post-2", "hello", NINE), ("post-3", "lunch", NOON))
    assert names.stands("post-2") == COPY
    assert "If post-1 became post-2, give it its own name back" in names.why("post-2")
    told = dict(names.told())
    assert told["swallowed"] == (
        f"post-1/once does not say on bluesky: “{CHAIR}” Under this name something else has gone out there: “{HELLO}” "
        "A name stays with what it has said: give this slot a name that no slot has had."
    )
    assert "post-2 says on bluesky what post-1 has said there" in told["renamed"]
    assert names.at("10:00") == []
    names.slots(("chair", "chair", "2023-10-06 11:00"), ("post-1", "hello", NINE), ("post-2", "lunch", NOON))
    assert names.told() == []
    assert names.at("11:00") == [CHAIR]
    assert names.at("12:00") == [LUNCH], "with their own names back all goes on"


def test_names_that_moved_on_say_what_is_still_to_come(names: Names) -> None:
    names.slots(("post-1", "hello", NINE), ("post-2", "lunch", NOON))
    assert names.at("09:00") == [HELLO]
    names.slots(("post-1", "chair", "2023-10-06 08:00"), ("post-2", "hello", NINE), ("post-3", "lunch", NOON))
    assert names.at("12:00") == [LUNCH]
    assert names.at("12:01") == []


def test_two_names_that_are_swapped_repeat_nothing(names: Names) -> None:
    names.slots(("a", "hello", NINE), ("b", "lunch", NOON))
    assert names.at("09:00") == [HELLO]
    names.slots(("b", "hello", NINE), ("a", "lunch", NOON))
    assert names.stands("b") == COPY
    assert names.at("12:00") == []
    assert {rule for rule, _ in names.told()} == {"renamed", "swallowed"}
    names.slots(("a", "hello", NINE), ("b", "lunch", NOON))
    assert names.told() == []
    assert names.at("12:01") == [LUNCH], "with their own names back it goes on"


def test_a_name_that_is_given_to_another_repeats_nothing(names: Names) -> None:
    names.slots(("a", "hello", NINE))
    assert names.at("09:00") == [HELLO]
    names.slots(("doors", "hello", NINE), ("a", "lunch", NOON))
    assert names.stands("doors") == COPY
    assert names.at("10:00") == names.at("12:00") == []
    assert {rule for rule, _ in names.told()} == {"renamed", "swallowed"}
    assert names.at("18:01") == []
    assert [rule for rule, _ in names.told()] == ["renamed"], "too late for it: nothing is to be done any more"


def test_a_post_that_was_left_out_by_hand_does_not_swallow_what_its_name_says_next_in_silence(names: Names) -> None:
    names.slots(("a", "hello", NINE))
    (row,) = delivery_views.views(post=PostId("lab23", "a", "once"))
    DeliveryRow.objects.filter(id=row.id).update(state="dropped", reason="withdrawn")
    names.slots(("a", "lunch", NOON))
    assert "Under this name something else was left out there" in dict(names.told())["swallowed"]


def test_what_the_plan_says_twice_on_purpose_goes_out_twice_whatever_is_taken_out_between(names: Names) -> None:
    names.slots(("morning", "hello", NINE), ("noon", "hello", NOON))
    assert names.at("09:00") == [HELLO]
    names.slots(("noon", "hello", NOON))  # tidied up
    assert names.told() == []
    assert names.at("12:00") == [HELLO]


def test_what_was_meant_twice_stays_so_when_the_words_of_both_move_with_a_milestone(names: Names) -> None:
    names.slots(("morning", "soon", NINE), ("noon", "soon", NOON))
    (row,) = delivery_views.views(post=PostId("lab23", "noon", "once"))
    same = {"bluesky": "The debate is at 14:40."}
    decide_words(names.program, PostId("lab23", "morning", "once"), same, actor="cli:jo", reason="", now=names.time)
    decide_words(names.program, PostId("lab23", "noon", "once"), same, actor="cli:jo", reason="", now=names.time)
    assert names.at("09:00") == ["The debate is at 14:40."]
    same = {"bluesky": "The debate is at 14:50."}
    names.slots(("noon", "soon", NOON))
    decide_words(names.program, PostId("lab23", "noon", "once"), same, actor="cli:jo", reason="", now=names.time)
    assert names.at("12:00") == ["The debate is at 14:50."]
    assert row.state is State.QUEUED


def test_a_day_later_the_same_may_be_said_by_a_new_slot(names: Names) -> None:
    names.slots(("a", "hello", NINE))
    assert names.at("09:00") == [HELLO]
    names.slots(("b", "hello", "2023-10-08 09:00"))
    assert names.told() == []
    assert names.at("09:00", day=8) == [HELLO]


@pytest.mark.parametrize("minutes", [5, 15])
def test_a_slot_that_is_renamed_and_moved_in_one_go_is_held_however_soon_it_was_too_late(
    names: Names, minutes: int
) -> None:
    short = "    too_late_after: 10m\n"
    names.debate = NINE
    names.slots(("begins", "hello", "debate"), more=short)
    assert names.at("09:00") == [HELLO]
    names.time += timedelta(minutes=minutes)
    names.debate = "2023-10-06 11:00"
    names.slots(("starts", "hello", "debate"), more=short)
    assert names.stands("starts") == COPY
    assert "write was: begins below its new name" in names.why("starts")
    assert names.at("11:00") == []


def test_a_hold_for_a_name_is_not_freed_by_a_clock_in_its_words_that_moves_and_is_by_other_words(names: Names) -> None:
    names.slots(("a", "soon", NINE))
    assert len(names.at("09:00")) == 1
    names.slots(("b", "soon", NINE))
    assert names.stands("b") == COPY
    names.move("2023-10-09T14:50:00+01:00")
    assert names.stands("b") == COPY
    assert names.at("10:00") == []
    words = {"bluesky": "Whoever came this morning: thank you"}
    decide_words(names.program, PostId("lab23", "b", "once"), words, actor="cli:jo", reason="", now=names.time)
    assert names.at("10:01") == ["Whoever came this morning: thank you"]


@pytest.mark.parametrize("text", ["Good morning, doors are open NOW", "We are here, come in"])
def test_what_went_out_in_a_persons_words_is_known_by_its_template_or_by_being_near(names: Names, text: str) -> None:
    names.slots(("a", "hello", NINE))
    post = PostId("lab23", "a", "once")
    decide_words(names.program, post, {"bluesky": text}, actor="cli:jo", reason="", now=names.time)
    assert names.at("09:00") == [text]
    names.slots(("b", "hello", NINE))
    assert names.stands("b") == COPY
    assert names.at("10:00") == []


def test_a_was_that_is_written_afterwards_ends_the_hold(names: Names) -> None:
    names.slots(("a", "hello", NINE))
    assert names.at("09:00") == [HELLO]
    names.slots(("b", "hello", NINE))
    assert names.stands("b") == COPY
    names.slots(("b", "hello", NINE), more="    too_late_after: 6h\n    was: a\n")
    assert names.stands("b")[0] == "dropped"
    assert names.told() == []
    assert not names.planner.refresh()
    assert names.at("10:00") == []


def test_what_comes_into_the_plan_when_its_time_has_passed_does_not_repeat_what_was_just_said(names: Names) -> None:
    names.slots(("a", "hello", NINE))
    assert names.at("09:00") == [HELLO]
    names.slots(("a", "hello", NINE), ("earlier", "hello", "2023-10-06 08:00"))
    assert names.stands("earlier") == COPY
    assert "its time had passed when it came into the plan" in names.why("earlier")
    names.slots(("a", "hello", NINE), ("late", "lunch", "2023-10-06 08:30"))
    assert names.at("09:30") == [LUNCH], "what nobody has said goes out late, as ever"


def test_what_a_person_sent_by_hand_and_wrote_into_the_plan_afterwards_is_not_said_twice(names: Names) -> None:
    names.slots(("b", "hello", NOON))
    names.send_later(HELLO, datetime.fromisoformat("2023-10-06T09:00:00+01:00"), "bluesky")
    assert names.at("09:00") == [HELLO]
    names.slots(("a", "hello", "2023-10-06 08:50"), ("b", "hello", NOON))
    assert names.stands("a") == COPY
    assert "A post of your own said this a moment ago" in names.why("a")
    assert names.at("12:00") == [HELLO], "and may say it again by plan"


def test_a_post_that_is_moved_into_the_past_does_not_repeat_what_was_just_said(names: Names) -> None:
    names.debate = "2023-10-06 12:00"
    names.slots(("a", "hello", NINE), ("b", "hello", "debate"))
    assert names.at("09:00") == [HELLO]
    names.time += timedelta(minutes=20)
    names.move("2023-10-06T09:10:00+01:00")
    assert names.stands("b") == COPY
    names.move("2023-10-06T13:00:00+01:00")
    assert names.at("10:00") == []


DAY = "    from: 2023-10-06\n    until: 2023-10-07\n    too_late_after: 2h\n"


def test_an_earlier_hour_that_is_added_repeats_nothing(names: Names) -> None:
    names.slots(("stall", "hello", "day at 09:00"), more=DAY)
    assert names.at("09:00") == [HELLO]
    names.slots(("stall", "hello", "day at 08:00, 09:00"), more=DAY)
    assert names.stands("stall", "2023-10-06#2") == COPY
    assert names.at("09:30") == []
    assert not names.planner.refresh()


def test_an_hour_that_is_taken_out_when_it_has_been_said_swallows_no_other(names: Names) -> None:
    names.slots(("stall", "hello", "day at 09:00, 12:00"), more=DAY)
    assert names.at("09:00") == [HELLO]
    names.slots(("stall", "hello", "day at 12:00"), more=DAY)
    assert names.told() == []
    assert names.at("12:00") == [HELLO], "the plan meant to say it twice"


def test_an_hour_that_is_moved_after_it_was_said_waits_for_a_person(names: Names) -> None:
    names.slots(("stall", "hello", "day at 09:00"), more=DAY)
    assert names.at("09:00") == [HELLO]
    names.slots(("stall", "hello", "day at 11:00"), more=DAY)
    assert names.stands("stall", "2023-10-06#2") == COPY
    assert [rule for rule, _ in names.told()] == ["renamed"]
    assert names.at("11:00") == []


DAILY = """\
  - name: daily
    template: lab23/hello
    every: day at 09:00
    from: 2023-10-06
    accounts: [bluesky]
"""
TWO = """\
---
ask: hello
---
== one
Come to our stall and take a leaflet.
== two
Who has time for a chat today?
"""


def test_wordings_that_move_on_do_not_say_the_next_day_what_was_said_the_day_before(names: Names) -> None:
    names.home.write("templates/lab23/hello.j2", TWO)
    head = HEAD.format(debate="2023-10-09 14:40")
    before = _slot("welcome", "hello", "2023-09-30 10:00", "")
    names.home.write("schedules/small.yaml", head + before + DAILY)
    (first,) = names.at("09:00")
    names.home.write("schedules/small.yaml", head + DAILY)
    assert names.at("09:00", day=7) == []
    assert names.stands("daily", "2023-10-07#1") == COPY
    assert "hours or wordings changed" in names.why("daily", "2023-10-07#1")
    assert names.at("09:00", day=8) != [first]


def test_a_persons_words_are_asked_about_under_the_ledgers_name_where_hours_changed(names: Names) -> None:
    names.debate = "2023-10-06 14:40"
    names.slots(("stall", "hello", "day at 09:00, 12:00"), more=DAY)
    assert names.at("09:00") == [HELLO]
    names.slots(("stall", "hello", "day at 12:00"), more=DAY)
    keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="stall/2023-10-06#1",
        value=json.dumps({"bluesky": "The debate is at 14:40, come at noon"}),
        replaced="",
        actor="cli:jo",
        reason="",
        now=names.time,
    )
    names.planner.refresh()
    noon = PostId("lab23", "stall", "2023-10-06#2")
    assert names.planner.is_stale(due(noon, "bluesky")) == ""
    names.move("2023-10-06T15:20:00+01:00")
    assert names.stands("stall", "2023-10-06#2") == ("held", HoldReason.UNTRUE)
    assert "15:20" in names.planner.is_stale(due(noon, "bluesky"))
    assert names.at("12:00") == []
