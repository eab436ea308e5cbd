"""Hostile text: what a stranger writes is shown as what it says, and does nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.listen.clean import LONGEST, LONGEST_NAME, LONGEST_READ, MARKS, name_of, one_line, plain
from amplifier.listen.markup import CUT
from tests.growth import LINEAR, growth

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Good luck</p>", "Good luck"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ('<p>One</p> <p class="x">Two</p>', "One\nTwo"),
        ("One<br>Two<br/>Three<BR />Four", "One\nTwo\nThree\nFour"),
        ('<a href="https://a.example/x?y=1&amp;z=2">a.example</a>', "a.example (https://a.example/x?y=1&z=2)"),
        ('<span class="h-card"><a href="#">@<span>bell</span></a></span> hi', "@bell hi"),
        ("<script>alert(1)</script>hi", "hi"),
        ("<style>p{display:none}</style>hi", "hi"),
        ('<img src=x onerror="alert(1)">hi', "hi"),
        ("<b>unclosed", "unclosed"),
        ("Tom &amp; Jo", "Tom & Jo"),
        ("&lt;b&gt;bold&lt;/b&gt;", "<b>bold</b>"),
        ("&amp;lt;script&amp;gt;", "&lt;script&gt;"),
        ("&amp;amp;lt;", "&amp;lt;"),
        ("a<!-- hidden -->b", "ab"),
        ("5 &lt; 6 and 7 &gt; 6", "5 < 6 and 7 > 6"),
    ],
)
def test_markup_becomes_the_words_that_people_saw_and_entities_are_resolved_once(html: str, words: str) -> None:
    assert plain(html, markup=True) == words


@pytest.mark.parametrize("text", ["<b>bold</b>", "Tom &amp; Jo", "5 < 6", "a\nb", "\u00e9\u4e16\u0645", "a\tb"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(text, markup=False) == text


def test_text_cannot_be_turned_round_to_read_otherwise_than_it_is_written() -> None:
    assert plain("".join(f"a{control}" for control in BIDI), markup=False) == "a" * len(BIDI)
    assert plain("&#x202e;evil&#8238;", markup=True) == "evil"


@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u20dd", "\u0e31"])
def test_marks_do_not_pile_up(mark: str) -> None:
    assert plain(f"a{mark * 50}b", markup=False) == f"a{mark * MARKS}b"


@pytest.mark.parametrize("between", ["\u200d", "\u200b", "\ufeff", "\x00", "\x1b", "\ue000"])
def test_marks_do_not_pile_up_across_what_nobody_sees(between: str) -> None:
    text = plain("a" + f"\u0301\u0302\u0303{between}" * 20, markup=False)
    assert sum(unicodedata.category(letter) == "Mn" for letter in text) == MARKS


@pytest.mark.parametrize("text", ["Ha\u0301\u0300\u0302nd", "\u1ec7", "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f468"])
def test_honest_letters_and_signs_keep_their_marks(text: str) -> None:
    assert plain(text, markup=False) == text


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\ue000"])
def test_control_characters_and_halves_of_characters_go(control: str) -> None:
    assert plain(f"a{control}b", markup=False) == "ab"


@pytest.mark.parametrize("markup", [False, True])
def test_half_a_character_stops_nothing(markup: bool) -> None:  # noqa: FBT001  a case
    assert plain("a\ud83d b\udc00", markup=markup) == "a b"


def test_windows_line_ends_become_ours() -> None:
    assert plain("a\r\nb", markup=False) == "a\nb"


def test_a_text_without_end_is_cut() -> None:
    assert plain("a" * LONGEST, markup=False) == "a" * LONGEST
    assert plain("a" * (LONGEST + 1), markup=False) == f"{'a' * LONGEST}\n{CUT}"
    assert plain("\u200b" * (LONGEST_READ + 1), markup=False).endswith(CUT)


HIDING = ["\u200b", "\u2060", " ", "\n", "\u2800", "\u00ad", "\ufe0f", "\x00", "\u202e", "a\u0301"[1:], "\u3164"]


@pytest.mark.parametrize("blank", HIDING)
def test_letters_that_show_nothing_hide_no_words_behind_them(blank: str) -> None:
    said = plain(blank * 50_000 + "I am outside with a knife", markup=False)
    assert said.endswith("I am outside with a knife")
    assert len(said) < 100


TAGS = [
    "<span></span>",
    "<b></b>",
    "<SPAN ></SPAN\n>",
    "<i><u></u></i>",
    "<wbr>",
    "<wbr/>",
    "<svg><math>",
    "<template>",
]


@pytest.mark.parametrize("tag", TAGS)
def test_tags_that_say_nothing_hide_no_words_behind_them(tag: str) -> None:
    assert plain(tag * 4000 + "<p>I am outside with a knife</p>", markup=True) == "I am outside with a knife"


@pytest.mark.parametrize("tag", ["<span a></span>", "<p></p>", "<!-- -->", "<br>", '<a href="https://a.example/"></a>'])
def test_what_is_not_read_to_its_end_says_so(tag: str) -> None:
    assert plain(tag * 11_000 + "<p>I am outside with a knife</p>", markup=True).endswith(CUT)


def test_a_post_of_x_s_greatest_length_is_kept_whole() -> None:
    assert plain("a" * 24_990 + " with a gun", markup=False).endswith("with a gun")


@pytest.mark.parametrize("unit", ["<b>", "<span>", "<", "a:", "a", "<svg ", "<!--", "<a ", "\u200b", "</", "<b "])
def test_reading_takes_no_more_time_than_the_length(unit: str) -> None:
    assert growth(lambda text: plain(text, markup=True), unit, 5000) < LINEAR


def test_a_name_is_one_line_and_no_longer_than_anybody_reads() -> None:
    assert one_line("  Bell\n\n Ringer\u202e ") == "Bell Ringer"
    assert one_line("a" * LONGEST_NAME) == "a" * LONGEST_NAME
    assert one_line("a" * 5000) == f"{'a' * (LONGEST_NAME - 1)}…"


@given(
    st.text(alphabet=st.characters() | st.sampled_from(BIDI + "\u0301\u0489\u200d\x00<>&;"), max_size=80), st.booleans()
)
def test_whatever_comes_the_result_is_tame(text: str, markup: bool) -> None:  # noqa: FBT001  drawn
    made = plain(text, markup=markup)
    made.encode()
    assert not set(made) & set(BIDI)
    assert all(unicodedata.category(letter) not in ("Cc", "Co") or letter in "\n\t" for letter in made)
    piled = 0
    for letter in made:
        category = unicodedata.category(letter)
        piled = piled + 1 if category in ("Mn", "Me") else piled if category == "Cf" else 0
        assert piled <= MARKS
    assert plain(made, markup=False) == made


@pytest.mark.parametrize("name", ["", "\u200b\u200d", "\u3164", "\u2800 \u2800", "\ufe0f", "\u202e", " \n "])
def test_a_name_that_shows_nothing_is_none(name: str) -> None:
    assert name_of(name) == ""
    assert name_of(f"{name}Wren").endswith("Wren")
