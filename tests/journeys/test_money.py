"""X without a budget hears nothing from us; with one, a single sum covers all that is asked of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.post import OWN
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.clock import utc_now
from amplifier.deliver.worker import Worker
from amplifier.engine.port import Job
from amplifier.errors import PlatformError, Unpaid
from amplifier.install import Install
from amplifier.operate.own import prepare_own, queue_own
from amplifier.platforms.port import Part, Platform, Sought
from amplifier.sandbox.server import Sandbox
from amplifier.settings import Settings
from amplifier.store import delivery_views, spends
from amplifier.store.events import of_delivery
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.store.listening import mentions
from amplifier.store.models import DeliveryRow, EventRow
from amplifier.wiring.service import App, listener_jobs, open_app, reach, worker_jobs
from tests.contract.places import TOKEN, ask
from tests.journeys.install import REPOSITORY
from tests.money.test_cost import written
from tests.platforms.stub import Stub

KEY = "a key for tests only, long enough to be taken"
FREE = ("bluesky", "mastodon")
TEXT = "Polls close at 17:00. #Lab23"


@dataclass
class Town:
    """An install in this process, with pretend networks of its own; `x` counts what X is asked."""

    home: Path
    var: Path
    pretend: str
    port: int
    x: Stub
    workers: list[Worker] = field(default_factory=list)

    def install(self, settings: Settings, *, x: str = "") -> Install:
        """This place, with every network at its pretend address (X at `x`, else at the stub that counts)."""
        here = {"x": x or self.x.address, "bluesky": self.pretend, "mastodon": self.pretend}
        known = tuple(
            account.model_copy(update={"api": here[account.platform], "gap_s": 0.0}) for account in settings.accounts
        )
        return Install(self.home, self.var, settings.model_copy(update={"accounts": known}), KEY)

    def open(self, install: Install) -> tuple[App, list[Job]]:
        """Everything at work, and only what a test queues: live the plan is over, and a rehearsal's is put off."""
        app = open_app(install)
        stops.lift(actor="cli:ola", now=utc_now())
        jobs, worker = worker_jobs(app)
        self.workers.append(worker)
        next(job for job in jobs if job.name == "plan").call()
        later = utc_now() + timedelta(hours=1)
        theirs = DeliveryRow.objects.filter(state=State.QUEUED).exclude(post__slot=OWN)
        theirs.update(run_at=later, too_late_at=later + timedelta(hours=1))
        left = {"plan", "kit", "wishes", "tell the wall"}
        return app, [job for job in [*jobs, *listener_jobs(app)] if job.name not in left]

    def run(self, jobs: Sequence[Job], until: Callable[[], bool], *, seconds: float = 10) -> None:
        """Every job again and again, until it is so."""
        end = time.monotonic() + seconds
        while True:
            for job in jobs:
                job.call()
            if until():
                return
            assert time.monotonic() < end, [(row.identity.account, row.state, row.detail) for row in _rows()]
            time.sleep(0.05)


