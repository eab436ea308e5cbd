"""When an own post goes out, as people say it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from amplifier.errors import UsageError
from amplifier.schedule.when import when

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2023, 10, 10, 14, 5, tzinfo=LONDON)  # a Tuesday
RALLY = {"rally": datetime(2023, 10, 29, 12, 0, tzinfo=LONDON)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-10-10 15:20", "2023-10-10 15:20"),
        ("15:20", "2023-10-10 15:20"),
        ("at 15:20", "2023-10-10 15:20"),
        ("today 9:30", "2023-10-10 09:30"),
        ("tomorrow 10:00", "2023-10-11 10:00"),
        ("Tomorrow at 10:00", "2023-10-11 10:00"),
        ("saturday 9:30", "2023-10-14 09:30"),
        ("Wed 09:00", "2023-10-11 09:00"),
        ("tuesday 16:00", "2023-10-17 16:00"),
        ("+10m", "2023-10-10 14:15"),
        ("+1d", "2023-10-11 14:05"),
        ("+ 2h 5m", "2023-10-10 16:10"),
        ("rally", "2023-10-29 12:00"),
        ("rally - 2h", "2023-10-29 10:00"),
        ("rally \u2212 1d", "2023-10-28 12:00"),
    ],
)
def test_a_time_is_said_as_people_say_it(text: str, expected: str) -> None:
    found = when(text, now=NOW, zone="Europe/London", milestones=RALLY).astimezone(LONDON)
    assert f"{found:%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soon", 'There is no milestone soon. There is: rally. A time is said like this: "tomorrow 10:00"'),
        ("someday 10:00", '"someday 10:00" is not a time.'),
        ("tu 10:00", "is not a time."),
        ("-10m", "is not a time."),
        ("+10", '"+10" is not a distance.'),
        ("rally -10", '"-10" is not a distance.'),
        ("+0m", '"+0m" is no distance: it is as long as nothing.'),
        ("rally - 0h", '"- 0h" is no distance: it is as long as nothing. Leave it out, or write more.'),
        ("ralley - 2h", "There is no milestone ralley. Did you mean rally?"),
        ("tomorrow", "There is no milestone tomorrow."),
        ("25:00", "is not in any calendar or on any clock."),
        ("2023-10-29 01:30", 'Write "2023-10-29 01:30 BST" for the first'),
    ],
)
def test_what_is_no_time_is_refused_with_ways_to_say_one(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        when(text, now=NOW, zone="Europe/London", milestones=RALLY)
    assert words in str(caught.value)
    assert '"rally - 2h"' in str(caught.value)
