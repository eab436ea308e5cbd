"""Where this install keeps its data, decided before the database is opened."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import socket
import stat
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from amplifier.errors import UsageError
from amplifier.lacking import SHORTEST_KEY, lacks_disk, lacks_key, lacks_server, names_server
from amplifier.settings import FILE, Mode, Settings, load, parse

SANDBOX_PORT = 8900
# What `up` read of settings.yaml when it began, for its own processes: one that starts again while somebody edits the
# file goes on with the others, instead of not starting or following rules of its own.
HELD_SETTINGS = "AMPLIFIER_HELD_SETTINGS"
LONGEST_HELD = 100_000  # bytes: what a variable of an environment holds everywhere
STOP_VARIABLE = "AMPLIFIER_STOP"
STOP_FILE = "STOP"
PORT_FILE = "sandbox.port"
DATABASE, LOCK = "amplifier.sqlite3", "up.lock"
STOP_WORDS = 4000  # bytes of it that are read
NOTE = re.compile(r"\[(.*)\]", re.DOTALL)  # how the service writes into it what no person said
LAST_PORT = 65535
CLAIMED = "@amplifier-"  # how the system lists what a name of ours begins with
PARTS = ("up", "worker", "listener")  # whose presence is seen
OTHERS = 0o077  # the rights of everybody but the operating-system user that Amplifier runs as
# What stands in a data folder. A folder with anything else in it may be somebody's for other things as well.
OURS = (
    f"{DATABASE}*",
    "world.sqlite3*",
    "before-*.sqlite3*",
    "console-*.token",
    ".console-*",
    ".stop-links-*",
    "stop-links",
    "pretend.key",
    PORT_FILE,
    "up.lock",
    "STOP",
    "last",  # where an older version put the rehearsal before
    "backups",
)


@dataclass(frozen=True)
class Install:
    """One install: its files (`home`), its data (`var`), its settings, and the key that seals its sessions."""

    home: Path
    var: Path
    settings: Settings
    key: str

    @property
    def stop_file(self) -> Path:
        """While anything has this name, nothing is sent; its words say why. A flag that needs no database."""
        return self.var / STOP_FILE

    def stopped(self) -> str:
        """Why everything is stopped, by a flag outside the database; empty if it is not. What cannot be read stops."""
        return self.stopped_by_environment() or self.stopped_by_file()

    def stopped_by_environment(self) -> str:
        """The same of the variable alone, as this process has it."""
        is_set = os.environ.get(STOP_VARIABLE, "").strip() not in ("", "0")
        return f"{STOP_VARIABLE} is set in the environment." if is_set else ""

    def stopped_by_file(self) -> str:
        """The same of the file alone, or of whatever else has its name: a folder, a pipe, a link to nothing."""
        return self.words_of_file()[0]

    def words_of_file(self) -> tuple[str, bool]:
        """The same, and whether that is what a person wrote."""
        try:
            words = _first_words(self.stop_file)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not os.path.lexists(self.stop_file):
                return "", False
            return f"The stop file {self.stop_file} cannot be read ({error.strerror}).", False
        if note := NOTE.fullmatch(words):
            return note[1], False
        return (words, True) if words else (f"The file {self.stop_file} is there.", False)

    def held_settings(self) -> dict[str, str]:
        """What lets another process go on with these settings; nothing if the file has changed since, or is very long.

        As a part of its environment.
        """
        with contextlib.suppress(OSError, UnicodeDecodeError):
            raw = (self.home / FILE).read_bytes()
            if len(raw) < LONGEST_HELD and sha256(raw).hexdigest() == self.settings.digest:
                return {HELD_SETTINGS: raw.decode()}
        return {}

    @property
    def database(self) -> Path | None:
        """The database's file; None where the database is a server."""
        return database_in(self.var, self.settings.mode)

    @property
    def sandbox_token(self) -> str:
        """What opens the sandbox's control door; made from the key, so that every process has the same."""
        return sha256(b"sandbox:" + self.key.encode()).hexdigest()

    @property
    def sandbox_port(self) -> int:
        """The port of the pretend networks, on 127.0.0.1."""
        given = os.environ.get("AMPLIFIER_SANDBOX_PORT", "")
        if not given:
            with contextlib.suppress(OSError):  # where `up` put them this time
                given = (self.var / PORT_FILE).read_text(encoding="utf-8").strip()
        return port_number(given or str(SANDBOX_PORT))


def database_in(var: Path, mode: Mode = Mode.LIVE) -> Path | None:
    """The database's file in this data folder; None where DATABASE_URL names a server, at which no rehearsal looks."""
    return None if mode is Mode.LIVE and names_server(os.environ) else file_in(var)


def file_in(var: Path) -> Path:
    """Where a database that is a file is in this data folder."""
    return var / DATABASE


def port_number(text: str) -> int:
    """The port that this text means. Raises UsageError."""
    if text.isascii() and text.isdecimal() and 0 < int(text) <= LAST_PORT:
        return int(text)
    raise UsageError(f"“{text}” is no port. A port is a number from 1 to {LAST_PORT}.")


