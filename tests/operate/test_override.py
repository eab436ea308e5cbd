"""A person's hand does what it says, after the check that it promises, and never twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.compose.memory import Ahead
from amplifier.compose.sameness import PlannedText
from amplifier.errors import Unavailable, UsageError
from amplifier.operate import override
from amplifier.operate.override import (
    LinkProof,
    Reach,
    it_is_there,
    leave_out,
    may_stand,
    open_questions,
    perhaps_twice,
    said_again,
    send_again,
    take_note,
)
from amplifier.operate.own import prepare_own, queue_own
from amplifier.platforms.port import Platform, RemotePost
from amplifier.settings import Settings, load
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.notes import mark_twice
from tests.deliver.desk import story
from tests.store import filled
from tests.store.filled import NOW
from tests.waiting import HANG_S, all_answered

REPOSITORY = Path(__file__).parents[2]
WEB = "http://127.0.0.1:8900"
LINK = f"{WEB}/@labfreemvmt/42"
WHO = "cli:wren"


@pytest.fixture
def settings(sqlite_ledger: None) -> Settings:  # noqa: ARG001  the ledger it goes with
    filled.open_ledger()
    found = load(REPOSITORY)
    filled.list_as(found)
    return found


@dataclass
class Reader:
    """A network that shows one post, or fails to."""

    answer: Callable[[], RemotePost | None]
    asked: int = 0

    def read(self, _remote_id: str, _text: str) -> RemotePost | None:
        self.asked += 1
        return self.answer()


def seen(*, same: bool = True, text: str = "Words.", is_ours: bool = True) -> RemotePost:
    return RemotePost(says_the_same=same, text=text, boosts=0, replies=0, url=LINK, is_ours=is_ours)


def reach(answer: Callable[[], RemotePost | None] | None = None) -> Reach:
    reader: Platform | None = Reader(answer) if answer else None  # type: ignore[assignment]  only `read` is asked
    return Reach(WEB, reader)


def test_words_may_stand_where_that_is_the_question_also_of_an_account_that_is_gone(settings: Settings) -> None:
    number = put(State.HELD, HoldReason.UNTRUE, tried=False)
    assert may_stand(number, settings).id == number
    assert may_stand(number, settings.model_copy(update={"accounts": ()})).id == number
    with pytest.raises(UsageError, match="That cannot be done"):
        may_stand(put(State.HELD, HoldReason.REJECTED), settings)


def put(state: State, reason: str = "", *, account: str = "mastodon", tried: bool = True) -> int:
    number = filled.add("Words.", account=account)
    DeliveryRow.objects.filter(id=number).update(state=state, reason=reason, first_sent_at=NOW if tried else None)
    return number


def stands(number: int) -> tuple[str, str]:
    row = DeliveryRow.objects.get(id=number)
    return row.state, row.reason


# It is there


@pytest.mark.parametrize("state", [State.UNSURE, State.HELD, State.MISSED])
def test_a_link_that_the_network_confirms_makes_it_sent(settings: Settings, state: State) -> None:
    number = put(state)
    adopted = it_is_there(number, f" {LINK}?utm=x ", settings, reach(seen), actor=WHO, now=NOW)
    assert (adopted.proof, adopted.why) == (LinkProof.READ, "")
    row = DeliveryRow.objects.get(id=number)
    assert (row.state, row.remote_id, row.url, row.by_hand) == (State.SENT, "42", LINK, True)
    assert story(number)[-1] == "found by hand"


def test_without_somebody_to_ask_the_shape_is_what_counts_and_that_is_said(settings: Settings) -> None:
    adopted = it_is_there(put(State.UNSURE), LINK, settings, reach(), actor=WHO, now=NOW)
    assert (adopted.proof, adopted.why) == (LinkProof.SHAPE, "Mastodon was not asked.")


@pytest.mark.parametrize("error", [Unavailable("No answer."), ValueError("nonsense")])
def test_a_network_that_fails_to_answer_keeps_nobody_from_saying_so(settings: Settings, error: Exception) -> None:
    def fail() -> RemotePost | None:
        raise error

    adopted = it_is_there(put(State.UNSURE), LINK, settings, reach(fail), actor=WHO, now=NOW)
    assert adopted.proof is LinkProof.SHAPE
    assert "could not be" in adopted.why


def test_a_network_that_hangs_is_not_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(override, "READ_WITHIN_S", 0.2)
    answers = threading.Event()

    def hang() -> RemotePost | None:
        answers.wait(HANG_S)
        return seen()

    adopted = it_is_there(put(State.UNSURE), LINK, settings, reach(hang), actor=WHO, now=NOW)
    answers.set()
    assert "no answer within" in adopted.why
    all_answered()


def test_a_post_that_is_not_by_our_account_proves_nothing_even_with_our_words(settings: Settings) -> None:
    number = put(State.UNSURE)
    with pytest.raises(UsageError, match="not by @"):
        it_is_there(number, LINK, settings, reach(lambda: seen(is_ours=False)), actor=WHO, now=NOW, anyway=True)
    assert stands(number) == (State.UNSURE, "")


def test_a_link_to_nothing_proves_nothing(settings: Settings) -> None:
    number = put(State.UNSURE)
    with pytest.raises(UsageError, match="Mastodon shows no post at this link"):
        it_is_there(number, LINK, settings, reach(lambda: None), actor=WHO, now=NOW)
    assert stands(number) == (State.UNSURE, "")


def test_other_words_need_a_second_word(settings: Settings) -> None:
    number, other = put(State.UNSURE), reach(lambda: seen(same=False, text="Quite other words."))
    with pytest.raises(UsageError, match=r"says “Quite other words\.”"):
        it_is_there(number, LINK, settings, other, actor=WHO, now=NOW)
    assert stands(number) == (State.UNSURE, "")
    adopted = it_is_there(number, LINK, settings, other, actor=WHO, now=NOW, anyway=True)
    assert adopted.why == "Its words differ from ours."
    assert stands(number) == (State.SENT, "")


@pytest.mark.parametrize(
    "link", ["", "https://evil.example/@labfreemvmt/42", f"{WEB}/@somebody/42", "javascript:alert(1)", "x" * 5000]
)
def test_what_is_no_link_to_our_post_is_refused_before_anybody_is_asked(settings: Settings, link: str) -> None:
    number = put(State.UNSURE)
    reader = Reader(seen)
    with pytest.raises(UsageError, match="Nothing was changed"):
        it_is_there(number, link, settings, Reach(WEB, reader), actor=WHO, now=NOW)  # type: ignore[arg-type]
    assert reader.asked == 0
    assert stands(number) == (State.UNSURE, "")


def test_a_post_of_another_delivery_cannot_be_claimed_twice(settings: Settings) -> None:
    first, second = put(State.UNSURE), put(State.UNSURE)
    it_is_there(first, LINK, settings, reach(seen), actor=WHO, now=NOW)
    with pytest.raises(UsageError, match="belongs to another delivery"):
        it_is_there(second, LINK, settings, reach(seen), actor=WHO, now=NOW)
    assert stands(second) == (State.UNSURE, "")


# Send it again, leave it out


def test_what_was_tried_is_looked_for_before_it_is_sent_again(settings: Settings) -> None:
    number = put(State.HELD, HoldReason.DOUBT)
    assert send_again(number, settings, actor=WHO, now=NOW) is State.UNSURE
    assert stands(number) == (State.UNSURE, DoubtReason.AGAIN)


def test_what_was_never_tried_goes_out_at_once(settings: Settings) -> None:
    number = put(State.MISSED, tried=False)
    assert send_again(number, settings, actor=WHO, now=NOW) is State.QUEUED
    row = DeliveryRow.objects.get(id=number)
    assert row.too_late_at == NOW + timedelta(seconds=row.post.too_late_s)


def test_where_nobody_may_look_nothing_is_sent_a_second_time(settings: Settings) -> None:
    number = put(State.UNSURE, account="x")
    by_hand = settings.model_copy(
        update={"accounts": tuple(one.model_copy(update={"hand_off": True}) for one in settings.accounts)}
    )
    with pytest.raises(UsageError, match="may not look there"):
        send_again(number, by_hand, actor=WHO, now=NOW)
    assert stands(number) == (State.UNSURE, "")
    adopted = it_is_there(
        number, f"{WEB}/labfreemvmt/status/{1_711_703_000_000_000_000}", by_hand, reach(seen), actor=WHO, now=NOW
    )
    assert adopted.why == "X was not asked."


TRAMS = "Trams are late, leave home before ten."


def missed_own(settings: Settings, account: str) -> int:
    """A missed post of somebody's own; nearly the same is sent a minute later."""
    filled.list_as(settings)
    made = []
    for minutes, text in ((-40, TRAMS), (1, TRAMS.replace(",", ":"))):
        at = NOW + timedelta(minutes=minutes)
        own = prepare_own(text, [account], settings, due_at=at, now=at)
        assert own.echoes == ()
        made += queue_own(own, settings, actor=WHO, now=at)
        DeliveryRow.objects.filter(id=made[0]).update(state=State.MISSED)
    return made[0]


