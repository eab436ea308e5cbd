"""The console's templates: everything is escaped, also in what macros give back, and a missing name is an error."""

from __future__ import annotations

import pytest
from django.template import engines
from jinja2 import UndefinedError

from amplifier.web.environment import environment

NASTY = "<b onclick='x'>\"&"


def test_whatever_is_written_into_a_page_is_escaped() -> None:
    made = environment().from_string('{{ words }}{% macro m(x) %}<i title="{{ x }}">{% endmacro %}{{ m(words) }}')
    said = made.render(words=NASTY)
    assert said == '&lt;b onclick=&#39;x&#39;&gt;&#34;&amp;<i title="&lt;b onclick=&#39;x&#39;&gt;&#34;&amp;">'


def test_nobody_can_switch_that_off_by_an_option() -> None:
    assert environment(autoescape=False).from_string("{{ words }}").render(words="<") == "&lt;"


def test_a_name_that_is_not_there_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ truht }}").render(truth="yes")


def test_django_uses_this_environment() -> None:
    with pytest.raises(UndefinedError):
        engines.all()[0].from_string("{{ truht }}").render({})
    assert engines.all()[0].from_string("{{ words }}").render({"words": "<"}) == "&lt;"
