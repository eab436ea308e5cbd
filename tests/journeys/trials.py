"""Small trials of one promise each, with workers in processes of their own: what was broken, as sentences."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from amplifier.clock import utc_now
from tests.journeys.crew import Crew, until_stopped
from tests.journeys.history import Event, judge, read
from tests.waiting import HANG_S

GAP_S = 0.4
REST_S = 2
LATER_S = 2.0  # two looks, and the second attempt, are over by then
SLOW_S = 2.5  # a call that is still under way when another worker wakes
TEXT = "Twice in the plan: the vote is open until 17:00, and every voice counts. #Lab23"
PATIENCE_S = HANG_S
_numbers = count(1)

Accounts = dict[str, tuple[str, str]]
Trial = Callable[[Crew], list[str]]


def asleep_with_a_no(crew: Crew) -> list[str]:
    """A worker sleeps past its lease with “not now” in its hands, and wakes while another one is sending."""
    who, ledger = _account("mastodon"), crew.ledger()
    _faults(crew, _not_now(1), {"kind": "delay", "seconds": SLOW_S}, {"kind": "ignore_key", "times": None})
    more: dict[str, Any] = {"timeout_s": 5.0}
    sleeper = crew.begin(ledger, who, posts=1, watch=True, stop_at=["before deciding", 1], **more)
    wrong = [] if until_stopped(sleeper) else ["It did not fall asleep."]
    other = crew.begin(ledger, who, **{**more, "lease_s": 8.0})
    if not _until(lambda: _row(ledger, "attempts = 2 AND state = 'sending'")):
        wrong.append("Nobody else took it up.")
    with contextlib.suppress(ProcessLookupError):
        os.kill(sleeper, signal.SIGCONT)
    return wrong + _ends(crew, [sleeper, other]) + _judged(crew, ledger, who, sent=1)


def asleep_before_the_call(crew: Crew) -> list[str]:
    """A worker sleeps just before its call, others send it meanwhile, and it wakes: a repeat that the networks know."""
    wrong = []
    for network in ("x", "bluesky", "mastodon"):
        wrong += _asleep_at(crew, network, "before publish")
    return wrong


def asleep_with_an_intent(crew: Crew) -> list[str]:
    """A worker sleeps between its intent and its call: when it wakes, it does not call at all."""
    return _asleep_at(crew, "mastodon", "after asking to begin", {"kind": "ignore_key", "times": None})


def _asleep_at(crew: Crew, network: str, step: str, *faults: dict[str, Any]) -> list[str]:
    """One worker sleeps there past its lease, another one comes to rest meanwhile, and the first one wakes."""
    who, ledger = _account(network), crew.ledger()
    _faults(crew, *faults)
    sleeper = crew.begin(ledger, who, posts=1, watch=True, stop_at=[step, 1])
    wrong = [] if until_stopped(sleeper) else ["It did not fall asleep."]
    wrong += _ends(crew, [crew.begin(ledger, who)])
    with contextlib.suppress(ProcessLookupError):
        os.kill(sleeper, signal.SIGCONT)
    return wrong + _ends(crew, [sleeper]) + _judged(crew, ledger, who, sent=1)


def after_a_break(crew: Crew) -> list[str]:
    """Much is due at once: it goes out with the gap between, and rests while the network asks for it."""
    who, ledger = {**_account("mastodon"), **_account("bluesky")}, crew.ledger()
    _faults(crew, _not_now(REST_S))
    pauses = {"settle": 0.4, "look_again": 0.2, "retry_after": 0.1, "gap": GAP_S}
    worker = crew.begin(ledger, who, posts=8, pauses=pauses, threads=2)
    wrong = _ends(crew, [worker]) + _judged(crew, ledger, who, sent=8)
    history = read(ledger)
    for account in who:
        own = [event for event in history.events if history.deliveries[event.delivery].account == account]
        wrong += _too_close([event for event in own if event.moves])
    return wrong


def stopped_midway(crew: Crew) -> list[str]:
    """Somebody stops everything while a worker is at work: nothing begins after that."""
    who, ledger = {**_account("mastodon"), **_account("bluesky")}, crew.ledger()
    _faults(crew)
    pauses = {"settle": 0.4, "look_again": 0.2, "retry_after": 0.1, "gap": 0.1}
    worker = crew.begin(ledger, who, posts=30, pauses=pauses, threads=2)
    wrong = [] if _until(lambda: _row(ledger, "state = 'sent'")) else ["Nothing was sent."]
    person = crew.begin(ledger, {}, stop="Enough.")
    wrong += _ends(crew, [person, worker]) + judge(read(ledger), _world(crew, who))
    begun = (
        "SELECT count(*) FROM events WHERE after = 'sending' AND id > (SELECT id FROM events WHERE kind = 'stopped')"
    )
    after = _ask(ledger, begun)[0][0]
    if after:
        wrong.append(f"{after} deliveries began after the stop.")
    return wrong


def twins(crew: Crew) -> list[str]:
    """Two posts say the same, and the second one's answer is lost: the first one's receipt is not taken for it."""
    who, ledger = _account("mastodon"), crew.ledger()
    _faults(crew, {"kind": "delay", "seconds": 0}, {"kind": "cut_before"}, {"kind": "ignore_key", "times": None})
    worker = crew.begin(ledger, who, posts=2, text=TEXT)
    return _ends(crew, [worker]) + _judged(crew, ledger, who, sent=2)


def blind_for_a_while(crew: Crew) -> list[str]:
    """An answer is lost and the look fails again and again: what cannot be seen is not taken for absent."""
    who, ledger = _account("mastodon"), crew.ledger()
    _faults(crew, {"kind": "cut_after"}, {"kind": "ignore_key", "times": None})
    crew.world.fault(network="mastodon", operation="find", kind="status", status=500, times=3)
    return _ends(crew, [crew.begin(ledger, who, posts=1)]) + _judged(crew, ledger, who, sent=1)


def later_than_we_wait(crew: Crew) -> list[str]:
    """The networks are still at it when we have looked and sent it once more: they know the key, or the words."""
    who = {**_account("x"), **_account("bluesky"), **_account("mastodon")}
    ledger = crew.ledger()
    _faults(crew, *({"kind": "stores_later", "seconds": LATER_S, "network": network} for network in who))
    wrong = _ends(crew, [crew.begin(ledger, who, posts=len(who), threads=len(who))])
    time.sleep(LATER_S)
    return wrong + _judged(crew, ledger, who, sent=len(who))


def too_late(crew: Crew) -> list[str]:
    """Nobody is there when it is due; whoever comes when it is too late lets it be."""
    who, ledger = _account("mastodon"), crew.ledger()
    _faults(crew)
    wrong = _ends(crew, [crew.begin(ledger, who, posts=2, too_late_s=1, plan_only=True)])
    time.sleep(1.1)
    return wrong + _ends(crew, [crew.begin(ledger, who)]) + _judged(crew, ledger, who, sent=0)


def yesterday(crew: Crew) -> list[str]:
    """X says “duplicate”, and the same words are there, of yesterday: they are not taken for ours; a person looks."""
    who, ledger = _account("x"), crew.ledger()
    handle = next(iter(who.values()))[1]
    crew.world.clock(utc_now() - timedelta(days=1))
    crew.world.ask("POST", "/_/say", {"network": "x", "handle": handle, "text": TEXT})
    crew.world.clock(None)
    _faults(crew, {"kind": "duplicate", "network": "x"})
    wrong = _ends(crew, [crew.begin(ledger, who, posts=1, text=TEXT)])
    found = _ask(ledger, "SELECT state, reason FROM deliveries")[0]
    return wrong if found == ("held", "duplicate") else [*wrong, f"It is {found[0]} {found[1]}, not held."]


TRIALS: tuple[Trial, ...] = (
    asleep_with_a_no,
    asleep_before_the_call,
    asleep_with_an_intent,
    after_a_break,
    stopped_midway,
    twins,
    blind_for_a_while,
    later_than_we_wait,
    too_late,
    yesterday,
)


def _account(network: str) -> Accounts:
    number = next(_numbers)
    return {network: (network, f"trial{number}.example" if network == "bluesky" else f"trial{number}")}


def _not_now(seconds: int) -> dict[str, Any]:
    return {"kind": "status", "status": 429, "reset": seconds, "retry_after": "seconds"}


def _faults(crew: Crew, *faults: dict[str, Any]) -> None:
    crew.world.ask("DELETE", "/_/faults")
    for fault in faults:
        crew.world.fault(**{"network": "mastodon", "operation": "publish", **fault})


def _too_close(moves: Sequence[Event]) -> list[str]:
    """Attempts of one account that came before the last one's gap, or the rest that the network asked for, was over."""
    wrong, free = [], datetime.min.replace(tzinfo=utc_now().tzinfo)
    for event in moves:
        if event.is_attempt and event.at < free:
            wrong.append(f"Delivery {event.delivery} began {(free - event.at).total_seconds():.2f} s too early.")
        elif event.after == "sent":
            free = event.at + timedelta(seconds=GAP_S - 0.1)  # the result is written a little after it came
        elif event.kind == "rate limited":
            free = event.at + timedelta(seconds=REST_S - 0.5)
    return wrong


