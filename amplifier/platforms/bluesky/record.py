"""A post as Bluesky's own servers keep it: text, facets with byte offsets, and the request that writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.fields import parts, words
from amplifier.text.labels import labelled
from amplifier.text.links import Span, SpanKind, spans

COLLECTION = "app.bsky.feed.post"
ROW = TABLE["bluesky"]
# What the lexicon's formats take (@atproto/syntax); a record with anything else is refused whole.
DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]", re.ASCII)
LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*",
    re.IGNORECASE | re.ASCII,
)
LINK = "app.bsky.richtext.facet#link"
AT_URI = re.compile(r"at://(?P<repo>[^/]+)/(?P<collection>[^/]+)/(?P<rkey>[^/]+)")
INSIDE = 0x80  # the two upper bits of a byte of UTF-8 that begins no letter
SCHEME = re.compile(r"^https?://", re.IGNORECASE)


def handles(text: str) -> tuple[str, ...]:
    """The handles in a text that may be Bluesky's: domain names, in lower case, each once.

    `@name` alone and `@name@server` are other networks' forms.
    """
    names = (span.value.lower() for span in spans(text) if span.kind is SpanKind.HANDLE)
    return tuple(dict.fromkeys(name for name in names if "." in name and "@" not in name))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The links, tags and handles of a text as facets, which is what makes them links on Bluesky.

    `dids` maps handles (lower case) to the DIDs of their accounts; a handle that is not in it becomes no facet.
    Offsets count UTF-8 bytes (docs.bsky.app: advanced-guides/post-richtext).
    """
    made = []
    for span in spans(text):
        feature = _feature(span, dids)
        if feature:
            start = len(text[: span.start].encode())
            end = start + len(text[span.start : span.end].encode())
            made.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return made


def record(text: str, language: str, at: datetime, dids: Mapping[str, str]) -> dict[str, Any]:
    """The post's record, made at `at` (UTC). What the lexicon does not take is left out of it, not out of the text."""
    fields: dict[str, Any] = {
        "$type": COLLECTION,
        "text": text,
        "createdAt": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if LANGUAGE.fullmatch(language):
        fields["langs"] = [language]
    found = facets(text, dids)
    return {**fields, "facets": found} if found else fields


def put(repo: str, rkey: str, record: dict[str, Any]) -> dict[str, Any]:
    """The body of putRecord that creates this record, confirms the same one, and refuses to replace another.

    With `swapRecord: null` a record that is there with other content answers InvalidSwap; the same content is a
    no-op (pds/src/api/com/atproto/repo/putRecord.ts, tried).
    """
    return {"repo": repo, "collection": COLLECTION, "rkey": rkey, "record": record, "swapRecord": None}


def place(uri: str) -> dict[str, str] | None:
    """Where a record lies, by the names that the server wants; None if `uri` is no at-uri of a record."""
    found = AT_URI.fullmatch(uri)
    return found.groupdict() if found else None


def made_at(value: Any) -> datetime | None:
    """When a record says that it was made; None where it does not say so properly."""
    try:
        at = datetime.fromisoformat(value["createdAt"])
    except (KeyError, TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def says(value: Mapping[str, Any], text: str) -> bool:
    """Whether a record shows exactly `text`.

    Bluesky's own composer shortens links and keeps the whole address in the facet, and drops white space at the ends.
    A link is the same with or without its scheme and its last slash.
    """
    return value.get("text") == text or _bare_links(plain(value)) == _bare_links(text)


def plain(value: Mapping[str, Any]) -> str:
    """A record's words with its shortened links written out."""
    raw = str(value.get("text", "")).encode()
    begun = len(raw)
    for start, end, uri in sorted(_links(value), reverse=True):
        if end <= begun and _is_short_for(raw[start:end].decode(errors="replace"), uri):
            raw, begun = raw[:start] + uri.encode() + raw[end:], start
    return raw.decode(errors="replace")


def in_words(value: Mapping[str, Any]) -> str:
    """A record's words as a stranger meant them to be read, with the address of each link whose words are another.

    What clients make of links that overlap, or end behind the text, differs: each address is shown.
    """
    raw = words(value, "text").encode(errors="surrogatepass")
    pieces, done = [], 0
    for start, end, uris in _joined(_links(value), raw):
        label = raw[start:end].decode(errors="replace")
        told = [labelled(label, uri) for uri in uris]
        whole = " ".join([told[0], *(one if one.startswith(f"{label} (") else f"({one})" for one in told[1:])])
        pieces += [raw[done:start], whole.encode(errors="surrogatepass")]
        done = end
    return b"".join((*pieces, raw[done:])).decode(errors="replace")


def _joined(links: Iterable[tuple[int, int, str]], raw: bytes) -> Iterator[tuple[int, int, list[str]]]:
    """Where there are links in these bytes, whole letters each, those that touch the same as one; in order."""
    open_: tuple[int, int, list[str]] | None = None
    for begin, finish, uri in sorted(links):
        start, end = begin, min(finish, len(raw))
        while 0 < start < len(raw) and raw[start] & 0xC0 == INSIDE:
            start -= 1
        while end < len(raw) and raw[end] & 0xC0 == INSIDE:
            end += 1
        if start >= end:
            continue  # behind the text: nothing that anybody can follow
        if open_ and start < open_[1]:
            open_ = (open_[0], max(open_[1], end), list(dict.fromkeys([*open_[2], uri])))
            continue
        if open_:
            yield open_
        open_ = (start, end, [uri])
    if open_:
        yield open_


def _links(value: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    """The links of a record as (first byte, byte after the last, address); what is no proper facet is left out."""
    for facet in parts(value, "facets"):
        try:
            start, end = int(facet["index"]["byteStart"]), int(facet["index"]["byteEnd"])
            uris = [str(feature["uri"]) for feature in facet["features"] if feature.get("$type") == LINK]
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
        if start < end:
            yield from ((max(0, start), end, uri) for uri in uris)


def _is_short_for(shown: str, uri: str) -> bool:
    bare = SCHEME.sub("", uri)
    for ending in ("...", "…"):
        if shown.endswith(ending):
            return bare.startswith(shown.removesuffix(ending))
    return bare.removesuffix("/") == shown.removesuffix("/")


def _bare_links(text: str) -> str:
    pieces, done = [], 0
    for span in spans(text):
        if span.kind is SpanKind.LINK:
            pieces += [text[done : span.start], SCHEME.sub("", text[span.start : span.end]).removesuffix("/")]
            done = span.end
    return "".join((*pieces, text[done:])).strip()


def _feature(span: Span, dids: Mapping[str, str]) -> dict[str, str] | None:
    match span.kind:
        case SpanKind.LINK:
            return {"$type": LINK, "uri": span.value}
        case SpanKind.TAG if ROW.takes_tag(span.value):
            return {"$type": "app.bsky.richtext.facet#tag", "tag": span.value}
        case SpanKind.HANDLE if DID.fullmatch(dids.get(span.value.lower(), "")):
            return {"$type": "app.bsky.richtext.facet#mention", "did": dids[span.value.lower()]}
        case _:
            return None
