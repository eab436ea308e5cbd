"""`amplifier up`: everything on this machine, from one command, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from rich.markup import escape

from amplifier.cli.console_link import line
from amplifier.cli.console_token import VARIABLE, Opened, new_token
from amplifier.cli.nearby import must_be_near
from amplifier.cli.output import console, warn
from amplifier.cli.supervisor import Child, Supervisor
from amplifier.cli.tally import World, at_rest, has_published
from amplifier.cli.unheard import unheard
from amplifier.compose.accountable import unaccountable
from amplifier.errors import Problem, SettingsError, UsageError
from amplifier.patience import Public
from amplifier.place import DATABASE, LAST_PORT, LOCK, SANDBOX_PORT, Place, is_locked, port_number, settle
from amplifier.schedule import files
from amplifier.schedule.program import read_program
from amplifier.settings import Mode
from amplifier.store.unwell import file_in, must_be_sound
from amplifier.web.admission import WALL_HOST

WEB_PORT = 8000
REHEARSED = ("amplifier.sqlite3*", "world.sqlite3*")
ROOM = 20_000_000  # bytes: a campaign's database with its journal, and the pretend world
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# A proxy of this machine's environment would carry a rehearsal's calls off it.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "WS_PROXY", "WSS_PROXY")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("PORT", str(WEB_PORT)),
        help=f"the pages' port (default: PORT in the environment, or {WEB_PORT})",
    )
    parser.add_argument(
        "--sandbox-port",
        type=port_number,
        default=str(SANDBOX_PORT),
        help=f"the pretend networks' port (default: {SANDBOX_PORT})",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="begin the rehearsal anew; what was played here before is deleted"
    )


def run(options: argparse.Namespace) -> int:
    """Start everything, say where it is, and keep it going until told to stop."""
    place = settle(options.home, options.var)
    program = read_program(files.sources(place.home), place.settings)
    far = must_be_near(place)
    missing = place.settings.missing_secrets(os.environ)
    if missing:
        raise SettingsError(list(missing))
    if options.fresh and place.settings.mode is Mode.LIVE:
        raise UsageError("Only a rehearsal can begin anew: a live ledger is the proof of what went out.")
    ports = {"--port": options.port}
    if place.settings.mode is Mode.REHEARSAL:
        ports["--sandbox-port"] = options.sandbox_port
    environment = environment_for(place, options.sandbox_port)
    opened = Opened("127.0.0.1", options.port, new_token())
    supervisor = Supervisor(children(place, opened=opened), environment=environment, told=_tell)
    end_on_signals(supervisor)
    try:
        with only_one(place.var):
            refuse_taken(ports)
            if options.fresh:
                forget(place.var)
            database = file_in(place.var)
            must_be_sound(database)
            unready = unaccountable(place.settings)
            if unready and database and not has_published(database):  # the worker asks a server
                raise SettingsError(list(unready))
            before = at_rest(place.var / DATABASE)
            migrate(place, environment)
            if not supervisor.is_ending:
                supervisor.start()
            supervisor.watch(until=lambda: all(answers(port) for port in ports.values()))
            if place.settings.mode is Mode.REHEARSAL:
                world = World(options.sandbox_port, place.sandbox_token)
                supervisor.watch(until=lambda: enliven(world, place.settings.rehearsal.public))
            if not supervisor.is_ending:
                _welcome(place, options, before, [*far, *unheard(program)], opened=opened)
            supervisor.watch()
    finally:
        supervisor.close()
    return 2 if supervisor.was_refused else 0


def end_on_signals(supervisor: Supervisor) -> None:
    """From now on SIGTERM, Ctrl-C and a closed terminal end it; whoever ignores the last (nohup) may go on doing so."""
    for number in ENDINGS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: supervisor.end())


def enliven(world: World, public: Public) -> bool:
    """Let the pretend public speak; False if the pretend networks do not answer just now."""
    try:
        world.set_public(per_minute=public.per_minute, stop_at=public.stop_at)
    except (OSError, HTTPException):
        return False
    return True


def children(place: Place, *, opened: Opened | None) -> list[Child]:
    """The processes of one install; without a console to be opened, no pages."""
    words = ["--home", str(place.home), "--var", str(place.var)]
    made = [Child("The worker", ["worker", "--listen", *words])]
    if opened is not None:
        web = ["web", "--port", str(opened.port), *words]
        made.append(Child("The web server", web, secrets={VARIABLE: opened.token}))
    if place.settings.mode is Mode.REHEARSAL:
        made.insert(0, Child("The pretend networks", ["sandbox", *words]))
    return made


def environment_for(place: Place, sandbox_port: int) -> dict[str, str]:
    """What the children find in their environment; in a rehearsal no proxy and no secret of a real account."""
    environment = {**os.environ, **place.held_settings(), "AMPLIFIER_SANDBOX_PORT": str(sandbox_port)}
    environment.pop("PORT", None)
    if place.settings.mode is Mode.REHEARSAL:
        secrets = {variable for account in place.settings.accounts for variable in account.secrets.values()}
        secrets |= {recipient.address for recipient in place.settings.notify}
        for variable in list(environment):
            if variable in secrets or variable.upper() in PROXIES:
                del environment[variable]
    return environment


def begin_anew(var: Path) -> None:
    """Put the last rehearsal's data aside, into the folder `last`, so that a new one begins with an empty stage."""
    data = [path for pattern in REHEARSED for path in var.glob(pattern)]
    if not data:
        return
    last = var / "last"
    last.mkdir(exist_ok=True)
    for path in last.iterdir():
        path.unlink()
    for path in data:
        path.rename(last / path.name)


