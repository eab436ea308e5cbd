"""The published kit follows plan, clock and receipts, and rests in between."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amplifier.campaign.changes import Add, NewDelivery
from amplifier.campaign.delivery import Receipt, State, Transition
from amplifier.campaign.plan import DecisionKind, Plan
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.campaign.template import Template
from amplifier.settings import Settings
from amplifier.sharekit import publish
from amplifier.sharekit.page import kit_page
from amplifier.sharekit.publish import Publisher
from amplifier.store import claims, decisions, deliveries, kits, ledger, posts
from amplifier.store.models import DeliveryRow
from tests.store import filled

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
REAL = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Desk:
    """A publisher with its inputs in reach, and a count of the pages that it rendered."""

    def __init__(self, settings: Settings, program: tuple[Plan, Mapping[str, Template]] | None) -> None:
        self.program = program
        self.time = datetime(2023, 10, 8, 11, 0, 30, tzinfo=UTC)  # 12:00 in Liverpool
        self.rendered = 0
        self.no_longer: set[tuple[str, str]] = set()
        self.publisher = Publisher(settings, self, now=lambda: REAL)

    def in_force(self) -> tuple[Plan, Mapping[str, Template]] | None:
        return self.program

    def campaign_time(self) -> datetime:
        return self.time

    def untrue(self, _deliveries: Collection[int]) -> Collection[tuple[PostId, str]]:
        return ()

    def given_up(self) -> Collection[tuple[str, str]]:
        return self.no_longer

    def publish(self) -> bool:
        return self.publisher.publish()

    @property
    def html(self) -> str:
        return kits.kits()["lab23"].html.decode()


@pytest.fixture
def desk(settings: Settings, plan: Plan, templates: dict[str, Template], monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(settings, (plan, templates))

    def counted(page: Any) -> bytes:
        made.rendered += 1
        return kit_page(page)

    monkeypatch.setattr(publish, "kit_page", counted)
    return made


def send_one(text: str, number: str = "7") -> None:
    """Take one post of the ballot all the way to its receipt."""
    ledger.open_ledger(mode="rehearsal", campaign="lab23", now=REAL, stopped="")
    filled.know([("x", "x", "ours")])
    post = WantedPost(
        PostId("lab23", f"opens{number}", "once"),
        Moment(REAL, "2023-10-08T10:00", "Europe/London", 0),
        600,
        "lab23/ballot",
        "plain",
        "registration",
        (Words("x", text, "en"),),
    )
    ink = posts.Ink("service", REAL, REAL.date())
    posts.add_post(Add(post, None, (NewDelivery(post.words[0], State.QUEUED),)), ink)
    lease = REAL + timedelta(minutes=1)
    (due,) = claims.claim(now=REAL, lease_until=lease, limit=1)
    assert deliveries.begin(due, request=b"{}", now=REAL, lease_until=lease)
    receipt = Receipt(number, f"http://127.0.0.1:8900/ours/status/{number}")
    sent = Transition(due.id, due.fence, State.SENDING, State.SENT, "sent", receipt=receipt)
    assert deliveries.record([sent], now=REAL) == []


def test_before_there_is_a_plan_nothing_is_published(settings: Settings) -> None:
    assert not Desk(settings, None).publish()
    assert kits.kits() == {}


def test_the_first_kit_is_published_with_the_digest_of_its_bytes(desk: Desk) -> None:
    assert desk.publish()
    assert "Vote before 17:00. " in desk.html
    assert kits.kit_digests() == {"lab23": kits.kits()["lab23"].digest}


def test_while_nothing_changes_nothing_is_rendered(desk: Desk, templates: dict[str, Template]) -> None:
    desk.publish()
    assert desk.program is not None
    desk.program = (replace(desk.program[0]), dict(templates))
    desk.time += timedelta(seconds=29)
    assert not desk.publish()
    assert desk.rendered == 1


def test_a_new_minute_that_changes_no_word_is_not_published_again(desk: Desk) -> None:
    desk.publish()
    desk.time += timedelta(minutes=1)
    assert not desk.publish()
    assert desk.rendered == 2


def test_an_ask_leaves_the_page_when_its_milestone_passes(desk: Desk) -> None:
    desk.time = datetime(2023, 10, 8, 15, 59, 59, tzinfo=UTC)
    desk.publish()
    assert 'id="ballot"' in desk.html
    desk.time += timedelta(seconds=1)
    assert desk.publish()
    assert 'id="ballot"' not in desk.html


def test_a_milestone_that_moved_changes_the_words(desk: Desk, campaign: Any) -> None:
    desk.publish()
    assert desk.program is not None
    plan, templates = desk.program
    moments = campaign.milestones(registration="2023-10-08T09:00", ballot_closes="2023-10-08T17:40")
    desk.program = (replace(plan, milestones=moments), templates)
    assert desk.publish()
    assert "Vote before 17:40. " in desk.html
    assert "17:00" not in desk.html


def test_a_receipt_puts_our_post_on_the_page(desk: Desk) -> None:
    desk.publish()
    assert "Boost ours" not in desk.html
    send_one("Vote today.")
    assert desk.publish()
    assert "Boost ours" in desk.html
    assert 'href="http://127.0.0.1:8900/ours/status/7"' in desk.html
    assert not desk.publish()
    send_one("Vote tonight.", "8")
    assert desk.publish()
    assert "status/8" in desk.html
    assert "status/7" not in desk.html


def test_a_correction_puts_its_words_on_the_page_and_one_that_waits_takes_the_wrong_ones_off(desk: Desk) -> None:
    send_one("Jane Smith speaks.")
    assert desk.publish()
    first = DeliveryRow.objects.get(text="Jane Smith speaks.")
    edit = DeliveryRow.objects.create(
        post=first.post,
        account=first.account,
        platform=first.platform,
        verb="edit",
        revision=1,
        target=first.remote_id,
        text="Jane Smythe speaks.",
        language="en",
        key="edit",
        state="queued",
        run_at=REAL,
        too_late_at=REAL,
    )
    assert desk.publish()
    assert "Boost ours" not in desk.html
    DeliveryRow.objects.filter(id=edit.pk).update(state="sent", sent_at=REAL + timedelta(seconds=1))
    assert desk.publish()
    assert "Jane Smythe speaks." in desk.html
    assert "Jane Smith speaks." not in desk.html


def test_what_is_no_longer_so_leaves_the_page(desk: Desk) -> None:
    send_one("Read it at the old address.")
    assert desk.publish()
    row = DeliveryRow.objects.get(text="Read it at the old address.")
    asked: list[list[int]] = []

    def untrue(deliveries: Collection[int]) -> list[tuple[PostId, str]]:
        asked.append(list(deliveries))
        return [(PostId("lab23", row.post.slot, row.post.occurrence), row.account.label)]

    desk.untrue = untrue  # type: ignore[method-assign]  one test asks it otherwise
    desk.time += timedelta(minutes=1)
    assert desk.publish()
    assert "Boost ours" not in desk.html
    assert asked == [[row.pk]]


def test_a_post_that_people_take_out_leaves_the_page(desk: Desk) -> None:
    desk.publish()
    decisions.keep_decision(
        kind=DecisionKind.SLOT_SKIPPED,
        subject="opens/once",
        value="",
        replaced="",
        actor="somebody",
        reason="",
        now=REAL,
    )
    assert desk.publish()
    assert "Vote before 17:00. " not in desk.html


def test_a_publisher_that_starts_again_does_not_publish_the_same_page_again(desk: Desk, settings: Settings) -> None:
    desk.publish()
    assert not Desk(settings, desk.program).publish()


def test_what_is_left_out_is_said_once(desk: Desk, campaign: Any, caplog: pytest.LogCaptureFixture, plan: Plan) -> None:
    broken = campaign.templates(spread="---\nask: spread\n---\n== one\n{{ links.nowhere }}\n")
    desk.program = (plan, broken)
    with caplog.at_level(logging.WARNING, "amplifier.sharekit"):
        desk.publish()
        desk.time += timedelta(minutes=1)
        desk.publish()
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["left out of the kit"]
    assert "nowhere" in caplog.text


def test_a_failure_is_not_taken_for_a_published_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> bytes:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(publish, "kit_page", fail)
        with pytest.raises(RuntimeError):
            desk.publish()
    assert desk.publish()


def test_words_that_people_gave_up_are_not_handed_out(desk: Desk) -> None:
    desk.publish()
    assert "Vote before 17:00. " in desk.html
    desk.no_longer = {("lab23/ballot", "plain")}
    send_one("Another post, so that there is something to do.")
    assert desk.publish()
    assert "Vote before 17:00. " not in desk.html
