"""Time goes wrong: a machine asleep, a worker that hangs, a clock that is set under it, a clock that is wrong."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.clock import utc_now
from amplifier.deliver.decide import Pauses
from amplifier.deliver.worker import ASLEEP, LATE, Pace, Worker
from amplifier.engine.embedded import EmbeddedEngine
from amplifier.engine.port import Job
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Connection
from amplifier.platforms.registry import connect
from amplifier.sandbox.server import Sandbox
from amplifier.store import delivery_views, ledger
from amplifier.store.posts import Ink, add_post
from tests.journeys.history import violations
from tests.journeys.install import REPOSITORY, RunningInstall
from tests.journeys.ninety_days import Vault
from tests.journeys.sick import begins, ends_well, goes_on
from tests.store import filled
from tests.waiting import HANG_S

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for strays in /proc"),
]
GAP_S, ASLEEP_S = 1.0, 12.0
HOUR = timedelta(hours=1)
# Every call that was made: one that a sleep came before is written down as begun, and was not made; or, where its lease
# had run out by then, taken for lost.
STARTED = f"""SELECT d.account_id, e.at FROM events e JOIN deliveries d ON e.subject = 'delivery:' || d.id
WHERE e.after = 'sending' AND e.before <> 'sending' AND COALESCE((SELECT CASE next.kind WHEN 'worker fell silent'
  THEN '{ASLEEP}' ELSE next.detail END FROM events next
  WHERE next.subject = e.subject AND next.id > e.id ORDER BY next.id LIMIT 1), '') NOT IN ('{ASLEEP}', '{LATE}')
