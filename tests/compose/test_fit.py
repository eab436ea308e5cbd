"""A text is made whole once, counted as its network counts, and refused with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.compose.fit import Measure, check_words, contains, finish, measure
from amplifier.platforms.capabilities import TABLE, Counting
from amplifier.policy import Counts

X, BLUESKY, MASTODON = TABLE["x"], TABLE["bluesky"], TABLE["mastodon"]
REQUIRED = ("#Lab23", "@labfreemvmt")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Words.", "Words. #Lab23 @labfreemvmt"),
        ("Words #lab23 here.", "Words #lab23 here. @labfreemvmt"),
        ("Words #Lab23x.", "Words #Lab23x. #Lab23 @labfreemvmt"),
        ("By @labfreemvmt.", "By @labfreemvmt. #Lab23"),
        ("By @labfreemvmt.example.", "By @labfreemvmt.example. #Lab23 @labfreemvmt"),
        ("By @labfreemvmt@social.example", "By @labfreemvmt@social.example #Lab23 @labfreemvmt"),
        ("https://a.example/#Lab23", "https://a.example/#Lab23 #Lab23 @labfreemvmt"),
        ("One.\n\nTwo.", "One.\n\nTwo.\n\n#Lab23 @labfreemvmt"),
        ("One.\n\n#FreeMovement", "One.\n\n#FreeMovement #Lab23 @labfreemvmt"),
        ("  Words.\n", "Words. #Lab23 @labfreemvmt"),
    ],
)
def test_what_a_text_lacks_is_added_once(text: str, whole: str) -> None:
    assert finish(text, required=REQUIRED, imprint="") == whole


def test_the_imprint_comes_last_and_once() -> None:
    whole = finish("Words.", required=REQUIRED, imprint="Promoted by A, B.")
    assert whole == "Words. #Lab23 @labfreemvmt\n\nPromoted by A, B."
    assert finish(whole, required=REQUIRED, imprint="Promoted by A, B.") == whole
    assert finish("Words.\nPromoted by A, B.", required=("#Lab23",), imprint="Promoted by A, B.") == (
        "Words. #Lab23\n\nPromoted by A, B."
    )


def test_words_that_are_no_tag_are_compared_whole_and_without_case() -> None:
    assert contains("Vote for FREE movement.", "free movement")
    assert not contains("Vote for free movements.", "free movement")
    assert not contains("Vote for carefree movement.", "free movement")


def test_an_imprint_that_is_only_the_end_of_a_word_is_not_one() -> None:
    assert finish("Selfmade by A.", required=(), imprint="made by A.") == "Selfmade by A.\n\nmade by A."


WORDS = st.lists(
    st.sampled_from(
        ["vote", "#Lab23", "#lab23", "#Lab23x", "@labfreemvmt", "@labfreemvmt.example", ".", "\n\n", "\n", "é"]
    )
    | st.text(max_size=8),
    max_size=12,
).map(" ".join)


@given(WORDS, st.sampled_from(["", "Promoted by A.", "#Lab23", "@labfreemvmt"]))
def test_finishing_twice_changes_nothing(text: str, imprint: str) -> None:
    once = finish(text, required=REQUIRED, imprint=imprint)
    assert finish(once, required=REQUIRED, imprint=imprint) == once


@given(WORDS, st.sampled_from(["", "Promoted by A."]))
def test_finishing_loses_no_word_and_lacks_nothing(text: str, imprint: str) -> None:
    whole = finish(text, required=REQUIRED, imprint=imprint)
    assert whole.startswith(text.strip().removesuffix(imprint).rstrip())
    assert all(contains(whole, words) for words in REQUIRED)
    assert whole.endswith(imprint)


@pytest.mark.parametrize(
    ("counting", "used"),
    [
        (Counting.WEIGHTED, 53),
        (Counting.GRAPHEMES, 56),
        (Counting.GRAPHEMES_SHORT_LINKS, 37),
        (Counting.CODE_POINTS, 56),
    ],
)
def test_a_text_is_counted_as_its_network_counts(counting: Counting, used: int) -> None:
    text = "é \U0001f44d https://example.com/a/b/c/d @name@social.example end"
    measured = measure(text, counting=counting, limit=50, max_bytes=0, link_cost=23)
    assert measured == Measure(used, 50, 60, fits=used <= 50)


def test_bytes_matter_where_the_network_counts_them() -> None:
    text = "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 200  # 200 graphemes, 3,600 bytes
    assert not measure(text, counting=Counting.GRAPHEMES, limit=300, max_bytes=3000, link_cost=0).fits
    assert measure(text, counting=Counting.GRAPHEMES, limit=300, max_bytes=0, link_cost=0).fits
    assert [each.rule for each in check_words(text, BLUESKY)] == ["too_long"]


@pytest.mark.parametrize(
    "text", ["Vote for it. #Lab23", "Hear .@labfreemvmt", "#free movement", "A (#Lab23) tag", "a # b"]
)
def test_a_good_text_has_no_problem(text: str) -> None:
    assert check_words(text, X) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("@labfreemvmt says", "begins_with_handle"),
        ("\uff20labfreemvmt says", "begins_with_handle"),
        ("Gr\udcfc\udcdfe", "unsayable"),
        ("Half a flag \ud83d", "unsayable"),
        ("Red \x1b[31m alarm", "unsayable"),
        ("Bell\x07", "unsayable"),
        ("Turned \u202e round", "unsayable"),
        ("In #23 days", "no_tag"),
        ("A #-x", "no_tag"),
        ("A (#_)", "no_tag"),
        ("word " * 60, "too_long"),
    ],
)
def test_a_text_that_must_not_go_out_is_told(text: str, rule: str) -> None:
    assert [each.rule for each in check_words(text, X, path="p", line=3)] == [rule]


def test_a_problem_says_where_how_much_and_what_to_do() -> None:
    (problem,) = check_words("word " * 59 + "end", X, path="templates/a.j2", line=3)
    assert str(problem) == (
        "templates/a.j2:3: X allows 280 characters; "
        "\u201cword word word word word word word word\u2026\u201d has 298.\n"
        "    Take out 18, or write a shorter form for x."
    )


def test_what_cannot_be_seen_is_named_and_shown_as_nothing_that_a_terminal_obeys() -> None:
    (problem,) = check_words("Red \x1b[31m alarm", X)
    assert problem.message == "“Red \\x1b[31m alarm” has a character that no post can have: U+001B."


@pytest.mark.parametrize(
    "text", ["Two\r\nlines\tand a tab", "\u2067\u05e9\u05dc\u2069 all", "\u0645\u06cc\u200c\u062e\u0648", "👨\u200d👩"]
)
def test_what_writing_needs_is_sayable(text: str) -> None:
    assert check_words(text, X) == ()


def test_where_links_count_whole_it_is_said() -> None:
    row = MASTODON.told(limit=40, counts=Counts.CODE_POINTS)
    (problem,) = check_words("See https://freemovement.example/motion/2023", row)
    assert problem.message.startswith("Mastodon allows 40 characters")
    assert problem.hint == "Take out 4, or write a shorter form for mastodon. Links count whole there."
    assert check_words("See https://freemovement.example/motion/2023", MASTODON.told(limit=40, counts=None)) == ()
    assert "whole" not in check_words("word " * 80, BLUESKY)[0].hint


def test_an_account_may_have_another_limit() -> None:
    text = "word " * 60 + "end"
    assert check_words(text, X, limit=400) == ()
    assert check_words(text, MASTODON) == ()
    assert [each.rule for each in check_words(text, MASTODON, limit=100)] == ["too_long"]
    assert [each.rule for each in check_words(text, replace(MASTODON, limit=100))] == ["too_long"]
