"""Template files become templates, and a template becomes the words of one post."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any

import jinja2
from jinja2 import StrictUndefined, UndefinedError, nodes
from jinja2.visitor import NodeTransformer
from pydantic import AfterValidator, Field

from amplifier.campaign.post import Fact
from amplifier.campaign.template import Form, Template, Wording
from amplifier.compose import allow
from amplifier.compose.time_filters import OF_THE_WORDS
from amplifier.errors import Problem, TemplateError
from amplifier.field_types import LONGEST_NAME, Language, Text, Word, nearest, wrong
from amplifier.platforms.capabilities import TABLE
from amplifier.yamlfile import FileModel, parse_with_lines

FOLDER, ENDING = "templates/", ".j2"
LONGEST_OUTPUT = 10_000  # characters
LONGEST_FILE = 40_000
FENCE = "---"
HEADING = re.compile(r"==\s+(?P<name>[a-z0-9][a-z0-9_-]*)(?:\s+for\s+(?P<platforms>\S.*))?")
HEADING_HINT = (
    "Write == and a name of small letters, digits and dashes; for example: == plain, or: == plain for mastodon."
)
FRONT = "A template begins with a line ---, then what it asks of whom, then a line ---; for example ask: ballot."
# How Jinja and its filters say that something cannot be carried out; `truncate` asserts what it is given.
UNWRITABLE = (UndefinedError, TypeError, ValueError, ArithmeticError, LookupError, AssertionError)
_ENV = allow.environment()


def _platform(name: str) -> str:
    if name not in TABLE:
        raise wrong("is not a network that Amplifier knows", nearest(name, TABLE))
    return name


class _Front(FileModel):
    """What stands above a template's wordings."""

    ask: Word
    audience: Text = "everybody"
    platforms: Annotated[tuple[Annotated[str, AfterValidator(_platform)], ...], Field(min_length=1)] = tuple(TABLE)
    language: Language = ""


@dataclass(frozen=True)
class Context:
    """What a template can name when one post is written for one platform.

    `voice` holds this platform's forms; `milestones` and `day` (when the post is due) are aware, in the campaign's
    zone; `language` is used where the template names none.
    """

    platform: str
    voice: Mapping[str, str]
    milestones: Mapping[str, datetime]
    links: Mapping[str, str]
    campaign_name: str
    day: datetime
    language: str = "en"


@dataclass(frozen=True)
class Rendered:
    """The words, the language they are in, and every fact they used, by name."""

    text: str
    language: str
    facts: tuple[Fact, ...]


# Reading the files


def parse_templates(sources: Mapping[str, str], known: allow.KnownNames | None = None) -> dict[str, Template]:
    """The templates among these files (relative path to content), by name: templates/lab23/ballot.j2 is lab23/ballot.

    With `known`, a name that nothing defines is a problem here and not only when a post is due. Raises TemplateError
    with every problem of every file.
    """
    problems: list[Problem] = []
    found: dict[str, Template] = {}
    for path in sorted(sources):
        if path.startswith(FOLDER) and path.endswith(ENDING):
            try:
                template = _parse_file(sources[path], path, known)
            except TemplateError as fault:
                problems += fault.problems
            else:
                found[template.name] = template
    if problems:
        raise TemplateError(problems)
    return found


