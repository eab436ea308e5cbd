"""A slot and a template that do not fit together are told where the slot is written."""

from __future__ import annotations

import pytest

from amplifier.errors import FileError, Problem
from amplifier.schedule.fitting import silent
from amplifier.schedule.program import Program, read_program
from tests.schedule import homes

HEAD = """\
campaign: lab23
slots:
  - name: good
    template: lab23/hello
    at: 2023-10-06 09:00
  - name: greet
    template: lab23/hello
    at: 2023-10-06 19:00
"""
PATH = "schedules/small.yaml"
TWO = "---\nask: hello\nplatforms: [x, bluesky]\n---\n== one for x\nOne.\n== one for bluesky\nAnother.\n== two\nTwo.\n"


def read(slot: str, template: str) -> Program:
    return read_program({PATH: HEAD + slot, "templates/lab23/hello.j2": template}, homes.settings())


def refused(slot: str, template: str = homes.HELLO) -> list[Problem]:
    with pytest.raises(FileError) as caught:
        read(slot, template)
    return caught.value.problems


def test_a_wording_that_there_is_not_is_told_once_with_file_line_and_slot() -> None:
    slot = "    too_late_after: 1h\n    wording: thre\n"
    assert refused(slot) == [
        Problem(
            PATH,
            10,
            "wording",
            "The slot greet: lab23/hello has no wording `thre`.",
            "Did you mean three?",
        )
    ]


def test_it_hides_nothing_else_that_is_wrong() -> None:
    long = homes.HELLO + "== long\n" + "x" * 600 + "\n"
    other = (
        "    wording: thre\n  - name: last\n    template: lab23/hello\n    at: 2023-10-07 09:00\n    wording: long\n"
    )
    assert {(one.path, one.rule) for one in refused(other, long)} >= {
        (PATH, "wording"),
        ("templates/lab23/hello.j2", "too_long"),
    }


def test_an_account_for_which_no_words_are_written_is_told_where_the_slot_names_it() -> None:
    [found] = refused("    wording: one\n    accounts: [bluesky, mastodon]\n", TWO)
    assert (found.path, found.line) == (PATH, 10)
    assert found.message == "The slot greet: lab23/hello has no words for Mastodon in `one`."
    [found] = refused("    accounts: [mastodon]\n", TWO)
    assert found.message == "The slot greet: lab23/hello has no words for Mastodon in `one`."
    assert read("    wording: two\n    accounts: [mastodon]\n", TWO)


def test_a_slot_that_says_nothing_anywhere_is_warned_of() -> None:
    program = read("", TWO)
    assert silent(program.plan, program.templates, program.settings) == []
    alone = program.settings.model_copy(update={"accounts": (program.settings.account("mastodon"),)})
    [good, greet] = silent(program.plan, program.templates, alone)
    assert (good.path, good.line, greet.line) == (PATH, 3, 6)
    assert greet.message == (
        "The slot greet says nothing: lab23/hello is written for X, Bluesky alone, where you have no account."
    )
