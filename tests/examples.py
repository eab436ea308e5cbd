"""How many examples a property gets: all of them in `make test`, a share of them in `make check`.

A property that names its own number asks here, since a number that stands in its settings is not the profile's.
"""

from __future__ import annotations

from hypothesis import settings

ALL = 100  # Hypothesis's own default, which the full profile keeps


def examples(full: int) -> int:
    """So many, or the profile's share of them."""
    return full * settings.default.max_examples // ALL
