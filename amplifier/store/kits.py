"""Published share kits: finished bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amplifier.store.database.transaction import reading, whole
from amplifier.store.models import KitRow


@dataclass(frozen=True)
class Kit:
    """A kit page as it is served; `digest` is of its content."""

    campaign: str
    digest: str
    html: bytes


@whole
def keep_kit(kit: Kit, *, now: datetime) -> None:
    """Publish this page in place of the one before."""
    KitRow.objects.update_or_create(
        campaign=kit.campaign, defaults={"digest": kit.digest, "html": kit.html, "made_at": now}
    )


@reading
def kits() -> dict[str, Kit]:
    """All published kits, by campaign."""
    return {
        row.campaign: Kit(campaign=row.campaign, digest=row.digest, html=bytes(row.html))
        for row in KitRow.objects.all()
    }


@reading
def kit_digests() -> dict[str, str]:
    """The digest of each published kit: the cheap question whether something changed."""
    return dict(KitRow.objects.values_list("campaign", "digest"))
