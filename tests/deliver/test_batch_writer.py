"""One writer for many threads: together where it can, alone where one of them is wrong, and no result given up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection

from amplifier.campaign.delivery import State
from amplifier.deliver import batch_writer as batch_writer_module
from amplifier.deliver.batch_writer import BatchWriter
from amplifier.store import deliveries
from amplifier.store.deliveries import Turned
from tests.store import filled
from tests.store.broken import refusing
from tests.store.filled import NOW, add, after, claim, receipt, row, sending, step
from tests.waiting import HANG_S, until


@pytest.fixture
def batch_writer(any_ledger: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchWriter]:  # noqa: ARG001  what it writes to
    monkeypatch.setattr(batch_writer_module, "AGAIN_S", 0.02)
    filled.open_ledger()
    made = hire()
    yield made
    made.stop()


def hire(*, stopped: str = "", gather_s: float = 0.1) -> BatchWriter:
    return BatchWriter(
        now=lambda: NOW,
        lease_s=60,
        served=frozenset(filled.PLATFORMS),
        stopped=lambda: stopped,
        caps={"bluesky": ((1, 3600),)},
        gather_s=gather_s,
    )


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many wishes each transaction carried."""
    counted: list[int] = []
    real = deliveries.turn

    def turn(**wishes: object) -> Turned:
        counted.append(len(wishes.get("intents", ())) + len(wishes.get("steps", ())))  # type: ignore[arg-type]
        return real(**wishes)  # type: ignore[arg-type]

    monkeypatch.setattr(deliveries, "turn", turn)
    return counted


@pytest.fixture
def gathers(monkeypatch: pytest.MonkeyPatch) -> Callable[[BatchWriter, int], threading.Event]:
    """The writer waits until so many others have come, however slow they are; set when it waits."""

    def gather(batch_writer: BatchWriter, others: int) -> threading.Event:
        waits = threading.Event()

        def sleep(_: float) -> None:
            waits.set()
            until(lambda: batch_writer._wishes.qsize() >= others, every=0.001)

        monkeypatch.setattr(batch_writer_module, "time", SimpleNamespace(sleep=sleep))
        return waits

    return gather


def wait_for(sign: str, caplog: pytest.LogCaptureFixture, times: int = 2) -> None:
    until(lambda: caplog.text.count(sign) >= times, f"never said: {sign}")


def test_an_intent_is_in_the_ledger_when_it_is_answered(batch_writer: BatchWriter) -> None:
    number = add()
    (due,) = claim()
    assert batch_writer.may_begin(due, b"bytes")
    kept = row(number)
    assert (kept.state, bytes(kept.request), kept.lease_until) == ("sending", b"bytes", after(60))
    assert not batch_writer.may_begin(due, b"bytes")


def test_a_stop_from_outside_refuses_every_intent(batch_writer: BatchWriter) -> None:  # noqa: ARG001  the ledger
    number = add()
    (due,) = claim()
    stopped = hire(stopped="The file is there.")
    assert not stopped.may_begin(due, b"bytes")
    stopped.stop()
    assert row(number).state == "queued"


def test_a_result_comes_back_with_the_accounts_next_delivery(batch_writer: BatchWriter) -> None:
    due = sending()
    second, other = add(), add(account="bluesky")
    held, following = batch_writer.finish(step(due, State.SENT, receipt=receipt(12)), next_for="x")
    assert held
    assert following is not None
    assert (following.id, following.fence) == (second, 1)
    assert row(other).fence == 0


def test_a_result_under_a_stale_fence_is_told_and_the_next_is_claimed_all_the_same(batch_writer: BatchWriter) -> None:
    due = sending()
    deliveries.expire_leases(now=after(61), look_at=after(90))
    second = add()
    held, following = batch_writer.finish(step(due, State.SENT, receipt=receipt(12)), next_for="x")
    assert not held
    assert following is not None
    assert following.id == second


def test_a_full_account_rests_by_the_caps_that_the_batch_writer_was_given(batch_writer: BatchWriter) -> None:
    due = sending(account="bluesky")
    add(account="bluesky")
    _, following = batch_writer.finish(step(due, State.SENT, receipt=receipt(12)), next_for="bluesky")
    assert following is not None
    assert not batch_writer.may_begin(following, b"bytes")
    assert filled.next_allowed("bluesky") == after(3600)


def test_what_many_want_at_once_is_one_transaction(
    batch_writer: BatchWriter, turns: list[int], gathers: Callable[[BatchWriter, int], threading.Event]
) -> None:
    gathers(batch_writer, 2)
    dues = [sending(account=account) for account in filled.PLATFORMS]
    turns.clear()
    for _ in dues:
        batch_writer.begins()
    calls = [lambda due=due: batch_writer.finish(step(due, State.SENT, receipt=receipt(due.id))) for due in dues]
    assert filled.at_once(calls) == [(True, None)] * 3
    assert turns == [3]
    assert {row(due.id).state for due in dues} == {"sent"}


def test_who_is_alone_waits_for_nobody(
    batch_writer: BatchWriter, gathers: Callable[[BatchWriter, int], threading.Event]
) -> None:
    due = sending()
    waits = gathers(batch_writer, 0)
    batch_writer.begins()
    batch_writer.finish(step(due, State.SENT, receipt=receipt(12)))
    batch_writer.ends()
    assert not waits.is_set()


