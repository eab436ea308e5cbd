"""A post that can be put into no words for a while: when it goes on, who hears of it, and what they can do about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DeliveryView
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.operate import override
from amplifier.operate.questions import Choice, Question
from amplifier.schedule.decided.change import decide_move, find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip, find_left_out
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.store import deliveries, delivery_views
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import notes
from tests.schedule.test_moves_with_hands import CALL, LATER, WITH_HANDS, Asked
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
SOON = PostId("lab23", "soon", "once")
LONG = " x y z" * 60
WORDS = f"""---
ask: stall
---
== w0
The debate is at {{{{ milestones.debate | clock }}}}.
{{%- if milestones.debate is not date("2023-10-06") %}}{LONG}{{% endif %}}
"""
HELD = ("held", HoldReason.UNWRITTEN)
TODAY, TOMORROW = "2023-10-06T14:40:00+01:00", "2023-10-07T14:40:00+01:00"


class Told(Names):
    """A post at noon that does not fit any more when the debate is on another day."""

    def __init__(self, folder: Path, when: str = "2023-10-06 12:00", more: str = "    too_late_after: 6h\n") -> None:
        super().__init__(folder)
        self.home.write("templates/lab23/stall.j2", WORDS)
        self.debate = "2023-10-06 14:40"
        self.slots(("soon", "stall", when), more=more)
        self.clock("11:00")

    def clock(self, clock: str, day: int = 6) -> None:
        self.time = datetime.fromisoformat(f"2023-10-{day:02}T{clock}:05+01:00")
        self.planner.refresh()
        deliveries.miss_overdue(now=self.time)

    def edit_soon(self, text: str) -> None:
        decide_words(self.program, SOON, {"bluesky": text}, actor="cli:jo", reason="", now=self.time)
        self.planner.refresh()

    @property
    def row(self) -> DeliveryView:
        return next(one for one in delivery_views.views(post=SOON) if one.identity.account == "bluesky")

    @property
    def asked(self) -> Question:
        return next(one for one in override.open_questions(self.settings) if one.row.id == self.row.id)

    def now(self) -> tuple[str, str]:
        return self.row.state.value, self.row.reason

    def send(self) -> None:
        """What a person can decide about it now."""
        assert Choice.AGAIN in self.asked.acts
        override.send_again(self.row.id, self.settings, actor="cli:jo", now=self.time)
        self.planner.refresh()

    def said(self) -> list[str]:
        return self.at(f"{self.time + timedelta(minutes=1):%H:%M}", self.time.day)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_other_words_after_its_hour_go_out_as_the_question_says(told: Told) -> None:
    told.move(TOMORROW)
    told.clock("12:30")
    assert told.now() == HELD
    assert "Bluesky allows 300 characters" in told.asked.happened
    assert told.asked.by_itself == "It waits for other words. Once it is too late, it is missed."
    assert told.asked.to_paste == "amplifier edit soon/once 'other words' --on bluesky"
    told.edit_soon("Come to the debate")
    assert told.said() == ["Come to the debate"]


@pytest.mark.parametrize("mend", ["move back", "template"])
def test_what_fits_by_itself_after_its_hour_is_sent_by_a_person_in_the_words_of_now(told: Told, mend: str) -> None:
    told.move(TOMORROW)
    told.clock("12:30")
    if mend == "move back":
        told.move(TODAY)
    else:
        told.home.write("templates/lab23/stall.j2", WORDS.replace(LONG, " Come."))
        told.planner.refresh()
    assert told.said() == []
    assert told.now() == ("held", HoldReason.OVERTAKEN)
    assert told.asked.happened.endswith("its hour came before that. Send it now, or leave it.")
    told.send()
    assert told.said() == ["The debate is at 14:40." + " Come." * (mend == "template")]


def test_before_its_hour_it_goes_on_by_itself(told: Told) -> None:
    told.move(TOMORROW)
    told.move(TODAY)
    assert told.now() == ("queued", "")
    assert told.at("12:00") == ["The debate is at 14:40."]


def test_once_it_is_too_late_it_is_missed_and_a_person_may_still_send_it_in_other_words(told: Told) -> None:
    told.move(TOMORROW)
    told.clock("18:30")
    assert told.now() == ("missed", HoldReason.UNWRITTEN)
    assert notes.unnoted_missed() == (told.row.id,)
    assert "Bluesky allows 300 characters" in told.asked.happened
    told.send()
    assert told.now() == HELD, "it does not fit yet"
    assert told.said() == []
    told.edit_soon("Come to the debate")
    assert told.said() == ["Come to the debate"]


def test_it_is_not_missed_at_its_old_hour_but_moves_with_what_it_hangs_on(tmp_path: Path) -> None:
    told = Told(tmp_path, "debate - 1h", "    too_late_after: 30m\n")
    told.move(TOMORROW)
    assert told.now() == HELD
    assert told.row.wall_time == "2023-10-07T13:40"
    assert told.row.run_at == told.row.due_at == datetime.fromisoformat("2023-10-07T13:40:00+01:00")
    told.clock("14:11")
    assert told.now() == HELD, "its old hour is nobody's any more"
    told.edit_soon("Come to the debate")
    assert told.at("14:12") == []
    assert told.at("13:40", 7) == ["Come to the debate"]


def test_why_it_does_not_fit_follows_what_changes(told: Told) -> None:
    told.move(TOMORROW)
    before = told.row.detail
    told.home.write("templates/lab23/stall.j2", WORDS.replace(LONG, LONG[1:]))
    told.planner.refresh()
    assert told.now() == HELD
    number = int(before.split(" has ")[1].split(".")[0])
    assert f" has {number - 1}." in told.row.detail


@pytest.mark.parametrize("how", ["skip", "until"])
def test_what_is_taken_in_again_while_it_does_not_fit_is_held_and_then_missed(tmp_path: Path, how: str) -> None:
    more = "    too_late_after: 1h\n"
    if how == "skip":
        told = Told(tmp_path, more=more)
        decide_skip(told.program, find_post(told.program, "soon"), actor="cli:jo", reason="", now=told.time)
        told.planner.refresh()
    else:
        told = Told(tmp_path, "day at 12:00", f"{more}    from: 2023-10-06 09:00\n    until: debate\n")
        told.move("2023-10-06T11:30:00+01:00")
    rows = [
        one for one in delivery_views.views() if one.identity.post.slot == "soon" and one.identity.account == "bluesky"
    ]
    row, at_noon = rows[0], rows[0].id
    assert (row.state.value, row.reason) == ("dropped", "unplanned")
    told.move(TOMORROW)
    if how == "skip":
        taken_in = prepare_unskip(told.program, find_left_out(told.program, "soon", now=told.time), now=told.time)
        decide_unskip(told.program, taken_in, actor="cli:jo", reason="", now=told.time)
        told.planner.refresh()
    (row,) = delivery_views.views_by_id([at_noon])
    assert (row.state.value, row.reason) == HELD
    assert at_noon in {one.row.id for one in override.open_questions(told.settings)}
    told.clock("13:30")
    assert at_noon in notes.unnoted_missed()


def test_what_never_had_words_and_may_be_out_since_a_backup_is_called_out_by_a_person(tmp_path: Path) -> None:
    told = Told(tmp_path)
    told.move(TOMORROW)
    DeliveryRow.objects.filter(id=told.row.id).update(text="", unseen_since=told.time)
    assert told.asked.acts == (Choice.THERE, Choice.LEAVE)
    told.clock("19:00")
    assert told.now() == HELD, "nobody can look for words that nobody knows"
    assert told.asked.acts == (Choice.THERE, Choice.LEAVE)


@pytest.fixture
def hands(tmp_path: Path) -> Asked:
    asked = Asked(tmp_path)
    words = (
        f'At {{{{ milestones.debate | clock }}}}{{% if milestones.debate is date("2023-10-10") %}}{LONG}{{% endif %}}'
    )
    asked.home.write("templates/lab23/call.j2", f"---\nask: call\n---\n== one\n{words}\n")
    asked.planner.refresh()
    return asked


def test_hands_are_told_not_to_post_what_does_not_fit_any_more_and_have_it_again_when_it_fits(hands: Asked) -> None:
    hands.move("2023-10-10T14:40:00+01:00")
    hands.tick()
    assert hands.stands("call") == HELD
    (said,) = hands.says()
    assert said.startswith("Do not post “At 14:40")
    assert "it is held. If you have posted it, open your link and say so." in said
    hands.time += timedelta(minutes=1)
    decide_move(hands.prepare(LATER), actor="cli:jo", reason="", now=hands.time)
    hands.tick()
    assert hands.stands("call") == WITH_HANDS
    assert hands.people() == ["anna"], "nobody is asked once more"
    assert hands.says()[-1].startswith("Not yet: “At 15:20")
    (row,) = delivery_views.views(post=CALL)
    assert row.run_at == datetime.fromisoformat("2023-10-09T14:20:00+01:00")
