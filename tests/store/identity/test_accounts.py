"""The run-time half of the accounts."""

from __future__ import annotations

from datetime import datetime
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from amplifier.campaign.account import Access, Identity
from amplifier.campaign.plan import DecisionKind
from amplifier.errors import UsageError
from amplifier.policy import Counts, TextLimit
from amplifier.store import decisions, delivery_views, events
from amplifier.store.holding import stops
from amplifier.store.identity import accounts, rests
from amplifier.store.models import AccountRow, DeliveryRow
from tests.store import filled
from tests.store.filled import NOW, add, after, claim, row
from tests.waiting import HANG_S

pytestmark = pytest.mark.usefixtures("opened")


def state(name: str) -> accounts.AccountState:
    return {one.name: one for one in accounts.account_states()}[name]


def free(now: datetime = NOW) -> list[str]:
    """Those to which a new post may go."""
    with transaction.atomic():
        return [name for name, may_post in rests.lock_open(now).values() if may_post]


def test_a_new_account_is_not_known_to_be_well_yet() -> None:
    assert state("x") == accounts.AccountState("x", "x", "x-handle", "", "", Access.UNKNOWN, "", None, None)
    assert [one.name for one in accounts.account_states()] == ["bluesky", "mastodon", "x"]


def test_an_account_that_settings_no_longer_name_keeps_its_row() -> None:
    filled.know([("x-two", "x", "us")])
    assert len(accounts.account_states()) == 4


