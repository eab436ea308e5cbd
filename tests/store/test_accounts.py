"""The run-time half of the accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from amplifier.campaign.account import Identity
from amplifier.campaign.plan import DecisionKind
from amplifier.errors import UsageError
from amplifier.policy import Counts, TextLimit
from amplifier.store import accounts, decisions, events, journeys, stops
from amplifier.store.models import AccountRow, DeliveryRow
from amplifier.store.transaction import is_postgres
from tests.store import filled
from tests.store.filled import NOW, add, after, claim, row

pytestmark = pytest.mark.usefixtures("opened")


def state(name: str) -> accounts.AccountState:
    return {one.name: one for one in accounts.account_states()}[name]


def free(now: datetime = NOW) -> list[str]:
    """Those to which a new post may go."""
    with transaction.atomic():
        return [name for name, may_post in accounts.lock_open(now).values() if may_post]


def test_a_new_account_is_not_known_to_be_well_yet() -> None:
    assert state("x") == accounts.AccountState("x", "x", "x-handle", "", "", accounts.UNKNOWN, "", None, None)
    assert [one.name for one in accounts.account_states()] == ["bluesky", "mastodon", "x"]


def test_an_account_that_settings_no_longer_name_keeps_its_row() -> None:
    filled.know([("x-two", "x", "us")])
    assert len(accounts.account_states()) == 4


def test_a_restart_forgets_nothing_about_an_account() -> None:
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=0, now=NOW)
    accounts.make_wait(filled.number("x"), until=after(30))
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
    assert (found.health, found.detail, found.remote_id, found.url) == (accounts.OK, "", "1", "https://x.com/us")
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
    assert (state("x").health, state("x").detail, state("x").checked_at) == (accounts.OK, "Not reached.", after(5))


def test_a_lost_account_is_not_open_until_it_lets_us_in_again() -> None:
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    assert free() == ["bluesky", "mastodon"]
    accounts.lose_account(filled.number("bluesky"), detail="Suspended.", now=NOW)
    assert free() == ["mastodon"]
    assert (state("bluesky").health, state("bluesky").detail) == (accounts.LOST, "Suspended.")


def test_the_longest_wait_of_an_account_holds() -> None:
    for seconds in (30, 60, 10):
        accounts.make_wait(filled.number("x"), until=after(seconds))
    assert state("x").next_allowed_at == after(60)
    assert free(after(59)) == ["bluesky", "mastodon"]
    assert free(after(60)) == ["bluesky", "mastodon", "x"]
    assert AccountRow.objects.filter(next_allowed_at__isnull=True).count() == 2


def test_what_keeps_new_posts_waiting_keeps_no_change_waiting_but_what_the_network_says_does() -> None:
    accounts.make_wait(filled.number("x"), until=after(60), posts_only=True)
    accounts.make_wait(filled.number("bluesky"), until=after(30))
    with transaction.atomic():
        assert dict(accounts.lock_open(NOW).values()) == {"mastodon": True, "x": False}
        assert dict(accounts.lock_open(after(30)).values()) == {"bluesky": True, "mastodon": True, "x": False}
        assert dict(accounts.lock_open(after(60)).values()) == {"bluesky": True, "mastodon": True, "x": True}
    assert [state(name).closed_until for name in ("x", "bluesky")] == [None, after(30)]


def test_an_account_that_is_refused_each_time_it_is_believed_is_one_loss_and_told_once_a_day() -> None:
    for minute in range(3):
        now = after(60 * minute)
        with transaction.atomic():
            accounts.lose_account(filled.number("x"), detail="Refused.", now=now, refused=True)
            accounts.lose_account(filled.number("x"), detail="Refused.", now=now, refused=True)
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=now)
    assert state("x").failures == 3
    told = [one.kind for one in events.events_of("account:x") if one.after == accounts.LOST]
    assert told == ["account lost", "account lost again", "account lost again"]
    with transaction.atomic():
        accounts.lose_account(filled.number("x"), detail="Refused.", now=after(60 * 60 * 24 + 1), refused=True)
    assert events.events_of("account:x")[-1].kind == "account lost"


def test_an_account_lost_after_a_call_that_went_well_is_told_anew() -> None:
    for _ in range(2):
        with transaction.atomic():
            accounts.lose_account(filled.number("x"), detail="Refused.", now=NOW, refused=True)
            accounts.relieve([filled.number("x")])
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    assert [one.kind for one in events.events_of("account:x")] == ["account lost", "account is back"] * 2


def test_what_shares_an_app_with_its_neighbours_is_known_by_its_network() -> None:
    filled.know([("one", "mastodon", "a", "https://a.example"), ("two", "mastodon", "b", "https://b.example")])
    accounts.make_wait(filled.number("one"), until=after(30), app_wide=True)
    assert (state("one").next_allowed_at, state("two").next_allowed_at) == (after(30), None)


def test_the_accounts_that_let_nobody_in_are_told_with_the_networks_words() -> None:
    assert accounts.lost_accounts() == {}
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    accounts.account_trouble("bluesky", lost=False, detail="Not reached.", now=NOW)
    assert accounts.lost_accounts() == {"x": "Revoked."}


def test_trouble_is_counted_and_a_good_answer_ends_the_count() -> None:
    for wanted in (1, 2):
        accounts.strain(filled.number("x"), strain_s=30, now=NOW)
        assert (state("x").failures, state("x").next_allowed_at) == (wanted, None)
    accounts.strain(filled.number("x"), strain_s=30, now=NOW)
    assert state("x").next_allowed_at == after(30)
    accounts.relieve([filled.number("x")])
    assert state("x").failures == 0


def test_only_the_accounts_that_are_asked_for_are_opened() -> None:
    with transaction.atomic():
        assert dict(accounts.lock_open(NOW, among=["x", "bluesky", "nobody"]).values()) == {"bluesky": True, "x": True}
        assert accounts.lock_open(NOW, among=[]) == {}


def test_on_postgresql_an_account_that_another_worker_holds_is_passed_by() -> None:
    if not is_postgres():
        return  # there a writer is alone
    with transaction.atomic():
        assert dict(accounts.lock_open(NOW, among=["x"]).values()) == {"x": True}
        (others,) = filled.at_once([free])
    assert others == ["bluesky", "mastodon"]


def test_a_clock_that_was_set_back_makes_no_wait_longer() -> None:
    with transaction.atomic():
        accounts.make_wait(filled.number("x"), until=after(30))
    accounts.shorten_waits(timedelta(hours=1), now=after(-3600))
    assert free(after(29 - 3600)) == ["bluesky", "mastodon"]
    assert free(after(30 - 3600)) == ["bluesky", "mastodon", "x"]


def test_an_account_that_is_called_otherwise_keeps_its_row_and_what_it_said() -> None:
    number = add("Vote")
    filled.know([("xx", "x", "X-Handle"), ("bluesky", "bluesky", "bluesky-handle")])
    assert filled.number("xx") == row(number).account_id
    assert [one.identity.account for one in journeys.journeys()] == ["xx"]


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


def well(name: str, remote_id: str = "77") -> None:
    accounts.account_is_ok(name, remote_id=remote_id, url="https://x.com/us", text_limit=0, now=NOW)


def test_nothing_goes_out_on_a_new_handle_before_its_network_has_said_who_it_is() -> None:
    well("x")
    filled.know([("x", "x", "new-handle")])
    add("Vote")
    assert state("x").health == accounts.UNPROVEN
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
    assert [one.identity.account for one in journeys.journeys()] == ["us", "us"]  # one was planned twice
    assert claims_key("us") == key
    filled.know([("us", "x", "new-handle")])
    assert state("us").health == accounts.OK


def claims_key(account: str) -> str:
    (due,) = claim()
    assert due.identity.account == account
    return due.key


def test_keys_that_log_in_to_an_account_that_is_listed_already_are_refused() -> None:
    well("x")
    filled.also("x-two", "x", "second")
    well("x-two")
    assert state("x-two").health == accounts.LOST
    assert "the same account as those of x" in state("x-two").detail
    assert state("x").health == accounts.OK


def test_a_name_that_nobody_has_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match=r"settings\.yaml lists nobody, .*amplifier up"):
        add(account="nobody")
