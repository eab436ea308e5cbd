"""Secret links: their digest is all that is kept of them, one person is on one at a time, and revoked is gone."""

from __future__ import annotations

import secrets
from importlib import import_module

import pytest
from django.apps import apps

from amplifier.campaign.delivery import DoubtReason, Receipt
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.notice import Draft
from amplifier.campaign.secret_link import MOST_TOGETHER, HandOffRequest, LinkKind, PastedLink, SecretLink
from amplifier.policy import Topic
from amplifier.store import events, migrations, notices, secret_links
from amplifier.store.holding import holds
from amplifier.store.models import SecretLinkRow
from amplifier.store.operate import overrides
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")
HAND = LinkKind.HAND_OFF


def made(delivery: int, person: str = "anna", *, number: int = 0) -> str:
    token = secrets.token_urlsafe(32)
    draft = Draft(f"hand_off:{delivery}:{number}", Topic.HAND_OFF, "Please post.")
    assert secret_links.ask([HandOffRequest(delivery, person, number)], draft, token=token, link="sealed:x", now=NOW)
    return token


def found(token: str) -> SecretLink:
    one = secret_links.find_secret_link(HAND, token)
    assert one is not None
    return one


def test_of_a_secret_address_only_the_digest_is_kept() -> None:
    token = made(filled.add())
    (row,) = SecretLinkRow.objects.values()
    assert token not in str(row)
    assert found(token).person == "anna"
    assert all(token not in str(one) for one in notices.last_notices(9))


@pytest.mark.parametrize("wrong", ["", "x", "x" * 42, "x" * 43, "x" * 44, "é" * 43, "../../../etc/passwd"])
def test_another_address_leads_nowhere(wrong: str) -> None:
    made(filled.add())
    assert secret_links.find_secret_link(HAND, wrong) is None
    assert secret_links.find_together(HAND, wrong) == {}


SEVERAL = Draft("hand_off:1:0", Topic.HAND_OFF, "Please post.")


def made_together(*deliveries: int) -> str:
    token = secrets.token_urlsafe(32)
    asks = [HandOffRequest(one, "anna", 0) for one in deliveries]
    assert secret_links.ask(asks, SEVERAL, token=token, link="sealed:x", now=NOW)
    return token


def test_several_are_one_notice_and_each_has_an_address_of_its_own() -> None:
    first, second, third = (filled.add() for _ in range(3))
    alone = made(filled.add())
    token = made_together(first, second, third)
    addresses = {token: first, f"{token}-2": second, f"{token}-3": third}
    assert {one: found(one).delivery for one in addresses} == addresses
    for one in addresses:
        together = secret_links.find_together(HAND, one)
        assert {each: secret_link.delivery for each, secret_link in together.items()} == addresses
        assert list(together) == list(addresses)
    assert list(secret_links.find_together(HAND, alone)) == [alone]
    assert [one.sentence for one in notices.to_tell("anna", now=NOW)] == ["Please post."] * 2  # and the one alone
    secret_links.revoke_secret_links(kind=HAND, actor="cli:anna", now=NOW)
    assert secret_links.find_together(HAND, token) == {}


@pytest.mark.parametrize("end", ["-0", "-1", "-4", "-02", "-100", "-", "-x", "2"])
def test_what_ends_otherwise_than_what_was_given_out_leads_nowhere(end: str) -> None:
    token = made_together(*(filled.add() for _ in range(3)))
    assert secret_links.find_secret_link(HAND, token + end) is None


def test_where_somebody_was_asked_for_one_of_several_meanwhile_nobody_is_asked_for_any() -> None:
    first, second = filled.add(), filled.add()
    made(second)
    asks = [HandOffRequest(first, "anna", 0), HandOffRequest(second, "anna", 0)]
    assert not secret_links.ask(asks, SEVERAL, token=secrets.token_urlsafe(32), link="sealed:x", now=NOW)
    assert [one.delivery for one in secret_links.open_secret_links()] == [second]
    assert len(notices.to_tell("anna", now=NOW)) == 1


def test_more_than_one_notice_has_room_for_are_refused_whole() -> None:
    asks = [HandOffRequest(filled.add(), "anna", 0) for _ in range(MOST_TOGETHER + 1)]
    with pytest.raises(ValueError, match="shorter"):
        secret_links.ask(asks, SEVERAL, token=secrets.token_urlsafe(32), link="sealed:x", now=NOW)
    assert secret_links.open_secret_links() == ()


