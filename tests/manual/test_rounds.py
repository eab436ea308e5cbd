"""People are asked one after the other to post by hand, and what they paste is looked at before it counts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from amplifier import settings
from amplifier.campaign.changes import Step
from amplifier.campaign.delivery import DoubtReason, Receipt, State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.secret_link import LinkKind, SecretLink
from amplifier.errors import RateLimited, Unavailable, Unpaid, UsageError
from amplifier.manual.rounds import NOT_THERE, OTHER_WORDS, UNWANTED, ManualRounds, Means
from amplifier.notify.envelope import Envelope
from amplifier.notify.notify import Notifier, Transport
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import RemotePost
from amplifier.store import claims, deliveries, delivery_views, events, notices, planned, secret_links
from amplifier.store.holding import holds, stops
from amplifier.store.models import DeliveryRow, PostRow, SecretLinkRow
from amplifier.store.operate import overrides, withdrawals
from amplifier.store.operate.corrections import Hand
from tests.notify.test_notify import LIVE
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
TEXT = "Ballot closes at three. Vote for the motion on free movement."


class Network:
    """A network that is asked for one post and answers as the test says."""

    def __init__(self) -> None:
        self.answers: list[RemotePost | Exception | None] = []
        self.asked: list[str] = []

    def read(self, remote_id: str, _text: str) -> RemotePost | None:
        self.asked.append(remote_id)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def seen(text: str, *, same: bool = False, is_ours: bool = True) -> RemotePost:
    return RemotePost(same, text, None, None, "https://bsky.app/x", is_ours)


@dataclass
class Desk:
    """Hands with their clock, their network and their stop in reach."""

    time: datetime = NOW
    stopped: str = ""
    network: Network = field(default_factory=Network)
    by_hand: tuple[str, ...] = ("bluesky",)

    def __post_init__(self) -> None:
        filled.open_ledger()
        found = settings.parse(LIVE)
        rounds = [one.model_copy(update={"hand_off": one.name in self.by_hand}) for one in found.accounts]
        found = found.model_copy(update={"accounts": tuple(rounds)})
        envelope = Envelope("key")
        day = date(2023, 10, 10)
        post = Transport(carry=lambda *_, **__: "", addresses={})
        notifier = Notifier(found, post=post, envelope=envelope, today=lambda: day, now=lambda: self.time)
        outlet = Outlet("bluesky", self.network, 1, by_hand=True)  # type: ignore[arg-type]
        means = Means(
            notifier=notifier,
            envelope=envelope,
            outlets={"bluesky": outlet},
            stopped=lambda: self.stopped,
            token=lambda: secrets.token_urlsafe(32),
            base=lambda: "https://amplifier.example",
        )
        self.rounds = ManualRounds(found, means, now=lambda: self.time)
        self.envelope = envelope

    def later(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def hand_off(self, account: str = "bluesky", text: str = TEXT) -> int:
        number = filled.add(text, account=account, due=self.time)
        holds.hold_blocked(now=self.time, by_hand=[account])
        return number

    def asked(self) -> list[str]:
        return [one.person for one in secret_links.secret_links(kind=LinkKind.HAND_OFF)]

    def given(self, number: int, remote_id: str = "at://us/post/1") -> SecretLink:
        """Somebody took it and pasted a link."""
        self.rounds.ask()
        (one,) = [found for found in secret_links.secret_links(kind=LinkKind.HAND_OFF) if found.delivery == number]
        secret_links.give_link(one, Receipt(remote_id, f"https://bsky.app/{remote_id}"), now=self.time)
        return one


@pytest.fixture
def desk() -> Desk:
    return Desk()


def stands(number: int) -> tuple[str, str]:
    row = filled.row(number)
    return row.state, row.reason


def test_somebody_is_asked_with_a_link_that_leads_to_their_secret_link(desk: Desk) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    desk.rounds.ask()
    assert desk.asked() == ["anna"]
    (told,) = notices.to_tell("anna", now=desk.time)
    assert told.sentence.startswith("Please post on Bluesky by hand, due")
    address = desk.envelope.open(told.link)
    assert address.startswith("https://amplifier.example/h/")
    found = secret_links.find_secret_link(LinkKind.HAND_OFF, address.rpartition("/")[2])
    assert found is not None
    assert (found.delivery, found.person) == (number, "anna")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("drop", "it is no longer wanted. If you have posted it, delete it there."),
        ("keep", "now: it is held. If you have posted it, open your link and say so."),
    ],
)
def test_whoever_was_asked_is_told_once_when_a_person_decides_otherwise(desk: Desk, act: str, said: str) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    desk.later(60)
    if act == "drop":
        overrides.drop(number, actor="cli:jo", now=desk.time)
    else:
        assert holds.keep_back([number], actor="cli:jo", now=desk.time) == 1
    for _ in range(2):
        desk.later(1)
        desk.rounds.ask()
    told = [one.sentence for one in notices.to_tell("anna", now=desk.time)][1:]
    assert [one.endswith(said) for one in told] == [True]
    assert notices.to_tell("bo", now=desk.time) == ()


def test_after_five_minutes_the_next_one_is_asked_and_then_round_the_list(desk: Desk) -> None:
    desk.hand_off()
    for seconds, wanted in ((0, ["anna"]), (299, ["anna"]), (1, ["anna", "bo"]), (300, ["anna", "bo", "anna"])):
        desk.later(seconds)
        desk.rounds.ask()
        assert desk.asked() == wanted
    assert [one.recipient for one in notices.last_notices(9)] == ["anna", "bo", "anna"]


def test_what_is_due_on_several_networks_is_asked_for_in_one_message_and_handed_over_in_one() -> None:
    desk = Desk(by_hand=("x", "bluesky"))
    numbers = [filled.add(TEXT, account=name, due=desk.time) for name in desk.by_hand]
    holds.hold_blocked(now=desk.time, by_hand=desk.by_hand)
    desk.rounds.ask()
    (told,) = notices.to_tell("anna", now=desk.time)
    assert told.sentence.startswith("Please post 2 posts on X and Bluesky by hand, the first due")
    token = desk.envelope.open(told.link).rpartition("/")[2]
    together = secret_links.find_together(LinkKind.HAND_OFF, token)
    assert [one.delivery for one in together.values()] == numbers
    first, _ = together.values()
    secret_links.take_secret_link(first, actor="hand:anna", now=desk.time)
    desk.later(300)
    desk.rounds.ask()
    (told,) = notices.to_tell("bo", now=desk.time)
    assert told.sentence.startswith("Please post on Bluesky by hand, due")


def move(desk: Desk, number: int, seconds: float) -> None:
    """Its milestone moves while it waits for hands, and with it its time; then it is due."""
    after = desk.time + timedelta(seconds=seconds)
    step = Step(number, State.HELD, State.QUEUED, "moved", "", run_at=after, too_late_at=after + timedelta(minutes=15))
    with transaction.atomic():
        planned.take_steps([step], actor="service", now=desk.time)
    desk.time = after
    holds.hold_blocked(now=desk.time, by_hand=["bluesky"])


def test_a_new_time_begins_a_new_round_whoever_took_it_before(desk: Desk) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    (first,) = secret_links.secret_links(kind=LinkKind.HAND_OFF)
    assert secret_links.take_secret_link(first, actor="hand:anna", now=desk.time)
    move(desk, number, 2400)
    desk.rounds.ask()
    assert desk.asked() == ["anna", "anna"]
    assert len(notices.to_tell("anna", now=desk.time)) == 2
    desk.later(300)
    desk.rounds.ask()
    assert desk.asked() == ["anna", "anna", "bo"]


def test_what_is_held_while_somebody_is_being_asked_is_asked_of_them_once(desk: Desk) -> None:
    filled.add(TEXT, account="bluesky", due=desk.time)
    holds.hold_blocked(now=desk.time + timedelta(milliseconds=5), by_hand=["bluesky"])  # by another thread, just now
    desk.rounds.ask()
    desk.later(1)
    desk.rounds.ask()
    assert desk.asked() == ["anna"]


@pytest.mark.parametrize("taken", [True, False])
def test_what_was_missed_and_is_wanted_after_all_is_asked_of_somebody_anew(desk: Desk, *, taken: bool) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    (first,) = secret_links.secret_links(kind=LinkKind.HAND_OFF)
    if taken:
        assert secret_links.take_secret_link(first, actor="hand:anna", now=desk.time)
    desk.later(901)
    deliveries.miss_overdue(now=desk.time)
    desk.rounds.ask()
    overrides.send_again(number, actor="cli:ola", now=desk.time)
    holds.hold_blocked(now=desk.time, by_hand=["bluesky"])
    desk.rounds.ask()
    assert desk.asked() == ["anna", "anna"]


def test_a_doubt_that_is_to_be_posted_by_hand_begins_a_round_as_well(desk: Desk) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    desk.later(60)
    DeliveryRow.objects.filter(id=number).update(state=State.UNSURE, reason=DoubtReason.AGAIN, run_at=desk.time)
    assert holds.park_unseen(now=desk.time, accounts=["bluesky"]) == 1
    desk.rounds.ask()
    assert desk.asked() == ["anna", "anna"]


def test_what_is_not_left_to_hands_any_more_goes_out_by_itself() -> None:
    desk = Desk(by_hand=())
    number = desk.hand_off()
    desk.rounds.ask()
    assert stands(number) == ("queued", "")
    assert desk.asked() == []


def test_hands_keep_what_their_account_or_slot_leaves_to_them() -> None:
    desk = Desk(by_hand=("mastodon",))
    by_slot = filled.by_hand(TEXT, account="bluesky", due=desk.time)
    holds.hold_blocked(now=desk.time)
    by_account = desk.hand_off("mastodon")
    desk.rounds.ask()
    assert (stands(by_slot), stands(by_account)) == (("held", "hand_off"), ("held", "hand_off"))
    PostRow.objects.update(hand_off=False)
    desk.rounds.ask()
    assert (stands(by_slot), stands(by_account)) == (("queued", ""), ("held", "hand_off"))


def test_what_somebody_is_on_or_says_to_be_out_stays_theirs() -> None:
    desk = Desk(by_hand=())
    taken, given, said, late = [filled.by_hand(f"{TEXT} {n}", account="bluesky", due=desk.time) for n in range(4)]
    holds.hold_blocked(now=desk.time)
    desk.rounds.ask()
    by_row = {one.delivery: one for one in secret_links.secret_links(kind=LinkKind.HAND_OFF)}
    assert secret_links.take_secret_link(by_row[taken], actor="hand:anna", now=desk.time)
    secret_links.give_link(by_row[given], Receipt("1", "https://bsky.app/1"), now=desk.time)
    DeliveryRow.objects.filter(id=said).update(detail="Somebody said that it is posted, but we do not see it.")
    DeliveryRow.objects.filter(id=late).update(too_late_at=desk.time)
    PostRow.objects.update(hand_off=False)
    desk.rounds.ask()
    assert {stands(number) for number in (taken, given, said, late)} == {("held", "hand_off")}


def test_what_nobody_does_is_missed_and_nobody_is_asked_any_more(desk: Desk) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    desk.later(901)
    deliveries.miss_overdue(now=desk.time)
    desk.rounds.ask()
    assert stands(number) == ("missed", "hand_off")
    assert desk.asked() == ["anna"]


def test_while_sending_is_stopped_nobody_is_asked(desk: Desk) -> None:
    desk.hand_off()
    desk.stopped = "Trouble."
    desk.rounds.ask()
    desk.stopped = ""
    stops.stop(reason="Trouble.", actor="cli:anna", now=NOW, scope="account:bluesky")
    desk.rounds.ask()
    assert desk.asked() == []
    stops.lift(actor="cli:anna", now=NOW)
    desk.rounds.ask()
    assert desk.asked() == ["anna"]


def test_a_link_to_our_post_with_these_words_is_adopted_in_the_name_of_whoever_pasted_it(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    desk.network.answers = [seen(TEXT, same=True)]
    desk.rounds.check_links()
    assert stands(number) == ("sent", "")
    row = filled.row(number)
    assert (row.remote_id, row.by_hand) == ("at://us/post/1", True)
    assert events.events_of(events.of_delivery(number))[-1].actor == "hand:anna"
    desk.rounds.check_links()
    assert desk.network.asked == ["at://us/post/1"]


def test_a_word_that_a_hand_changed_is_no_other_post(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    desk.network.answers = [seen(TEXT.replace("three", "3 pm"))]
    desk.rounds.check_links()
    assert stands(number)[0] == "sent"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, NOT_THERE),
        (seen("Lunch is served."), OTHER_WORDS),
        (seen(TEXT, same=True, is_ours=False), NOT_THERE),
    ],
)
def test_a_link_to_anything_else_is_refused_with_the_reason(desk: Desk, answer: RemotePost | None, why: str) -> None:
    number = desk.hand_off()
    desk.given(number)
    desk.network.answers = [answer]
    desk.rounds.check_links()
    assert stands(number) == ("held", "hand_off")
    last = events.events_of(events.of_delivery(number))[-1]
    assert (last.kind, last.detail) == (EventKind.LINK_REFUSED, why)
    desk.rounds.check_links()
    assert len(desk.network.asked) == 1


def test_a_post_that_another_delivery_owns_is_refused(desk: Desk) -> None:
    first, second = desk.hand_off(), desk.hand_off(text=TEXT + " Now.")
    overrides.adopt(first, Receipt("at://us/post/1", "https://bsky.app/1"), actor="hand:bo", now=NOW)
    desk.given(second)
    desk.network.answers = [seen(TEXT)]
    desk.rounds.check_links()
    assert stands(second) == ("held", "hand_off")
    assert "another delivery" in events.events_of(events.of_delivery(second))[-1].detail


def test_a_network_that_does_not_answer_is_asked_again_later(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    desk.network.answers = [
        Unavailable("Down."),
        RateLimited("Wait.", after(60)),
        ValueError("odd"),
        seen(TEXT, same=True),
    ]
    for seconds in (0, 0, 5, 10, 60, 5):
        desk.later(seconds)
        desk.rounds.check_links()
    assert stands(number)[0] == "sent"
    assert len(desk.network.asked) == 4


def test_what_was_posted_after_the_last_moment_can_still_be_said(desk: Desk) -> None:
    number = desk.hand_off()
    one = desk.given(number)
    desk.later(901)
    deliveries.miss_overdue(now=desk.time)
    desk.rounds.ask()
    desk.network.answers = [seen(TEXT, same=True)]
    desk.rounds.check_links()
    assert stands(number)[0] == "sent"
    desk.rounds.ask()
    (closed,) = [found for found in secret_links.secret_links(kind=LinkKind.HAND_OFF) if found.id == one.id]
    assert closed.done_at == desk.time


def test_an_secret_link_for_something_missed_closes_after_an_hour(desk: Desk) -> None:
    desk.hand_off()
    desk.rounds.ask()
    desk.later(901)
    deliveries.miss_overdue(now=desk.time)
    desk.rounds.ask()
    assert len(secret_links.open_secret_links()) == 1
    desk.later(3601)
    desk.rounds.ask()
    assert secret_links.open_secret_links() == ()


def test_a_link_that_comes_after_that_hour_is_looked_at_all_the_same(desk: Desk) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    (one,) = secret_links.secret_links(kind=LinkKind.HAND_OFF)
    desk.later(901)
    deliveries.miss_overdue(now=desk.time)
    desk.later(3601)
    desk.rounds.ask()
    secret_links.give_link(one, Receipt("at://us/post/1", "https://bsky.app/1"), now=desk.time)
    desk.network.answers = [Unavailable("Down."), seen(TEXT, same=True)]
    for _ in range(2):
        desk.rounds.ask()
        desk.rounds.check_links()
        desk.later(10)
    assert stands(number)[0] == "sent"


def test_a_link_of_what_was_left_out_meanwhile_is_an_alert(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    overrides.drop(number, actor="cli:ola", now=desk.time)
    desk.network.answers = [seen(TEXT, same=True)]
    desk.rounds.ask()
    desk.rounds.check_links()
    told = [(one.kind, one.detail) for one in events.events_of(events.of_delivery(number))][-2:]
    assert told == [
        ("perhaps twice", "at://us/post/1 https://bsky.app/at://us/post/1"),
        (EventKind.LINK_REFUSED, UNWANTED),
    ]
    desk.rounds.ask()
    assert secret_links.open_secret_links() == ()


def withdraw(desk: Desk, number: int) -> list[int]:
    post = next(iter(delivery_views.views_by_id([number]))).identity.post
    return withdrawals.withdraw(post, ["bluesky"], Hand("cli:ola", "wrong room", desk.time, filled.FIRST_DAY))


def test_a_withdrawn_post_whose_link_nobody_has_looked_at_is_looked_at_and_deleted(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    (deletion,) = withdraw(desk, number)
    desk.network.answers = [Unavailable("Down."), seen(TEXT, same=True)]
    for _ in range(2):
        withdrawals.tidy(now=desk.time)
        desk.rounds.ask()
        desk.rounds.check_links()
        desk.later(10)
    assert stands(number) == ("sent", "")
    (found,) = claims.claim(now=desk.time, lease_until=desk.time + timedelta(seconds=60), limit=9)
    assert (found.id, found.verb, found.target) == (deletion, Verb.DELETE, "at://us/post/1")


def test_where_hands_post_they_are_asked_to_delete_what_turned_out_to_be_there(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    (deletion,) = withdraw(desk, number)
    desk.network.answers = [seen(TEXT, same=True)]
    desk.rounds.check_links()
    holds.hold_blocked(now=desk.time, by_hand=["bluesky"])
    desk.rounds.ask()
    assert stands(deletion) == ("held", "hand_off")
    assert notices.last_notices(1)[0].sentence.startswith("Please delete our post on Bluesky by hand")


def test_a_withdrawn_post_whose_link_proves_nothing_is_looked_for_and_asked_of_nobody(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    (deletion,) = withdraw(desk, number)
    assert stands(number) == ("unsure", DoubtReason.BY_HAND)
    desk.network.answers = [None]
    DeliveryRow.objects.filter(id=number).update(state=State.HELD, reason=HoldReason.HAND_OFF)  # nothing was seen
    SecretLinkRow.objects.update(taken_at=None)
    withdrawals.tidy(now=desk.time)
    desk.later(301)
    desk.rounds.ask()
    assert desk.asked() == ["anna"]
    assert stands(deletion)[0] == "queued"
    desk.rounds.check_links()
    withdrawals.tidy(now=desk.time)
    assert (stands(number)[0], stands(deletion)[0]) == ("dropped", "dropped")


def test_a_missed_post_that_was_withdrawn_is_deleted_when_its_link_comes_after_all(desk: Desk) -> None:
    number = desk.hand_off()
    desk.rounds.ask()
    (one,) = secret_links.secret_links(kind=LinkKind.HAND_OFF)
    desk.later(901)
    deliveries.miss_overdue(now=desk.time)
    (deletion,) = withdraw(desk, number)
    withdrawals.tidy(now=desk.time)
    assert (stands(number)[0], stands(deletion)[0]) == ("missed", "dropped")
    with pytest.raises(UsageError, match="was withdrawn"):
        overrides.send_again(number, actor="cli:ola", now=desk.time)
    secret_links.give_link(one, Receipt("at://us/post/1", "https://bsky.app/1"), now=desk.time)
    desk.network.answers = [seen(TEXT, same=True)]
    desk.rounds.check_links()
    withdrawals.tidy(now=desk.time)
    (found,) = claims.claim(now=desk.time, lease_until=desk.time + timedelta(seconds=60), limit=9)
    assert (found.id, found.target) == (deletion, "at://us/post/1")


def test_without_money_for_a_look_the_link_itself_has_to_do() -> None:
    desk = Desk()
    first = desk.hand_off()
    desk.given(first)
    desk.network.answers = [Unpaid("Nothing is left.")]
    desk.rounds.check_links()
    assert stands(first) == ("sent", "")
    assert len(desk.network.asked) == 1


def deletion(desk: Desk, **changes: object) -> int:
    """A deletion that waits for a hand, of a post that is out."""
    out = filled.sent(TEXT, account="bluesky", number=7)
    number = filled.change(Verb.DELETE, "7", account="bluesky", text="")
    DeliveryRow.objects.filter(id=number).update(post=filled.row(out.id).post, **changes)
    holds.hold_blocked(now=desk.time, by_hand=["bluesky"])
    return number


def test_a_deletion_by_hand_is_asked_for_in_its_own_words_also_while_sending_is_stopped(desk: Desk) -> None:
    desk.stopped = "The wrong words went out."
    number = deletion(desk)
    assert stands(number) == ("held", HoldReason.HAND_OFF)
    desk.rounds.ask()
    (told,) = notices.to_tell("anna", now=desk.time)
    assert told.sentence.startswith("Please delete our post on Bluesky by hand: “Ballot closes at three.")


def test_a_deletion_by_hand_is_asked_of_everybody_once(desk: Desk) -> None:
    deletion(desk)
    for _ in range(5):
        desk.rounds.ask()
        desk.later(300)
    assert desk.asked() == ["anna", "bo"]


def test_an_edit_by_hand_is_asked_for_with_the_new_words(desk: Desk) -> None:
    deletion(desk, verb=Verb.EDIT, text="Ballot closes at four.")
    desk.rounds.ask()
    (told,) = notices.to_tell("anna", now=desk.time)
    assert told.sentence.startswith("Please change our post on Bluesky by hand. It is to say: “Ballot closes at four.”")


def test_nobody_is_asked_to_delete_what_nobody_knows_to_be_out(desk: Desk) -> None:
    sought = filled.unsure(account="bluesky")
    number = deletion(desk, target="", waits_for=sought.id)
    assert stands(number) == ("queued", "")
    DeliveryRow.objects.filter(id=sought.id).update(state="sent")
    holds.hold_blocked(now=desk.time, by_hand=["bluesky"])
    assert stands(number) == ("held", HoldReason.HAND_OFF)


def test_where_the_last_link_is_refused_the_one_that_somebody_else_pasted_before_is_looked_at(desk: Desk) -> None:
    number = desk.hand_off()
    anna = desk.given(number)
    bo = secret_links.make_secret_link(
        kind=LinkKind.HAND_OFF,
        token=secrets.token_urlsafe(32),
        now=desk.time,
        actor="service",
        person="bo",
        delivery=number,
    )
    secret_links.give_link(bo, Receipt("at://us/post/2", "https://bsky.app/2"), now=desk.time)
    desk.network.answers = [None]
    desk.rounds.check_links()
    assert secret_links.pasted_link(number).id == anna.id
    assert secret_links.awaits_a_look(number), "it may be out, so that nobody sends it again"
    desk.network.answers = [seen(TEXT, same=True)]
    desk.rounds.check_links()
    assert stands(number)[0] == "sent"
    assert events.events_of(events.of_delivery(number))[-1].actor == "hand:anna"


def test_two_people_who_posted_it_at_once_are_an_alert(desk: Desk) -> None:
    number = desk.hand_off()
    desk.given(number)
    bo = secret_links.make_secret_link(
        kind=LinkKind.HAND_OFF,
        token=secrets.token_urlsafe(32),
        now=desk.time,
        actor="service",
        person="bo",
        delivery=number,
    )
    secret_links.give_link(bo, Receipt("at://us/post/2", "https://bsky.app/2"), now=desk.time)
    desk.network.answers = [seen(TEXT, same=True)]
    desk.rounds.check_links()
    assert stands(number)[0] == "sent"
    last = events.events_of(events.of_delivery(number))[-1]
    assert (last.kind, last.actor) == ("perhaps twice", "hand:anna")
    assert last.detail == "at://us/post/1 https://bsky.app/at://us/post/1"
