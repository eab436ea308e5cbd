"""The rehearsal's wall, told and obeyed: against the real sandbox, on a real ledger."""

from __future__ import annotations

import json
import os
import re
import signal
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from amplifier.campaign.delivery import Receipt, State, Transition
from amplifier.campaign.post import OWN
from amplifier.sandbox.server import Sandbox
from amplifier.schedule import rehearsal_agent
from amplifier.schedule.planner import Planner
from amplifier.schedule.playing import playing
from amplifier.schedule.rehearsal_agent import COMING, HANGING, RehearsalAgent
from amplifier.schedule.stage import PACE
from amplifier.store import claims, decisions, deliveries, delivery_views
from amplifier.store.models import DeliveryRow, PostRow
from tests.schedule import homes
from tests.schedule.homes import EXAMPLE, Home
from tests.waiting import HANG_S

TOKEN = "only for this test"
ORIGIN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Stage:
    """A rehearsal of one home: its planner, its agent, and the sandbox's control door."""

    def __init__(self, home: Path, address: str) -> None:
        self.time = ORIGIN
        self.address = address
        homes.open_ledger(ORIGIN, live=False)
        self.planner = Planner(home, homes.settings(live=False), now=self.now)
        self.planner.refresh()
        self.stops: list[tuple[bool, str]] = []
        self.hand = RehearsalAgent(
            address, token=TOKEN, settings=homes.settings(live=False), now=self.now, stopped=lambda: self.stops
        )

    def now(self) -> datetime:
        return self.time

    def tell(self) -> dict[str, Any]:
        """What the wall knows after it was told."""
        self.hand.tell()
        return self.state()

    def state(self) -> dict[str, Any]:
        return self.get("/wall/state")

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.address + path, timeout=HANG_S) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def wish(self, name: str) -> None:
        host = self.address.removeprefix("http://")
        with urllib.request.urlopen(f"{self.address}/wall", timeout=HANG_S) as page:
            (word,) = re.findall(r'name="wish" content="(\w+)"', page.read().decode())
        headers = {"X-Wall": word, "Origin": self.address, "Host": host}
        request = urllib.request.Request(f"{self.address}/wall/wish/{name}", b"", headers)
        urllib.request.urlopen(request, timeout=HANG_S).close()
        self.hand.carry_out()

    def said(self) -> str:
        return str(self.state()["said"]["sentence"])


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    sandbox = Sandbox(tmp_path / "world.db", port=0, token=TOKEN)
    sandbox.start()
    yield f"http://127.0.0.1:{sandbox.port}"
    sandbox.stop()


@pytest.fixture
def stage(sqlite_ledger: None, tmp_path: Path, address: str) -> Stage:  # noqa: ARG001  the ledger that is planned on
    (tmp_path / "home").mkdir()
    return Stage(Home(tmp_path / "home").path, address)


def send(slot: str, remote_id: str) -> None:
    """Say that the first delivery of this slot went out."""
    number = (
        DeliveryRow.objects.filter(post__slot=slot, account__label="x")
        .order_by("run_at")
        .values_list("id", flat=True)[0]
    )
    DeliveryRow.objects.filter(id=number).update(run_at=ORIGIN)
    lease = ORIGIN + timedelta(minutes=1)
    (due,) = claims.claim(now=ORIGIN, lease_until=lease, limit=1)
    assert deliveries.begin(due, request=b"bytes", now=ORIGIN, lease_until=lease)
    receipt = Receipt(remote_id, f"https://x.com/us/status/{remote_id}")
    deliveries.record([Transition(due.id, due.fence, State.SENDING, State.SENT, "sent", receipt=receipt)], now=ORIGIN)


def test_the_wall_is_told_that_sending_is_stopped_and_that_it_goes_on(stage: Stage) -> None:
    assert stage.tell()["strip"]["stopped"] is None
    stage.stops = [(False, "Sending on x is stopped. Wrong name.")]
    assert stage.tell()["strip"]["stopped"] == {"all": False, "why": "Sending on x is stopped. Wrong name."}
    stage.stops.append((True, "Sending is stopped. Fire."))
    why = "Sending on x is stopped. Wrong name. Sending is stopped. Fire."
    assert stage.tell()["strip"]["stopped"] == {"all": True, "why": why}
    stage.stops.clear()
    assert stage.tell()["strip"]["stopped"] is None


