from __future__ import annotations

from datetime import UTC, datetime

from amplifier.text.time_of_day import day_and_time, time_of_day

WHOLE, HALF = datetime(2023, 10, 9, 14, 40, tzinfo=UTC), datetime(2023, 10, 9, 14, 41, 30, tzinfo=UTC)


def test_seconds_are_written_where_there_are_any_and_nowhere_else() -> None:
    assert (time_of_day(WHOLE), time_of_day(HALF)) == ("14:40", "14:41:30")
    assert (day_and_time(WHOLE), day_and_time(HALF)) == ("Mon 9 Oct 14:40", "Mon 9 Oct 14:41:30")
