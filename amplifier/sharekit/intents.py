"""Addresses that open a network's own composer, or our post there, so that a supporter can share it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from amplifier.campaign.delivery import Receipt

# Each takes the text at its end. Sources: docs.x.com (Web Intents), docs.bsky.app (Action Intent Links),
# share.joinmastodon.org, which asks for the person's server and remembers it there.
COMPOSERS: Mapping[str, str] = {
    "x": "https://x.com/intent/tweet?text=",
    "bluesky": "https://bsky.app/intent/compose?text=",
    "mastodon": "https://share.joinmastodon.org/#text=",
}
REPOST_ON_X = "https://x.com/intent/retweet?tweet_id="
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def compose(platform: str, text: str) -> str | None:
    """The address that opens this network's composer with the text in it, or None if the network has none.

    Everything but letters, digits and `-._~` is percent-encoded; a space is %20, which every composer understands.
    """
    composer = COMPOSERS.get(platform)
    return composer + quote(text, safe="") if composer else None


def boost(platform: str, receipt: Receipt, *, pretend: bool) -> str | None:
    """The address at which a supporter can pass our post on, or None if the receipt has no address that is safe.

    X has a repost intent; elsewhere it is the post itself. A pretend post (of a rehearsal) is on this computer only,
    and its id never goes to the real X.
    """
    if not is_safe(receipt.url, pretend=pretend):
        return None
    if platform == "x" and not pretend:
        number = receipt.remote_id
        return REPOST_ON_X + number if number.isascii() and number.isdigit() else None
    return receipt.url


def is_safe(url: str, *, pretend: bool) -> bool:
    """Whether a server's address may become a link: https and no password; for a pretend post only this computer."""
    try:
        address = urlsplit(url)
        host = address.hostname
        named = address.username is None and address.password is None and (address.port or 1) > 0
    except ValueError:
        return False
    if not host or not named or not url.isprintable() or " " in url:
        return False
    return address.scheme in {"http", "https"} and host in LOOPBACK if pretend else address.scheme == "https"
