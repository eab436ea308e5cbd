"""What a start would refuse that no file shows: what the environment lacks, and a ledger that is another's."""

from __future__ import annotations

from collections.abc import Mapping

from amplifier.errors import Problem
from amplifier.lacking import lacks_disk, lacks_key, lacks_server
from amplifier.settings import FILE, Settings
from amplifier.store import ledger


def environment_lacks(settings: Settings, environ: Mapping[str, str]) -> list[Problem]:
    """Warnings that each name a variable; whoever checks may sit at another machine than the one that is to start."""
    whole = filter(None, (lacks_key(settings, environ), lacks_disk(settings, environ), lacks_server(settings, environ)))
    return [
        *settings.missing_secrets(environ),
        *(_told(why, settings.lines.at("mode"), "environment") for why in whole),
    ]


def anothers_ledger(settings: Settings) -> list[Problem]:
    """That the database is of another mode or campaign. Raises DatabaseTrouble."""
    found = ledger.ledger() if ledger.is_ready() else None
    why = ledger.another(found, mode=settings.mode.value, campaign=settings.campaign.id) if found else ""
    is_mode = found is not None and found.mode != settings.mode.value
    line = settings.lines.at("mode") if is_mode else settings.lines.at("campaign", "id")
    return [_told(why, line, "ledger")] if why else []


def _told(why: str, line: int, rule: str) -> Problem:
    message, _, hint = why.partition("\n")
    return Problem(FILE, line, rule, message, hint)