def test_what_is_out_nearly_so_by_now_is_not_sent_again_on_x(settings: Settings) -> None:
    number = missed_own(settings, "x")
    with pytest.raises(UsageError, match=r"say nearly the same on x within 7 days: “Trams are late.*X takes no copies"):
        send_again(number, settings, actor=WHO, now=NOW)
    assert stands(number) == (State.MISSED, "")


def test_what_is_out_nearly_so_by_now_is_sent_again_elsewhere_once_that_was_shown(settings: Settings) -> None:
    number = missed_own(settings, "mastodon")
    with pytest.raises(UsageError, match=r"nearly the same on mastodon within 24 hours.*decide once more"):
        send_again(number, settings, actor=WHO, now=NOW)
    (echo,) = said_again(number, settings, now=NOW)
    assert send_again(number, settings, actor=WHO, now=NOW, shown=[echo.mark]) is State.QUEUED


def test_what_the_plan_is_to_say_counts_before_something_is_sent_again(settings: Settings) -> None:
    number = put(State.MISSED, account="x", tried=False)
    text = DeliveryRow.objects.get(id=number).text
    plan = Ahead(said=(PlannedText("lunch/once", "x", text, NOW + timedelta(hours=3)),))
    with pytest.raises(UsageError, match="X takes no copies"):
        said_again(number, settings, now=NOW, plan=plan)
    with pytest.raises(UsageError, match="X takes no copies"):
        send_again(number, settings, actor=WHO, now=NOW, plan=plan)
    with pytest.raises(UsageError, match="decided about the plan a moment ago"):
        send_again(number, settings, actor=WHO, now=NOW, plan=Ahead(decided=7))
    assert stands(number) == (State.MISSED, "")


