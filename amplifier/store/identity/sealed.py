"""Log-in sessions, already encrypted by whoever saves them: this file never sees a secret in the clear."""

from __future__ import annotations

from datetime import datetime

from amplifier.store.database.transaction import reading, whole
from amplifier.store.identity.accounts import number_of
from amplifier.store.models import SealedRow


@reading
def load_seal(account: str, address: str) -> bytes | None:
    """The newest sealed session of this account at this address, or None."""
    row = SealedRow.objects.filter(account__label=account, address=address).first()
    return bytes(row.value) if row else None


@whole
def save_seal(account: str, address: str, *, value: bytes, now: datetime) -> None:
    """Replace the sealed session; nothing replaces a session by nothing."""
    if not value:
        raise ValueError("a session is never replaced by nothing")
    SealedRow.objects.update_or_create(
        account_id=number_of(account), address=address, defaults={"value": value, "saved_at": now}
    )