def test_the_wall_is_told_what_comes_next_when_and_what_it_hangs_on(stage: Stage) -> None:
    wall = stage.tell()
    first = delivery_views.views()[0]
    assert wall["strip"]["told"] is True
    assert wall["strip"]["next"] == {"at": first.due_at.isoformat(), "network": "x", "text": first.text}
    assert [(one["when"], one["hangs_on"]) for one in wall["coming"]][-1] == ("Mon 9 Oct 13:40 Liverpool", "debate")
    assert len(wall["coming"]) == len(delivery_views.views()) == 7
    assert wall["campaign"] == {
        "name": "Labour Campaign for Free Movement",
        "tag": "#Lab23",
        "zone": "Europe/London",
        "networks": ["bluesky", "mastodon", "x"],
    }
    assert wall["buttons"]["slip"] == "Debate slips 40 minutes"


def test_a_deletion_that_waits_is_not_told_as_what_comes_next(stage: Stage) -> None:
    before = stage.tell()
    DeliveryRow.objects.filter(id=delivery_views.views()[0].id).update(verb="delete", revision=1, text="", target="7")
    wall = stage.tell()
    assert wall["strip"]["next"]["text"] != ""
    assert len(wall["coming"]) == len(before["coming"]) - 1


def test_the_wall_is_told_of_what_is_held_missed_and_unsure(stage: Stage) -> None:
    numbers = [one.id for one in delivery_views.views()]
    for number, state in zip(numbers, ("held", "held", "missed", "unsure"), strict=False):
        DeliveryRow.objects.filter(id=number).update(state=state)
    wall = stage.tell()
    assert (wall["strip"]["held"], wall["strip"]["missed"], wall["strip"]["unsure"]) == (2, 1, 1)
    assert wall["unsure"][0]["text"] == delivery_views.views_by_id([numbers[3]])[0].text
    assert len(wall["coming"]) == 3


def test_what_has_a_receipt_and_is_nowhere_to_be_seen_is_counted_as_lost(stage: Stage) -> None:
    assert stage.tell()["strip"]["lost"] == 0
    send("morning", "404")
    stage.time += timedelta(seconds=1)
    assert stage.tell()["strip"]["lost"] == 0  # the world is asked every two seconds only
    stage.time += timedelta(seconds=1)
    assert stage.tell()["strip"]["lost"] == 1


