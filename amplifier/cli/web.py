"""`amplifier web`: the pages. On this computer everything; from elsewhere only the kit, the imprint and health."""

from __future__ import annotations

import argparse
import os

from amplifier.cli.lifeline import hold_on, insist
from amplifier.cli.worker import log_to_stderr
from amplifier.errors import UsageError
from amplifier.place import port_number, settle
from amplifier.store.transaction import stay_with_this_file
from amplifier.web.asgi import application
from amplifier.web.public import PublicPages
from amplifier.web.server import serve
from amplifier.web.whereabouts import announce


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--port", type=port_number, help="the port (default: PORT in the environment, or 8000)")
    parser.add_argument(
        "--host", help="the address to listen on (default: 127.0.0.1; 0.0.0.0 where PORT is in the environment)"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    hold_on()
    log_to_stderr()
    place = settle(options.home, options.var)
    os.environ["AMPLIFIER_HOME"] = str(place.home)
    given = os.environ.get("PORT", "")
    port = options.port or port_number(given or "8000")
    host = options.host or ("0.0.0.0" if given and not options.port else "127.0.0.1")  # noqa: S104  only public pages
    pages = PublicPages(place.settings)
    pages.start()
    stay_with_this_file()
    announce(host, port)
    try:
        serve(application(pages, bound=host), host=host, port=port)
    except OSError as error:
        raise UsageError(f"The pages cannot use port {port}: {error}. Choose another with --port.") from None
    finally:
        insist()  # a request that hangs must not keep us
        pages.stop()
    return 0
