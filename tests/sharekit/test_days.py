"""Until when words that name a day are so."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from amplifier.campaign.plan import Every
from amplifier.sharekit.days import SlotDays, so_until

LONDON = ZoneInfo("Europe/London")
SATURDAY = date(2023, 10, 7)
ALL_DAYS, ALL_MONTHS = tuple(range(1, 32)), tuple(range(1, 13))


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("Come to the stall.", None),
        ("Come tomorrow.", "2023-10-08T00:00"),
        ("Come tomorrow evening.", "2023-10-08T00:00"),
        ("Yesterday we asked.", "2023-10-08T00:00"),
        ("We ask this morning.", "2023-10-07T13:00"),
        ("We ask tonight.", "2023-10-08T00:00"),
        ("On Saturday.", "2023-10-08T00:00"),
        ("On Friday.", "2023-10-14T00:00"),
        ("From Sunday to Tuesday.", "2023-10-09T00:00"),
        ("On 11 October.", "2023-10-12T00:00"),
        ("Since 11 September.", None),
        ("On 31 June, if there were one.", None),
        ("On Sunday, so tomorrow.", "2023-10-08T00:00"),
    ],
)
def test_the_first_day_that_is_over_ends_them(words: str, end: str | None) -> None:
    wanted = datetime.fromisoformat(end).replace(tzinfo=LONDON).astimezone(UTC) if end else None
    assert so_until(words, SATURDAY, LONDON) == wanted


def test_midnight_is_that_of_the_place_on_the_night_when_clocks_go_back() -> None:
    assert so_until("Tonight.", date(2023, 10, 29), LONDON) == datetime(2023, 10, 30, tzinfo=UTC)
    assert so_until("Tonight.", date(2023, 10, 28), LONDON) == datetime(2023, 10, 28, 23, tzinfo=UTC)


def test_a_single_slot_says_its_words_on_one_day() -> None:
    said = SlotDays(SATURDAY, SATURDAY)
    assert said.newest(date(2023, 10, 6)) is None
    assert said.newest(SATURDAY) == said.newest(date(2023, 12, 1)) == SATURDAY


def test_a_recurring_one_on_each_day_that_its_rule_fits() -> None:
    weekly = Every("", (time(9),), ALL_DAYS, ALL_MONTHS, (0,), None, None)
    said = SlotDays(SATURDAY, date(2023, 10, 20), weekly)
    assert said.newest(date(2023, 10, 8)) is None
    assert said.newest(date(2023, 10, 9)) == said.newest(date(2023, 10, 15)) == date(2023, 10, 9)
    assert said.newest(date(2024, 1, 1)) == date(2023, 10, 16)
