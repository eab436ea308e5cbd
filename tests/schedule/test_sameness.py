"""Where the plan says nearly the same twice: told with the file and line to mend."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amplifier.campaign.delivery import Spoken
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import OWN, PostId
from amplifier.compose.sameness import OURS
from amplifier.errors import TemplateError
from amplifier.schedule import files
from amplifier.schedule.program import Program, held_copies, near_copies, post_name, read_program, wanted_posts
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
    slot = SCHEDULE.splitlines().index("  - name: morning") + 1
    both = f"Both stand in schedules/small.yaml:{slot}, with its words in templates/lab23/hello.j2:6."
    assert first.message.endswith(both)
    assert first.hint == (
        "A changed number, weekday or tag is still the same message. Say it in another way. "
        "Add wordings to templates/lab23/hello.j2: one for each time in 7 days. "
        "X does not publish what it takes for a copy. This rule is ours, so as to stay clear of it."
    )
    assert len(caught.value.problems) == 3


def test_elsewhere_it_is_a_warning_and_the_plan_holds() -> None:
    schedule = SCHEDULE.replace("[x]", "[mastodon]").replace("day at 09:00", "day at 09:00, 18:00")
    program = read_program(sources(schedule), homes.settings())
    (warning,) = near_copies(program, wanted_posts(program))
    assert (warning.path, warning.line, warning.rule) == ("templates/lab23/hello.j2", 6, "near_copy")
    assert "morning/2023-10-06#2 and morning/2023-10-06#1 say the same on mastodon" in warning.message
    assert warning.message.endswith(" It is so 5 times more.")


def test_a_slot_on_two_accounts_is_warned_of_once_with_both() -> None:
    schedule = SCHEDULE.replace("[x]", "[mastodon, bluesky]").replace("day at 09:00", "day at 09:00, 18:00")
    program = read_program(sources(schedule), homes.settings())
    (warning,) = near_copies(program, wanted_posts(program))
    assert warning.message.endswith(" It is so on mastodon too. It is so 5 times more.")


def test_the_same_hour_of_the_next_day_is_a_day_apart_as_the_advice_says() -> None:
    program = read_program(sources(SCHEDULE.replace("[x]", "[mastodon]")), homes.settings())
    assert near_copies(program, wanted_posts(program)) == []


def test_two_accounts_on_x_are_told_once_a_slot_with_what_to_write() -> None:
    text = (EXAMPLE / "settings.yaml").read_text().replace("\nlisten:\n", SECOND, 1)
    schedule = SCHEDULE.replace("    accounts: [x]\n", "")
    with pytest.raises(TemplateError) as caught:
        read_program(sources(schedule, HELLO), parse(text))
    soon, morning = sorted(caught.value.problems, key=lambda problem: problem.line)
    assert (soon.path, soon.line, soon.rule) == ("schedules/small.yaml", 5, "repeat")
    assert soon.message == "soon says the same on x and x-north; X does not allow copies between accounts."
    assert soon.hint == f"Let it speak on one of them: give the slot accounts, without x-north. {OURS}"
    assert morning.message.startswith("morning says the same on x and x-north")


def test_two_accounts_of_a_network_that_say_the_same_at_once_are_told_once_with_how_many() -> None:
    text = (EXAMPLE / "settings.yaml").read_text().replace("mode: rehearsal", "mode: live", 1)
    south = "  - name: south\n    platform: bluesky\n    handle: south.example\n    secrets: {app_password: SOUTH}\n"
    settings = parse(text.replace("listen:\n", f"{south}listen:\n", 1))
    schedule = SCHEDULE.replace("accounts: [x]", "accounts: [x, bluesky, south]")
    program = read_program(sources(schedule, HELLO), settings)
    (told,) = [one for one in near_copies(program, wanted_posts(program)) if one.rule == "beside"]
    line = schedule.splitlines().index("  - name: morning") + 1
    assert (told.path, told.line) == ("schedules/small.yaml", line)
    assert told.message.startswith("Within half an hour morning/2023-10-06#1 says the same on south and bluesky: “")
    assert told.message.endswith("”. So does 1 more slot. On Bluesky that is easily taken for spam.")
    assert told.hint.startswith("Let it speak on one of them: give the slot accounts, without south.")
    apart = [one for one in wanted_posts(program) if one.id.slot == "soon"]
    (told,) = [one for one in near_copies(program, apart) if one.rule == "beside"]
    assert "more slot" not in told.message
    alone = read_program(sources(schedule.replace(", south", ""), HELLO), homes.settings())
    assert [one for one in near_copies(alone, wanted_posts(alone)) if one.rule == "beside"] == []


def test_the_example_has_neither() -> None:
    program = read_program(files.sources(EXAMPLE), homes.settings())
    assert near_copies(program, wanted_posts(program)) == []


def decided(kind: DecisionKind, subject: str, value: str) -> Decision:
    return Decision(1, kind, subject, value, "", "", "", datetime(2023, 10, 9, tzinfo=UTC))


def held(program: Program, *made: Decision, ledger: tuple[Spoken, ...] = ()) -> dict[tuple[str, str], str]:
    found = held_copies(program, wanted_posts(program, made), ledger)
    return {(post_name(post), account): why.message for (post, account), why in found.items()}


def test_words_that_people_wrote_are_looked_at_too() -> None:
    program = read_program(sources(SCHEDULE, HELLO), homes.settings())
    text = json.dumps({"x": "Up early this Sunday? Good for you."})
    assert held(program) == {}
    [(where, why)] = held(program, decided(DecisionKind.WORDS_REPLACED, "soon/once", text)).items()
    assert where == ("soon/once", "x")
    assert "with a person's own words and schedules/small.yaml:8, with its words in templates/lab23/hello.j2" in why


APART = """\
campaign: lab23
milestones:
  debate: 2023-10-09 14:40
