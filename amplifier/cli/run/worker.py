"""`amplifier worker`: planning and delivery; with --listen also listening, in the same process."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import time
from dataclasses import asdict

from amplifier.cli.run.at_work import at_work, stops_in_words
from amplifier.cli.run.migrate import make_tables
from amplifier.cli.run.nearby import must_be_near, warn_alone
from amplifier.cli.run.parent_pipe import end_when_told, hold_on, say_ready
from amplifier.cli.show.output import console, print_stop
from amplifier.compose.accountable import unaccountable
from amplifier.deliver.stop_flags import stop_flags
from amplifier.engine.embedded import EmbeddedEngine
from amplifier.errors import DatabaseTrouble, SettingsError
from amplifier.install import be_present, open_install
from amplifier.store import delivery_views, heartbeats
from amplifier.store.database.health import must_be_sound
from amplifier.store.database.ready import Readiness, must_not_be_other
from amplifier.store.database.transaction import database_file, stay_with_this_file
from amplifier.text.visible import revealed
from amplifier.wiring.service import listener_jobs, open_app, worker_jobs

QUIET_S = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--listen", action="store_true", help="listen for mentions in the same process")


def run(options: argparse.Namespace) -> int:
    """Work until told to stop."""
    alone = not hold_on()
    log_to_stderr()
    install = open_install(options.home, options.var)
    warn_alone(must_be_near(install), alone=alone)
    must_be_sound(database_file())
    is_new = must_not_be_other() is Readiness.EMPTY
    unready = unaccountable(install.settings)
    if unready and (is_new or not delivery_views.has_published()):
        raise SettingsError(list(unready))
    if is_new:
        make_tables()
    app = open_app(install)
    stay_with_this_file()
    present = be_present(install.var, "worker")
    jobs, worker = worker_jobs(app)
    if options.listen:
        jobs += listener_jobs(app)
    engine = EmbeddedEngine(jobs)
    until_told = end_when_told()
    engine.start()
    stopped = stops_in_words(stop_flags(install))
    say_ready("worker", [asdict(one) for one in stopped])
    if alone:
        console().print(at_work("The worker", install), markup=False, soft_wrap=True)
        for one in stopped:
            print_stop(console(), one.what, one.why, f"amplifier {one.ends_by}")
    until_told()
    engine.stop()
    worker.stop()
    del present
    say_good_bye("worker", *(["listener"] if options.listen else []))
    return 0


def say_good_bye(*names: str) -> None:
    """Withdraw these heartbeats at an orderly end, so that nobody believes for a while that we are still there."""
    with contextlib.suppress(DatabaseTrouble):
        heartbeats.withdraw(*names)


class OnceAMinute(logging.Filter):
    """The same error is told once a minute: on a full disk every job fails, again and again.

    What the database says is told in its own words; where in our code it was noticed helps nobody.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to tell it now."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        words, now = f"{type(error).__name__}: {error}", time.monotonic()
        if now - self._told.get(words, -QUIET_S) < QUIET_S:
            return False
        self._told[words] = now
        if isinstance(error, DatabaseTrouble):
            record.msg, record.args, record.exc_info = " ".join(str(error).split()), (), None
        elif type(error).__name__ == "OperationalError":
            record.msg, record.args, record.exc_info = f"{record.getMessage()}: {error}", (), None
        return True


class Inert(logging.Formatter):
    """What is told may hold the words of servers and strangers, and is read in a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """As it was, with every control character visible."""
        return revealed(super().format(record))


def log_to_stderr() -> None:
    """One line an event; warnings of others only. The SDKs' own loggers would print secrets at DEBUG."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(OnceAMinute())
    handler.setFormatter(Inert("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # a page that there is not is no trouble of ours
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # broken answers are told by the adapters, without a trace
