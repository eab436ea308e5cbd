"""What people do to YAML so that it cannot be read at all, each slip with its sentence and what to write instead."""

from __future__ import annotations

import yaml

from amplifier.errors import Problem

QUOTE_HINT = "A text that begins with # must stand in quotes; without them YAML takes it for a comment."
QUOTED = "A text that begins with {} must stand in quotes."
RULE = 'For example every: "*/30 9-17 * * *".'
ITEMS = "List items begin with a dash and a space, each on a line of its own."
UNREADABLE: tuple[tuple[str, str, str], ...] = (  # what PyYAML says; what happened; what to do
    ("alias", "YAML takes what begins with an asterisk for an alias.", f"{QUOTED.format('*')} {RULE}"),
    ("anchor", "YAML takes what begins with & for an anchor.", QUOTED.format("&")),
    ("exclamation mark", "YAML takes what begins with an exclamation mark for a tag.", QUOTED.format("!")),
    (
        "cannot start any token",
        "This line begins with a character that YAML does not allow there.",
        "Indent with spaces, not tabs; a text that begins with @, % or ` must stand in quotes.",
    ),
    ("sequence entries", "A dash stands here where no list begins.", f"{QUOTED.format('-')} {ITEMS}"),
    ("mapping keys", "YAML takes what begins with a question mark for a key.", QUOTED.format("?")),
    ("chomping", "YAML takes what begins with | or > for a text of several lines.", QUOTED.format("| or >")),
    (
        "comment or a line break",
        "YAML takes what begins with | or > for a text of several lines.",
        QUOTED.format("| or >"),
    ),
    (
        "expected the node content",
        "A comma or a bracket stands here where a value belongs.",
        f"Close each bracket and write one comma between two items. {QUOTED.format(', ] or }')} {QUOTE_HINT}",
    ),
    (
        "escape character",
        "A backslash in double quotes means something else to YAML.",
        "Put the text into single quotes: 'like this'.",
    ),
    (
        "mapping values are not allowed",
        "There is one colon too many, or the indentation is off.",
        "A text with a colon and a space in it must stand in quotes; keys of one block begin in the same column.",
    ),
    (
        "could not find expected ':'",
        "A key stands here without its colon.",
        "Write `key: value`, and put a text that runs over several lines in quotes.",
    ),
    ("unexpected end of stream", "A quotation mark is opened here and never closed.", "Add the missing one."),
    (
        "document",
        "There are two documents in this file.",
        "Take out the line that is only dashes or dots; a line must not begin with %.",
    ),
    (
        "block end",
        "The indentation is off here, or a quotation mark is missing.",
        f"Keys of one block begin in the same column. {ITEMS} A text with ' in it stands in double quotes.",
    ),
    (
        "',' or",
        "A bracket or brace is never closed, or a comma is missing.",
        f"A text that begins with [ or {{ must stand in quotes. {QUOTE_HINT}",
    ),
)


def unreadable(fault: yaml.YAMLError, text: str, path: str, first_line: int) -> Problem:
    """A sentence for what PyYAML could not read. Its own snippet is left out: it might show a secret."""
    if not isinstance(fault, yaml.MarkedYAMLError):
        hint = "Write the line again by hand; copying from a web page or a chat may bring such characters."
        at = getattr(fault, "position", 0)
        line = text.count("\n", 0, at) + first_line
        return Problem(path, line, "yaml", "There is a character on this line that cannot be printed.", hint)
    mark = fault.problem_mark or fault.context_mark
    said = fault.problem or ""
    if "expected alphabetic or numeric" in said:  # of what, only the context tells
        said = fault.context or said
    message, hint = next(
        ((message, hint) for needle, message, hint in UNREADABLE if needle in said),
        ("This is not YAML.", "Compare the line with the example in docs."),
    )
    return Problem(path, mark.line + first_line if mark else 0, "yaml", message, hint)
