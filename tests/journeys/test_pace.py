"""How fast we go when a network asks for patience, breaks down or shuts us out, and that nothing bursts afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import State
from amplifier.campaign.post import Words
from amplifier.deliver.accounts import look_after
from amplifier.deliver.decide import Pauses
from amplifier.deliver.worker import Pace, Worker
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Connection, Platform
from amplifier.platforms.registry import connect
from amplifier.store import events, ledger, posts
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow
from tests.contract.places import SandboxPlace, Vault
from tests.journeys.cell import Stage
from tests.platforms.stub import Said, Stub
from tests.store import filled

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("sqlite_ledger")]
NETWORKS = ("x", "bluesky", "mastodon")
GAP = 60.0
TOO_LATE_S = 900
LONG = 7 * 24 * 3600


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("stage"))
    yield made
    made.close()


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub({})
    yield server
    server.close()


@dataclass
class Road:
    """A worker on the stage's clock, with accounts of its own; nothing waits for real time."""

    stage: Stage
    gap: float = 0.0
    outlets: dict[str, Outlet] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)

    def account(self, network: str, name: str = "", *, api: str = "") -> str:
        """One more account, well and known; its name."""
        name = name or network
        connection = SandboxPlace(network, f"http://127.0.0.1:{self.stage.world.port}").account().connection
        if api:
            connection = Connection(connection.handle, api, api, connection.secrets, 1.0, 2.0)
        adapter: Platform = connect(network, connection, Vault(), self.stage.now)
        if not api:
            adapter.verify()
        self.outlets[name] = Outlet(name, adapter, TABLE[network].looks)
        self.handles[name] = connection.handle
        return name

    def open(self) -> None:
        ledger.open_ledger(mode="rehearsal", campaign="lab23", now=self.stage.now(), stopped="")
        platforms = {name: name.partition("-")[0] for name in self.outlets}
        filled.know([(name, platforms[name], self.handles[name]) for name in self.outlets])
        pauses = Pauses(settle=90, look_again=60, retry_after=30, gap=self.gap)
        pace = Pace(lease_s=60, pauses=pauses, threads=2, inline=True)
        self.worker = Worker(self.outlets, pace=pace, now=self.stage.now, chance=random.Random(1))

    def queue(self, account: str, *, due: datetime, too_late_s: int = TOO_LATE_S) -> int:
        number = next(filled._numbers)
        words = Words(account, f"Post number {number} is on its way.", "en")
        post = filled.wanted(f"slot-{number}", [words], due=due, too_late_s=too_late_s)
        ink = posts.Ink(actor="service", now=self.stage.now(), first_day=filled.FIRST_DAY)
        return posts.add_post(Add(post, None, (NewDelivery(words, State.QUEUED),)), ink)[0]

    def play(self, seconds: float, *, step: float = 5.0) -> None:
        """Ticks until so many seconds have passed."""
        end = self.stage.now() + timedelta(seconds=seconds)
        while self.stage.now() < end:
            self.worker.tick()
            self.stage.pass_to(self.stage.now() + timedelta(seconds=step))
        self.worker.tick()


@pytest.fixture
def road(stage: Stage) -> Road:
    stage.pass_to(stage.now() + timedelta(days=2))  # limits have forgotten the test before
    stage.world.ask("DELETE", "/_/faults")
    return Road(stage)


def states(numbers: Sequence[int]) -> list[str]:
    found = dict(DeliveryRow.objects.filter(id__in=numbers).values_list("id", "state"))
    return [found[number] for number in numbers]


def sent_at(numbers: Sequence[int]) -> list[datetime]:
    rows = DeliveryRow.objects.filter(id__in=numbers, state="sent").values_list("sent_at", flat=True)
    return sorted(at for at in rows if at)


def gaps(numbers: Sequence[int]) -> list[float]:
    return [(after - before).total_seconds() for before, after in pairwise(sent_at(numbers))]


def attempts(numbers: Sequence[int]) -> int:
    return sum(DeliveryRow.objects.filter(id__in=numbers).values_list("attempts", flat=True))


def kinds(subject: str) -> list[str]:
    return [event.kind for event in events.events_of(subject)]


def published(road: Road, account: str) -> int:
    return sum(row["account"] == road.handles[account] for row in road.stage.world.posts())


def test_the_last_call_that_a_network_allows_is_the_last_one_made_until_its_window_is_over(road: Road) -> None:
    name = road.account("x")
    road.open()
    begun = road.stage.now()
    numbers = [road.queue(name, due=begun, too_late_s=LONG) for _ in range(150)]
    road.play(60)
    assert states(numbers).count("sent") == 100  # X's 100 in a quarter of an hour, by its own headers
    road.play(780)
    assert states(numbers).count("sent") == 100
    road.play(120)
    assert states(numbers).count("sent") == 150
    assert attempts(numbers) == 150  # not one was refused
    assert published(road, name) == 150


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("form", "waits"), [("seconds", 300), ("date", 300), (None, 300), ("absurd", 0)], ids=["s", "date", "own", "absurd"]
)
def test_a_network_that_asks_for_patience_gets_it_in_whatever_form_it_asks(
    road: Road, network: str, form: str | None, waits: float
) -> None:
    road.gap = GAP
    name = road.account(network)
    road.open()
    begun = road.stage.now()
    numbers = [road.queue(name, due=begun, too_late_s=LONG) for _ in range(5)]
    road.stage.world.fault(
        network=network, operation="publish", kind="status", status=429, reset=300.0, retry_after=form
    )
    road.play(290)
    if waits:
        assert states(numbers).count("sent") == 0
    road.play(3600)
    assert states(numbers).count("sent") == 5
    first = (min(sent_at(numbers)) - begun).total_seconds()
    assert waits <= first
    assert not waits or first <= waits + 10  # heard, and not guessed
    assert min(gaps(numbers)) >= GAP  # and nothing bursts when it may
    assert attempts(numbers) == 6
    assert published(road, name) == 5


