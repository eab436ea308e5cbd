"""What waits for a person, in a few lines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplifier.cli.show.output import wall_clock
from amplifier.clock import utc_now
from amplifier.store import heartbeats
from amplifier.store.holding import restored
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell


def test_of_each_kind_the_first_few_are_named_and_the_other_posts_are_counted(shell: Shell) -> None:
    posts = list(dict.fromkeys(DeliveryRow.objects.order_by("id").values_list("post_id", flat=True)))
    missed = DeliveryRow.objects.filter(post_id__in=posts[:4])
    missed.update(state="missed", noted_at=None)
    first = sorted(missed.values_list("post_id", "id"), key=lambda one: (one[0], one[1]))
    DeliveryRow.objects.filter(post_id=posts[5]).update(state="held", reason="rejected", detail="Too long.")
    said = shell("status").out
    assert "Too long." in said
    assert len(first) > 5
    assert "  and 2 more posts that are missed: amplifier decide" in said


def test_one_post_on_many_accounts_is_one(shell: Shell) -> None:
    row = DeliveryRow.objects.order_by("id").first()
    assert row
    DeliveryRow.objects.filter(post_id=row.post_id).update(state="missed", noted_at=None)
    assert "more post" not in shell("status").out


@pytest.mark.parametrize(
    ("state", "ours", "others", "look"),
    [
        (
            "gone",
            "is not there any more: somebody else deleted it, or you did, after the backup of {}.",
            "is not there any more, and it was not we who deleted it.",
            "Look on the profile of @labfreemvmt on X whether it stands there in other words",
        ),
        (
            "edited",
            "was changed there, by somebody else, or by you after the backup of {}.",
            "was changed there, not by us.",
            "Look on the profile of @labfreemvmt on X whether these are words of yours.",
        ),
    ],
)
def test_after_a_restore_what_we_may_have_done_ourselves_is_not_put_on_others(
    shell: Shell, state: str, ours: str, others: str, look: str
) -> None:
    now = utc_now()
    backup, sent = now - timedelta(minutes=10), now - timedelta(hours=1)
    ours = ours.format(wall_clock(backup, "Europe/London"))
    row = DeliveryRow.objects.filter(post__slot="debate-begins", account__label="x")
    row.update(
        state="sent",
        outside_text="Other words." if state == "edited" else None,
        remote_state=state,
        remote_id="1",
        sent_at=sent,
        checked_at=now,
    )
    told = shell("status").out
    assert (others in told, look in told) == (True, False)
    heartbeats.beat(restored.BEAT, now=utc_now(), detail=backup.isoformat())
    told = shell("status").out
    assert (ours in told, look in told, others in told) == (True, True, False)
    assert "  amplifier correct debate-begins/once" in told
