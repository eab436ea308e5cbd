"""A post that people were asked to publish by hand, and that a milestone or a person's decision moves meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amplifier import settings as settings_file
from amplifier.campaign.delivery import DeliveryView, DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import PostId
from amplifier.campaign.secret_link import LinkKind
from amplifier.compose.memory import REAL_TIME
from amplifier.manual import rounds as hands_module
from amplifier.manual.hand_off import posted_after
from amplifier.manual.rounds import ManualRounds, Means
from amplifier.notify.envelope import Envelope
from amplifier.notify.notify import Notifier, Transport
from amplifier.operate.own import prepare_own, queue_own
from amplifier.operate.own_change import (
    OwnChange,
    carry_out,
    held_again,
    prepare_leaving_out,
    prepare_move_to,
    prepare_taking_in,
)
from amplifier.operate.withdraw import LATE, prepare_withdrawal
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip, find_left_out
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.store import deliveries, delivery_views, events, notices, secret_links
from amplifier.store.holding import holds, stops
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides
from amplifier.store.operate.corrections import Hand
from tests.notify.test_notify import LIVE
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
CALL = PostId("lab23", "call", "once")
LATER, PAST = "2023-10-09T15:20:00+01:00", "2023-10-09T10:00:00+01:00"
WITH_HANDS = ("held", HoldReason.HAND_OFF)
ASKED = "People were asked to post it by hand before that. Look whether it is out before you send it."
DUE = "2023-10-09T13:40:00+01:00"


class Asked(Names):
    """A post an hour before the debate, which anna was asked a moment ago to publish by hand."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home.write("templates/lab23/call.j2", "---\nask: call\n---\n== one\nAt {{ milestones.debate | clock }}\n")
        found = settings_file.parse(LIVE)
        hands = tuple(one.model_copy(update={"hand_off": one.name == "bluesky"}) for one in found.accounts)
        found, envelope = found.model_copy(update={"accounts": hands}), Envelope("key")
        post = Transport(carry=lambda *_, **__: "", addresses={})
        day = date(2023, 10, 9)
        notifier = Notifier(found, post=post, envelope=envelope, today=lambda: day, now=lambda: self.time)
        means = Means(
            notifier, envelope, {}, lambda: "", lambda: secrets.token_urlsafe(32), lambda: "https://amplifier.example"
        )
        self.hands = ManualRounds(found, means, now=lambda: self.time)
        self.slots(("call", "call", "debate - 1h"), more="    too_late_after: 30m\n")
        self.tick(datetime.fromisoformat(DUE))
        assert self.people() == ["anna"]
        self.time += timedelta(minutes=1)

    def tick(self, at: datetime | None = None) -> None:
        self.time = at or self.time
        self.planner.refresh()
        holds.hold_blocked(now=self.time, by_hand=["bluesky"])
        self.hands.ask()

    def people(self) -> list[str]:
        """Who was asked to publish it, one after the other."""
        return [one.person for one in secret_links.secret_links(kind=LinkKind.HAND_OFF)]

    def says(self) -> list[str]:
        """What anna was told after she was asked."""
        return [one.sentence for one in notices.to_tell("anna", now=self.time)][1:]


