"""Hours of one slot that come, go and move while people decide and posts go out: nothing twice, nothing by mistake."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.compose.sameness import Judge
from amplifier.errors import UsageError
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.skipping import decide_skip
from amplifier.store import deliveries, delivery_views
from amplifier.store.operate.corrections import Hand
from tests.schedule.test_hours_with_a_past import TEXTS as FIRST_TEXTS
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
DAY = "2023-10-06"
HOURS = ("09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00")
TEXTS = (
    *FIRST_TEXTS,
    "Ask your branch secretary for the letter.",
    "Photographs of this morning hang beside the door.",
    "Take a seat on the balcony while it lasts.",
    "Volunteers get soup behind the stage.",
    "Badges and tea towels, all for the strike fund.",
    "Who has a spare rail ticket to Leeds?",
    "The choir rehearses in the chapel.",
)
CORRECTED = (
    "Beg your pardon, that table stands beside the fountain.",
    "We were wrong: our speaker comes from Cardiff.",
    "Not upstairs, but across the street in the library.",
)
ACTS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(HOURS)),
    st.tuples(st.just("take away"), st.sampled_from(HOURS)),
    st.tuples(st.just("move"), st.sampled_from(HOURS), st.sampled_from(HOURS)),
    st.tuples(st.just("skip"), st.sampled_from(HOURS)),
    st.tuples(st.just("correct"), st.sampled_from(HOURS)),
    st.just(("pass",)),
)
# What was left out goes with its hour, so that the one which is written there later is another post.
LEFT_OUT_AND_MOVED = [("take away", "09:00"), ("skip", "15:00"), ("move", "15:00", "09:00"), ("write", "15:00")]
LAST = 17
# It waits for a person, who sees why: a repeat, or one that the files had taken out meanwhile.
FOR_A_PERSON = (HoldReason.COPY, HoldReason.OVERTAKEN)


class _Over(Exception):
    """An example has ended; the next one begins with an empty ledger."""


class Day:
    """One day of the stall; it keeps what it was told, to hold it against what went out."""

    def __init__(self, names: Names, hours: set[str]) -> None:
        self.names = names
        self.hours = hours
        self.said: list[str] = []
        self.left_out: set[str] = set()  # hours that a person left out, as they read in the file now
        self.touched: set[str] = set()  # and all that were ever left out, or came in place of one that was
        self.corrections = iter(CORRECTED)
        self.clock = 8
        texts = "\n".join(f"== w{number}\n{text}" for number, text in enumerate(TEXTS))
        names.home.write("templates/lab23/stall.j2", f"---\nask: stall\n---\n{texts}\n")
        self.write()

    def write(self) -> None:
        if not self.hours:
            self.names.slots(("evening", "hello", "2023-10-08 20:00"))
            return
        more = f"    from: {DAY} 08:00\n    until: 2023-10-07\n    too_late_after: 30m\n"
        self.names.slots(("stall", "stall", f"day at {', '.join(sorted(self.hours))}"), more=more)

    def act(self, kind: str, *at: str) -> None:
        match kind:
            case "write" if at[0] not in self.hours:
                self.hours |= {at[0]}
                self.write()
            case "take away" if at[0] in self.hours:
                self.hours -= {at[0]}
                self.write()
            case "move" if at[0] in self.hours and at[1] not in self.hours:
                self.move(*at)
            case "skip" if at[0] in self.hours:
                self.skip(at[0])
            case "correct":
                self.correct(at[0])
            case "pass" if self.clock < LAST:
                self.passes()
            case _:
                pass

    def move(self, before: str, after: str) -> None:
        """One hour comes in place of another: what was decided about that goes along, unless its time has come.

        It is about the former hour no more: should that be written again, it is another post.
        """
        self.hours = self.hours - {before} | {after}
        if before in self.touched:
            self.touched |= {after}
        if before in self.left_out and before > self.now:
            self.left_out = self.left_out - {before} | {after}
        self.write()

    def skip(self, hour: str) -> None:
        names = self.names
        with contextlib.suppress(UsageError):  # it is out
            post = find_post(names.program, f"stall/{DAY}T{hour}")
            decide_skip(names.program, post, actor="cli:jo", reason="", now=names.time)
            self.left_out |= {hour}
            self.touched |= {hour}
            names.planner.refresh()

    def correct(self, hour: str) -> None:
        """What is out of that hour gets other words."""
        names, known = self.names, self.names.program.settings
        out = [row for row in delivery_views.views(states=[State.SENT]) if row.wall_time == f"{DAY}T{hour}"]
        text = next(self.corrections, "")
        with contextlib.suppress(UsageError):
            for row in out[:1] if text else ():
                found = prepare_correction(row.identity.post, {"bluesky": NewWords(text, "en")}, known, now=names.time)
                queue_correction(found, known, Hand("cli:jo", "", names.time, known.campaign.first_day))
        names.planner.refresh()

    @property
    def now(self) -> str:
        return f"{self.clock:02}:00"

    def passes(self) -> None:
        """An hour passes, and what is due goes out."""
        self.clock += 1
        planned = [text for text in self.names.at(self.now) if text in TEXTS]
        is_there = self.now in self.hours
        assert not planned or is_there, f"{self.now} is not in the file"
        assert not planned or self.now not in self.left_out, f"{self.now} was left out"
        assert len(planned) <= 1
        rows = [row for row in delivery_views.views() if row.wall_time == f"{DAY}T{self.now}"]
        if is_there and self.now not in self.touched:
            assert planned or any(row.reason in FOR_A_PERSON for row in rows), f"{self.now} was left out by nobody"
        is_near = Judge(self.names.settings).is_near
        assert not [text for text in planned for other in self.said if is_near(text, other)]
        self.said += planned
        deliveries.miss_overdue(now=self.names.time)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.sampled_from(HOURS), min_size=1, max_size=4), st.lists(ACTS, min_size=4, max_size=14))
@example({"09:00", "15:00"}, LEFT_OUT_AND_MOVED)
def test_nothing_is_said_twice_and_nobody_gets_what_was_decided_about_another(
    hours: set[str], acts: list[tuple[str, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(_Over), transaction.atomic():
        day = Day(Names(Path(folder)), hours)
        for act in acts:
            day.act(*act)
        while day.clock < LAST:
            day.passes()
        raise _Over
