"""The wall and the pages people look at: state, live events, posts, profiles, and the wall's three wishes."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from amplifier.sandbox import wall, words
from amplifier.sandbox.faults import Faults
from amplifier.sandbox.nouns import TITLES, Network, PretendAccount, PretendPost
from amplifier.sandbox.routes import Route
from amplifier.sandbox.state import WallState
from amplifier.sandbox.wire import HTML, Reply, Request, say
from amplifier.sandbox.world import World

NOT_HERE = (
    b"<!doctype html><html lang=en-GB><meta name=viewport content='width=device-width'><title>Not here</title>"
    b"<main><h1>There is nothing at this address.</h1><p><a href=/wall>All three networks on the wall</a></p></main>"
)
SILENCE_S = 6.0  # how long X holds the line after somebody pressed the button: longer than a client waits
WISHES = {
    "debate_slips": "Asked. Watch the coming posts move.",
    "pull_the_plug": "Asked: the service is killed where it stands, and starts again.",
    "x_stops": "X will take the next post and say nothing. Watch what becomes of it.",
}


class Pages:
    """Serves the wall and what is linked from it."""

    def __init__(self, world: World, faults: Faults, state: WallState, *, token: str) -> None:
        self._token = token.encode()
        self._wish = self._proof("wish")  # the same after a restart, so that a wall that stays open can go on wishing
        self._world = world
        self._faults = faults
        self._state = state

    def routes(self) -> list[Route]:
        """What is served. The live events are the server's own, since they do not end."""
        table = (
            ("GET", "/", self.front),
            ("GET", "/wall", self.wall),
            ("GET", "/wall/state", self.state),
            ("GET", "/wall/assets/{name}", self.asset),
            ("POST", "/wall/wish/{name}", self.wish),
            ("GET", "/wall/proof/{word}", self.prove),
            ("GET", "/profile/{handle}/post/{id}", self.bluesky_post),
            ("GET", "/profile/{handle}", self.bluesky_profile),
            ("GET", "/{handle}/status/{id}", self.x_post),
            ("GET", "/@{handle}/{id}", self.mastodon_post),
            ("GET", "/@{handle}", self.mastodon_profile),
            ("GET", "/{handle}", self.x_profile),
        )
        return [Route(method, path, serve) for method, path, serve in table]

    def front(self, _: Request, __: dict[str, str]) -> Reply:
        """The bare address leads to the wall."""
        return Reply(302, b"", HTML, {"Location": "/wall"})

    def wall(self, _: Request, __: dict[str, str]) -> Reply:
        """The wall's page."""
        return Reply(200, wall.page(self._wish), HTML, {"Cache-Control": "no-store"})

    def prove(self, _: Request, found: dict[str, str]) -> Reply:
        """That this server knows the token, to whoever knows it too and made up this word; nobody learns it."""
        return Reply(200, self._proof(f"wall:{found['word']}").encode(), "text/plain", {"Cache-Control": "no-store"})

    def state(self, _: Request, __: dict[str, str]) -> Reply:
        """The wall's state."""
        return Reply(200, self._state.as_json(), headers={"Cache-Control": "no-store"})

    def asset(self, _: Request, found: dict[str, str]) -> Reply:
        """A file of the wall."""
        asset = wall.asset(found["name"])
        return Reply(200, asset[0], asset[1], {"Cache-Control": "no-cache"}) if asset else missing()

    def wish(self, request: Request, found: dict[str, str]) -> Reply:
        """Somebody pressed a button. Who has not read the wall's own page, which no other site can, is turned away."""
        origin = urlsplit(request.header("Origin")).hostname or ""
        shown = request.header("X-Wall").encode(errors="replace")
        if not hmac.compare_digest(shown, self._wish.encode()) or not is_loopback(origin):
            return say({"sentence": "Only the wall itself may wish for something."}, 403)
        name = found["name"]
        if name not in WISHES:
            return say({"sentence": "The wall has no such button."}, 404)
        if name == "x_stops":
            self._faults.add({"network": "x", "operation": "publish", "kind": "hang", "seconds": SILENCE_S, "times": 1})
        else:
            self._world.notes.wish(name)
        return say({"sentence": WISHES[name]})

    def _proof(self, word: str) -> str:
        return hmac.new(self._token, word.encode(), "sha256").hexdigest()

    def bluesky_post(self, _: Request, found: dict[str, str]) -> Reply:
        """A post on Bluesky."""
        author = self._on_bluesky(found["handle"])
        uri = f"at://{author.remote_id}/app.bsky.feed.post/{found['id']}" if author else ""
        return self._post_page(self._world.post(Network.BLUESKY, uri))

    def bluesky_profile(self, _: Request, found: dict[str, str]) -> Reply:
        """A profile on Bluesky."""
        return self._profile_page(self._on_bluesky(found["handle"]))

    def x_post(self, _: Request, found: dict[str, str]) -> Reply:
        """A post on X; as there, the number alone decides."""
        return self._post_page(self._world.post(Network.X, found["id"]))

    def x_profile(self, _: Request, found: dict[str, str]) -> Reply:
        """A profile on X."""
        return self._profile_page(self._world.people.known(Network.X, words.handle_on(Network.X, found["handle"])))

    def mastodon_post(self, _: Request, found: dict[str, str]) -> Reply:
        """A post on Mastodon."""
        return self._post_page(self._world.post(Network.MASTODON, found["id"]))

    def mastodon_profile(self, _: Request, found: dict[str, str]) -> Reply:
        """A profile on Mastodon."""
        handle = words.handle_on(Network.MASTODON, found["handle"])
        return self._profile_page(self._world.people.known(Network.MASTODON, handle))

    def _on_bluesky(self, who: str) -> PretendAccount | None:
        """Somebody by handle or by DID: pages are found by both."""
        if who.startswith("did:"):
            return self._world.people.by_id(Network.BLUESKY, who)
        return self._world.people.known(Network.BLUESKY, words.handle_on(Network.BLUESKY, who))

    def _post_page(self, post: PretendPost | None) -> Reply:
        if post is None or not post.is_open:
            return missing()
        view = self._state.card(post) | {"network": post.network, "title": TITLES[post.network]}
        return Reply(200, wall.post_page(view), HTML)

    def _profile_page(self, account: PretendAccount | None) -> Reply:
        return Reply(200, wall.profile_page(self._state.profile(account)), HTML) if account else missing()


def missing() -> Reply:
    """Nothing is here."""
    return Reply(404, NOT_HERE, HTML)


def is_named(hosts: list[str]) -> bool:
    """Whether a request names this computer as its host, and so comes by no other site's name."""
    try:
        return len(hosts) == 1 and is_loopback(urlsplit(f"//{hosts[0]}").hostname or "")
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
