"""A template: the approved ways to say one ask. Its files are read by `amplifier.compose.render`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """A wording's text for some platforms; `platforms` is empty for the form of all that have none of their own.

    `source` is Jinja; `line` is the line of the file on which it begins.
    """

    platforms: tuple[str, ...]
    source: str
    line: int


@dataclass(frozen=True)
class Wording:
    """One approved way to say an ask, in a form for every platform of its template."""

    name: str
    forms: tuple[Form, ...]
    line: int

    def form(self, platform: str) -> Form | None:
        """The platform's own form, else the one for all; None where there is neither."""
        own = (form for form in self.forms if platform in form.platforms)
        return next(own, next((form for form in self.forms if not form.platforms), None))


@dataclass(frozen=True)
class Template:
    """What one audience is asked, and the wordings to ask it with. `name` is the path without folder and ending.

    `language` is BCP 47, or empty for the campaign's own; `path` is relative to the folder of settings.yaml.
    """

    name: str
    path: str
    ask: str
    audience: str
    platforms: tuple[str, ...]
    language: str
    wordings: tuple[Wording, ...]

    def wording(self, name: str) -> Wording | None:
        """The wording of that name, or None."""
        return next((wording for wording in self.wordings if wording.name == name), None)
