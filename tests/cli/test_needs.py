"""What waits for a person, in a few lines."""

from __future__ import annotations

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
