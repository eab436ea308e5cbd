"""Problems and errors as people and programs read them."""

from __future__ import annotations

from datetime import UTC, datetime

from amplifier.errors import FileError, Problem, RateLimited, SettingsError

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
