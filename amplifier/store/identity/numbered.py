"""What names an account inside a text names its number: what that looks like, and how it goes over to another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from amplifier.campaign.plan import DecisionKind
from amplifier.campaign.post import VOICE
from amplifier.campaign.stop import ACCOUNT
from amplifier.store.database.transaction import whole
from amplifier.store.deciding import write_down
from amplifier.store.listening.heard import QuarantineRow, SourceRow
from amplifier.store.models import DecisionRow, StopRow

SERVICE = "service"


def mark(number: int) -> str:
    """An account as a stop's scope, a source's name and a decision have it, so that they mean it under any label."""
    return f"#{number}"


def of_account(name: str, called: Callable[[str], str]) -> str:
    """A fact's name with another one for its account: `voice.tag.x-two`. What is about all is named as it is."""
    voice, dot, form = name.removeprefix(VOICE).partition(".")
    return f"{VOICE}{voice}.{called(form)}" if name.startswith(VOICE) and dot else name


def pass_on(older: int, newer: int) -> None:
    """Stops, sources and what was set aside of the newer account are the older's from now on; inside a transaction."""
    StopRow.objects.filter(scope=f"{ACCOUNT}{mark(newer)}").update(scope=f"{ACCOUNT}{mark(older)}")
    _pass_on_sources(f"{mark(older)}:", f"{mark(newer)}:")
    _pass_on_what_was_set_aside(f"{mark(older)}:", f"{mark(newer)}:")


def is_decided_about(number: int) -> bool:
    """Whether a person gave words for this account, or while it had others."""
    key = f'"{mark(number)}"'
    return DecisionRow.objects.filter(Q(value__contains=key) | Q(replaced__contains=key)).exists()


@whole
def decide_same(older: int, newer: int, *, why: str, now: datetime) -> None:
    """What was decided about the newer account counts for the older; the planner carries it out at once.

    Decisions are never rewritten: whoever reads those before this one takes one mark for the other.
    """
    write_down(
        kind=DecisionKind.SAME_ACCOUNT,
        subject=mark(newer),
        value=mark(older),
        actor=SERVICE,
        reason=why,
        at=now,
    )


def _pass_on_sources(older: str, newer: str) -> None:
    """Where both accounts had a source, it is read on from where the older stood: what comes twice is logged once.

    What ailed it last is what the newer met.
    """
    for row in SourceRow.objects.filter(name__startswith=newer):
        name = older + row.name.removeprefix(newer)
        told = {"cursor": row.cursor, "good_at": row.good_at, "problem": row.problem}
        if SourceRow.objects.filter(name=name).exclude(cursor="").exists():
            SourceRow.objects.filter(name=name).update(problem=row.problem)
        else:
            SourceRow.objects.update_or_create(name=name, defaults=told)
        row.delete()


def _pass_on_what_was_set_aside(older: str, newer: str) -> None:
    for row in QuarantineRow.objects.filter(source__startswith=newer).defer("raw"):
        source = older + row.source.removeprefix(newer)
        if QuarantineRow.objects.filter(source=source, digest=row.digest).exists():
            row.delete()
        else:
            QuarantineRow.objects.filter(id=row.pk).update(source=source)
