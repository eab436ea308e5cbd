"""Valid versions of schedules and templates, kept whole, so that the last good one survives a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from amplifier.store.database.transaction import reading, whole
from amplifier.store.models import PlanVersion


@dataclass(frozen=True)
class StoredPlan:
    """One version: its number, the digest of its files, and the files themselves (path to text)."""

    id: int
    digest: str
    sources: Mapping[str, str]


@whole
def keep_plan(*, digest: str, sources: Mapping[str, str], now: datetime) -> StoredPlan:
    """Keep this version unless it is the newest already."""
    newest = PlanVersion.objects.order_by("-id").first()
    if newest is None or newest.digest != digest:
        newest = PlanVersion.objects.create(digest=digest, sources=dict(sources), stored_at=now)
    return StoredPlan(id=newest.pk, digest=newest.digest, sources=newest.sources)


@reading
def last_good() -> StoredPlan | None:
    """The newest valid version, or None."""
    row = PlanVersion.objects.order_by("-id").first()
    return StoredPlan(id=row.pk, digest=row.digest, sources=row.sources) if row else None


@reading
def newest_digest() -> str:
    """The digest of the newest valid version; empty if there is none."""
    return PlanVersion.objects.order_by("-id").values_list("digest", flat=True).first() or ""


@reading
def digest_at(at: datetime) -> str:
    """The digest of the valid version that was in force at this instant; empty if there was none."""
    found = PlanVersion.objects.filter(stored_at__lte=at).order_by("-id").values_list("digest", flat=True).first()
    return found or ""


@reading
def sources_of(digest: str) -> Mapping[str, str]:
    """The files of the version with this digest (path to text); none if there is no such version."""
    row = PlanVersion.objects.filter(digest=digest).order_by("-id").first()
    return row.sources if row else {}