@pytest.fixture
def names(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_a_post_that_moves_while_hands_are_at_it_stays_with_them_and_they_are_told(names: Asked) -> None:
    names.move(LATER)
    names.tick()
    assert names.stands("call") == WITH_HANDS
    assert names.says() == [
        (
            "Not yet: “At 15:20 #Lab23 @labfreemvmt.example Promoted by the…” on Bluesky has moved to 14:20 Liverpool. "
            "Post it then. If you have posted it, open your link and say so."
        )
    ]
    names.tick()
    assert len(names.says()) == 1, "once"
    (row,) = delivery_views.views(post=CALL)
    assert (row.wall_time, row.run_at) == ("2023-10-09T14:20", datetime.fromisoformat("2023-10-09T14:20:00+01:00"))


def test_nobody_is_asked_anew_or_instead_before_the_new_time_and_then_the_list_goes_on(names: Asked) -> None:
    names.move(LATER)
    for clock in ("13:50", "14:19", "14:20", "14:24"):
        names.tick(datetime.fromisoformat(f"2023-10-09T{clock}:00+01:00"))
        assert names.people() == ["anna"], clock
    names.tick(datetime.fromisoformat("2023-10-09T14:25:00+01:00"))
    assert names.people() == ["anna", "bo"], "nobody was on it, five minutes after its time"


def test_whoever_is_on_it_keeps_it_when_it_moves(names: Asked) -> None:
    (mine,) = secret_links.secret_links(kind=LinkKind.HAND_OFF)
    secret_links.take_secret_link(mine, actor="hand:anna", now=names.time)
    names.move(LATER)
    names.tick(datetime.fromisoformat("2023-10-09T14:45:00+01:00"))
    assert names.people() == ["anna"]
    assert names.stands("call") == WITH_HANDS


def test_what_was_posted_before_it_moved_can_still_be_said(names: Asked) -> None:
    (mine,) = secret_links.secret_links(kind=LinkKind.HAND_OFF)
    names.move(LATER)
    (row,) = delivery_views.views(post=CALL)
    assert posted_after(row, [mine]) == datetime.fromisoformat(DUE) - timedelta(minutes=2)


def test_a_post_of_which_nobody_was_asked_moves_as_any_other(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.slots(("call", "lunch", "debate - 1h"), more="    too_late_after: 30m\n")
    names.time = datetime.fromisoformat(DUE)
    names.planner.refresh()
    assert holds.hold_blocked(now=names.time, by_hand=["bluesky"])
    names.move(LATER)
    assert names.stands("call") == ("queued", "")


def test_a_post_that_moves_into_the_past_is_missed_as_one_that_hands_may_have_posted(names: Asked) -> None:
    names.move(PAST)
    names.tick()
    assert names.stands("call") == ("missed", HoldReason.HAND_OFF)
    (said,) = names.says()
    assert said.startswith("Do not post “")
    assert said.endswith(" any more: its time has passed. If you have, open your link and say so.")
    names.move(LATER)
    names.tick()
    assert names.stands("call") == ("held", HoldReason.OVERTAKEN)
    assert names.why("call").endswith(
        "People were asked to post it by hand before that. Look whether it is out before you send it."
    )
    assert names.people() == ["anna"]


def test_a_post_that_is_left_out_and_taken_in_again_is_asked_for_by_nobody_but_a_person(names: Asked) -> None:
    decide_skip(names.program, find_post(names.program, "call"), actor="cli:jo", reason="", now=names.time)
    names.move(LATER)
    names.tick()
    assert names.stands("call")[0] == "dropped"
    (said,) = names.says()
    assert said.endswith("it is no longer wanted. If you have posted it, delete it there.")
    found = find_left_out(names.program, "call", now=names.time)
    decide_unskip(
        names.program, prepare_unskip(names.program, found, now=names.time), actor="cli:jo", reason="", now=names.time
    )
    names.tick(datetime.fromisoformat("2023-10-09T14:21:00+01:00"))
    names.tick()
    assert names.stands("call") == ("missed", HoldReason.HAND_OFF), (
        "planned again too late, and hands may have been at it"
    )
    assert names.people() == ["anna"]


def test_it_is_held_for_a_person_where_the_plan_wants_it_again_in_time(names: Asked) -> None:
    decide_skip(names.program, find_post(names.program, "call"), actor="cli:jo", reason="", now=names.time)
    names.move(LATER)
    found = find_left_out(names.program, "call", now=names.time)
    decide_unskip(
        names.program, prepare_unskip(names.program, found, now=names.time), actor="cli:jo", reason="", now=names.time
    )
    names.tick()
    assert names.stands("call") == ("held", HoldReason.OVERTAKEN)
    assert names.why("call") == (f"The plan left it out, and now wants it again. {ASKED}")


def test_words_that_a_move_makes_untrue_wait_and_come_back_to_the_same_hands(names: Asked) -> None:
    decide_words(names.program, CALL, {"bluesky": "We meet at 14:40"}, actor="cli:jo", reason="", now=names.time)
    names.tick()
    assert [said.partition(" on ")[2] for said in names.says()] == [
        "Bluesky has changed. Your link shows it as it is now. If you have posted it, say so there."
    ]
    names.time += timedelta(seconds=1)
    names.move(LATER)
    names.tick()
    assert names.stands("call") == ("held", HoldReason.UNTRUE)
    assert names.says()[-1].endswith("now: it is held. If you have posted it, open your link and say so.")
    names.time += timedelta(seconds=1)
    names.move("2023-10-09T14:40:00+01:00")
    names.tick()
    assert names.stands("call") == WITH_HANDS
    assert names.people() == ["anna"]
    assert len(names.says()) == 3


@pytest.mark.parametrize("last", ["09:00", "10:00"])
def test_what_was_untrue_when_it_became_too_late_is_missed_as_one_that_hands_may_have_posted(
    names: Asked, last: str
) -> None:
    decide_words(names.program, CALL, {"bluesky": "We meet at 14:40"}, actor="cli:jo", reason="", now=names.time)
    names.tick()
    names.time += timedelta(seconds=1)
    names.move("2023-10-09T15:00:00+01:00")
    names.tick()
    assert names.stands("call") == ("held", HoldReason.UNTRUE)
    names.time += timedelta(seconds=1)
    names.move(f"2023-10-09T{last}:00+01:00")
    names.tick()
    assert names.stands("call") == ("missed", HoldReason.HAND_OFF)
    (taking,) = prepare_withdrawal(CALL, names.settings).takings
    assert taking.what == LATE, "whoever posted it late can still say so, and then it is deleted"


def test_what_is_true_again_too_late_is_missed_as_one_that_hands_may_have_posted(names: Asked) -> None:
    decide_words(names.program, CALL, {"bluesky": "We meet at 14:40"}, actor="cli:jo", reason="", now=names.time)
    names.move("2023-10-09T14:41:00+01:00")
    names.tick()
    assert names.stands("call") == ("held", HoldReason.UNTRUE)
    names.tick(datetime.fromisoformat("2023-10-09T14:15:00+01:00"))
    names.move("2023-10-09T14:40:00+01:00")
    names.tick()
    assert names.stands("call") == ("missed", HoldReason.HAND_OFF)


def test_what_a_person_kept_back_from_hands_is_missed_as_one_that_they_may_have_posted(names: Asked) -> None:
    (row,) = delivery_views.views(post=CALL)
    assert holds.keep_back([row.id], actor="cli:jo", now=names.time) == 1
    assert names.stands("call") == ("held", HoldReason.KEPT)
    deliveries.miss_overdue(now=row.too_late_at)
    assert names.stands("call") == ("missed", HoldReason.HAND_OFF)


def test_what_nobody_was_asked_to_post_is_missed_for_its_own_reason(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.slots(("call", "lunch", "debate - 1h"), more="    too_late_after: 30m\n")
    names.time = datetime.fromisoformat(DUE)
    names.planner.refresh()
    (row,) = delivery_views.views(post=CALL)
    deliveries.miss_overdue(now=row.too_late_at)
    assert names.stands("call") == ("missed", "")


@pytest.mark.parametrize("read", range(1, 4))
def test_whoever_was_asked_hears_of_a_change_that_comes_between_two_looks(
    names: Asked, monkeypatch: pytest.MonkeyPatch, read: int
) -> None:
    """The planner is another thread, and may be done after any of the reads of one round of asking."""
    reads = 0

    def then_left_out(look: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            nonlocal reads
            found = look(*args)
            reads += 1
            if reads == read:
                decide_skip(names.program, find_post(names.program, "call"), actor="cli:jo", reason="", now=names.time)
                names.planner.refresh()
            return found

        return run

    with monkeypatch.context() as patch:
        patch.setattr(hands_module.events, "last_written", then_left_out(events.last_written))
        patch.setattr(hands_module.delivery_views, "views_by_id", then_left_out(delivery_views.views_by_id))
        names.hands.ask()
    assert names.stands("call")[0] == "dropped"
    for _ in range(3):
        names.time += timedelta(seconds=5)
        names.tick()
    (said,) = names.says()
    assert said.endswith("it is no longer wanted. If you have posted it, delete it there.")
    assert secret_links.open_secret_links() == ()


def test_whoever_was_asked_hears_of_both_changes_that_come_one_after_the_other(
    names: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.move(LATER)
    names.planner.refresh()
    names.time += timedelta(seconds=1)
    look = delivery_views.views_by_id

    def then_left_out(numbers: Collection[int]) -> tuple[DeliveryView, ...]:
        found = look(numbers)
        decide_skip(names.program, find_post(names.program, "call"), actor="cli:jo", reason="", now=names.time)
        names.planner.refresh()
        monkeypatch.undo()
        return found

    monkeypatch.setattr(hands_module.delivery_views, "views_by_id", then_left_out)
    names.hands.ask()
    names.tick()
    assert names.says()[-1].endswith("it is no longer wanted. If you have posted it, delete it there.")


def test_whoever_says_so_by_a_look_is_looked_for_since_they_were_asked(names: Asked) -> None:
    (mine,) = secret_links.secret_links(kind=LinkKind.HAND_OFF)
    names.move(LATER)
    (row,) = delivery_views.views(post=CALL)
    since = min(row.due_at, mine.made_at)
    overrides.look_now(row.id, actor="hand:anna", now=names.time, reason=DoubtReason.BY_HAND, since=since)
    kept = DeliveryRow.objects.get(id=row.id)
    assert (kept.state, kept.first_sent_at) == (State.UNSURE, mine.made_at)
    assert kept.first_sent_at is not None
    assert kept.first_sent_at < row.due_at


def test_an_own_post_that_moves_while_it_is_left_out_is_asked_for_once(names: Asked) -> None:
    settings, due = names.program.settings, names.time + timedelta(minutes=10)
    hand = Hand("cli:jo", "", names.time, settings.campaign.first_day)
    words = "Come to the harbour, bring a scarf"
    own = prepare_own(words, ["bluesky", "mastodon"], settings, due_at=due, now=names.time)
    queue_own(own, settings, actor="cli:jo", now=names.time)
    stops.stop(scope="account:mastodon", actor="cli:jo", reason="", now=names.time)
    names.tick(due)
    number = next(row.id for row in delivery_views.views(post=own.post.id) if row.identity.account == "bluesky")

    def do(change: OwnChange) -> None:
        carry_out(change, settings, hand, playing=REAL_TIME, facts={})

    later = names.time + timedelta(hours=3)
    do(prepare_leaving_out(own.post.id, settings, on=["bluesky"]))
    do(prepare_move_to(own.post.id, later, settings, playing=REAL_TIME))
    change = prepare_taking_in(own.post.id, settings, now=names.time, playing=REAL_TIME, on=["bluesky"])
    do(change)
    assert held_again(change).startswith("bluesky: People were asked to post it by hand")
    names.tick(later)
    assert len(secret_links.secret_links(kind=LinkKind.HAND_OFF, deliveries=[number])) == 1
