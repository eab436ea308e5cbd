"""How a template says a time: in the language of its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from amplifier.compose import time_filters
from amplifier.compose.render import Context, parse_templates, render

BERLIN = ZoneInfo("Europe/Berlin")
CONTEXT = Context(
    platform="x",
    voice={},
    milestones={"debate": datetime(2026, 12, 15, 14, 40, tzinfo=BERLIN)},
    links={},
    campaign_name="The campaign",
    day=datetime(2026, 12, 12, 9, 5, tzinfo=BERLIN),
)


def said(body: str, template: str = "", campaign: str = "en") -> str:
    front = f"ask: a\nlanguage: {template}" if template else "ask: a"
    source = {"templates/a.j2": f"---\n{front}\n---\n== plain\n{body}"}
    return render(parse_templates(source)["a"], "plain", replace(CONTEXT, language=campaign)).text


def test_times_are_said_in_english_whatever_the_machine_speaks() -> None:
    moment = datetime(2023, 10, 8, 9, 5, tzinfo=ZoneInfo("Europe/London"))
    say = time_filters.TIME_FILTERS
    assert {name: say[name](moment, "en") for name in say} == {
        "clock": "09:05",
        "weekday": "Sunday",
        "date": "8 October",
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Saturday, 12 December, 14:40"),
        ("cy", "Dydd Sadwrn, 12 Rhagfyr, 14:40"),
        ("de", "Samstag, 12. Dezember, 14:40"),
        ("fr", "samedi, 12 décembre, 14:40"),
        ("ar", "السبت, 12 ديسمبر, 14:40"),
        ("tlh", "Saturday, 12 December, 14:40"),
    ],
)
def test_the_words_own_language_counts_or_else_the_campaigns(language: str, words: str) -> None:
    body = "{{ day | weekday }}, {{ day | date }}, {{ milestones.debate | clock }}"
    assert said(body, template=language) == words
    assert said(body, campaign=language) == words
    assert said(body, template=language, campaign="pl") == words


def test_a_day_can_be_changed_as_other_texts_can() -> None:
    assert said("{{ day | weekday | upper }} {{ day | date | truncate(5) }}", "fr") == "SAMEDI 12..."


@pytest.mark.parametrize("name", ["Saturday", "Samstag"])
def test_a_comparison_knows_a_day_by_its_own_name_and_by_its_english_one(name: str) -> None:
    """Files that compare were written while every language said it in English: they must not turn round."""
    assert said(f'{{% if (day | weekday) == "{name}" %}}ja{{% else %}}nein{{% endif %}}', "de") == "ja"
    assert said(f'{{{{ "nein" if (day | weekday) != "{name}" else "ja" }}}}', "de") == "ja"
    assert said(f'{{{{ "ja" if (day | weekday) in ["Sunday", "{name}"] else "nein" }}}}', "de") == "ja"
    assert said(f'{{{{ "ja" if "{name}" == (day | weekday) else "nein" }}}}', "de") == "ja"
    assert said('{{ "ja" if (day | date) == (milestones.debate | date) else "nein" }}', "de") == "nein"
    assert said('{{ "ja" if (day | date) == (day | date) else "nein" }}', "de") == "ja"


@pytest.mark.parametrize("language", ["en", "de", "fr", "cy", "ar", "tlh"])
@pytest.mark.parametrize(
    ("compared", "how"),
    [
        ('(day | weekday | lower) == "saturday"', "lower"),
        ('(day | weekday | upper) in ["SUNDAY", "SATURDAY"]', "upper"),
        ('(day | weekday | lower | title) == "Saturday"', "twice"),
        ('(day | weekday | capitalize | trim) == "Saturday"', "trim"),
        ('(day | weekday | truncate(6, true, "", 0)) == "Saturd"', "truncate"),
        ('(day | weekday | default("none")) == "Saturday"', "default"),
        ('"saturday" == (day | weekday | lower)', "turned"),
        ('"Satur" in (day | weekday)', "part"),
        ('(day | date | lower) == "12 december"', "date"),
    ],
)
def test_what_filters_make_of_an_english_name_is_as_true_in_every_language(
    language: str, compared: str, how: str
) -> None:
    assert how
    assert said(f'{{{{ "yes" if {compared} else "no" }}}}', language) == "yes"
    assert said(f'{{{{ "yes" if not ({compared}) else "no" }}}}', language) == "no"


def test_filters_change_what_is_said_as_before() -> None:
    assert said("{{ day | weekday | upper | lower | title | trim }}", "de") == "Samstag"
    assert said('{{ [(day | weekday | upper), "b"] | join("-") }}', "de") == "SAMSTAG-b"


def test_english_knows_no_other_name() -> None:
    assert said('{{ "yes" if (day | weekday) == "Samstag" else "no" }}') == "no"


def test_a_loop_cannot_take_the_language_away() -> None:
    body = '{% for language in ["fr"] %}{{ day | weekday }} {{ language }}{% endfor %}'
    assert said(body, "de") == "Samstag fr"
