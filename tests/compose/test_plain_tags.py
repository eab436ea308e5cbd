"""Hashtags that are too long for a network."""

from __future__ import annotations

from amplifier.compose.plain_tags import plain_tags
from amplifier.platforms.capabilities import TABLE


def test_a_tag_of_65_characters_is_told_of_where_it_stays_plain() -> None:
    text = f"Vote #{'a' * 64} #{'b' * 65} #{'b' * 65}"
    (problem,) = plain_tags(text, TABLE["bluesky"], path="templates/a.j2", line=3)
    assert (problem.path, problem.line, problem.rule) == ("templates/a.j2", 3, "long_tag")
    assert problem.message.startswith("#bbbbbbbbbbbbbbbbbbbbbbbb… is longer than a hashtag may be on Bluesky")
    assert "64 characters (640 bytes)" in problem.hint


def test_a_tag_of_too_many_bytes_is_told_of_as_well() -> None:
    assert plain_tags("#" + "a" + "\u0e01\u0e49\u0e33" * 72, TABLE["bluesky"])


def test_where_only_the_post_bounds_a_tag_nothing_is_told() -> None:
    assert plain_tags("#" + "a" * 200, TABLE["x"]) == []
    assert plain_tags("#" + "a" * 200, TABLE["mastodon"]) == []
