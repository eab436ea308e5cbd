"""Each milestone moved both ways after each slot that hangs on it: nothing is said twice, nothing vanishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, note, settings
from hypothesis import strategies as st

from amplifier.campaign.changes import Changes
from amplifier.campaign.delivery import ON_ITS_WAY, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import WantedPost
from tests.examples import examples
from tests.schedule.paper import Paper, Row, at, wanted

ACCOUNTS = ("x", "bluesky")
MILESTONES = ("debate", "vote")
LATE_S = 900
# Held by the plan itself or by a stop, and let go by it.
PLAN_HELD = (HoldReason.UNWRITTEN, HoldReason.UNTRUE, HoldReason.STOPPED)


@dataclass(frozen=True)
class Sketch:
    """A slot: what it hangs on, how far from it in minutes, where it speaks, and whether its words name the time."""

    name: str
    milestone: str
    offset: int
    accounts: tuple[str, ...]
    names_the_time: bool


SKETCHES = st.builds(
    Sketch,
    name=st.just(""),
    milestone=st.sampled_from(MILESTONES),
    offset=st.integers(-30, 30),
    accounts=st.sampled_from([ACCOUNTS, ("x",)]),
    names_the_time=st.booleans(),
)
WHICH = st.integers(0, 5)
MOVE = st.tuples(st.just("move"), st.sampled_from(MILESTONES), st.sampled_from([-120, -40, -10, 10, 40, 40, 120]))
WAIT = st.tuples(st.just("wait"), st.just(""), st.integers(0, 60))
TRY = st.tuples(st.sampled_from(["arrives", "fails", "is refused", "is called a duplicate"]), st.just(""), WHICH)
DOUBT = st.tuples(st.sampled_from(["is lost", "arrives unheard"]), st.just(""), WHICH)
LOOK = st.tuples(st.just("look"), st.just(""), WHICH)
FILES = st.tuples(st.sampled_from(["leave out", "break the words of", "make untrue or true"]), st.just(""), WHICH)
STOP = st.tuples(st.just("is stopped"), st.just(""), WHICH)
GO_ON = st.tuples(st.just("all go on"), st.just(""), WHICH)
# What people and networks do comes in runs: a doubt, a move while it lasts, a look, and another try.
RUN = st.one_of(
    MOVE.map(lambda act: [act]),
    WAIT.map(lambda act: [act]),
    TRY.map(lambda act: [act]),
    st.tuples(TRY, FILES, FILES, TRY).map(list),
    st.tuples(STOP, st.one_of(MOVE, FILES), st.one_of(MOVE, FILES, WAIT), GO_ON, TRY).map(list),
    st.tuples(DOUBT, st.one_of(MOVE, FILES), LOOK, LOOK, TRY).map(list),
    st.tuples(DOUBT, LOOK, LOOK, st.one_of(MOVE, FILES), TRY).map(list),
)
LIFE = st.lists(RUN, max_size=6).map(lambda runs: [act for run in runs for act in run])


@dataclass
class World:
    """A campaign as it goes: milestones that move, deliveries that are tried, and a plan that follows."""

    sketches: list[Sketch]
    paper: Paper = field(default_factory=Paper)
    milestones: dict[str, int] = field(default_factory=lambda: {"debate": 100, "vote": 130})
    left_out: set[int] = field(default_factory=set)
    unwritten: set[int] = field(default_factory=set)
    untrue: set[int] = field(default_factory=set)
    sent: dict[int, tuple[str, WantedPost]] = field(default_factory=dict)
    for_a_person: set[int] = field(default_factory=set)

    def wish(self, number: int) -> WantedPost:
        sketch = self.sketches[number]
        due = self.milestones[sketch.milestone] + sketch.offset
        text = f"{sketch.name} at {self.milestones[sketch.milestone]}" if sketch.names_the_time else sketch.name
        return wanted(sketch.name, due, dict.fromkeys(sketch.accounts, text), late_s=LATE_S)

    def plan(self) -> list[WantedPost]:
        return [self.wish(number) for number in range(len(self.sketches)) if number not in self.left_out]

    def follow(self) -> None:
        """The planner, and what must be so whenever it has been at work."""
        self.paper.unwritten = {self.wish(number).id: "Too long." for number in self.unwritten - self.left_out}
        self.paper.untrue = {
            (self.wish(number).id, account): f"Untrue at {self.milestones}."
            for number in self.untrue
            for account in self.sketches[number].accounts
        }
        changes = self.paper.follow(self.plan())
        assert self.paper.changes(self.plan()) == Changes(), "a second look changes something"
        self._note_who_waits(changes)
        for post in self.plan():
            if post.id not in self.paper.unwritten:
                self._is_in_order(post)

    def do(self, act: str, name: str, number: int) -> None:
        row = self.paper.rows.get(1 + number % max(len(self.paper.rows), 1))
        slot = number % len(self.sketches)
        match act:
            case "move":
                self.milestones[name] += number
                self.follow()
            case "wait":
                self.paper.now += timedelta(minutes=number)
                self.paper.miss()
            case "leave out" | "break the words of" | "make untrue or true":
                such = {"leave out": self.left_out, "break the words of": self.unwritten}.get(act, self.untrue)
                such ^= {slot}
                self.follow()
            case "look" if row is not None and row.state in ON_ITS_WAY:
                self._look(row)
            case "is stopped" if row is not None and row.state is State.QUEUED:
                self.paper.now = max(self.paper.now, row.run_at)
                self.paper.miss()
                self.paper.stop(row)
            case "all go on":
                self.paper.go_on()
            case _ if row is not None and row.state is State.QUEUED:
                self.paper.now = max(self.paper.now, row.run_at)  # the next thing that happens is this one's time
                self.paper.miss()
                if self._may_begin(row):
                    self._try(row, act)
        self._remember()

    def _may_begin(self, row: Row) -> bool:
        was = row.state
        if not self.paper.begin(row):
            return False
        post = next((one for one in self.plan() if one.id == self.paper.posts[row.post].id), None)
        assert was is State.QUEUED
        assert row.id not in self.for_a_person, "what waited for a person went out by itself"
        assert post is not None, "the plan does not want this"
        assert {said.account: said.text for said in post.words}[row.account] == row.text, "words of yesterday"
        late = post.moment.due_at + timedelta(seconds=post.too_late_s)
        assert post.moment.due_at <= self.paper.now < late, "at the wrong time"
        assert not row.has_arrived, "said twice"
        assert post.id not in self.paper.unwritten, "what can be put into no words went out"
        assert (post.id, row.account) not in self.paper.untrue, "untrue words went out"
        return True

    def _try(self, row: Row, act: str) -> None:
        if act in ("arrives", "arrives unheard"):
            self.paper.arrive(row)
        was_clean = not row.is_frozen
        match act:
            case "arrives":
                self.paper.come_back(row, State.SENT)
            case "fails":
                self.paper.come_back(row, State.QUEUED, certain=was_clean)
            case "is refused":
                self.paper.come_back(row, State.HELD, HoldReason.REJECTED, certain=was_clean)
            case "is called a duplicate":
                self.paper.come_back(row, State.UNSURE, HoldReason.DUPLICATE)
            case "is lost" | "arrives unheard":
                pass  # the worker is silent: the row stays `sending` until somebody looks

    def _look(self, row: Row) -> None:
        if row.state is State.SENDING:
            self.paper.come_back(row, State.UNSURE, row.reason)  # its lease ran out
        elif row.has_arrived:
            self.paper.come_back(row, State.SENT)
        elif row.reason == HoldReason.DUPLICATE or self.paper.now >= row.too_late_at:
            self.paper.come_back(row, State.HELD, row.reason or HoldReason.OVERTAKEN)
        else:
            self.paper.come_back(row, State.QUEUED)

    def _is_in_order(self, post: WantedPost) -> None:
        """Every account that this post is wanted on has exactly one delivery, and it stands as it should."""
        now = self.paper.now
        for said in post.words:
            rows = [
                row
                for row in self.paper.rows.values()
                if self.paper.posts[row.post].id == post.id and row.account == said.account
            ]
            assert len(rows) <= 1, "two deliveries of one post on one account"
            if not rows:
                assert post.moment.due_at + timedelta(seconds=LATE_S) < at(0), "vanished"
                continue
            (row,) = rows
            assert row.state is not State.DROPPED, "vanished: the plan wants it"
            stopped = row.state is State.HELD and row.reason == HoldReason.STOPPED
            if (row.state is State.QUEUED or stopped) and row.too_late_at > now:  # else it is missed at the next tick
                assert (post.id, said.account) not in self.paper.untrue, "nobody is asked about untrue words"
                assert row.text == said.text
            if row.state is State.HELD and row.reason == HoldReason.UNTRUE:
                if row.too_late_at > now:  # what is too late is missed at the next look, whatever else changes
                    assert row.detail == self.paper.untrue[post.id, said.account], "held for what is so no longer"
                assert row.run_at >= post.moment.due_at
                assert row.too_late_at == post.moment.due_at + timedelta(seconds=LATE_S)
            if row.state is State.MISSED:
                assert post.moment.due_at <= now, "its time lies ahead again, and nobody was asked"

    def _note_who_waits(self, changes: Changes) -> None:
        for step in changes.steps:
            if step.after is State.HELD and step.reason not in PLAN_HELD:
                self.for_a_person.add(step.id)
            if step.kind == "has other words":
                assert step.words is not None, "what was refused goes on in the same words"
                self.for_a_person.discard(step.id)
            if step.after is State.HELD and step.reason == HoldReason.UNTRUE and step.words is not None:
                self.for_a_person.discard(step.id)  # it has other words, which wait to be true again
            if step.before is State.MISSED:
                assert step.after is State.HELD, "a missed one went on by itself"

    def _remember(self) -> None:
        """What is sent stays as it was when it was sent; what waits for a person is known to."""
        for row in self.paper.rows.values():
            if row.state is State.SENT:
                kept = self.sent.setdefault(row.id, (row.text, self.paper.posts[row.post]))
                assert kept[0] == row.text
            else:
                assert row.id not in self.sent, "a sent one was changed"
            if row.state is State.MISSED or (row.state is State.HELD and row.reason not in PLAN_HELD):
                self.for_a_person.add(row.id)
        assert all(times == 1 for times in self.paper.said.values()), "said twice"


@settings(max_examples=examples(400), deadline=None)
@given(sketches=st.lists(SKETCHES, min_size=1, max_size=3), life=LIFE)
def test_whatever_moves_nothing_is_said_twice_and_nothing_vanishes(
    sketches: list[Sketch], life: list[tuple[str, str, int]]
) -> None:
    named = [
        Sketch(f"slot-{place}", one.milestone, one.offset, one.accounts, one.names_the_time)
        for place, one in enumerate(sketches)
    ]
    world = World(named)
    world.follow()
    for act in life:
        note(f"{world.paper.now:%H:%M} {act}")
        world.do(*act)
    world.follow()
