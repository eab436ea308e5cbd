"""`amplifier up`: everything on this machine, from one command, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from amplifier.cli.output import console
from amplifier.cli.supervisor import Child, Supervisor
from amplifier.cli.tally import World
from amplifier.errors import SettingsError, UsageError
from amplifier.place import SANDBOX_PORT, Place, settle
from amplifier.schedule import files
from amplifier.schedule.program import read_program
from amplifier.settings import Mode

WEB_PORT = 8000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", WEB_PORT)), help="the pages' port")
    parser.add_argument("--sandbox-port", type=int, default=SANDBOX_PORT, help="the pretend networks' port")


def run(options: argparse.Namespace) -> int:
    """Start everything, say where it is, and keep it going until told to stop."""
    place = settle(options.home, options.var)
    read_program(files.sources(place.home), place.settings)
    rehearsal = place.settings.mode is Mode.REHEARSAL
    missing = place.settings.missing_secrets(os.environ)
    if missing:
        raise SettingsError(list(missing))
    with only_one(place.var):
        for port in (options.port, options.sandbox_port) if rehearsal else (options.port,):
            refuse_taken(port)
        environment = environment_for(place, options.sandbox_port)
        migrate(place, environment)
        supervisor = Supervisor(children(place, web_port=options.port), environment=environment, told=_tell)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: supervisor.end())
        try:
            supervisor.start()
            ports = [options.port, options.sandbox_port] if rehearsal else [options.port]
            supervisor.watch(until=lambda: all(answers(port) for port in ports))
            if not supervisor.is_ending:
                if rehearsal:
                    public = place.settings.rehearsal.public
                    world = World(options.sandbox_port, place.sandbox_token)
                    world.set_public(per_minute=public.per_minute, stop_at=public.stop_at)
                _welcome(place, options)
            supervisor.watch()
        finally:
            supervisor.close()
    return 0


def children(place: Place, *, web_port: int | None) -> list[Child]:
    """The processes of one install; without a web port, no pages."""
    words = ["--home", str(place.home), "--var", str(place.var)]
    made = [Child("The worker", ["worker", "--listen", *words])]
    if web_port is not None:
        made.append(Child("The web server", ["web", "--port", str(web_port), *words]))
    if place.settings.mode is Mode.REHEARSAL:
        made.insert(0, Child("The pretend networks", ["sandbox", *words]))
    return made


def environment_for(place: Place, sandbox_port: int) -> dict[str, str]:
    """What the children find in their environment; in a rehearsal no secret of a real account reaches them."""
    environment = {**os.environ, "AMPLIFIER_SANDBOX_PORT": str(sandbox_port)}
    environment.pop("PORT", None)
    if place.settings.mode is Mode.REHEARSAL:
        for account in place.settings.accounts:
            for variable in account.secrets.values():
                environment.pop(variable, None)
    return environment


def migrate(place: Place, environment: dict[str, str]) -> None:
    """Make the database ready before any child opens it. Raises UsageError with what went wrong."""
    words = [sys.executable, "-m", "amplifier", "migrate", "--home", str(place.home), "--var", str(place.var)]
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UsageError(done.stderr.strip().removeprefix("amplifier: "))


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the lock of this data folder. Raises UsageError if another `up` holds it."""
    with (var / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            pid = lock.read().strip() or "unknown"
            raise UsageError(
                f"Amplifier is already running here (process {pid}, data in {var}).\n"
                "Use that one, end it with Ctrl-C, or give this one a folder of its own: --var FOLDER"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_taken(port: int) -> None:
    """Raises UsageError if something on this machine listens on this port already."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            option = "--sandbox-port" if port == SANDBOX_PORT else "--port"
            raise UsageError(
                f"Port {port} is taken by another program. Choose another: amplifier up {option} {port + 1}"
            ) from None


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


def _welcome(place: Place, options: argparse.Namespace) -> None:
    here = f"http://127.0.0.1:{options.port}"
    campaign = place.settings.campaign
    out = console()
    out.print()
    if place.settings.mode is Mode.REHEARSAL:
        minutes = place.settings.rehearsal.seconds / 60
        out.print(
            f"[bold]REHEARSAL[/] of {campaign.name}: its whole campaign in {minutes:.0f} minutes.\n"
            "Nothing leaves this computer.\n"
        )
        out.print(f"  Watch the wall   [bold]http://127.0.0.1:{options.sandbox_port}/wall[/]")
    else:
        out.print(f"[bold]LIVE[/]: {campaign.name}. What is due goes out to the world.\n")
    out.print(f"  I schedule       [bold]{here}/[/]")
    out.print(f"  I share          [bold]{here}/k/{campaign.id}[/]")
    out.print(f"  I answer         [bold]{here}/mentions[/]")
    var = "" if options.var is None else f" --var {options.var}"
    home = "" if options.home == Path() else f" --home {options.home}"
    program = "amplifier" if Path(sys.argv[0]).name == "amplifier" else "python -m amplifier"
    program = os.environ.get("AMPLIFIER_COMMAND", program)
    out.print("\nNext, in a second terminal:\n")
    out.print(
        f"  {program} send 'Hello from the hall' --to {place.settings.accounts[0].name}{home}{var}", soft_wrap=True
    )
    out.print("\nCtrl-C ends everything.")


def _tell(sentence: str) -> None:
    console().print(f"{time.strftime('%H:%M:%S')}  {sentence}")
