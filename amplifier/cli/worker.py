"""`amplifier worker`: planning and delivery; with --listen also listening, in the same process."""

from __future__ import annotations

import argparse
import logging
import sys

from amplifier.cli.lifeline import end_when_told, hold_on
from amplifier.engine.embedded import EmbeddedEngine
from amplifier.place import settle
from amplifier.wiring import listener_jobs, open_house, worker_jobs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--listen", action="store_true", help="listen for mentions in the same process")


def run(options: argparse.Namespace) -> int:
    """Work until told to stop."""
    hold_on()
    log_to_stderr()
    house = open_house(settle(options.home, options.var))
    jobs, worker = worker_jobs(house)
    if options.listen:
        jobs += listener_jobs(house)
    engine = EmbeddedEngine(jobs)
    until_told = end_when_told()
    engine.start()
    until_told()
    engine.stop()
    worker.stop()
    return 0


def log_to_stderr() -> None:
    """One line an event; warnings of others only. The SDKs' own loggers would print secrets at DEBUG."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
