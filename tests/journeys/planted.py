"""Bugs that somebody could really make, planted in a running process: the harness must find each."""

from __future__ import annotations


def plant(name: str) -> None:
    """Put this bug into the product as it is loaded here."""
    raise KeyError(name)
