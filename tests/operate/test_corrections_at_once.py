"""Two people who say nearly the same at once, one of them in a correction: the second is told before it is queued."""

from __future__ import annotations

import pytest

from amplifier.compose.memory import SINCE, Ahead
from amplifier.compose.sameness import PlannedText
from amplifier.errors import UsageError
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from tests.deliver.desk import Desk
from tests.deliver.out import hand, queue, rows, say, the_settings
from tests.operate.test_correct import NEW, SAID
from tests.store import filled


@pytest.fixture(autouse=True)
def _listed(desk: Desk) -> None:  # noqa: ARG001  the ledger that it works on
    filled.list_as(the_settings())


def test_what_somebody_says_since_a_correction_was_shown_keeps_it_from_being_queued_unseen(desk: Desk) -> None:
    post, on = say(desk, on=("mastodon",)), ("mastodon",)
    words, settings = {"mastodon": NewWords(NEW)}, the_settings()
    shown = prepare_correction(post, words, settings, now=desk.time, on=on)
    assert shown.echoes == ()
    before = len(rows(post))
    planned = Ahead((PlannedText("rally/once", "mastodon", SAID, filled.after(3600)),), decided=0)
    for plan, why in ((planned, SINCE), (Ahead(decided=7), "Somebody has decided about the plan a moment ago")):
        with pytest.raises(UsageError, match=why):
            queue_correction(shown, settings, hand(desk.time), plan=plan)
    queue({"mastodon": f"{SAID}!"}, now=desk.time)
    with pytest.raises(UsageError, match=SINCE):
        queue_correction(shown, settings, hand(desk.time))
    assert len(rows(post)) == before
    again = prepare_correction(post, words, settings, now=desk.time, on=on)
    assert [echo.before.account for echo in again.echoes] == ["mastodon"]
    assert queue_correction(again, settings, hand(desk.time))
