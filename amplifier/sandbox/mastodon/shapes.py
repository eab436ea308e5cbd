"""Mastodon's entities as JSON: account, status, notification, instance (docs.joinmastodon.org/entities)."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from amplifier.sandbox.nouns import SERVER, Network, Notification, PretendAccount, PretendPost, Reason, iso
from amplifier.sandbox.words import handle_on
from amplifier.sandbox.world import World
from amplifier.text.links import Span, SpanKind, spans

MAX_CHARACTERS = 500
LINK_COST = 23
VERSION = "4.5.0"
OTHER_SOFTWARE = {"version": "0.19.1+git-pretend", "source_url": "https://codeberg.org/superseriousbusiness/gotosocial"}


@dataclass(frozen=True)
class Base:
    """Where a reader stands: the address of the pages, such as `http://127.0.0.1:8000`, and the server asked.

    A server calls its own accounts by their name alone, and those of others by name and server.
    """

    address: str
    server: str = SERVER

    def acct(self, found: PretendAccount) -> str:
        """How this server calls an account."""
        name = found.handle.partition("@")[0]
        return name if found.server == self.server else f"{name}@{found.server}"


def account(found: PretendAccount, base: Base) -> dict[str, Any]:
    """An Account entity."""
    name = found.handle.partition("@")[0]
    return {
        "id": found.remote_id,
        "username": name,
        "acct": base.acct(found),
        "display_name": found.name,
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": False,
        "group": False,
        "created_at": iso(found.since_ms)[:10] + "T00:00:00.000Z",
        "note": "",
        "url": f"{base.address}{found.page}",
        "uri": f"https://{found.server}/users/{name}",
        "avatar": f"{base.address}/wall/assets/icon.svg",
        "avatar_static": f"{base.address}/wall/assets/icon.svg",
        "header": f"{base.address}/wall/assets/icon.svg",
        "header_static": f"{base.address}/wall/assets/icon.svg",
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "last_status_at": None,
        "emojis": [],
        "fields": [],
    }


def own_account(found: PretendAccount, base: Base) -> dict[str, Any]:
    """The account of whoever asks, with what only they may see."""
    source = {
        "privacy": "public",
        "sensitive": False,
        "language": None,
        "note": "",
        "fields": [],
        "follow_requests_count": 0,
        "quote_policy": "public",
    }
    return account(found, base) | {"source": source, "role": {"id": "-99", "name": "", "permissions": "0"}}


def status(post: PretendPost, base: Base, world: World) -> dict[str, Any]:
    """A Status entity."""
    parent = world.post(post.network, post.in_reply_to) if post.in_reply_to else None
    quoted = world.post(post.network, post.quotes) if post.quotes else None
    return {
        "id": post.remote_id,
        "created_at": iso(post.at_ms),
        "in_reply_to_id": post.in_reply_to,
        "in_reply_to_account_id": parent.author.remote_id if parent else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": post.visibility,
        "language": post.language or None,
        "uri": post.canonical_id,
        "url": f"{base.address}{post.page}",
        "replies_count": len(world.replies(post)),
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": iso(post.edited_ms) if post.edited_ms else None,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "content": content(post.text, base, post.author.server),
        "filtered": [],
        "reblog": None,
        "application": {"name": "Pretend", "website": None} if post.ours else None,
        "account": account(post.author, base),
        "media_attachments": [],
        "mentions": [
            {
                "id": who.remote_id,
                "username": who.handle.partition("@")[0],
                "url": f"{base.address}{who.page}",
                "acct": base.acct(who),
            }
            for who in (world.people.known(post.network, handle) for handle in post.mentions)
            if who is not None
        ],
        "tags": [{"name": tag, "url": f"{base.address}/tags/{tag}"} for tag in post.tags],
        "emojis": [],
        "card": None,
        "poll": None,
        "quote": {"state": "accepted", "quoted_status": status(quoted, base, world)} if quoted else None,
    }


def history(post: PretendPost, base: Base) -> list[dict[str, Any]]:
    """The StatusEdit entities of a post, the first version among them."""
    author = account(post.author, base)
    return [
        {
            "content": content(version.text, base, post.author.server),
            "spoiler_text": "",
            "sensitive": False,
            "created_at": iso(version.at_ms),
            "account": author,
            "media_attachments": [],
            "emojis": [],
        }
        for version in post.versions
    ]


def notification(notice: Notification, base: Base, world: World) -> dict[str, Any]:
    """A Notification entity; a reply that names us is a mention there, as any mention."""
    kind = "quote" if notice.reason is Reason.QUOTE else "mention"
    return {
        "id": str(notice.number),
        "type": kind,
        "created_at": iso(notice.post.at_ms),
        "group_key": f"ungrouped-{notice.number}",
        "account": account(notice.post.author, base),
        "status": status(notice.post, base, world),
    }


def content(text: str, base: Base, home: str = SERVER) -> str:
    """The HTML Mastodon makes of a text: paragraphs, breaks, links, tags and handles. `home`: its author's server."""
    pieces = []
    done = 0
    for span in spans(text):
        pieces += [escape(text[done : span.start]), _anchor(span, base, home)]
        done = span.end
    pieces.append(escape(text[done:]))
    paragraphs = (part.strip("\n") for part in "".join(pieces).replace("\r\n", "\n").split("\n\n"))
    return "".join("<p>" + part.replace("\n", "<br />") + "</p>" for part in paragraphs if part.strip())


