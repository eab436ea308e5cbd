"""The control door under /_/: what is in the world, and everything that tests and the rehearsal may bring about."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from typing import Any

from amplifier.sandbox.faults import Faults
from amplifier.sandbox.limits import RateLimits
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import Network, from_iso, iso
from amplifier.sandbox.playing import STAGE, PretendStage
from amplifier.sandbox.pretend_clock import CLOCK
from amplifier.sandbox.public import PretendPublic, Rate
from amplifier.sandbox.routes import Route
from amplifier.sandbox.state import row
from amplifier.sandbox.wire import Reply, Request, say
from amplifier.sandbox.world import World

LONGEST_WAIT_S = 60.0


class Control:
    """Serves the control door. Every answer is JSON; a mistake is 400 with a sentence."""

    def __init__(
        self,
        *,
        token: str,
        world: World,
        faults: Faults,
        limits: RateLimits,
        public: PretendPublic,
        stopping: threading.Event,
    ) -> None:
        self._token = token
        self._world = world
        self._faults = faults
        self._limits = limits
        self._public = public
        self._stopping = stopping

    def routes(self) -> list[Route]:
        """What is served, all of it behind the token."""
        table: tuple[tuple[str, str, Callable[[Request, dict[str, str]], Any]], ...] = (
            ("GET", "/_/world", self.world),
            ("GET", "/_/faults", self.faults),
            ("POST", "/_/faults", self.add_fault),
            ("DELETE", "/_/faults", self.end_faults),
            ("DELETE", "/_/faults/{id}", self.end_faults),
            ("GET", "/_/weather", self.weather),
            ("POST", "/_/weather", self.set_weather),
            ("GET", "/_/clock", self.clock),
            ("POST", "/_/clock", self.set_clock),
            ("GET", "/_/stage", self.stage),
            ("POST", "/_/stage", self.set_stage),
            ("GET", "/_/limits", self.limits),
            ("POST", "/_/limits", self.set_limits),
            ("GET", "/_/public", self.public),
            ("POST", "/_/public", self.set_public),
            ("POST", "/_/say", self.say),
            ("POST", "/_/change", self.change),
            ("POST", "/_/plan", self.plan),
            ("POST", "/_/said", self.said),
            ("GET", "/_/wishes", self.wishes),
        )
        return [Route(method, path, self._behind_token(work)) for method, path, work in table]

    def world(self, _: Request, __: dict[str, str]) -> Any:
        """Everything that was said, in the order of time, and counts."""
        with self._world.lock:
            posts, counts = self._world.all_posts(), self._world.counts()
        return {"posts": [row(post) for post in posts], "counts": counts, "now": iso(now_ms())}

    def faults(self, _: Request, __: dict[str, str]) -> Any:
        """The faults in force."""
        return [fault.as_json() for fault in self._faults.all()]

    def add_fault(self, request: Request, _: dict[str, str]) -> Any:
        """Put a fault in force."""
        return {"id": self._faults.add(request.json()).id}

    def end_faults(self, _: Request, found: dict[str, str]) -> Any:
        """End one fault, or all."""
        return {"ended": self._faults.remove(int(found["id"]) if "id" in found else None)}

    def weather(self, _: Request, __: dict[str, str]) -> Any:
        """The weather, and how many faults have struck, by kind."""
        return self._faults.weather()

    def set_weather(self, request: Request, _: dict[str, str]) -> Any:
        """Faults of every kind at random from now on, or no longer."""
        found = _object(request)
        self._faults.set_weather(str(found["level"]), int(found.get("seed", 0)), float(found.get("waits", 1)))
        return self._faults.weather()

    def clock(self, _: Request, __: dict[str, str]) -> Any:
        """What time it is here, and whether the clock stands still."""
        return {"now": iso(now_ms()), "is_set": CLOCK.get().is_set}

    def set_clock(self, request: Request, _: dict[str, str]) -> Any:
        """Stop the clock at an instant, or let it run with the real time; what was put off until then is done."""
        now = _object(request)["now"]
        ms = None if now is None else from_iso(str(now))
        self._world.notes.keep("clock", ms)
        CLOCK.get().set(ms)
        return self.clock(request, {})

    def stage(self, _: Request, __: dict[str, str]) -> Any:
        """Which moment of the campaign plays when."""
        return PretendStage.of(self._world.notes.kept(STAGE)).as_json()

    def set_stage(self, request: Request, _: dict[str, str]) -> Any:
        """From now on the campaign plays so; without knots its time is real time."""
        self._world.notes.keep(STAGE, PretendStage.of(_object(request)).as_json())
        return self.stage(request, {})

    def limits(self, _: Request, __: dict[str, str]) -> Any:
        """Whether rate limits are enforced."""
        return {"enforced": self._limits.enforced}

    def set_limits(self, request: Request, _: dict[str, str]) -> Any:
        """Enforce rate limits, or do not (for load)."""
        self._limits.enforced = bool(_object(request)["enforced"])
        self._world.notes.keep("limits", {"enforced": self._limits.enforced})
        return {"enforced": self._limits.enforced}

    def public(self, _: Request, __: dict[str, str]) -> Any:
        """How the public speaks, and how often it has."""
        return self._public.as_json()

    def set_public(self, request: Request, _: dict[str, str]) -> Any:
        """The public begins, changes its rate, or stops."""
        self._public.speak(Rate.of(_object(request)))
        return self._public.as_json()

    def say(self, request: Request, _: dict[str, str]) -> Any:
        """One post of somebody, as if they had written it in their own client; `ours`: with the campaign's account."""
        found = _object(request)
        parent = found.get("in_reply_to") or None
        quoted = found.get("quotes") or None
        network = Network(found["network"])
        who, text, ours = str(found["handle"]), str(found["text"]), found.get("ours") is True
        shown_to = str(found.get("visibility") or "public")
        post = self._public.say(
            network,
            who,
            text,
            in_reply_to=parent,
            quotes=quoted,
            ours=ours,
            visibility=shown_to,
            behind_s=float(found.get("behind_s") or 0),
        )
        return row(post) | {"page": post.page}

    def change(self, request: Request, _: dict[str, str]) -> Any:
        """A post edited or, with null for its text, deleted, as if its author had done it in their own client."""
        found = _object(request)
        network, remote_id, text = Network(found["network"]), str(found["remote_id"]), found["text"]
        if text is None:
            return row(self._world.delete_post(network, remote_id))
        return row(self._world.edit_post(network, remote_id, str(text)))

    def plan(self, request: Request, _: dict[str, str]) -> Any:
        """The service's word about its plan."""
        self._world.notes.keep("plan", _object(request))
        return {}

    def said(self, request: Request, _: dict[str, str]) -> Any:
        """A sentence for the wall."""
        sentence = str(_object(request)["sentence"])
        self._world.notes.keep("said", {"sentence": sentence, "at": iso(now_ms())})
        return {}

    def wishes(self, request: Request, _: dict[str, str]) -> Any:
        """What people at the wall wish for, each given out once; waits up to `wait` seconds for the first."""
        until = time.monotonic() + min(LONGEST_WAIT_S, max(0.0, float(request.one("wait", "0"))))
        with self._world.changed:
            while not (taken := self._world.notes.take_wishes()):
                left = until - time.monotonic()
                if left <= 0 or self._stopping.is_set():
                    break
                self._world.changed.wait(left)
        return [{"id": wish.number, "name": wish.name, "at": iso(wish.at_ms)} for wish in taken]

    def _behind_token(self, work: Callable[[Request, dict[str, str]], Any]) -> Callable[..., Reply]:
        def serve(request: Request, found: dict[str, str]) -> Reply:
            given = request.header("Authorization").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                return say({"error": "The control door needs its token."}, 401, {"WWW-Authenticate": "Bearer"})
            try:
                return say(work(request, found))
            except KeyError as missing:
                return say({"error": f"{missing.args[0]} is missing."}, 400)
            except (ValueError, TypeError) as wrong:
                return say({"error": f"{wrong}."}, 400)

        return serve


def _object(request: Request) -> dict[str, Any]:
    found = request.json()
    if not isinstance(found, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004 - answered with 400, as every bad value
    return found