def test_what_has_a_receipt_and_can_be_seen_is_not_lost(stage: Stage) -> None:
    said = {"network": "x", "handle": "us", "text": "Good morning"}
    request = urllib.request.Request(
        f"{stage.address}/_/say", json.dumps(said).encode(), {"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=HANG_S) as answer:
        send("morning", str(json.load(answer)["remote_id"]))
    assert stage.tell()["strip"]["lost"] == 0


def test_the_same_news_are_told_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = stage.hand._ask

    def counting(method: str, path: str, body: str | None = None) -> object:
        asked.append(path)
        return ask(method, path, body)

    monkeypatch.setattr(stage.hand, "_ask", counting)
    for _ in range(3):
        stage.hand.tell()
    assert asked.count("/_/plan") == 1


def test_a_sandbox_that_does_not_answer_is_no_trouble_and_is_told_when_it_does(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stage.hand, "_host", "127.0.0.1:1")
        stage.hand.tell()
        stage.hand.carry_out()
    assert stage.state()["strip"]["told"] is False
    assert stage.tell()["strip"]["told"] is True


def test_a_door_that_refuses_us_is_no_trouble(stage: Stage) -> None:
    stranger = RehearsalAgent(stage.address, token="another", settings=homes.settings(live=False), now=stage.now)
    stranger.tell()
    stranger.carry_out()
    assert stage.state()["strip"]["told"] is False


def test_the_slip_button_moves_the_milestone_and_says_what_follows(stage: Stage) -> None:
    stage.hand.tell()
    stage.wish("debate_slips")
    (made,) = decisions.decisions()
    assert (made.subject, made.value, made.actor) == ("debate", "2023-10-09T15:20:00+01:00", "the wall")
    assert stage.said() == "Debate is now at 15:20 Liverpool: 1 post follows."
    stage.planner.refresh()
    assert stage.tell()["coming"][-1]["when"] == "Mon 9 Oct 14:20 Liverpool"


def test_what_the_button_moves_is_a_milestone_whatever_people_said_the_times_of_their_own_posts_from(
    stage: Stage,
) -> None:
    PostRow.objects.exclude(slot="soon").update(milestone="debate + 1h", slot=OWN)
    wall = stage.tell()
    assert wall["buttons"]["slip"] == "Debate slips 40 minutes"
    assert {one["hangs_on"] for one in wall["coming"]} == {"debate", ""}
    stage.wish("debate_slips")
    assert stage.said().startswith("Debate is now at 15:20 Liverpool: 1 post follows")


def test_what_went_out_before_the_slip_stays_and_is_counted(stage: Stage) -> None:
    stage.hand.tell()
    send("soon", "12")
    stage.wish("debate_slips")
    assert stage.said() == "Debate is now at 15:20 Liverpool: 1 post follows. 1 that went out before stay as they are."


def test_when_nothing_hangs_on_a_milestone_nothing_can_slip(stage: Stage) -> None:
    DeliveryRow.objects.update(state="sent")
    wall = stage.tell()
    assert wall["coming"] == []
    assert wall["strip"]["next"] is None
    stage.wish("debate_slips")
    assert decisions.decisions() == ()
    assert "nothing can slip" in stage.said()


def test_pulling_the_plug_kills_this_very_process_and_says_so_first(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(rehearsal_agent.os, "kill", lambda *call: killed.append(call))
    stage.wish("pull_the_plug")
    assert killed == [(os.getpid(), signal.SIGKILL)]
    assert stage.said().startswith("The worker was killed")


@pytest.mark.usefixtures("sqlite_ledger")
def test_of_a_long_plan_the_wall_gets_what_comes_next_and_what_would_slip(address: str) -> None:
    wall = Stage(EXAMPLE, address).tell()
    assert COMING < len(wall["coming"]) <= COMING + HANGING
    later = wall["coming"][COMING:]
    assert {one["hangs_on"] for one in later} == {"debate"}


def test_the_wall_has_the_tag_of_a_campaign_that_is_not_on_x(stage: Stage, address: str) -> None:
    whole = homes.settings(live=False)
    tag = whole.campaign.voice["tag"].model_copy(update={"everywhere": None, "forms": {"bluesky": "#Lab23sky"}})
    campaign = whole.campaign.model_copy(update={"voice": {**whole.campaign.voice, "tag": tag}})
    settings = whole.model_copy(update={"campaign": campaign, "accounts": (whole.account("bluesky"),)})
    stage.hand = RehearsalAgent(address, token=TOKEN, settings=settings, now=stage.now)
    wall = stage.tell()
    assert wall["campaign"]["tag"] == "#Lab23sky"
    assert [one["id"] for one in wall["networks"]] == ["bluesky"], "no other is shown, nor can be broken"


def test_the_sandbox_is_told_when_which_moment_of_the_campaign_plays(stage: Stage) -> None:
    stage.hand.tell()
    found = stage.hand._ask("GET", "/_/stage")
    assert isinstance(found, dict)
    map_in_force = playing(homes.settings(live=False))
    assert map_in_force.knots
    assert [one for one, _ in found["knots"]] == [knot.campaign.isoformat() for knot in map_in_force.knots]
    assert [real for _, real in found["knots"]] == [knot.real.isoformat() for knot in map_in_force.knots]
    assert found["pace"] == PACE


def test_however_much_waits_the_wall_is_told_from_a_few_rows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, read = delivery_views._view, []

    def counted(row: DeliveryRow) -> Any:
        read.append(row.pk)
        return usual(row)

    monkeypatch.setattr(delivery_views, "_view", counted)
    monkeypatch.setattr(rehearsal_agent, "COMING", 2)
    monkeypatch.setattr(rehearsal_agent, "HANGING", 1)
    assert len(delivery_views.coming()) == 7
    read.clear()
    stage.tell()
    assert 0 < len(read) <= 5


def test_what_is_missing_is_counted_the_more_seldom_the_longer_it_takes(stage: Stage) -> None:
    asked = []
    usual = stage.hand._ask

    def slow(method: str, path: str, body: str | None = None) -> object:
        if path == "/_/world":
            asked.append(stage.time)
            stage.time += timedelta(seconds=1)
        return usual(method, path, body)

    stage.hand._ask = slow  # type: ignore[method-assign]
    for _ in range(60):
        stage.hand.tell()
        stage.time += timedelta(seconds=1)
    assert [round((at - ORIGIN).total_seconds()) for at in asked] == [0, 31]
