"""A stranger's HTML in words: the lines that people saw, and where links lead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amplifier.listen.markup import CUT, LONGEST, words

LINK = (
    '<a href="https://freemovement.example/motion?a=1&amp;b=2"><span class="invisible">https://</span>'
    '<span class="ellipsis">freemovement.example/mot</span><span class="invisible">ion?a=1&amp;b=2</span></a>'
)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<ul><li>bread</li><li>roses</li></ul>", "• bread\n• roses"),
        ("<p>Bring:</p><ul><li>bread</li><li>roses</li></ul>now", "Bring:\n• bread\n• roses\nnow"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ('<ol start="3"><li>three</li><li>four</li></ol>', "3. three\n4. four"),
        ('<ol start="-1"><li>one</li></ol>', "1. one"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "• a\n  • b\n• c"),
        ("<ul><li><p>a</p><p>more</p></li></ul>", "• a\n  more"),
        ("<ul><li></li><li>b</li></ul>", "• b"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "• a\n• b"),
        ("<dl><dt>When</dt><dd>Ten</dd></dl>", "When\nTen"),
    ],
)
def test_items_stand_on_lines_of_their_own_with_bullet_or_number(html: str, said: str) -> None:
    assert words(html) == said


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>She said</p><blockquote><p>No.</p></blockquote><p>Really</p>", "She said\n> No.\nReally"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\nc"),
        ("<blockquote><blockquote>a</blockquote>b</blockquote>", "> > a\n> b"),
        ("<h1>Agenda</h1>Item<h2>Next</h2>", "Agenda\nItem\nNext"),
        ("<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\nd"),
        ("<pre><code>x = 1\ny = 2</code></pre>", "x = 1\ny = 2"),
        ("<table><tr><th>Hall</th><td>1B</td></tr><tr><td>x</td></tr></table>", "Hall | 1B\nx"),
        ("<div>a</div><div>b</div>c<hr>d", "a\nb\nc\nd"),
        ("<p>a</p>\n\n<p>b</p>", "a\nb"),
        ("<p>a\nb</p>", "a\nb"),
        ("a<br><br>b", "a\n\nb"),
        ("<p></p><p> </p>a", "a"),
    ],
)
def test_quotes_headings_and_what_is_preformatted_are_not_glued_together(html: str, said: str) -> None:
    assert words(html) == said


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<a href="https://evil.example/x">our motion</a>', "our motion (https://evil.example/x)"),
        ('<a href="https://evil.example/x">https://bank.example</a>', "https://bank.example (https://evil.example/x)"),
        (LINK, "https://freemovement.example/motion?a=1&b=2"),
        ('<a href="https://a.example/">a.example</a>', "https://a.example/"),
        ('<a href="https://a.example/"></a>', "https://a.example/"),
        ('<a href="mailto:wren@meadow.example">wren@meadow.example</a>', "mailto:wren@meadow.example"),
        ('<a href="https://a.example/"><p>two</p><p>lines</p></a>', "two lines (https://a.example/)"),
        ('<a href="javascript:alert(1)">hi</a>', "hi"),
        ('<a href="data:text/html,x">hi</a>', "hi"),
        ('<a href="/tags/x">hi</a>', "hi"),
        ("<a>hi</a>", "hi"),
        # A tag and a person are known by their own page, or by what Mastodon calls them.
        ('<a href="https://a.example/tags/Lab23" class="mention hashtag" rel="tag">#<span>Lab23</span></a>', "#Lab23"),
        ('<a href="https://a.example/tag/lab23">#Lab23</a>', "#Lab23"),
        ('<a href="https://a.example/?t=lab23" rel="tag">#Lab23</a>', "#Lab23"),
        ('<a href="https://a.example/@wren" class="u-url mention">@<span>wren</span></a>', "@wren"),
        ('<a href="https://a.example/users/wren">@wren@a.example</a>', "@wren@a.example"),
        ('<a href="https://meadow.a.example/@wren">@wren@a.example</a>', "@wren@a.example"),
        ('<a href="https://a.example/@wren@b.example">@wren</a>', "@wren"),
        ('<a href="https://evil.example/log-in">@bank</a>', "@bank (https://evil.example/log-in)"),
        ('<a href="https://evil.example/" class="mention">log in here</a>', "log in here (https://evil.example/)"),
    ],
)
def test_a_link_says_where_it_leads_unless_its_words_do(html: str, said: str) -> None:
    assert words(html) == said


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<img src="x" alt="A full hall">', "(a picture: A full hall)"),
        ('<img class="emoji" alt=":tada:">', ":tada:"),
        ('<img src="x">hi', "hi"),
        ('<a href="https://a.example/"><img alt="A map"></a>', "(a picture: A map) (https://a.example/)"),
    ],
)
def test_a_picture_among_the_words_says_what_it_shows(html: str, said: str) -> None:
    assert words(html) == said


@pytest.mark.parametrize(
    "html", ["<div>" * 40_000, "<ul><li>" * 9000, "<blockquote>" * 9000, "&" * 200_000, "<" * 200_000]
)
def test_html_without_end_ends(html: str) -> None:
    said = words(html + "x")
    assert len(said) <= LONGEST + len(CUT) + 1
    assert said.endswith(CUT)


TAGS = ["p", "ul", "ol", "li", "blockquote", "pre", "a", "br", "img", "table", "td", "h2", "b", "script", "x"]
PIECES = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
        st.sampled_from(['<a href="https://a.example/x">', "<ol start=9>", "&lt;b&gt;", "&amp;", "<!--", "-->", "\n"]),
        st.text(max_size=5),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(PIECES)
def test_whatever_is_nested_in_whatever_it_becomes_lines_without_blank_ends(pieces: list[str]) -> None:
    said = words("".join(pieces))
    assert not said.startswith("\n")
    assert all(line == line.rstrip() for line in said.split("\n"))


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=8))
def test_no_word_is_lost_and_none_are_glued_together(said: list[str]) -> None:
    for tag in ("p", "li", "blockquote", "h2", "pre", "div"):
        html = "".join(f"<{tag}>{word}</{tag}>" for word in said)
        assert words(f"<ul>{html}</ul>" if tag == "li" else html).replace("•", "").replace(">", "").split() == said


BANK = "https://bank.example/login"
DISGUISED = [
    "HTTPS://evil.example/login",
    " https://evil.example/login",
    "ht&#9;tps://evil.example/login",
    "https&#10;://evil.example/login",
    "//evil.example/login",
    "&#92;&#92;evil.example/login",
    "https:evil.example/login",
    "https:&#92;&#92;evil.example/login",
    "gemini://evil.example/login",
    "web+evil:login.evil.example",
    "javascript:location='evil.example'",
    "/evil.example/login",
    "https://bank.example@evil.example/login",
]


@pytest.mark.parametrize("address", DISGUISED)
@pytest.mark.parametrize(
    "label", [BANK, "bank.example", "@wren@bank.example", "@bank.example", "#https://bank.example"]
)
@pytest.mark.parametrize("mark", ["", ' class="u-url mention hashtag" rel="tag"'])
def test_words_that_say_one_address_and_lead_to_another_show_both(address: str, label: str, mark: str) -> None:
    said = words(f'<a href="{address}"{mark}>{label}</a>')
    assert said.startswith(label)
    assert "evil.example" in said


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>We <del>hate</del> love you</p>", "We (struck out: hate) love you"),
        ("<s>no</s> <strike>nay</strike> yes", "(struck out: no) (struck out: nay) yes"),
        ("10<sup>6</sup> H<sub>2</sub>O", "10^6 H_2O"),
        ("<q>Vote</q>, she said", "\u201cVote\u201d, she said"),
        ('<a href="https://a.example/"><del>one</del> two</a>', "(struck out: one) two (https://a.example/)"),
        ('<a href="gemini://a.example/">hi</a>', "hi (gemini://a.example/)"),
    ],
)
def test_what_is_struck_out_raised_or_quoted_says_so(html: str, said: str) -> None:
    assert words(html) == said
