"""What can be read of files with a mistake, for whoever looks at one of their templates."""

from __future__ import annotations

import pytest

from amplifier.errors import ScheduleError, TemplateError
from amplifier.schedule.read_in_part import must_be_readable, read_in_part
from tests.schedule.homes import HELLO, SCHEDULE, SOON, settings

FILES = {"schedules/a.yaml": SCHEDULE, "templates/lab23/soon.j2": SOON, "templates/lab23/hello.j2": HELLO}


def test_good_files_are_read_whole() -> None:
    part = read_in_part(FILES, settings())
    assert (part.problems, set(part.program.templates)) == ((), {"lab23/soon", "lab23/hello"})
    assert part.program.trial


def test_what_can_be_read_keeps_its_line_and_what_cannot_is_told() -> None:
    wrong = HELLO.replace("{{ day | weekday }}? Good for you.", "{{ dya }}? Good for you.")
    part = read_in_part({**FILES, "templates/lab23/hello.j2": wrong}, settings())
    hello = part.program.templates["lab23/hello"]
    whole = read_in_part(FILES, settings()).program.templates["lab23/hello"]
    assert [one.name for one in hello.wordings] == ["one", "three", "four"]
    assert {one.line for one in hello.wordings} < {one.line for one in whole.wordings}
    assert [(one.line, one.rule) for one in part.of(hello)] == [(7, "undefined")]


def test_of_what_cannot_be_read_at_all_the_mistakes_are_told() -> None:
    part = read_in_part({**FILES, "templates/lab23/soon.j2": "---\nask: watch\n---\n== plain\n{{ x\n"}, settings())
    assert set(part.program.templates) == {"lab23/hello"}
    assert [one.name for one in part.program.plan.slots] == ["morning"]
    with pytest.raises(TemplateError, match=r"soon\.j2:5"):
        must_be_readable("lab23/soon", part)
    must_be_readable("lab23/hello", part)
    must_be_readable("lab23/other", part)


def test_a_schedule_with_a_mistake_is_refused_as_ever() -> None:
    with pytest.raises(ScheduleError):
        read_in_part({**FILES, "schedules/a.yaml": SCHEDULE.replace("debate - 1h", "debatte - 1h")}, settings())
