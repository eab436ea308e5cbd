"""Both nights of the clock change, in London and New York: each post once, at the moment that its words promise."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from amplifier.campaign.delivery import Receipt
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.deliver.decide import Pauses, after_attempt
from amplifier.errors import ScheduleError
from amplifier.schedule import files
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.schedule.planner import Planner
from amplifier.schedule.program import read_program
from amplifier.settings import load
from amplifier.store import claims, deliveries, delivery_views, heartbeats, ledger
from amplifier.store.holding import stops
from tests.journeys.install import REPOSITORY, RunningInstall
from tests.store import filled

pytestmark = pytest.mark.journey
PAUSES = Pauses(settle=90, look_again=60, retry_after=30)
WORDS = "---\nask: hello\nplatforms: [bluesky]\n---\n"
BACK = {"Europe/London": date(2023, 10, 29), "America/New_York": date(2023, 11, 5)}
FORWARD = {"Europe/London": date(2024, 3, 31), "America/New_York": date(2024, 3, 10)}
LETTERS = {"Europe/London": ("BST", "GMT"), "America/New_York": ("EDT", "EST")}
AHEAD = {"Europe/London": 1, "America/New_York": 2}  # the hour that comes twice, or is left out by the same law


def _home(folder: Path, zone: str, night: date, milestone: str, slots: list[dict[str, object]]) -> Path:
    """A campaign of nine days around this night, in this zone, with one post a slot."""
    home = copy_home(REPOSITORY, folder, seconds=60)
    settings = (home / "settings.yaml").read_text(encoding="utf-8").replace("mode: rehearsal", "mode: live", 1)
    first, last = night - timedelta(days=4), night + timedelta(days=4)
    for key, value in (("zone", zone), ("first_day", first), ("last_day", last)):
        settings = re.sub(rf"^  {key}: \S+", f"  {key}: {value}", settings, count=1, flags=re.MULTILINE)
    (home / "settings.yaml").write_text(settings, encoding="utf-8")
    for path in [*(home / "schedules").iterdir(), *(home / "templates" / "lab23").iterdir()]:
        path.unlink()
    plan = {"campaign": "lab23", "milestones": {"vote": milestone}, "slots": slots}
    for slot in slots:
        lines = "".join(f"== w{n}\n{slot['name']}, wording {n}: {{{{ day | clock }}}}.\n" for n in range(1, 4))
        (home / "templates" / "lab23" / f"{slot['name']}.j2").write_text(WORDS + lines, encoding="utf-8")
        slot["template"] = f"lab23/{slot['name']}"
    (home / "schedules" / "night.yaml").write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    return home


def _slots(night: date, clock: str, twin: str, *, nightly: str) -> list[dict[str, object]]:
    return [
        {"name": "fixed-early", "at": f"{night} {clock}"},
        {"name": "fixed-late", "at": f"{night} {twin}"},
        {"name": "nightly", "every": f"day at {nightly}"},
        {"name": "daily", "every": "day at 09:00"},
        {"name": "before", "at": "vote - 3h"},
        {"name": "at-the-vote", "at": "vote"},
        {"name": "after", "at": "vote + 24h"},
    ]


def _planned(home: Path, now: datetime) -> dict[str, tuple[datetime, str, int]]:
    """What the planner writes into the ledger: when it is due, and how the campaign's clocks show that."""
    ledger.open_ledger(mode="live", campaign="lab23", now=now, stopped="")
    filled.know([("bluesky", "bluesky", "labfreemvmt.example")])
    stops.lift(actor="test", now=now)
    Planner(home, load(home), now=lambda: now).refresh()
    assert heartbeats.heartbeats()[PLAN_BEAT].detail in ("", "[]")
    return {
        f"{one.identity.post.slot} {one.identity.post.occurrence}": (one.due_at, one.wall_time, one.fold)
        for one in delivery_views.views()
    }


