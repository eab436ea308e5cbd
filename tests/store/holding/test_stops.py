"""Stops: who pulled the cord and why, and who let it go on."""

from __future__ import annotations

import pytest

from amplifier.campaign.stop import EVERYTHING, Stop
from amplifier.store import events
from amplifier.store.holding import stops
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")


def test_nothing_is_stopped_at_first() -> None:
    assert stops.stops() == ()


def test_a_stop_says_who_when_why_and_what() -> None:
    made = stops.stop(reason="The debate is off.", actor="cli:ola", now=NOW, scope="tag:lab23")
    assert made == Stop(made.id, "tag:lab23", "The debate is off.", "cli:ola", NOW)
    assert stops.stops() == (made,)
    (event,) = events.events_of(stops.SUBJECT)
    assert (event.at, event.actor, event.kind) == (NOW, "cli:ola", "stopped")
    assert event.detail == "tag:lab23: The debate is off."


def test_stopping_what_is_stopped_keeps_the_first_reason() -> None:
    first = filled.stop(reason="First.")
    assert filled.stop(reason="Second.") == first
    assert len(stops.stops()) == 1
    assert len(events.events_of(stops.SUBJECT)) == 1


def test_stops_of_different_scopes_stand_beside_each_other_the_oldest_first() -> None:
    for scope in ("account:x", EVERYTHING, "tag:lab23"):
        filled.stop(scope)
    assert [one.scope for one in stops.stops()] == ["account:x", EVERYTHING, "tag:lab23"]


def test_one_scope_is_lifted_and_the_others_stay() -> None:
    kept, gone = filled.stop("account:x"), filled.stop("tag:lab23")
    assert filled.lift("tag:lab23") == (gone,)
    assert stops.stops() == (kept,)
    assert filled.lift("tag:lab23") == ()


def test_all_are_lifted_and_each_is_told_with_who_did_it() -> None:
    made = tuple(filled.stop(scope) for scope in ("account:x", EVERYTHING))
    assert stops.lift(actor="cli:bo", now=after(60)) == made
    assert stops.stops() == ()
    told = [event for event in events.events_of(stops.SUBJECT) if event.kind == "resumed"]
    assert [(event.actor, event.at, event.detail) for event in told] == [
        ("cli:bo", after(60), "account:x"),
        ("cli:bo", after(60), EVERYTHING),
    ]


def test_what_was_lifted_can_be_stopped_again_for_another_reason() -> None:
    filled.stop(reason="First.")
    filled.lift()
    filled.stop(reason="Second.")
    assert [one.reason for one in stops.stops()] == ["Second."]


def test_a_stop_from_outside_the_database_counts_as_one_of_everything() -> None:
    inside = filled.stop("account:x")
    *others, outside = stops.stops(also="The file is there.", now=NOW)
    assert others == [inside]
    assert (outside.scope, outside.reason, outside.at) == (EVERYTHING, "The file is there.", NOW)


def test_a_scope_as_long_as_an_accounts_name_may_be_is_kept_whole() -> None:
    scope = "account:" + "a" * 100
    assert filled.stop(scope).scope == scope
    assert stops.stops()[0].scope == scope
