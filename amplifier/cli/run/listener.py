"""`amplifier listener`: listening alone, in a process of its own."""

from __future__ import annotations

import argparse

from amplifier.cli.run.at_work import at_work
from amplifier.cli.run.nearby import must_be_near, warn_alone
from amplifier.cli.run.parent_pipe import end_when_told, hold_on
from amplifier.cli.run.worker import log_to_stderr, say_good_bye
from amplifier.cli.show.output import console
from amplifier.engine.embedded import EmbeddedEngine
from amplifier.install import be_present, open_install
from amplifier.store.database.ready import Readiness, must_not_be_other, wait_until_ready
from amplifier.store.database.transaction import stay_with_this_file
from amplifier.wiring.service import listener_jobs, open_app

WAITING = "The listener waits: the database has no tables yet. The worker makes them: amplifier worker"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Listen until told to stop."""
    alone = not hold_on()
    log_to_stderr()
    install = open_install(options.home, options.var)
    warn_alone(must_be_near(install), alone=alone)
    if must_not_be_other() is Readiness.EMPTY:
        print(WAITING, flush=True)
        wait_until_ready()
    app = open_app(install, tells=False)
    stay_with_this_file()
    present = be_present(install.var, "listener")
    engine = EmbeddedEngine(listener_jobs(app))
    until_told = end_when_told()
    engine.start()
    if alone:
        console().print(at_work("The listener", install), markup=False, soft_wrap=True)
    until_told()
    engine.stop()
    del present
    say_good_bye("listener")
    return 0
