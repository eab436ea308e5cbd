"""Which hashtags of a plan are longer than their network takes: warnings, with file and line."""

from __future__ import annotations

from collections.abc import Iterable

from amplifier.campaign.post import WantedPost
from amplifier.compose.plain_tags import plain_tags
from amplifier.errors import Problem
from amplifier.platforms.capabilities import TABLE
from amplifier.schedule.program import Program
from amplifier.schedule.sameness import place_of


def long_tags(program: Program, posts: Iterable[WantedPost]) -> list[Problem]:
    """The warnings for these posts, each once a file and line."""
    settings, found = program.settings, dict[Problem, None]()
    for post in posts:
        for words in post.words:
            path, line = place_of(post, words.account, program.templates, settings)
            row = TABLE[settings.account(words.account).platform]
            found |= dict.fromkeys(plain_tags(words.text, row, path=path, line=line))
    return list(found)
