"""Which version of the code reads a network's answers: after another one came, what was set aside is tried again."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

PARTS = ("platforms/events.py", "platforms/fields.py", "campaign/mention.py", "listen", "store/taking_in.py")


@cache
def version(network: str) -> str:
    """A digest of all that has a say in what a mention of this network is: it changes by itself with each of them."""
    root = files("amplifier")
    digest = hashlib.sha256()
    for part in (f"platforms/{network}", *PARTS):
        for source in _sources(root.joinpath(part)):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _sources(part: Traversable) -> list[Traversable]:
    if part.is_file():
        return [part]
    return sorted((one for one in part.iterdir() if one.name.endswith(".py")), key=lambda one: one.name)
