"""Where a person wants a milestone, as they say it, and which of their own posts do not follow it there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amplifier.campaign.plan import Distance
from amplifier.errors import UsageError
from amplifier.operate.own_change import OwnChange, carry_out, prepare_move_to
from amplifier.schedule.decided.change import prepare_move
from amplifier.schedule.decided.moving import already_there, stands_there, staying, where_to
from amplifier.schedule.playing import playing
from amplifier.store.models import PostRow
from amplifier.store.operate.corrections import Hand
from tests.schedule.test_words_of_people import Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
LONDON = ZoneInfo("Europe/London")
NOON = datetime(2023, 10, 9, 11, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("text", "by"), [("+40m", 40), ("-1h", -60), ("+ 1h 30m", 90), ("\u22121h", -60), ("\u201315m", -15)]
)
def test_a_milestone_is_moved_by_a_distance(desk: Desk, text: str, by: int) -> None:
    assert where_to(desk.program, "debate", text, now=desk.time) == Distance(timedelta(minutes=by))


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("2023-10-10 15:20", "2023-10-10 15:20"),
        ("18:40", "2023-10-09 18:40"),
        ("at 18:40", "2023-10-09 18:40"),
        ("today 18:40", "2023-10-06 18:40"),
        ("tomorrow 10:00", "2023-10-07 10:00"),
        ("tue 18:00", "2023-10-10 18:00"),
        ("debate + 1h", "2023-10-09 15:40"),
    ],
)
def test_a_milestone_is_moved_to_a_time_as_a_post_is_sent_at_one(desk: Desk, text: str, to: str) -> None:
    """It is Friday the 6th, and the debate is on Monday: a time of day alone is on the debate's own day."""
    found = where_to(desk.program, "debate", text, now=desk.time)
    assert isinstance(found, datetime)
    assert f"{found:%Y-%m-%d %H:%M}" == to
    assert found.tzinfo == LONDON


@pytest.mark.parametrize(
    ("now", "text", "to"),
    [
        ("2023-09-25", "tue 15:20", "2023-10-10 15:20"),
        ("2023-09-25", "mon 15:20", "2023-10-09 15:20"),
        ("2023-09-25", "Thursday 15:20", "2023-10-12 15:20"),
        ("2023-09-25", "fri 15:20", "2023-10-06 15:20"),
        ("2023-10-07", "fri 15:20", "2023-10-13 15:20"),  # the nearest has passed
        ("2023-10-07", "sat 15:20", "2023-10-07 15:20"),
        ("2023-10-20", "fri 15:20", "2023-10-06 15:20"),  # so has the debate
    ],
)
def test_a_weekday_is_the_nearest_to_the_milestones_own_day(desk: Desk, now: str, text: str, to: str) -> None:
    """The debate is on Monday the 9th."""
    found = where_to(desk.program, "debate", text, now=datetime.fromisoformat(f"{now}T12:00:00+01:00"))
    assert isinstance(found, datetime)
    assert f"{found:%Y-%m-%d %H:%M}" == to


@pytest.mark.parametrize("text", ["+0m", "-0h", "+0d", "+ 0h 0m"])
def test_a_distance_of_nothing_is_where_the_milestone_stands(desk: Desk, text: str) -> None:
    found = where_to(desk.program, "debate", text, now=desk.time)
    assert stands_there(prepare_move(desk.program, "debate", found, now=desk.time))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("40m", "A distance begins with"),
        ("soon", "There is no milestone soon"),
        ("+40", '"+40" is not a distance'),
        ("+", "is not a distance"),
        ("", "is not a time"),
        ("2023-10-10", "lacks the time of day"),
        ("2023-10-29 01:30", 'Write "2023-10-29 01:30 BST" for the first'),
    ],
)
def test_a_move_that_cannot_be_read_says_what_to_write(desk: Desk, text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        where_to(desk.program, "debate", text, now=desk.time)
    assert words in str(caught.value)


def test_a_milestone_that_is_where_it_is_to_go_is_told_as_that(desk: Desk) -> None:
    there = prepare_move(desk.program, "debate", Distance(), now=desk.time)
    assert stands_there(there)
    assert already_there(there) == "debate stands at Mon 9 Oct 14:40 already. Nothing was moved."
    assert not stands_there(desk.prepare("2023-10-09T15:20:00+01:00"))


def test_own_posts_that_were_counted_from_it_stay_and_are_told_with_both_times(desk: Desk) -> None:
    post = desk.send_later("Come to the hall", NOON)
    assert staying(desk.prepare("2023-10-09T15:20:00+01:00")) == ()
    PostRow.objects.filter(slot="own").update(milestone="debate - 2h 40m")
    (one,) = staying(desk.prepare("2023-10-09T15:20:00+01:00"))
    assert (one.post, one.said) == (post, "debate - 2h 40m")
    assert (f"{one.at:%a %H:%M}", f"{one.would_be:%a %H:%M}") == ("Mon 12:00", "Mon 12:40")


def test_an_own_post_that_got_a_time_of_its_own_is_counted_from_nothing(desk: Desk) -> None:
    post = desk.send_later("Come to the hall", NOON)
    to = NOON + timedelta(hours=1)

    def moved(counted_from: str) -> OwnChange:
        stage = playing(desk.settings)
        change = prepare_move_to(post, to, desk.settings, playing=stage, counted_from=counted_from)
        carry_out(change, desk.settings, Hand("cli:jo", "", desk.time, NOON.date()), playing=stage, facts={})
        return change

    moved("debate - 1h 40m")
    assert [one.said for one in staying(desk.prepare("2023-10-09T15:20:00+01:00"))] == ["debate - 1h 40m"]
    moved("")
    assert staying(desk.prepare("2023-10-09T15:20:00+01:00")) == ()
