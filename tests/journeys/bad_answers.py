"""Every kind of bad answer, and what each network's delivery must come to: written down before it is tried.

The source of each line is what the networks document (docs/platforms.md) and what Amplifier promises: once, or not and
why, or a person is asked. A refusal that is documented as such is never repeated, and looked for once before anybody is
told that the post is not out; everything else is looked for before it is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Faults = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class End:
    """How a delivery ends: its state (with the reason, if it is held), how often its text is in the world, and by when.

    `within_s` are seconds of the campaign's time from the first attempt, waiting included.
    """

    state: str
    times: int
    within_s: float = 60


@dataclass(frozen=True)
class Bad:
    """A kind of bad answer to one request to publish, with the end on each network and the reason for it.

    `faults` are set before the attempt. `find` is the network on which the same answer is also given to a look.
    """

    name: str
    faults: Faults
    x: End
    bluesky: End
    mastodon: End
    why: str
    find: str = ""

    def end(self, network: str) -> End:
        """What it must come to there."""
        found: End = getattr(self, network)
        return found


SENT = End("sent", 1)
SENT_LATE = End("sent", 1, within_s=20 * 60)
REFUSED = End("held: rejected", 0)
LOCKED_OUT = End("held: account", 0)
SAID_TO_BE_THERE = End("held: duplicate", 0)
THERE_UNSEEN = End("held: duplicate", 1)


def one(kind: str, **more: Any) -> Faults:
    """One fault, once."""
    return ({"kind": kind, **more},)


def status(number: int, **more: Any) -> Faults:
    """One answer with this status."""
    return one("status", status=number, **more)


def everywhere(name: str, faults: Faults, end: End, why: str, find: str = "") -> Bad:
    """The same end on all three."""
    return Bad(name, faults, end, end, end, why, find)


# The thirty-two kinds, each on three networks.
KINDS = (
    everywhere("400", status(400), REFUSED, "All three document it as a refusal of the post itself.", "x"),
    Bad(
        "401",
        status(401),
        LOCKED_OUT,
        SENT,
        LOCKED_OUT,
        "The keys are not taken, so nothing was published; on Bluesky a session may end at any time and is renewed.",
        "mastodon",
    ),
    Bad("402", status(402), LOCKED_OUT, SENT, SENT, "X's credit is used up; the others do not know it.", "x"),
    everywhere("suspended", one("suspended"), LOCKED_OUT, "Nothing goes out until a person has looked.", "bluesky"),
    Bad(
        "404",
        status(404),
        REFUSED,
        SENT,
        SENT,
        "X says it of what a post refers to; Mastodon may say it of a repeat although the post was there; look.",
        "mastodon",
    ),
    everywhere("408", status(408), SENT, "Nobody documents it, so it means nothing: look, then repeat.", "x"),
    everywhere("413", status(413), REFUSED, "Too large is too large the next time too.", "bluesky"),
    Bad("422", status(422), REFUSED, SENT, REFUSED, "Bluesky does not document it, so it proves nothing.", "mastodon"),
    Bad(
        "duplicate",
        one("duplicate"),
        SAID_TO_BE_THERE,
        SAID_TO_BE_THERE,
        SENT,
        "Said to be there, and nothing is found: a person decides. Mastodon's 503 says only that a key is in use.",
        "x",
    ),
    everywhere("429", status(429), SENT_LATE, "Without a word about when: the network's own window.", "bluesky"),
    everywhere(
        "429 in seconds",
        status(429, reset=3, retry_after="seconds"),
        SENT,
        "It says when to come back, so waiting any longer makes the post late.",
        "mastodon",
    ),
    everywhere(
        "429 by date",
        status(429, reset=3, retry_after="date"),
        SENT,
        "The same in the header's other form.",
        "x",
    ),
    everywhere(
        "429 absurd",
        status(429, reset=3, retry_after="absurd"),
        SENT_LATE,
        "A number that nobody can mean counts as none, and must not silence an account for years.",
        "bluesky",
    ),
    everywhere(
        "503 with a time",
        status(503, reset=3, retry_after="seconds"),
        SENT,
        "A 5xx may come after the post was taken: look first, whatever it says about coming back.",
        "mastodon",
    ),
    everywhere("500", status(500), SENT, "It may be out: look; it is not, so send it.", "x"),
    everywhere(
        "500 and there", status(500, stored=True), SENT, "An error answer for a post that went out: look.", "bluesky"
    ),
    everywhere(
        "400 and there",
        status(400, stored=True),
        SENT,
        "A documented refusal is never repeated, but nobody is told that it is not out before a look: here it is.",
        "mastodon",
    ),
    everywhere("reset unread", one("reset_unread"), SENT, "Nobody can tell how far it came: look.", "x"),
    everywhere("reset and there", one("cut_after"), SENT, "The answer is lost, the post is not: look.", "bluesky"),
    everywhere("closed", one("cut_before"), SENT, "A polite end without an answer says nothing: look.", "mastodon"),
    everywhere("closed and there", one("cut_before", stored=True), SENT, "The same, and it is there.", "x"),
    everywhere(
        "there later",
        one("stores_later", seconds=1.8),
        SENT,
        "The network still works on it when the line is cut: settle before looking, longer than until a second look.",
        "bluesky",
    ),
    everywhere("half an answer", one("half"), SENT, "Half a receipt is none: look.", "mastodon"),
    everywhere("half a head", one("half_head"), SENT, "Not even a status: look.", "x"),
    everywhere("silence and there", one("hang", seconds=5), SENT, "The time-out ends it: look.", "bluesky"),
    everywhere("silence", one("hang", seconds=5, stored=False), SENT, "The same, and it is not there.", "mastodon"),
    everywhere(
        "a drip",
        one("drip", seconds=0.1),
        SENT,
        "Every byte comes before the time-out, and the answer never: the lease ends it, then look.",
        "x",
    ),
    everywhere("a page", one("html"), SENT, "200 is no receipt without an id: look.", "bluesky"),
    everywhere("no id", one("no_id"), SENT, "The same.", "bluesky"),
    everywhere(
        "another's id",
        one("other_id"),
        SENT,
        "The receipt of another post proves nothing about ours: it must end with our own.",
        "bluesky",
    ),
    everywhere(
        "another answer",
        one("other_answer"),
        SENT,
        "It has an id, but no post's: it must end with our own.",
        "mastodon",
    ),
    everywhere(
        "sent on, and there",
        one("redirect", stored=True),
        SENT,
        "303 says that it was done and that the result is elsewhere (RFC 9110, 15.4.4): look.",
        "x",
    ),
)

# More of the same, where one of the above could pass by luck.
MORE = (
    everywhere("413 and there", status(413, stored=True), SENT, "A refusal that lies: one look finds it."),
    everywhere(
        "429 and there",
        status(429, stored=True, reset=3, retry_after="seconds"),
        SENT,
        "It says to come back, so it is sent again: X calls that a duplicate, and the others know the key.",
    ),
    everywhere("409", status(409), SENT, "Nobody documents it for a post: look."),
    everywhere("502 and there", status(502, stored=True), SENT, "The gateway lost the answer: look."),
    everywhere("503", status(503), SENT, "Overloaded, perhaps after the post was taken: look."),
    everywhere("504 and there", status(504, stored=True), SENT, "The gateway gave up waiting: look."),
    everywhere("nothing said", one("empty"), SENT, "200 without a body is no receipt: look."),
    everywhere("a list", one("list"), SENT, "The wrong shape is no receipt: look."),
    everywhere("null", one("null"), SENT, "The same."),
    everywhere("broken compression", one("broken_gzip"), SENT, "What cannot be read is no receipt: look."),
    everywhere("too short a length", one("short_length"), SENT, "A cut answer is no receipt: look."),
    everywhere("junk", one("junk"), SENT, "The same."),
    everywhere("bytes that are no text", one("bad_utf8"), SENT, "A receipt if it can be read, else look."),
    everywhere("a page, not there", one("html", stored=False), SENT, "Somebody's log-in page in between: look."),
    everywhere(
        "sent away",
        one("redirect"),
        SENT,
        "307 says that nothing was done here (RFC 9110, 15.4.8), and it is never followed: send it again.",
    ),
    everywhere(
        "a forgetful server",
        ({"kind": "cut_after"}, {"kind": "ignore_key", "times": None}),
        SENT,
        "Keys may be forgotten (a flushed cache): the look must be enough.",
    ),
    everywhere(
        "a repeat is an error",
        ({"kind": "cut_after"}, {"kind": "replay_500", "times": None}, {"kind": "lag", "seconds": 5.5, "times": None}),
        SENT,
        "Nothing is seen, so it is repeated; the repeat is an error (Mastodon) or a duplicate (X); look on until seen.",
    ),
    everywhere(
        "a slow timeline",
        ({"kind": "cut_after"}, {"kind": "lag", "seconds": 2.5, "times": None}),
        SENT,
        "The timeline lags longer than the settling time, and not as long as until the second look.",
    ),
    Bad(
        "a very slow timeline",
        ({"kind": "cut_after"}, {"kind": "lag", "seconds": 3600, "times": None}),
        THERE_UNSEEN,
        SENT,
        SENT,
        "X refuses the repeat, but nothing is seen: a person decides. Bluesky and Mastodon know the key.",
    ),
)

# What something between us and a network says: never its word, so that it holds nothing back and loses no account.
IN_BETWEEN = (
    *(
        everywhere(
            f"a page in between, {number}",
            one("between", status=number),
            SENT,
            "The network has not said it, and may have taken the post: look. It is not there, so send it.",
        )
        for number in (400, 401, 403, 404, 410, 422, 429)
    ),
    everywhere(
        "a page in between, and there",
        one("between", status=403, stored=True),
        SENT,
        "A shield may hide the answer to what it let through: look.",
    ),
    everywhere("a gateway", one("gateway", status=403), SENT, "JSON that is not the network's is none of its word."),
    everywhere(
        "a gateway, and there", one("gateway", status=401, stored=True), SENT, "The same, and it is there: look."
    ),
    everywhere(
        "a page that asks for years",
        one("between", status=503, retry_after="years"),
        SENT,
        "Nobody can mean three years, and it is not the network that says so.",
    ),
    everywhere(
        "a 429 that asks for years",
        status(429, retry_after="years"),
        SENT_LATE,
        "The network's own, but a time that nobody can mean counts as none: its usual window.",
    ),
)
