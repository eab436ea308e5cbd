from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.in_force import BEAT, keep_settings, settings_in_force
from amplifier.schedule.planner import Planner
from amplifier.settings import Settings, parse
from amplifier.store import heartbeats
from tests.schedule import homes
from tests.schedule.homes import EIGHT, Home

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


def changed() -> Settings:
    """The settings once somebody has renamed an account; a slot of the plan in force names it as before."""
    return parse(homes.settings().text.replace("- name: x\n", "- name: twitter\n"))


def start(folder: Path, settings: Settings) -> None:
    homes.open_ledger(EIGHT)
    Planner(Home(folder).path, settings, now=lambda: EIGHT).refresh()
    keep_settings(settings, now=utc_now())
    heartbeats.beat("worker", now=utc_now(), detail=settings.digest)


def test_what_the_service_was_started_with_holds_until_it_is_started_again(tmp_path: Path) -> None:
    start(tmp_path, homes.settings())
    program = program_in_force(changed())
    assert [one.name for one in program.settings.accounts] == ["x", "bluesky", "mastodon"]
    assert settings_in_force(changed()) == homes.settings()


@pytest.mark.parametrize("kept", [None, "", "mode: of another version", "- name: other"])
def test_where_that_is_not_known_one_sentence_says_that_the_file_has_changed(tmp_path: Path, kept: str | None) -> None:
    start(tmp_path, homes.settings())
    if kept is None:
        heartbeats.withdraw(BEAT)
    else:
        heartbeats.beat(BEAT, now=utc_now(), detail=kept)
    with pytest.raises(UsageError, match=r"settings\.yaml has changed since the service started"):
        program_in_force(changed())
    assert program_in_force(homes.settings())  # nothing has changed: the file tells


def test_with_no_worker_at_work_the_file_holds_and_a_plan_that_does_not_fit_it_is_told_as_that(tmp_path: Path) -> None:
    start(tmp_path, homes.settings())
    heartbeats.beat("worker", now=utc_now() - timedelta(minutes=5), detail=homes.settings().digest)
    assert settings_in_force(changed()) == changed()
    with pytest.raises(UsageError, match=r"settings\.yaml has changed since the service started") as refused:
        program_in_force(changed())
    assert "\n" not in str(refused.value)
