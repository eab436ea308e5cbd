"""The ledger itself: whose it is, and where a rehearsal plays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from amplifier.errors import DatabaseTrouble, UsageError
from amplifier.install import who_is_present
from amplifier.store.database.health import Ill, in_words
from amplifier.store.database.transaction import database_file, reading, whole
from amplifier.store.deciding import be_alone
from amplifier.store.holding import stops
from amplifier.store.models import Ledger

TABLE = "ledger"
SERVICE = "service"


@dataclass(frozen=True)
class LedgerState:
    """Mode and campaign of this database, and the stage as JSON (or empty)."""

    mode: str
    campaign: str
    opened_at: datetime
    stage: str


@whole
def open_ledger(*, mode: str, campaign: str, now: datetime, stopped: str) -> LedgerState:
    """The ledger of this mode and campaign, made if there is none; a new one begins stopped if `stopped` says why.

    Raises UsageError if the database belongs to another mode or campaign.
    """
    row, is_new = Ledger.objects.get_or_create(id=1, defaults={"mode": mode, "campaign": campaign, "opened_at": now})
    if is_new and stopped:
        stops.stop(reason=stopped, actor=SERVICE, now=now)
    if why := another(_state(row), mode=mode, campaign=campaign):
        raise UsageError(why)
    return _state(row)


def another(state: LedgerState, *, mode: str, campaign: str) -> str:
    """Why this is not the ledger of this mode and campaign, and what to do; empty if it is."""
    if state.mode != mode:
        return (
            f"This database belongs to mode “{state.mode}”, and settings.yaml says “{mode}”. Nothing was started.\n"
            "Give each mode a folder or a DATABASE_URL of its own: `amplifier up --var var/live`."
        )
    if state.campaign != campaign:
        return (
            f"This database belongs to the campaign “{state.campaign}”, and settings.yaml says “{campaign}”.\n"
            f"Give each campaign a folder or a DATABASE_URL of its own: `amplifier up --var var/{campaign}`."
        )
    return ""


@reading
def ledger() -> LedgerState | None:
    """The ledger as it stands, or None before the first start."""
    row = Ledger.objects.filter(id=1).first()
    return _state(row) if row else None


@reading
def is_ready() -> bool:
    """Whether the database has its tables. A file that is not there is not made by asking."""
    file = database_file()
    if file and not file.exists():
        return False
    return TABLE in connection.introspection.table_names()


def must_be_ready() -> None:
    """Raises UsageError with the next step if the service was never started on this database.

    Raises DatabaseTrouble if the service is at work, and its file was taken away.
    """
    file = database_file()
    if file and not file.exists() and who_is_present(file.parent):
        raise DatabaseTrouble(in_words(Ill.GONE, str(file)))
    if not is_ready() or ledger() is None:
        raise UsageError("The service has not been started here yet. Start it first: amplifier up")


@whole
def keep_stage(stage: str) -> str:
    """Keep the rehearsal's stage if there is none yet; the one that is in force."""
    Ledger.objects.filter(id=1, stage="").update(stage=stage)
    return Ledger.objects.get(id=1).stage


def lock() -> None:
    """Be the only one to decide something about the whole ledger until the transaction ends."""
    be_alone()


def _state(row: Ledger) -> LedgerState:
    return LedgerState(mode=row.mode, campaign=row.campaign, opened_at=row.opened_at, stage=row.stage)
