"""A language whose days nobody knows is told where its first day is named."""

from __future__ import annotations

from amplifier.compose.render import parse_templates
from amplifier.compose.unspoken import unspoken
from amplifier.settings import Settings, parse

SETTINGS = """
mode: rehearsal
campaign:
  id: a
  name: A
  zone: Europe/Berlin
  place: Berlin
  first_day: 2026-12-01
  last_day: 2026-12-31
  language: {language}
  imprint: {{profile: off}}
accounts:
  - {{name: x, platform: x, handle: labfreemvmt}}
"""


def campaign(language: str) -> Settings:
    return parse(SETTINGS.format(language=language))


def told(body: str, own: str = "", language: str = "en") -> list[tuple[int, str]]:
    front = f"ask: a\nlanguage: {own}" if own else "ask: a"
    templates = parse_templates({"templates/a.j2": f"---\n{front}\n---\n== plain\n{body}"})
    return [(one.line, one.message) for one in unspoken(templates, campaign(language))]


def test_the_first_day_that_is_named_is_told_with_its_line() -> None:
    body = "words\n{% if platform %}\n{{ day | date | upper }}\n{% endif %}\n{{ day | weekday }}"
    assert told(body, own="tlh") == [
        (8, "Nobody here knows the days of `tlh` (`language` above): they come out in English.")
    ]


def test_the_campaigns_language_counts_where_the_template_has_none() -> None:
    said = "Nobody here knows the days of `tlh` (`language` in settings.yaml): they come out in English."
    assert told("{{ day | weekday }}", language="tlh") == [(5, said)]
    assert told("{{ day | weekday }}", own="de", language="tlh") == []


def test_what_names_no_day_and_what_is_known_is_no_trouble() -> None:
    assert told("{{ day | clock }} | date", own="tlh") == []
    assert [told("{{ day | date }}", own=one) for one in ("en", "cy", "de-XX", "fr", "ar")] == [[]] * 5
