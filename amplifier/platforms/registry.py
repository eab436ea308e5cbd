"""From a platform's name to its adapter. An SDK is imported only when an account on its network is used."""

from __future__ import annotations

import importlib  # one of the two doors that load by name: the three SDKs cost 0.9 s to import
from collections.abc import Callable
from datetime import datetime

from amplifier.platforms.in_time import InTime
from amplifier.platforms.port import Connection, Platform, SessionVault

ADAPTERS = {
    "x": "amplifier.platforms.x.adapter:XPlatform",
    "bluesky": "amplifier.platforms.bluesky.adapter:BlueskyPlatform",
    "mastodon": "amplifier.platforms.mastodon.adapter:MastodonPlatform",
}


def connect(platform: str, connection: Connection, vault: SessionVault, now: Callable[[], datetime]) -> Platform:
    """The adapter for one account on `platform` (a name of the capabilities table). Makes no call yet.

    Each thing that it is asked ends within the connection's `whole_timeout`.
    """
    module, _, name = ADAPTERS[platform].partition(":")
    adapter: Platform = getattr(importlib.import_module(module), name)(connection, vault, now)
    return InTime(adapter, connection.whole_timeout)
