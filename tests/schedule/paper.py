"""A ledger on paper: takes reconcile's changes and the worker's outcomes as the real one does, and keeps count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from amplifier.campaign.changes import Changes, ExistingDelivery, ExistingPost
from amplifier.campaign.delivery import MOVES, ON_ITS_WAY, State
from amplifier.campaign.hold_reasons import LAPSING, HoldReason
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.schedule.reconcile import reconcile

OPENED = datetime(2023, 10, 10, 8, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """So many minutes after the ledger was opened."""
    return OPENED + timedelta(minutes=minutes)


def moment(due: datetime) -> Moment:
    return Moment(due, f"{due:%Y-%m-%dT%H:%M}", "UTC", 0)


def wanted(
    slot: str = "vote", minutes: float = 60, words: Mapping[str, str] | None = None, *, late_s: int = 900, was: str = ""
) -> WantedPost:
    said = tuple(Words(account, text, "en") for account, text in (words or {"x": "Vote"}).items())
    post = PostId("lab23", slot, "once")
    return WantedPost(post, moment(at(minutes)), late_s, "lab23/vote", "plain", "debate", said, was=was)


@dataclass
class Row:
    """One delivery on paper. `has_arrived` is the truth out there, which only a look reveals."""

    id: int
    post: int
    account: str
    text: str
    state: State
    reason: str
    run_at: datetime
    too_late_at: datetime
    is_frozen: bool = False
    has_arrived: bool = False
    detail: str = ""
    history: list[State] = field(default_factory=list)


@dataclass
class Paper:
    """The rows, the posts they belong to, the time, and what has been said out there."""

    now: datetime = OPENED
    posts: dict[int, WantedPost] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    unwritten: dict[PostId, str] = field(default_factory=dict)
    copies: dict[tuple[PostId, str], str] = field(default_factory=dict)
    untrue: dict[tuple[PostId, str], str] = field(default_factory=dict)

    def existing(self) -> list[ExistingPost]:
        return [
            ExistingPost(
                row=number,
                id=post.id,
                moment=post.moment,
                too_late_s=post.too_late_s,
                deliveries=tuple(
                    ExistingDelivery(
                        row.id,
                        row.account,
                        row.state,
                        row.reason,
                        row.text,
                        frozen=row.is_frozen,
                        detail=row.detail,
                        too_late_at=row.too_late_at,
                    )
                    for row in self.rows.values()
                    if row.post == number
                ),
                hand_off=post.hand_off,
            )
            for number, post in self.posts.items()
        ]

    def changes(self, plan: Sequence[WantedPost], *, fresh: bool = False) -> Changes:
        return reconcile(
            [one.in_no_words(self.unwritten[one.id]) if one.id in self.unwritten else one for one in plan],
            self.existing(),
            now=self.now,
            opened_at=OPENED,
            fresh=fresh,
            copies=self.copies,
            untrue=self.untrue,
        )

    def follow(self, plan: Sequence[WantedPost], *, fresh: bool = False) -> Changes:
        """Reconcile with this plan and write what comes of it."""
        changes = self.changes(plan, fresh=fresh)
        for rewrite in changes.rewrites:
            self.posts[rewrite.row] = rewrite.post
        for step in changes.steps:
            row = self.rows[step.id]
            assert row.state == step.before
            assert step.after == step.before or step.after in MOVES[step.before], (step.before, step.after)
            row.reason = step.reason
            if step.before in ON_ITS_WAY:
                assert step.after == step.before
                assert (step.run_at, step.words) == (None, None)
                continue
            self._become(row, step.after)
            row.detail = row.detail if step.detail is None else step.detail
            if step.run_at is not None:
                assert step.too_late_at is not None
                row.run_at, row.too_late_at = step.run_at, step.too_late_at
            if step.words is not None:
                assert not row.is_frozen
                row.text = step.words.text
        for add in changes.adds:
            number = add.row
            if number is None:
                number = len(self.posts) + 1
                self.posts[number] = add.post
            due = add.post.moment.due_at
            late = due + timedelta(seconds=add.post.too_late_s)
            for new in add.deliveries:
                identity = len(self.rows) + 1
                words = new.words
                self.rows[identity] = Row(
                    identity, number, words.account, words.text, new.state, new.reason, due, late, detail=new.detail
                )
        return changes

    def begin(self, row: Row) -> bool:
        """The call, if it may be made now."""
        if row.state is not State.QUEUED or not row.run_at <= self.now < row.too_late_at:
            return False
        self._become(row, State.SENDING)
        row.reason = ""
        return True

    def arrive(self, row: Row) -> None:
        """The network publishes it, whatever we are going to hear of it."""
        row.has_arrived = True
        self.said[self.posts[row.post].id.slot, row.account] += 1

    def come_back(self, row: Row, after: State, reason: str = "", *, certain: bool = False) -> None:
        """What the worker writes after a call or a look, with what the store knows better."""
        assert after in MOVES[row.state], (row.state, after)
        if not certain:
            row.is_frozen = True
        if row.reason == HoldReason.OVERTAKEN and after is State.QUEUED:
            after, reason = State.HELD, HoldReason.OVERTAKEN
        if row.reason == HoldReason.OVERTAKEN and after is State.UNSURE and reason != HoldReason.DUPLICATE:
            reason = HoldReason.OVERTAKEN
        self._become(row, after)
        row.reason = reason
        if after is State.QUEUED:
            post = self.posts[row.post]
            row.run_at = max(self.now, post.moment.due_at)
            row.too_late_at = post.moment.due_at + timedelta(seconds=post.too_late_s)

    def miss(self) -> None:
        for row in self.rows.values():
            waits = row.state is State.QUEUED or (row.state is State.HELD and row.reason in LAPSING)
            if waits and row.too_late_at <= self.now:
                self._become(row, State.MISSED)

    def stop(self, row: Row) -> None:
        """Sending is stopped when it is due."""
        if row.state is State.QUEUED:
            self._become(row, State.HELD)
            row.reason = HoldReason.STOPPED

    def go_on(self) -> None:
        """What was stopped goes on, before anybody looks at it again."""
        for row in self.rows.values():
            if row.state is State.HELD and row.reason == HoldReason.STOPPED:
                self._become(row, State.QUEUED)
                row.reason = ""

    def put(self, state: State, reason: str = "", *, frozen: bool = False, number: int = 1) -> None:
        """Set a delivery as a case needs it."""
        self.rows[number] = replace(self.rows[number], state=state, reason=reason, is_frozen=frozen)

    def stands(self, number: int = 1) -> tuple[State, str]:
        return self.rows[number].state, self.rows[number].reason

    def _become(self, row: Row, state: State) -> None:
        if state is not row.state:
            row.history.append(row.state)
        row.state = state