@pytest.fixture
def town(tmp_path: Path, sqlite_ledger: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:  # noqa: ARG001
    for name in ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET"):
        monkeypatch.setenv(f"X_{name}", "pretend-labfreemvmt" if name == "ACCESS_TOKEN" else "pretend")
    monkeypatch.setenv("BLUESKY_APP_PASSWORD", "pretend")
    monkeypatch.setenv("MASTODON_ACCESS_TOKEN", "pretend-labfreemvmt")
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    server = Sandbox(tmp_path / "world.db", port=0, token=TOKEN)
    server.start()
    stub = Stub({})
    ask("POST", f"http://127.0.0.1:{server.port}/_/limits", token=TOKEN, body={"enforced": False})
    made = Town(home, tmp_path / "var", f"http://127.0.0.1:{server.port}", server.port, stub)
    yield made
    for worker in made.workers:
        worker.stop()
    stub.close()
    server.stop()


def _rows() -> Sequence[DeliveryView]:
    return delivery_views.views()


def queue(settings: Settings, text: str = TEXT, *, to: Sequence[str] = ("x", *FREE)) -> list[int]:
    now = utc_now()
    return queue_own(prepare_own(text, to, settings, due_at=now, now=now), settings, actor="cli:ola", now=now)


def states(numbers: Sequence[int]) -> dict[str, tuple[State, str]]:
    return {row.identity.account: (row.state, row.reason) for row in delivery_views.views_by_id(numbers)}


def put(number: int, **fields: object) -> None:
    DeliveryRow.objects.filter(id=number).update(**fields)


def attempts(numbers: Sequence[int]) -> int:
    """How often a call for these was begun."""
    return EventRow.objects.filter(subject__in=[of_delivery(one) for one in numbers], kind="sending").count()


def on_x(numbers: Sequence[int]) -> int:
    return next(row.id for row in delivery_views.views_by_id(numbers) if row.identity.account == "x")


@pytest.mark.journey
@pytest.mark.parametrize("hand_off", ["", "false", "true"])
def test_without_a_budget_not_one_request_leaves_for_x(town: Town, hand_off: str) -> None:
    install = town.install(written(hand_off=""))
    known = tuple(
        one.model_copy(update={"hand_off": {"": None, "false": False, "true": True}[hand_off]})
        if one.name == "x"
        else one
        for one in install.settings.accounts
    )
    install = Install(install.home, install.var, install.settings.model_copy(update={"accounts": known}), KEY)
    _, jobs = town.open(install)
    numbers = queue(install.settings)
    doubt, out = queue(install.settings, "Is it out?", to=["x"]), queue(install.settings, "This is out.", to=["x"])
    now = utc_now()
    put(doubt[0], state=State.UNSURE, run_at=now, first_sent_at=now)
    put(out[0], state=State.SENT, sent_at=now - timedelta(hours=2), remote_id="12", url="https://x.com/i/status/12")
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=now)
    accounts.account_trouble("x", lost=False, detail="", now=now)
    DeliveryRow.objects.filter(id=on_x(numbers)).update(run_at=now)

    def is_over() -> bool:
        found = states(numbers)
        return all(found[name][0] is State.SENT for name in FREE) and found["x"][0] is State.HELD

    town.run(jobs, is_over)
    town.run(jobs, lambda: states(doubt)["x"][0] is State.HELD)
    for _ in range(3):
        for job in jobs:
            job.call()
    assert town.x.asked == []
    assert states(doubt)["x"] == (State.HELD, HoldReason.DOUBT)
    assert spends.spent(utc_now()) == 0


@pytest.mark.journey
def test_whoever_asks_x_all_the_same_is_turned_back_at_the_door(town: Town) -> None:
    install = town.install(written())
    x = reach(install.settings.account("x"), install)
    calls: list[Callable[[], object]] = [
        x.verify,
        lambda: x.publish(x.prepare(Part(TEXT, "en"), "key", utc_now())),
        lambda: x.find(Sought(x.prepare(Part(TEXT, "en"), "key", utc_now()), utc_now(), frozenset())),
        lambda: x.spot(TEXT, utc_now(), frozenset()),
        lambda: x.read("12", TEXT),
        lambda: x.delete("12"),
        lambda: x.mentions(""),
        lambda: x.tagged("FreeMovement23", ""),
    ]
    for call in calls:
        with pytest.raises(Unpaid, match="No budget"):
            call()
    with pytest.raises(PlatformError):
        x.edit("12", Part(TEXT, "en"))
    assert town.x.asked == []


def say(town: Town, text: str) -> None:
    body = {"network": "x", "handle": "fern", "text": f"@labfreemvmt {text}"}
    ask("POST", f"{town.pretend}/_/say", token=TOKEN, body=body)


