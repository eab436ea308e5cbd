"""Stop sending, say why it is stopped, and let it go on: three kinds of flag, and any one of them is enough."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from amplifier.campaign.delivery import DeliveryView, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.stop import EVERYTHING, STOPPED, Stop, sending, stopped_by
from amplifier.deliver.deadline import within
from amplifier.errors import UsageError
from amplifier.install import STOP_FILE, STOP_VARIABLE, Install
from amplifier.store import deliveries, delivery_views, heartbeats, ledger
from amplifier.store.holding import holds, restored, stops

FLAG_BEAT = "stop flag"  # what the worker's own environment says of stopping, for the other processes
DATABASE_WITHIN_S = 2.0
HELD_BACK = (HoldReason.STOPPED, HoldReason.KEPT)
ENDS = (".", "!", "?", "…")
NO_REASON = "Stopped without a reason."


class Flag(StrEnum):
    """Where a stop is written down."""

    DATABASE = "database"
    FILE = "file"
    ENVIRONMENT = "environment"


@dataclass(frozen=True)
class StopFlag:
    """One flag that holds sending back. `actor` is empty and `since` None where nobody can know.

    `by_person`: a person gave the reason; else it is for whoever runs this, and for nobody else.
    """

    flag: Flag
    scope: str
    reason: str
    actor: str = ""
    since: datetime | None = None
    by_person: bool = False

    def __str__(self) -> str:
        return f"{'Sending is stopped' if self.scope == EVERYTHING else sending(self.scope, STOPPED)}. {self.reason}"


class _NeverStarted(Exception):
    """There is no database to write to yet."""


@dataclass(frozen=True)
class Pulled:
    """What a stop reached: the flags that are set, what kept the others from it, and what was under way just then.

    `before_start`: the service was never started, so there is no database to write to yet.
    """

    flags: tuple[Flag, ...]
    problems: tuple[str, ...]
    under_way: tuple[DeliveryView, ...] = ()
    before_start: bool = False


def stop_flags(install: Install) -> tuple[StopFlag, ...]:
    """Every flag that is set, those that stop everything first. Raises the database's error if it cannot be read."""
    in_database = [
        StopFlag(Flag.DATABASE, one.scope, one.reason, one.actor, one.at, one.by_person) for one in stops.stops()
    ]
    beat = heartbeats.heartbeats().get(FLAG_BEAT)
    if beat is not None and beat.detail and not install.stopped_by_environment():
        reason = f"{STOP_VARIABLE} is set in the environment of the worker."
        in_database.append(StopFlag(Flag.ENVIRONMENT, EVERYTHING, reason, since=beat.at))
    return tuple(sorted([*flags(install), *in_database], key=lambda flag: flag.scope != EVERYTHING))


def in_words(install: Install) -> tuple[tuple[bool, str], ...]:
    """Each stop in force once: whether it stops everything, and a sentence."""
    distinct = {(flag.scope, flag.reason): flag for flag in stop_flags(install)}
    return tuple((flag.scope == EVERYTHING, str(flag)) for flag in distinct.values())


def flags(install: Install) -> tuple[StopFlag, ...]:
    """Those of them that need no database."""
    found = []
    environment, (file, by_person) = install.stopped_by_environment(), install.words_of_file()
    if environment:
        found.append(StopFlag(Flag.ENVIRONMENT, EVERYTHING, environment))
    if file:
        found.append(StopFlag(Flag.FILE, EVERYTHING, file, *_owner(install.stop_file), by_person=by_person))
    return tuple(found)


def why_stopped(install: Install) -> str:
    """Why nothing at all is sent; empty if something may be."""
    return next((flag.reason for flag in stop_flags(install) if flag.scope == EVERYTHING), "")


def in_doubt_still() -> str:
    """How many may be out already, which sending does not take along when it goes on; empty if there are none."""
    looked_for, held = sum(restored.in_doubt().values()), restored.held_unseen()
    if not looked_for + held:
        return ""
    parts = [f"{looked_for} {_are(looked_for)} looked for first"] if looked_for else []
    parts += [f"{held} {'waits' if held == 1 else 'wait'} for a person's word (amplifier decide)"] if held else []
    return (
        f"{looked_for + held} that may be out already {_are(looked_for + held)} not sent by this: {', '.join(parts)}."
    )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def stop_of(install: Install, row: DeliveryView) -> StopFlag | None:
    """The stop that holds this back, if one does. Edits and deletions go on, whatever is stopped."""
    if row.identity.verb is not Verb.PUBLISH:
        return None
    return stop_for(install, row.identity.account, row.text)


def stop_for(install: Install, account: str, text: str) -> StopFlag | None:
    """The stop that keeps these words from being published on this account, if one does."""
    partly = stopped_by(stops.stops(), account, text)
    scopes = (EVERYTHING, partly.scope if partly else EVERYTHING)
    return next((flag for flag in stop_flags(install) if flag.scope in scopes), None)


def may_resume() -> str:
    """Why sending may not go on yet: what may be out already is still looked for; empty if it may."""
    doubtful = restored.in_doubt()
    if not doubtful:
        return ""
    where = ", ".join(f"{number} on {name}" for name, number in sorted(doubtful.items()))
    return (
        f"{sum(doubtful.values())} may be out already and are still looked for ({where}). Nothing was changed.\n"
        "The service looks while it runs; where it may not look: amplifier confirm. Without waiting: --anyway"
    )


def tell_flag(install: Install, *, now: datetime) -> None:
    """The worker tells the other processes what its own environment says; written only when that has changed."""
    said = install.stopped_by_environment()
    beat = heartbeats.heartbeats().get(FLAG_BEAT)
    if said != (beat.detail if beat else ""):
        heartbeats.beat(FLAG_BEAT, now=now, detail=said)


