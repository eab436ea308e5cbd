"""Problems and errors as people and programs read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amplifier.errors import (
    FileError,
    OutcomeUnknown,
    Problem,
    RateLimited,
    Rejected,
    SettingsError,
    Unavailable,
)

WHERE = Problem("settings.yaml", 7, "unknown_key", "`tgas` is not a key that belongs here.", "Did you mean tags?")


def test_a_problem_says_where_what_and_what_to_do() -> None:
    assert str(WHERE) == "settings.yaml:7: `tgas` is not a key that belongs here.\n    Did you mean tags?"


def test_a_problem_of_a_whole_file_names_no_line() -> None:
    assert str(Problem("settings.yaml", 0, "empty", "This file is empty.")) == "settings.yaml: This file is empty."


def test_a_program_gets_the_five_fields_by_name() -> None:
    assert WHERE.as_json() == {
        "path": "settings.yaml",
        "line": 7,
        "rule": "unknown_key",
        "message": "`tgas` is not a key that belongs here.",
        "hint": "Did you mean tags?",
    }


def test_an_error_about_files_carries_every_problem() -> None:
    error = SettingsError([WHERE, WHERE])
    assert isinstance(error, FileError)
    assert error.problems == [WHERE, WHERE]
    assert str(error).count("tgas") == 2


def test_a_network_that_asks_for_patience_says_until_when_and_for_whom() -> None:
    until = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert (RateLimited("Slow down.", until).until, RateLimited("Slow down.", until).scope) == (until, "account")
    assert RateLimited("Slow down.", until, "app").scope == "app"


@pytest.mark.parametrize(
    "words", ["half \ud83d a letter", "a\x00b", "\x1b[2J\x1b]0;owned\x07", "a\r\nb", "a\u202eb\u2028c"]
)
def test_a_server_s_words_are_one_line_that_can_be_kept_and_shown(words: str) -> None:
    said = str(OutcomeUnknown(f"No clear answer. {words}"))
    assert said.isprintable()
    assert said.encode()
    assert str(Unavailable("“Voilà”,  “naïve”: 投票")) == "“Voilà”, “naïve”: 投票"


def test_a_server_s_words_have_an_end() -> None:
    assert len(str(Rejected("No. " + "x" * 100_000))) == 1000


def test_an_unclear_answer_may_name_a_post() -> None:
    assert (OutcomeUnknown("?").remote_id, OutcomeUnknown("?").url) == ("", "")
    error = OutcomeUnknown("?", remote_id="7", url="https://social.example/7")
    assert (error.remote_id, error.url, error.until) == ("7", "https://social.example/7", None)


def test_a_problem_without_a_place_is_its_sentence() -> None:
    assert str(Problem("", 0, "plan_failed", "The planner fails.", "Look.")) == "The planner fails.\n    Look."
    assert str(Problem("a.yaml", 3, "key", "Wrong.")) == "a.yaml:3: Wrong."