@pytest.mark.journey
@pytest.mark.parametrize("mode", ["live", "rehearsal"])
def test_with_a_budget_one_sum_covers_posts_looks_readings_and_mentions(
    town: Town, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = town.install(written(live=mode == "live", budget=True), x=town.pretend)
    if mode == "rehearsal":  # its networks are where the place says, with words of their own for secrets
        monkeypatch.setattr(Install, "sandbox_port", property(lambda _: town.port), raising=False)
    app, jobs = town.open(install)
    plain, linked = (
        queue(install.settings, to=["x"]),
        queue(install.settings, "Read https://a.example/motion", to=["x"]),
    )
    town.run(jobs, lambda: all(states(one)["x"][0] is State.SENT for one in (plain, linked)))
    for number in range(3):
        say(town, f"Good luck {number}")
    town.run(jobs, lambda: len(mentions.mentions(mentions.Filter())) == 3)
    found = spends.spent_by_kind(utc_now())
    # on a slow machine a call may have had no answer in time, and is made once more: each is paid
    assert found["publish"] == 15_000 * attempts(plain) + 200_000 * attempts(linked)
    assert found["mentions"] == 3 * 1_000 + 10_000  # three posts, one person
    # the accounts' job, as often as there was time for it; the listener may ask who we are for itself
    assert found["account"] in range(10_000, 1_000_000, 10_000)
    x = app.platforms["x"]
    assert x.spot("Nobody said this", utc_now() - timedelta(minutes=1), frozenset()) is None
    assert spends.spent_by_kind(utc_now())["look"] == 2 * 1_000  # our two posts were in the listing
    (row,) = delivery_views.views_by_id(plain)
    assert row.receipt
    assert x.read(row.receipt.remote_id, row.text) is not None
    assert spends.spent_by_kind(utc_now())["read"] == 5_000


@pytest.mark.journey
def test_a_rehearsal_without_a_budget_keeps_no_accounts_of_what_it_asks(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Install, "sandbox_port", property(lambda _: town.port), raising=False)
    install = town.install(written(live=False), x=town.pretend)
    x: Platform = reach(install.settings.account("x"), install)
    assert x.verify().handle == "labfreemvmt"
    assert spends.spent_by_kind(utc_now()) == {}


@pytest.mark.journey
def test_a_budget_that_is_spent_holds_posts_but_still_finds_what_is_in_doubt(town: Town) -> None:
    settings = written(budget=True)
    assert settings.budget
    tight = settings.model_copy(update={"budget": settings.budget.model_copy(update={"monthly": 300_000})})
    install = town.install(tight, x=town.pretend)
    _, jobs = town.open(install)
    first = queue(install.settings, to=["x"])
    fault = {"network": "x", "operation": "publish", "kind": "cut_after", "times": 1}
    ask("POST", f"{town.pretend}/_/faults", token=TOKEN, body=fault)
    town.run(jobs, lambda: states(first)["x"][0] is State.UNSURE)
    second = queue(install.settings, "And one more.", to=["x"])
    town.run(jobs, lambda: states(second)["x"][0] is State.HELD)
    assert states(second)["x"] == (State.HELD, HoldReason.BUDGET)
    put(first[0], run_at=utc_now())
    town.run(jobs, lambda: states(first)["x"][0] is State.SENT)
    assert spends.spent(utc_now()) <= 300_000


@pytest.mark.journey
def test_a_worker_that_starts_with_the_last_cents_can_still_look(town: Town) -> None:
    settings = written(budget=True)
    assert settings.budget
    tight = settings.model_copy(update={"budget": settings.budget.model_copy(update={"monthly": 210_000})})
    install = town.install(tight, x=town.pretend)
    open_app(install)
    stops.lift(actor="cli:ola", now=utc_now())
    x = reach(install.settings.account("x"), install)
    doubt = queue(install.settings, to=["x"])
    put(doubt[0], state=State.UNSURE, run_at=utc_now(), first_sent_at=utc_now())
    assert x.spot(TEXT, utc_now() - timedelta(minutes=1), frozenset()) is None
    assert spends.spent_by_kind(utc_now()) == {"account": 10_000, "look": 0}