def rendered(shown: str) -> str:
    """The same HTML from a server that escapes entities once more, keeps Markdown's backslashes, and betters quotes."""
    return shown.replace("&", "&amp;").replace("_", "\\_").replace("!", "\\!").replace("...", "\u2026")


def _anchor(span: Span, base: Base, home: str) -> str:
    value = escape(span.value)
    match span.kind:
        case SpanKind.LINK:
            scheme, _, rest = span.value.partition("://")
            shown, hidden = escape(rest[:30]), escape(rest[30:])
            ellipsis = "ellipsis" if hidden else ""
            return (
                f'<a href="{value}" target="_blank" rel="nofollow noopener" translate="no">'
                f'<span class="invisible">{scheme}://</span><span class="{ellipsis}">{shown}</span>'
                f'<span class="invisible">{hidden}</span></a>'
            )
        case SpanKind.TAG:
            href = f"{base.address}/tags/{value.lower()}"
            return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{value}</span></a>'
        case SpanKind.HANDLE:
            href = f"{base.address}/@{escape(handle_on(Network.MASTODON, span.value, home))}"
            name = escape(span.value.partition("@")[0])
            inner = f'<a href="{href}" class="u-url mention">@<span>{name}</span></a>'
            return f'<span class="h-card" translate="no">{inner}</span>'


def instance(host: str, server: str = SERVER) -> dict[str, Any]:
    """The Instance entity of /api/v2/instance."""
    return {
        "domain": server,
        "title": server,
        "version": VERSION,
        "source_url": f"http://{host}/wall",
        "description": "A pretend server for rehearsals. Nothing here reaches anybody.",
        "usage": {"users": {"active_month": 1}},
        "thumbnail": {"url": f"http://{host}/wall/assets/icon.svg"},
        "icon": [],
        "languages": ["en"],
        "configuration": configuration(),
        "registrations": {"enabled": False, "approval_required": False, "message": None, "url": None},
        "api_versions": {"mastodon": 7},
        "contact": {"email": "", "account": None},
        "rules": [],
    }


def configuration() -> dict[str, Any]:
    """What the server allows. No streaming address is named, since nothing is streamed."""
    return {
        "urls": {"streaming": "", "status": None},
        "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
        "statuses": {
            "max_characters": MAX_CHARACTERS,
            "max_media_attachments": 4,
            "characters_reserved_per_url": LINK_COST,
        },
        "media_attachments": {"supported_mime_types": []},
        "polls": {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2629746},
        "translation": {"enabled": False},
    }


def nodeinfo_links(base: Base) -> dict[str, Any]:
    """Where the server tells what software it is (nodeinfo.diaspora.software)."""
    schema = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return {"links": [{"rel": schema, "href": f"{base.address}/nodeinfo/2.0"}]}


def nodeinfo(software: str) -> dict[str, Any]:
    """What software the server is."""
    return {
        "version": "2.0",
        "software": {"name": software, "version": VERSION},
        "protocols": ["activitypub"],
        "services": {"outbound": [], "inbound": []},
        "usage": {"users": {"total": 1, "activeMonth": 1, "activeHalfyear": 1}, "localPosts": 0},
        "openRegistrations": False,
        "metadata": {},
    }


def instance_v1(host: str, server: str = SERVER) -> dict[str, Any]:
    """The older entity of /api/v1/instance."""
    return {
        "uri": server,
        "title": server,
        "short_description": "A pretend server for rehearsals.",
        "description": "A pretend server for rehearsals. Nothing here reaches anybody.",
        "email": "",
        "version": VERSION,
        "urls": {"streaming_api": ""},
        "stats": {"user_count": 1, "status_count": 0, "domain_count": 1},
        "thumbnail": f"http://{host}/wall/assets/icon.svg",
        "languages": ["en"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": configuration(),
        "contact_account": None,
        "rules": [],
    }
