"""The run-time half of the accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from amplifier.policy import Counts, TextLimit
from amplifier.store import accounts, events
from amplifier.store.models import AccountRow
from amplifier.store.transaction import is_postgres
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")


def state(name: str) -> accounts.AccountState:
    return {one.name: one for one in accounts.account_states()}[name]


def free(now: datetime = NOW) -> list[str]:
    """Those to which a new post may go."""
    with transaction.atomic():
        return [name for name, may_post in accounts.lock_open(now).items() if may_post]


def test_a_new_account_is_not_known_to_be_well_yet() -> None:
    assert state("x") == accounts.AccountState("x", "x", "x-handle", "", "", accounts.UNKNOWN, "", None, None)
    assert [one.name for one in accounts.account_states()] == ["bluesky", "mastodon", "x"]


def test_an_account_that_settings_no_longer_name_keeps_its_row() -> None:
    accounts.know_accounts([("x-two", "x", "us")])
    assert len(accounts.account_states()) == 4


def test_a_restart_forgets_nothing_about_an_account() -> None:
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=0, now=NOW)
    accounts.make_wait("x", until=after(30))
    before = state("x")
    accounts.know_accounts([("x", "x", "x-handle")])
    assert state("x") == before


@pytest.mark.parametrize(("platform", "handle"), [("x", "somebody-else"), ("mastodon", "x-handle")])
def test_somebody_else_under_the_same_name_shows_anew_who_they_are(platform: str, handle: str) -> None:
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=500, now=NOW)
    before = accounts.account_states()
    old = next(one.handle for one in before if one.name == "x")
    assert accounts.know_accounts([("x", platform, handle)]) == {"x": old}
    assert accounts.know_accounts([("x", platform, handle)]) == {}
    assert state("x") == accounts.AccountState("x", platform, handle, "", "", accounts.UNKNOWN, "", None, None)
    assert accounts.text_limits() == {}


def test_an_account_that_lets_us_in_says_who_we_are_and_how_long_a_post_may_be() -> None:
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    accounts.account_is_ok("x", remote_id="1", url="https://x.com/us", text_limit=500, now=after(5))
    found = state("x")
    assert (found.health, found.detail, found.remote_id, found.url) == (accounts.OK, "", "1", "https://x.com/us")
    assert found.checked_at == after(5)
    assert accounts.text_limits() == {"x": TextLimit(500)}


def test_what_a_server_said_of_its_limit_stays_until_it_says_otherwise() -> None:
    def told(limit: int | None, counts: str | None) -> dict[str, TextLimit]:
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=limit, counts=counts, now=NOW)
        return accounts.text_limits()

    assert told(500, "codepoints") == {"x": TextLimit(500, Counts.CODE_POINTS)}
    assert told(None, None) == {"x": TextLimit(500, Counts.CODE_POINTS)}  # it could not be asked just now
    assert told(600, None) == {"x": TextLimit(600, Counts.CODE_POINTS)}
    assert told(700, "") == {"x": TextLimit(700)}
    assert told(0, "graphemes") == {"x": TextLimit(0, Counts.GRAPHEMES)}
    assert told(0, "") == {}


def test_trouble_alone_does_not_make_an_account_lost() -> None:
    accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    accounts.account_trouble("x", lost=False, detail="Not reached.", now=after(5))
    assert (state("x").health, state("x").detail, state("x").checked_at) == (accounts.OK, "Not reached.", after(5))


def test_a_lost_account_is_not_open_until_it_lets_us_in_again() -> None:
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    assert free() == ["bluesky", "mastodon"]
    accounts.lose_account("bluesky", detail="Suspended.", now=NOW)
    assert free() == ["mastodon"]
    assert (state("bluesky").health, state("bluesky").detail) == (accounts.LOST, "Suspended.")


def test_the_longest_wait_of_an_account_holds() -> None:
    for seconds in (30, 60, 10):
        accounts.make_wait("x", until=after(seconds))
    assert state("x").next_allowed_at == after(60)
    assert free(after(59)) == ["bluesky", "mastodon"]
    assert free(after(60)) == ["bluesky", "mastodon", "x"]
    assert AccountRow.objects.filter(next_allowed_at__isnull=True).count() == 2


def test_what_keeps_new_posts_waiting_keeps_no_change_waiting_but_what_the_network_says_does() -> None:
    accounts.make_wait("x", until=after(60), posts_only=True)
    accounts.make_wait("bluesky", until=after(30))
    with transaction.atomic():
        assert accounts.lock_open(NOW) == {"mastodon": True, "x": False}
        assert accounts.lock_open(after(30)) == {"bluesky": True, "mastodon": True, "x": False}
        assert accounts.lock_open(after(60)) == {"bluesky": True, "mastodon": True, "x": True}
    assert [state(name).closed_until for name in ("x", "bluesky")] == [None, after(30)]


def test_an_account_that_is_refused_each_time_it_is_believed_is_one_loss_and_told_once_a_day() -> None:
    for minute in range(3):
        now = after(60 * minute)
        with transaction.atomic():
            accounts.lose_account("x", detail="Refused.", now=now, refused=True)
            accounts.lose_account("x", detail="Refused.", now=now, refused=True)
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=now)
    assert state("x").failures == 3
    told = [one.kind for one in events.events_of("account:x") if one.after == accounts.LOST]
    assert told == ["account lost", "account lost again", "account lost again"]
    with transaction.atomic():
        accounts.lose_account("x", detail="Refused.", now=after(60 * 60 * 24 + 1), refused=True)
    assert events.events_of("account:x")[-1].kind == "account lost"


def test_an_account_lost_after_a_call_that_went_well_is_told_anew() -> None:
    for _ in range(2):
        with transaction.atomic():
            accounts.lose_account("x", detail="Refused.", now=NOW, refused=True)
            accounts.relieve(["x"])
        accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    assert [one.kind for one in events.events_of("account:x")] == ["account lost", "account is back"] * 2


def test_what_shares_an_app_with_its_neighbours_is_known_by_its_network() -> None:
    accounts.know_accounts(
        [("one", "mastodon", "a"), ("two", "mastodon", "b")],
        networks={"one": "mastodon https://a.example", "two": "mastodon https://b.example"},
    )
    accounts.make_wait("one", until=after(30), app_wide=True)
    assert (state("one").next_allowed_at, state("two").next_allowed_at) == (after(30), None)


def test_the_accounts_that_let_nobody_in_are_told_with_the_networks_words() -> None:
    assert accounts.lost_accounts() == {}
    accounts.account_trouble("x", lost=True, detail="Revoked.", now=NOW)
    accounts.account_trouble("bluesky", lost=False, detail="Not reached.", now=NOW)
    assert accounts.lost_accounts() == {"x": "Revoked."}


def test_trouble_is_counted_and_a_good_answer_ends_the_count() -> None:
    for wanted in (1, 2):
        accounts.strain("x", strain_s=30, now=NOW)
        assert (state("x").failures, state("x").next_allowed_at) == (wanted, None)
    accounts.strain("x", strain_s=30, now=NOW)
    assert state("x").next_allowed_at == after(30)
    accounts.relieve(["x"])
    assert state("x").failures == 0


def test_only_the_accounts_that_are_asked_for_are_opened() -> None:
    with transaction.atomic():
        assert accounts.lock_open(NOW, among=["x", "bluesky", "nobody"]) == {"bluesky": True, "x": True}
        assert accounts.lock_open(NOW, among=[]) == {}


def test_on_postgresql_an_account_that_another_worker_holds_is_passed_by() -> None:
    if not is_postgres():
        return  # there a writer is alone
    with transaction.atomic():
        assert accounts.lock_open(NOW, among=["x"]) == {"x": True}
        (others,) = filled.at_once([free])
    assert others == ["bluesky", "mastodon"]


def test_a_clock_that_was_set_back_makes_no_wait_longer() -> None:
    with transaction.atomic():
        accounts.make_wait("x", until=after(30))
    accounts.shorten_waits(timedelta(hours=1), now=after(-3600))
    assert free(after(29 - 3600)) == ["bluesky", "mastodon"]
    assert free(after(30 - 3600)) == ["bluesky", "mastodon", "x"]
