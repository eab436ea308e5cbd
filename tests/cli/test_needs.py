"""What waits for a person, in a few lines."""

from __future__ import annotations

from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell


def test_of_each_kind_the_first_few_are_named_and_the_rest_is_counted(shell: Shell) -> None:
    numbers = list(DeliveryRow.objects.order_by("id").values_list("id", flat=True)[:8])
    DeliveryRow.objects.filter(id__in=numbers[:7]).update(state="missed", noted_at=None)
    DeliveryRow.objects.filter(id=numbers[7]).update(state="held", reason="rejected", detail="Too long.")
    said = shell("status").out
    assert said.count("✕ ") >= 5
    assert "and 2 more that are missed: amplifier decide" in said
    assert "Too long." in said
