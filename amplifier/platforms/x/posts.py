"""X's posts as JSON, compared with what we sent and turned into mentions.

X's documentation says "post" where its answers have always said "tweet" in field names (its OpenAPI 2.167 against its
own tools, August 2026); both are read.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from amplifier.campaign.mention import Attached, Medium, MentionKind, RawMention, Visibility
from amplifier.platforms.fields import part, parts, words

SHORTENED = re.compile(r"(https?://t\.co/\w+)")
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)  # of X's ids, whose upper bits count milliseconds
SNOWFLAKE = range(15, 20)  # digits
WHITE = re.compile(r"(\s+)")
SCHEME = re.compile(r"^https?://", re.IGNORECASE)
# A media key begins with its kind (docs.x.com: data-dictionary, media).
MEDIA = {"3": Medium.PICTURE, "7": Medium.VIDEO, "13": Medium.VIDEO, "16": Medium.ANIMATION}
# Who sees a post is the author's setting, for all of their posts at once (docs.x.com: data-dictionary, user).
SHOWN_TO: Mapping[Any, Visibility] = {False: Visibility.PUBLIC, True: Visibility.PRIVATE}


def says(post: Mapping[str, Any], text: str) -> bool:
    """Whether this post shows exactly `text`.

    X stores NFC without white space at the ends, escapes `& < >` and replaces every link by a t.co one (the entities
    tell which stands for what). A link is the same with or without its scheme and its last slash, since X writes out
    in full what was typed as example.com.
    """
    shown, links = _shown(post)
    pattern = "".join(_either_form(links[piece]) if piece in links else re.escape(piece) for piece in _pieces(shown))
    return re.fullmatch(pattern, unicodedata.normalize("NFC", text).strip()) is not None


def may_say(shown: str, text: str) -> bool:
    """Whether X's answer to a new post can be to `text`: the same words, with any address where X put a t.co one.

    The answer tells the text without the entities that say what each link stands for.
    """
    ours = unicodedata.normalize("NFC", text).strip()
    theirs = unicodedata.normalize("NFC", html.unescape(shown)).strip()
    if theirs == ours:
        return True
    words, said = WHITE.split(theirs), WHITE.split(ours)
    return len(words) == len(said) and all(map(_may_be, words, said))


def plain(post: Mapping[str, Any]) -> str:
    """The post's words as people read them: unescaped, with the real links."""
    shown, links = _shown(post)
    return "".join(links.get(piece, piece) for piece in _pieces(shown))


def newest_id(post: Mapping[str, Any]) -> str:
    """The id of the post's last version."""
    versions = _either(post, "edit_history_tweet_ids", "edit_history_post_ids") or [post["id"]]
    return str(versions[-1])


def counts(post: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Reposts and replies; None where X does not tell."""
    told = post.get("public_metrics") or {}
    return told.get("retweet_count", told.get("repost_count")), told.get("reply_count")


def is_missing(answer: Mapping[str, Any]) -> bool:
    """Whether X says, with a success, that the post asked for is not there."""
    kinds = {str(error.get("type")) for error in answer.get("errors") or ()}
    return "data" not in answer and kinds == {"https://api.x.com/2/problems/resource-not-found"}


def said_at(post: Mapping[str, Any]) -> datetime:
    """When the post was made (UTC; X tells whole seconds)."""
    return datetime.fromisoformat(post["created_at"])


def id_given_at(remote_id: str) -> datetime | None:
    """When X gave this id; None where it is none of X's."""
    if not (remote_id.isascii() and remote_id.isdecimal() and len(remote_id) in SNOWFLAKE):
        return None
    return EPOCH + timedelta(milliseconds=int(remote_id) >> 22)


def canonical_id(post: Mapping[str, Any]) -> str:
    """The id of the post's first version: an edit is a new post with a new id and the list of the earlier ones."""
    versions = _either(post, "edit_history_tweet_ids", "edit_history_post_ids") or [post["id"]]
    return str(versions[0])


def mention(post: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]], own_id: str, web: str) -> RawMention:
    """The post as a mention of the account `own_id`. `users` are the answer's included users by id."""
    author = users.get(str(post["author_id"]), {})
    handle = words(author, "username")
    references = _either(post, "referenced_tweets", "referenced_posts") or ()
    refers = {reference["type"]: str(reference["id"]) for reference in references}
    kind = MentionKind.MENTION
    if "replied_to" in refers and str(post.get("in_reply_to_user_id", "")) == own_id:
        kind = MentionKind.REPLY
    elif "quoted" in refers:
        kind = MentionKind.QUOTE
    return RawMention(
        canonical_id=canonical_id(post),
        kind=kind,
        author_id=str(post["author_id"]),
        author_handle=handle,
        author_name=words(author, "name"),
        text=plain(post),
        markup=False,
        url=f"{web}/{handle or 'i'}/status/{post['id']}",  # x.com/i/status/ID works without a name
        posted_at=said_at(post),
        in_reply_to=refers.get("replied_to", ""),
        quotes=refers.get("quoted", ""),
        visibility=SHOWN_TO.get(author.get("protected"), Visibility.UNKNOWN),
        attached=tuple(_attached(post)),
    )


def _attached(post: Mapping[str, Any]) -> Iterator[Attached]:
    """What stands beside the words. X tells that there is something; its description would be another thing to pay."""
    told = part(post, "attachments").get("media_keys")
    keys = [str(key) for key in told] if isinstance(told, list) else []
    for key in keys or dict.fromkeys(words(link, "media_key") for link in _urls(post) if "media_key" in link):
        yield Attached(MEDIA.get(key.partition("_")[0], Medium.FILE))
    if part(post, "attachments").get("poll_ids"):
        yield Attached(Medium.POLL)


def _shown(post: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The post's whole text without the links that stand for attached media, and what each t.co link stands for."""
    whole, entities = _whole(post), _urls(post)
    text = html.unescape(words(whole, "text"))
    for link in _media(entities):
        text = text.replace(link, "")
    links = {str(link["url"]): str(link.get("expanded_url") or link["url"]) for link in entities}
    return unicodedata.normalize("NFC", text).strip(), links


def _whole(post: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the text comes whole: beyond 280 only in a note."""
    return _either(post, "note_tweet", "note_post") or post


def _urls(post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return parts(part(_whole(post), "entities"), "urls")


def _either(post: Mapping[str, Any], name: str, renamed: str) -> Any:
    return post.get(name) or post.get(renamed)


def _media(entities: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(link["url"]) for link in entities if "media_key" in link]


def _may_be(shown: str, said: str) -> bool:
    """Whether one word, or the white space between two, is the same but for addresses; each piece is sought once."""
    first, *rest = SHORTENED.split(shown)[::2]
    if not rest:
        return shown == said
    *middle, last = rest
    place, end = len(first), len(said) - len(last)
    if not said.startswith(first) or not said.endswith(last):
        return False
    for piece in middle:
        found = said.find(piece, place + 1, end)
        if found < 0:
            return False
        place = found + len(piece)
    return place < end


def _pieces(shown: str) -> list[str]:
    return SHORTENED.split(shown)


def _either_form(link: str) -> str:
    bare = unicodedata.normalize("NFC", SCHEME.sub("", link)).removesuffix("/")
    return rf"(?:[Hh][Tt][Tt][Pp][Ss]?://)?{re.escape(bare)}/?"
