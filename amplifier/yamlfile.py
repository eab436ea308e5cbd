"""Read a YAML file that a person wrote, and tell that person, line by line, everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeGuard, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from amplifier.errors import FileError, Problem
from amplifier.field_types import nearest
from amplifier.no_file import instead_of_file
from amplifier.yaml_slips import QUOTE_HINT, unreadable

Model = TypeVar("Model", bound=BaseModel)
Step = str | int
YAML_TYPES = {"str", "int", "float", "bool", "null", "timestamp", "binary", "seq", "map", "merge", "value"}
DEEPEST = 20  # levels of indentation; ours need six


class FileModel(BaseModel):
    """What a file or a block in it may contain: no other keys, and nobody changes it afterwards.

    `needed` are keys that it cannot do without although they have a default, which is refused with its own sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)
    needed: ClassVar[frozenset[str]] = frozenset()


class RaisesProblems(Protocol):
    """The error class that a kind of file raises: one of the `FileError` family."""

    def __call__(self, problems: list[Problem]) -> FileError:
        """The error that carries these problems."""


@dataclass(frozen=True)
class Lines:
    """Where everything stands: the line (from 1) of each key and list item, by its path from the top of the file."""

    by_path: Mapping[tuple[Step, ...], int]

    def at(self, *path: Step) -> int:
        """The line of what stands at this path, or else of the nearest thing around it."""
        for length in range(len(path), 0, -1):
            if (line := self.by_path.get(path[:length])) is not None:
                return line
        return self.by_path.get((), 1)


def read(path: Path, shown: str, error: RaisesProblems) -> bytes:
    """The bytes of a file, which must be UTF-8. `shown` is how messages name it. Raises `error`."""
    if what := instead_of_file(path):
        hint = f"Put the file there, or take this away: {path}"
        raise error([Problem(shown, 0, "unreadable", f"This is {what}, and not a file.", hint)])
    try:
        content = path.read_bytes()
        content.decode()
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        hint = "Save the file as UTF-8."
        raise error([Problem(shown, line, "not_utf8", "This is not UTF-8 text.", hint)]) from None
    except OSError as fault:
        message = f"This file cannot be read: {fault.strerror or fault}."
        raise error([Problem(shown, 0, "unreadable", message, f"It is looked for at {path}.")]) from None
    return content


def parse(text: str, path: str, model: type[Model], error: RaisesProblems) -> Model:
    """The file's content as `model`. Raises `error` with every problem found, each with its own line."""
    return parse_with_lines(text, path, model, error)[0]


def parse_with_lines(
    text: str, path: str, model: type[Model], error: RaisesProblems, *, first_line: int = 1
) -> tuple[Model, Lines]:
    """Like `parse`, and where everything stands. `first_line` is the line of the whole file on which `text` begins."""
    values, lines = _read_tree(text, path, error, first_line)
    try:
        return model.model_validate(values), lines
    except ValidationError as fault:
        details = [one for one in fault.errors(include_url=False) if one["type"] != "too_short" or not one["input"]]
        problems = [_told(detail, path, model, values, lines) for detail in details]
        raise error(sorted(problems, key=lambda problem: (problem.line, problem.message))) from None


# From text to plain values. Every scalar stays the text it is (YAML would turn 9:30 into 570 and `no` into False);
# the model knows what it should become.


