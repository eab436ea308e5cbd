"""`amplifier sandbox`: the pretend networks alone."""

from __future__ import annotations

import argparse
import contextlib

from amplifier.cli.run.parent_pipe import end_when_told, hold_on
from amplifier.cli.run.ports import WEB_PORT, cannot_serve, serving_on
from amplifier.errors import UsageError
from amplifier.install import PORT_FILE, SANDBOX_PORT, Install, open_install, port_number, who_is_present
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
    install = open_install(options.home, options.var, keyless=True)
    if install.settings.mode is Mode.LIVE:
        raise UsageError(
            "settings.yaml says mode: live, and live nobody asks the pretend networks.\n"
            "To rehearse this campaign beside it, in a folder of its own: amplifier rehearse"
        )
    port = options.port or install.sandbox_port
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(serving_on(HOST, port, alone=alone))
            sandbox = Sandbox(install.var / "world.sqlite3", port=port, token=install.sandbox_token)
        except WorldError as error:
            raise UsageError(str(error)) from None
        except PortTaken as error:
            stack.close()
            raise cannot_serve("sandbox", HOST, port, error, alone=alone, mine={WEB_PORT}) from None
        until_told = end_when_told()
        sandbox.start()
        if alone:
            more = _write_down(install, sandbox.port)
            print(f"The pretend networks are at http://localhost:{sandbox.port}/wall{more}", flush=True)
        until_told()
        sandbox.stop()
    return 0


def _write_down(install: Install, port: int) -> str:
    """Where they are, for the parts and commands of this install; what is to be said where these would miss them."""
    before = install.sandbox_port
    with contextlib.suppress(OSError):
        (install.var / PORT_FILE).write_text(f"{port}\n", encoding="utf-8")
    if (asked := install.sandbox_port) != port:
        where = f"AMPLIFIER_SANDBOX_PORT={port}"
        return f"\nStart the worker, the listener and the pages with {where}: they ask {asked} else."
    if before != port and who_is_present(install.var):
        return f"\nStart the worker, the listener and the pages again: they ask {before} since they were started."
    return ""
