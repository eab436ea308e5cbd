"""Which hashtags of a text are longer than their network takes, so that they stay plain words there. Pure."""

from __future__ import annotations

from amplifier.errors import Problem
from amplifier.platforms.capabilities import Capabilities
from amplifier.text.links import SpanKind, spans

SHOWN = 24  # of a tag that is too long to be shown


def plain_tags(text: str, row: Capabilities, *, path: str = "", line: int = 0) -> list[Problem]:
    """A warning for each hashtag that will be no link on this network; `path` and `line` say where the words are."""
    tags = dict.fromkeys(span.value for span in spans(text) if span.kind is SpanKind.TAG)
    return [
        Problem(
            path,
            line,
            "long_tag",
            f"#{tag[:SHOWN]}\u2026 is longer than a hashtag may be on {row.title}, so it stays plain words there.",
            f"Use at most {row.tag_graphemes} characters ({row.tag_bytes} bytes) if people shall find the post by it.",
        )
        for tag in tags
        if not row.takes_tag(tag)
    ]
