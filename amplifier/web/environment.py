"""The console's Jinja2 environment: everything escaped, an undefined name is an error."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    """What Django asks for; `options` come from its settings."""
    options["autoescape"] = True
    options["undefined"] = StrictUndefined
    return Environment(**options, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  autoescape is set above
