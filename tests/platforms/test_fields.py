"""What is missing, null or of another kind is nothing: it never becomes the word None, and stops nothing."""

from __future__ import annotations

from typing import Any

import pytest

from amplifier.platforms.fields import part, parts, words


@pytest.mark.parametrize(
    ("value", "said"),
    [("When?", "When?"), ("", ""), (None, ""), (5, "5"), (True, ""), ([], ""), ({}, ""), ("None", "None"), (0.5, "")],
)
def test_a_field_in_words(value: Any, said: str) -> None:
    assert words({"text": value}, "text") == said
    assert words({}, "text") == ""


def test_only_objects_are_parts() -> None:
    assert parts({"all": [{"a": 1}, None, 5, {"b": 2}]}, "all") == [{"a": 1}, {"b": 2}]
    for odd in (None, 5, "x", {"a": 1}):
        assert parts({"all": odd}, "all") == []
    assert part({"one": {"a": 1}}, "one") == {"a": 1}
    for odd in (None, 5, "x", [{"a": 1}]):
        assert part({"one": odd}, "one") == {}
