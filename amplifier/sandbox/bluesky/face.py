"""The Bluesky face: a personal data server with what its app view tells about posts, under /xrpc/."""

from __future__ import annotations

from typing import Any

from amplifier.sandbox import ids, words
from amplifier.sandbox.bluesky import auth, records, shapes
from amplifier.sandbox.bluesky.shapes import invalid, problem
from amplifier.sandbox.faults import Faults
from amplifier.sandbox.limits import RateLimit, RateLimits, headers_of
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import Network, PretendAccount, PretendDraft, Reason, from_iso, iso
from amplifier.sandbox.routes import Route
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.wire import Operation, RefusedError, Reply, Request, say
from amplifier.sandbox.world import World

NETWORK = Network.BLUESKY
CREATE_POINTS, PUT_POINTS, DELETE_POINTS = 3, 2, 1


class Bluesky:
    """Serves the routes below from the world."""

    def __init__(self, world: World, faults: Faults, limits: RateLimits) -> None:
        self._world = world
        self._faults = faults
        self._limits = limits

    def routes(self) -> list[Route]:
        """What is served, and what each request is for."""
        table = (
            ("POST", "com.atproto.server.createSession", self.create_session, Operation.LOGIN),
            ("POST", "com.atproto.server.refreshSession", self.refresh_session, Operation.LOGIN),
            ("GET", "com.atproto.server.getSession", self.get_session, Operation.LOGIN),
            ("GET", "com.atproto.server.describeServer", self.describe_server, Operation.LOOK_UP),
            ("POST", "com.atproto.repo.putRecord", self.put_record, Operation.PUBLISH),
            ("POST", "com.atproto.repo.createRecord", self.create_record, Operation.PUBLISH),
            ("POST", "com.atproto.repo.deleteRecord", self.delete_record, Operation.DELETE),
            ("GET", "com.atproto.repo.getRecord", self.get_record, Operation.FIND),
            ("GET", "com.atproto.repo.listRecords", self.list_records, Operation.FIND),
            ("GET", "app.bsky.feed.getPosts", self.get_posts, Operation.READ),
            ("GET", "com.atproto.identity.resolveHandle", self.resolve_handle, Operation.LOOK_UP),
            ("GET", "app.bsky.actor.getProfile", self.get_profile, Operation.LOOK_UP),
            ("GET", "app.bsky.notification.listNotifications", self.list_notifications, Operation.MENTIONS),
        )
        return [Route(method, f"/xrpc/{name}", serve, NETWORK, operation) for method, name, serve, operation in table]

    # Sessions

    def create_session(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.server.createSession."""
        fields = _body(request)
        identifier, password = str(fields.get("identifier", "")), str(fields.get("password", ""))
        headers = self._spend(RateLimit.BLUESKY_LOGIN_DAY, identifier)
        headers = self._spend(RateLimit.BLUESKY_LOGIN, identifier)
        if not identifier or not password.startswith("pretend"):
            raise RefusedError(problem(401, "AuthenticationRequired", "Invalid identifier or password"))
        if identifier.startswith("did:"):
            me = self._world.people.by_id(NETWORK, identifier)
            if me is None:
                raise RefusedError(problem(401, "AuthenticationRequired", "Invalid identifier or password"))
        else:
            me = self._world.people.account(NETWORK, words.handle_on(NETWORK, identifier))
        return self._session(me, headers)

    def refresh_session(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.server.refreshSession; a token may be used again, as within the real server's two hours."""
        me = self._authenticate(request, auth.Scope.REFRESH)
        return self._session(me, self._spend(RateLimit.BLUESKY_ALL, me.handle))

    def get_session(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.server.getSession."""
        me = self._authenticate(request)
        return say(shapes.own(me), headers=self._spend(RateLimit.BLUESKY_ALL, me.handle))

    def describe_server(self, _: Request, __: dict[str, str]) -> Reply:
        """com.atproto.server.describeServer."""
        return say({"did": "did:web:localhost", "availableUserDomains": [".example"], "inviteCodeRequired": True})

    # Records

    def put_record(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.repo.putRecord: the same record again changes nothing (pds: putRecord.ts)."""
        me, fields = self._writer(request)
        headers = self._spend_writes(me, PUT_POINTS)
        rkey = fields.get("rkey")
        if not isinstance(rkey, str) or not rkey:
            raise RefusedError(invalid('Input must have the property "rkey"'))
        draft = self._draft(me, fields, rkey)
        with self._world.lock:
            there = self._world.post(NETWORK, records.address(me, rkey))
            if there is not None and there.cid == draft.cid:
                return say(shapes.written(there.remote_id, draft.cid), headers=headers)
            if "swapRecord" in fields and fields["swapRecord"] != (there.cid if there else None):
                message = f"Record was at {there.cid if there else 'null'}"
                raise RefusedError(problem(400, "InvalidSwap", message))
            if there is not None:
                self._world.rewrite(there, draft)
            uri = there.remote_id if there else self._world.add(draft).remote_id
        return say(shapes.written(uri, draft.cid) | shapes.commit(uri, draft.cid), headers=headers)

    def create_record(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.repo.createRecord: a key that is taken is a bare 500, as on the real server."""
        me, fields = self._writer(request)
        headers = self._spend_writes(me, CREATE_POINTS)
        with self._world.lock:
            rkey = str(fields.get("rkey") or records.free_key(self._world, me))
            draft = self._draft(me, fields, rkey)
            if self._world.post(NETWORK, records.address(me, rkey)) is not None:
                raise RefusedError(problem(500))
            uri = self._world.add(draft).remote_id
        return say(shapes.written(uri, draft.cid) | shapes.commit(uri, draft.cid), headers=headers)

    def get_record(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.repo.getRecord; needs no session."""
        repo, collection, rkey = request.one("repo"), request.one("collection"), request.one("rkey")
        author = self._who(repo)
        if author is None:
            raise RefusedError(invalid(f"Could not find repo: {repo}"))
        uri = f"at://{author.remote_id}/{collection}/{rkey}"
        post = self._world.post(NETWORK, uri)
        if post is None or request.one("cid", post.cid) != post.cid:
            raise RefusedError(problem(400, "RecordNotFound", f"Could not locate record: {uri}"))
        return say(records.shown(post))

    def delete_record(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.repo.deleteRecord: where nothing is, nothing changes (pds: deleteRecord.ts)."""
        me, fields = self._writer(request)
        headers = self._spend_writes(me, DELETE_POINTS)
        rkey = fields.get("rkey")
        if not isinstance(rkey, str) or not rkey:
            raise RefusedError(invalid('Input must have the property "rkey"'))
        with self._world.lock:
            post = self._world.post(NETWORK, records.address(me, rkey))
            if post is None:
                return say({}, headers=headers)
            if fields.get("swapRecord", post.cid) != post.cid:
                raise RefusedError(problem(400, "InvalidSwap", f"Record was at {post.cid}"))
            self._world.delete_post(NETWORK, post.remote_id)
        return say(shapes.commit(post.remote_id, post.cid), headers=headers)

    def list_records(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.repo.listRecords: by key, the highest first; needs no session."""
        repo, limit = request.one("repo"), _limit(request)
        author = self._who(repo)
        if author is None:
            raise RefusedError(invalid(f"Could not find repo: {repo}"))
        posts = {records.key_of(post): post for post in self._world.by_author(author, PageBounds(limit=-1))}
        upwards, cursor = request.one("reverse") == "true", request.one("cursor")
        keys = [key for key in posts if not cursor or (key > cursor if upwards else key < cursor)]
        page = [posts[key] for key in sorted(keys, reverse=not upwards)[:limit]]
        body: dict[str, Any] = {"records": [records.shown(post) for post in page]}
        return say(body | ({"cursor": records.key_of(page[-1])} if page else {}))

    def get_posts(self, request: Request, _: dict[str, str]) -> Reply:
        """app.bsky.feed.getPosts: up to 25 posts as people see them; what is not there is left out."""
        self._authenticate(request)
        uris = request.several("uris", "uris[]")
        if not 1 <= len(uris) <= 25:
            raise RefusedError(invalid("Error: uris must not have more than 25 elements"))
        posts = (self._world.post(NETWORK, uri) for uri in uris)
        return say({"posts": [shapes.post(post, self._world) for post in posts if post]})

    # People

    def resolve_handle(self, request: Request, _: dict[str, str]) -> Reply:
        """com.atproto.identity.resolveHandle."""
        account = self._world.people.known(NETWORK, words.handle_on(NETWORK, request.one("handle")))
        if account is None:
            raise RefusedError(invalid("Unable to resolve handle"))
        return say({"did": account.remote_id})

    def get_profile(self, request: Request, _: dict[str, str]) -> Reply:
        """app.bsky.actor.getProfile."""
        self._authenticate(request)
        account = self._who(request.one("actor"))
        if account is None:
            raise RefusedError(invalid("Profile not found"))
        posts = self._world.by_author(account, PageBounds(limit=-1))
        counts = {"followersCount": 0, "followsCount": 0, "postsCount": len(posts)}
        return say(
            shapes.author(account) | counts | {"createdAt": iso(account.since_ms), "indexedAt": iso(account.since_ms)}
        )

    def list_notifications(self, request: Request, _: dict[str, str]) -> Reply:
        """app.bsky.notification.listNotifications: by the authors' clocks where these are behind, newest first."""
        me = self._authenticate(request)
        headers = self._spend(RateLimit.BLUESKY_ALL, me.handle)
        limit = _limit(request)
        asked = request.several("reasons", "reasons[]")
        reasons = tuple(reason for reason in Reason if not asked or reason in asked)
        window = PageBounds(before=_cursor(request.one("cursor")), limit=limit)
        notices = self._world.notices(me, window, reasons, by="sort_ms") if reasons else []
        body: dict[str, Any] = {"notifications": [shapes.notification(notice, me, self._world) for notice in notices]}
        if len(notices) == limit:
            body["cursor"] = iso(notices[-1].sort_ms)
        return say(body | {"priority": False, "seenAt": iso(me.since_ms)}, headers=headers)

    # What several of them need

    def _writer(self, request: Request) -> tuple[PretendAccount, dict[str, Any]]:
        me = self._authenticate(request)
        fields = _body(request)
        if fields.get("collection") != records.COLLECTION:
            raise RefusedError(invalid(f"This pretend server keeps {records.COLLECTION} only"))
        repo = self._who(str(fields.get("repo", "")))
        if repo is None or repo.key != me.key:
            raise RefusedError(problem(401, "AuthenticationRequired", "Authentication Required"))
        return me, fields

    def _draft(self, me: PretendAccount, fields: dict[str, Any], rkey: str) -> PretendDraft:
        try:
            record = records.checked(fields.get("record"))
        except records.RecordError as wrong:
            raise RefusedError(invalid(str(wrong))) from None
        if not ids.is_tid(rkey):
            raise RefusedError(invalid(f"Invalid record key for {records.COLLECTION}: expected a TID, got {rkey}"))
        return records.draft(record, me, rkey, self._handle_of)

    def _handle_of(self, did: str) -> str | None:
        account = self._world.people.by_id(NETWORK, did)
        return account.handle if account else None

    def _who(self, repo: str) -> PretendAccount | None:
        """The account behind a DID or a handle."""
        if repo.startswith("did:"):
            return self._world.people.by_id(NETWORK, repo)
        return self._world.people.known(NETWORK, words.handle_on(NETWORK, repo))

    def _session(self, me: PretendAccount, headers: dict[str, str]) -> Reply:
        session = auth.session(me.remote_id, now_ms() / 1000)
        return say({"accessJwt": session.access, "refreshJwt": session.refresh} | shapes.own(me), headers=headers)

    def _authenticate(self, request: Request, scope: auth.Scope = auth.Scope.ACCESS) -> PretendAccount:
        kind, _, token = request.header("Authorization").partition(" ")
        if kind != "Bearer" or not token:
            raise RefusedError(problem(401, "AuthMissing", "Authentication Required"))
        try:
            did = auth.did_of(token, scope, now_ms() / 1000)
        except auth.TokenError as wrong:
            raise RefusedError(problem(400, wrong.error, str(wrong))) from None
        me = self._world.people.by_id(NETWORK, did)
        if me is None:  # the world was emptied since
            raise RefusedError(problem(400, "InvalidToken", "Token could not be verified"))
        return me

    def _spend_writes(self, me: PretendAccount, points: int) -> dict[str, str]:
        self._spend(RateLimit.BLUESKY_WRITES_DAY, me.handle, points)
        return self._spend(RateLimit.BLUESKY_WRITES, me.handle, points)

    def _spend(self, budget: RateLimit, who: str, points: int = 1) -> dict[str, str]:
        now = now_ms()
        allowance = self._limits.spend(budget, who, now_ms=now, points=points)
        headers = headers_of(NETWORK, allowance)
        if not allowance.granted:
            wait = {"retry-after": str(-(-(allowance.reset_ms - now) // 1000))}
            raise RefusedError(problem(429).having(headers | wait))
        return headers


def _body(request: Request) -> dict[str, Any]:
    if not request.header("Content-Type").startswith("application/json"):
        raise RefusedError(invalid("Request encoding (Content-Type) required but not provided"))
    try:
        fields = request.json()
    except ValueError:
        raise RefusedError(invalid("Failed to parse JSON body")) from None
    if not isinstance(fields, dict):
        raise RefusedError(invalid("Input must be an object"))
    return fields


def _limit(request: Request) -> int:
    written = request.one("limit", "50")
    if not written.isdecimal() or not 1 <= int(written) <= 100:
        raise RefusedError(invalid("Error: limit must be an integer between 1 and 100"))
    return int(written)


def _cursor(text: str) -> int:
    if not text:
        return 2**63 - 1
    try:
        return from_iso(text)
    except ValueError:
        raise RefusedError(invalid("Malformed cursor")) from None
