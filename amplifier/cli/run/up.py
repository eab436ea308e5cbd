"""`amplifier up`: everything on this machine, from one command, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http.client import HTTPException
from pathlib import Path
from zoneinfo import ZoneInfo

from amplifier.cli.rehearsal.tally import SandboxControl, at_rest, has_published
from amplifier.cli.run.console_token import VARIABLE, Opened, new_token
from amplifier.cli.run.nearby import must_be_near
from amplifier.cli.run.ports import WEB_PORT, Ports, WantedPort, answers
from amplifier.cli.run.said_stop import SaidStop
from amplifier.cli.run.supervisor import Child, Supervisor
from amplifier.cli.run.welcome import Begun, welcome
from amplifier.cli.show.output import console
from amplifier.cli.show.unnotified import unnotified
from amplifier.clock import utc_now
from amplifier.compose.accountable import unaccountable
from amplifier.errors import Problem, SettingsError, UsageError
from amplifier.install import DATABASE, LOCK, PORT_FILE, SANDBOX_PORT, Install, be_present, open_install, port_number
from amplifier.limits import PublicSettings
from amplifier.schedule import files
from amplifier.schedule.program import read_program
from amplifier.settings import Campaign, Mode
from amplifier.store.database.health import must_be_sound

LONG_S = 15.0
ROOM = 20_000_000  # bytes: a campaign's database with its journal, and the pretend world
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# A proxy of this machine's environment would carry a rehearsal's calls off it.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "WS_PROXY", "WSS_PROXY")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument(
        "--port",
        type=port_number,
        default=os.environ.get("PORT"),
        help=f"the pages' port (default: PORT in the environment, or the first free one from {WEB_PORT} on)",
    )
    parser.add_argument(
        "--sandbox-port",
        type=port_number,
        help=f"the pretend networks' port (default: the first free one from {SANDBOX_PORT} on)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="begin the rehearsal anew; what was played here before is deleted"
    )


def run(options: argparse.Namespace) -> int:
    """Start everything, say where it is, and keep it going until told to stop."""
    install = open_install(options.home, options.var)
    program = read_program(files.sources(install.home), install.settings)
    far = must_be_near(install)
    missing = install.settings.missing_secrets(os.environ)
    if missing:
        raise SettingsError(list(missing))
    if options.fresh and install.settings.mode is Mode.LIVE:
        raise UsageError("Only a rehearsal can begin anew: a live ledger is the proof of what went out.")
    wanted = [WantedPort("--port", "the pages", options.port, WEB_PORT)]
    if install.settings.mode is Mode.REHEARSAL:
        wanted.append(WantedPort("--sandbox-port", "the pretend networks", options.sandbox_port, SANDBOX_PORT))
    with only_one(install.var), contextlib.closing(Ports()) as kept:
        ports = kept.take(tuple(wanted), told=console().print)
        return _run(options, install, ports, [*far, *unnotified(program)])


def _run(options: argparse.Namespace, install: Install, ports: Mapping[str, int], warnings: Sequence[Problem]) -> int:
    sandbox_port = ports.get("--sandbox-port", SANDBOX_PORT)
    environment = environment_for(install, sandbox_port)
    opened = Opened("127.0.0.1", ports["--port"], new_token())
    tell = partial(_tell, install.settings.campaign)
    supervisor = Supervisor(children(install, opened=opened), environment=environment, told=tell)
    end_on_signals(supervisor)
    try:
        if options.fresh:
            forget(install.var)
        database = install.database
        must_be_sound(database)
        unready = unaccountable(install.settings)
        if unready and database and not has_published(database):  # the worker asks a server
            raise SettingsError(list(unready))
        before = at_rest(database) if database else (0, 0)
        migrate(install, environment)
        present = be_present(install.var, "up")
        _write_down(install, sandbox_port)
        if not supervisor.is_ending:
            supervisor.start()
        _until_at_work(supervisor, ports, tell)
        if install.settings.mode is Mode.REHEARSAL:
            world = SandboxControl(sandbox_port, install.sandbox_token)
            supervisor.watch(until=lambda: enliven(world, install.settings.rehearsal.public))
        if not supervisor.is_ending:
            stopped = [SaidStop(**one) for one in supervisor.ready()["worker"]]
            welcome(install, options, Begun(opened, sandbox_port, before, stopped, warnings))
        supervisor.watch()
        del present
    finally:
        supervisor.close()
    if not supervisor.was_refused:
        say_ended()
    return 2 if supervisor.was_refused else 0


def say_ended() -> None:
    """That it has ended in good order, and that nothing is lost; a terminal that is closed hears nothing any more."""
    with contextlib.suppress(OSError):
        console().print("Ended. Nothing goes out while it is not running; what waits is kept. To go on: amplifier up")


def _until_at_work(supervisor: Supervisor, ports: Mapping[str, int], tell: Callable[[str], None]) -> None:
    """Come back once every part is at work, or it is to end; whoever waits long is told what for."""
    begun, told = time.monotonic(), False

    def are_all() -> bool:
        nonlocal told
        silent = [f"port {port}" for port in ports.values() if not answers(port)]
        silent += [] if "worker" in supervisor.ready() else ["the worker"]
        if silent and not told and time.monotonic() - begun > LONG_S:
            told = True
            tell(f"Not at work yet: {' and '.join(silent)}. It goes on trying; nothing is sent before.")
        return not silent

    supervisor.watch(until=are_all)


def _write_down(install: Install, sandbox_port: int) -> None:
    """Where the pretend networks are, for the commands of this install."""
    if install.settings.mode is Mode.REHEARSAL:
        with contextlib.suppress(OSError):  # a disk that is full just now; they have the usual port, mostly
            (install.var / PORT_FILE).write_text(f"{sandbox_port}\n", encoding="utf-8")


def end_on_signals(supervisor: Supervisor) -> None:
    """From now on SIGTERM, Ctrl-C and a closed terminal end it; whoever ignores the last (nohup) may go on doing so."""
    for number in ENDINGS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: supervisor.end())


def enliven(world: SandboxControl, public: PublicSettings) -> bool:
    """Let the pretend public speak; False if the pretend networks do not answer just now."""
    try:
        world.set_public(per_minute=public.per_minute, stop_at=public.stop_at)
    except (OSError, HTTPException):
        return False
    return True


def children(install: Install, *, opened: Opened | None) -> list[Child]:
    """The processes of one install; without a console to be opened, no pages."""
    words = ["--home", str(install.home), "--var", str(install.var)]
    made = [Child("The worker", ["worker", "--listen", *words])]
    if opened is not None:
        web = ["web", "--port", str(opened.port), *words]
        made.append(Child("The web server", web, secrets={VARIABLE: opened.token}))
    if install.settings.mode is Mode.REHEARSAL:
        made.insert(0, Child("The pretend networks", ["sandbox", *words]))
    return made


def environment_for(install: Install, sandbox_port: int) -> dict[str, str]:
    """What the children find in their environment; in a rehearsal no proxy and no secret of a real account."""
    environment = {**os.environ, **install.held_settings(), "AMPLIFIER_SANDBOX_PORT": str(sandbox_port)}
    environment.pop("PORT", None)
    if install.settings.mode is Mode.REHEARSAL:
        secrets = {variable for account in install.settings.accounts for variable in account.secrets.values()}
        secrets |= {recipient.address for recipient in install.settings.notify}
        for variable in list(environment):
            if variable in secrets or variable.upper() in PROXIES:
                del environment[variable]
    return environment


def migrate(install: Install, environment: dict[str, str]) -> None:
    """Make the database ready before any child opens it. Raises UsageError with what went wrong, or for a full disk."""
    disk = os.statvfs(install.var)
    free = disk.f_bavail * disk.f_frsize
    if free < ROOM:
        raise UsageError(
            f"The disk is full: {free / 1e6:.1f} MB are left for {install.var}; Amplifier needs {ROOM / 1e6:.0f} MB.\n"
            "Make room, or choose a folder on another disk: --var FOLDER"
        )
    words = [sys.executable, "-m", "amplifier", "migrate", "--home", str(install.home), "--var", str(install.var)]
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


def forget(var: Path) -> None:
    """Delete what a rehearsal has played in this folder; its key stays."""
    for pattern in (f"{DATABASE}*", "world.sqlite3*"):
        for path in var.glob(pattern):
            path.unlink()


def _tell(campaign: Campaign, sentence: str) -> None:
    now = utc_now().astimezone(ZoneInfo(campaign.zone))
    console().print(f"{now:%H:%M:%S} {campaign.place}  {sentence}", markup=False, soft_wrap=True)