def _ends(crew: Crew, processes: Sequence[int]) -> list[str]:
    """What is wrong with how they ended; none is left."""
    wrong = []
    for process in processes:
        ended = crew.wait(process, PATIENCE_S)
        if ended is None:
            crew.kill(process)
        if ended != 0:
            wrong.append(f"A process ended with {ended}: {(crew.folder / 'workers.log').read_text()[-1000:]}")
    return wrong


def _judged(crew: Crew, ledger: Path, who: Accounts, *, sent: int) -> list[str]:
    world = _world(crew, who)
    wrong = judge(read(ledger), world)
    found = _ask(ledger, "SELECT count(*) FROM deliveries WHERE state = 'sent'")[0][0]
    if (found, len(world)) != (sent, sent):
        wrong.append(f"{found} are sent and {len(world)} in the world, of {sent}.")
    return wrong


def _world(crew: Crew, who: Accounts) -> list[dict[str, object]]:
    handles = {handle for _, handle in who.values()}
    return [post for post in crew.world.posts() if post["account"] in handles]


def _row(ledger: Path, is_so: str) -> bool:
    return bool(_ask(ledger, f"SELECT 1 FROM deliveries WHERE {is_so}"))


def _ask(ledger: Path, question: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=10)) as file:
        return file.execute(question).fetchall()


def _until(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if is_so():
            return True
        time.sleep(0.02)
    return False
