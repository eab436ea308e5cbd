"""Which templates say a weekday or a date in a language whose days nobody here can name: there they come in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from amplifier.campaign.template import Form, Template
from amplifier.compose import allow
from amplifier.errors import Problem
from amplifier.settings import FILE, Settings
from amplifier.text.day_names import is_spoken

NAMED = frozenset({"weekday", "date"})  # the filters that name a day
_ENV = allow.environment()


def unspoken(templates: Mapping[str, Template], settings: Settings) -> list[Problem]:
    """A warning for each of these templates, on the line where the first such word stands."""
    return [problem for template in templates.values() for problem in _of(template, settings)]


def _of(template: Template, settings: Settings) -> Iterator[Problem]:
    language = template.language or settings.campaign.language
    if is_spoken(language):
        return
    lines = [line for wording in template.wordings for form in wording.forms for line in _named(form, template.path)]
    if lines:
        where = "above" if template.language else f"in {FILE}"
        message = f"Nobody here knows the days of `{language}` (`language` {where}): they come out in English."
        hint = "Write a short name such as de or cy if that is what is meant, or leave weekday and date out."
        yield Problem(template.path, min(lines), "language", message, hint)


def _named(form: Form, path: str) -> Iterator[int]:
    tree, _ = allow.tree(form.source, path=path, line=form.line, env=_ENV)
    for one in tree.find_all(nodes.Filter) if tree else ():
        if one.name in NAMED:
            yield one.lineno
