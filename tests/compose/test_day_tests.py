"""A day is asked for whatever language the words are in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amplifier.compose.day_tests import is_date, is_weekday, wrong
from amplifier.compose.render import parse_templates
from amplifier.errors import TemplateError
from tests.compose.test_time_filters import said

LANGUAGES = ("en", "de", "cy", "fr", "ar", "tlh")
SATURDAY = datetime(2026, 12, 12, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ('day is weekday("saturday")', "yes"),
        ('day is weekday "Saturday"', "yes"),
        ('day is weekday("sunday", "SATURDAY")', "yes"),
        ('day is weekday("sunday")', "no"),
        ('day is not weekday("sunday")', "yes"),
        ('milestones.debate is weekday("tuesday") and day is weekday("saturday")', "yes"),
        ('day is date("2026-12-12")', "yes"),
        ('day is date("12-12")', "yes"),
        ('day is date("2025-12-12", "12-13")', "no"),
        ('milestones.debate is date("2026-12-15")', "yes"),
    ],
)
def test_the_language_of_the_words_has_no_say_in_it(language: str, asked: str, answer: str) -> None:
    assert said(f'{{{{ "yes" if {asked} else "no" }}}}', language) == answer
    assert said(f"{{% if {asked} %}}yes{{% else %}}no{{% endif %}}", language) == answer


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ('day is weekday("samstag")', "There is no weekday “samstag”.", "They have their English names."),
        ('day is weekday("saterday")', "There is no weekday “saterday”.", "Did you mean saturday?"),
        ("day is weekday", "`weekday` needs to be told which.", "day is weekday("),
        ('day is date("12 December")', "There is no day “12 December”.", 'day is date("2023-10-10")'),
        ('day is date("2026-02-29")', "There is no day “2026-02-29”.", "For example"),
        ('day is date("13-01")', "There is no day “13-01”.", "For example"),
        ('day is weekend("saturday")', "There is no test `is weekend`.", "day is weekday("),
        ('tag is weekday("monday")', "`is weekday` needs a time in front of it.", "day, or milestones.debate"),
        ("day is weekday(tag)", "What stands in brackets behind `weekday` must be plain.", ""),
    ],
)
def test_what_can_never_be_so_is_refused_with_its_line(asked: str, message: str, hint: str) -> None:
    body = f'words\n{{{{ "yes" if {asked} else "no" }}}}'
    with pytest.raises(TemplateError) as refused:
        parse_templates({"templates/a.j2": f"---\nask: a\n---\n== plain\n{body}"})
    (problem,) = refused.value.problems
    assert (problem.line, problem.message) == (6, message)
    assert hint in problem.hint


def test_the_29th_of_february_is_a_day_of_some_years() -> None:
    assert wrong("date", ["02-29"]) is None
    assert wrong("date", ["2024-02-29"]) is None
    assert wrong("date", ["٠٢-٢٩"]) is not None


def test_the_day_is_that_of_the_moments_own_clock() -> None:
    assert is_weekday(SATURDAY, "saturday") is is_date(SATURDAY, "12-12") is True
    assert is_weekday(SATURDAY, "friday") is is_date(SATURDAY, "2027-12-12") is False
