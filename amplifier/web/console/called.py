"""What the pages call a post in a sentence: its slot, and always the day and hour, since a slot may have several."""

from __future__ import annotations

from datetime import datetime

from amplifier.campaign.plan import ONCE
from amplifier.campaign.post import OWN, PostId
from amplifier.schedule.program import post_name
from amplifier.store import delivery_views


def called(post: PostId, wall_time: str) -> str:
    """A post that goes out then, by the campaign's clock: “hello” of Tue 10 Oct 09:00."""
    name = "Your own post" if post.slot == OWN else f"“{post.slot}”"
    return f"{name} of {datetime.fromisoformat(wall_time):%a %-d %b %H:%M}"


def called_in_ledger(post: PostId) -> str:
    """The same of a post that is in the ledger, under the name that it has there."""
    row = next(iter(delivery_views.views(post=post)), None)
    return called(post, row.wall_time) if row else f"“{post_name(post)}”"


def others_stay(post: PostId) -> str:
    """That only this one of several is meant; nothing where there is but one."""
    return "" if post.slot == OWN or post.occurrence == ONCE else f" What else “{post.slot}” says stays as it is."