class _NoAlias(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:  # an alias has one too
            what = "alias" if isinstance(event, yaml.AliasEvent) else "anchor"
            raise yaml.MarkedYAMLError(problem=what, problem_mark=event.start_mark)
        if getattr(event, "tag", None) == "!":  # YAML would drop it without a word
            raise yaml.MarkedYAMLError(problem="exclamation mark", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


@dataclass
class _Walk:
    """One walk over a file's tree, which gathers where things stand and what is wrong with them."""

    path: str
    first_line: int
    lines: dict[tuple[Step, ...], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def values(self, node: yaml.Node, where: tuple[Step, ...] = ()) -> Any:
        self.lines.setdefault(where, self.line(node))
        if len(where) > DEEPEST:
            raise RecursionError
        if node.tag.removeprefix("tag:yaml.org,2002:") not in YAML_TYPES:
            self.complain(node, "tag", "A YAML tag (a word after !) has no use here.", "Take it out.")
        if isinstance(node, yaml.ScalarNode):
            return None if node.style is None and node.value in {"", "~", "null"} else node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.values(item, (*where, index)) for index, item in enumerate(node.value)]
        return self.block(node, where)

    def block(self, node: yaml.Node, where: tuple[Step, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.complain(key, "key", "A key must be a word.", "A text with { or [ in it must stand in quotes.")
            elif key.value in found:
                hint = f"It stands first on line {self.lines[(*where, key.value)]}. Keep one of the two."
                self.complain(key, "duplicate_key", f"`{key.value}` is here twice.", hint)
            else:
                self.lines[(*where, key.value)] = self.line(key)
                found[key.value] = self.values(value, (*where, key.value))
        return found

    def line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self.first_line

    def complain(self, node: yaml.Node, rule: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.path, self.line(node), rule, message, hint))


def _read_tree(text: str, path: str, error: RaisesProblems, first_line: int) -> tuple[Any, Lines]:
    walk = _Walk(path, first_line)
    try:
        root = _NoAlias(text).get_single_node()
        values = walk.values(root) if root else None
    except yaml.YAMLError as fault:
        raise error([unreadable(fault, text, path, first_line)]) from None
    except RecursionError:
        raise error([Problem(path, 0, "too_deep", "This file is nested too deeply to be meant.")]) from None
    if root is None:
        raise error([Problem(path, 0, "empty", "This file is empty.")])
    if walk.problems:
        raise error(walk.problems)
    return values, Lines(walk.lines)


# From pydantic's errors to sentences. No message shows a value: it might be a secret in the wrong place.

SENTENCES = {
    "missing": "is missing",
    "model_type": "must be a block of keys, one a line",
    "dict_type": "must be a block of keys, one a line",
    "tuple_type": "must be a list: a dash and a space before each item",
    "list_type": "must be a list: a dash and a space before each item",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too long to be a number that is meant",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "must not be empty",
    "enum": "must be {expected}",
    "too_short": "must not be empty",
}


def _told(detail: ErrorDetails, path: str, model: type[BaseModel], values: object, lines: Lines) -> Problem:
    where = _as_written(detail["loc"], values)
    kind = detail["type"]
    context = detail.get("ctx") or {}
    line = lines.at(*where)
    name = _called(where)
    if kind == "extra_forbidden":
        known = _keys(model, where[:-1])
        return Problem(
            path, line, "unknown_key", f"{name} is not a key that belongs here.", nearest(str(where[-1]), known)
        )
    if detail["input"] is None:
        return Problem(path, line, "missing", f"{name} is empty.", QUOTE_HINT)
    if kind == "ours":
        return Problem(path, line, "value", f"{name} {context['message']}.", context["hint"])
    sentence = SENTENCES.get(kind, "is not written as it belongs here").format_map(context)
    rule = "missing" if kind == "missing" else "value"
    return Problem(path, line, rule, f"{name} {sentence}.", _shape(kind, model, where))


def _shape(kind: str, model: type[BaseModel], where: tuple[Step, ...]) -> str:
    """Which keys belong at this place in the file, where something of another shape stands there; else empty."""
    match kind:
        case "model_type":
            return _needs("It", _at(model, where))
        case "tuple_type" | "list_type":
            return _needs("Each item", _at(model, (*where, 0)))
        case "dict_type":
            return "Write a name, a colon and its value on each line."
        case _:
            return ""


def _needs(who: str, kind: Any) -> str:
    if not _is_model(kind):
        return ""
    fields = dict(_fields(kind))
    needs = [name for name, info in fields.items() if info.is_required() or name in kind.needed]
    may = [name for name in fields if name not in needs]
    said = f"{who} needs {', '.join(needs)}." if needs else ""
    return f"{said} {'It may have' if needs else f'{who} may have'} {', '.join(may)}.".strip() if may else said


def _called(where: tuple[Step, ...]) -> str:
    """How a sentence names a place: the innermost key, and the item's number in its list."""
    match where:
        case ():
            return "The file"
        case (*_, str(key)):
            return f"`{key}`"
        case (*_, str(key), int(index)):
            return f"Item {index + 1} of `{key}`"
        case _:
            return f"Item {int(where[-1]) + 1}"


def _as_written(loc: tuple[Step, ...], values: object) -> tuple[Step, ...]:
    """The part of pydantic's path that stands in the file (it adds steps of its own), with a missing key at the end."""
    kept: list[Step] = []
    here: Any = values
    for step in loc:
        inside = step in here if isinstance(here, dict) else isinstance(here, list) and step in range(len(here))
        if inside:
            here = here[step]
            kept.append(step)
    missing = isinstance(here, dict) and loc and loc[-1] not in kept[-1:]
    return (*kept, loc[-1]) if missing else tuple(kept)


def _keys(model: type[BaseModel], where: tuple[Step, ...]) -> tuple[str, ...]:
    """The keys that the model allows at a place in the file."""
    kind = _at(model, where)
    return tuple(name for name, _ in _fields(kind)) if _is_model(kind) else ()


def _at(model: type[BaseModel], where: tuple[Step, ...]) -> Any:
    """What the model wants at a place in the file."""
    kind: Any = model
    for step in where:
        if _is_model(kind):
            kind = next((field.annotation for name, field in _fields(kind) if name == step), None)
        else:
            kind = next((arg for arg in reversed(get_args(kind)) if arg not in {Ellipsis, type(None)}), None)
        if get_origin(kind) is not None and type(None) in get_args(kind):
            kind = next(arg for arg in get_args(kind) if arg is not type(None))
    return kind


def _is_model(kind: Any) -> TypeGuard[type[FileModel]]:
    return isinstance(kind, type) and issubclass(kind, FileModel)


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        yield info.alias or name, info