def pull(
    folders: Sequence[Path],
    *,
    reason: str,
    actor: str,
    now: datetime,
    scope: str = EVERYTHING,
    note: str = NO_REASON,
) -> Pulled:
    """Stop sending in this scope. Everything: by a file in each of these folders, then in the database.

    `reason` is what a person gives; where it is empty, `note` is kept as what the service says of it.
    Whatever cannot be written is told as a problem and keeps nothing else from being written. Without a scope of its
    own an account or a tag is stopped by the database alone. The database gets 2 seconds.
    """
    by_person = bool(reason.strip())
    said = sentence(reason if by_person else note)
    found: list[Flag] = []
    problems: list[str] = []
    if scope == EVERYTHING:
        for folder in folders:
            problem = _write_flag(folder / STOP_FILE, said if by_person else f"[{said}]")
            problems += [problem] if problem else []
            found += [] if problem else [Flag.FILE]
    under_way: tuple[DeliveryView, ...] = ()
    before_start = False
    try:
        under_way = within(DATABASE_WITHIN_S, lambda: _stop_in_database(Stop(0, scope, said, actor, now, by_person)))
        found.append(Flag.DATABASE)
    except _NeverStarted as error:
        before_start = True
        problems.append(str(error))
    except Exception as error:  # noqa: BLE001  whatever ails the database, the file stops: this must not fail
        problems.append(f"The database could not be written ({error}).")
    return Pulled(tuple(dict.fromkeys(found)), tuple(problems), under_way, before_start)


def let_go_on(
    install: Install, *, actor: str, now: datetime, scope: str = EVERYTHING, anyway: bool = False
) -> tuple[Stop, ...]:
    """End the stops of this scope, and for everything take the stop file away; the stops that ended.

    Raises UsageError if the environment stops everything, if the file cannot be taken away, or `may_resume` says no
    (which `anyway` does not ask).
    """
    if scope == EVERYTHING:
        refuse_if_held(install, anyway=anyway)
        _remove_flag(install.stop_file)
    ended = stops.lift(actor=actor, now=now, scope=scope)
    holds.tell_anew(stops.stops(also=install.stopped(), now=now))
    return ended


def refuse_if_held(install: Install, *, anyway: bool = False) -> None:
    """Raises UsageError with the next step while no command may let sending go on."""
    environment = [flag for flag in stop_flags(install) if flag.flag is Flag.ENVIRONMENT]
    if environment:
        where = "where this command runs" if install.stopped_by_environment() else "where the worker runs"
        raise UsageError(
            f"{STOP_VARIABLE} is set in the environment {where}, and no command can change that.\n"
            f"Take {STOP_VARIABLE} out there, start the service again, and then: amplifier resume"
        )
    why_not = "" if anyway else may_resume()
    if why_not:
        raise UsageError(why_not)


def waiting(install: Install, scope: str, *, now: datetime) -> tuple[DeliveryView, ...]:
    """What would be free to go if the stops of this scope ended: held by a stop, and by no other that stays.

    Also what somebody kept back before and, while a stop is in force, what is to be posted by hand: nobody is asked to
    post it meanwhile.
    """
    holds.hold_blocked(now=now, stopped=install.stopped())  # what came due while no worker was there to hold it
    deliveries.miss_overdue(now=now)
    in_force = stops.stops(also=install.stopped(), now=now)
    ours, stay = [one for one in in_force if one.scope == scope], [one for one in in_force if one.scope != scope]
    return tuple(
        row
        for row in delivery_views.views(states=(State.HELD,))
        if (row.reason in HELD_BACK or _waits_to_be_posted_by_hand(row, ours))
        and not stopped_by(stay, row.identity.account, row.text)
    )


def _waits_to_be_posted_by_hand(row: DeliveryView, ours: Sequence[Stop]) -> bool:
    is_post = row.reason == HoldReason.HAND_OFF and row.identity.verb is Verb.PUBLISH
    return is_post and stopped_by(ours, row.identity.account, row.text) is not None


def too_late(since: datetime) -> tuple[DeliveryView, ...]:
    """What a stop held back until it was too late, since then."""
    return tuple(
        row
        for row in delivery_views.views(states=(State.MISSED,))
        if row.reason == HoldReason.STOPPED and row.too_late_at >= since
    )


def sentence(words: str) -> str:
    """A reason as a sentence: on one line, with an end."""
    said = " ".join("".join(one if one.isprintable() else " " for one in words).split())
    return said if said.endswith(ENDS) else f"{said}."


def _stop_in_database(wanted: Stop) -> tuple[DeliveryView, ...]:
    if not ledger.is_ready():
        raise _NeverStarted("The service was never started here, so its database has no tables yet.")
    stops.stop(reason=wanted.reason, actor=wanted.actor, now=wanted.at, scope=wanted.scope, by_person=wanted.by_person)
    return delivery_views.views(states=(State.SENDING,))


def _write_flag(path: Path, words: str) -> str:
    """Make the file if it is not there; what kept us from it. Whatever is there already stops, so it is left alone."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{words}\n")
    except FileExistsError:
        return ""
    except OSError as error:
        if not os.path.lexists(path):  # a full disk may take the file and not its words: that stops as well
            return f"The file {path} could not be written ({error.strerror})."
    return ""


def _remove_flag(path: Path) -> None:
    try:
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(
            f"The stop file {path} cannot be taken away ({error.strerror}), so sending stays stopped.\n"
            f"Remove it by hand, and then: amplifier resume"
        ) from None


def _owner(path: Path) -> tuple[str, datetime | None]:
    """Who made this file, and when; as far as anybody can tell."""
    try:
        return path.owner(), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, KeyError):
        return "", None
