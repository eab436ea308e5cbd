"""What cannot be read as YAML has a sentence that tells what to write instead."""

from __future__ import annotations

import pytest

from amplifier.errors import SettingsError
from amplifier.yamlfile import FileModel, parse


class Small(FileModel):
    title: str = ""
    yes: bool = False


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title: *\n", 1, "alias"),
        ("title: */5 * * * *\n", 1, 'must stand in quotes. For example every: "*/30 9-17 * * *"'),
        ("title: * 9 * * *\n", 1, 'must stand in quotes. For example every: "*/30 9-17 * * *"'),
        ("title: &x y\n", 1, "begins with & must stand in quotes"),
        ("title: & y\n", 1, "begins with & must stand in quotes"),
        ("title: ! hello\n", 1, "begins with ! must stand in quotes"),
        ("title: ? x\n", 1, "begins with ? must stand in quotes"),
        ("title: - x\n", 1, "begins with - must stand in quotes"),
        ("title: |x\n", 1, "begins with | or > must stand in quotes"),
        ("title: > x\n", 1, "begins with | or > must stand in quotes"),
        ("title: , x\n", 1, "begins with , ] or } must stand in quotes"),
        ("title: ]x\n", 1, "begins with , ] or } must stand in quotes"),
        ("title: [x, #y]\n", 2, "begins with # must stand in quotes"),
        ('title: "\\d"\n', 1, "into single quotes"),
        ("title: 'it's'\n", 1, "stands in double quotes"),
        ("title: x\n...\nyes: true\n", 3, "two documents"),
        ("%hello\n", 2, "a line must not begin with %"),
    ],
)
def test_a_text_that_lacks_its_quotes_is_told_where_they_belong(text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, "f.yaml", Small, SettingsError)
    [found] = caught.value.problems
    assert (found.line, words in found.message + found.hint) == (line, True), found