def test_one_rows_trouble_is_told_to_its_own_thread_and_spoils_no_other(
    batch_writer: BatchWriter, turns: list[int], gathers: Callable[[BatchWriter, int], threading.Event]
) -> None:
    gathers(batch_writer, 2)
    for account in filled.PLATFORMS:
        add(account=account)
    dues = claim()
    broken = dues[1].id
    for _ in dues:
        batch_writer.begins()

    def begin(number: int) -> bool | str:
        try:
            return batch_writer.may_begin(dues[number], b"bytes")
        except DatabaseError as error:
            return str(error)

    with refusing(f"NEW.id = {broken} AND NEW.state = 'sending'"):
        answers = filled.at_once([lambda number=number: begin(number) for number in range(3)])
    assert [answers[0], answers[2]] == [True, True]
    assert "disk I/O error" in str(answers[1])
    assert sorted(turns) == [1, 1, 1, 3]
    assert sorted(row(due.id).state for due in dues) == ["queued", "sending", "sending"]


def test_an_intent_that_cannot_be_written_is_an_error_and_never_a_yes(batch_writer: BatchWriter) -> None:
    number = add()
    (due,) = claim()
    with refusing("NEW.state = 'sending'"), pytest.raises(DatabaseError):
        batch_writer.may_begin(due, b"bytes")
    assert (row(number).state, row(number).attempts) == ("queued", 0)
    assert batch_writer.may_begin(due, b"bytes")


def finishing(
    batch_writer: BatchWriter, due: filled.Due, told: list[object], *, next_for: str = ""
) -> threading.Thread:
    def finish() -> None:
        try:
            told.append(batch_writer.finish(step(due, State.SENT, receipt=receipt(12)), next_for=next_for))
        except DatabaseError as error:
            told.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=finish)
    thread.start()
    return thread


def test_a_result_that_cannot_be_written_is_tried_again_until_it_can(
    batch_writer: BatchWriter, caplog: pytest.LogCaptureFixture
) -> None:
    due = sending()
    told: list[object] = []
    with caplog.at_level(logging.ERROR), refusing("NEW.state = 'sent'"):
        thread = finishing(batch_writer, due, told)
        wait_for("a result cannot be written yet", caplog, times=3)
        assert (told, row(due.id).state) == ([], "sending")
    thread.join(HANG_S)
    assert told == [(True, None)]
    assert (row(due.id).state, row(due.id).remote_id) == ("sent", "12")


def test_a_next_delivery_that_cannot_be_claimed_does_not_keep_the_result_from_being_written(
    batch_writer: BatchWriter,
) -> None:
    due = sending()
    add()
    with refusing("NEW.state = 'queued'"):
        assert batch_writer.finish(step(due, State.SENT, receipt=receipt(12)), next_for="x") == (True, None)
    assert row(due.id).state == "sent"


def test_who_stops_does_not_wait_for_a_database_that_stays_broken(
    batch_writer: BatchWriter, caplog: pytest.LogCaptureFixture
) -> None:
    due = sending()
    told: list[object] = []
    with caplog.at_level(logging.ERROR), refusing("NEW.state = 'sent'"):
        thread = finishing(batch_writer, due, told)
        wait_for("a result cannot be written yet", caplog)
        batch_writer.hurry()
        thread.join(HANG_S)
    assert isinstance(told[0], DatabaseError)
    assert row(due.id).state == "sending"


def test_after_it_was_told_to_hurry_what_can_be_written_is_written(batch_writer: BatchWriter) -> None:
    due = sending()
    batch_writer.hurry()
    assert batch_writer.finish(step(due, State.SENT, receipt=receipt(12))) == (True, None)


def test_what_somebody_insists_on_is_tried_again_until_it_can_be_done(batch_writer: BatchWriter) -> None:
    tries: list[int] = []

    def write() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise DatabaseError("disk I/O error")

    batch_writer.insist(write, delivery=7)
    assert len(tries) == 3


def test_nobody_insists_for_ever(batch_writer: BatchWriter) -> None:
    def write() -> None:
        batch_writer.hurry()
        raise DatabaseError("disk I/O error")

    with pytest.raises(DatabaseError):
        batch_writer.insist(write, delivery=7)


def test_two_that_begin_for_the_last_money_in_one_breath_do_not_both_begin(batch_writer: BatchWriter) -> None:
    for account in ("x", "mastodon"):
        add(account=account)
    dues = claim()
    for _ in dues:
        batch_writer.begins()
    calls = [lambda due=due: batch_writer.may_begin(due, b"bytes", micros=600, budget=1000) for due in dues]
    assert sorted(filled.at_once(calls)) == [False, True]


def test_stopping_writes_what_was_asked_for_first(
    batch_writer: BatchWriter,  # noqa: ARG001  the ledger
    gathers: Callable[[BatchWriter, int], threading.Event],
) -> None:
    due = sending()
    mine = hire()
    waits = gathers(mine, 1)  # until it is told to stop
    mine.begins()
    mine.begins()
    told: list[object] = []
    thread = finishing(mine, due, told)
    assert waits.wait(HANG_S)
    mine.stop()
    thread.join(HANG_S)
    assert told == [(True, None)]
    assert row(due.id).state == "sent"
