"""Bugs that somebody could really make, to be planted in a running process: the harness must find each of them."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import requests
from django.db.models import F
from urllib3.util.retry import Retry

from amplifier.campaign.delivery import BASE32_SORTABLE, Receipt, State
from amplifier.deliver import confirm, worker
from amplifier.deliver.worker import Worker
from amplifier.errors import AccountLost, OutcomeUnknown, PlatformError, Rejected, Unavailable
from amplifier.platforms import ratelimit
from amplifier.platforms.host import RedirectedError
from amplifier.platforms.mastodon import adapter, statuses
from amplifier.store import claims, deliveries, receipts
from amplifier.store.events import Event, of_delivery, write_events
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow

BUGS: dict[str, Callable[[], None]] = {}
TAKES = ("NEXT", "TAKE", "TAKE_NEXT", "TAKE_CHANGE", "TAKE_UNSURE")  # the statements by which a delivery is claimed


def plant(name: str) -> None:
    """Put this bug into the product as it is loaded here."""
    BUGS[name]()


def _bug(work: Callable[[], None]) -> Callable[[], None]:
    BUGS[work.__name__.strip("_").replace("_", " ")] = work
    return work


# In what order things are written and done


@_bug
def _sent_before_it_is_written_down() -> None:
    def send(self: Any, due: Any) -> Any:
        outlet = self._outlets[due.identity.account]
        request = due.request or self._prepare(outlet, due)
        outcome = self._act(outlet, due, request)
        if not self._batch_writer.may_begin(due, request):
            return None
        return self._finish(outlet, due, outcome, due.identity.account)

    Worker._send = send  # type: ignore[method-assign]


@_bug
def _called_sent_before_the_call() -> None:
    act = Worker._act

    def first_written(self: Any, outlet: Any, due: Any, request: bytes) -> Any:
        pending = Receipt(f"pending-{due.id}", "")
        step = worker.after_attempt(due, pending, now=self._now(), pauses=self._pace.pauses, jitter=0)
        self._batch_writer.finish(step)
        outcome = act(self, outlet, due, request)
        if isinstance(outcome, Receipt):
            DeliveryRow.objects.filter(id=due.id).update(remote_id=outcome.remote_id, url=outcome.url)
        return outcome

    Worker._act = first_written  # type: ignore[method-assign]


@_bug
def _what_happened_is_not_written_down() -> None:
    deliveries.write_events = list


@_bug
def _a_late_receipt_is_thrown_away() -> None:
    receipts.keep_late_receipt = lambda *_, **__: None


# Whose it is


@_bug
def _no_fence() -> None:
    begin, write = deliveries._begin, deliveries._write

    def current(delivery: int) -> Any:
        return DeliveryRow.objects.filter(id=delivery).values_list("fence", flat=True).first()

    def begins(intent: Any, *more: Any, **words: Any) -> bool:
        return begin(replace(intent, due=replace(intent.due, fence=current(intent.due.id))), *more, **words)

    deliveries._begin = begins
    deliveries._write = lambda step, *more, **words: write(replace(step, fence=current(step.id)), *more, **words)


@_bug
def _a_fence_that_does_not_rise() -> None:
    _change(claims, TAKES, "fence = fence + 1", "fence = fence")


@_bug
def _two_at_once_on_an_account() -> None:
    _change(claims, ("LEASED",), "lease_until IS NOT NULL", "lease_until IS NOT NULL AND 1 = 0")


@_bug
def _a_lease_that_never_counts() -> None:
    _change(deliveries, ("SILENT",), "lease_until < %s", "%s IS NOT NULL")


@_bug
def _a_dead_workers_claim_stays() -> None:
    for prefix in ("", "d."):
        over = f"({prefix}lease_until IS NULL OR {prefix}lease_until < %s)"
        _change(claims, TAKES, over, f"({prefix}lease_until IS NULL AND %s IS NOT NULL)")


@_bug
def _what_a_dead_worker_sent_is_queued() -> None:
    def expire(*, now: Any, look_at: Any, rests: Any) -> int:
        ids = deliveries.locked(deliveries.SILENT, [deliveries.stamp(now)])
        DeliveryRow.objects.filter(id__in=ids).update(
            state=State.QUEUED, run_at=now, fence=F("fence") + 1, lease_until=None
        )
        kind = "worker fell silent"
        write_events(Event(now, "service", of_delivery(pk), kind, State.SENDING, State.QUEUED) for pk in ids)
        return len(ids) if look_at and rests is not None else 0

    deliveries.expire_leases = deliveries.whole(expire)


# What an answer means


@_bug
def _unclear_is_taken_for_not_sent() -> None:
    _taken_for(OutcomeUnknown, Unavailable)


@_bug
def _a_lost_account_is_tried_again() -> None:
    _taken_for(AccountLost, Unavailable)


@_bug
def _a_refusal_is_tried_again() -> None:
    _taken_for(Rejected, Unavailable)


@_bug
def _5xx_is_taken_for_not_sent() -> None:
    _not_sent(lambda _, answer: bool(answer and answer.status >= 500))


@_bug
def _a_time_out_is_taken_for_not_sent() -> None:
    _not_sent(lambda error, _: "timed out" in str(error).lower())


@_bug
def _a_redirect_is_taken_for_not_sent() -> None:
    _not_sent(lambda error, _: "redirect" in str(error).lower() or isinstance(error, RedirectedError))


@_bug
def _the_sdk_repeats_by_itself() -> None:
    again = Retry(total=3, allowed_methods=None)
    requests.adapters.HTTPAdapter.__init__.__defaults__ = (10, 10, again, False)


@_bug
def _any_answer_is_a_receipt() -> None:
    statuses.same_content = lambda *_: True


@_bug
def _an_absurd_wait_is_believed() -> None:
    read = ratelimit.instant
    ratelimit.LONGEST = timedelta(days=36_500)
    ratelimit.instant = lambda value, now: read(value, now) or now + timedelta(days=20_000)


# Looking


@_bug
def _no_settling() -> None:
    decide, expire = worker.after_attempt, deliveries.expire_leases
    worker.after_attempt = lambda *a, pauses, **more: decide(*a, pauses=replace(pauses, settle=0.01), **more)
    deliveries.expire_leases = lambda *, now, look_at, **more: expire(now=now, look_at=min(now, look_at), **more)


@_bug
def _one_look_is_enough() -> None:
    look = confirm.after_look
    confirm.after_look = lambda *a, **more: look(*a, **{**more, "looks_needed": 1})


@_bug
def _a_look_that_fails_has_seen_nothing() -> None:
    look = confirm._look

    def seen(*given: Any) -> Any:
        found = look(*given)
        return None if isinstance(found, PlatformError) else found

    confirm._look = seen


@_bug
def _yesterdays_words_are_ours() -> None:
    sought = confirm._sought
    confirm._sought = lambda *a: replace(sought(*a), after=sought(*a).after - timedelta(days=1000))


@_bug
def _others_receipts_are_not_left_out() -> None:
    receipts.remote_ids = lambda *_, **__: frozenset()


@_bug
def _a_duplicate_is_sent_again() -> None:
    look = confirm.after_look
    confirm.after_look = lambda due, *a, **more: look(replace(due, reason=""), *a, **more)


# What is sent


@_bug
def _a_key_anew_for_each_attempt() -> None:
    _send_instead(lambda due: replace(due, request=None, key=str(uuid.uuid4())) if "-" in due.key else due)


@_bug
def _a_record_key_anew_for_each_attempt() -> None:
    def anew(due: Any) -> Any:
        key = "3" + "".join(random.choice(BASE32_SORTABLE) for _ in range(12))
        return replace(due, request=None, key=key) if set(due.key) <= set(string.ascii_lowercase + "234567") else due

    _send_instead(anew)


@_bug
def _rendered_again_when_it_is_sent() -> None:
    _send_instead(lambda due: replace(due, request=None, text=f"{due.text} ({due.due_at:%H:%M})"))


# When it is sent


@_bug
def _too_late_does_not_matter() -> None:
    deliveries.miss_overdue = lambda **_: 0
    _change(claims, TAKES, "too_late_at > %s", "too_late_at <> %s")
    _change(deliveries, ("BEGIN",), "too_late_at > %s", "too_late_at <> %s")


@_bug
def _no_gap() -> None:
    decide = worker.after_attempt
    worker.after_attempt = lambda *a, pauses, **more: decide(*a, pauses=replace(pauses, gap=0), **more)


@_bug
def _an_account_never_rests() -> None:
    _change(accounts, ("OPEN",), "next_allowed_at <= %s", "%s IS NOT NULL")


@_bug
def _a_stop_is_read_at_the_start_alone() -> None:
    known, read = [], stops.stops

    def once(**words: Any) -> Any:
        if not known:
            known.append(read(**words))
        return known[0]

    stops.stops = once


def _change(module: Any, names: tuple[str, ...], old: str, new: str) -> None:
    """Other words in these statements. Raises LookupError if none of them has the old ones: the bug would be none."""
    before = [getattr(module, name) for name in names]
    for name, statement in zip(names, before, strict=True):
        setattr(module, name, statement.replace(old, new))
    if before == [getattr(module, name) for name in names]:
        raise LookupError(f"No statement of {names} says “{old}” any more.")


def _taken_for(real: type[PlatformError], other: type[PlatformError]) -> None:
    """What is one kind of error is decided like another."""
    decide = worker.after_attempt

    def wrongly(due: Any, outcome: Any, **more: Any) -> Any:
        return decide(due, other(str(outcome)) if isinstance(outcome, real) else outcome, **more)

    worker.after_attempt = wrongly


def _not_sent(is_so: Callable[[Exception, Any], bool]) -> None:
    """On Mastodon, what is so when something was to be published proves that nothing was."""
    translate = adapter.translate

    def wrongly(error: Exception, answer: Any, now: Any, verb: Any = None) -> PlatformError:
        return Unavailable("Not sent.") if verb and is_so(error, answer) else translate(error, answer, now, verb)

    adapter.translate = wrongly


def _send_instead(other: Callable[[Any], Any]) -> None:
    send = Worker._send
    Worker._send = lambda self, due: send(self, other(due))  # type: ignore[method-assign]
