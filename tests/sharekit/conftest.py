"""A small campaign to make kits of: settings, templates and a plan, with times in Liverpool."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from amplifier.campaign.delivery import DeliveryId, DeliveryView, Receipt, State
from amplifier.campaign.plan import ROTATE, At, Distance, Every, Milestone, Plan, Slot
from amplifier.campaign.post import PostId
from amplifier.campaign.template import Template
from amplifier.compose.render import parse_templates
from amplifier.settings import Settings, parse

LONDON = ZoneInfo("Europe/London")
SETTINGS = """
mode: MODE
campaign:
  id: lab23
  name: The Campaign
  zone: Europe/London
  place: Liverpool
  first_day: 2023-09-24
  last_day: 2023-10-11
  voice:
    tag: "#Lab23"
    handle: {x: "@ours", bluesky: "@ours.example", mastodon: "@ours@social.example"}
  append: [tag, handle]
  links: {contact: "https://freemovement.example/contact"}
  imprint: {text: "Imprint of ours."}
accounts:
  - name: x
    platform: x
    handle: ours
    secrets: {api_key: A, api_secret: B, access_token: C, access_secret: D}
  - name: bluesky
    platform: bluesky
    handle: ours.example
    secrets: {app_password: E}
  - name: mastodon
    platform: mastodon
    handle: ours
    api: https://social.example
    secrets: {access_token: F}
"""
BALLOT = """---
ask: ballot
audience: delegates
---
== plain
Vote before {{ milestones.ballot_closes | clock }}.
== last
Last call.
"""
SPREAD = """---
ask: spread
---
== one
Tell a friend.
"""


@pytest.fixture
def settings() -> Settings:
    return parse(SETTINGS.replace("MODE", "rehearsal"))


@pytest.fixture
def live() -> Settings:
    return parse(SETTINGS.replace("MODE", "live"))


class Campaign:
    """Writes plans, templates and posts in few words."""

    def local(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=LONDON)

    def milestones(self, **moments: str) -> tuple[Milestone, ...]:
        return tuple(Milestone(name, self.local(text), 1) for name, text in moments.items())

    def slot(
        self, name: str, template: str, timing: At | Every, wording: str = ROTATE, accounts: tuple[str, ...] = ()
    ) -> Slot:
        return Slot(name, template, wording, timing, accounts, None, "", "schedules/lab23.yaml", 1)

    def at(self, milestone: str, **offset: int) -> At:
        return At(milestone, Distance(timedelta(**offset)), None)

    def wall(self, text: str) -> At:
        return At("", Distance(), datetime.fromisoformat(text))

    def every(self, from_: At | None = None, until: At | None = None) -> Every:
        days, months, weekdays = tuple(range(1, 32)), tuple(range(1, 13)), tuple(range(7))
        return Every("day at 09:00", (time(9),), days, months, weekdays, from_, until)

    def templates(self, **sources: str) -> dict[str, Template]:
        return parse_templates({f"templates/lab23/{name}.j2": source for name, source in sources.items()})

    def plan(self, *slots: Slot, **moments: str) -> Plan:
        return Plan("lab23", "Europe/London", self.milestones(**moments), slots)

    def sent(
        self,
        template: str,
        text: str,
        *,
        platform: str = "x",
        at: str = "2023-10-08T10:00",
        url: str = "",
        number: int = 1,
    ) -> DeliveryView:
        sent_at = self.local(at)
        return DeliveryView(
            id=number,
            identity=DeliveryId(PostId("lab23", f"{template}-{number}", "once"), platform),
            platform=platform,
            text=text,
            state=State.SENT,
            reason="",
            detail="",
            due_at=sent_at,
            wall_time=at,
            zone="Europe/London",
            fold=0,
            milestone="",
            template=f"lab23/{template}",
            too_late_at=sent_at,
            first_sent_at=sent_at,
            sent_at=sent_at,
            receipt=Receipt(str(number), url or f"http://127.0.0.1:8900/{platform}/{number}"),
        )


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


@pytest.fixture
def templates(campaign: Campaign) -> dict[str, Template]:
    return campaign.templates(ballot=BALLOT, spread=SPREAD)


@pytest.fixture
def plan(campaign: Campaign) -> Plan:
    """The ballot from its registration on, its last call an hour before it closes; a friend is told throughout."""
    return campaign.plan(
        campaign.slot("opens", "lab23/ballot", campaign.at("registration"), "plain"),
        campaign.slot("last", "lab23/ballot", campaign.at("ballot_closes", hours=-1), "last"),
        campaign.slot("friend", "lab23/spread", campaign.wall("2023-09-25T10:00"), "one"),
        registration="2023-10-08T09:00",
        ballot_closes="2023-10-08T17:00",
    )
