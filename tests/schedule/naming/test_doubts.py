"""What names that changed do: kept for status while it matters, and asked by `check` before files are in force."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.errors import Problem
from amplifier.schedule.files import sources
from amplifier.schedule.naming.doubts import doubts, keep_unsaid, still_unsaid
from amplifier.schedule.naming.renamed import Unsaid
from amplifier.schedule.program import read_program
from amplifier.store import delivery_views, heartbeats
from amplifier.store.models import Ledger
from tests.schedule.homes import EIGHT
from tests.schedule.test_names_that_change import HEAD, NINE, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
FOUND = Problem("schedules/small.yaml", 7, "swallowed", "a does not say it.", "Give it a name.")


def test_what_nobody_will_hear_is_told_as_long_as_something_can_be_done() -> None:
    assert still_unsaid(heartbeats.heartbeats(), now=EIGHT) == []
    keep_unsaid([Unsaid(FOUND, EIGHT), Unsaid(FOUND, EIGHT + timedelta(hours=1))], now=EIGHT)
    assert still_unsaid(heartbeats.heartbeats(), now=EIGHT) == [FOUND]
    keep_unsaid([], now=EIGHT)
    assert still_unsaid(heartbeats.heartbeats(), now=EIGHT) == []


def test_files_are_asked_before_they_are_in_force_and_nothing_is_changed(tmp_path: Path) -> None:
    names = Names(tmp_path)
    names.slots(("a", "hello", NINE))
    names.at("09:00")
    before = delivery_views.views()
    slot = f"  - name: b\n    template: lab23/hello\n    at: {NINE}\n    accounts: [bluesky]\n    too_late_after: 6h\n"
    names.home.write("schedules/small.yaml", HEAD.format(debate="2023-10-09 14:40") + slot)
    program = read_program(sources(tmp_path), names.settings)
    (told,) = doubts(program, (), now=names.time)
    assert (told.path, told.line, told.rule) == ("schedules/small.yaml", 5, "renamed")
    assert delivery_views.views() == before
    Ledger.objects.all().delete()
    assert doubts(program, (), now=names.time) == []