def test_an_address_can_do_the_one_thing_that_it_is_for() -> None:
    assert secret_links.find_secret_link(LinkKind.STOP, made(filled.add())) is None


def test_a_revoked_address_leads_nowhere() -> None:
    token = made(filled.add())
    assert secret_links.revoke_secret_links(kind=HAND, actor="cli:anna", now=NOW) == 1
    assert secret_links.find_secret_link(HAND, token) is None
    assert secret_links.secret_links(kind=HAND) == ()


def test_asking_is_secret_link_and_notice_or_neither_and_two_workers_ask_once() -> None:
    number = filled.add()
    draft = Draft("hand_off", Topic.HAND_OFF, "Please post.")

    def ask() -> bool:
        link = "sealed:x"
        return secret_links.ask(
            [HandOffRequest(number, "anna", 0)], draft, token=secrets.token_urlsafe(32), link=link, now=NOW
        )

    asked = filled.at_once([ask, ask])
    assert sorted(asked) == [False, True]
    assert len(secret_links.open_secret_links()) == len(notices.to_tell("anna", now=NOW)) == 1


def test_whoever_is_asked_last_takes_it_and_only_once() -> None:
    number = filled.add()
    anna, bo = found(made(number)), found(made(number, "bo", number=1))
    assert not secret_links.take_secret_link(anna, actor="hand:anna", now=after(1))
    assert secret_links.take_secret_link(bo, actor="hand:bo", now=after(2))
    assert not secret_links.take_secret_link(bo, actor="hand:bo", now=after(3))
    told = [(one.actor, one.kind) for one in events.events_of(events.of_delivery(number))]
    assert told[-1] == ("hand:bo", "taken")
    assert sum(kind == "taken" for _, kind in told) == 1


def test_what_is_closed_is_open_no_more_but_its_page_still_knows() -> None:
    token = made(filled.add())
    secret_links.close_secret_links([found(token).id], now=after(5))
    assert secret_links.open_secret_links() == ()
    assert found(token).done_at == after(5)
    assert not secret_links.take_secret_link(found(token), actor="hand:anna", now=after(6))


def test_a_link_waits_for_a_look_until_it_is_refused_or_looked_for_otherwise_and_is_heard_however_late() -> None:
    number = filled.add()
    one = found(made(number))
    assert not secret_links.awaits_a_look(number)
    secret_links.close_secret_links([one.id], now=NOW)
    secret_links.give_link(one, Receipt("12", "https://x.com/us/status/12"), now=NOW)
    assert secret_links.awaits_a_look(number)
    assert [open_one.id for open_one in secret_links.open_secret_links()] == [one.id]
    secret_links.refuse_link(one, secret_links.pasted_link(number), "It says something else.", now=NOW)
    assert not secret_links.awaits_a_look(number)
    secret_links.give_link(one, Receipt("12", "https://x.com/us/status/12"), now=NOW)
    overrides.look_now(number, actor="hand:anna", now=NOW, reason=DoubtReason.BY_HAND)
    assert not secret_links.awaits_a_look(number)


def given(token: str, remote_id: str, at: int) -> SecretLink:
    one = found(token)
    secret_links.give_link(one, Receipt(remote_id, f"https://x/{remote_id}"), now=after(at))
    return one


def test_the_newest_link_that_waits_counts_then_why_the_last_was_refused() -> None:
    number = filled.add()
    assert secret_links.pasted_link(number) == PastedLink()
    anna = given(made(number), "1", 1)
    bo = given(made(number, "bo", number=1), "2", 2)
    newest = secret_links.pasted_link(number)
    assert newest == PastedLink(bo.id, Receipt("2", "https://x/2"), "hand:bo")
    secret_links.refuse_link(bo, newest, "It is none of ours.", now=after(3))
    older = secret_links.pasted_link(number)
    assert older == PastedLink(anna.id, Receipt("1", "https://x/1"), "hand:anna")
    secret_links.refuse_link(anna, older, "It says something else.", now=after(4))
    assert secret_links.pasted_link(number).refused == "It is none of ours."
    assert not secret_links.awaits_a_look(number)


