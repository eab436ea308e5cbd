"""What to be wary of in whoever speaks to us: a name that wants to be taken for ours, or for another's."""

from __future__ import annotations

from amplifier.campaign.mention import Mention
from amplifier.settings import Settings
from amplifier.text.likeness import looks_like, mixes_alphabets


def oddities(mention: Mention, settings: Settings) -> tuple[str, ...]:
    """In words, for a badge each. That the author is none of our accounts, their id has said when it was taken in."""
    ours = {settings.campaign.name, *(account.handle for account in settings.accounts)}
    names = (mention.author_handle, mention.author_name)
    alike = any(looks_like(name, ours) for name in names)
    mixed = any(mixes_alphabets(name) for name in names)
    return ("looks like us",) * alike + ("mixed alphabets",) * mixed
