"""What a link that a person pastes proves: our own post on this account, and no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from amplifier.campaign.delivery import Receipt

EPOCH_MS = 1_288_834_974_657  # the millisecond from which X's ids count (twitter's snowflake, 2010)
# The names under which people meet a network's own pages. Elsewhere the pages are those of `web` alone.
ALSO: Mapping[str, tuple[str, ...]] = {
    "x.com": ("www.x.com", "mobile.x.com", "twitter.com", "www.twitter.com", "mobile.twitter.com", "m.twitter.com"),
    "bsky.app": ("www.bsky.app", "main.bsky.dev"),
}
# No percent sign, backslash or white space: each would make a path other than it looks (urlsplit drops line ends).
HONEST = re.compile(r"[A-Za-z0-9:/@._~\[\]-]+", re.ASCII)
X_PATH = re.compile(r"/(\w{1,15})/status(?:es)?/([1-9][0-9]{0,18})(?:/(?:photo|video)/[1-9])?/?", re.ASCII)
X_NAMELESS = re.compile(r"/i/(?:web/)?status/[0-9]+/?", re.ASCII)
BLUESKY_PATH = re.compile(r"/profile/(did:[a-z]+:[A-Za-z0-9._:-]+|[A-Za-z0-9.-]+)/post/([234567a-z]{13})/?", re.ASCII)
MASTODON_PATH = re.compile(
    r"(?:/(?:web|deck))?/@([\w.-]+)(?:@([\w.-]+))?/([0-9A-Za-z]{1,64})/?"
    r"|/users/([\w.-]+)/statuses/([0-9A-Za-z]{1,64})/?",
    re.ASCII,
)
COLLECTION = "app.bsky.feed.post"


HERE = {"127.0.0.1", "localhost"}  # a rehearsal's pages have both names


@dataclass(frozen=True)
class Whose:
    """The account whose post a link must be.

    `handle` is as the pages' addresses have it: on Mastodon with a server where that is not the one of `web`. `web` is
    the base address of the pages people look at (Mastodon: of our server; in a rehearsal: of the sandbox), `remote_id`
    the network's own id for the account. Only Bluesky needs that, and "" is no DID.
    """

    platform: str
    handle: str
    web: str
    remote_id: str = ""


def receipt_from_link(link: str, whose: Whose, *, after: datetime | None = None) -> Receipt | str:
    """The receipt of the post behind this link, or the sentence that tells the person why it cannot be that.

    Nothing is fetched. The receipt's address is built anew, so that nothing of the pasted text is kept but the id.
    `after`: on X, whose ids tell their time, an older post is refused. Whether another delivery owns the post already
    is the ledger's to say.
    """
    text = link.strip()
    path = _path(text, whose)
    if path is None:
        return f"This is no link to a post on {_host(whose.web)}. Open the post there and copy its address."
    return READERS[whose.platform](path, whose, after)


def instant_in_id(remote_id: str) -> datetime:
    """When X made the post with this id (UTC): the id counts milliseconds (docs.x.com: fundamentals/x-ids)."""
    return datetime.fromtimestamp(((int(remote_id) >> 22) + EPOCH_MS) / 1000, UTC)


def _path(text: str, whose: Whose) -> str | None:
    """The path of a link to the network's own pages; None if it leads anywhere else, or is no link."""
    head = re.split(r"[?#]", text, maxsplit=1)[0]  # what follows says where the link was shared, not what it is
    if not HONEST.fullmatch(head):
        return None
    ours = urlsplit(whose.web)
    try:
        address = urlsplit(head if "://" in head else f"{ours.scheme}://{head}")
        named = address.username is None and address.password is None
        host, port = address.hostname or "", address.port
    except ValueError:
        return None
    own = ours.hostname or ""
    schemes = {"http", "https"} if ours.scheme == "http" or own in ALSO else {"https"}
    is_there = (host == own or {host, own} == HERE) and port == ours.port
    is_there = is_there or (host in ALSO.get(own, ()) and port is None)
    return address.path if is_there and named and address.scheme in schemes else None


def _host(web: str) -> str:
    return urlsplit(web).netloc


def _of_another(handle: str, whose: Whose) -> str:
    return f"This is a post of @{handle}, and the account is @{whose.handle}. Paste the link of our own post."


def _from_x(path: str, whose: Whose, after: datetime | None) -> Receipt | str:
    found = X_PATH.fullmatch(path)
    if X_NAMELESS.fullmatch(path) or (found and found[1].lower() == "i"):
        return f"This link does not say whose post it is. Open it and copy the address that has /{whose.handle}/ in it."
    if found is None:
        return f"This is no post. A post's link looks like {whose.web}/{whose.handle}/status/ and a number."
    handle, number = found[1], found[2]
    if handle.lower() != whose.handle.lower():
        return _of_another(handle, whose)
    if int(number) >= 1 << 63:
        return "No post on X has a number as high as this. Copy the address once more."
    made = instant_in_id(number)
    if after is not None and made < after:
        return f"This post is from {made:%-d %B %Y %H:%M} UTC, which is before its time. Paste the link of the new one."
    return Receipt(number, f"{whose.web}/{whose.handle}/status/{number}")


def _from_bluesky(path: str, whose: Whose, _after: datetime | None) -> Receipt | str:
    found = BLUESKY_PATH.fullmatch(path)
    if found is None:
        return f"This is no post. A post's link looks like {whose.web}/profile/{whose.handle}/post/ and 13 letters."
    who, rkey = found[1], found[2]
    if not whose.remote_id.startswith("did:"):
        return "Bluesky has not told us yet which account is ours. Start the service, or ask again in a minute."
    if who != whose.remote_id and who.lower() != whose.handle.lower():
        return _of_another(who, whose)
    return Receipt(f"at://{whose.remote_id}/{COLLECTION}/{rkey}", f"{whose.web}/profile/{whose.remote_id}/post/{rkey}")


def _from_mastodon(path: str, whose: Whose, _after: datetime | None) -> Receipt | str:
    found = MASTODON_PATH.fullmatch(path)
    if found is None:
        return f"This is no post. A post's link looks like {whose.web}/@{whose.handle}/ and a number."
    handle, server, number = found[1] or found[4], found[2], found[3] or found[5]
    named = handle if not server or server.lower() == urlsplit(whose.web).hostname else f"{handle}@{server}"
    if named.lower() != whose.handle.lower():
        return _of_another(f"{handle}@{server}" if server else handle, whose)
    return Receipt(number, f"{whose.web}/@{whose.handle}/{number}")


READERS: Mapping[str, Callable[[str, Whose, datetime | None], Receipt | str]] = {
    "x": _from_x,
    "bluesky": _from_bluesky,
    "mastodon": _from_mastodon,
}
