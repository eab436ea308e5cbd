"""`amplifier listener`: listening alone, in a process of its own."""

from __future__ import annotations

import argparse

from amplifier.cli.lifeline import end_when_told, hold_on
from amplifier.cli.nearby import must_be_near, warn_alone
from amplifier.cli.worker import log_to_stderr, say_good_bye
from amplifier.engine.embedded import EmbeddedEngine
from amplifier.place import settle
from amplifier.store.transaction import stay_with_this_file
from amplifier.wiring import listener_jobs, open_house


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Listen until told to stop."""
    alone = not hold_on()
    log_to_stderr()
    place = settle(options.home, options.var)
    warn_alone(must_be_near(place), alone=alone)
    house = open_house(place)
    stay_with_this_file()
    engine = EmbeddedEngine(listener_jobs(house))
    until_told = end_when_told()
    engine.start()
    until_told()
    engine.stop()
    say_good_bye("listener")
    return 0
