"""The sandbox's memory for words follows the campaign that plays, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import tweepy

from amplifier.sandbox.playing import PretendStage

REAL = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BEGIN = datetime(2023, 9, 24, 9, tzinfo=UTC)
# Two weeks in a minute, then on at an hour in five seconds.
END = REAL + timedelta(minutes=1)
TWO_WEEKS = {
    "knots": [[BEGIN.isoformat(), REAL.isoformat()], [(BEGIN + 14 * DAY).isoformat(), END.isoformat()]],
    "pace": 720,
}


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("now_s", "seconds_before"),
    [(30, 60 / 14), (60, 60 / 14), (60 + 240, 120), (60 + 60, 60 + 60 / 28), (0, 120)],
)
def test_a_day_is_a_day_of_the_campaign(now_s: float, seconds_before: float) -> None:
    now = REAL + timedelta(seconds=now_s)
    found = PretendStage.of(TWO_WEEKS).before(_ms(now), DAY)
    assert found == pytest.approx(_ms(now) - seconds_before * 1000, abs=2)


def test_what_was_said_before_this_stage_began_is_remembered_for_a_real_day(x: Any, door: Any) -> None:
    door.post("clock", now=(REAL - timedelta(minutes=1)).isoformat())
    x.create_tweet(text="Good morning")
    door.post("stage", **TWO_WEEKS)  # a service that lost its ledger begins the campaign anew
    door.post("clock", now=(REAL + timedelta(seconds=30)).isoformat())  # a week of it later
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        x.create_tweet(text="Good morning")
    door.post("clock", now=(REAL + timedelta(days=1)).isoformat())
    x.create_tweet(text="Good morning")


def test_spans_do_not_overlap_and_real_time_counts_before_the_stage() -> None:
    begin, now = _ms(REAL), _ms(REAL + timedelta(seconds=30))
    assert PretendStage.of(TWO_WEEKS).spans(now, DAY) == (
        (PretendStage.of(TWO_WEEKS).before(now, DAY), now + 1),
        (now - 86_400_000, begin),
    )
    assert PretendStage().spans(now, DAY) == ((now - 86_400_000, now + 1),)


def test_where_nobody_told_of_a_campaign_a_day_is_a_real_one() -> None:
    assert PretendStage.of(None) == PretendStage()
    assert PretendStage().before(_ms(REAL), DAY) == _ms(REAL - DAY)
    assert PretendStage.of(PretendStage.of(TWO_WEEKS).as_json()) == PretendStage.of(TWO_WEEKS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"knots": [[BEGIN.isoformat(), REAL.isoformat()]] * 2, "pace": 720},
        {"knots": [], "pace": 0},
        {"knots": [["2023-09-24T09:00", REAL.isoformat()]], "pace": 720},
        {"knots": [["soon", "later"]], "pace": 720},
    ],
)
def test_a_map_that_does_not_rise_or_says_no_offset_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"rise|offset|Invalid"):
        PretendStage.of(wrong)


def test_the_same_words_a_day_of_the_campaign_later_are_no_duplicate_on_x(x: Any, door: Any) -> None:
    door.post("stage", **TWO_WEEKS)
    assert door.get("stage") == PretendStage.of(TWO_WEEKS).as_json()
    door.post("clock", now=REAL.isoformat())
    x.create_tweet(text="Good morning")
    door.post("clock", now=(REAL + timedelta(seconds=4)).isoformat())  # 22 hours of the campaign later
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        x.create_tweet(text="Good morning")
    door.post("clock", now=(REAL + timedelta(seconds=5)).isoformat())  # 28 hours
    x.create_tweet(text="Good morning")
    door.post("stage", knots=[], pace=1)
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        x.create_tweet(text="Good morning")


def test_what_guards_requests_stays_real(mastodon: Any, x: Any, door: Any) -> None:
    door.post("stage", **TWO_WEEKS)
    door.post("clock", now=REAL.isoformat())
    first = mastodon.status_post("Once", idempotency_key="k")
    for number in range(100):
        x.create_tweet(text=f"Post number {number}")
    door.post("clock", now=(REAL + timedelta(seconds=30)).isoformat())  # a week of the campaign later
    assert mastodon.status_post("Once", idempotency_key="k").id == first.id
    with pytest.raises(tweepy.TooManyRequests):
        x.create_tweet(text="One more")


def test_a_map_that_was_told_outlives_a_restart(door: Any, sandbox: Any) -> None:
    door.post("stage", **TWO_WEEKS)
    assert sandbox.world.notes.kept("stage") == PretendStage.of(TWO_WEEKS).as_json()
