"""What is missing, null or of another kind is nothing: it never becomes the word None, and stops nothing."""

from __future__ import annotations

from typing import Any

import pytest

from amplifier.platforms.fields import an_address, an_id, in_words, part, parts, words


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


@pytest.mark.parametrize(
    ("found", "said"), [("5", "5"), (5, "5"), ("at://did:plc:us/app/3k", "at://did:plc:us/app/3k")]
)
def test_an_id_is_kept_as_it_came(found: Any, said: str) -> None:
    assert an_id(found) == said


@pytest.mark.parametrize(
    "found", [None, "", True, 1.5, [], {}, "5\ud83d", "5\x00", "5\n6", "5 6", "\x1b[2J", "x" * 301]
)
def test_what_can_be_no_id_is_refused(found: Any) -> None:
    with pytest.raises(ValueError, match="can be kept"):
        an_id(found)


@pytest.mark.parametrize(
    "odd",
    [None, 5, "", "javascript:alert(1)", "/@us/5", "https://s/\ud83d", "https://s/\n5", "https://s/ 5", "h" * 3000],
)
def test_what_is_no_address_of_a_page_is_passed_over(odd: Any) -> None:
    assert an_address(odd, "https://social.example/5") == "https://social.example/5"
    assert an_address(odd) == ""


def test_words_of_several_lines_lose_what_cannot_be_kept_alone() -> None:
    assert in_words("Polls\n\tclose \ud83d\x00\x1b[2J👩‍👩‍👧\r\n") == "Polls\n\tclose [2J👩‍👩‍👧\n"
