"""A link whose words are not its address: both are shown, so that nobody is led elsewhere than they read."""

from __future__ import annotations

import re
from urllib.parse import unquote

SCHEME = re.compile(r"^(?:https?|mailto):(?://)?", re.IGNORECASE)
ELLIPSES = ("...", "…")


def labelled(label: str, address: str) -> str:
    """`label (address)`, or the address alone where the label is the address, whole or cut off at its end."""
    label, address = " ".join(label.split()), " ".join(address.split())
    if not label or not address:
        return label or address
    if _is_the_same(label, address):
        return address
    return f"{label} ({address})"


def _is_the_same(label: str, address: str) -> bool:
    shown, whole = _bare(label), _bare(address)
    for ending in ELLIPSES:
        if label.endswith(ending):
            return whole.startswith(_bare(label.removesuffix(ending)))
    return shown in {whole, _bare(unquote(address))}


def _bare(link: str) -> str:
    return SCHEME.sub("", link).removesuffix("/").casefold()
