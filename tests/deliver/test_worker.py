"""Out of the door, once: a real ledger, a network that fails on demand, and every call counted."""

from __future__ import annotations

import logging
import threading

import pytest
from django.db import OperationalError

from amplifier.campaign.account import Access
from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.deliver import batch_writer
from amplifier.deliver.accounts import look_after
from amplifier.errors import AccountLost, AlreadyPublished, OutcomeUnknown, RateLimited, Rejected, Unavailable
from amplifier.store import claims, events
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow
from tests.deliver.desk import Desk, receipt_of, stands, story
from tests.store import filled
from tests.store.broken import refusing
from tests.store.filled import add, after, row
from tests.waiting import HANG_S, until


def test_what_is_due_goes_out_once_and_its_receipt_is_kept(desk: Desk) -> None:
    number = add("Vote")
    desk.tick()
    assert stands(number) == ("sent", "")
    assert desk.x.calls == ["prepare", "publish"]
    receipt = receipt_of(number)
    assert receipt is not None
    assert desk.x.posts[receipt.remote_id].decode().split("|")[1:] == ["en", "Vote", "12:00:00"]
    desk.tick()
    assert desk.x.calls == ["prepare", "publish"]
    assert story(number) == ["planned", "sending", "sent"]


def test_before_its_time_nothing_is_touched(desk: Desk) -> None:
    number = add(due=after(1))
    desk.tick()
    assert (row(number).fence, desk.x.calls) == (0, [])


def test_the_intent_and_the_bytes_are_in_the_ledger_before_the_call(desk: Desk) -> None:
    number = add("Vote")
    seen: list[tuple[str, bytes]] = []
    desk.x.refused.append(lambda: seen.append((row(number).state, bytes(row(number).request))))
    desk.tick()
    assert seen == [("sending", next(iter(desk.x.posts.values())))]


def test_all_accounts_are_served_in_one_tick_each_with_one_at_a_time(desk: Desk) -> None:
    numbers = [add(account=name, due=after(-place)) for name in desk.networks for place in range(3)]
    for _ in range(3):
        desk.tick()
    assert {stands(number)[0] for number in numbers} == {"sent"}
    assert [len(network.posts) for network in desk.networks.values()] == [3, 3, 3]


def test_a_network_that_hangs_keeps_no_other_waiting(desk: Desk) -> None:
    stuck, free = add(), add(account="bluesky")
    answer = threading.Event()
    desk.x.refused.append(lambda: answer.wait(HANG_S))
    desk.worker.tick()
    until(lambda: (stands(free)[0], stands(stuck)[0]) == ("sent", "sending"))
    assert (stands(free)[0], stands(stuck)[0]) == ("sent", "sending")
    answer.set()
    desk.rest(desk.worker)
    assert stands(stuck)[0] == "sent"


@pytest.mark.parametrize("error", [OutcomeUnknown("No answer."), ValueError("half an answer"), TimeoutError("late")])
def test_an_answer_that_nobody_understands_is_doubt_and_the_post_is_found_not_repeated(
    desk: Desk, error: Exception
) -> None:
    number = add()
    desk.x.lost.append(error)
    desk.tick()
    assert stands(number) == ("unsure", "")
    desk.pass_by(89)
    desk.tick()
    assert desk.x.calls == ["prepare", "publish"]
    desk.pass_by(1)
    desk.tick()
    assert stands(number) == ("sent", "")
    assert desk.x.calls == ["prepare", "publish", "find"]
    assert len(desk.x.posts) == 1


def test_what_enough_looks_do_not_see_is_sent_again_with_the_very_same_bytes(desk: Desk) -> None:
    number = add()
    sent: list[bytes] = []
    desk.x.refused.append(OutcomeUnknown("Reset."))
    desk.tick()
    sent.append(bytes(row(number).request))
    for _ in range(2):
        desk.pass_by(90)
        desk.tick()
    desk.tick()
    assert desk.x.calls == ["prepare", "publish", "find", "find", "publish"]
    assert [*desk.x.posts.values()] == sent
    assert stands(number) == ("sent", "")