def _parse_file(source: str, path: str, known: allow.KnownNames | None) -> Template:
    lines = source.removeprefix("\ufeff").split("\n")
    if len(source) > LONGEST_FILE:
        message = f"This file has {len(source):,} characters; {LONGEST_FILE:,} are allowed."
        raise TemplateError([Problem(path, 0, "too_long", message, "Make two templates of it.")])
    if lines[0].rstrip() != FENCE or FENCE not in (line.rstrip() for line in lines[1:]):
        raise TemplateError(
            [Problem(path, 1, "front_matter", "What this template asks is not said at its top.", FRONT)]
        )
    close = next(at for at, line in enumerate(lines) if at and line.rstrip() == FENCE)
    problems: list[Problem] = []
    wordings = _wordings(lines, close + 1, path, problems)
    for wording in wordings:
        problems += _wrong_words(wording, path, known)
    if not wordings and not problems:
        problems.append(Problem(path, close + 1, "no_wordings", "This template has no wording.", HEADING_HINT))
    try:
        front, _ = parse_with_lines("\n".join(lines[1:close]), path, _Front, TemplateError, first_line=2)
    except TemplateError as fault:
        raise TemplateError([*fault.problems, *problems]) from None
    for wording in wordings:
        problems += _wrong_platforms(wording, front.platforms, path)
    if problems:
        raise TemplateError(sorted(problems, key=lambda problem: problem.line))
    name = path.removeprefix(FOLDER).removesuffix(ENDING)
    return Template(name, path, front.ask, front.audience, front.platforms, front.language, wordings)


def _wordings(lines: list[str], first: int, path: str, problems: list[Problem]) -> tuple[Wording, ...]:
    headings = [at for at, line in enumerate(lines) if at >= first and line.startswith("==")]
    above = next((at for at in range(first, min(headings, default=len(lines))) if lines[at].strip()), None)
    if above is not None:
        message = "These words belong to no wording."
        problems.append(Problem(path, above + 1, "no_heading", message, HEADING_HINT))
    forms: dict[str, list[Form]] = {}
    begins: dict[str, int] = {}
    for at, following in pairwise([*headings, len(lines)]):
        if not (heading := HEADING.fullmatch(lines[at].rstrip())):
            message = "A line that begins with == must name a wording."
            problems.append(Problem(path, at + 1, "heading", message, HEADING_HINT))
            continue
        name = heading["name"]
        if len(name) > LONGEST_NAME:
            message = f"This wording's name has {len(name)} characters."
            problems.append(Problem(path, at + 1, "heading", message, f"A name has {LONGEST_NAME} characters at most."))
        platforms = tuple(part.strip() for part in (heading["platforms"] or "").split(",") if part.strip())
        form = Form(platforms, "\n".join(lines[at + 1 : following]), at + 2)
        problems += _clash(form, forms.get(name, ()), name, path)
        forms.setdefault(name, []).append(form)
        begins.setdefault(name, at + 1)
    return tuple(Wording(name, tuple(each), begins[name]) for name, each in forms.items())


def _clash(form: Form, before: list[Form] | tuple[Form, ...], name: str, path: str) -> Iterator[Problem]:
    for other in before:
        shared = sorted({*form.platforms} & {*other.platforms})
        if shared or form.platforms == other.platforms:
            where = f" for {', '.join(shared)}" if shared else ""
            message = f"The wording `{name}`{where} is here twice."
            hint = f"It stands first on line {other.line - 1}. Give this one another name."
            yield Problem(path, form.line - 1, "duplicate_wording", message, hint)


def _wrong_words(wording: Wording, path: str, known: allow.KnownNames | None) -> Iterator[Problem]:
    for form in wording.forms:
        if not form.source.strip():
            yield Problem(path, form.line - 1, "empty", f"The wording `{wording.name}` has no words.")
        yield from allow.tree(form.source, path=path, line=form.line, env=_ENV, known=known)[1]


def _wrong_platforms(wording: Wording, platforms: tuple[str, ...], path: str) -> Iterator[Problem]:
    for form in wording.forms:
        for platform in form.platforms:
            if platform not in platforms:
                message = f"This form is for `{platform}`, which is not among the template's platforms."
                yield Problem(path, form.line - 1, "platform", message, nearest(platform, platforms))
    if missing := [platform for platform in platforms if not wording.form(platform)]:
        message = f"The wording `{wording.name}` has no form for {', '.join(missing)}."
        yield Problem(path, wording.line, "no_form", message, f"Add a form for all: == {wording.name}.")


# Writing a post


