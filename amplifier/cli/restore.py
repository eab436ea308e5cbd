"""`amplifier restore FILE`: the database as it was, stopped, with everything in doubt that may have gone out since."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from amplifier.cli.backup import key_of, progress, unpacked, watched
from amplifier.cli.run.nearby import must_be_near
from amplifier.cli.run.up import only_one
from amplifier.cli.show.output import actor, agreed, console, errors, say_json, wall_clock, warn
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import Install, file_in, open_install
from amplifier.money.cost import is_readable
from amplifier.schedule.planner import Planner
from amplifier.settings import Settings
from amplifier.store import heartbeats
from amplifier.store.backup.file import Header, read, read_header
from amplifier.store.backup.restore import must_fit, replace_file, replace_rows
from amplifier.store.backup.rows import SQLITE
from amplifier.store.holding import restored
from amplifier.store.holding.restored import Doubt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """Show what is in it and what is lost by it, ask, put it in place, and leave the service stopped."""
    install = open_install(options.home, options.var, keyless=True)
    warn(errors(), must_be_near(install))
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    with only_one(install.var), _opened(options.file) as file:
        header = read_header(file)
        _must_be_ours(header, install)
        must_fit(header)
        key = key_of(header, install)
        database = file_in(install.var)
        if header.database != SQLITE or database.exists():  # a look would make one
            must_be_still()
        with progress(quiet=options.json) as bar:  # before anybody is asked: all of it must be what was written
            for _ in watched(read(file, key), bar, "Checking", _size(file)):
                pass
        if not options.json:
            _show(header, install.settings)
        if not agreed("Put it in the place of what is here now?", yes=options.yes):
            console().print("Nothing was changed.")
            return 1
        now = utc_now()
        marker = _Marker(header, install, now)
        aside = _replace(file, header, install, key, now=now, mark=marker.mark, quiet=options.json)
    if options.json:
        say_json(
            {
                "mode": header.mode,
                "made_at": header.made_at,
                "kept": aside,
                "looked_for": marker.doubt.looked_for,
                "for_a_person": marker.doubt.for_a_person,
                "held": marker.held,
            }
        )
    else:
        _tell(marker.doubt, marker.held, aside, paid=install.settings.budget is not None)
    return 0


class _Marker:
    """Writes into the restored database, before it is in place, that it is stopped and what is in doubt."""

    def __init__(self, header: Header, install: Install, now: datetime) -> None:
        self._header = header
        self._place = install
        self._now = now
        self.doubt, self.held = Doubt(0, 0), 0

    def mark(self) -> None:
        """Stop, doubt, and let the planner add what files want since, as something that may be out already.

        Doubt twice: what waits in the backup may have been moved forward since, and its time be past by now.
        """
        settings = self._place.settings
        readable = [account.name for account in settings.accounts if is_readable(account, settings)]
        self._put_in_doubt(readable)
        Planner(self._place.home, settings, now=lambda: self._now, forgetful=True).refresh()
        self._put_in_doubt(readable)
        self.doubt, self.held = restored.looked_for(readable), restored.held_unseen()

    def _put_in_doubt(self, readable: Sequence[str]) -> None:
        when = wall_clock(self._header.made_at, self._place.settings.campaign.zone)
        restored.doubt(
            made_at=self._header.made_at,
            now=self._now,
            actor=actor(),
            reason=f"The database was restored from the backup of {when}. What went out since is being looked for.",
            readable=readable,
        )


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None


def _must_be_ours(header: Header, install: Install) -> None:
    mode, campaign = install.settings.mode.value, install.settings.campaign.id
    if header.mode != mode:
        raise UsageError(
            f"This backup is of mode “{header.mode}”, and settings.yaml says “{mode}”. Nothing was changed."
        )
    if header.campaign != campaign:
        raise UsageError(
            f"This backup is of the campaign “{header.campaign}”, and settings.yaml says “{campaign}”. "
            "Nothing was changed."
        )


def must_be_still() -> None:
    """Raises UsageError while any process of the service, here or on another machine, writes into this database."""
    name = restored.at_work(utc_now())
    if name:
        seconds = heartbeats.SILENT_AFTER.seconds
        raise UsageError(
            f"The {name} was at work a moment ago, so the service is running somewhere on this database.\n"
            f"End it, wait {seconds} seconds, and give the command again."
        )


def _show(header: Header, settings: Settings) -> None:
    out = console()
    made = wall_clock(header.made_at, settings.campaign.zone)
    out.print(f"The backup of {made}, {_age(utc_now() - header.made_at)} old: {header.rows} rows.", markup=False)
    for table, rows in sorted(header.tables.items()):
        if rows:
            out.print(f"  {rows:>7} {table}", markup=False, style="dim")
    out.print("What was decided, noted and marked since then is lost. What went out since then is looked for.")
    out.print("What is here now is kept beside it.")


def _replace(  # noqa: PLR0913  all that a replacement needs
    file: BinaryIO, header: Header, install: Install, key: str, *, now: datetime, mark: Callable[[], None], quiet: bool
) -> str | None:
    size = _size(file)
    with progress(quiet=quiet) as bar:
        if header.database != SQLITE:
            return replace_rows(lambda: watched(read(file, key), bar, "Restoring", size), header, now=now, mark=mark)
        kept: list[Path | None] = []
        database = file_in(install.var)
        unpacked(
            watched(read(file, key), bar, "Restoring", size),
            install.var,
            lambda copy: kept.append(replace_file(database, copy, header, now=now, mark=mark)),
        )
    return str(kept[0]) if kept[0] else None


def _size(file: BinaryIO) -> int:
    """How many bytes this file has; where it is read stays where it was."""
    at = file.tell()
    size = file.seek(0, 2)
    file.seek(at)
    return size


def _tell(doubt: Doubt, held: int, aside: str | None, *, paid: bool) -> None:
    out = console()
    out.print("[green]✓[/] Restored. Sending is stopped.")
    if aside:
        out.print(f"What was here before is kept: {aside}", markup=False, soft_wrap=True)
    if doubt.looked_for:
        out.print(f"{doubt.looked_for} may have gone out since. They are looked for as soon as the service runs.")
    if doubt.for_a_person:
        out.print(f"{doubt.for_a_person} more are on accounts that we may not read: a person looks there.")
    if held:
        out.print(f"{held} held in the backup may have gone out too: whatever lets one go on, it is looked for first.")
    if paid:
        out.print("What X charged since the backup is not counted. See X's developer console; lower `budget`.")
    out.print("\nNext:\n  amplifier up        starts the service; it looks, and sends nothing")
    if doubt.for_a_person:
        out.print("  amplifier confirm   for what a person has to look for", markup=False)
    if doubt.looked_for or held:
        out.print("  amplifier decide    for what was due since the backup and is not there", markup=False)
    out.print("  amplifier resume    once nothing is in doubt any more")


def _age(since: timedelta) -> str:
    hours = int(since.total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} hours" if hours >= 2 else f"{int(since.total_seconds() // 60)} minutes"
