"""What a template may contain, tried with templates that mean harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.compose import allow
from amplifier.compose.allow import KnownNames
from amplifier.compose.day_tests import TESTS
from amplifier.errors import Problem

ENV = allow.environment()
PATH = "templates/lab23/ballot.j2"
KNOWN = KnownNames(frozenset({"tag", "handle"}), frozenset({"debate", "vote"}), frozenset({"motion"}))

HOSTILE = {
    "endless range": "{% for a in range(10**9) %}x{% endfor %}",
    "loop over a name": "{% for a in tag %}x{% endfor %}",
    "loop in a loop": '{% for a in ["a", "b"] %}{% for b in ["a", "b"] %}x{% endfor %}{% endfor %}',
    "recursive loop": '{% for a in ["a"] recursive %}{{ a }}{% endfor %}',
    "a loop's own arithmetic": '{% for a in ["a"] %}{{ loop.index * 10 }}{% endfor %}',
    "a loop that renames a name of ours": '{% for platform in ["a"] %}{{ platform }}{% endfor %}',
    "a loop that takes apart": '{% for a, b in ["ab"] %}{{ a }}{% endfor %}',
    "long list": "{% for a in [" + "1," * 60 + "] %}x{% endfor %}",
    "power": "{{ 9**9**9**9 }}",
    "product of words": '{{ "x" * 1000000000 }}',
    "sum": "{{ 1 + 1 }}",
    "percent": '{{ "%1000000000s" % "x" }}',
    "format": '{{ "{:>1000000000}".format("x") }}',
    "gluing": '{{ "a" ~ "b" }}',
    "join of a join": '{{ "aaaa" | join("bbbb") | join("cccc") | join("dddd") }}',
    "join with much glue": '{{ ["a", "b"] | join("' + "x" * 3000 + '") }}',
    "centre": '{{ "x" | center(1000000000) }}',
    "indent": '{{ "x" | indent(1000000000) }}',
    "a filter of Jinja's that makes lists": "{{ tag | list }}",
    "attr": '{{ tag | attr("__class__") }}',
    "map": '{{ [tag] | map("upper") | join }}',
    "urlize": "{{ tag | urlize }}",
    "classes": "{{ tag.__class__.__mro__ }}",
    "classes by brackets": '{{ tag["__class__"] }}',
    "hidden parts of a group": "{{ links._Group__values }}",
    "a part of a part": "{{ milestones.debate.replace }}",
    "a call": "{{ tag.upper() }}",
    "globals": "{{ cycler.__init__.__globals__ }}",
    "lipsum": "{{ lipsum(100000) }}",
    "self": "{{ self }}{{ self.body() }}",
    "macro": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "call block": "{% call(x) tag() %}{% endcall %}",
    "include": '{% include "/etc/passwd" %}',
    "import": '{% import "x" as y %}',
    "from": '{% from "x" import y %}',
    "extends": '{% extends "x" %}',
    "block": "{% block a %}{% endblock %}",
    "set": "{% set a = tag %}",
    "set block": "{% set a %}x{% endset %}",
    "with": "{% with a = tag %}{% endwith %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "autoescape": "{% autoescape true %}{% endautoescape %}",
    "slice": "{{ tag[0:1] }}",
    "dictionary": '{{ {"a": tag} }}',
    "test": "{{ tag is defined }}",
    "a test of a text": '{{ 1 if tag is weekday("monday") else 2 }}',
    "a test that is counted out": '{{ 1 if day is weekday(*["monday"]) else 2 }}',
    "a test of a name": "{{ 1 if day is weekday(tag) else 2 }}",
    "unknown names in a filter's brackets": "{{ tag | truncate(day) }}",
    "spread arguments": "{{ tag | truncate(*[1]) }}",
    "deep brackets": "{{ " + "(" * 1500 + "tag" + ")" * 1500 + " }}",
    "deep not": "{{ " + "not " * 900 + "tag }}",
    "deep if": "{% if tag %}" * 30 + "x" + "{% endif %}" * 30,
    "many pieces": "{{ tag }}" * 210,
    "endless text": "x" * 4001,
    "a bare time": "{{ day }} {{ milestones.debate | upper }}",
    "a clock for a word": "{{ tag | clock }}",
    "a whole group": "{{ links }}",
    "if without else": '{{ "x" if platform == "x" }}',
    "not closed": "{% if tag %}",
    "no Jinja": "{{ tag }",
}


def problems(source: str, *, line: int = 1, known: KnownNames | None = None) -> tuple[Problem, ...]:
    return allow.tree(source, path=PATH, line=line, env=ENV, known=known)[1]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_is_refused_at_once(name: str) -> None:
    tree, found = allow.tree(HOSTILE[name], path=PATH, line=7, env=ENV)
    assert tree is None
    assert found
    assert all(each.path == PATH and each.line >= 7 and each.message and each.hint for each in found)


@pytest.mark.parametrize(
    "source",
    [
        "plain words",
        "{{ tag }} {{ handle }} {{ campaign.name }} {{ links.motion }}",
        "{{ milestones.debate | clock }} {{ day | weekday }} {{ day | date }}",
        '{% if platform == "x" %}a{% elif platform in ["bluesky", "mastodon"] %}b{% else %}c{% endif %}',
        '{{ "soon" if day < milestones.debate else "now" }}',
        '{% if not (day > milestones.debate and platform != "x") or tag %}a{% endif %}',
        '{% for word in ["one", "two"] %}{{ word | upper }}{% endfor %}',
        '{{ [tag, handle] | join(", ") }} {{ tag | lower | title | trim | capitalize }}',
        '{{ campaign.name | truncate(20, end="") }} {{ tag | default("none") }}',
        "{# a remark #}{% raw %}{{ }}{% endraw %}",
    ],
)
def test_an_honest_template_is_allowed(source: str) -> None:
    assert problems(source, known=KNOWN) == ()


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("{{ hadnle }}", "There is no `hadnle`.", "Did you mean handle?"),
        ("{{ milestones.debat | clock }}", "There is no `debat` among the milestones.", "Did you mean debate?"),
        ("{{ links.motoin }}", "There is no `motoin` among the links.", "Did you mean motion?"),
        ("{{ campaign.nam }}", "There is only its name.", "Did you mean name?"),
        ("{{ tag | uper }}", "There is no filter `uper`.", "Did you mean upper?"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest_one(source: str, message: str, hint: str) -> None:
    assert [(each.message, each.hint) for each in problems(source, known=KNOWN)] == [(message, hint)]


def test_a_name_with_a_default_need_not_exist() -> None:
    assert problems('{{ hadnle | default("x") }}', known=KNOWN) == ()


def test_without_known_names_only_the_language_is_checked() -> None:
    assert problems("{{ anything }} {{ milestones.anything | clock }}") == ()


def test_each_problem_has_the_files_own_line() -> None:
    found = problems("a\n{{ a ~ b }}\n\n{% set c = 1 %}\n{{ day }}", line=12)
    assert [(each.line, each.rule) for each in found] == [(13, "not_allowed"), (15, "not_allowed"), (16, "bare_time")]


def test_a_flood_of_problems_is_cut_short() -> None:
    assert len(problems("{{ 1 + 1 }}" * 50)) == 10


def test_the_environment_knows_nothing_but_our_filters() -> None:
    assert (ENV.globals, ENV.tests) == ({}, TESTS)
    assert set(ENV.filters) == {*allow.TEXT_FILTERS, *allow.TIME_FILTERS}


def test_every_filter_and_name_is_explained_to_those_who_write() -> None:
    explained = (Path(__file__).parents[2] / "docs" / "writing.md").read_text(encoding="utf-8")
    words = (*allow.TEXT_FILTERS, *allow.TIME_FILTERS, *allow.NAMES)
    assert [word for word in words if word not in explained] == []
