"""The files as far as they are good, for whoever looks at a template: what is wrong with one hides no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from amplifier.campaign.template import Template
from amplifier.compose.allow import KnownNames
from amplifier.compose.queue import known_names
from amplifier.compose.render import ENDING, FOLDER, parse_templates
from amplifier.errors import Problem, TemplateError
from amplifier.schedule import files
from amplifier.schedule.program import Program, read_program
from amplifier.settings import Settings


@dataclass(frozen=True)
class InPart:
    """A program, and what is wrong with its files; with a mistake in them it says nothing of when anything goes out."""

    program: Program
    problems: tuple[Problem, ...] = ()

    def of(self, template: Template) -> list[Problem]:
        """What is wrong with this template."""
        return [one for one in self.problems if one.path == template.path]


def read_in_part(sources: Mapping[str, str], settings: Settings) -> InPart:
    """The program; where templates are wrong, with those and with the wordings that can be read.

    Raises FileError where more than templates is wrong, since they cannot be written out then.
    """
    try:
        return InPart(read_program(sources, settings))
    except TemplateError as error:
        problems = tuple(dict.fromkeys(error.problems))
    names = [_name(path) for path in sources if path.endswith(ENDING)]
    plan = files.parse(sources, settings, templates=names)
    known = known_names(settings, [one.name for one in plan.milestones])
    read = (_readable(path, text, known) for path, text in sources.items() if path.endswith(ENDING))
    templates = {one.name: one for one in read if one}
    said = tuple(slot for slot in plan.slots if slot.template in templates)
    return InPart(Program(replace(plan, slots=said), templates, settings), problems)


def must_be_readable(name: str, part: InPart) -> None:
    """Raises TemplateError where a template of this name is there and nothing of it can be read."""
    path = f"{FOLDER}{name}{ENDING}"
    if name not in part.program.templates and (wrong := [one for one in part.problems if one.path == path]):
        raise TemplateError(wrong)


def _readable(path: str, text: str, known: KnownNames) -> Template | None:
    """The template without its wordings that cannot be read, each on its own line still; None where none is left."""
    while True:
        try:
            return parse_templates({path: text}, known)[_name(path)]
        except TemplateError as error:
            less = _without(text, {one.line for one in error.problems})
        if less == text:
            return None
        text = less


def _without(text: str, lines: Iterable[int]) -> str:
    """The text, with blanks in place of every wording in which one of these lines is."""
    kept = text.split("\n")
    headings = [at for at, line in enumerate(kept) if line.startswith("==")]
    for line in lines:
        first = max((at for at in headings if at < line), default=None)
        if first is not None:
            after = min((at for at in headings if at >= line), default=len(kept))
            kept[first:after] = [""] * (after - first)
    return "\n".join(kept)


def _name(path: str) -> str:
    return path.removeprefix(FOLDER).removesuffix(ENDING)
