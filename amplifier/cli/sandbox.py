"""`amplifier sandbox`: the pretend networks alone."""

from __future__ import annotations

import argparse
import contextlib

from amplifier.cli.lifeline import end_when_told, hold_on
from amplifier.cli.ports import WEB_PORT, cannot_serve, serving_on
from amplifier.errors import UsageError
from amplifier.place import SANDBOX_PORT, port_number, settle
from amplifier.sandbox.server import Sandbox
from amplifier.sandbox.tables import WorldError
from amplifier.settings import Mode
from amplifier.taken_port import PortTaken

HOST = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--port", type=port_number, help=f"the port on 127.0.0.1 (default: {SANDBOX_PORT})")


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    alone = not hold_on()
    place = settle(options.home, options.var, keyless=True)
    if place.settings.mode is Mode.LIVE:
        raise UsageError(
            "settings.yaml says mode: live, and live nobody asks the pretend networks.\n"
            "To rehearse this campaign beside it, in a folder of its own: amplifier rehearse"
        )
    port = options.port or place.sandbox_port
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(serving_on(HOST, port, alone=alone))
            sandbox = Sandbox(place.var / "world.sqlite3", port=port, token=place.sandbox_token)
        except WorldError as error:
            raise UsageError(str(error)) from None
        except PortTaken as error:
            stack.close()
            raise cannot_serve("sandbox", HOST, port, error, alone=alone, mine={WEB_PORT}) from None
        until_told = end_when_told()
        sandbox.start()
        if alone:
            where = f"AMPLIFIER_SANDBOX_PORT={sandbox.port}"
            elsewhere = f"\nStart the worker and the pages with {where}: they ask {place.sandbox_port} else."
            more = elsewhere if sandbox.port != place.sandbox_port else ""
            print(f"The pretend networks are at http://localhost:{sandbox.port}/wall{more}", flush=True)
        until_told()
        sandbox.stop()
    return 0
