"""Where we listen: which sources the settings have, by their names, and what ails those."""

from __future__ import annotations

from collections.abc import Iterable

from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Account, Settings
from amplifier.store.listening import sources


def source_name(account: str, tag: str = "") -> str:
    """How a source is called in the database: `x:mentions`, `mastodon:#OurTag`."""
    return f"{account}:#{tag}" if tag else f"{account}:mentions"


def tags_on(account: Account, settings: Settings) -> tuple[str, ...]:
    """What is listened to on this account: what mentions it (an empty tag), and our tags where its network has them."""
    return ("", *(settings.listen.tags if TABLE[account.platform].tags else ()))


def troubled(among: Iterable[Account], settings: Settings) -> dict[str, str]:
    """What ails the sources of these accounts, by name.

    What the settings do not listen to any more is nobody's trouble, however it stood when it was last read.
    """
    heard = {source_name(account.name, tag) for account in among for tag in tags_on(account, settings)}
    return {name: one.problem for name, one in sources.source_states().items() if one.problem and name in heard}