def migrate(place: Place, environment: dict[str, str]) -> None:
    """Make the database ready before any child opens it. Raises UsageError with what went wrong, or for a full disk."""
    disk = os.statvfs(place.var)
    free = disk.f_bavail * disk.f_frsize
    if free < ROOM:
        raise UsageError(
            f"The disk is full: {free / 1e6:.1f} MB are left for {place.var}; Amplifier needs {ROOM / 1e6:.0f} MB.\n"
            "Make room, or choose a folder on another disk: --var FOLDER"
        )
    words = [sys.executable, "-m", "amplifier", "migrate", "--home", str(place.home), "--var", str(place.var)]
    done = subprocess.run(
        words,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # Ctrl-C is for us: half a migration helps nobody
    )
    if done.returncode:
        raise UsageError(done.stderr.strip().removeprefix("amplifier: "))
    if done.stdout:  # an older version's database was kept before it was changed: where it is
        console().print(done.stdout.rstrip(), markup=False, soft_wrap=True)


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the lock of this data folder. Raises UsageError if another `up` holds it."""
    path = var / LOCK
    try:
        lock = path.open("a+")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Choose another folder: --var FOLDER") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            pid = lock.read().strip() or "unknown"
            raise UsageError(
                f"Amplifier is already running here (process {pid}, data in {var}).\n"
                "Use that one, end it with Ctrl-C, or give this one a folder of its own: --var FOLDER"
            ) from None
        with contextlib.suppress(OSError):  # a full disk: the lock holds without a number in it
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
        yield


def is_up(var: Path) -> bool:
    """Whether an `up` is at work on this data folder."""
    return is_locked(var / LOCK)


def forget(var: Path) -> None:
    """Delete what a rehearsal has played in this folder; its key stays."""
    for pattern in ("amplifier.sqlite3*", "world.sqlite3*"):
        for path in var.glob(pattern):
            path.unlink()


def refuse_taken(ports: Mapping[str, int]) -> None:
    """Raises UsageError for a port (by the option that sets it) that is not free on this machine, or is used twice."""
    for option, port in ports.items():
        another = f"Choose another: amplifier up {option} {port + 1 if port < LAST_PORT else port - 1}"
        if list(ports.values()).count(port) > 1:
            raise UsageError(f"Port {port} cannot serve two. {another}")
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError as error:
                taken = error.errno == errno.EADDRINUSE
                why = "is taken by another program" if taken else f"cannot be used ({error.strerror})"
                raise UsageError(f"Port {port} {why}. {another}") from None


def answers(port: int) -> bool:
    """Whether a web server answers there."""
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _welcome(
    place: Place,
    options: argparse.Namespace,
    before: tuple[int, int],
    warnings: Sequence[Problem] = (),
    *,
    opened: Opened,
) -> None:
    campaign = place.settings.campaign
    is_seen = sys.stdout.isatty()  # what is no terminal may be a log, and the secret that opens the console is for none
    plain = opened.without_token()
    shown = opened if is_seen else plain
    wall = shown.address("/wall") if is_seen else f"http://{WALL_HOST}:{options.sandbox_port}/wall"
    name = escape(campaign.name)
    out = console()
    out.print()
    if place.settings.mode is Mode.REHEARSAL:
        length = _length(place.settings.rehearsal.seconds)
        out.print(f"[bold]REHEARSAL[/]  {name}")
        out.print(f"Its whole campaign in {length}. Nothing leaves this computer.\n")
        out.print(line("Watch the wall", wall), soft_wrap=True)
    else:
        out.print(f"[bold]LIVE[/]  {name}\nWhat is due goes out to the world.\n")
    out.print(line("I schedule", shown.address("/")), soft_wrap=True)
    out.print(line("I share", plain.address(f"/k/{campaign.id}")), soft_wrap=True)
    out.print(line("I answer", shown.address("/mentions")), soft_wrap=True)
    out.print(
        "\nThese addresses carry a secret that opens the console until Ctrl-C. To see them once more:\n"
        if is_seen
        else "\nA secret opens the console, and this may be a log. For addresses with the secret in them:\n"
    )
    out.print(_command(options, "console-link"), markup=False, soft_wrap=True)
    if place.settings.mode is Mode.REHEARSAL and before[1]:
        out.print(f"\nIt began earlier: {before[0]} of its {before[1]} deliveries were done. From the start again:\n")
        out.print(_command(options, "up", "--fresh"), markup=False, soft_wrap=True)
    out.print("\nNext, in a second terminal:\n")
    if made := os.environ.get("AMPLIFIER_COMMAND"):  # from then on it is called as every page and message calls it
        out.print(f"  . {shlex.quote(str(Path(made).with_name('activate')))}", markup=False, soft_wrap=True)
    words = ("send", "'Hello from the hall'", "--to", place.settings.accounts[0].name)
    out.print(_command(options, *words, program="amplifier" if made else ""), markup=False, soft_wrap=True)
    if warnings:
        out.print()
        warn(out, warnings)
    out.print("\nCtrl-C ends everything.")


def _command(options: argparse.Namespace, *words: str, program: str = "") -> str:
    """A command for this install, to be pasted; `program` is how it is called, if not as it was called here."""
    called = "amplifier" if Path(sys.argv[0]).name == "amplifier" else "python -m amplifier"
    where = [] if options.home == Path() else ["--home", shlex.quote(str(options.home))]
    where += [] if options.var is None else ["--var", shlex.quote(str(options.var))]
    return "  " + " ".join([program or os.environ.get("AMPLIFIER_COMMAND", called), *words, *where])


def _length(seconds: int) -> str:
    """A rehearsal's length as people say it."""
    number, unit = (seconds, "second") if seconds < 120 else (round(seconds / 60), "minute")
    return f"{number} {unit}s"


def _tell(sentence: str) -> None:
    console().print(f"{time.strftime('%H:%M:%S')}  {sentence}", markup=False)
