"""X's objects as JSON: posts with wrapped links and entities, users, and what an answer includes."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from amplifier.sandbox import ids, words
from amplifier.sandbox.nouns import Network, PretendAccount, PretendPost, iso
from amplifier.sandbox.world import World
from amplifier.text.addresses import Address, on_x
from amplifier.text.links import Span, SpanKind, spans


@dataclass(frozen=True)
class RequestedFields:
    """Which fields and expansions a request asked for, by the names X gives them."""

    post_fields: frozenset[str]
    user_fields: frozenset[str]
    expansions: frozenset[str]


# An expansion brings the field it expands.
_FIELD_OF = {
    "entities.mentions.username": "entities",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_posts": "referenced_tweets",
}


def wrapped(text: str) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """The text as X gives it back (links wrapped, `& < >` escaped) and its entities, offsets in that text."""
    entities: dict[str, list[dict[str, Any]]] = {}
    pieces: list[str] = []
    length = done = 0

    def put(piece: str) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    for span in _marked(text):
        put(escape(text[done : span.start], quote=False))
        start = length
        put(ids.short_link(span.value) if span.kind is SpanKind.LINK else text[span.start : span.end])
        name, entity = _entity(span)
        entities.setdefault(name, []).append({"start": start, "end": length, **entity})
        done = span.end
    put(escape(text[done:], quote=False))
    return "".join(pieces), entities


def _marked(text: str) -> list[Span]:
    """What X marks in a text: the links by its own rule, with https:// or without, and the tags and handles between."""
    links = [_link(text[found.start : found.end], found) for found in on_x(text, stand_in=True)]
    others = (span for span in spans(text) if span.kind is not SpanKind.LINK)
    apart = (one for one in others if all(one.end <= link.start or link.end <= one.start for link in links))
    return sorted([*links, *apart], key=lambda span: span.start)


def _link(written: str, found: Address) -> Span:
    whole = written if "://" in written else f"http://{written}"
    return Span(SpanKind.LINK, found.start, found.end, whole)


def post(found: PretendPost, wanted: RequestedFields, world: World) -> dict[str, Any]:
    """A post with its default fields and those asked for."""
    text, entities = wrapped(found.text)
    parent = world.post(Network.X, found.in_reply_to) if found.in_reply_to else None
    more: dict[str, Any] = {
        "author_id": found.author.remote_id,
        "created_at": iso(found.at_ms),
        "conversation_id": found.root,
        "lang": found.language or "und",
        "reply_settings": "everyone",
        "possibly_sensitive": False,
        "entities": _with_ids(entities, world),
        "in_reply_to_user_id": parent.author.remote_id if parent else None,
        "referenced_tweets": _references(found),
    }
    asked = wanted.post_fields | {_FIELD_OF.get(name, name) for name in wanted.expansions}
    if "public_metrics" in asked:
        more["public_metrics"] = _metrics(found, world)
    shaped = {"edit_history_tweet_ids": [found.remote_id], "id": found.remote_id, "text": text}
    # What does not apply to a post is left out of it, even if it was asked for.
    return shaped | {name: value for name, value in more.items() if name in asked and value not in (None, {}, [])}


def includes(posts: list[PretendPost], wanted: RequestedFields, world: World) -> dict[str, list[dict[str, Any]]]:
    """The users and posts that the expansions add, each once."""
    users: dict[str, PretendAccount] = {}
    others: dict[str, PretendPost] = {}
    for found in posts:
        if "author_id" in wanted.expansions:
            users[found.author.remote_id] = found.author
        if "entities.mentions.username" in wanted.expansions:
            named = (world.people.known(Network.X, handle) for handle in found.mentions)
            users.update({account.remote_id: account for account in named if account})
        for reference in _references(found):
            other = world.post(Network.X, reference["id"])
            if other and _expands_references(wanted):
                others[other.remote_id] = other
            if other and reference["type"] == "replied_to" and "in_reply_to_user_id" in wanted.expansions:
                users[other.author.remote_id] = other.author
    shaped: dict[str, list[dict[str, Any]]] = {}
    if users:
        closed = {found.author.key for found in posts if not found.is_open}
        shaped["users"] = [
            user(account, wanted.user_fields, protected=account.key in closed) for account in users.values()
        ]
    if others:
        shaped["tweets"] = [post(other, wanted, world) for other in others.values()]
    return shaped


def user(found: PretendAccount, fields: frozenset[str], *, protected: bool = False) -> dict[str, Any]:
    """A user with the default fields and those asked for."""
    more: dict[str, Any] = {
        "created_at": iso(found.since_ms),
        "description": "",
        "location": "",
        "protected": protected,
        "verified": False,
        "verified_type": "none",
        "url": "",
        "public_metrics": {
            "followers_count": 0,
            "following_count": 0,
            "tweet_count": 0,
            "post_count": 0,
            "listed_count": 0,
        },
    }
    shaped = {"id": found.remote_id, "name": found.name, "username": found.handle}
    return shaped | {name: value for name, value in more.items() if name in fields}


def _entity(span: Span) -> tuple[str, dict[str, Any]]:
    match span.kind:
        case SpanKind.TAG:
            return "hashtags", {"tag": span.value}
        case SpanKind.HANDLE:
            return "mentions", {"username": span.value}
        case SpanKind.LINK:
            bare = span.value.partition("://")[2].removeprefix("www.")
            shown = bare if len(bare) <= 27 else bare[:26] + "…"
            return "urls", {"url": ids.short_link(span.value), "expanded_url": span.value, "display_url": shown}


def _with_ids(entities: dict[str, list[dict[str, Any]]], world: World) -> dict[str, list[dict[str, Any]]]:
    """Names that nobody has are not mentions; the others get the account's id."""
    named = []
    for mention in entities.get("mentions", []):
        account = world.people.known(Network.X, words.handle_on(Network.X, mention["username"]))
        if account:
            named.append({**mention, "id": account.remote_id})
    shaped = {name: found for name, found in entities.items() if name != "mentions"}
    return shaped | ({"mentions": named} if named else {})


def _references(found: PretendPost) -> list[dict[str, str]]:
    pairs = (("replied_to", found.in_reply_to), ("quoted", found.quotes))
    return [{"type": kind, "id": other} for kind, other in pairs if other]


def _expands_references(wanted: RequestedFields) -> bool:
    return bool(wanted.expansions & {"referenced_tweets.id", "referenced_posts"})


def _metrics(found: PretendPost, world: World) -> dict[str, int]:
    replies = len(world.replies(found))
    return {
        "retweet_count": 0,
        "repost_count": 0,
        "reply_count": replies,
        "like_count": 0,
        "quote_count": 0,
        "bookmark_count": 0,
        "impression_count": 0,
    }
