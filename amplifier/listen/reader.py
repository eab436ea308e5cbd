"""Which version of the code reads a network's answers: after another one came, what was set aside is tried again."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable

PARTS = (
    *("campaign/mention.py", "listen", "store/listening/heard.py", "store/listening/taking_in.py"),
    *("platforms/events.py", "platforms/fields.py", "platforms/trail.py", "platforms/watermark.py"),
    *("text/labels.py", "text/links.py", "text/visible.py"),
)
LIBRARIES = ("nh3", "regex")


@cache
def version(network: str) -> str:
    """A digest of all that has a say in what a mention of this network is: it changes by itself with each of them."""
    digest = hashlib.sha256(" ".join([platform.python_version(), *map(metadata.version, LIBRARIES)]).encode())
    for source in sources(network):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def sources(network: str) -> list[Traversable]:
    """The files of it that are ours."""
    root = files("amplifier")
    return [source for part in (f"platforms/{network}", *PARTS) for source in _sources(root.joinpath(part))]


def _sources(part: Traversable) -> list[Traversable]:
    if part.is_file():
        return [part]
    return sorted((one for one in part.iterdir() if one.name.endswith(".py")), key=lambda one: one.name)