slots:
  - name: call
    template: lab23/soon
    at: debate
    accounts: [x]
  - name: early
    template: lab23/early
    at: 2023-10-01 09:00
    accounts: [x]
"""
EARLY = "---\nask: early\n---\n\n== first\nThe debate is at {{ milestones.debate | clock }} now.\n"


def apart() -> Program:
    files_ = {"schedules/small.yaml": APART, "templates/lab23/soon.j2": SOON, "templates/lab23/early.j2": EARLY}
    return read_program(files_, homes.settings())


def test_both_slots_files_and_lines_are_named_with_whose_rule_it_is() -> None:
    near = APART.replace("2023-10-01", "2023-10-08")
    with pytest.raises(TemplateError) as caught:
        read_program(
            {"schedules/small.yaml": near, "templates/lab23/soon.j2": SOON, "templates/lab23/early.j2": EARLY},
            homes.settings(),
        )
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.rule) == ("templates/lab23/soon.j2", 5, "repeat")
    assert problem.message.startswith("call/once and early/once say nearly the same on x within 7 days: “")
    assert problem.message.endswith(
        "They stand in schedules/small.yaml:5, with its words in templates/lab23/soon.j2:5 and "
        "schedules/small.yaml:9, with its words in templates/lab23/early.j2:6."
    )
    assert problem.hint.endswith(f"Or set the two at least 7 days apart. {OURS}")


def test_a_milestone_that_moves_within_a_week_of_its_like_holds_the_later_of_the_two() -> None:
    program = apart()
    assert held(program) == {}
    moved = decided(DecisionKind.MILESTONE_MOVED, "debate", "2023-10-07T14:40:00+01:00")
    assert list(held(program, moved)) == [("call/once", "x")]
    skipped = decided(DecisionKind.SLOT_SKIPPED, "early/once", "")
    assert held(program, moved, skipped) == {}


def test_what_a_person_said_in_the_week_holds_what_a_move_brings_near_it_on_either_side() -> None:
    program = apart()
    own = PostId("lab23", OWN, "20231013")
    said = Spoken(7, own, 0, "x", "The debate is at 15:20 now.", datetime(2023, 10, 13, 12, tzinfo=UTC))
    moved = decided(DecisionKind.MILESTONE_MOVED, "debate", "2023-10-10T15:20:00+01:00")
    [(where, why)] = held(program, moved, ledger=(said,)).items()
    assert where == ("call/once", "x")
    assert why.endswith("and a post of a person's own.")
    assert held(program, moved, ledger=(replace(said, account="mastodon"),)) == {}


def test_the_same_words_at_the_same_hour_of_every_week_are_fine_also_where_clocks_change() -> None:
    text = (EXAMPLE / "settings.yaml").read_text().replace("2023-10-11", "2023-11-30")
    weekly = SCHEDULE.replace("every: day at 09:00", "every: sunday at 09:00").replace("    until: debate\n", "")
    hello = "---\nask: hello\n---\n\n== one\nGood morning, it is {{ day | weekday }}.\n"
    # Liverpool's clocks go back on 29 October; Auckland's go forward on 24 September, and that week is an hour short.
    for zone, first in (("Europe/London", "2023-10-15"), ("Pacific/Auckland", "2023-09-17")):
        there = text.replace("Europe/London", zone).replace("first_day: 2023-09-24", "first_day: 2023-09-10")
        assert read_program(sources(weekly.replace("2023-10-06", first), hello), parse(there)).plan.slots
    with pytest.raises(TemplateError, match="within 7 days"):
        read_program(sources(weekly.replace("sunday at", "saturday, sunday at"), hello), parse(text))
