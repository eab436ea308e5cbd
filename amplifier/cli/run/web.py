"""`amplifier web`: the pages. On this computer everything; from elsewhere only the kit, the imprint and health."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
from pathlib import Path

from amplifier.cli.console_link import PAGES, line
from amplifier.cli.run.at_work import at_work
from amplifier.cli.run.console_token import Opened, keep, token_of_this_run
from amplifier.cli.run.nearby import must_be_near, warn_alone
from amplifier.cli.run.parent_pipe import hold_on, insist
from amplifier.cli.run.ports import HERE, WEB_PORT, at_address, cannot_serve, refusal, serving_on
from amplifier.cli.run.typed_host import address_from
from amplifier.cli.run.worker import log_to_stderr
from amplifier.cli.show.output import console
from amplifier.errors import UsageError
from amplifier.install import Install, open_install, port_number
from amplifier.settings import Mode
from amplifier.store.database.transaction import be_brief, stay_with_this_file
from amplifier.taken_port import PortTaken
from amplifier.web.admission import Admission, base_of, has_console
from amplifier.web.asgi import application
from amplifier.web.open_files import connections, raise_limit, too_few
from amplifier.web.public import PublicPages
from amplifier.web.secret_links.stop_links import stop_links
from amplifier.web.server import serve
from amplifier.web.whereabouts import announce

log = logging.getLogger("amplifier.web")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--port", type=port_number, help="the port (default: PORT in the environment, or 8000)")
    parser.add_argument(
        "--host", help="the address to listen on (default: 127.0.0.1; 0.0.0.0 where PORT is in the environment)"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    alone = not hold_on()
    log_to_stderr()
    install = open_install(options.home, options.var)
    warn_alone(must_be_near(install), alone=alone)
    os.environ["AMPLIFIER_HOME"] = str(install.home)
    given = os.environ.get("PORT", "")
    port = options.port or port_number(given or str(WEB_PORT))
    usual = "0.0.0.0" if given and not options.port else "127.0.0.1"  # noqa: S104  only public pages
    host = usual if options.host is None else address_from(options.host)
    networks = {install.sandbox_port} if install.settings.mode is Mode.REHEARSAL else set()
    if alone and host in HERE and port in networks:
        raise UsageError(
            refusal(f"{at_address('web', host)} --port", port, "is for the pretend networks", networks, host)
        )
    files = raise_limit()
    if short := too_few(files):
        log.warning(short)
    be_brief()

    def begin() -> None:
        stop_links().start()
        stay_with_this_file()
        announce(host, port)

    pages = PublicPages(install.settings, when_ready=begin)
    pages.start()
    opened = Opened(host, port, token_of_this_run() if has_console(host) else "")
    try:
        with serving_on(host, port, alone=alone), _open_console(install.var, opened):
            site = application(pages, Admission(host, port, opened.token))
            serving = (lambda: _tell(install, opened)) if alone else (lambda: None)
            try:
                serve(site, host=host, port=port, connections=connections(files), serving=serving)
            finally:  # whoever was refused before is told by the exit code, however long that takes
                insist()  # a request that hangs must not keep us
    except PortTaken as error:
        raise cannot_serve("web", host, port, error, alone=alone, mine=networks) from None
    finally:
        pages.stop()
        stop_links().stop()
    return 0


def _tell(install: Install, opened: Opened) -> None:
    """Say that it is at work, and where the console is: on a terminal with its secret, never in a log."""
    console().print(
        at_work("The web server", install, where=base_of(opened.host, opened.port)), markup=False, soft_wrap=True
    )
    if not opened.token:
        return
    shown = opened if sys.stdout.isatty() else opened.without_token()
    for words, path in PAGES.values():
        console().print(line(words, shown.address(path)), soft_wrap=True)
    print("Only a secret of this run opens them. To show it: amplifier console-link", flush=True)


def _open_console(var: Path, opened: Opened) -> contextlib.AbstractContextManager[object]:
    """Let `console-link` find the console, where there is one."""
    try:
        return keep(var, opened) if opened.token else contextlib.nullcontext()
    except OSError as error:
        log.warning("console-link cannot find this console: %s", error.strerror or error)
        return contextlib.nullcontext()
