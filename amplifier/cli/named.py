"""The accounts that people name on the command line."""

from __future__ import annotations

from amplifier.errors import UsageError
from amplifier.field_types import nearest
from amplifier.settings import Settings


def accounts_named(text: str | None, settings: Settings) -> tuple[str, ...]:
    """The accounts of this list, divided by commas, each once; none where there is no list. Raises UsageError."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip())) if text else ()
    known = [account.name for account in settings.accounts]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no account “{name}”. {nearest(name, known)}".strip())
    return names
