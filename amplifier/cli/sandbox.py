"""`amplifier sandbox`: the pretend networks alone."""

from __future__ import annotations

import argparse
import threading

from amplifier.cli.lifeline import hold_on, when_told_to_stop
from amplifier.errors import UsageError
from amplifier.place import settle
from amplifier.sandbox.server import Sandbox


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--port", type=int, help="the port on 127.0.0.1 (default: 8900)")


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    alone = not hold_on()
    place = settle(options.home, options.var)
    port = options.port or place.sandbox_port
    try:
        sandbox = Sandbox(place.var / "world.sqlite3", port=port, token=place.sandbox_token)
    except OSError as error:
        raise UsageError(
            f"The pretend networks cannot use port {port}: {error.strerror}. Choose another with --port."
        ) from None
    told = threading.Event()
    when_told_to_stop(told.set)
    sandbox.start()
    if alone:
        print(f"The pretend networks are at http://127.0.0.1:{sandbox.port}/wall", flush=True)
    told.wait()
    sandbox.stop()
    return 0
