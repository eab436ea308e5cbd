"""What others say to us on X: mentions and a search, read as they come over the wire, one post at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from amplifier.campaign.mention import Aside, MentionKind, RawMention
from amplifier.errors import PlatformError, Unavailable
from amplifier.platforms.events import Listing, bytes_of, event_of, instant, listing, next_place, understood, why, word
from amplifier.platforms.port import Page
from amplifier.platforms.watermark import Item, Watermark
from amplifier.platforms.x import posts

PAGE_SIZE = 100
PAGES = 10  # of 100 posts a look; X shows 800 mentions at most
SETTLED = timedelta(seconds=60)  # a post may enter X's index after a younger one; after a minute it does not
FIELDS = {
    "tweet.fields": "created_at,entities,author_id,edit_history_tweet_ids,note_tweet,in_reply_to_user_id,"
    "referenced_tweets,attachments",
    "expansions": "author_id",
    "user.fields": "username,name,protected",
}
EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)  # of X's ids, whose upper bits count milliseconds
BEFORE = timedelta(days=1)  # what was said so long before a first look that showed nothing is heard after it
MOST_DIGITS = 19  # of an id of 63 bits

Users = dict[str, Any]


@dataclass
class _Walk:
    """What one look read: posts by id, what has no id, their authors, and whether there is more."""

    found: dict[int, Any] = field(default_factory=dict)
    odd: list[Any] = field(default_factory=list)
    users: Users = field(default_factory=dict)
    is_unfinished: bool = False
    problem: PlatformError | None = None

    def take(self, page: Listing, since: int) -> bool:
        """Read this page; whether it shows nothing but what the mark or this walk has left behind, so that it ends.

        A page with nothing on it is no end: X leaves out what we may not see after it has cut its pages.
        """
        included = page.rest.get("includes")
        listed: Any = included.get("users") if isinstance(included, dict) else None
        for user in listed if isinstance(listed, list) else ():
            if isinstance(user, dict):
                self.users[str(user.get("id"))] = user
        before, has_old = len(self.found), False
        for event in page.events:
            number = _number(event)
            if number is None:
                self.odd.append(event)
            elif number > since:
                self.found.setdefault(number, event)
            else:
                has_old = True
        return has_old and len(self.found) == before


@dataclass(frozen=True)
class XListener:
    """Listens with one account: `get` gives the bytes of an answer to (path, query); on `web` people see posts.

    `has_refused`: whether a cause of trouble is that X itself called the request wrong.
    """

    get: Callable[[str, dict[str, str]], bytes]
    own_id: Callable[[], str]
    now: Callable[[], datetime]
    web: str
    has_refused: Callable[[BaseException | None], bool] = lambda _: False

    def mentions(self, cursor: str) -> Page:
        """Mentions of, replies to and quotes of our account; X shows the last 800."""
        return self._listen(cursor, f"/2/users/{self.own_id()}/mentions", {}, "pagination_token")

    def tagged(self, tag: str, handle: str, cursor: str) -> Page:
        """Posts of the last seven days with this hashtag, without reposts and our own ones."""
        query = {"query": f"#{tag} -is:retweet -from:{handle}"}
        return self._listen(cursor, "/2/tweets/search/recent", query, "next_token", MentionKind.TAG)

    def reread(self, raw: bytes, tag: str) -> RawMention | Aside | None:
        """What was set aside, understood anew, with the author that came with it."""
        kept = event_of(raw)
        event, user = (kept["post"], kept.get("user")) if isinstance(kept, dict) and "post" in kept else (kept, None)
        users: Users = {str(user.get("id")): user} if isinstance(user, dict) else {}
        return _Reader(users, self.own_id(), self.web, MentionKind.TAG if tag else None).heard(event)

    def _listen(
        self, cursor: str, path: str, query: dict[str, str], token: str, kind: MentionKind | None = None
    ) -> Page:
        """Walk back from the newest to the mark, give what is new, oldest first, and move the mark."""
        own_id = self.own_id()
        mark = Watermark.read(cursor)
        bounds = {name: value for name, value in (("since_id", mark.since), ("until_id", mark.before)) if value}
        asked = {**query, **FIELDS, "max_results": str(PAGE_SIZE)}
        try:
            walk = self._walk(path, asked | bounds, token, pages=PAGES if cursor else 1)
        except PlatformError as error:
            if not (self.has_refused(error.__cause__) and bounds):
                raise
            # The mark is older than X's search reaches (seven days): what it still shows is all there is.
            walk = self._walk(path, asked, token, pages=PAGES)
        after = self._mark_after(walk, mark, is_first=not cursor)
        reader = _Reader(walk.users, own_id, self.web, kind)
        fresh = [
            event
            for number, event in sorted(walk.found.items())
            if mark.is_new(str(number)) and not _is_outdated(number, event, walk.found, mark)
        ]
        heard = [reader.heard(event) for event in (*walk.odd, *fresh)]
        mentions = {one.canonical_id: one for one in heard if isinstance(one, RawMention)}
        aside = tuple(one for one in heard if isinstance(one, Aside))
        # A walk that was broken off goes on below where it was: what came meanwhile, only the look after it sees.
        is_unfinished = bool(cursor) and (walk.is_unfinished or bool(mark.before))
        written = after.written() if after else cursor
        return Page(tuple(mentions.values()), written, aside, walk.problem, is_unfinished)

    def _mark_after(self, walk: _Walk, mark: Watermark, *, is_first: bool) -> Watermark | None:
        """Where the next look begins; None: where this one did, since nothing can be told from what came.

        A first answer without a post may be an odd one: it says nothing about what is older than a day.
        """
        items = [Item(str(number), str(number), _made_at(number)) for number in sorted(walk.found)]
        horizon = self.now() - SETTLED
        if is_first:
            if walk.problem:
                return None
            if not items:
                return Watermark(since=str(_number_at(self.now() - BEFORE)))
            return mark.begun(items, horizon, is_all=not walk.is_unfinished)
        if walk.is_unfinished and not items:
            return None
        return mark.walked(items, horizon, items[0].mark if walk.is_unfinished else "")

    def _walk(self, path: str, query: dict[str, str], token: str, pages: int) -> _Walk:
        """All posts within the bounds, page by page, until X names no further page, or the pages are too many."""
        walk, place, asked = _Walk(), "", {""}
        since = int(query.get("since_id", 0))
        for _ in range(pages):
            try:
                page = _page(self.get(path, query | ({token: place} if place else {})))
            except PlatformError as error:
                if len(asked) == 1:
                    raise
                walk.problem, walk.is_unfinished = error, True
                return walk
            is_end = walk.take(page, since)
            if page.problem:
                walk.problem = Unavailable(f"X could not be read to the end. {page.problem}")
                walk.is_unfinished = True
                return walk
            told = page.rest.get("meta")
            place = next_place(told.get("next_token") if isinstance(told, dict) else "")
            if is_end or not place or place in asked:
                return walk
            asked.add(place)
        walk.is_unfinished = bool(walk.found)  # so many pages without a single post are an end
        return walk


@dataclass(frozen=True)
class _Reader:
    """Makes mentions of the account `own_id` from posts; `kind`, if it is given, is what all of them are."""

    users: Users
    own_id: str
    web: str
    kind: MentionKind | None

    def heard(self, event: Any) -> RawMention | Aside | None:
        """What this post is to us, kept with its author for the case that it is read once more."""
        found = understood(event, str(_number(event) or ""), self._mention)
        if found is None or not isinstance(event, dict):
            return found
        return replace(found, raw=bytes_of({"post": event, "user": self.users.get(str(event.get("author_id")))}))

    def _mention(self, post: Mapping[str, Any]) -> RawMention | None:
        """A post of somebody else as a mention. Raises what is wrong with one that says nothing about itself."""
        if _number(post) is None:
            raise ValueError("Its id is no number of X's.")
        instant(post, "created_at")
        if word(post, "author_id") == self.own_id:
            return None
        found = posts.mention(post, self.users, self.own_id, self.web)
        if _number({"id": found.canonical_id}) is None:  # its history is none
            found = replace(found, canonical_id=str(_number(post)))
        return found if self.kind is None else replace(found, kind=self.kind)


def _page(content: bytes) -> Listing:
    try:
        return listing(content, "data", empty="meta")
    except ValueError as error:
        said = content[:200].decode(errors="replace")
        raise Unavailable(f"X answered without saying what it found. {why(error)} {json.dumps(said)}") from error


def _number(event: Any) -> int | None:
    """A post's id as X orders them; None where it is none, since such a one as a mark would hide all that follows."""
    said = event.get("id") if isinstance(event, dict) else None
    said = str(said) if isinstance(said, int) and not isinstance(said, bool) else said
    if not isinstance(said, str) or not said.isascii() or not said.isdecimal() or len(said) > MOST_DIGITS:
        return None
    return int(said) if 0 < int(said) < 2**63 else None


def _made_at(number: int) -> datetime:
    """When X gave this id; what else a post says about its time moves no mark."""
    return EPOCH + timedelta(milliseconds=number >> 22)


def _number_at(at: datetime) -> int:
    """The lowest id that X can have given at this instant."""
    return max(0, int((at - EPOCH) / timedelta(milliseconds=1))) << 22


def _is_outdated(number: int, event: Any, found: Mapping[int, Any], mark: Watermark) -> bool:
    """Whether a later version of this post is here, or was here before it."""
    try:
        newest = _number({"id": posts.newest_id(event)})
    except Exception:  # noqa: BLE001  it will say so itself
        return False
    return newest not in {None, number} and (newest in found or not mark.is_new(str(newest)))