def test_when_the_whole_app_must_wait_every_account_of_the_network_waits(road: Road, stub: Stub) -> None:
    reset = road.stage.now() + timedelta(hours=2)
    headers = {
        "Date": f"{road.stage.now():%a, %d %b %Y %H:%M:%S GMT}",
        "x-app-limit-24hour-remaining": "0",
        "x-app-limit-24hour-reset": str(int(reset.timestamp())),
    }
    stub.answers["POST /2/tweets"] = Said(429, {"title": "Too Many Requests"}, headers)
    first, second, other = road.account("x", api=stub.address), road.account("x", "x-two", api=stub.address), "bluesky"
    road.account(other)
    road.open()
    begun = road.stage.now()
    there = [
        road.queue(name, due=begun + timedelta(seconds=place), too_late_s=LONG)
        for place, name in enumerate((first, second))
    ]
    elsewhere = road.queue(other, due=begun + timedelta(seconds=60))
    road.play(7000)
    assert len(stub.asked) == 1
    assert states([*there, elsewhere]) == ["queued", "queued", "sent"]
    road.play(300, step=30)
    assert len(stub.asked) > 1


def test_three_failures_rest_the_account_longer_and_longer_and_it_recovers(road: Road) -> None:
    name = road.account("mastodon")
    road.open()
    begun = road.stage.now()
    numbers = [road.queue(name, due=begun, too_late_s=LONG) for _ in range(10)]
    road.stage.world.fault(network="mastodon", operation="publish", kind="status", status=503, times=6)
    road.play(1)
    first = attempts(numbers)
    assert first == 3  # then it rests
    road.play(20)
    assert attempts(numbers) == first
    road.play(3600)
    assert states(numbers) == ["sent"] * 10
    assert published(road, name) == 10
    assert {row.failures for row in accounts.account_states() if row.name == name} == {0}


def test_two_accounts_that_fare_alike_rest_their_network_and_no_other(road: Road) -> None:
    names = [
        road.account("mastodon"),
        road.account("mastodon", "mastodon-two"),
        road.account("mastodon", "mastodon-three"),
    ]
    other = road.account("bluesky")
    road.open()
    begun = road.stage.now()
    early = [road.queue(name, due=begun, too_late_s=LONG) for name in names[:2] for _ in range(3)]
    late = road.queue(names[2], due=begun + timedelta(seconds=10), too_late_s=LONG)
    elsewhere = road.queue(other, due=begun + timedelta(seconds=10))
    road.stage.world.fault(network="mastodon", operation="publish", kind="status", status=503, times=6)
    road.play(20)
    assert states([late, elsewhere]) == ["queued", "sent"]
    assert attempts([late]) == 0
    road.play(3600)
    assert states([*early, late]) == ["sent"] * 7


@pytest.mark.parametrize("network", NETWORKS)
def test_after_an_hour_away_what_is_too_late_is_missed_and_the_rest_keeps_its_gap(road: Road, network: str) -> None:
    road.gap = GAP
    name = road.account(network)
    road.open()
    begun = road.stage.now()
    numbers = [road.queue(name, due=begun + timedelta(minutes=2 * place)) for place in range(30)]
    road.stage.pass_to(begun + timedelta(hours=1))
    road.play(900)
    found = states(numbers)
    late = [place for place in range(30) if begun + timedelta(minutes=2 * place + 15) <= begun + timedelta(hours=1)]
    assert [found[place] for place in late] == ["missed"] * len(late)
    assert found[len(late) :] == ["sent"] * (30 - len(late))
    assert len(late) == 23
    assert min(gaps(numbers)) >= GAP
    assert published(road, name) == 7


@pytest.mark.parametrize("network", NETWORKS)
def test_a_lost_account_holds_its_whole_queue_with_one_alarm_and_goes_on_when_it_is_well(
    road: Road, network: str
) -> None:
    road.gap = GAP
    name = road.account(network)
    road.open()
    platforms = {name: road.outlets[name].platform}
    look_after(platforms, now=road.stage.now)
    begun = road.stage.now()
    numbers = [road.queue(name, due=begun + timedelta(seconds=place)) for place in range(10)]
    ahead = road.queue(name, due=begun + timedelta(seconds=600))
    # all but looking: Bluesky logs in anew when its session is not taken
    road.stage.world.fault(network=network, operation="*", kind="suspended", times=None)
    road.play(120)
    assert states(numbers) == ["held"] * 10
    assert states([ahead]) == ["queued"]
    look_after(platforms, now=road.stage.now)
    assert kinds(f"account:{name}").count("account lost") == 1
    assert published(road, name) == 0
    tried = attempts(numbers)
    road.play(60)
    assert attempts(numbers) == tried == 1
    road.stage.world.ask("DELETE", "/_/faults")
    look_after(platforms, now=road.stage.now)
    assert kinds(f"account:{name}") == ["account lost", "account is back"]
    road.play(900)
    assert states([*numbers, ahead]) == ["sent"] * 11
    assert min(gaps([*numbers, ahead])) >= GAP
    assert published(road, name) == 11
