"""What a text refers to on one network: whom it names, which tags it carries, and the facets Bluesky wants for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from amplifier.sandbox import ids
from amplifier.sandbox.nouns import SERVER, Network, PretendDraft, PretendPost
from amplifier.text.links import Span, SpanKind, spans


def handle_on(network: Network, written: str, home: str = "") -> str:
    """A handle as the world keeps it: lower-case, no `@` in front, the Mastodon server `SERVER` left out.

    `home` is the Mastodon server on which it was written: a handle there that names none is one of that server's own.
    """
    handle = written.removeprefix("@").lower()
    if network is not Network.MASTODON:
        return handle
    name, _, server = handle.partition("@")
    server = server or home or SERVER
    return name if server == SERVER else f"{name}@{server}"


def named(network: Network, text: str, home: str = "") -> tuple[str, ...]:
    """The handles in a text, each once, in order. `home` is the Mastodon server of its author."""
    handles = (handle_on(network, span.value, home) for span in spans(text) if span.kind is SpanKind.HANDLE)
    return tuple(dict.fromkeys(handles))


def tagged(text: str) -> tuple[str, ...]:
    """The hashtags in a text, lower-case, each once, in order."""
    return tuple(dict.fromkeys(span.value.lower() for span in spans(text) if span.kind is SpanKind.TAG))


def facets(text: str, did_of: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """Bluesky's facets for a text, offsets in UTF-8 bytes. Handles that nobody has are left out."""
    found = []
    for span in spans(text):
        feature = _feature(span, did_of)
        if feature is not None:
            start = len(text[: span.start].encode())
            end = start + len(text[span.start : span.end].encode())
            found.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return found


def redrafted(post: PretendPost, text: str, did_of: Callable[[str], str | None]) -> PretendDraft:
    """The post with other words, as its author's own client would send it. Whom it answers stays addressed."""
    home = post.author.server
    before = named(post.network, post.text, home)
    answered = tuple(handle for handle in post.mentions if handle not in before)
    record: dict[str, Any] = {}
    if post.record:
        record = {**json.loads(post.record), "text": text, "facets": facets(text, did_of)}
    return PretendDraft(
        author=post.author,
        text=text,
        ours=post.ours,
        mentions=tuple(dict.fromkeys((*named(post.network, text, home), *answered))),
        tags=tagged(text),
        language=post.language,
        record=json.dumps(record, ensure_ascii=False) if record else "",
        cid=ids.cid(record) if record else "",
    )


def _feature(span: Span, did_of: Callable[[str], str | None]) -> dict[str, str] | None:
    match span.kind:
        case SpanKind.LINK:
            return {"$type": "app.bsky.richtext.facet#link", "uri": span.value}
        case SpanKind.TAG:
            return {"$type": "app.bsky.richtext.facet#tag", "tag": span.value}
        case SpanKind.HANDLE:
            did = did_of(handle_on(Network.BLUESKY, span.value))
            return {"$type": "app.bsky.richtext.facet#mention", "did": did} if did else None
