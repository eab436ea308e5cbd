"""How people call an account: by its network, and by its handle too where the campaign has several there."""

from __future__ import annotations

from collections import Counter

from amplifier.networks import TITLES
from amplifier.settings import Settings


def names(settings: Settings) -> dict[str, str]:
    """What each account is called, by its label: X, or Mastodon (@north@social.example) beside another one there."""
    many = Counter(account.platform for account in settings.accounts)
    return {
        one.name: TITLES[one.platform] + (f" ({one.known_as})" if many[one.platform] > 1 else "")
        for one in settings.accounts
    }


def name_of(label: str, platform: str, settings: Settings) -> str:
    """What the account with this label is called; one that settings.yaml lists no more by its label, beside another."""
    is_alone = all(one.platform != platform for one in settings.accounts)
    return names(settings).get(label) or (TITLES[platform] if is_alone else f"{TITLES[platform]} ({label})")
