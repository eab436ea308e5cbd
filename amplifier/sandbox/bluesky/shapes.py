"""Bluesky's answers as JSON: errors, people, receipts of writing, notifications."""

from __future__ import annotations

import json
from typing import Any

from amplifier.sandbox import ids
from amplifier.sandbox.notes import now_ms
from amplifier.sandbox.nouns import Notification, PretendAccount, PretendPost, Reason, iso
from amplifier.sandbox.wire import Reply, say
from amplifier.sandbox.world import World


def problem(status: int, error: str = "", message: str = "") -> Reply:
    """An error as the server words it; the usual one for a status where none is named."""
    usual = {
        400: ("InvalidRequest", "Bad Request"),
        401: ("AuthMissing", "Authentication Required"),
        429: ("RateLimitExceeded", "Rate Limit Exceeded"),
        502: ("UpstreamFailure", "Upstream Failure"),
        503: ("NotEnoughResources", "Not Enough Resources"),
        504: ("UpstreamTimeout", "Upstream Timeout"),
    }
    name, sentence = usual.get(status, ("InternalServerError", "Internal Server Error"))
    return say({"error": error or name, "message": message or sentence}, status)


def invalid(message: str) -> Reply:
    """400 InvalidRequest."""
    return problem(400, "InvalidRequest", message)


def own(me: PretendAccount) -> dict[str, Any]:
    """Who a session is for. Without `didDoc`, or a client would go to the address it names."""
    about = {"did": me.remote_id, "handle": me.handle, "email": f"post@{me.handle}", "emailConfirmed": False}
    return about | {"active": True}


def author(account: PretendAccount) -> dict[str, Any]:
    """Somebody, as their posts and notifications show them."""
    return {
        "did": account.remote_id,
        "handle": account.handle,
        "displayName": account.name,
        "associated": {"activitySubscription": {"allowSubscriptions": "followers"}},
        "viewer": {"muted": False, "mutedOnlyReposts": False, "mutedOnlyQuoteposts": False, "blockedBy": False},
        "labels": [],
    }


def written(uri: str, cid: str) -> dict[str, Any]:
    """The receipt of a record that is there now, newly or already."""
    return {"uri": uri, "cid": cid, "validationStatus": "valid"}


def commit(uri: str, cid: str) -> dict[str, Any]:
    """What a receipt has in addition where something has changed."""
    revision = ids.tid(now_ms())
    return {"commit": {"cid": ids.cid({"uri": uri, "cid": cid, "rev": revision}), "rev": revision}}


def post(found: PretendPost, world: World) -> dict[str, Any]:
    """A post as the AppView shows it to people (app.bsky.feed.defs#postView)."""
    return {
        "uri": found.remote_id,
        "cid": found.cid,
        "author": author(found.author),
        "record": json.loads(found.record),
        "bookmarkCount": 0,
        "replyCount": len(world.replies(found)),
        "repostCount": 0,
        "likeCount": 0,
        "quoteCount": 0,
        "indexedAt": iso(found.at_ms),
        "viewer": {"bookmarked": False, "threadMuted": False, "embeddingDisabled": False},
        "labels": [],
    }


def notification(notice: Notification, me: PretendAccount, world: World) -> dict[str, Any]:
    """One entry of listNotifications; its `indexedAt` is not that of the post."""
    post = notice.post
    shaped: dict[str, Any] = {"uri": post.remote_id, "cid": post.cid, "author": author(post.author)}
    shaped["reason"] = notice.reason
    subject = {Reason.REPLY: _answered(post, me, world), Reason.QUOTE: post.quotes}.get(notice.reason)
    if subject:
        shaped["reasonSubject"] = subject
    rest = {"record": json.loads(post.record), "isRead": False, "indexedAt": iso(notice.sort_ms), "labels": []}
    return shaped | rest


def _answered(post: PretendPost, me: PretendAccount, world: World) -> str:
    """Which of our posts a reply is about: the one it answers, or else the thread's first."""
    parent = world.post(post.network, post.in_reply_to or "")
    return parent.remote_id if parent and parent.author.key == me.key else post.root
