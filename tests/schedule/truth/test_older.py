"""Words of an earlier version are held like any other when a file changes: what they state is found out once."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import DecisionKind
from amplifier.schedule.planner import Planner
from amplifier.store import decisions, delivery_views
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.store.models import PostRow
from tests.conftest import SQLITE, _use
from tests.schedule.test_words_of_people import EVE, HELD, LATER, SOON, WAITS, WITH_EVE, Desk
from tests.store.ledgers import story
from tests.store.test_ledgers import FOLDER

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def decide_without_facts(desk: Desk, post: str, text: str, *accounts: str) -> None:
    """Other words as an earlier version wrote them down."""
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject=post,
        value=json.dumps(dict.fromkeys(accounts or ("x",), text)),
        replaced="",
        actor="cli:jo",
        reason="",
        now=desk.time,
    )


def test_what_old_words_state_is_found_out_before_the_files_change(desk: Desk) -> None:
    decide_without_facts(desk, "soon/once", "We start at 14:40, be there")
    desk.hire()
    assert desk.state(SOON) == WAITS
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("14:40", "15:20"))
    desk.planner.refresh()
    assert desk.state(SOON) == HELD
    desk.hire()
    assert desk.state(SOON) == HELD
    desk.home.write("schedules/small.yaml", WITH_EVE)
    desk.planner.refresh()
    assert desk.state(SOON) == WAITS


def test_a_file_that_changes_with_the_upgrade_does_not_hide_what_was_so(desk: Desk) -> None:
    decide_without_facts(desk, "soon/once", "We start at 14:40, be there")
    desk.time += timedelta(seconds=1)
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("14:40", "15:20"))
    desk.hire()
    assert desk.state(SOON) == HELD, "the version of the plan that was in force then tells"


def test_a_day_that_the_file_gives_the_post_is_another_than_the_one_they_were_written_for(desk: Desk) -> None:
    decide_without_facts(desk, "eve/once", "Today at our stall: badges")
    desk.time += timedelta(seconds=1)
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("2023-10-08 18:00", "2023-10-07 18:00"))
    desk.hire()
    assert desk.state(EVE)[2] == "Your words say “Today”, written for Sun 8 Oct; the post goes out on Sat 7 Oct."


def test_a_link_that_changes_with_the_upgrade_is_seen(desk: Desk) -> None:
    old = str(desk.settings.campaign.links["motion"])
    decide_without_facts(desk, "soon/once", f"Read {old} first")
    campaign = desk.settings.campaign
    changed = campaign.model_copy(update={"links": {**campaign.links, "motion": "https://freemovement.example/new"}})
    desk.settings = desk.settings.model_copy(update={"campaign": changed})
    desk.time += timedelta(seconds=1)
    desk.hire()
    assert desk.state(SOON)[2] == f"Your words say “{old}”, settings.yaml says https://freemovement.example/new."


def test_words_that_a_later_decision_only_carries_along_state_what_they_did_before(desk: Desk) -> None:
    decide_without_facts(desk, "soon/once", "We start at 14:40, be there", "x")
    desk.time += timedelta(seconds=1)
    desk.move(LATER)
    decide_without_facts(desk, "soon/once", "We start at 14:40, be there", "x", "bluesky")
    desk.hire()
    assert desk.state(SOON) == HELD
    assert desk.state(SOON, "bluesky") == WAITS, "whoever wrote it there knew that it had moved"


def test_it_is_found_out_once(desk: Desk) -> None:
    decide_without_facts(desk, "soon/once", "We start at 14:40, be there")
    desk.hire()
    kept = decisions.decisions()
    assert json.loads(kept[0].facts)["x"][0] == ["milestone.debate", "2023-10-09T14:40:00+01:00"]
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("14:40", "15:20"))
    desk.hire()
    assert decisions.decisions() == kept


def test_own_posts_are_asked_about_at_the_first_look_alone(desk: Desk) -> None:
    own = desk.send_later("The debate is at 14:40", datetime.fromisoformat("2023-10-09T12:00:00+01:00"))
    PostRow.objects.filter(occurrence=own.occurrence).update(facts=[])
    desk.hire()
    assert PostRow.objects.get(occurrence=own.occurrence).facts == [], "this version wrote it, and it stated nothing"


@pytest.fixture
def old_ledger(tmp_path: Path) -> Iterator[Path]:
    """A ledger of 0.1.0 in which people's words name an hour, under this version; the folder with its files."""
    text = (FOLDER / "0.1.0.sqlite.sql").read_text()
    text = text.replace("The debate begins, and these words are a person''s.", "The vote is at 17:15, says a person.")
    text = text.replace("Said by a person later.", "By hand: the vote is at 17:15.")
    with sqlite3.connect(tmp_path / "old.sqlite3") as file:
        file.executescript(text)
    _use({**SQLITE, "NAME": str(tmp_path / "old.sqlite3")})
    call_command("migrate", verbosity=0, skip_checks=True)
    shutil.copytree(story.HOME, tmp_path / "home")
    yield tmp_path / "home"
    connection.close()


def test_after_an_upgrade_words_of_people_are_held_when_the_file_moves_what_they_name(old_ledger: Path) -> None:
    settings = story.the_settings()
    accounts.know_accounts(story.listed(settings))
    stops.lift(actor="test", now=story.DUMPED)

    def stand() -> set[tuple[str, State, str]]:
        Planner(old_ledger, settings, now=lambda: story.DUMPED).refresh()
        rows = [row for row in delivery_views.views() if "17:15" in row.text]
        return {(row.identity.post.slot, row.state, row.reason) for row in rows}

    assert stand() == {("own", State.QUEUED, ""), ("reworded", State.QUEUED, "")}
    schedule = old_ledger / "schedules" / "lab23.yaml"
    schedule.write_text(schedule.read_text().replace("17:15", "17:45"))
    held = (State.HELD, HoldReason.UNTRUE)
    assert stand() == {("own", *held), ("reworded", *held)}
