"""A planned post that is taken in again: what says nearly the same is shown first, and X gets no near copy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.hold_reasons import HoldReason
from amplifier.compose.memory import SINCE
from amplifier.errors import UsageError
from amplifier.operate.own import prepare_own, queue_own
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip, find_left_out
from amplifier.schedule.decided.taking_in import TakenIn, decide_unskip, prepare_unskip
from amplifier.schedule.playing import playing
from amplifier.store import decisions, delivery_views
from tests.schedule.decided.test_change import SOON_POST, Desk
from tests.schedule.homes import EIGHT
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
NEARLY = "The debate is at 14:40!"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """With the post left out."""
    made = Desk(tmp_path)
    decide_skip(made.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    made.planner.refresh()
    return made


def say(desk: Desk, account: str, text: str = NEARLY) -> None:
    """A post of a person's own, an hour before the other."""
    settings = desk.program.settings
    due = find_left_out(desk.program, "soon", now=EIGHT).real - timedelta(hours=1)
    own = prepare_own(text, [account], settings, due_at=due, now=EIGHT, playing=playing(settings))
    queue_own(own, settings, actor="cli:jo", now=EIGHT, playing=playing(settings))


def shown(desk: Desk, *on: str) -> TakenIn:
    return prepare_unskip(desk.program, find_left_out(desk.program, "soon", now=EIGHT, on=on), now=EIGHT, on=on)


def take_in(desk: Desk, taken: TakenIn) -> None:
    decide_unskip(desk.program, taken, actor="cli:ola", reason="", now=EIGHT)
    desk.planner.refresh()


def stands(desk: Desk) -> dict[str, tuple[str, str]]:
    assert desk.program
    return {row.identity.account: (row.state.value, row.reason) for row in delivery_views.views(post=SOON_POST)}


def test_where_nothing_says_nearly_the_same_nothing_is_shown(desk: Desk) -> None:
    say(desk, "bluesky", "Bring a friend, and warm shoes")
    assert shown(desk).warnings == []


def test_nearly_the_same_on_its_account_is_shown_and_may_go_out_all_the_same(desk: Desk) -> None:
    say(desk, "bluesky")
    taken = shown(desk)
    (echo,) = taken.echoes
    assert (echo.said.account, echo.before.account, taken.held) == ("bluesky", "bluesky", {})
    assert [one.message.partition(": ")[0] for one in taken.warnings] == [
        f"soon/once and {echo.before.post} say nearly the same on bluesky within 24 hours"
    ]
    assert shown(desk, "mastodon").warnings == []
    take_in(desk, taken)
    assert set(stands(desk).values()) == {("queued", "")}


def test_nearly_the_same_on_x_is_shown_as_what_holds_it_and_does(desk: Desk) -> None:
    say(desk, "x")
    taken = shown(desk)
    assert (taken.echoes, list(taken.held)) == ((), ["x"])
    assert taken.held["x"].message.startswith("It would be held on x. ")
    assert shown(desk, "mastodon").warnings == []
    take_in(desk, taken)
    assert stands(desk) == {
        "x": ("held", HoldReason.NEAR_COPY),
        "bluesky": ("queued", ""),
        "mastodon": ("queued", ""),
    }


def test_what_is_said_after_it_was_shown_is_seen_first(desk: Desk) -> None:
    taken = shown(desk)
    say(desk, "mastodon")
    with pytest.raises(UsageError) as caught:
        take_in(desk, taken)
    assert str(caught.value) == SINCE
    assert len(decisions.decisions()) == 1
    take_in(desk, shown(desk))
    assert len(decisions.decisions()) == 2


def two_left_out(folder: Path) -> tuple[Names, TakenIn]:
    """Two posts that say nearly the same, both left out; and the first of them as somebody is shown it."""
    names = Names(folder)
    for name, mark in (("hello", "."), ("lunch", "!")):
        names.home.write(f"templates/lab23/{name}.j2", f"---\nask: {name}\n---\n== one\nBring warm shoes{mark}\n")
    names.slots(("a", "hello", "debate - 3h"), ("b", "lunch", "debate - 2h"))
    for name in "ab":
        decide_skip(names.program, find_post(names.program, name), actor="cli:jo", reason="", now=names.time)
    names.planner.refresh()
    found = find_left_out(names.program, "a", now=names.time)
    return names, prepare_unskip(names.program, found, now=names.time)


def test_of_two_that_say_nearly_the_same_the_second_to_be_taken_in_is_shown_the_first(tmp_path: Path) -> None:
    names, taken = two_left_out(tmp_path)
    assert taken.warnings == []
    other = find_left_out(names.program, "b", now=names.time)
    other_taken = prepare_unskip(names.program, other, now=names.time)
    decide_unskip(names.program, other_taken, actor="cli:jo", reason="", now=names.time)  # nothing has looked since
    with pytest.raises(UsageError, match=SINCE):
        decide_unskip(names.program, taken, actor="cli:sam", reason="", now=names.time)
    again = prepare_unskip(names.program, taken.found, now=names.time)
    assert [echo.before.post for echo in again.echoes] == ["b/once"]
    decide_unskip(names.program, again, actor="cli:sam", reason="", now=names.time)


def test_words_that_somebody_gives_a_post_meanwhile_are_seen_before_another_is_taken_in(tmp_path: Path) -> None:
    names, taken = two_left_out(tmp_path)
    names.slots(("a", "hello", "debate - 3h"), ("b", "lunch", "debate - 2h"), ("c", "chair", "debate - 1h"))
    words = {"bluesky": "Bring warm shoes"}
    decide_words(names.program, find_post(names.program, "c"), words, actor="cli:jo", reason="", now=names.time)
    with pytest.raises(UsageError, match=SINCE):
        decide_unskip(names.program, taken, actor="cli:sam", reason="", now=names.time)


def test_what_would_be_held_on_x_since_a_moment_ago_is_seen_first(desk: Desk) -> None:
    taken = shown(desk)
    say(desk, "x")
    with pytest.raises(UsageError, match=SINCE):
        take_in(desk, taken)


def test_words_that_a_person_gave_it_are_those_that_are_compared(tmp_path: Path) -> None:
    made = Desk(tmp_path)
    given = (made.program, SOON_POST, {"bluesky": "Bring a friend, and warm shoes"})
    decide_words(*given, actor="cli:jo", reason="", now=EIGHT)
    decide_skip(made.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    made.planner.refresh()
    say(made, "bluesky")
    assert shown(made).warnings == []
    say(made, "bluesky", "Bring a friend and warm shoes!")
    assert [echo.said.account for echo in shown(made).echoes] == ["bluesky"]
