"""The Mastodon face: as many servers as tokens name, each of which speaks the REST API of Mastodon 4.5."""

from __future__ import annotations

from typing import Any

from amplifier.sandbox import words
from amplifier.sandbox.faults import FaultKind, Faults
from amplifier.sandbox.ids import position_at
from amplifier.sandbox.limits import RateLimit, RateLimits, headers_of
from amplifier.sandbox.mastodon import shapes
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import SERVER, Network, PretendAccount, PretendDraft, PretendPost, Reason
from amplifier.sandbox.public import VISIBILITIES
from amplifier.sandbox.routes import Route
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.wire import Operation, RefusedError, Reply, Request, say
from amplifier.sandbox.world import World
from amplifier.text.length import short_links

NETWORK = Network.MASTODON
FOREVER_MS = 1 << 46  # an instant some two thousand years ahead, whose snowflake still fits a column


class Mastodon:
    """Serves the routes below from the world."""

    def __init__(self, world: World, faults: Faults, limits: RateLimits) -> None:
        self._world = world
        self._faults = faults
        self._limits = limits

    def routes(self) -> list[Route]:
        """What is served, and what each request is for."""
        table = (
            ("POST", "/api/v1/statuses", self.publish, Operation.PUBLISH),
            ("GET", "/api/v1/statuses/{id}", self.one, Operation.READ),
            ("PUT", "/api/v1/statuses/{id}", self.edit, Operation.EDIT),
            ("DELETE", "/api/v1/statuses/{id}", self.delete, Operation.DELETE),
            ("GET", "/api/v1/statuses/{id}/source", self.source, Operation.FIND),
            ("GET", "/api/v1/statuses/{id}/history", self.history, Operation.READ),
            ("GET", "/api/v1/accounts/verify_credentials", self.verify, Operation.LOGIN),
            ("GET", "/api/v1/accounts/{id}/statuses", self.of_account, Operation.FIND),
            ("GET", "/api/v1/notifications", self.notifications, Operation.MENTIONS),
            ("GET", "/api/v1/timelines/tag/{tag}", self.tag, Operation.MENTIONS),
            ("GET", "/api/v1/instance", self.instance_v1, Operation.LOOK_UP),
            ("GET", "/api/v2/instance", self.instance, Operation.LOOK_UP),
            ("GET", "/.well-known/nodeinfo", self.nodeinfo_links, Operation.LOOK_UP),
            ("GET", "/nodeinfo/2.0", self.nodeinfo, Operation.LOOK_UP),
        )
        return [Route(method, path, serve, NETWORK, operation) for method, path, serve, operation in table]

    def publish(self, request: Request, _: dict[str, str]) -> Reply:
        """POST /api/v1/statuses."""
        me, limits = self._authenticate(request)
        key = request.header("Idempotency-Key")
        with self._world.lock:
            earlier = self._world.by_key(me, key) if key else None
            if earlier is not None and not self._takes_habit(FaultKind.IGNORE_KEY):
                if self._takes_habit(FaultKind.REPLAY_500):
                    raise RefusedError(problem(500))
                return say(self._shown(request, self._post(earlier, me), Operation.PUBLISH), headers=limits)
            draft = self._draft(request, me)
            limits = self._spend(RateLimit.MASTODON_STATUSES, me.handle)
            post = self._world.add(draft, key)
        return say(self._shown(request, post, Operation.PUBLISH), headers=limits)

    def one(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /api/v1/statuses/{id}."""
        me, limits = self._visitor(request)
        return say(self._shown(request, self._post(found["id"], me), Operation.READ), headers=limits)

    def edit(self, request: Request, found: dict[str, str]) -> Reply:
        """PUT /api/v1/statuses/{id}: only one's own; the same words again make no new version."""
        me, _ = self._authenticate(request)
        limits = self._spend(RateLimit.MASTODON_STATUSES, me.handle)
        with self._world.lock:
            post = self._own(found["id"], me)
            text = self._draft(request, me).text
            language = self._language(request, post)
            if (text, language) != (post.text, post.language):
                post = self._world.edit_post(NETWORK, post.remote_id, text, language)
        return say(self._shown(request, post, Operation.EDIT), headers=limits)

    def delete(self, request: Request, found: dict[str, str]) -> Reply:
        """DELETE /api/v1/statuses/{id}: only one's own; gives it back with its source."""
        me, _ = self._authenticate(request)
        limits = self._spend(RateLimit.MASTODON_DELETES, me.handle)
        with self._world.lock:
            post = self._own(found["id"], me)
            shown = self._shown(request, post, Operation.DELETE) | {"text": post.text}
            self._world.delete_post(NETWORK, post.remote_id)
        return say(shown, headers=limits)

    def history(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /api/v1/statuses/{id}/history: every version, oldest first."""
        me, limits = self._visitor(request)
        return say(shapes.history(self._post(found["id"], me), _base(request)), headers=limits)

    def source(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /api/v1/statuses/{id}/source: the text exactly as it was written."""
        me, limits = self._authenticate(request)
        post = self._post(found["id"], me)
        return say({"id": post.remote_id, "text": post.text, "spoiler_text": ""}, headers=limits)

    def verify(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /api/v1/accounts/verify_credentials."""
        me, limits = self._authenticate(request)
        return say(shapes.own_account(me, _base(request)), headers=limits)

    def of_account(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /api/v1/accounts/{id}/statuses."""
        me, limits = self._visitor(request)
        author = self._world.people.by_id(NETWORK, found["id"])
        if author is None:
            raise RefusedError(problem(404))
        window = _window(request, standard=20, most=40)
        window = window.until(position_at(NETWORK, self._hidden_since(Operation.FIND)))
        posts = self._world.by_author(author, window, replies=not _is_set(request, "exclude_replies"))
        return self._statuses(request, [post for post in posts if self._world.may_see(me, post)], limits)

    def notifications(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /api/v1/notifications: mentions (replies that name us are mentions too) and quotes."""
        me, limits = self._authenticate(request)
        wanted = set(request.several("types[]", "types")) or {"mention", "quote"}
        wanted -= set(request.several("exclude_types[]", "exclude_types"))
        reasons = ((Reason.MENTION, Reason.REPLY) if "mention" in wanted else ()) + (
            (Reason.QUOTE,) if "quote" in wanted else ()
        )
        window = _window(request, standard=40, most=80)
        hidden_since = self._hidden_since(Operation.MENTIONS)
        notices = [n for n in self._world.notices(me, window, reasons) if n.post.at_ms <= hidden_since]
        notices.sort(key=lambda notice: notice.number, reverse=True)
        links = _links(request, [str(notice.number) for notice in notices])
        entities = [shapes.notification(notice, _base(request), self._world) for notice in notices]
        return say(entities, headers={**limits, **links})

    def tag(self, request: Request, found: dict[str, str]) -> Reply:
        """GET /api/v1/timelines/tag/{tag}: public posts only."""
        _, limits = self._visitor(request)
        window = _window(request, standard=20, most=40)
        posts = self._world.tagged(NETWORK, found["tag"].lower(), window)
        return self._statuses(request, posts, limits)

    def instance(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /api/v2/instance."""
        return say(shapes.instance(request.host, _base(request).server) | self._software())

    def instance_v1(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /api/v1/instance."""
        return say(shapes.instance_v1(request.host, _base(request).server) | self._software())

    def nodeinfo_links(self, request: Request, _: dict[str, str]) -> Reply:
        """GET /.well-known/nodeinfo."""
        return say(shapes.nodeinfo_links(_base(request)))

    def nodeinfo(self, _request: Request, _: dict[str, str]) -> Reply:
        """GET /nodeinfo/2.0."""
        return say(shapes.nodeinfo("gotosocial" if self._software() else "mastodon"))

    def _statuses(self, request: Request, posts: list[PretendPost], limits: dict[str, str]) -> Reply:
        # Whichever end a page was taken from, it is shown newest first (mastodon: concerns/paginable.rb).
        posts.sort(key=lambda post: post.position, reverse=True)
        links = _links(request, [post.remote_id for post in posts])
        shown = [self._shown(request, post, Operation.FIND) for post in posts]
        return say(shown, headers={**limits, **links})

    def _draft(self, request: Request, me: PretendAccount) -> PretendDraft:
        try:
            fields = request.fields()
        except ValueError:
            raise RefusedError(problem(400, "There was a problem parsing the body")) from None
        text = str(fields.get("status") or "")
        for name in ("media_ids", "poll", "scheduled_at", "spoiler_text"):
            if fields.get(name):
                raise RefusedError(problem(422, f"Validation failed: {name} is not served by this pretend server"))
        if not text.strip():
            raise RefusedError(problem(422, "Validation failed: Text can't be blank"))
        counts_all = self._has_habit(Operation.PUBLISH, FaultKind.COUNTS_ALL)
        if (len(text) if counts_all else short_links(text, shapes.LINK_COST)) > shapes.MAX_CHARACTERS:
            message = f"Validation failed: Text character limit of {shapes.MAX_CHARACTERS} exceeded"
            raise RefusedError(problem(422, message))
        visibility = str(fields.get("visibility") or "public")
        if visibility not in VISIBILITIES[NETWORK]:
            raise RefusedError(problem(422, "Validation failed: Visibility is not included in the list"))
        parent = str(fields.get("in_reply_to_id") or "")
        quoted = str(fields.get("quoted_status_id") or "")
        for number in filter(None, (parent, quoted)):
            self._post(number, me)
        return PretendDraft(
            author=me,
            text=text,
            ours=True,
            mentions=words.named(NETWORK, text, me.server),
            tags=words.tagged(text),
            language=str(fields.get("language") or "en"),
            visibility=visibility,
            in_reply_to=parent or None,
            quotes=quoted or None,
        )

    def _authenticate(self, request: Request) -> tuple[PretendAccount, dict[str, str]]:
        handle = _handle(request)
        if not handle:
            raise RefusedError(problem(401, "The access token is invalid"))
        me = self._world.people.account(NETWORK, handle)
        return me, self._count(me.handle)

    def _visitor(self, request: Request) -> tuple[PretendAccount | None, dict[str, str]]:
        if request.header("Authorization"):
            return self._authenticate(request)
        return None, self._count("")

    def _count(self, who: str) -> dict[str, str]:
        return self._spend(RateLimit.MASTODON_ALL, who)

    def _spend(self, budget: RateLimit, who: str) -> dict[str, str]:
        allowance = self._limits.spend(budget, who, now_ms=now_ms())
        headers = headers_of(NETWORK, allowance)
        if not allowance.granted:
            raise RefusedError(problem(429).having(headers))
        return headers

    def _post(self, number: str, me: PretendAccount | None) -> PretendPost:
        """A post that `me` may see; any other is not found (mastodon: status_policy.rb)."""
        found = self._world.post(NETWORK, number)
        if found is None or not self._world.may_see(me, found):
            raise RefusedError(problem(404))
        return found

    def _own(self, number: str, me: PretendAccount) -> PretendPost:
        """One's own post; others' are not found (mastodon: statuses_controller.rb)."""
        found = self._post(number, me)
        if found.author.key != me.key:
            raise RefusedError(problem(404))
        return found

    def _shown(self, request: Request, post: PretendPost, operation: Operation) -> dict[str, Any]:
        """The status; on a server that renders words, they show otherwise than they were written."""
        found = shapes.status(post, _base(request), self._world)
        if self._has_habit(operation, FaultKind.RENDERS):
            found["content"] = shapes.rendered(found["content"])
        return found

    def _language(self, request: Request, post: PretendPost) -> str:
        """The language after an edit: the one that is named; else as it is, or forgotten where that is the habit."""
        forgets = self._has_habit(Operation.EDIT, FaultKind.FORGETS_LANGUAGE)
        return str(request.fields().get("language") or ("" if forgets else post.language))

    def _software(self) -> dict[str, str]:
        """What a server says of itself that counts every code point and links whole."""
        return shapes.OTHER_SOFTWARE if self._has_habit(Operation.LOOK_UP, FaultKind.COUNTS_ALL) else {}

    def _takes_habit(self, kind: FaultKind) -> bool:
        return self._has_habit(Operation.PUBLISH, kind)

    def _has_habit(self, operation: Operation, kind: FaultKind) -> bool:
        return self._faults.take(NETWORK, operation, frozenset({kind})) is not None

    def _hidden_since(self, operation: Operation) -> int:
        lag = self._faults.take(NETWORK, operation, frozenset({FaultKind.LAG}))
        return now_ms() - round(self._faults.seconds(lag) * 1000) if lag else FOREVER_MS


def problem(status: int, message: str = "") -> Reply:
    """An error as Mastodon words it."""
    usual = {
        401: "The access token is invalid",
        404: "Record not found",
        429: "Too many requests",
        500: "We're sorry, but something went wrong on our end.",
        503: "There was a temporary problem serving your request, please try again",
    }
    return say({"error": message or usual.get(status, "This action is not allowed")}, status)


def _window(request: Request, *, standard: int, most: int) -> PageBounds:
    numbers = {name: request.one(name) for name in ("limit", "min_id", "since_id", "max_id")}
    known: dict[str, Any] = {name: int(value) for name, value in numbers.items() if value.isdecimal()}
    after = known.get("min_id", known.get("since_id", -1))
    limit = max(1, min(most, known.get("limit", standard)))
    return PageBounds(after, known.get("max_id", 2**63 - 1), limit, oldest_first="min_id" in known)


def _links(request: Request, shown: list[str]) -> dict[str, str]:
    if not shown:
        return {}
    address = f"{_base(request).address}{request.path}"
    return {"Link": f'<{address}?max_id={shown[-1]}>; rel="next", <{address}?min_id={shown[0]}>; rel="prev"'}


def _is_set(request: Request, name: str) -> bool:
    return request.one(name).lower() in {"1", "true", "on"}


def _base(request: Request) -> shapes.Base:
    """Where a reader stands: all servers are at one address, and the token says on which of them its account is."""
    server = _handle(request).partition("@")[2]
    return shapes.Base(f"http://{request.host}", server or SERVER)


def _handle(request: Request) -> str:
    """Whom the token `pretend-NAME` or `pretend-NAME@SERVER` stands for; nobody where it is none."""
    token = request.header("Authorization").removeprefix("Bearer ").strip()
    name = token.removeprefix("pretend-")
    return words.handle_on(NETWORK, name) if name != token and name.partition("@")[0] else ""