ORDER BY d.account_id, e.at"""


def _limited(home: Path, **limits: str) -> None:
    """Set these limits of the rehearsal."""
    before, _, rehearsal = (home / "settings.yaml").read_text(encoding="utf-8").partition("\nrehearsal:")
    for name, value in limits.items():
        rehearsal, found = re.subn(rf"^    {name}: .*$", f"    {name}: {value}", rehearsal, flags=re.MULTILINE)
        assert found == 1, name
    (home / "settings.yaml").write_text(f"{before}\nrehearsal:{rehearsal}", encoding="utf-8")


@contextlib.contextmanager
def _asleep(*pids: int) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_after_a_sleep_what_is_too_late_is_missed_and_nothing_bursts(tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=60), tmp_path / "var")
    _limited(install.home, too_late_after="4s", retry_after="1s\n    gap: 1s\n    live_too_late_after: 4s")
    try:
        run = begins(install)
        with _asleep(*install.living()):
            time.sleep(ASLEEP_S)  # longer than a lease, and than anything may be late
        goes_on(run)
        ended = ends_well(run)
        assert ended["missed"] > 0
        assert ended["sent"] > 0
        started = install.rows(STARTED)
        for (account, first), (same, following) in pairwise(started):
            apart = datetime.fromisoformat(following) - datetime.fromisoformat(first)
            assert account != same or apart >= timedelta(seconds=GAP_S * 0.95), f"{account} bursts at {following}"
    finally:
        install.end()


def test_a_worker_that_hangs_is_told_and_goes_on_when_it_wakes_and_one_that_ended_is_not_waited_for(
    install: RunningInstall,
) -> None:
    run = begins(install)
    worker = run.child("worker")
    assert worker is not None
    with _asleep(worker):
        told: list[str] = []
        run.until(
            lambda: told.append(install.command("status").stdout) or "The worker has said nothing for" in told[-1],
            what="word in status",
        )
        assert ": it hangs, or was killed." in told[-1]
        assert install.ask("status")["processes"] == {"worker": False, "listener": False}
    goes_on(run)
    assert install.ask("status")["processes"] == {"worker": True, "listener": True}
    assert ends_well(run)["sent"] > 0
    assert "✕ The worker is not running." in install.command("status").stdout
    assert install.ask("send", "Is anybody there?", "--to", "x", "--yes")["worker"] is False


@pytest.mark.parametrize(("off", "words"), [(timedelta(minutes=61), "behind"), (timedelta(minutes=-61), "ahead of")])
def test_a_clock_that_no_network_agrees_with_is_told(install: RunningInstall, off: timedelta, words: str) -> None:
    networks = install.start("sandbox")
    with contextlib.suppress(OSError):
        networks.until(lambda: _is_set(install, utc_now() + off), what="set clock")
    assert install.command("migrate").returncode == 0
    worker = install.start("worker")
    told: list[str] = []

    def said() -> bool:
        told.append(install.command("status").stdout)
        return "This computer's clock is" in told[-1]

    worker.until(said, what="word about the clock")
    assert re.search(rf"✕ This computer's clock is 6\d minutes {words} \w+'s\. Set it right: ", told[-1])
    assert re.match(r"This computer's clock is 6\d minutes", install.ask("status")["clock"])


def _is_set(install: RunningInstall, at: datetime) -> bool:
    try:
        install.world().clock(at)
    except (OSError, AssertionError):
        return False
    return True


class Desk:
    """A worker on a scheduler of its own, real networks, and a clock on the wall that the test sets."""

    def __init__(self, networks: SandboxControl) -> None:
        self.off = timedelta()
        ledger.open_ledger(mode="rehearsal", campaign="lab23", now=self.now(), stopped="")
        filled.know([("mastodon", "mastodon", "labfreemvmt")])
        address = f"http://127.0.0.1:{networks.port}"
        secrets = dict.fromkeys(TABLE["mastodon"].secrets, "pretend-labfreemvmt")
        found = Connection("labfreemvmt", address, address, secrets, connect_timeout=HANG_S, read_timeout=HANG_S)
        platform = connect("mastodon", found, Vault(), self.now)
        pace = Pace(60, Pauses(settle=2, look_again=1, retry_after=1, gap=0.1), threads=4)
        outlets = {"mastodon": Outlet("mastodon", platform, TABLE["mastodon"].looks)}
        self.worker = Worker(outlets, pace=pace, now=self.now, chance=random.Random(1))
        self.engine = EmbeddedEngine(
            [Job("deliver", 0.1, self.worker.tick)], wall=lambda: time.time() + self.off.total_seconds()
        )

    def now(self) -> datetime:
        return utc_now() + self.off

    def plan(self, name: str, due: datetime) -> None:
        words = (Words("mastodon", f"{name}: the vote is open until 17:00. #Lab23", "en"),)
        moment = Moment(due, f"{due:%Y-%m-%dT%H:%M}", "UTC", 0)
        post = WantedPost(PostId("lab23", "drawn", name), moment, 900, "", "", "", words)
        ink = Ink("test", due, due.date())
        add_post(Add(post, None, tuple(NewDelivery(said, State.QUEUED) for said in words)), ink)

    def states(self) -> dict[str, State]:
        return {one.identity.post.occurrence: one.state for one in delivery_views.views()}

    def until(self, **wanted: State) -> None:
        deadline = time.monotonic() + HANG_S
        while any(self.states()[name] is not state for name, state in wanted.items()):
            assert time.monotonic() < deadline, self.states()
            time.sleep(0.05)


@pytest.fixture
def desk(sqlite_ledger: None, tmp_path: Path) -> Iterator[tuple[Desk, SandboxControl]]:  # noqa: ARG001  the ledger it works on
    sandbox = Sandbox(tmp_path / "world.sqlite3", port=0, token="a clock that is set")
    sandbox.start()
    networks = SandboxControl(sandbox.port, "a clock that is set")
    made = Desk(networks)
    made.engine.start()
    try:
        yield made, networks
    finally:
        made.engine.stop()
        made.worker.stop()
        sandbox.stop()


def _judge(networks: SandboxControl) -> None:
    posts = networks.posts()
    found = violations(Path(str(connection.settings_dict["NAME"])), posts, at_rest=False)
    assert [one for one in found if "before the event that it follows" not in one] == []
    assert len(posts) == len({post["text"] for post in posts})


def test_a_clock_set_an_hour_ahead_misses_what_it_leaps_over_and_doubles_nothing(
    desk: tuple[Desk, SandboxControl],
) -> None:
    worker, networks = desk
    begun = worker.now()
    for name, minutes in (("now", 0), ("leapt-over", 20), ("just-leapt-over", 50), ("ahead", 62)):
        worker.plan(name, begun + timedelta(minutes=minutes))
    worker.until(now=State.SENT)
    worker.off = HOUR
    worker.until(**{"leapt-over": State.MISSED, "just-leapt-over": State.SENT})
    assert worker.states()["ahead"] is State.QUEUED
    worker.off = HOUR + timedelta(minutes=3)
    worker.until(ahead=State.SENT)
    _judge(networks)


def test_a_clock_set_an_hour_back_sends_nothing_twice_and_nothing_early(
    desk: tuple[Desk, SandboxControl], caplog: pytest.LogCaptureFixture
) -> None:
    worker, networks = desk
    begun = worker.now()
    worker.plan("now", begun)
    worker.plan("ahead", begun + timedelta(seconds=8))
    worker.until(now=State.SENT)
    worker.off = -HOUR
    worker.plan("by the new clock", worker.now() + timedelta(seconds=1))
    worker.until(**{"by the new clock": State.SENT})
    assert "revived job=deliver" in caplog.text, "the scheduler follows a clock that has been set"
    time.sleep(9)
    assert worker.states()["ahead"] is State.QUEUED, "its time has not come by this clock"
    worker.off = timedelta()
    worker.until(ahead=State.SENT)
    _judge(networks)
