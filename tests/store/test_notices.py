"""Notices: composed with their cursor or not at all, one of a kind for each recipient, told by one worker at a time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from amplifier.campaign.notice import Draft, FeedEvent, Notice
from amplifier.policy import Topic
from amplifier.store import notices
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")
DRAFT = Draft("held:1", Topic.HELD, "It is held.")


def told(news: Sequence[FeedEvent]) -> list[tuple[Draft, str, str]]:
    """A notice an event, for two people."""
    return [
        (Draft(f"held:{one.id}", Topic.HELD, one.kind), name, "https://x.example/")
        for one in news
        for name in ("anna", "bo")
    ]


def all_of(name: str = "anna", *, seconds: float = 0) -> tuple[Notice, ...]:
    return notices.to_tell(name, now=after(seconds))


def test_what_happened_is_told_once_however_often_one_asks() -> None:
    filled.add()
    filled.add()
    assert notices.compose(told, now=NOW) == 4
    assert notices.compose(told, now=NOW) == 0
    assert notices.unread(now=NOW) == ()
    filled.add()
    assert notices.compose(told, now=NOW) == 2
    assert len(all_of("anna")) == len(all_of("bo")) == 3


def test_a_crash_while_composing_loses_nothing_and_repeats_nothing() -> None:
    filled.add()

    def crash(news: Sequence[FeedEvent]) -> list[tuple[Draft, str, str]]:
        yield_one = told(news)
        notices.add(yield_one[0][0], recipient="anna", link="", now=NOW)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        notices.compose(crash, now=NOW)
    assert all_of() == ()
    assert notices.compose(told, now=NOW) == 2
    assert len(all_of()) == 1


def test_workers_who_compose_at_once_tell_everything_once() -> None:
    for _ in range(5):
        filled.add()
    made = filled.at_once([lambda: notices.compose(told, now=NOW)] * 4)
    assert sum(made) == 10
    assert len(all_of("anna")) == 5


def test_an_install_that_composes_for_the_first_time_leaves_what_is_long_ago_alone() -> None:
    filled.add()
    assert notices.compose(told, now=after(3600)) == 0
    filled.add()
    assert notices.unread(now=NOW) != ()


def test_a_notice_is_one_of_a_kind_for_each_recipient() -> None:
    assert notices.add(DRAFT, recipient="anna", link="", now=NOW)
    assert not notices.add(DRAFT, recipient="anna", link="", now=NOW)
    assert notices.add(DRAFT, recipient="bo", link="", now=NOW)


def test_one_worker_takes_a_notice_and_the_others_leave_it() -> None:
    notices.add(DRAFT, recipient="anna", link="", now=NOW)
    (one,) = all_of()
    taken = filled.at_once([lambda: notices.take(one)] * 4)
    assert sorted(taken) == [False, False, False, True]
    assert all_of()[0].tries == 1


def test_who_could_not_be_told_is_known_until_they_are() -> None:
    notices.add(DRAFT, recipient="anna", link="sealed:x", now=NOW)
    (one,) = all_of()
    notices.take(one)
    notices.is_not_told(one.id, problem="it answered 401")
    assert notices.troubles(now=NOW) == {"anna": (1, "it answered 401")}
    notices.is_told(one.id, now=after(9), keep_link=False)
    assert (notices.troubles(now=NOW), all_of()) == ({}, ())
    (kept,) = notices.last_notices(5)
    assert (kept.told_at, kept.problem, kept.link) == (after(9), "", "")


def test_what_nobody_could_be_told_for_a_day_is_left_alone() -> None:
    notices.add(DRAFT, recipient="anna", link="", now=NOW)
    assert len(all_of(seconds=86_000)) == 1
    assert all_of(seconds=90_000) == ()