def test_a_duplicate_that_is_nowhere_to_be_seen_waits_for_a_person(desk: Desk) -> None:
    number = add()
    desk.x.refused.append(AlreadyPublished("Duplicate."))
    desk.tick()
    for _ in range(4):
        desk.pass_by(90)
        desk.tick()
    assert stands(number) == ("held", HoldReason.DUPLICATE)
    assert desk.x.calls.count("publish") == 1


def test_a_network_that_was_not_reached_is_tried_again_after_a_pause(desk: Desk) -> None:
    number = add("Vote")
    desk.x.refused.append(Unavailable("Not reached."))
    desk.tick()
    assert (stands(number), row(number).request) == (("queued", ""), None)
    desk.pass_by(10)
    desk.tick()
    assert len(desk.x.calls) == 2
    desk.pass_by(20)
    desk.tick()
    assert stands(number) == ("sent", "")


def test_a_rate_limit_keeps_all_of_the_account_waiting(desk: Desk) -> None:
    first, second = add(due=after(-5)), add()
    desk.x.refused.append(RateLimited("Too often.", after(120)))
    desk.tick()
    desk.pass_by(119)
    desk.tick()
    assert desk.x.calls == ["prepare", "publish"]
    desk.pass_by(1)
    desk.tick()
    desk.tick()
    assert (stands(first)[0], stands(second)[0]) == ("sent", "sent")


def test_a_lost_account_holds_its_whole_queue_which_goes_on_when_it_is_well(desk: Desk) -> None:
    first, second = add(due=after(-5)), add()
    desk.x.refused.append(AccountLost("Revoked."))
    desk.tick()
    desk.pass_by(60)
    desk.tick()
    assert stands(first) == stands(second) == ("held", HoldReason.ACCOUNT)
    assert row(second).detail == "Revoked."
    assert {one.name: one.access for one in accounts.account_states()}["x"] == Access.LOST
    assert desk.x.calls.count("publish") == 1
    look_after({"x": desk.x}, now=desk.now)
    desk.tick()
    assert (stands(first)[0], stands(second)[0]) == ("sent", "sent")


def test_what_the_network_will_never_take_waits_for_a_person(desk: Desk) -> None:
    number = add()
    desk.x.refused.append(Rejected("Too long."))
    desk.tick()
    assert (stands(number), row(number).request) == (("unsure", DoubtReason.REFUSED), None)
    desk.pass_by(60)
    desk.tick()
    assert stands(number) == ("held", HoldReason.REJECTED)
    assert row(number).detail == "Too long."
    assert desk.x.calls == ["prepare", "publish", "prepare", "find"]


def test_what_the_network_refused_and_took_all_the_same_is_found(desk: Desk) -> None:
    number = add()
    desk.x.lost.append(Rejected("Too long."))
    desk.tick()
    desk.pass_by(60)
    desk.tick()
    assert stands(number) == ("sent", "")
    assert len(desk.x.posts) == 1


def test_a_post_that_cannot_be_prepared_is_tried_later_and_never_called_sending(desk: Desk) -> None:
    number = add()
    desk.x.unprepared += [Unavailable("No names."), ValueError("surprise"), Rejected("Half a character.")]
    desk.tick()
    assert (stands(number), row(number).attempts) == (("queued", ""), 0)
    assert row(number).run_at > desk.time
    desk.pass_by(30)
    desk.tick()
    assert (stands(number), row(number).detail) == (("queued", ""), "It could not be prepared (ValueError).")
    desk.pass_by(30)
    desk.tick()
    assert stands(number) == ("held", HoldReason.REJECTED)
    assert "publish" not in desk.x.calls
    assert story(number) == ["planned", "not reached", "not reached", "rejected"]


def test_a_post_that_breaks_its_adapter_does_not_keep_the_next_one_of_its_account(desk: Desk) -> None:
    broken, good = add(due=after(-5)), add()
    desk.x.unprepared.append(ValueError("surprise"))
    desk.tick()
    desk.tick()
    assert (stands(broken)[0], stands(good)[0]) == ("queued", "sent")


def test_a_receipt_that_comes_after_the_lease_ran_out_is_not_thrown_away(desk: Desk) -> None:
    number = add()
    other = desk.hire()

    def late() -> None:
        desk.pass_by(61)
        other.tick()
        assert stands(number)[0] == "unsure"

    desk.x.lost.append(late)
    desk.tick()
    other.stop()
    assert stands(number) == ("sent", "")
    assert story(number) == ["planned", "sending", "worker fell silent", "late receipt"]
    desk.pass_by(100)
    desk.tick()
    assert len(desk.x.posts) == 1