@pytest.mark.parametrize("reason", [HoldReason.STOPPED, HoldReason.BUDGET, HoldReason.IMPRINT, HoldReason.UNWRITTEN])
def test_what_would_only_be_held_again_is_refused_with_what_helps(settings: Settings, reason: HoldReason) -> None:
    number = put(State.HELD, reason, tried=False)
    with pytest.raises(UsageError, match="cannot be done"):
        send_again(number, settings, actor=WHO, now=NOW)
    assert stands(number) == (State.HELD, reason)


def test_what_is_left_out_is_asked_about_no_more(settings: Settings) -> None:
    numbers = [put(state) for state in (State.UNSURE, State.HELD, State.MISSED)]
    assert {one.row.id for one in open_questions(settings)} == set(numbers)
    for number in numbers:
        leave_out(number, settings, actor=WHO, now=NOW, why="Not needed.")
    assert open_questions(settings) == ()
    assert [stands(number)[0] for number in numbers] == [State.DROPPED, State.DROPPED, State.MISSED]
    assert [story(number)[-1] for number in numbers] == ["left out by hand", "left out by hand", "seen"]


@pytest.mark.parametrize("state", [State.SENT, State.QUEUED, State.SENDING, State.DROPPED])
def test_what_went_on_meanwhile_is_left_alone(settings: Settings, state: State) -> None:
    number = put(state)
    for act in (
        lambda: it_is_there(number, LINK, settings, reach(seen), actor=WHO, now=NOW),
        lambda: send_again(number, settings, actor=WHO, now=NOW),
        lambda: leave_out(number, settings, actor=WHO, now=NOW),
    ):
        with pytest.raises(UsageError, match="by now"):
            act()
    assert stands(number) == (state, "")


def test_a_number_that_there_is_not_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="There is no delivery 999999"):
        send_again(999_999, settings, actor=WHO, now=NOW)


def test_an_account_that_is_gone_from_the_settings_can_only_be_left(settings: Settings) -> None:
    number = put(State.UNSURE)
    without = settings.model_copy(update={"accounts": settings.accounts[:2]})
    (asked,) = open_questions(without)
    assert asked.next_at is None
    with pytest.raises(UsageError, match=r"no longer in settings\.yaml"):
        send_again(number, without, actor=WHO, now=NOW)
    leave_out(number, without, actor=WHO, now=NOW)
    assert stands(number)[0] == State.DROPPED


# What is asked, and in which order


def test_doubts_come_first_and_what_was_missed_stays_until_it_is_seen(settings: Settings) -> None:
    missed, held, unsure, old = put(State.MISSED), put(State.HELD), put(State.UNSURE), put(State.MISSED)
    post = DeliveryRow.objects.get(id=old).post
    post.due_at = NOW - timedelta(days=2)
    post.save()
    assert [one.row.id for one in open_questions(settings)] == [unsure, held, missed, old]


def test_what_is_missed_once_more_is_asked_about_once_more(settings: Settings) -> None:
    number = put(State.MISSED, tried=False)
    leave_out(number, settings, actor=WHO, now=NOW)
    send_again(number, settings, actor=WHO, now=NOW)
    DeliveryRow.objects.filter(id=number).update(state=State.MISSED)
    assert [one.row.id for one in open_questions(settings)] == [number]


def test_what_may_be_out_twice_is_shown_with_both_addresses_until_somebody_has_seen_it(settings: Settings) -> None:
    number = put(State.SENT)
    DeliveryRow.objects.filter(id=number).update(remote_id="1", url=f"{WEB}/1")
    mark_twice(number, f"{WEB}/2", now=NOW)
    (twice,) = perhaps_twice()
    assert (twice.row.id, twice.urls, twice.at) == (number, (f"{WEB}/1", f"{WEB}/2"), NOW)
    take_note(number, actor=WHO, now=NOW)
    assert perhaps_twice() == ()
    with pytest.raises(UsageError, match="not among those"):
        take_note(number, actor=WHO, now=NOW)
    mark_twice(number, f"{WEB}/3", now=NOW)
    assert len(perhaps_twice()) == 1
    assert settings