def test_a_link_that_was_pasted_while_another_was_looked_at_is_not_refused_with_it() -> None:
    number = filled.add()
    token = made(number)
    one = given(token, "1", 1)
    looked_at = secret_links.pasted_link(number)
    given(token, "2", 2)
    secret_links.refuse_link(one, looked_at, "It says something else.", now=after(3))
    waits = secret_links.pasted_link(number).pending
    assert waits is not None
    assert waits.remote_id == "2"


def test_a_new_round_of_asking_forgets_a_refusal_and_no_link_that_waits() -> None:
    number = filled.add()
    one = given(made(number), "1", 1)
    holds.hold_blocked(now=after(2), by_hand=["x"])
    waits = secret_links.pasted_link(number)
    assert waits.pending is not None
    secret_links.refuse_link(one, waits, "It says something else.", now=after(3))
    assert secret_links.pasted_link(number).refused
    holds.go_on(reason=HoldReason.HAND_OFF, now=after(4))
    holds.hold_blocked(now=after(5), by_hand=["x"])
    assert secret_links.pasted_link(number) == PastedLink()


def test_what_others_pasted_is_theirs_alone_and_not_what_was_adopted() -> None:
    number = filled.add()
    given(made(number), "1", 1)
    given(made(number, "bo", number=1), "2", 2)
    given(made(number, "bo", number=2), "3", 3)
    first = Receipt("1", "https://x/1")
    assert [one.by for one in secret_links.pasted_by_others(number, Receipt("3", ""), by="hand:bo")] == ["hand:anna"]
    (theirs,) = secret_links.pasted_by_others(number, first, by="hand:anna")
    assert theirs.pending == Receipt("3", "https://x/3"), "a person's newest counts"
    assert secret_links.pasted_by_others(number, first, by="hand:bo") == ()


def test_a_ledger_of_before_tells_its_links_and_rounds_from_its_log() -> None:
    numbers = [filled.add(f"Text {one}") for one in range(5)]
    links = [found(made(number, number=0)) for number in numbers]
    log = {
        0: [(EventKind.LINK_GIVEN, "hand:anna", "7 https://x/7")],
        1: [(EventKind.LINK_GIVEN, "hand:anna", "7 https://x/7"), (EventKind.LINK_REFUSED, "service", "No.")],
        2: [(EventKind.LINK_GIVEN, "hand:anna", "7 https://x/7"), (EventKind.TO_BE_LOOKED_FOR, "hand:anna", "")],
        3: [(EventKind.HELD_HAND_OFF, "service", ""), (EventKind.HELD_HAND_OFF, "service", "")],
    }
    for place, told in log.items():
        for at, (kind, actor, detail) in enumerate(told):
            events.note(events.Event(after(at), actor, events.of_delivery(numbers[place]), kind, detail=detail))
    import_module(f"{migrations.__name__}.0019_the_log_is_not_the_state").carry_over(apps, None)
    assert [secret_links.pasted_link(one) for one in numbers] == [
        PastedLink(links[0].id, Receipt("7", "https://x/7"), "hand:anna"),
        PastedLink(links[1].id, by="hand:anna", refused="No."),
        *[PastedLink()] * 3,
    ]
    assert holds.wanted_since(numbers) == {numbers[3]: after(1)}


def test_hands_are_wanted_since_the_last_time_that_it_was_held_for_them() -> None:
    first, other = filled.add(), filled.add()
    assert holds.wanted_since([first, other]) == {}
    for at in (0, 60):
        holds.hold_blocked(now=after(at), by_hand=["x"])
        assert holds.wanted_since([first, other]) == {first: after(at), other: after(at)}
        holds.go_on(reason=HoldReason.HAND_OFF, now=after(at))
    assert holds.wanted_since([other]) == {other: after(60)}


def test_links_and_their_refusals_are_events_of_the_delivery() -> None:
    number = filled.add()
    one = found(made(number))
    receipt = Receipt("12", "https://x.com/us/status/12")
    secret_links.give_link(one, receipt, now=NOW)
    secret_links.refuse_link(one, secret_links.pasted_link(number), "It says something else.", now=NOW)
    secret_links.note_second(one, receipt, actor="hand:anna", now=NOW)
    told = events.events_of(events.of_delivery(number))[-3:]
    assert [(event.kind, event.actor) for event in told] == [
        (EventKind.LINK_GIVEN, "hand:anna"),
        (EventKind.LINK_REFUSED, "service"),
        ("perhaps twice", "hand:anna"),
    ]