def test_an_error_that_comes_after_the_lease_ran_out_leaves_the_doubt(desk: Desk) -> None:
    number = add()
    other = desk.hire()

    def late() -> None:
        desk.pass_by(61)
        other.tick()
        raise Unavailable("Not reached.")

    desk.x.refused.append(late)
    desk.tick()
    other.stop()
    assert stands(number) == ("unsure", "")


def test_what_is_too_late_is_missed_not_sent(desk: Desk) -> None:
    number = add(too_late_s=10)
    desk.pass_by(10)
    desk.tick()
    assert (stands(number), desk.x.calls) == (("missed", ""), [])


def test_what_becomes_too_late_while_the_network_asks_us_to_wait_is_missed_at_once(desk: Desk) -> None:
    number = add(too_late_s=60)
    desk.x.refused.append(RateLimited("Too often.", after(3600)))
    desk.tick()
    desk.pass_by(60)
    desk.tick()
    assert stands(number) == ("missed", "")


def test_after_a_break_nothing_bursts(desk: Desk) -> None:
    numbers = [add(account="x", due=after(60 * place), too_late_s=30) for place in range(10)]
    desk.pass_by(620)
    for _ in range(12):
        desk.tick()
    assert [stands(number)[0] for number in numbers] == ["missed"] * 10
    assert desk.x.calls == []


def test_a_stop_between_claim_and_call_is_obeyed(desk: Desk) -> None:
    number = add()
    desk.x.unprepared.append(filled.stop)
    desk.tick()
    assert (stands(number), desk.x.calls) == (("queued", ""), ["prepare"])
    filled.lift()
    desk.tick()
    assert stands(number) == ("sent", "")


def test_a_worker_leaves_accounts_alone_that_its_settings_do_not_name(desk: Desk) -> None:
    filled.also("gone", "x", "gone")
    number = add(account="x")
    DeliveryRow.objects.filter(id=number).update(account_id=filled.number("gone"))
    desk.tick()
    assert (stands(number), row(number).fence) == (("queued", ""), 0)


def test_a_database_that_fails_for_a_while_takes_no_thread_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("x", "bluesky"):
        filled.unsure(account=name)
        desk.networks[name].blind += [Unavailable("Not reached.")] * 9

    def broken(**_: object) -> None:
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(claims, "claim", broken)
        for _ in range(3):
            with pytest.raises(OperationalError):
                desk.worker.tick()
            desk.rest(desk.worker)
            desk.pass_by(120)
    assert desk.x.calls == ["find"] * 3
    number = add(account="mastodon", due=desk.time)
    desk.tick()
    assert stands(number)[0] == "sent"


def test_a_delivery_whose_intent_cannot_be_written_is_told_not_sent_and_frees_its_thread(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    number = add()
    with caplog.at_level(logging.ERROR), refusing("NEW.state = 'sending'"):
        desk.tick()
    assert "delivery broke off" in caplog.text
    assert (stands(number), desk.x.calls) == (("queued", ""), ["prepare"])
    desk.pass_by(61)
    desk.tick()
    assert (stands(number)[0], len(desk.x.posts)) == ("sent", 1)


def test_a_look_that_breaks_off_is_made_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    due = filled.unsure()
    desk.x.posts["77"] = b"bytes"
    with caplog.at_level(logging.ERROR), refusing("NEW.state = 'sent'"):
        desk.tick()
    assert "delivery broke off" in caplog.text
    assert stands(due.id)[0] == "unsure"
    desk.pass_by(61)
    desk.tick()
    assert stands(due.id)[0] == "sent"


def test_a_receipt_is_not_lost_while_the_database_cannot_take_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batch_writer, "AGAIN_S", 0.02)
    number = add()
    with caplog.at_level(logging.ERROR), refusing("NEW.state = 'sent'"):
        desk.worker.tick()
        until(lambda: caplog.text.count("a result cannot be written yet") > 2)
        assert stands(number)[0] == "sending"
    desk.rest(desk.worker)
    assert (stands(number)[0], desk.x.calls) == ("sent", ["prepare", "publish"])


