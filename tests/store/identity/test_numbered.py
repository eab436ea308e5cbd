"""What names an account inside a text: it goes over to another number, whole, and touches nobody else's."""

from __future__ import annotations

import pytest
from django.db import transaction

from amplifier.campaign.mention import Aside
from amplifier.store.holding import stops
from amplifier.store.identity.numbered import mark, pass_on
from amplifier.store.listening import mentions, quarantine, sources
from amplifier.store.models import StopRow
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")


def two() -> int:
    """A second account on X; its number begins like the first one's, so that only whole numbers may count."""
    other = filled.also("x-two", "x", "second")
    filled.stop("account:bluesky")
    sources.advance("bluesky:mentions", cursor="theirs", now=NOW)
    return other


def one_account(other: int) -> None:
    with transaction.atomic():
        pass_on(filled.number("x"), other)


def heard(name: str, cursor: str, *events: Aside, seconds: float = 0) -> None:
    mentions.take_in(name, [], cursor=cursor, now=after(seconds), aside=events)


def test_a_stop_goes_over_also_one_that_was_lifted() -> None:
    other = two()
    filled.stop("account:x-two", reason="Wrong words.")
    filled.lift("account:x-two")
    filled.stop("account:x-two", reason="Wrong words again.")
    one_account(other)
    assert [(one.scope, one.reason) for one in stops.stops()][1:] == [("account:x", "Wrong words again.")]
    assert not StopRow.objects.filter(scope__endswith=mark(other)).exists()
    assert stops.stops()[0].scope == "account:bluesky"


def test_two_stops_of_one_account_are_lifted_together_and_each_keeps_its_reason() -> None:
    other = two()
    filled.stop("account:x", reason="First.")
    filled.stop("account:x-two", reason="Second.")
    one_account(other)
    assert [one.reason for one in filled.lift("account:x")] == ["First.", "Second."]


def test_a_source_that_only_the_newer_had_stands_where_it_stood() -> None:
    other = two()
    heard("x-two:#OurTag", "c1")
    one_account(other)
    assert sources.source_states()["x:#OurTag"] == sources.SourceState("x:#OurTag", "c1", NOW, "")
    assert set(sources.source_states()) == {"x:#OurTag", "bluesky:mentions"}


def test_where_both_listened_it_is_read_on_from_where_the_older_stood() -> None:
    other = two()
    heard("x:mentions", "long ago")
    heard("x-two:mentions", "of late", seconds=60)
    sources.source_trouble("x-two:mentions", problem="Not reached.")
    one_account(other)
    assert sources.source_states()["x:mentions"] == sources.SourceState("x:mentions", "long ago", NOW, "Not reached.")


def test_where_the_older_was_never_read_the_newers_place_counts() -> None:
    other = two()
    sources.source_trouble("x:mentions", problem="Not reached.")
    heard("x-two:mentions", "of late")
    one_account(other)
    assert sources.source_states()["x:mentions"] == sources.SourceState("x:mentions", "of late", NOW, "")


def test_what_was_set_aside_goes_over_each_event_once() -> None:
    other = two()
    heard("x:mentions", "a", Aside("1", b"same", "odd"))
    heard("x-two:mentions", "b", Aside("1", b"same", "odd"), Aside("2", b"other", "odd"), seconds=5)
    one_account(other)
    assert quarantine.piles() == (quarantine.Pile("x:mentions", 2, after(5)),)
