"""Until when an account waits, and which may send."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from amplifier.store.database.transaction import is_postgres
from amplifier.store.identity import rests
from amplifier.store.models import AccountRow
from tests.store import filled
from tests.store.filled import NOW, after
from tests.store.identity.test_accounts import free, state

pytestmark = pytest.mark.usefixtures("opened")


def test_the_longest_wait_of_an_account_holds() -> None:
    for seconds in (30, 60, 10):
        rests.make_wait(filled.number("x"), until=after(seconds))
    assert state("x").next_allowed_at == after(60)
    assert free(after(59)) == ["bluesky", "mastodon"]
    assert free(after(60)) == ["bluesky", "mastodon", "x"]
    assert AccountRow.objects.filter(next_allowed_at__isnull=True).count() == 2


def test_what_keeps_new_posts_waiting_keeps_no_change_waiting_but_what_the_network_says_does() -> None:
    rests.make_wait(filled.number("x"), until=after(60), posts_only=True)
    rests.make_wait(filled.number("bluesky"), until=after(30))
    with transaction.atomic():
        assert dict(rests.lock_open(NOW).values()) == {"mastodon": True, "x": False}
        assert dict(rests.lock_open(after(30)).values()) == {"bluesky": True, "mastodon": True, "x": False}
        assert dict(rests.lock_open(after(60)).values()) == {"bluesky": True, "mastodon": True, "x": True}
    assert [state(name).closed_until for name in ("x", "bluesky")] == [None, after(30)]


def test_what_shares_an_app_with_its_neighbours_is_known_by_its_network() -> None:
    filled.know([("one", "mastodon", "a", "https://a.example"), ("two", "mastodon", "b", "https://b.example")])
    rests.make_wait(filled.number("one"), until=after(30), app_wide=True)
    assert (state("one").next_allowed_at, state("two").next_allowed_at) == (after(30), None)


def test_trouble_is_counted_and_a_good_answer_ends_the_count() -> None:
    for wanted in (1, 2):
        rests.strain(filled.number("x"), strain_s=30, now=NOW)
        assert (state("x").failures, state("x").next_allowed_at) == (wanted, None)
    rests.strain(filled.number("x"), strain_s=30, now=NOW)
    assert state("x").next_allowed_at == after(30)
    rests.relieve([filled.number("x")])
    assert state("x").failures == 0


def test_only_the_accounts_that_are_asked_for_are_opened() -> None:
    with transaction.atomic():
        assert dict(rests.lock_open(NOW, among=["x", "bluesky", "nobody"]).values()) == {"bluesky": True, "x": True}
        assert rests.lock_open(NOW, among=[]) == {}


def test_on_postgresql_an_account_that_another_worker_holds_is_passed_by() -> None:
    if not is_postgres():
        return  # there a writer is alone
    with transaction.atomic():
        assert dict(rests.lock_open(NOW, among=["x"]).values()) == {"x": True}
        (others,) = filled.at_once([free])
    assert others == ["bluesky", "mastodon"]


def test_a_clock_that_was_set_back_makes_no_wait_longer() -> None:
    with transaction.atomic():
        rests.make_wait(filled.number("x"), until=after(30))
    rests.shorten_waits(timedelta(hours=1), now=after(-3600))
    assert free(after(29 - 3600)) == ["bluesky", "mastodon"]
    assert free(after(30 - 3600)) == ["bluesky", "mastodon", "x"]
