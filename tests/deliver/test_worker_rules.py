"""The rules that a worker keeps: gaps, caps, rests, stops, hands, money, corrections, and others beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import connection

from amplifier.campaign.delivery import DoubtReason, Receipt, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.deliver.worker import ASLEEP
from amplifier.errors import OutcomeUnknown, RateLimited, Rejected, Unavailable
from amplifier.store import deliveries, spends
from amplifier.store.holding import holds
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides
from tests.deliver.desk import Desk, stands, story
from tests.deliver.scripted import Scripted
from tests.store import filled
from tests.store.filled import NOW, add, after, receipt, row, step
from tests.waiting import HANG_S


def states(numbers: list[int]) -> list[str]:
    return [stands(number)[0] for number in numbers]


def test_without_a_gap_one_tick_sends_all_that_is_due_on_an_account_one_after_another(desk: Desk) -> None:
    numbers = [add(due=after(-place)) for place in range(5)]
    desk.tick()
    assert states(numbers) == ["sent"] * 5
    assert [desk.x.words(number) for number in sorted(desk.x.posts)] == [row(n).text for n in reversed(numbers)]


def test_between_two_posts_of_an_account_lies_its_gap(desk: Desk) -> None:
    desk.gap = 60
    desk.rehire()
    numbers = [add(due=after(-place)) for place in (2, 1, 0)]
    for sent in (1, 2, 3):
        desk.tick()
        assert states(numbers).count("sent") == sent
        desk.pass_by(59)
        desk.tick()
        assert states(numbers).count("sent") == sent
        desk.pass_by(1)


def test_an_accounts_own_gap_comes_before_the_general_one(desk: Desk) -> None:
    desk.gap = 60
    desk.rehire(x={"gap_s": 0.0}, bluesky={"gap_s": 600.0})
    numbers = [add(account=name, due=after(-place)) for name in ("x", "bluesky") for place in (1, 0)]
    desk.tick()
    assert states(numbers) == ["sent", "sent", "sent", "queued"]
    desk.pass_by(600)
    desk.tick()
    assert states(numbers) == ["sent"] * 4


def test_the_gap_holds_after_a_post_that_may_be_out_too(desk: Desk) -> None:
    desk.gap = 60
    desk.rehire()
    first, second = add(due=after(-1)), add()
    desk.x.lost.append(OutcomeUnknown("No answer."))
    desk.tick()
    assert states([first, second]) == ["unsure", "queued"]
    desk.pass_by(60)
    desk.tick()
    assert states([first, second]) == ["unsure", "sent"]


def test_a_release_by_a_person_does_not_burst(desk: Desk) -> None:
    desk.gap = 60
    desk.rehire()
    numbers = [add(due=after(-place)) for place in range(3)]
    filled.stop()
    desk.tick()
    assert {stands(number) for number in numbers} == {("held", "stopped")}
    filled.lift()
    holds.release(numbers, actor="cli:ola", now=desk.time)
    for sent in (1, 2, 3):
        desk.tick()
        assert states(numbers).count("sent") == sent
        desk.pass_by(60)


@pytest.mark.parametrize(("caps", "sent"), [(((2, 3600),), 2), (((3, 3600), (2, 86_400)), 2), (((4, 60),), 4)])
def test_no_more_goes_out_than_the_caps_allow(desk: Desk, caps: tuple[tuple[int, int], ...], sent: int) -> None:
    desk.rehire(x={"caps": caps})
    numbers = [add(due=after(-place), too_late_s=99_999) for place in range(4)]
    desk.tick()
    assert states(numbers).count("sent") == sent
    desk.pass_by(max(window for _, window in caps))
    desk.tick()
    assert states(numbers) == ["sent"] * 4


def test_what_a_dead_worker_may_have_sent_counts_for_the_gap(desk: Desk) -> None:
    desk.rehire(x={"gap_s": 300.0})
    filled.sending()
    number = add(due=after(1))
    desk.pass_by(61)
    desk.tick()
    assert stands(number)[0] == "queued"
    desk.pass_by(238)
    desk.tick()
    assert stands(number)[0] == "queued"
    desk.pass_by(1)
    desk.tick()
    assert stands(number)[0] == "sent"


def test_a_network_that_asks_for_rest_with_its_receipt_gets_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = add(due=after(-1)), add()
    plain = desk.x._receipt
    monkeypatch.setattr(desk.x, "_receipt", lambda number: Receipt(number, plain(number).url, after(120)))
    desk.tick()
    assert states([first, second]) == ["sent", "queued"]
    desk.pass_by(119)
    desk.tick()
    assert stands(second)[0] == "queued"
    desk.pass_by(1)
    desk.tick()
    assert stands(second)[0] == "sent"


def test_a_limit_of_the_whole_app_lets_every_account_of_the_network_wait(desk: Desk) -> None:
    filled.know([("bluesky", "x", "second"), ("x", "x", "x-handle")])
    filled.let_in("bluesky")
    first = add(account="x", due=after(-1))
    desk.x.refused.append(RateLimited("Too often.", after(120), "app"))
    desk.tick()
    others = [add(account=name) for name in ("bluesky", "mastodon")]
    desk.tick()
    assert states([first, *others]) == ["queued", "queued", "sent"]
    desk.pass_by(120)
    desk.tick()
    assert states([first, *others]) == ["sent"] * 3


def test_three_failures_in_a_row_let_the_account_rest_and_no_other(desk: Desk) -> None:
    numbers = [add(due=after(-place)) for place in range(5)]
    elsewhere = add(account="bluesky")
    desk.x.refused += [Unavailable("Not reached.")] * 3
    desk.tick()
    assert desk.x.calls.count("publish") == 3
    assert stands(elsewhere)[0] == "sent"
    desk.pass_by(29)
    desk.tick()
    assert desk.x.calls.count("publish") == 3
    desk.pass_by(1)
    desk.tick()
    assert states(numbers) == ["sent"] * 5


def test_a_failure_now_and_then_lets_nobody_rest(desk: Desk) -> None:
    for _ in range(4):
        number = add(due=desk.time)
        desk.x.refused += [Unavailable("Not reached.")] * 2
        for _ in range(3):
            desk.tick()
            desk.pass_by(60)
        assert stands(number)[0] == "sent"
    assert desk.x.calls.count("publish") == 12


@pytest.mark.parametrize("scope", ["all", "account:x", "tag:lab23"])
def test_a_stop_lets_the_call_that_has_begun_finish_and_begins_no_other(desk: Desk, scope: str) -> None:
    first, second = add("One. #Lab23", due=after(-1)), add("Two. #Lab23")
    desk.x.lost.append(lambda: filled.stop(scope))
    desk.tick()
    assert states([first, second]) == ["sent", "queued"]
    desk.tick()
    assert stands(second) == ("held", HoldReason.STOPPED)
    assert desk.x.calls.count("publish") == 1


def test_a_stop_from_outside_the_database_is_obeyed_before_the_next_call(desk: Desk) -> None:
    first, second = add(due=after(-1)), add()

    def stop() -> None:
        desk.stopped = "The file is there."

    desk.x.lost.append(stop)
    desk.tick()
    desk.tick()
    assert states([first, second]) == ["sent", "held"]
    assert row(second).detail == "Sending is stopped. The file is there."


def test_what_a_stop_holds_for_too_long_is_missed(desk: Desk) -> None:
    number = add(too_late_s=60)
    filled.stop()
    desk.tick()
    desk.pass_by(60)
    desk.tick()
    assert stands(number) == ("missed", HoldReason.STOPPED)


def test_a_stop_does_not_keep_anybody_from_looking(desk: Desk) -> None:
    due = filled.unsure()
    desk.x.posts["77"] = b"bytes"
    desk.stopped = "The file is there."
    desk.tick()
    assert stands(due.id)[0] == "sent"


def sent_post(desk: Desk, text: str = "Old words") -> str:
    number = add(text)
    desk.tick()
    remote_id = str(row(number).remote_id)
    assert desk.x.words(remote_id) == text
    return remote_id


@pytest.mark.parametrize("stopped", ["", "inside", "outside"])
def test_an_edit_puts_the_words_into_the_post_also_while_all_is_stopped(desk: Desk, stopped: str) -> None:
    there = sent_post(desk)
    number = filled.change(Verb.EDIT, there, text="New words")
    if stopped == "inside":
        filled.stop()
    desk.stopped = "The file is there." if stopped == "outside" else ""
    desk.tick()
    assert stands(number) == ("sent", "")
    assert desk.x.words(there) == "New words"
    assert DeliveryRow.objects.get(remote_id=there).remote_state == "edited"
    assert story(number) == ["sending", "sent"]


@pytest.mark.parametrize("stopped", ["", "inside", "outside"])
def test_a_deletion_takes_the_post_away_also_while_all_is_stopped(desk: Desk, stopped: str) -> None:
    there = sent_post(desk)
    number = filled.change(Verb.DELETE, there)
    if stopped == "inside":
        filled.stop()
    desk.stopped = "The file is there." if stopped == "outside" else ""
    desk.tick()
    assert (stands(number)[0], desk.x.posts) == ("sent", {})
    assert DeliveryRow.objects.get(remote_id=there).remote_state == "withdrawn"


@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.DELETE])
@pytest.mark.parametrize("came_through", [True, False])
def test_a_change_without_a_clear_answer_is_read_back_and_if_need_be_done_again(
    desk: Desk, verb: Verb, *, came_through: bool
) -> None:
    number = filled.change(verb, sent_post(desk), text="New words")
    (desk.x.lost if came_through else desk.x.refused).append(OutcomeUnknown("No answer."))
    desk.tick()
    assert stands(number)[0] == "unsure"
    desk.pass_by(90)
    desk.tick()
    desk.tick()
    assert stands(number)[0] == "sent"
    assert desk.x.calls.count(verb) == (1 if came_through else 2)
    assert DeliveryRow.objects.exclude(remote_state="").get().remote_state in ("edited", "withdrawn")


def test_a_change_that_the_network_refuses_waits_for_a_person(desk: Desk) -> None:
    number = filled.change(Verb.EDIT, "gone")
    desk.tick()
    assert stands(number) == ("held", HoldReason.REJECTED)
    assert row(number).detail == "This post is gone."


def test_an_account_used_by_hand_is_never_called(desk: Desk) -> None:
    desk.rehire(x={"by_hand": True})
    number, other = add(), add(account="bluesky")
    desk.tick()
    assert stands(number) == ("held", HoldReason.HAND_OFF)
    assert stands(other)[0] == "sent"
    overrides.send_again(number, actor="cli:ola", now=desk.time)
    desk.tick()
    assert (stands(number), desk.x.calls) == (("held", HoldReason.HAND_OFF), [])


def test_a_post_for_hands_that_falls_due_while_its_account_sends_is_not_sent(desk: Desk) -> None:
    first, second = add(due=after(-1)), filled.by_hand(due=after(5))
    desk.x.lost.append(lambda: desk.pass_by(10))
    desk.tick()
    assert states([first, second]) == ["sent", "queued"]
    desk.tick()
    assert stands(second) == ("held", HoldReason.HAND_OFF)
    assert desk.x.calls.count("publish") == 1


def test_what_somebody_posted_by_hand_is_found_where_looking_is_allowed(desk: Desk) -> None:
    desk.rehire(x={"by_hand": True})
    number = add("Vote now")
    desk.tick()
    desk.x.posts["9"] = b"|en|Vote now|"
    overrides.look_now(number, actor="cli:ola", now=desk.time, reason=DoubtReason.BY_HAND)
    desk.tick()
    assert (stands(number)[0], row(number).remote_id) == ("sent", "9")


def test_where_nobody_may_look_a_doubt_waits_for_a_person_and_the_ledger_is_quiet(desk: Desk) -> None:
    due = filled.unsure()
    desk.rehire(x={"by_hand": True, "readable": False})
    desk.tick()
    assert (stands(due.id), desk.x.calls) == (("held", HoldReason.DOUBT), [])
    fences = row(due.id).fence
    desk.tick()
    assert row(due.id).fence == fences


def test_a_paid_post_reserves_its_price_and_one_that_is_not_paid_for_any_more_is_held(desk: Desk) -> None:
    desk.rehire(x={"price": lambda text: 200 if "https://" in text else 15, "budget": 230})
    numbers = [add("Plain", due=after(-4)), add("https://a.example", due=after(-3)), add("Plain again", due=after(-2))]
    dear = add("https://b.example", due=after(-1))
    for _ in range(3):
        desk.tick()
    assert states(numbers) == ["sent"] * 3
    assert stands(dear) == ("held", HoldReason.BUDGET)
    assert spends.spent(NOW) == 230
    assert desk.x.calls.count("publish") == 3


def test_an_hour_without_the_network_eats_no_budget(desk: Desk) -> None:
    desk.rehire(x={"price": lambda _text: 100, "budget": 150})
    number = add(too_late_s=99_999)
    desk.x.refused += [Unavailable("Not reached.")] * 6
    for _ in range(12):
        desk.tick()
        desk.pass_by(301)
    assert stands(number)[0] == "sent"
    assert spends.spent(NOW) == 100


def test_what_the_campaigns_rules_refuse_is_held_before_anything_is_prepared(desk: Desk) -> None:
    number, good = add("No imprint", due=after(-1)), add("Fine")
    deletion = filled.change(Verb.DELETE, "12", account="bluesky", text="No imprint")
    desk.why_not = lambda due: "It lacks its imprint." if due.text == "No imprint" else ""
    desk.tick()
    assert stands(number) == ("held", HoldReason.IMPRINT)
    assert row(number).detail == "It lacks its imprint."
    assert states([good, deletion]) == ["sent", "sent"]
    assert desk.x.calls == ["prepare", "publish"]


def test_a_copy_is_held_before_anything_is_prepared_and_a_deletion_is_none(desk: Desk) -> None:
    number, good = add("Said before", due=after(-1)), add("Fine")
    deletion = filled.change(Verb.DELETE, "12", account="bluesky", text="Said before")
    desk.copies = lambda due: "It is out already." if due.text == "Said before" else ""
    desk.tick()
    assert stands(number) == ("held", HoldReason.COPY)
    assert row(number).detail == "It is out already."
    assert states([good, deletion]) == ["sent", "sent"]
    assert desk.x.calls == ["prepare", "publish"]


def test_words_that_are_no_longer_so_are_held_before_anything_is_prepared_and_a_deletion_has_none(desk: Desk) -> None:
    number, good = add("At 13:00", due=after(-1)), add("Fine")
    edit = filled.change(Verb.EDIT, "11", account="mastodon", text="At 13:00")
    deletion = filled.change(Verb.DELETE, "12", account="bluesky", text="At 13:00")
    desk.untrue = lambda due: "Your words say “13:00”, the plan says 13:30 (debate)." if "13" in due.text else ""
    desk.tick()
    assert stands(number) == stands(edit) == ("held", HoldReason.UNTRUE)
    assert row(number).detail == "Your words say “13:00”, the plan says 13:30 (debate)."
    assert states([good, deletion]) == ["sent", "sent"]
    assert desk.x.calls == ["prepare", "publish"]


def test_a_worker_that_slept_between_its_intent_and_its_call_does_not_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = add()
    real = deliveries.turn
    naps = [61]

    def turn(**wishes: object) -> deliveries.Turned:
        made = real(**wishes)  # type: ignore[arg-type]
        if made.begun and naps:
            desk.pass_by(naps.pop())
        return made

    monkeypatch.setattr(deliveries, "turn", turn)
    desk.tick()
    assert (desk.x.calls, stands(number)[0], row(number).detail) == (["prepare"], "queued", ASLEEP)
    desk.pass_by(30)
    desk.tick()
    assert (stands(number)[0], len(desk.x.posts)) == ("sent", 1)


def test_a_worker_that_slept_until_others_looked_leaves_the_doubt_to_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = add()
    other = desk.hire()
    real = deliveries.turn
    naps = [61]

    def turn(**wishes: object) -> deliveries.Turned:
        made = real(**wishes)  # type: ignore[arg-type]
        if made.begun and naps:
            desk.pass_by(naps.pop())
            other.tick()
        return made

    monkeypatch.setattr(deliveries, "turn", turn)
    desk.tick()
    assert stands(number)[0] == "unsure"
    for _ in range(2):
        desk.pass_by(90)
        desk.tick(other)
    desk.tick(other)
    other.stop()
    assert (stands(number)[0], len(desk.x.posts)) == ("sent", 1)


def test_the_network_says_no_while_the_next_one_of_the_account_goes_on(desk: Desk) -> None:
    first, second = add(due=after(-1)), add()
    desk.x.refused.append(Rejected("Too long."))
    desk.tick()
    assert states([first, second]) == ["unsure", "sent"]
    desk.pass_by(60)
    desk.tick()
    assert states([first, second]) == ["held", "sent"]


@dataclass
class Counted(Scripted):
    """Counts how many calls to this account are under way at once."""

    under_way: int = 0
    most: int = 0
    counting: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, request: bytes) -> Receipt:
        with self.counting:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        time.sleep(0.002)
        try:
            return super().publish(request)
        finally:
            with self.counting:
                self.under_way -= 1


@pytest.fixture
def busy(any_ledger: None) -> Iterator[Desk]:  # noqa: ARG001  the ledger that the workers share
    filled.open_ledger()
    made = Desk(networks={name: Counted() for name in filled.PLATFORMS})
    yield made
    made.close()


def test_two_workers_race_on_one_ledger_and_each_account_sends_one_thing_at_a_time_and_all_once(busy: Desk) -> None:
    numbers = [add(account=name, due=after(-place)) for name in busy.networks for place in range(12)]
    workers = [busy.worker, busy.hire()]
    ends = time.monotonic() + HANG_S

    def work(place: int) -> None:
        try:
            while time.monotonic() < ends and DeliveryRow.objects.filter(state=State.QUEUED).exists():
                workers[place].tick()
                time.sleep(0.005)
        finally:
            connection.close()

    filled.at_once([lambda: work(0), lambda: work(1)])
    for worker in workers:
        busy.rest(worker)
    workers[1].stop()
    assert set(states(numbers)) == {"sent"}
    for network in busy.networks.values():
        assert isinstance(network, Counted)
        assert (len(network.posts), network.most) == (12, 1)


def test_a_stop_under_two_racing_workers_ends_all_sending_and_nothing_is_lost(busy: Desk) -> None:
    numbers = [add(account=name, due=after(-place)) for name in busy.networks for place in range(20)]
    workers = [busy.worker, busy.hire()]
    for worker in workers:
        worker.tick()
    time.sleep(0.02)
    filled.stop()
    for worker in workers:
        busy.rest(worker)
    out = sum(len(network.posts) for network in busy.networks.values())
    for worker in workers:
        busy.tick(worker)
    workers[1].stop()
    assert sum(len(network.posts) for network in busy.networks.values()) == out < len(numbers)
    assert states(numbers).count("sent") == out
    assert states(numbers).count("held") == len(numbers) - out


def test_a_result_is_written_under_the_fence_whoever_else_is_at_work(busy: Desk) -> None:
    due = filled.sending(now=after(-61))
    busy.tick()
    stale = step(due, State.SENT, receipt=receipt(12))
    assert deliveries.record([stale], now=NOW) == [stale]
    assert stands(due.id)[0] == "unsure"
