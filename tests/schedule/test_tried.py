"""What was written once is not written again where nothing differs, and is where anything does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.schedule import program as program_file
from amplifier.schedule.program import Program, held_copies, near_copies, read_program, wanted_posts
from tests.schedule import homes
from tests.schedule.homes import HELLO, SCHEDULE, SOON

SOURCES = {"schedules/a.yaml": SCHEDULE, "templates/lab23/soon.j2": SOON, "templates/lab23/hello.j2": HELLO}


@pytest.fixture
def program() -> Program:
    return read_program(SOURCES, homes.settings())


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, program: Program) -> list[str]:
    """The posts that are written from now on."""
    assert program.trial is not None
    real, names = program_file.write, []

    def write(saying: program_file.Saying, *others: object) -> object:
        names.append(saying.slot.name)
        return real(saying, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(program_file, "write", write)
    return names


def test_what_reading_the_files_wrote_is_not_written_again(program: Program, written: list[str]) -> None:
    posts = wanted_posts(program)
    assert (near_copies(program, posts), held_copies(program, posts, [])) == ([], {})
    assert written == []
    assert posts == wanted_posts(replace(program, tried=None))
    assert len(written) == len(posts)


def test_a_milestone_that_moved_or_other_settings_write_anew(program: Program, written: list[str]) -> None:
    move = Decision(1, DecisionKind.MILESTONE_MOVED, "debate", "2023-10-09T15:00+01:00", "", "a", "", datetime.now(UTC))
    moved = wanted_posts(program, (move,))
    assert len(written) == len(moved)
    assert {one.moment.wall_time for one in moved if one.id.slot == "soon"} == {"2023-10-09T14:00"}
    written.clear()
    other = homes.settings(live=False)
    assert wanted_posts(replace(program, settings=other)) == wanted_posts(read_program(SOURCES, other))
    assert written


def test_what_was_tried_counts_for_its_own_settings_and_templates_alone(program: Program) -> None:
    assert program.trial is program.tried
    assert replace(program, settings=homes.settings(live=False)).trial is None
    assert replace(program, plan=replace(program.plan, slots=())).trial is None
    assert replace(program, templates=dict(program.templates)).trial is None
