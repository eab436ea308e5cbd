"""What starts a part of the service that is not at work, by how the others were started: one sentence for all."""

from __future__ import annotations

from collections.abc import Mapping

from amplifier.install import LOCK, Install, is_locked


def how_to_start(install: Install, alive: Mapping[str, bool], name: str) -> str:
    """What starts this part. `alive`: of each part whether it is at work."""
    if is_locked(install.var / LOCK):
        return "amplifier up runs here and starts it again; if it does not, end it and start it anew"
    if any(alive.values()):
        return f"amplifier {name}    starts it, as the others run one by one"
    return "amplifier up    starts everything; where the parts run one by one, start each of them"