def test_of_two_parts_that_start_at_once_one_makes_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first has looked which rows there are, and the second begins before the first has written any."""
    looked, threads, failed = accounts.matches, list[Thread](), list[IntegrityError]()
    lists = [("x-two", "x", "us")]

    def also() -> None:
        try:
            filled.know(lists)
        except IntegrityError as error:
            failed.append(error)
        finally:
            connection.close()

    def looks(*args: object) -> object:
        found = looked(*args)  # type: ignore[arg-type]
        if not threads:
            threads.append(Thread(target=also))
            threads[0].start()
            threads[0].join(0.5)  # it has to wait, or has looked as well
        return found

    monkeypatch.setattr(accounts, "matches", looks)
    filled.know(lists)
    threads[0].join(HANG_S)
    assert failed == []
    assert sorted(one.name for one in accounts.account_states()) == ["bluesky", "mastodon", "x", "x-two"]


def test_a_restart_forgets_nothing_about_an_account() -> None:
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=0, now=NOW)
    rests.make_wait(filled.number("x"), until=after(30))
    before = state("x")
    filled.know([("x", "x", "x-handle")])
    assert state("x") == before


@pytest.mark.parametrize(("platform", "handle"), [("x", "somebody-else"), ("mastodon", "x-handle")])
def test_somebody_else_under_the_same_name_shows_anew_who_they_are(platform: str, handle: str) -> None:
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=500, now=NOW)
    before = accounts.account_states()
    old = next(one.handle for one in before if one.name == "x")
    filled.know([("x", platform, handle)])
    assert filled.know([("x", platform, handle)]) == {}
    assert (state("x").platform, state("x").handle, state("x").remote_id) == (platform, handle, "")
    assert state(f"x (@{old})").remote_id == "1"
    assert accounts.text_limits() == {Identity("x", "", old): TextLimit(500)}


def test_an_account_that_lets_us_in_says_who_we_are_and_how_long_a_post_may_be() -> None:
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=500, now=after(5))
    found = state("x")
    assert (found.access, found.detail, found.remote_id, found.url) == (Access.OK, "", "1", "https://x.com/us")
    assert found.checked_at == after(5)
    assert accounts.text_limits() == {accounts.identities()["x"]: TextLimit(500)}


def test_what_a_server_said_of_its_limit_stays_until_it_says_otherwise() -> None:
    def told(limit: int | None, counts: str | None) -> TextLimit | None:
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=limit, counts=counts, now=NOW)
        return accounts.text_limits().get(accounts.identities()["x"])

    assert told(500, "codepoints") == TextLimit(500, Counts.CODE_POINTS)
    assert told(None, None) == TextLimit(500, Counts.CODE_POINTS)  # it could not be asked just now
    assert told(600, None) == TextLimit(600, Counts.CODE_POINTS)
    assert told(700, "") == TextLimit(700)
    assert told(0, "graphemes") == TextLimit(0, Counts.GRAPHEMES)
    assert told(0, "") is None


def test_trouble_alone_does_not_make_an_account_lost() -> None:
    accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    accounts.account_trouble("x", lost=False, detail="Not reached.", now=after(5))
    assert (state("x").access, state("x").detail, state("x").checked_at) == (Access.OK, "Not reached.", after(5))


def test_a_lost_account_is_not_open_until_it_lets_us_in_again() -> None:
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    assert free() == ["bluesky", "mastodon"]
    accounts.lose_account(filled.number("bluesky"), detail="Suspended.", now=NOW)
    assert free() == ["mastodon"]
    assert (state("bluesky").access, state("bluesky").detail) == (Access.LOST, "Suspended.")


def test_an_account_that_is_refused_each_time_it_is_believed_is_one_loss_and_told_once_a_day() -> None:
    for minute in range(3):
        now = after(60 * minute)
        with transaction.atomic():
            accounts.lose_account(filled.number("x"), detail="Refused.", now=now, refused=True)
            accounts.lose_account(filled.number("x"), detail="Refused.", now=now, refused=True)
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=now)
    assert state("x").failures == 3
    told = [one.kind for one in events.events_of("account:x") if one.after == Access.LOST]
    assert told == ["account lost", "account lost again", "account lost again"]
    with transaction.atomic():
        accounts.lose_account(filled.number("x"), detail="Refused.", now=after(60 * 60 * 24 + 1), refused=True)
    assert events.events_of("account:x")[-1].kind == "account lost"


def test_an_account_lost_after_a_call_that_went_well_is_told_anew() -> None:
    for _ in range(2):
        with transaction.atomic():
            accounts.lose_account(filled.number("x"), detail="Refused.", now=NOW, refused=True)
            rests.relieve([filled.number("x")])
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    assert [one.kind for one in events.events_of("account:x")] == ["account lost", "account is back"] * 2


def test_the_accounts_that_let_nobody_in_are_told_with_the_networks_words() -> None:
    assert accounts.lost_accounts() == {}
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    accounts.account_trouble("bluesky", lost=False, detail="Not reached.", now=NOW)
    assert accounts.lost_accounts() == {"x": "Revoked."}


def test_an_account_that_is_called_otherwise_keeps_its_row_and_what_it_said() -> None:
    number = add("Vote")
    filled.know([("xx", "x", "X-Handle"), ("bluesky", "bluesky", "bluesky-handle")])
    assert filled.number("xx") == row(number).account_id
    assert [one.identity.account for one in delivery_views.views()] == ["xx"]


def test_names_may_change_places() -> None:
    before = {one.name: one.handle for one in accounts.account_states()}
    filled.know([("bluesky", "x", "x-handle"), ("x", "bluesky", "bluesky-handle")])
    after_ = {one.name: one.handle for one in accounts.account_states() if one.is_listed}
    assert after_ == {"x": before["bluesky"], "bluesky": before["x"]}


def test_a_stop_and_a_persons_words_hold_whatever_the_account_is_called() -> None:
    stops.stop(reason="A wrong name", actor="cli:ola", now=NOW, scope="account:x")
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED, subject="vote/once", value='{"x": "Mine"}', replaced='{"x": "Theirs"}',
        actor="cli:ola", reason="", now=NOW,
    )  # fmt: skip
    filled.know([("xx", "x", "x-handle")])
    assert [one.scope for one in stops.stops()] == ["account:xx"]
    (kept,) = decisions.decisions()
    assert (kept.value, kept.replaced) == ('{"xx": "Mine"}', '{"xx": "Theirs"}')
    assert stops.lift(actor="cli:ola", now=NOW, scope="account:xx")


def well(name: str, remote_id: str = "77", handle: str = "", url: str = "https://x.com/us") -> bool:
    return accounts.account_is_ok(name, remote_id=remote_id, handle=handle, url=url, text_limit=0, now=NOW)


def test_nothing_goes_out_on_a_new_handle_before_its_network_has_said_who_it_is() -> None:
    well("x")
    filled.know([("x", "x", "new-handle")])
    add("Vote")
    assert state("x").access == Access.UNPROVEN
    assert claim() == []
    assert accounts.lost_accounts() == {}
    well("x", "78")  # somebody else
    assert [due.identity.account for due in claim()] == ["x"]
    assert filled.number("x") != filled.number("x (@x-handle)")


def test_a_new_handle_of_the_same_account_gets_the_row_of_the_old_one() -> None:
    well("x")
    out = filled.sent("Vote")
    key = row(add("Vote again")).key
    filled.know([("us", "x", "new-handle")])
    again = add("Vote again", account="us")
    DeliveryRow.objects.filter(id=again).update(post_id=row(out.id).post_id)
    well("us")
    assert state("us").handle == "new-handle"
    assert filled.number("us") == row(out.id).account_id
    assert [one.identity.account for one in delivery_views.views()] == ["us", "us"]  # one was planned twice
    assert claims_key("us") == key
    filled.know([("us", "x", "new-handle")])
    assert state("us").access == Access.OK


def claims_key(account: str) -> str:
    (due,) = claim()
    assert due.identity.account == account
    return due.key


def test_keys_that_log_in_to_an_account_that_is_listed_already_are_refused() -> None:
    well("x")
    filled.also("x-two", "x", "second")
    well("x-two")
    assert state("x-two").access == Access.LOST
    assert "the same account as those of x" in state("x-two").detail
    assert state("x").access == Access.OK


def test_a_name_that_nobody_has_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match=r"settings\.yaml lists nobody, .*amplifier up"):
        add(account="nobody")


@pytest.mark.parametrize("is_proven", [True, False])
def test_keys_of_somebody_else_are_refused_with_a_sentence_that_says_whose_they_are(is_proven: bool) -> None:  # noqa: FBT001
    if is_proven:
        assert well("x", handle="X-Handle")
    assert not well("x", "99", handle="jo_private")
    assert (state("x").access, state("x").remote_id) == (Access.LOST, "77" if is_proven else "")
    assert state("x").detail == (
        "Its keys log in to @jo_private, and settings.yaml says @x-handle, so nothing goes out. "
        "Put in the keys of @x-handle, or the handle that belongs to these, and start again."
    )
    add("Vote")
    assert claim() == []
    assert well("x", handle="x-handle")


def test_keys_that_changed_places_name_the_account_that_they_belong_to() -> None:
    filled.also("x-two", "x", "second")
    well("x", "77", "x-handle")
    well("x-two", "78", "second")
    assert not well("x", "78", "second")
    assert "log in to @second, which is listed here as x-two, and" in state("x").detail
    assert (state("x").remote_id, state("x-two").access) == ("77", Access.OK)


def test_a_handle_that_changed_on_the_network_stops_nothing_and_is_told() -> None:
    well("x", handle="x-handle")
    for _ in range(2):
        assert well("x", handle="new-handle")
    add("Vote")
    assert [due.identity.account for due in claim()] == ["x"]
    assert state("x").out_of_date.startswith(
        "It is called @new-handle there now, and settings.yaml still says @x-handle."
    )
    assert [one.kind for one in events.events_of("account:x")] == ["renamed on its network"]
    assert well("x", handle="x-handle")
    assert state("x").out_of_date == ""


def two() -> tuple[int, int]:
    """Two accounts of one network, both proven; their numbers."""
    filled.also("x-two", "x", "second")
    well("x", "77", "x-handle")
    well("x-two", "78", "second")
    return filled.number("x"), filled.number("x-two")


@pytest.mark.parametrize("order", [("x", "x-two"), ("x-two", "x")])
def test_two_accounts_that_exchange_their_handles_come_right_by_themselves(order: tuple[str, str]) -> None:
    one, other = two()
    out = filled.sent("Vote")
    stops.stop(reason="Broken into.", actor="cli:ola", now=NOW, scope="account:x")
    filled.know([("x", "x", "second"), ("x-two", "x", "x-handle")])
    assert {state(name).access for name in order} == {Access.UNPROVEN}
    again = add("Vote", account="x")
    DeliveryRow.objects.filter(id=again).update(post_id=row(out.id).post_id)
    assert claim() == []
    told = {"x": ("77", "second"), "x-two": ("78", "x-handle")}
    for name in order:
        assert well(name, *told[name])
    assert (filled.number("x"), filled.number("x-two")) == (one, other)
    assert not DeliveryRow.objects.filter(id=again).exists()
    assert [one.scope for one in stops.stops()] == ["account:x"]
    assert len(accounts.account_states()) == 4


def test_keys_that_followed_the_exchanged_handles_come_right_too() -> None:
    one, other = two()
    assert well("x", "78", "x-handle")
    assert filled.number("x") == other
    assert state("x-two").access == Access.UNPROVEN
    assert well("x-two", "77", "second")
    assert filled.number("x-two") == one


def test_a_handle_that_passed_to_another_account_repeats_nothing_on_the_first() -> None:
    well("x", "77", "x-handle")
    number = filled.number("x")
    filled.know([("x", "x", "new-handle"), ("old", "x", "x-handle")])
    assert well("old", "78", "x-handle")
    assert well("x", "77", "new-handle")
    assert filled.number("x") == number
    assert (state("old").remote_id, state("x").remote_id) == ("78", "77")


def test_a_handle_that_is_another_account_now_is_refused_until_it_is_listed_anew() -> None:
    well("x", "77", "x-handle")
    number = filled.number("x")
    assert not well("x", "79", "x-handle")
    assert "take it out of settings.yaml, start, put it back" in state("x").detail
    filled.know([])
    filled.know([("x", "x", "x-handle")])
    assert state("x").access == Access.UNPROVEN
    assert well("x", "79", "x-handle")
    assert filled.number("x") != number


def test_an_account_that_comes_back_is_the_one_that_it_was() -> None:
    well("x", "77", "x-handle")
    number = filled.number("x")
    for rows in ([], [("x", "x", "x-handle")], [("x", "x", "x-handle")]):
        filled.know(rows)
    assert well("x", "77", "x-handle")
    assert filled.number("x") == number


SERVERS = ("https://social.example", "https://www.social.example")
PROFILE = "https://social.example/@us"


def test_a_server_under_two_names_is_one_account_and_the_second_stops() -> None:
    filled.know([("m", "mastodon", "us", SERVERS[0]), ("n", "mastodon", "us", SERVERS[1])])
    assert [well(name, "77", "us", PROFILE) for name in ("m", "n", "m", "n")] == [True, False, True, False]
    assert "the same account as those of m" in state("n").detail


def test_of_two_that_were_taken_for_different_accounts_one_stops() -> None:
    filled.know([("m", "mastodon", "us", SERVERS[0]), ("n", "mastodon", "us", SERVERS[1])])
    AccountRow.objects.filter(network="mastodon", label__in="mn").update(remote_id="77", url=PROFILE, health=Access.OK)
    assert [well(name, "77", "us", PROFILE) for name in ("m", "n", "m")] == [True, False, True]


def test_another_name_of_its_server_keeps_an_accounts_row() -> None:
    filled.know([("m", "mastodon", "us", SERVERS[0])])
    well("m", "77", "us", PROFILE)
    number = filled.number("m")
    filled.know([("m", "mastodon", "us", SERVERS[1])])
    assert state("m").access == Access.UNPROVEN
    assert well("m", "77", "us", PROFILE)
    assert (filled.number("m"), state("m").server) == (number, "www.social.example")


def test_a_stop_that_was_set_while_nobody_knew_whose_it_is_holds_on() -> None:
    well("x", "77", "x-handle")
    filled.know([("x", "x", "new-handle")])
    stops.stop(reason="Wait.", actor="cli:ola", now=NOW, scope="account:x")
    well("x", "77", "new-handle")
    assert [one.scope for one in stops.stops()] == ["account:x"]
