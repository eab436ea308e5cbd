"""Answers that are wrong on purpose: refusals in each network's words, and what a broken server makes of a good one."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from amplifier.sandbox.bluesky import shapes as bluesky_shapes
from amplifier.sandbox.faults import Fault, FaultKind, RetryAfter
from amplifier.sandbox.limits import Allowance, headers_of
from amplifier.sandbox.mastodon import face as mastodon
from amplifier.sandbox.mastodon import shapes as mastodon_shapes
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import SERVER, Network
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.wire import HTML, JSON, Reply, say
from amplifier.sandbox.world import World
from amplifier.sandbox.x import problems as x_problems
from amplifier.sandbox.x import shapes as x_shapes

PROBLEMS = {Network.MASTODON: mastodon.problem, Network.X: x_problems.problem, Network.BLUESKY: bluesky_shapes.problem}
SUSPENDED = {
    Network.X: lambda: x_problems.forbidden("Your account is suspended and is not permitted to access this feature."),
    Network.BLUESKY: lambda: bluesky_shapes.problem(401, "AccountTakedown", "Account has been taken down"),
    Network.MASTODON: lambda: mastodon.problem(403, "Your login is currently disabled"),
}
DUPLICATE = {
    Network.X: lambda: x_problems.forbidden("You are not allowed to create a Tweet with duplicate content."),
    Network.BLUESKY: lambda: bluesky_shapes.problem(400, "InvalidSwap", "Record was at another value"),
    Network.MASTODON: lambda: mastodon.problem(503, "RaceConditionError: this key is being used by another request"),
}
# Who one is, as each network tells: an answer to another question, with an id in it that is no post's.
WHO = {
    Network.X: {"data": {"id": "2244994945", "name": "Somebody", "username": "somebody"}},
    Network.BLUESKY: {"did": "did:plc:somebody", "handle": "somebody.example", "active": True},
    Network.MASTODON: {"id": "109000000000000001", "acct": "somebody", "url": "http://social.example/@somebody"},
}
IDS = frozenset({"id", "uri", "url", "cid", "edit_history_tweet_ids"})
PAGE = b"<!doctype html><title>One moment</title><p>Please sign in to this network to go on.</p>"
GATEWAY = {"message": "Forbidden"}  # as gateways of large clouds word every refusal
BODIES = {
    FaultKind.HTML: (HTML, PAGE),
    FaultKind.EMPTY: (JSON, b""),
    FaultKind.LIST: (JSON, b"[]"),
    FaultKind.NULL: (JSON, b"null"),
}
ABSURD, YEARS = "99999999999999999999", "99999999"
JUNK_BYTES = 100_000
AWAY, SEE_OTHER = 307, 303  # RFC 9110: "not here, ask there", and "done, see there"
PLACE = mastodon_shapes.Base(f"http://{SERVER}")


def refusal(fault: Fault, network: Network) -> Reply:
    """What a fault answers instead of what was asked for, with its headers."""
    match fault.kind:
        case FaultKind.SUSPENDED:
            return SUSPENDED[network]()
        case FaultKind.DUPLICATE:
            return DUPLICATE[network]()
        case FaultKind.REDIRECT:
            usual = SEE_OTHER if fault.stored else AWAY
            status = fault.status if 300 <= fault.status < 400 else usual
            return Reply(status, b"", headers={"Location": "/elsewhere"})
        case FaultKind.BETWEEN:
            return Reply(fault.status, PAGE, HTML, _come_back(fault, network))
        case FaultKind.GATEWAY:
            return say(GATEWAY, fault.status, _come_back(fault, network))
        case _:
            return PROBLEMS[network](fault.status).having(_come_back(fault, network))


def spoilt(fault: Fault, network: Network, world: World, answer: Reply | None) -> Reply:
    """What a fault makes of a good answer; of none, where the request was not carried out.

    A status stays as it was; without an answer it is that of a success.
    """
    good = answer or say({}, 201 if network is Network.X else 200)
    match fault.kind:
        case FaultKind.HTML | FaultKind.EMPTY | FaultKind.LIST | FaultKind.NULL:
            content_type, body = BODIES[fault.kind]
            return replace(good, content_type=content_type, body=body)
        case FaultKind.NO_ID:
            return _changed(good, _without_ids)
        case FaultKind.OTHER_ID:
            return _changed(good, lambda found: _of_another(found, network, world))
        case FaultKind.OTHER_ANSWER:
            return _changed(good, lambda _: WHO[network])
        case FaultKind.BROKEN_GZIP:
            return good.having({"Content-Encoding": "gzip"})
        case FaultKind.SHORT_LENGTH:
            return replace(good, length=len(good.body) // 2)
        case FaultKind.JUNK:
            return replace(good, body=random.Random(len(good.body)).randbytes(JUNK_BYTES))  # noqa: S311 - no secret
        case FaultKind.BAD_UTF8:
            return replace(good, body=good.body.replace(b"{", b'{"\xff\xfe":1,', 1))
        case _:
            return good


def _come_back(fault: Fault, network: Network) -> dict[str, str]:
    """The headers that say when to ask again."""
    at_ms = now_ms() + round((fault.reset or 0) * 1000)
    match fault.retry_after:
        case RetryAfter.SECONDS:
            return {"Retry-After": f"{fault.reset or 0:.0f}"}
        case RetryAfter.DATE:
            return {"Retry-After": formatdate(-(-at_ms // 1000), usegmt=True)}
        case RetryAfter.ABSURD:
            return {"Retry-After": ABSURD}
        case RetryAfter.YEARS:
            return {"Retry-After": YEARS}
        case None if fault.reset is not None:
            return headers_of(network, Allowance(False, 1, 0, at_ms, 1))
        case _:
            return {}


def _changed(answer: Reply, change: Callable[[Any], Any]) -> Reply:
    if answer.status >= 300:
        return answer
    return replace(answer, body=json.dumps(change(json.loads(answer.body))).encode())


def _without_ids(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    return {name: _without_ids(value) if name == "data" else value for name, value in found.items() if name not in IDS}


def _of_another(found: Any, network: Network, world: World) -> Any:
    """The answer for another post, the newest that it is not about; where there is none, who one is."""
    inner = found.get("data") if isinstance(found, dict) and network is Network.X else found
    if not isinstance(inner, dict):
        return found
    own = inner.get("uri" if network is Network.BLUESKY else "id")
    other = next((post for post in world.posts(network, PageBounds(limit=2)) if post.remote_id != own), None)
    if other is None:
        return WHO[network]
    match network:
        case Network.X:
            text, _ = x_shapes.wrapped(other.text)
            number = other.remote_id
            return {"data": {"id": number, "text": text, "edit_history_tweet_ids": [number]}}
        case Network.BLUESKY:
            return {**found, "uri": other.remote_id, "cid": other.cid}
        case Network.MASTODON:
            return mastodon_shapes.status(other, PLACE, world)
