"""What to know of a person's words before anybody agrees: tags too long, signs that only templates know. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from amplifier.campaign.post import Words
from amplifier.compose.plain_tags import plain_tags
from amplifier.errors import Problem
from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Settings

SIGNS = re.compile(r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|\{#.*?(?:#\}|$)", re.DOTALL)
SHOWN = 32  # of what stands between the signs


def word_warnings(said: Iterable[Words], settings: Settings) -> list[Problem]:
    """Warnings of the words of one post on its accounts, each once."""
    found = (problem for one in said for problem in _of(one, settings))
    return list(dict.fromkeys(found))


def _of(words: Words, settings: Settings) -> Iterator[Problem]:
    yield from plain_tags(words.text, TABLE[settings.account(words.account).platform])
    for sign in dict.fromkeys(found[0] for found in SIGNS.finditer(words.text)):
        line = " ".join(sign.split())
        shown = line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
        yield Problem(
            "",
            0,
            "template_sign",
            f"“{shown}” goes out as it stands: what you write yourself is no template.",
            "Write the words themselves. Templates stand in templates/, and schedules say when they go out.",
        )