def open_install(home: Path, var: Path | None = None, *, keyless: bool = False, make: bool = True) -> Install:
    """Read the settings, find or make the data folder, and put what Django needs into the environment.

    A rehearsal has its own folder and key and never looks at DATABASE_URL or AMPLIFIER_KEY; live needs AMPLIFIER_KEY,
    unless nothing is to be sealed or opened (`keyless`). Without `make` a folder that is not there stays so. Raises
    SettingsError, or UsageError with the next step.
    """
    held = os.environ.get(HELD_SETTINGS, "")
    settings = parse(held) if held else load(home)
    folder = Path(os.path.realpath(var or folder_of(settings, home)))  # resolve() breaks on links in a circle
    try:
        if make := make or folder.is_dir():
            os.umask(OTHERS)  # what this process makes is for its user alone; what is to be read says so itself
            is_there = folder.is_dir()
            folder.mkdir(parents=True, exist_ok=True)
            close_to_others(folder, is_ours=not is_there)
        elif os.path.lexists(folder):
            folder.stat()  # raises for links that lead round in a circle
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except OSError as error:
        why = "it is a file" if os.path.isfile(folder) else error.strerror  # noqa: PTH113  is_file may raise
        raise UsageError(f"The folder {folder} cannot be made: {why}. Choose another with --var FOLDER") from None
    if why := lacks_disk(settings, os.environ) or lacks_server(settings, os.environ):
        raise UsageError(why)
    if settings.mode is Mode.REHEARSAL:
        os.environ.pop("DATABASE_URL", None)
        key = _pretend_key(folder) if make else ""
    else:
        key = os.environ.get("AMPLIFIER_KEY", "")
        if (why := lacks_key(settings, os.environ)) and not keyless:
            raise UsageError(why)
    os.environ["AMPLIFIER_VAR"] = str(folder)
    os.environ["AMPLIFIER_KEY"] = key
    return Install(home=home.resolve(), var=folder, settings=settings, key=key)


def close_to_others(folder: Path, *, is_ours: bool = False) -> None:
    """Take everybody else's rights from what Amplifier keeps in this folder, and from the folder if it is all ours.

    Mentions that not everybody may see stand in it, and drafts; and whoever may read a file may also lock it. What
    belongs to another user is left alone: only they can change it.
    """
    inside = list(folder.iterdir())
    known = [path for path in inside if any(path.match(pattern) for pattern in OURS)]
    last = folder / "last"
    kept = list(last.iterdir()) if last.is_dir() and not last.is_symlink() else []
    for path in [*known, *kept, *([folder] if is_ours or len(known) == len(inside) else [])]:
        with contextlib.suppress(OSError):
            found = path.lstat()
            rights = stat.S_IMODE(found.st_mode)
            if rights & OTHERS and found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode):
                path.chmod(rights & ~OTHERS)


def choose_data_folder(home: Path, var: Path | None = None) -> None:
    """Settings or key are in no order: find the database that is in use all the same, for whoever must write to it.

    The folder that is named; else the one that an `up` is at work on, else the only one that has a database.
    """
    folders = data_folders(home, var)
    there = [folder for folder in folders if os.path.exists(file_in(folder))]  # noqa: PTH110  exists() may raise
    at_work = [folder for folder in there if is_locked(folder / LOCK)]
    for found in (at_work, there):
        if len(found) == 1:
            os.environ["AMPLIFIER_VAR"] = str(found[0].resolve())
            if found[0].name == Mode.REHEARSAL.value:
                os.environ.pop("DATABASE_URL", None)
            return


def data_folders(home: Path, var: Path | None = None) -> list[Path]:
    """Where the service may keep its data when nobody can tell in which mode it runs: those that are there."""
    wanted = [var] if var else [home / "var" / mode.value for mode in Mode]
    return [folder for folder in wanted if os.path.isdir(folder)]  # noqa: PTH112  is_dir may raise


def is_locked(path: Path) -> bool:
    """Whether another process holds this lock file; one that is not there is held by nobody."""
    try:
        with path.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def be_present(var: Path, part: str) -> object:
    """Let others see that this part is at work on this data folder, as long as what comes back is kept.

    Also while the folder is deleted. The system forgets it with the process, however that ends. Only Linux has such
    names; elsewhere nobody sees it.
    """
    return claim(f"{part}-{_digest(var)}")


def who_is_present(var: Path) -> str:
    """A part that is at work on this data folder; empty if none is, or nobody can tell."""
    for part in PARTS:
        made = claim(f"{part}-{_digest(var)}")
        if made is None and sys.platform == "linux":
            return part
        if made is not None:
            made.close()
    return ""


def claim(name: str) -> socket.socket | None:
    """Have this name on this computer until it is closed or the process ends; None if another has it, or off Linux."""
    if sys.platform != "linux":
        return None
    made = socket.socket(socket.AF_UNIX)
    try:
        made.bind(f"\0amplifier-{name}")
    except OSError:
        made.close()
        return None
    return made


def claimed() -> list[str]:
    """The names that processes of this computer have now; none where nobody can tell."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()
        return [line.partition(CLAIMED)[2] for line in lines if CLAIMED in line]
    return []


def _digest(var: Path) -> str:
    return sha256(str(var.resolve()).encode()).hexdigest()[:32]


def folder_of(settings: Settings, home: Path) -> Path:
    """Where this mode keeps its data if nobody names a folder."""
    return home / "var" / settings.mode.value


def _first_words(path: Path) -> str:
    """How a file begins. Raises OSError; never waits, whatever the file is."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(descriptor, STOP_WORDS).decode(errors="replace").strip()
    finally:
        os.close(descriptor)


def _pretend_key(folder: Path) -> str:
    """The key of a rehearsal, which guards pretend secrets only; made on first use, by one process at a time."""
    path = folder / "pretend.key"
    with contextlib.suppress(OSError):  # what is there can be read, also where nothing can be written any more
        key = path.read_text(encoding="utf-8")
        if len(key) >= SHORTEST_KEY:
            return key
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            key = file.read()
            if len(key) < SHORTEST_KEY:  # new, or cut short when the disk was full
                key = secrets.token_urlsafe(48)
                file.seek(0)
                file.write(key)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Choose another folder: --var FOLDER") from None
    return key
