"""Where the plan says nearly the same twice: told with the file and line to mend."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.errors import TemplateError
from amplifier.schedule import files
from amplifier.schedule.program import near_copies, read_program, wanted_posts
from amplifier.settings import parse
from tests.schedule import homes
from tests.schedule.homes import EXAMPLE, HELLO, SCHEDULE, SOON

TWICE = "---\nask: hello\n---\n\n== one\nGood morning, it is {{ day | weekday }}.\n"
SECOND = """
  - name: x-north
    platform: x
    handle: labfreenorth
listen:
"""


def sources(schedule: str, hello: str = TWICE) -> dict[str, str]:
    files_ = {"schedules/small.yaml": schedule, "templates/lab23/soon.j2": SOON, "templates/lab23/hello.j2": hello}
    return dict(files_)


def test_on_x_a_changed_weekday_is_a_copy_and_the_wording_is_named() -> None:
    with pytest.raises(TemplateError) as caught:
        read_program(sources(SCHEDULE), homes.settings())
    first = caught.value.problems[0]
    assert (first.path, first.line, first.rule) == ("templates/lab23/hello.j2", 6, "repeat")
    assert first.message.startswith("morning/2023-10-07#1 and morning/2023-10-06#1 say nearly the same on x within 7")
    assert first.hint == "A changed number, weekday or tag is still the same message. Say it in another way."
    assert len(caught.value.problems) == 3


def test_elsewhere_it_is_a_warning_and_the_plan_holds() -> None:
    program = read_program(sources(SCHEDULE.replace("[x]", "[mastodon]")), homes.settings())
    warnings = near_copies(program, wanted_posts(program))
    assert [(one.path, one.line, one.rule) for one in warnings] == [("templates/lab23/hello.j2", 6, "near_copy")] * 3
    assert "morning/2023-10-07#1 and morning/2023-10-06#1 say nearly the same on mastodon" in warnings[0].message


def test_two_accounts_on_x_are_told_once_a_slot_with_what_to_write() -> None:
    text = (EXAMPLE / "settings.yaml").read_text().replace("\nlisten:\n", SECOND, 1)
    schedule = SCHEDULE.replace("    accounts: [x]\n", "")
    with pytest.raises(TemplateError) as caught:
        read_program(sources(schedule, HELLO), parse(text))
    soon, morning = sorted(caught.value.problems, key=lambda problem: problem.line)
    assert (soon.path, soon.line, soon.rule) == ("schedules/small.yaml", 5, "repeat")
    assert soon.message == "soon says the same on x and x-north; X does not allow copies between accounts."
    assert soon.hint == "Let it speak on one of them: give the slot accounts, without x-north."
    assert morning.message.startswith("morning says the same on x and x-north")


def test_the_example_has_neither() -> None:
    program = read_program(files.sources(EXAMPLE), homes.settings())
    assert near_copies(program, wanted_posts(program)) == []


def test_words_that_people_wrote_are_looked_at_too() -> None:
    program = read_program(sources(SCHEDULE, HELLO), homes.settings())
    text = json.dumps({"x": "Up early this Sunday? Good for you."})
    made = (Decision(1, DecisionKind.WORDS_REPLACED, "soon/once", text, "", "", "", datetime(2023, 10, 9, tzinfo=UTC)),)
    assert near_copies(program, wanted_posts(program)) == []
    (warning,) = near_copies(program, wanted_posts(program, made))
    assert (warning.rule, "soon/once" in warning.message) == ("repeat", True)
