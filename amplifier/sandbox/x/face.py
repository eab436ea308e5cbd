"""The X face: API v2 as X answers it to a pay-per-use app."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from amplifier.sandbox import ids, words
from amplifier.sandbox.faults import FaultKind, Faults
from amplifier.sandbox.limits import RateLimit, RateLimits, headers_of
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import Network, PretendAccount, PretendDraft, PretendPost
from amplifier.sandbox.playing import STAGE, PretendStage
from amplifier.sandbox.routes import Route
from amplifier.sandbox.wire import Operation, RefusedError, Reply, Request, say
from amplifier.sandbox.world import World
from amplifier.sandbox.x import auth as x_auth
from amplifier.sandbox.x import paging as x_paging
from amplifier.sandbox.x import search as x_search
from amplifier.sandbox.x import shapes
from amplifier.sandbox.x.auth import Scheme
from amplifier.sandbox.x.problems import (
    forbidden,
    invalid,
    invalid_values,
    no_such_post,
    no_such_user,
    not_found,
    problem,
    unsupported_authentication,
)
from amplifier.text.length import weighted

NETWORK = Network.X
LIMIT = 280
DAY_MS = 86_400_000
SEARCH_REACH_MS = 7 * DAY_MS
MENTIONS_REACH = 800
KNOWN_FIELDS = frozenset(
    {"text", "reply", "quote_tweet_id", "media", "poll", "reply_settings", "community_id", "made_with_ai", "nullcast"}
    | {"paid_partnership", "edit_options", "card_uri", "geo", "for_super_followers_only", "direct_message_deep_link"}
    | {"share_with_followers"}
)
NOT_SERVED = ("media", "poll", "edit_options", "community_id", "card_uri", "geo")


class X:
    """Serves the routes below from the world."""

    def __init__(self, world: World, faults: Faults, limits: RateLimits) -> None:
        self._world = world
        self._faults = faults
        self._limits = limits

    def routes(self) -> list[Route]:
        """What is served, and what each request is for."""
        table = (
            ("POST", "/2/tweets", self.publish, Operation.PUBLISH),
            ("GET", "/2/tweets", self.several, Operation.READ),
            ("GET", "/2/tweets/{id}", self.one, Operation.READ),
            ("DELETE", "/2/tweets/{id}", self.delete, Operation.DELETE),
            ("GET", "/2/users/me", self.me, Operation.LOGIN),
            ("GET", "/2/users/{id}/tweets", self.timeline, Operation.FIND),
            ("GET", "/2/users/{id}/mentions", self.mentions, Operation.MENTIONS),
            ("GET", "/2/tweets/search/recent", self.search, Operation.MENTIONS),
        )
        return [Route(method, path, serve, NETWORK, operation) for method, path, serve, operation in table]

    def publish(self, request: Request, _: dict[str, str]) -> Reply:
        """POST /2/tweets."""
        me = self._me(request)
        headers = self._spend(RateLimit.X_PUBLISH, me.handle)
        draft = self._draft(request, me)
        with self._world.lock:
            if any(self._world.has_said(me, draft.text, *span) for span in self._last_day()):
                raise RefusedError(
                    forbidden("You are not allowed to create a Tweet with duplicate content.").having(headers)
                )
            post = self._world.add(draft)
        text, _entities = shapes.wrapped(post.text)
        data = {"edit_history_tweet_ids": [post.remote_id], "id": post.remote_id, "text": text}
        return say({"data": data}, 201, headers)

    def me(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /2/users/me."""
        me = self._me(request)
        headers = self._spend(RateLimit.X_ME, me.handle)
        return say({"data": shapes.user(me, frozenset(request.several("user.fields")))}, headers=headers)

    def one(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /2/tweets/{id}: a post that is not there is a success with an error inside."""
        asker = self._asker(request)
        headers = self._spend(RateLimit.X_READ, asker)
        number = _number(found["id"])
        post = self._seen(number, asker)
        if post is None:
            return say({"errors": [no_such_post(number, "id")]}, headers=headers)
        body = self._shaped(request, [post])
        return say({**body, "data": body["data"][0]}, headers=headers)

    def several(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /2/tweets: up to a hundred posts by their ids."""
        asker = self._asker(request)
        headers = self._spend(RateLimit.X_READ, asker)
        numbers = [_number(number) for number in request.several("ids")]
        if not 1 <= len(numbers) <= 100:
            message = (
                f"The number of values in the `ids` query parameter list [{len(numbers)}] is not between 1 and 100"
            )
            raise RefusedError(invalid(request, "ids", message))
        found = {number: self._seen(number, asker) for number in numbers}
        body = self._shaped(request, [post for post in found.values() if post])
        missing = [no_such_post(number, "ids") for number, post in found.items() if post is None]
        return say(body | ({"errors": missing} if missing else {}), headers=headers)

    def delete(self, request: Request, found: dict[str, str]) -> Reply:
        """DELETE /2/tweets/{id}: only one's own."""
        me = self._me(request)
        headers = self._spend(RateLimit.X_DELETE, me.handle)
        number = _number(found["id"])
        with self._world.lock:
            post = self._world.post(NETWORK, number)
            if post is None:
                raise RefusedError(not_found(no_such_post(number, "id")).having(headers))
            if post.author.key != me.key:
                raise RefusedError(forbidden("You are not allowed to delete this Tweet.").having(headers))
            self._world.delete_post(NETWORK, number)
        return say({"data": {"deleted": True}}, headers=headers)

    def timeline(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /2/users/{id}/tweets: newest first."""
        asker = self._asker(request)
        headers = self._spend(RateLimit.X_TIMELINE, asker)
        window, limit = x_paging.window(request, least=5, standard=10)
        author = self._by_id(found["id"])
        lag = self._faults.take(NETWORK, Operation.FIND, frozenset({FaultKind.LAG}))
        if lag:
            window = window.until(ids.position_at(NETWORK, now_ms() - round(self._faults.seconds(lag) * 1000)))
        replies = "replies" not in request.several("exclude")
        me = self._world.people.known(NETWORK, asker)
        posts = [one for one in self._world.by_author(author, window, replies=replies) if self._world.may_see(me, one)]
        return self._page(request, posts, limit, headers)

    def mentions(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /2/users/{id}/mentions: mentions, replies and quotes, newest first, at most the last 800."""
        headers = self._spend(RateLimit.X_MENTIONS, self._asker(request))
        window, limit = x_paging.window(request, least=5, standard=10)
        account = self._by_id(found["id"])
        window = window.from_(self._world.reach(account, MENTIONS_REACH))
        notices = self._world.notices(account, window, by="position")
        return self._page(request, [notice.post for notice in notices], limit, headers)

    def search(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /2/tweets/search/recent: the last seven days, newest first."""
        headers = self._spend(RateLimit.X_SEARCH, self._asker(request))
        try:
            test = x_search.compiled(request.one("query"))
        except ValueError as wrong:
            raise RefusedError(invalid(request, "query", str(wrong))) from None
        window, limit = x_paging.window(request, least=10, standard=10)
        oldest = ids.position_at(NETWORK, now_ms() - SEARCH_REACH_MS)
        for name in ("since_id", "start_time"):
            if request.one(name) and window.after + 1 < oldest:
                raise RefusedError(
                    invalid(request, name, f"'{name}' must be a tweet id created within the last 7 days")
                )
        everything = self._world.posts(NETWORK, window.from_(oldest).sized(-1))
        return self._page(request, [post for post in everything if test(post)][: limit + 1], limit, headers)

    def _page(self, request: Request, posts: list[PretendPost], limit: int, headers: dict[str, str]) -> Reply:
        """One page of posts; one more than `limit` was asked for, to know whether there is a next one."""
        shown = posts[:limit]
        body = self._shaped(request, shown)
        body["meta"] = {"result_count": len(shown)}
        if shown:
            body["meta"] |= {"newest_id": shown[0].remote_id, "oldest_id": shown[-1].remote_id}
        if len(posts) > limit:
            body["meta"]["next_token"] = x_paging.token(shown[-1].position)
        return say(body, headers=headers)

    def _shaped(self, request: Request, posts: list[PretendPost]) -> dict[str, Any]:
        """The posts with the fields and expansions that were asked for; nothing where there is none."""
        wanted = shapes.RequestedFields(
            frozenset(request.several("tweet.fields", "post.fields")),
            frozenset(request.several("user.fields")),
            frozenset(request.several("expansions")),
        )
        included = shapes.includes(posts, wanted, self._world)
        body: dict[str, Any] = {"data": [shapes.post(post, wanted, self._world) for post in posts]} if posts else {}
        return body | ({"includes": included} if included else {})

    def _draft(self, request: Request, me: PretendAccount) -> PretendDraft:
        try:
            fields = request.json()
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise RefusedError(invalid(request, "body", "the body is not a JSON object"))
        for name in fields:
            if name not in KNOWN_FIELDS:
                message = (
                    f"[$.{name}: is not defined in the schema and the schema does not allow additional properties]"
                )
                raise RefusedError(invalid(request, name, message))
            if name in NOT_SERVED and fields[name]:
                raise RefusedError(invalid(request, name, f"{name} is not served by this pretend X"))
        text = fields.get("text")
        if not isinstance(text, str) or not text.strip():
            raise RefusedError(invalid(request, "text", "[$.text: must not be empty]"))
        text = unicodedata.normalize("NFC", text.strip())
        if weighted(text) > LIMIT:
            raise RefusedError(forbidden("You are not permitted to perform this action."))
        if fields.get("quote_tweet_id"):
            raise RefusedError(forbidden("Quoting posts is not available on this access level."))
        parent = self._parent(request, me, fields.get("reply"))
        return PretendDraft(
            author=me,
            text=text,
            ours=True,
            mentions=words.named(NETWORK, text),
            tags=words.tagged(text),
            in_reply_to=parent.remote_id if parent else None,
        )

    def _parent(self, request: Request, me: PretendAccount, reply: Any) -> PretendPost | None:
        """The post that is answered; only own ones and those that summoned us (docs.x.com: posts/create-post)."""
        if not reply:
            return None
        number = reply.get("in_reply_to_tweet_id") if isinstance(reply, dict) else None
        parent = self._world.post(NETWORK, str(number))
        if parent is None:
            raise RefusedError(
                invalid(request, "reply", "You attempted to reply to a Tweet that is deleted or not visible to you.")
            )
        if parent.author.key != me.key and not self._world.was_told(me, parent):
            sentence = (
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged."
            )
            raise RefusedError(forbidden(sentence))
        return parent

    def _me(self, request: Request) -> PretendAccount:
        """Who asks; an app alone cannot."""
        scheme, handle = x_auth.read(request, now_ms() / 1000)
        if scheme is Scheme.APP:
            raise RefusedError(unsupported_authentication())
        return self._user(scheme, handle)

    def _user(self, scheme: Scheme, handle: str) -> PretendAccount:
        if scheme is not Scheme.USER:
            raise RefusedError(problem(401))
        return self._world.people.account(NETWORK, words.handle_on(NETWORK, handle))

    def _asker(self, request: Request) -> str:
        scheme, handle = x_auth.read(request, now_ms() / 1000)
        return "the app" if scheme is Scheme.APP else self._user(scheme, handle).handle

    def _last_day(self) -> Iterator[tuple[int, int]]:
        """The positions in which X remembers words: it guards readers, so a day of the campaign that plays."""
        playing = PretendStage.of(self._world.notes.kept(STAGE))
        for begin, end in playing.spans(now_ms(), timedelta(milliseconds=DAY_MS)):
            yield ids.position_at(NETWORK, begin), ids.position_at(NETWORK, end)

    def _seen(self, number: str, asker: str) -> PretendPost | None:
        """The post with this id, as far as whoever asks may see it."""
        found = self._world.post(NETWORK, number)
        me = self._world.people.known(NETWORK, asker)
        return found if found and self._world.may_see(me, found) else None

    def _by_id(self, number: str) -> PretendAccount:
        account = self._world.people.by_id(NETWORK, _number(number))
        if account is None:
            raise RefusedError(no_such_user(number))
        return account

    def _spend(self, budget: RateLimit, who: str) -> dict[str, str]:
        allowance = self._limits.spend(budget, who, now_ms=now_ms())
        headers = headers_of(NETWORK, allowance)
        if not allowance.granted:
            raise RefusedError(problem(429).having(headers))
        return headers


def _number(written: str) -> str:
    if not written.isdecimal() or len(written) > 19:
        message = f"The `id` query parameter value [{written}] is not valid"
        raise RefusedError(invalid_values({"id": [written]}, message))
    return written
