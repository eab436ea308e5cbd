"""Deliveries and news for tests of notices, in few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from amplifier.campaign.delivery import DeliveryId, DeliveryView, State
from amplifier.campaign.notice import FeedEvent
from amplifier.campaign.post import PostId
from amplifier.notify.notices import Scene

NOW = datetime(2023, 10, 10, 13, 40, tzinfo=UTC)
NAMES = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
NOBODY: Mapping[str, Sequence[DeliveryView]] = {}


def journey(
    number: int,
    state: State,
    *,
    account: str = "x",
    text: str = "Ballot closes at three.",
    reason: str = "",
    slot: str = "",
) -> DeliveryView:
    due = NOW + timedelta(seconds=number)
    return DeliveryView(
        id=number,
        identity=DeliveryId(PostId("lab23", slot or f"slot-{number}", "once"), account),
        platform=account,
        text=text,
        state=state,
        reason=reason,
        detail="",
        due_at=due,
        wall_time="2023-10-10T14:40",
        zone="Europe/London",
        fold=0,
        milestone="",
        template="",
        too_late_at=due + timedelta(minutes=15),
        first_sent_at=None,
        sent_at=None,
        receipt=None,
    )


def news(
    number: int,
    kind: str,
    *,
    before: str = "queued",
    after: str = "",
    delivery: int = 0,
    subject: str = "",
    actor: str = "service",
    detail: str = "",
    again: bool = False,
) -> FeedEvent:
    about = subject or f"delivery:{delivery}"
    return FeedEvent(number, NOW, actor, about, kind, before, after, detail, delivery, again)


def scene(
    *rows: DeliveryView, waiting: Mapping[str, Sequence[DeliveryView]] = NOBODY, lost: Sequence[str] = ()
) -> Scene:
    found = {row.id: row for row in rows}
    return Scene(found, NAMES, waiting, frozenset(lost), "Liverpool", date(2023, 10, 10))
