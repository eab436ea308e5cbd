"""Looking again at what is out: when, how often, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.campaign.delivery import Verb
from amplifier.deliver.read_back import SELDOM, STEPS, ReadBack, Rhythm, due
from amplifier.errors import RateLimited, Unavailable
from amplifier.store import events
from amplifier.store.operate.read_backs import OutPost
from tests.deliver.desk import Desk
from tests.deliver.out import ALL, correct, rows, say, the_settings
from tests.store import filled
from tests.store.filled import NOW, after, row

HOUR = timedelta(hours=1)


def reader(desk: Desk, **more: object) -> ReadBack:
    allowed = more.pop("may_read", lambda _account: True)
    outlets = {name: desk.outlet(name) for name in desk.networks}
    rhythm = Rhythm(**{"first_s": 3600, **more})  # type: ignore[arg-type]
    return ReadBack(outlets, rhythm, now=desk.now, may_read=allowed)  # type: ignore[arg-type]


def told(number: int) -> list[str]:
    return [one.kind for one in events.events_of(f"delivery:{number}") if one.kind in ("gone", "changed")]


def reads(desk: Desk) -> int:
    return sum(network.calls.count("read") for network in desk.networks.values())


@pytest.mark.parametrize(
    ("hours", "checked_after", "turn"),
    [
        (0.9, None, None),
        (1, None, 1),
        (5.9, 1, None),
        (6, 1, 6),
        (23, 6, None),
        (25, 6, 24),
        (30, None, 24),
        (47, 24, None),
        (48, 24.5, 48),
        (24 * 7, 24 * 6, 24 * 7),
        (24 * 9, 24 * 7, None),
    ],
)
def test_the_distances_grow_and_end(hours: float, checked_after: float | None, turn: int | None) -> None:
    checked = None if checked_after is None else NOW + checked_after * HOUR
    wanted = None if turn is None else NOW + turn * HOUR
    assert due(OutPost(1, "x", NOW, checked), first=HOUR, now=NOW + hours * HOUR) == wanted


@given(st.lists(st.floats(0.01, 60), min_size=1, max_size=60))
def test_however_often_it_is_asked_a_post_is_looked_at_nine_times_at_most(pauses: list[float]) -> None:
    at, checked, looks = NOW, None, 0
    for pause in pauses:
        at += pause * HOUR
        if due(OutPost(1, "x", NOW, checked), first=HOUR, now=at):
            checked, looks = at, looks + 1
            assert due(OutPost(1, "x", NOW, checked), first=HOUR, now=at) is None
    assert looks <= len(STEPS) == 9


def test_a_post_that_is_there_as_it_was_leaves_no_trace(desk: Desk) -> None:
    post = say(desk)
    back = reader(desk)
    assert back.look() == 0
    desk.pass_by(3601)
    assert back.look() == 3
    assert [told(one.id) for one in rows(post)] == [[], [], []]
    assert {one.remote_state for one in rows(post)} == {"live"}
    desk.pass_by(120)
    assert back.look() == 0


def test_what_somebody_deleted_or_changed_by_hand_is_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    post = say(desk)
    by_account = {one.identity.account: one for one in rows(post)}
    for account, act in (("x", None), ("mastodon", b"||Something else.|")):
        network = desk.networks[account]
        (number,) = network.posts
        if act is None:
            del network.posts[number]
        else:
            network.posts[number] = act
    desk.pass_by(3601)
    reader(desk).look()
    called = f"{post.slot}/{post.occurrence}"
    assert f"not there any more post={called} account=x" in caplog.text
    assert f"changed there post={called} account=mastodon" in caplog.text
    assert told(by_account["x"].id) == ["gone"]
    assert told(by_account["mastodon"].id) == ["changed"]
    assert told(by_account["bluesky"].id) == []
    assert [row(by_account[name].id).remote_state for name in ALL] == ["gone", "live", "edited"]
    detail = events.events_of(f"delivery:{by_account['mastodon'].id}")[-1].detail
    assert detail == "It reads now: Something else."


def test_what_we_corrected_ourselves_is_no_news(desk: Desk) -> None:
    filled.list_as(the_settings())
    post = say(desk)
    correct(post, "The ballot closes at 17:40.", now=desk.time)
    for _ in range(3):
        desk.tick()
        desk.pass_by(61)
    desk.pass_by(3601)
    assert reader(desk).look() == 3
    assert all(told(one.id) == [] for one in rows(post, verb=Verb.PUBLISH))


@pytest.mark.parametrize("error", [Unavailable("Down."), RateLimited("Wait.", after(7200)), ValueError("surprise")])
def test_a_look_that_fails_changes_nothing_and_lets_the_account_rest(desk: Desk, error: Exception) -> None:
    post = say(desk, on=("x",))
    del desk.x.posts[next(iter(desk.x.posts))]
    back = reader(desk)
    desk.pass_by(3601)
    desk.x.unread.append(error)
    assert back.look() == 0
    (one,) = rows(post)
    assert (told(one.id), row(one.id).checked_at) == ([], None)
    desk.pass_by(30)
    back.look()
    assert reads(desk) == 1
    desk.pass_by(3700)
    back.look()
    assert told(one.id) == ["gone"]


def test_an_account_is_not_asked_more_often_than_it_may_be(desk: Desk) -> None:
    for _ in range(9):
        say(desk, on=("x",))
    back = reader(desk, most=4)
    desk.pass_by(3601)
    counts = []
    for _ in range(4):
        counts.append(back.look())
        desk.pass_by(30)
    assert counts == [4, 0, 4, 0]


def test_without_money_nothing_is_read_and_nothing_is_lost(desk: Desk) -> None:
    say(desk)
    allowed: set[str] = set()
    back = reader(desk, may_read=lambda account: account in allowed)
    desk.pass_by(3601)
    assert back.look() == 0
    allowed |= {"x"}
    desk.pass_by(61)
    assert back.look() == 1
    assert reads(desk) == 1


def test_where_looking_costs_money_a_post_is_looked_at_twice(desk: Desk) -> None:
    say(desk, on=("x", "mastodon"))
    back = reader(desk, seldom=["x"])
    for _ in range(200):
        desk.pass_by(3601)
        back.look()
    assert desk.x.calls.count("read") == len(SELDOM) == 2
    assert desk.networks["mastodon"].calls.count("read") == 9


def test_an_account_that_may_not_be_asked_is_not(desk: Desk) -> None:
    say(desk, on=("x",))
    desk.rules = {"x": {"readable": False}}
    desk.pass_by(3601)
    assert reader(desk).look() == 0
    assert reads(desk) == 0


def test_a_clock_that_is_set_back_does_not_end_the_looking(desk: Desk) -> None:
    say(desk, on=("x",))
    back = reader(desk)
    desk.pass_by(90_000)
    back.look()
    desk.pass_by(-80_000)
    back.look()
    desk.pass_by(70_000)
    say(desk, on=("x",))
    desk.pass_by(3601)
    assert back.look() == 1
