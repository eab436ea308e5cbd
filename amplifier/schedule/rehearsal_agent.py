"""Serves a rehearsal's wall: tells it how the plan stands, and carries out what its buttons wish."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.plan import Distance
from amplifier.errors import AmplifierError
from amplifier.schedule.decided.change import decide_move, prepare_move, program_in_force
from amplifier.schedule.playing import playing
from amplifier.schedule.stage import PACE
from amplifier.settings import Settings
from amplifier.store import delivery_views

COMING = 24
HANGING = 12  # beyond these, so many that hang on the milestone which the wall's button moves
SLIP = Distance(timedelta(minutes=40))
ACTOR = "the wall"
LOST_EVERY_S = 2.0
LOST_REST = 30  # times as long as it took


class RehearsalAgent:
    """Talks to the sandbox's control door. A sandbox that does not answer is no trouble of the service.

    `stopped` gives a sentence for each stop in force, and whether it stops everything.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str,
        settings: Settings,
        now: Callable[[], datetime],
        stopped: Callable[[], Sequence[tuple[bool, str]]] = lambda: (),
    ) -> None:
        self._host = urlsplit(address).netloc
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._settings = settings
        self._now = now
        self._stopped = stopped
        self._told = ""
        self._told_stage = ""
        self._lost = 0
        self._slipping = ""
        self._next_count: datetime | None = None

    def tell(self) -> None:
        """Tell the wall what comes next, what is unsure, and what is missing from the world.

        The sandbox is told first when which moment of the campaign plays: X remembers words for a day of it.
        """
        self._tell_stage()
        self._count_lost()
        first = delivery_views.coming(COMING)
        self._slipping = delivery_views.busiest_milestone()
        hanging = delivery_views.coming(COMING + HANGING, milestone=self._slipping) if self._slipping else ()
        coming = [*first, *[row for row in hanging if row not in first][:HANGING]]
        counts = delivery_views.counts()
        stops = self._stopped()
        plan = {
            "next": _next(coming),
            "coming": [self._coming(row) for row in coming],
            "unsure": [self._unsure(row) for row in delivery_views.views(states=(State.UNSURE,), limit=COMING)],
            "lost": self._lost,
            "held": counts[State.HELD],
            "missed": counts[State.MISSED],
            "stopped": {"all": any(is_all for is_all, _ in stops), "why": " ".join(why for _, why in stops)}
            if stops
            else None,
            "slip": {"milestone": self._slipping, "label": f"{_title(self._slipping)} slips 40 minutes"}
            if self._slipping
            else None,
            "campaign": {
                "name": self._settings.campaign.name,
                "tag": self._tag(),
                "zone": self._settings.campaign.zone,
                "networks": sorted({account.platform for account in self._settings.accounts}),
            },
        }
        words = json.dumps(plan)
        if words != self._told and self._ask("POST", "/_/plan", words) is not None:
            self._told = words

    def _tell_stage(self) -> None:
        stage = playing(self._settings)
        knots = [[knot.campaign.isoformat(), knot.real.isoformat()] for knot in stage.knots]
        words = json.dumps({"knots": knots, "pace": PACE})
        if knots and words != self._told_stage and self._ask("POST", "/_/stage", words) is not None:
            self._told_stage = words

    def carry_out(self) -> None:
        """Wait a moment for wishes, and do what they say."""
        wishes = self._ask("GET", "/_/wishes?wait=1")
        for wish in wishes if isinstance(wishes, list) else []:
            match wish.get("name"):
                case "debate_slips":
                    self.say(self._slip())
                case "pull_the_plug":
                    self.say("The worker was killed in the middle of its work. The supervisor starts it again.")
                    os.kill(os.getpid(), signal.SIGKILL)

    def _slip(self) -> str:
        if not self._slipping:
            return "No coming post hangs on a milestone any more, so nothing can slip."
        name = _title(self._slipping)
        try:
            move = prepare_move(program_in_force(self._settings), self._slipping, SLIP, now=self._now())
            decide_move(move, actor=ACTOR, reason=f"{name} slips 40 minutes.", now=self._now())
        except AmplifierError as error:
            return str(error)
        following = len(move.shifts)
        posts = "1 post follows" if following == 1 else f"{following} posts follow"
        stays = f" {len(move.sent)} that went out before stay as they are." if move.sent else ""
        copies = "1 is" if len(move.copies) == 1 else f"{len(move.copies)} are"
        held = f" {copies} held: too near to nearly the same words on X." if move.copies else ""
        return f"{name} is now at {move.to:%H:%M} {self._settings.campaign.place}: {posts}.{stays}{held}"

    def _count_lost(self) -> None:
        """How many posts with a receipt the world lacks."""
        now = self._now()
        if self._next_count and now < self._next_count:
            return
        sent = delivery_views.receipts()
        world = self._ask("GET", "/_/world")
        if not isinstance(world, dict):
            return
        there = {post["remote_id"] for post in world["posts"]}
        self._lost = len(sent - there)
        done = self._now()  # the more there is to compare the longer it takes: never more than a small part of the time
        self._next_count = done + max(timedelta(seconds=LOST_EVERY_S), LOST_REST * (done - now))

    def _coming(self, row: DeliveryView) -> dict[str, str]:
        return {
            "id": str(row.id),
            "network": row.platform,
            "text": row.text,
            "at": row.due_at.isoformat(),
            "when": f"{datetime.fromisoformat(row.wall_time):%a %-d %b %H:%M} {self._settings.campaign.place}",
            "hangs_on": row.milestone,
        }

    def _tag(self) -> str:
        """The campaign's tag as its first account says it; nothing where it has none."""
        campaign, first = self._settings.campaign, self._settings.accounts[0]
        return campaign.form("tag", first.platform, first.name) if "tag" in campaign.voice else ""

    def _unsure(self, row: DeliveryView) -> dict[str, str]:
        since = row.first_sent_at or row.unseen_since or row.due_at
        return {"network": row.platform, "text": row.text, "since": since.isoformat()}

    def post_by_hand(self, network: str, handle: str, text: str) -> str:
        """Post as a person would with the network's own program: the post's address, or nothing if nobody answers."""
        words = {"network": network, "handle": handle, "text": text, "ours": True}
        made = self._ask("POST", "/_/say", json.dumps(words))
        return f"http://{self._host}{made['page']}" if isinstance(made, dict) else ""

    def say(self, sentence: str) -> None:
        """A sentence for the wall."""
        self._ask("POST", "/_/said", json.dumps({"sentence": sentence}))

    def _ask(self, method: str, path: str, body: str | None = None) -> object:
        connection = HTTPConnection(self._host, timeout=5)
        try:
            connection.request(method, path, body=body, headers=self._headers)
            answer = connection.getresponse()
            content = answer.read()
            return json.loads(content) if answer.status < 300 else None
        except (OSError, HTTPException, ValueError):
            return None
        finally:
            connection.close()


def _title(milestone: str) -> str:
    return milestone.replace("_", " ").capitalize()


def _next(coming: Sequence[DeliveryView]) -> dict[str, str] | None:
    if not coming:
        return None
    first = coming[0]
    return {"at": first.due_at.isoformat(), "network": first.platform, "text": first.text}
