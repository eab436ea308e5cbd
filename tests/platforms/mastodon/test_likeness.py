from __future__ import annotations

import pytest

from amplifier.platforms.mastodon.likeness import FAR, distance, is_alike
from tests.platforms.mastodon.test_statuses import LINKED

# What servers make of words: escaped twice, backslashes, Markdown, betters quotes, shortens links, takes out tags.
ALIKE = [
    ("<p>5 &amp;lt; 6 &amp;amp; 7</p>", "5 < 6 & 7"),
    ("<p>5 &amp;amp;amp; 7</p>", "5 & 7"),
    (r"<p>my\_name says \*stop\* here\!</p>", "my_name says *stop* here!"),
    ("<p>my_name says <em>stop</em> here!</p>", "my_name says *stop* here!"),
    ("<p>un<strong>believ</strong>able</p>", "un**believ**able"),
    ("<ol><li>Vote</li><li>Tell others</li></ol>", "1. Vote\n2. Tell others"),
    ("<ul><li>Vote</li><li>Tell</li></ul>", "- Vote\n- Tell"),
    ("<h1>Polls close</h1><p>at 17:00</p>", "# Polls close\n\nat 17:00"),
    ("<blockquote><p>Said she</p></blockquote>", "> Said she"),
    ("<p>\u201cGo\u201d \u2013 now\u2026 it\u2019s \u00bd past</p>", '"Go" -- now... it\'s 1/2 past'),
    ('<p>Read <a href="https://freemovement.example/motion">our motion</a></p>', None),
    (LINKED, "See https://freemovement.example/motion?a=1&b=2"),
    (
        '<p>See <a href="https://freemovement.example/motion?a=1">freemovement.example/mot…</a></p>',
        "See https://freemovement.example/motion?a=1",
    ),
    ('<p>See <a href="https://freemovement.example/">freemovement.example</a></p>', "See freemovement.example"),
    ('<p><a href="https://freemovement.example/m">https://freemovement.example/m</a>を見て</p>', None),
    ('<p>Ask <a href="https://social.example/@help" class="mention">@<span>help</span></a></p>', None),
    ("<p>Ask @help@social.example</p>", "Ask @help@social.example"),
    ('<p><a href="/tags/lab23" rel="tag">#Lab23</a></p>', "#Lab23"),
    ('<p>Good <img alt=":blobcat:" src="/x.png"> morning</p>', "Good :blobcat: morning"),
    ("<p>مرحبا بكم</p>", "مرحبا بكم"),
    ("<p>👩‍👩‍👧‍👦</p>", "👩‍👩‍👧‍👦"),
    ("<p>I &lt;3 you</p>", "I <3 you"),
    ("<p>a b</p>", "a <name> b"),
]
WRITTEN = {
    10: "Read [our motion](https://freemovement.example/motion)",
    14: "https://freemovement.example/mを見て",
    15: "Ask @help@social.example",
}


@pytest.mark.parametrize(("content", "text"), [(html, text or WRITTEN[n]) for n, (html, text) in enumerate(ALIKE)])
def test_what_a_server_makes_of_our_words_is_alike(content: str, text: str) -> None:
    assert is_alike(content, text)
    assert distance(content, text) == 0


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>Polls close at 18:00</p>", "Polls close at 17:00"),
        ("<p>Polls close</p>", "Polls close at 17:00"),
        ("<p>Polls close at 17:00, they say</p>", "Polls close at 17:00"),
        ('<p>See <a href="https://a.example/1">https://a.example/1</a></p>', "See https://a.example/2"),
        ("<p>#Lab24</p>", "#Lab23"),
        ("", "Polls close at 17:00"),
    ],
)
def test_other_words_are_not_alike(content: str, text: str) -> None:
    assert not is_alike(content, text)


def test_what_is_near_is_told_from_what_is_something_else() -> None:
    ours = "Polls close at 17:00, tell everybody"

    assert 0 < distance("<p>Polls close at 18:00, tell everybody</p>", ours) < FAR
    assert distance("<p>Polls close (c) at 17:00, tell everybody</p>", ours) < FAR
    assert distance("<p>Somebody asks what this is about</p>", ours) == FAR
    assert distance("", ours) == FAR
    assert distance("", "👍") == 0
