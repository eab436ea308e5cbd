"""Only what a page has shown counts as seen."""

from __future__ import annotations

import pytest
from django.core import signing

from amplifier.errors import Problem
from amplifier.web.console.shown import SALT, shown, to_show


def test_what_was_seen_of_one_post_is_not_seen_of_another_nor_of_what_came_since() -> None:
    first, more = (Problem("", 0, "near_copy", f"{one} say nearly the same.") for one in ("a and b", "a and c"))
    kept = to_show("a", [first])
    assert shown(kept.signed()) == kept
    assert kept not in (to_show("b", [first]), to_show("a", [first, more]), to_show("a", [more]))
    assert to_show("a", [more, first, first]) == to_show("a", [first, more])
    many = to_show("a", [Problem("", 0, "near_copy", f"{number} says the same.") for number in range(100)])
    assert (len(many.said), many.more) == (8, 92)
    assert len(many.signed()) < 1000


@pytest.mark.parametrize("signed", ["", "a", "0" * 16, "a:b:c", "<script>"])
def test_what_none_of_our_pages_has_signed_shows_nothing(signed: str) -> None:
    assert shown(signed) is None


def test_what_was_signed_for_another_use_shows_nothing() -> None:
    assert shown(signing.dumps(["a", ["b"], 0], salt="amplifier.web.said", compress=True)) is None
    assert shown(signing.dumps("a", salt=SALT, compress=True)) is None
