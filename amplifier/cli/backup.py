"""`amplifier backup`: the whole database in one file, while the service runs; sealed, and read back to be sure."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from amplifier.cli.show.output import console, errors, say_json
from amplifier.cli.whole_file import is_folder, whole_file
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import Install, open_install
from amplifier.lacking import SHORTEST_KEY, lacks_key
from amplifier.settings import Mode
from amplifier.store import heartbeats, ledger
from amplifier.store.backup.file import Header, new_salt, read, read_header, write
from amplifier.store.backup.restore import must_be_whole
from amplifier.store.backup.rows import SQLITE, Snapshot, counted_rows, rows_of_file, snapshot
from amplifier.store.ledger import LedgerState

BEAT = "backup"
VARIABLE = "AMPLIFIER_BACKUP_KEY"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument(
        "--to", metavar="FILE", help="the file, or a folder for it: FOLDER/ is made (default: backups/ among the data)"
    )


def run(options: argparse.Namespace) -> int:
    """Write it, read it back, and say where it is."""
    install = open_install(options.home, options.var, keyless=True)
    ledger.must_be_ready()
    opened = ledger.ledger()
    if opened is None:
        raise UsageError("The service has not been started here yet. Start it first: amplifier up")
    now = utc_now()
    path = path_for(_folder_or_file(options.to) if options.to else None, install, now)
    header, digest = keep(install, path, opened, now=now, quiet=options.json)
    told = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "rows": header.rows,
        "sealed": header.is_sealed,
        "digest": digest,
    }
    heartbeats.beat(BEAT, now=now, detail=json.dumps(told))
    if options.json:
        say_json({"mode": install.settings.mode.value, "made_at": now, "tables": dict(header.tables), **told})
        return 0
    out = console()
    out.print(f"[green]✓[/] {header.rows} rows, read back and found whole.", soft_wrap=True)
    out.print(f"  {path}", markup=False, soft_wrap=True)
    if header.is_sealed:
        out.print(f"  It is sealed: without the key ({_variable(install)}) nobody can read it, nor can you.")
    else:
        out.print(f"  It is not sealed. Set {VARIABLE} to a long secret, and the next one will be.")
    out.print("Copy it to another machine: a backup on the same disk is lost with it.")
    return 0


def keep(install: Install, path: Path, opened: LedgerState, *, now: datetime, quiet: bool) -> tuple[Header, str]:
    """Write the whole database into this file and read it back; its header and its digest.

    Raises UsageError where there is no room, or what was read back is not what was to be kept.
    """
    key = key_for(install)
    with snapshot(install.var) as content, progress(quiet=quiet) as bar:
        header = Header(
            mode=opened.mode,
            campaign=opened.campaign,
            made_at=now,
            database=content.database,
            schema=content.schema,
            tables=content.tables,
            salt=new_salt() if key else "",
        )
        return header, _write(path, header, content, key=key, bar=bar, install=install)


def key_for(install: Install) -> str:
    """What a backup of this install is sealed with: a key of its own, or when live the install's; "" for none.

    Raises UsageError where there is none that guards anything: live, none goes unsealed.
    """
    if key := _own_key():
        return key
    if lacks_key(install.settings, {"AMPLIFIER_KEY": install.key}):
        raise UsageError(
            "Live, a backup is sealed, and there is no key for that here. "
            f"Set {VARIABLE} to a secret of {SHORTEST_KEY}\n"
            "characters or more and keep it where you keep passwords; or AMPLIFIER_KEY as the service has it."
        )
    return install.key if install.settings.mode is Mode.LIVE else ""


def key_of(header: Header, install: Install) -> str:
    """What opens this backup, as far as it can be known; "" where it is not sealed. Raises UsageError without one."""
    if not header.is_sealed:
        return ""
    if not _own_key() and lacks_key(install.settings, {"AMPLIFIER_KEY": install.key}):
        raise UsageError(
            "This backup is sealed, and there is no key for it here.\n"
            f"Set {VARIABLE} (or, where it had none, AMPLIFIER_KEY) as it was when it was made."
        )
    return key_for(install)


def progress(*, quiet: bool) -> Progress:
    """A bar for what may take a while, on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=errors(), disable=quiet or not sys.stderr.isatty(), transient=True)


def watched(pieces: Iterable[bytes], bar: Progress, what: str, size: int) -> Iterator[bytes]:
    """The same pieces, each one moving the bar."""
    task = bar.add_task(what, total=size)
    for piece in pieces:
        bar.advance(task, len(piece))
        yield piece


def unpacked(pieces: Iterable[bytes], folder: Path, then: Callable[[Path], object]) -> None:
    """Let `then` work on a file with this content, which is gone afterwards if it is still there."""
    try:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=".backup-", suffix=".part")
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(pieces)
            then(path)
        finally:
            for ending in ("", "-wal", "-shm", "-journal"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"There is no room in {folder}: {error.strerror or error}. Nothing was changed.") from None


def _write(path: Path, header: Header, content: Snapshot, *, key: str, bar: Progress, install: Install) -> str:
    with whole_file(path, mode=0o600) as file:
        digest = write(file, header, watched(content.pieces, bar, "Writing", content.size), key)
        file.flush()
        _check(file, key, install, bar, content.size)
    return digest


def _check(file: BinaryIO, key: str, install: Install, bar: Progress, size: int) -> None:
    """Read it back as a restore would. Raises UsageError if that is not what was to be kept."""
    file.seek(0)
    header = read_header(file)
    pieces = watched(read(file, key), bar, "Reading it back", size)
    if header.database == SQLITE:
        unpacked(pieces, install.var, lambda copy: must_be_whole(header, rows_of_file(copy)))
    else:
        must_be_whole(header, counted_rows(pieces))


def _folder_or_file(text: str) -> Path:
    """What was named; a folder, by the / at its end, is made. Raises UsageError if it cannot be."""
    path = Path(text)
    if text.endswith(os.sep):
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            why = "it is a file" if isinstance(error, FileExistsError) else error.strerror
            raise UsageError(f"The folder {text} cannot be made: {why}. Name another: --to FOLDER/") from None
    return path


def path_for(wanted: Path | None, install: Install, now: datetime, *, occasion: str = "") -> Path:
    """Where it goes; a folder gets a file named by campaign, mode and time (and the occasion, if there is one)."""
    campaign, mode = install.settings.campaign.id, install.settings.mode.value
    name = f"{campaign}-{mode}-{occasion and f'{occasion}-'}{now:%Y%m%dT%H%M%SZ}.backup"
    if wanted is None:
        folder = install.var / "backups"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            instead = "" if occasion else " Name a file: --to FILE"
            raise UsageError(f"{folder} cannot be made: {error.strerror}.{instead}") from None
        return folder / name
    return (wanted / name if is_folder(wanted) else wanted).absolute()


def _own_key() -> str:
    key = os.environ.get(VARIABLE, "").strip()
    if key and len(key) < SHORTEST_KEY:
        raise UsageError(f"{VARIABLE} has {len(key)} characters; it takes {SHORTEST_KEY} to guard anything.")
    return key


def _variable(install: Install) -> str:
    own = os.environ.get(VARIABLE, "").strip() or install.settings.mode is Mode.REHEARSAL
    return VARIABLE if own else "AMPLIFIER_KEY"
