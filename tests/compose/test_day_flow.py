"""What an expression may be is told choice by choice, and whether a day's name is in it."""

from __future__ import annotations

import pytest
from jinja2 import nodes

from amplifier.compose import allow
from amplifier.compose.day_flow import Values, constant


def compared(source: str) -> tuple[Values, nodes.Node]:
    """The values of a template, and the left side of its comparison."""
    tree, problems = allow.tree(source, path="a.j2", line=1, env=allow.environment())
    assert tree, problems
    (one,) = tree.find_all(nodes.Compare)
    return Values(tree), one.expr


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ('"a"', ["a"]),
        ('("a" if true else "b")', ["a", "b"]),
        ('("a" or "b" and "c")', ["a", "b", "c"]),
        ('(("a" or "b") | upper)', ["A", "B"]),
        ('(["a", "b"] | join("-"))', ["a-b"]),
        ("tag", [None]),
        ("one", ["a", "b", "c"]),
    ],
)
def test_each_choice_is_a_value(expression: str, values: list[str | None]) -> None:
    known, node = compared(
        '{% for one in ["a", "b" if true else "c"] %}{{ "y" if ' + expression + ' == "x" else "n" }}{% endfor %}'
    )
    assert [constant(one) for one in known.of(node)] == values
    assert not known.has_day(node)


@pytest.mark.parametrize(
    "expression",
    [
        "(day | weekday)",
        "(day | date | lower)",
        "[[day | weekday]]",
        "([day | date] | join)",
        "(tag or day | date)",
        "one",
    ],
)
def test_a_days_name_is_found_wherever_it_goes(expression: str) -> None:
    known, node = compared('{% for one in [day | date] %}{{ "y" if ' + expression + ' == "x" else "n" }}{% endfor %}')
    assert known.has_day(node)


def test_what_is_asked_of_a_day_is_none_of_its_names() -> None:
    known, node = compared('{{ "y" if ("a" if day is weekday("monday") else "b") == "a" else "n" }}')
    assert not known.has_day(node)
