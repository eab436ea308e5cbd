"""What a server's HTML is made of before it is read: the same words, and never more time than they are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amplifier.platforms.mastodon.likeness import ADDRESS, essence, essence_of_html
from amplifier.platforms.mastodon.statuses import plain, same_content
from amplifier.platforms.mastodon.tidy import LONGEST, tidy
from tests.growth import LINEAR, growth

ENDLESS = ["<a ", "<a", "<!--", '<a href="', "<a b=", "<![CDATA[", "<?", "</", "&#", "<b>", "<"]
ENDLESS += ["a\n", "a.", "@a@.", ":a"]


@pytest.mark.parametrize("unit", ENDLESS)
@pytest.mark.parametrize("read", [plain, essence_of_html, essence, lambda html: same_content(html, "Hi")])
def test_no_answer_takes_more_than_its_length(read: Callable[[str], Any], unit: str) -> None:
    fresh = getattr(read, "__wrapped__", read)
    assert growth(lambda html: fresh(f"{html}|"), unit) < LINEAR


def test_an_address_is_seen_in_one_go() -> None:
    assert growth(lambda shown: ADDRESS.fullmatch(f"{shown} b"), "a.") < LINEAR
    for yes in ("meadow.example", "https://meadow.example", "HTTP://a.b/c d"[:12], "a.b/x/y"):
        assert ADDRESS.fullmatch(yes), yes
    for no in ("meadow", "https://", ".example", "meadow.", "a.b c", "/a.b", ""):
        assert not ADDRESS.fullmatch(no), no


@pytest.mark.parametrize("text", ["1. One", "  - two", "\n\n\n# Three", "> four", "## 5", "12) six", "*  seven"])
def test_what_marks_an_item_is_left_out(text: str) -> None:
    assert essence(text) == text.rsplit(maxsplit=1)[-1].casefold()


def test_words_lines_and_links_stay() -> None:
    assert plain('<p>One<br>two &amp; <a href="https://meadow.example/x" class="u">three</a></p><p>4 < 5</p>') == (
        "\nOne\ntwo & three\n4 < 5"
    )
    assert tidy('<a href="https://meadow.example/x">a</a>') == '<a href="https://meadow.example/x">a</a>'
    assert len(tidy("x" * 3 * LONGEST)) == LONGEST