@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize("zone", list(BACK))
def test_when_clocks_go_back_each_post_is_due_once_at_the_moment_it_names(tmp_path: Path, zone: str) -> None:
    night, (early, late) = BACK[zone], LETTERS[zone]
    home = _home(
        tmp_path / "home",
        zone,
        night,
        f"{night} 04:00",
        _slots(night, f"01:30 {early}", f"01:30 {late}", nightly="02:30"),
    )
    start = datetime.combine(night - timedelta(days=4), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    planned = _planned(home, start)
    first = datetime.combine(night, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC) + timedelta(minutes=90)
    assert planned["fixed-early once"] == (first, f"{night}T01:30", 0)
    assert planned["fixed-late once"] == (first + timedelta(hours=1), f"{night}T01:30", 1)
    assert planned[f"nightly {night}#1"] == (first + timedelta(hours=2), f"{night}T02:30", 0)
    vote = first + timedelta(hours=3.5)
    assert planned["at-the-vote once"] == (vote, f"{night}T04:00", 0)
    assert planned["before once"] == (vote - timedelta(hours=3), f"{night}T01:00", 1), "elapsed time, not clock faces"
    assert planned["after once"][0] == vote + timedelta(hours=24)
    _nine_stays_nine(planned, zone, night)
    _each_is_taken_once(planned, start)


@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize("zone", list(FORWARD))
def test_when_clocks_go_forward_nothing_is_left_out_or_doubled(tmp_path: Path, zone: str) -> None:
    night, gap = FORWARD[zone], AHEAD[zone]
    there = f"0{gap + 1}:30"
    slots = _slots(night, there, f"0{gap + 2}:30", nightly=there)
    home = _home(tmp_path / "home", zone, night, f"{night} 0{gap + 2}:00", slots)
    start = datetime.combine(night - timedelta(days=4), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    planned = _planned(home, start)
    change = datetime.combine(night, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC) + timedelta(hours=gap)
    assert planned["fixed-early once"] == (change + timedelta(minutes=30), f"{night}T{there}", 0)
    assert planned["fixed-late once"] == (change + timedelta(minutes=90), f"{night}T0{gap + 2}:30", 0)
    assert planned[f"nightly {night}#1"] == (change + timedelta(minutes=30), f"{night}T{there}", 0)
    vote = change + timedelta(hours=1)
    assert planned["before once"][:2] == (vote - timedelta(hours=3), f"{_before(vote, zone):%Y-%m-%dT%H:%M}")
    _nine_stays_nine(planned, zone, night)
    _each_is_taken_once(planned, start)


def _before(vote: datetime, zone: str) -> datetime:
    return (vote - timedelta(hours=3)).astimezone(ZoneInfo(zone))


def _nine_stays_nine(planned: dict[str, tuple[datetime, str, int]], zone: str, night: date) -> None:
    days = [night + timedelta(days=n) for n in range(-4, 5)]
    for day in days:
        due, wall, fold = planned[f"daily {day}#1"]
        assert (wall, fold) == (f"{day}T09:00", 0)
        assert due.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "09:00"
    assert len([name for name in planned if name.startswith("daily ")]) == len(days)
    assert len([name for name in planned if name.startswith("nightly ")]) == len(days)
    gaps = {planned[f"daily {b}#1"][0] - planned[f"daily {a}#1"][0] for a, b in pairwise(days)}
    assert len(gaps) == 2, "one day of this week has 23 or 25 hours"


def _each_is_taken_once(planned: dict[str, tuple[datetime, str, int]], start: datetime) -> None:
    """Every half hour through the nine days a worker asks what is due: each comes up once, never before its time."""
    taken: dict[str, datetime] = {}
    for step in range(9 * 48 + 4):
        now = start + timedelta(minutes=30 * step)
        lease = now + timedelta(seconds=60)
        while found := claims.claim(now=now, lease_until=lease, limit=100):
            for due in found:
                name = f"{due.identity.post.slot} {due.identity.post.occurrence}"
                assert name not in taken
                taken[name] = now
                assert deliveries.begin(due, request=b"{}", now=now, lease_until=lease)
                receipt = Receipt(f"remote-{due.id}", f"https://bsky.example/{due.id}")
                deliveries.record([after_attempt(due, receipt, now=now, pauses=PAUSES, jitter=0)], now=now)
    assert set(taken) == set(planned)
    assert all(timedelta() <= at - planned[name][0] <= timedelta(minutes=60) for name, at in taken.items())


@pytest.mark.parametrize("zone", list(BACK))
def test_the_plan_and_its_sheet_tell_the_two_apart_and_keep_their_order(tmp_path: Path, zone: str) -> None:
    night, (early, late) = BACK[zone], LETTERS[zone]
    slots: list[dict[str, object]] = [
        {"name": "first", "at": f"{night} 01:45 {early}"},
        {"name": "second", "at": f"{night} 01:30 {late}"},
        {"name": "later", "at": f"{night} 02:30"},
    ]
    home = _home(tmp_path / "home", zone, night, f"{night} 04:00", slots)
    settings = (home / "settings.yaml").read_text(encoding="utf-8").replace("mode: live", "mode: rehearsal", 1)
    (home / "settings.yaml").write_text(settings, encoding="utf-8")
    install = RunningInstall(home, tmp_path / "var")
    when = ("--from", str(night), "--to", str(night))
    told = install.command("plan", *when)
    assert told.returncode == 0, told
    said = told.stdout
    assert zone in said
    clocks = [f"01:45 {early}  first", f"01:30 {late}  second", "02:30  later"]
    assert [said.index(words) for words in clocks] == sorted(said.index(words) for words in clocks)
    posts = install.ask("plan", *when)["posts"]
    assert [(one["wall_time"][11:], one["zone"], one["fold"]) for one in posts] == [
        ("01:45", zone, 0),
        ("01:30", zone, 1),
        ("02:30", zone, 0),
    ]
    assert install.command("plan", "--sheet", str(tmp_path / "sheet.html"), *when).returncode == 0
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert re.findall(r">(\d\d:\d\d(?: [A-Z]{3})?)</p>", page) == [f"01:45 {early}", f"01:30 {late}", "02:30"]


@pytest.mark.parametrize(("nights", "why"), [(BACK, "go back"), (FORWARD, "go forward")])
@pytest.mark.parametrize("zone", list(BACK))
def test_a_rule_that_falls_into_the_hour_that_is_twice_or_not_at_all_is_refused(
    tmp_path: Path, zone: str, nights: dict[str, date], why: str
) -> None:
    night = nights[zone]
    clock = "01:30" if why == "go back" else f"0{AHEAD[zone]}:30"
    home = _home(tmp_path / "home", zone, night, f"{night} 05:00", [{"name": "nightly", "every": f"day at {clock}"}])
    with pytest.raises(ScheduleError, match=f"clocks in {zone} {why} then") as refused:
        read_program(files.sources(home), load(home))
    assert "give that day a slot of its own" in str(refused.value)
