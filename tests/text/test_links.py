"""Links, tags and handles, as people write them and as the networks' own examples have them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.text.links import SpanKind, spans

Reference = dict[str, dict[str, list[dict[str, Any]]]]


def found(text: str, kind: SpanKind) -> list[str]:
    return [span.value for span in spans(text) if span.kind is kind]


@pytest.mark.parametrize("name", ["hashtags", "hashtags_from_astral"])
def test_tags_are_those_of_x(twitter_text: Reference, name: str) -> None:
    cases = twitter_text["extract"][name]
    wrong = [case for case in cases if found(case["text"], SpanKind.TAG) != case["expected"]]
    assert wrong == []


def test_handles_are_those_of_x_except_where_other_networks_read_more(twitter_text: Reference) -> None:
    # X reads "RT@name" and a name between East Asian letters; "@test@example.com" is a handle to Mastodon.
    left_out = ("after 'rt'", "japanese", "too close to an email")
    cases = [
        c for c in twitter_text["extract"]["mentions"] if not any(word in c["description"].lower() for word in left_out)
    ]
    wrong = [case for case in cases if found(case["text"], SpanKind.HANDLE) != case["expected"]]
    assert (len(cases) > 15, wrong) == (True, [])


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://example.com/a.", "https://example.com/a"),
        ("(https://example.com/a)", "https://example.com/a"),
        ("(https://example.com/a_(b))", "https://example.com/a_(b)"),
        ("https://example.com/a?b=c&d=e#f, and", "https://example.com/a?b=c&d=e#f"),
        ("\u2018https://example.com/\u2019", "https://example.com/"),
        ("HTTPS://EXAMPLE.com!", "HTTPS://EXAMPLE.com"),
        ("<https://example.com>", "https://example.com"),
        ("https://social.example/@name/1", "https://social.example/@name/1"),
        ("\u2066https://example.com/\u2069", "https://example.com/"),
        ("https://example.com/a_", "https://example.com/a_"),
    ],
)
def test_a_link_ends_before_the_punctuation(text: str, link: str) -> None:
    assert [(span.kind, span.value) for span in spans(text)] == [(SpanKind.LINK, link)]


@pytest.mark.parametrize("text", ["example.com", "ftp://example.com", "https://", "xhttps://example.com", "http://)"])
def test_this_is_no_link(text: str) -> None:
    assert spans(text) == ()


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@labfreemvmt", "labfreemvmt"),
        ("thank you @labfreemvmt.", "labfreemvmt"),
        ("(@labfreemvmt.example)", "labfreemvmt.example"),
        ("@labfreemvmt@social.example: hello", "labfreemvmt@social.example"),
        ("by @first.last@social.example.", "first.last@social.example"),
        ("ask @under_score, please", "under_score"),
    ],
)
def test_a_handle_of_each_network_is_read_whole(text: str, handle: str) -> None:
    assert [(span.kind, span.value) for span in spans(text)] == [(SpanKind.HANDLE, handle)]


@pytest.mark.parametrize("text", ["name@social.example", "@", "@-x", "@@name", "a.@name", "half-@name"])
def test_this_is_no_handle(text: str) -> None:
    assert spans(text) == ()


@pytest.mark.parametrize("text", ["#23", "#", "#-x", "#_", "word#tag", "&#x27;", "##Lab23"])
def test_this_is_no_tag(text: str) -> None:
    assert spans(text) == ()


def test_spans_come_in_order_with_their_places() -> None:
    text = "#Lab23: ask @name at https://example.com/x."
    assert [(s.kind.value, text[s.start : s.end]) for s in spans(text)] == [
        ("tag", "#Lab23"),
        ("handle", "@name"),
        ("link", "https://example.com/x"),
    ]


PIECES = st.sampled_from(
    ["#Lab23", "@name", "@n@s.example", "https://e.example/a", ".", ")", "(", " ", "word", "23", "#"]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)))
def test_spans_lie_inside_the_text_and_apart(text: str) -> None:
    position = 0
    for span in spans(text):
        assert position <= span.start < span.end <= len(text)
        assert span.value
        assert text[span.start : span.end].endswith(span.value)
        position = span.end
