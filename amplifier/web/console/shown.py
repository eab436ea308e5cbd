"""What a page shows before somebody decides all the same. Signed, so that only what it has shown counts as seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing

from amplifier.errors import Problem

SALT = "amplifier.web.shown"
SHOWN_FOR_S = 3600
MOST = 8  # of what says nearly the same


@dataclass(frozen=True)
class Sentences:
    """What is said of a post, by its name: these sentences, and how many more there are."""

    post: str
    said: tuple[str, ...]
    more: int

    def signed(self) -> str:
        """As it goes into an address, and into the form beside what it shows."""
        return signing.dumps([self.post, list(self.said), self.more], salt=SALT, compress=True)


def to_show(post: str, warnings: Sequence[Problem]) -> Sentences:
    """What has to be shown of these warnings; always the same of the same."""
    said = sorted({one.message for one in warnings})
    return Sentences(post, tuple(said[:MOST]), len(said[MOST:]))


def shown(signed: str) -> Sentences | None:
    """What a page of ours showed, as an address or a form says; None if none of ours did, or long ago."""
    try:
        post, said, more = signing.loads(signed, salt=SALT, max_age=SHOWN_FOR_S)
    except (signing.BadSignature, ValueError):
        return None
    return Sentences(str(post), tuple(str(one) for one in said), int(more))
