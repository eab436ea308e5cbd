"""Telling people: settled first, once each, tried again until it works, and in a rehearsal nobody is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from amplifier import settings
from amplifier.campaign.notice import Draft
from amplifier.deliver.wrong_clock import compare
from amplifier.notify.envelope import Envelope
from amplifier.notify.messenger import carry
from amplifier.notify.notify import MISSING, Notifier, Transport, link, listeners, title
from amplifier.policy import Topic
from amplifier.store import deliveries, events, notices, spends
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from tests.notify.messenger_server import messenger
from tests.store import filled

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
HOME = Path(__file__).parents[2]
PEOPLE = """
notify:
  - {name: anna, address: NOTIFY_ANNA}
  - {name: bo, address: NOTIFY_BO, about: [missed, hand_off]}
address: https://amplifier.example
"""
LIVE = (HOME / "settings.yaml").read_text().replace("mode: rehearsal ", "mode: live ") + PEOPLE


@dataclass
class Desk:
    """A notifier with its clock, its messengers and its wall in reach."""

    mode: str = "live"
    addresses: dict[str, str] = field(default_factory=lambda: {"anna": "anna's", "bo": "bo's"})
    time: datetime = filled.NOW
    answer: str = ""
    sent: list[tuple[str, str]] = field(default_factory=list)
    wall: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        filled.open_ledger()
        self.settings = settings.parse(LIVE.replace("mode: live ", f"mode: {self.mode} "))
        self.real = False
        self.notifier = self.hire()

    def hire(self) -> Notifier:
        return Notifier(
            self.settings,
            post=Transport(carry=self.carry, addresses=self.addresses, say=self.wall.append),
            envelope=Envelope("key"),
            today=lambda: date(2023, 10, 10),
            now=lambda: self.time,
        )

    def carry(self, address: str, **words: str) -> str:
        self.sent.append((address, words["body"]))
        return carry(address, **words) if self.real else self.answer

    def later(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def round(self) -> None:
        """Compose what has settled, and tell everybody."""
        self.later(6)
        self.notifier.compose()
        for one in self.settings.notify:
            self.notifier.tell(one.name)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def miss(number: int, *, at: datetime) -> None:
    for _ in range(number):
        filled.add(due=at - timedelta(seconds=1000))
    deliveries.miss_overdue(now=at)


def test_what_was_missed_in_one_tick_is_one_message_to_each_who_listens(desk: Desk) -> None:
    miss(12, at=desk.time)
    desk.round()
    assert [address for address, _ in desk.sent] == ["anna's", "bo's"]
    assert desk.sent[0][1].startswith("12 posts were missed on X, the first due")
    assert desk.sent[0][1].endswith("\nhttps://amplifier.example/")
    desk.round()
    assert len(desk.sent) == 2


def test_a_notice_that_can_never_be_told_keeps_the_others_waiting_for_three_tries_only(desk: Desk) -> None:
    refused: list[str] = []

    def carry_some(address: str, **words: str) -> str:
        if "missed" in words["body"]:
            refused.append(address)
            return "No."
        return Desk.carry(desk, address, **words)

    desk.carry = carry_some  # type: ignore[method-assign]
    desk.notifier = desk.hire()
    miss(1, at=desk.time)
    desk.round()
    accounts.account_trouble("x", lost=True, detail="Token revoked.", now=desk.time)
    desk.round()
    assert (refused.count("anna's"), desk.sent) == (2, [])
    for _ in range(3):
        desk.later(61)
        desk.round()
    assert [address for address, _ in desk.sent] == ["anna's"]


def test_what_belongs_together_is_waited_for(desk: Desk) -> None:
    miss(1, at=desk.time)
    desk.later(3)
    assert desk.notifier.compose() == 0
    miss(1, at=desk.time)
    desk.later(2.5)
    assert desk.notifier.compose() == 2
    assert notices.to_tell("anna", now=desk.time)[0].sentence.startswith("2 posts were missed")


def test_a_clock_that_was_set_back_does_not_silence_anybody(desk: Desk) -> None:
    miss(1, at=desk.time)
    desk.later(-300)
    assert desk.notifier.compose() == 2


def test_each_hears_of_what_they_listen_to(desk: Desk) -> None:
    accounts.account_trouble("x", lost=True, detail="Token revoked.", now=desk.time)
    accounts.account_trouble("x", lost=True, detail="Token revoked.", now=desk.time)
    filled.add()
    desk.round()
    assert desk.sent == [
        (
            "anna's",
            "X no longer lets us in: 1 post waits, due 12:00 Liverpool. Renew its access.\nhttps://amplifier.example/",
        )
    ]


def test_an_account_lost_again_later_is_told_again(desk: Desk) -> None:
    for _ in range(2):
        accounts.account_trouble("x", lost=True, detail="Revoked.", now=desk.time)
        desk.round()
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=desk.time)
        desk.round()
    assert len(desk.sent) == 2
    kinds = [one.kind for one in events.events_of("account:x")]
    assert kinds == ["account lost", "account is back"] * 2


def test_a_stop_is_told(desk: Desk) -> None:
    stops.stop(reason="The wrong words went out.", actor="cli:anna", now=desk.time)
    desk.round()
    assert "Sending is stopped everywhere by anna. The wrong words went out." in desk.sent[0][1]


def test_who_cannot_be_told_is_tried_again_and_seen(desk: Desk) -> None:
    desk.answer = "JSON answered 401"
    miss(1, at=desk.time)
    desk.round()
    assert len(desk.sent) == 2
    assert notices.troubles(now=desk.time)["anna"] == (1, "JSON answered 401")
    desk.notifier.tell("anna")
    assert len(desk.sent) == 2, "not before its time"
    desk.answer = ""
    desk.round()
    assert len(desk.sent) == 4
    assert notices.troubles(now=desk.time) == {}
    desk.round()
    assert len(desk.sent) == 4


def test_a_kill_between_telling_and_writing_it_down_tells_at_most_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    miss(1, at=desk.time)
    with monkeypatch.context() as patch:
        patch.setattr(notices, "is_told", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.round()
    for _ in range(5):
        desk.round()
    assert [address for address, _ in desk.sent].count("anna's") == 2


def test_without_an_address_somebody_is_told_nothing_and_it_is_seen(desk: Desk) -> None:
    desk.addresses.clear()
    miss(1, at=desk.time)
    desk.round()
    assert desk.sent == []
    assert notices.troubles(now=desk.time)["bo"] == (1, MISSING)


def test_a_real_messenger_takes_it_and_its_secret_is_in_no_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    desk.real = True
    with messenger(401, 200) as there:
        desk.addresses["anna"] = there.address("anna-path")
        desk.addresses.pop("bo")
        miss(3, at=desk.time)
        desk.round()
        assert notices.troubles(now=desk.time)["anna"] == (1, "JSON answered 401")
        desk.round()
    assert [one["message"].partition(",")[0] for one in there.calls] == ["3 posts were missed on X"] * 2
    assert there.calls[0]["title"] == "Labour Campaign for Free Movement"
    for secret in ("hush", "anna-path"):
        assert secret not in caplog.text
        assert secret not in str(notices.last_notices(9))


def test_a_rehearsal_tells_the_wall_and_nobody_else() -> None:
    desk = Desk(mode="rehearsal")
    miss(2, at=desk.time)
    desk.round()
    assert desk.sent == []
    assert desk.wall[0].startswith("2 posts were missed")
    assert notices.to_tell("anna", now=desk.time) == ()


def test_a_sealed_link_is_opened_for_the_message_and_then_forgotten(desk: Desk) -> None:
    sealed = Envelope("key").seal("https://amplifier.example/h/secret")
    notices.add(Draft("hand_off:1:0", Topic.HAND_OFF, "Please post."), recipient="bo", link=sealed, now=desk.time)
    desk.round()
    assert desk.sent == [("bo's", "Please post.\nhttps://amplifier.example/h/secret")]
    assert notices.last_notices(1)[0].link == ""


def test_that_money_is_short_is_told_once_a_month(desk: Desk) -> None:
    desk.notifier.warn_of_money()
    found = settings.parse(LIVE + "budget: {monthly: 10}\n")
    notifier = Notifier(
        found,
        post=Transport(carry=desk.carry, addresses=desk.addresses),
        envelope=Envelope("key"),
        today=lambda: date(2023, 10, 10),
        now=lambda: desk.time,
    )
    notifier.warn_of_money()
    assert notices.to_tell("anna", now=desk.time) == ()
    spends.reserve("x", "publish", 8_500_000, budget=10_000_000, now=desk.time)
    for _ in range(3):
        notifier.warn_of_money()
    (told,) = notices.to_tell("anna", now=desk.time)
    assert told.sentence.startswith("$1.50 of $10.00 left this month. We listen less often; posts still go out.")


def test_that_the_clock_became_wrong_is_told_once_until_it_was_right_in_between(desk: Desk) -> None:
    def round_of(off_s: float) -> list[str]:
        compare("x", desk.time + timedelta(seconds=off_s), now=desk.time)
        for _ in range(3):
            desk.notifier.warn_of_clock()
        told = [one.sentence for one in notices.to_tell("anna", now=desk.time)]
        desk.round()
        return told

    assert round_of(0) == []
    words = "This computer's clock is 5 minutes behind X's. Set it right: posts may go out at wrong times."
    assert round_of(300) == [words]
    assert round_of(300) == round_of(400) == []
    assert round_of(1) == []
    assert round_of(300) == [words]
    assert [body for address, body in desk.sent if address == "anna's"].count(
        f"{words}\nhttps://amplifier.example/"
    ) == 2


def test_history_wakes_nobody(desk: Desk) -> None:
    notices.compose(lambda _news: [], now=desk.time)
    miss(1, at=desk.time)
    desk.later(90_000)
    desk.round()
    assert desk.sent == []


def test_every_recipient_has_a_job_of_their_own(desk: Desk) -> None:
    assert [name for name, _ in desk.notifier.jobs()] == ["notices", "tell anna", "tell bo"]


def test_names_and_addresses_are_those_of_the_settings() -> None:
    found = settings.parse(LIVE)
    assert [one.name for one in listeners(found, Topic.HELD)] == ["anna"]
    assert [one.name for one in listeners(found, Topic.MISSED)] == ["anna", "bo"]
    assert link(found, "/") == "https://amplifier.example/"
    assert link(settings.parse(LIVE.replace("address: https://amplifier.example\n", "")), "/") == ""
    assert title(settings.parse(LIVE.replace("mode: live ", "mode: rehearsal "))).endswith("(rehearsal)")


def test_an_imprint_without_its_address_is_told_once_a_day_while_posts_are_out(desk: Desk) -> None:
    desk.notifier.warn_of_imprint()
    desk.round()
    assert desk.sent == [], "nothing is out yet: it does not begin"
    filled.sent("Out.")
    days = [date(2023, 10, 10), date(2023, 10, 10), date(2023, 10, 11)]
    for day in days:
        desk.notifier._today = lambda day=day: day
        desk.notifier.warn_of_imprint()
        desk.round()
    said = [words for who, words in desk.sent if who == "anna's"]
    assert len(said) == 2
    assert said[0].startswith(
        "The page /imprint does not give an address. Everybody can see that. Fill it in under imprint"
    )
    filled_in = desk.settings.campaign.imprint.model_copy(update={"address": "1 Road"})
    campaign = desk.settings.campaign.model_copy(update={"imprint": filled_in})
    desk.settings = desk.settings.model_copy(update={"campaign": campaign})
    desk.sent.clear()
    desk.hire().warn_of_imprint()
    desk.round()
    assert desk.sent == []
