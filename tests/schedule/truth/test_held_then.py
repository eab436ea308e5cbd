from __future__ import annotations

from datetime import date

from amplifier.campaign.post import PostId
from amplifier.schedule.truth.free_words import Stale, Wrong
from amplifier.schedule.truth.held_then import HeldThen, held_then

SOON, LATER = PostId("lab23", "soon", "once"), PostId("lab23", "later", "once")
HOUR = Wrong("14:40", "milestone.debate", "14:40", "15:20", "the plan says 15:20 (debate)")
DAY = Wrong("Monday", "milestone.debate", "14:40", "15:20", "the plan says Tue 10 Oct (debate)")


def stale(post: PostId, account: str, text: str, wrong: Wrong) -> Stale:
    return Stale(post, account, text, date(2023, 10, 10), (wrong,))


def test_each_post_has_all_its_accounts_every_reason_once_and_each_text_with_its_accounts() -> None:
    found = [
        stale(SOON, "x", "At 14:40", HOUR),
        stale(LATER, "x", "On Monday", DAY),
        stale(SOON, "bluesky", "On Monday", DAY),
        stale(SOON, "mastodon", "At 14:40", HOUR),
    ]
    hour, day = "Your words say “14:40”, the plan says 15:20 (debate).", found[1].why
    texts = (("At 14:40", ("x", "mastodon")), ("On Monday", ("bluesky",)))
    assert held_then(found) == (
        HeldThen(SOON, ("x", "bluesky", "mastodon"), (hour, day), texts),
        HeldThen(LATER, ("x",), (day,), (("On Monday", ("x",)),)),
    )
    assert held_then(()) == ()