def render(template: Template, wording: str, context: Context) -> Rendered:
    """The words of one wording for one platform, tidied, with the facts they used.

    Raises TemplateError, with path and line, if there is no such wording, it names what does not exist, or its words
    come out longer than any post.
    """
    chosen = template.wording(wording)
    form = chosen.form(context.platform) if chosen else None
    if form is None:
        message = f"There is no wording `{wording}` for {context.platform}."
        hint = nearest(wording, [each.name for each in template.wordings])
        raise TemplateError([Problem(template.path, 0, "wording", message, hint)])
    used: dict[str, str] = {}
    language = template.language or context.language
    values = {
        "platform": context.platform,
        "day": context.day,
        OF_THE_WORDS: language,
        "campaign": _Group("campaign", {"name": context.campaign_name}, {}),
        "milestones": _Group("milestone", context.milestones, used),
        "links": _Group("link", context.links, used),
        _VOICE: _Group("voice", context.voice, used),
    }
    try:
        text = _tidy(form.source if _is_plain(form) else _compiled(template.path, form).render(values))
    except UNWRITABLE as fault:
        line = _line_of(fault, template.path) or form.line
        rule = "undefined" if isinstance(fault, UndefinedError) else "render"
        message = str(fault) if rule == "undefined" else f"This cannot be written out: {fault}."
        raise TemplateError([Problem(template.path, line, rule, message)]) from None
    if len(text) > LONGEST_OUTPUT:
        message = f"The words come out {len(text):,} characters long; {LONGEST_OUTPUT:,} are allowed."
        raise TemplateError([Problem(template.path, form.line, "too_long", message)])
    facts = tuple(Fact(name, used[name]) for name in sorted(used))
    return Rendered(text, language, facts)


_VOICE = "voice"  # under this name the compiled template finds the campaign's voices


class _Group:
    """Things of one kind by name, which writes down which of them a template took."""

    __slots__ = ("__kind", "__used", "__values")

    def __init__(self, kind: str, values: Mapping[str, Any], used: dict[str, str]) -> None:
        self.__kind, self.__values, self.__used = kind, values, used

    def __getitem__(self, name: str) -> Any:
        if name not in self.__values:
            hint = nearest(name, self.__values.keys())
            return StrictUndefined(f"There is no {self.__kind} `{name}`. {hint}".rstrip())
        value = self.__values[name]
        self.__used[f"{self.__kind}.{name}"] = value.isoformat() if isinstance(value, datetime) else str(value)
        return value


class _VoicesInAGroup(NodeTransformer):
    """Makes `tag` read `voice.tag`: Jinja looks plain names up always, parts of a group when said."""

    def __init__(self, tree: nodes.Template) -> None:
        self.taken = {*allow.NAMES, *(name.name for name in tree.find_all(nodes.Name) if name.ctx != "load")}

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - Jinja looks the method up by this name
        if node.name in self.taken:
            return node
        return nodes.Getattr(nodes.Name(_VOICE, "load"), node.name, "load").set_lineno(node.lineno)


@lru_cache(maxsize=1024)
def _compiled(path: str, form: Form) -> jinja2.Template:
    tree, problems = allow.tree(form.source, path=path, line=form.line, env=_ENV)
    if tree is None:
        raise TemplateError(list(problems))
    code = _ENV.compile(_VoicesInAGroup(tree).visit(tree), path, path)
    return _ENV.template_class.from_code(_ENV, code, {})


def _line_of(fault: BaseException, path: str) -> int:
    """The template's line in the deepest frame of the traceback that lies in it, or 0."""
    line, frame = 0, fault.__traceback__
    while frame:
        if frame.tb_frame.f_code.co_filename == path:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def _is_plain(form: Form) -> bool:
    """Whether a wording is nothing but its own words, so that there is nothing to compile."""
    return len(form.source) <= allow.LONGEST_SOURCE and not {"{", "\r"} & set(form.source)


def _tidy(text: str) -> str:
    """No space at the ends of text and lines, and never more than one blank line in a row."""
    lines = "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