def test_a_late_receipt_is_not_lost_either(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batch_writer, "AGAIN_S", 0.02)
    number = add()
    other = desk.hire()

    def late() -> None:
        desk.pass_by(61)
        other.tick()

    desk.x.lost.append(late)
    with caplog.at_level(logging.ERROR), refusing("NEW.state = 'sent'"):
        desk.worker.tick()
        until(lambda: caplog.text.count("a result cannot be written yet") > 2)
        assert stands(number)[0] == "unsure"
        desk.pass_by(30)
    desk.rest(desk.worker)
    other.stop()
    told = events.events_of(events.of_delivery(number))
    assert (stands(number)[0], told[-1].kind) == ("sent", "late receipt")
    assert told[-1].at == desk.now()  # when it was written, not when it came: what others wrote lies before it


def test_a_worker_that_is_told_to_stop_does_not_wait_for_a_broken_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(batch_writer, "AGAIN_S", 0.02)
    number = add()
    with caplog.at_level(logging.ERROR), refusing("NEW.state = 'sent'"):
        desk.worker.tick()
        until(lambda: "a result cannot be written yet" in caplog.text)
        desk.worker.stop()
    assert stands(number)[0] == "sending"
    desk.worker = desk.hire()
    desk.pass_by(61)
    desk.tick()
    desk.pass_by(90)
    desk.tick()
    assert (stands(number)[0], len(desk.x.posts)) == ("sent", 1)


def test_a_worker_that_is_told_to_stop_finishes_its_call_and_claims_nothing_more(desk: Desk) -> None:
    first = add(due=after(-5))
    begun, answer = threading.Event(), threading.Event()
    desk.x.refused.append(lambda: begun.set() or answer.wait(HANG_S))
    desk.worker.tick()
    assert begun.wait(HANG_S)
    threading.Timer(0.1, answer.set).start()
    desk.worker.stop()
    assert stands(first)[0] == "sent"
    second = add()
    desk.worker.tick()
    assert (stands(second)[0], row(second).fence) == ("queued", 0)


def test_two_workers_on_one_ledger_send_everything_once(desk: Desk) -> None:
    numbers = [add(account=name, due=after(-place)) for name in desk.networks for place in range(4)]
    workers = [desk.worker, desk.hire()]

    def work(place: int) -> None:
        for _ in range(30):
            desk.tick(workers[place])
            if not DeliveryRow.objects.filter(state=State.QUEUED).exists():
                return

    filled.at_once([lambda: work(0), lambda: work(1)])
    workers[1].stop()
    assert {stands(number)[0] for number in numbers} == {"sent"}
    assert sum(len(network.posts) for network in desk.networks.values()) == len(numbers)


def test_a_clock_that_is_set_back_makes_nobody_wait_longer(desk: Desk) -> None:
    desk.x.refused = [RateLimited("Slow down.", after(30))]
    filled.add()
    desk.tick()
    desk.pass_by(-3600)
    filled.add(due=desk.time)
    desk.tick()
    assert desk.x.calls.count("publish") == 1, "X still wants to be left alone for 30 s"
    desk.pass_by(31)
    desk.tick()
    assert desk.x.calls.count("publish") == 2


def test_a_network_that_never_answers_keeps_two_threads_at_most_whatever_becomes_of_its_leases(desk: Desk) -> None:
    answered = threading.Event()
    desk.networks["mastodon"].refused += [lambda: answered.wait(HANG_S)] * 20
    desk.networks["mastodon"].blind += [lambda: answered.wait(HANG_S)] * 20
    calls = desk.networks["mastodon"].calls
    for minute in range(6):
        add(f"Number {minute}", account="mastodon", due=desk.time)
        desk.worker.tick()
        until(lambda: "publish" in calls)
        threading.Event().wait(0.05)  # for what must not come
        desk.pass_by(100)
    until(lambda: "find" in calls)
    assert (calls.count("publish"), calls.count("find")) == (1, 1)

    others = [add(f"On {name}", account=name, due=desk.time) for name in ("x", "bluesky")]
    desk.worker.tick()
    until(lambda: [stands(number)[0] for number in others] == ["sent"] * 2)
    answered.set()
