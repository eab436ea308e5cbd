"""Listening against answers changed by chance: 100,000 inputs, and no good mention missed.

Run: .venv/bin/python bench/fuzz.py [--inputs N] [--seed N] [--lanes N] [--recorded FOLDER] (or make fuzz). Each network
gets a third of the inputs. The shapes are our own; with the recorded answers of Bluesky's servers at hand (--recorded,
else AMPLIFIER_REFERENCE_DATA, else ../shared/data) a part of its inputs are changed copies of those. Exits with 1, and
says what the page looked like, if a source stopped or a mention was missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
HOME = HERE.parent
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # nothing in it need survive a power cut
NETWORKS = ("x", "bluesky", "mastodon")


def lane(name: str, inputs: int, seed: int, recorded: str) -> tuple[str, int, str, dict[str, int]]:
    """A share of one network's inputs in a process and a ledger of its own: its name, how many, what went wrong."""
    sys.path[:0] = [str(HERE / "faults"), str(HOME)]
    from ground import set_up

    with tempfile.TemporaryDirectory(prefix="amplifier-fuzz-", dir=MEMORY) as folder:
        set_up(Path(folder))
        import logging

        from tests.listen.fuzzing import Fuzz, run
        from tests.platforms import heard
        from tests.store import filled

        logging.disable(logging.CRITICAL)
        filled.open_ledger()
        kind = next(one for one in heard.NETWORKS if one.name == name)
        fuzz = Fuzz(kind, seed, recorded=Path(recorded) if recorded else None)
        try:
            run(fuzz, inputs)
        except AssertionError as error:
            return name, fuzz.inputs, str(error), dict(fuzz.counts)
        finally:
            fuzz.close()
        return name, fuzz.inputs, "", dict(fuzz.counts)


def _lane(work: tuple[str, int, int, str]) -> tuple[str, int, str, dict[str, int]]:
    return lane(*work)


def main() -> int:
    """Spread the inputs over processes, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--lanes", type=int, default=2, help="processes at a time")
    reference = os.environ.get("AMPLIFIER_REFERENCE_DATA") or HOME.parent / "shared" / "data"
    parser.add_argument("--recorded", default=str(reference), help="where recorded answers are")
    options = parser.parse_args()
    begun = time.monotonic()
    answers = Path(options.recorded) / "bluesky" / "listNotifications.json"
    print(f"{'With' if answers.exists() else 'Without'} the recorded answers of Bluesky's server ({answers}).")
    recorded = str(answers) if answers.exists() else ""
    shares = 4 * len(NETWORKS)
    work = [
        (name, -(-options.inputs // shares), options.seed * 1000 + part, recorded)
        for part in range(4)
        for name in NETWORKS
    ]
    totals = dict.fromkeys(NETWORKS, 0)
    wrong = []
    with multiprocessing.get_context("spawn").Pool(options.lanes, maxtasksperchild=1) as pool:
        for name, inputs, problem, counts in pool.imap_unordered(_lane, work):
            totals[name] += inputs
            if problem:
                wrong.append(f"{name}: {problem}")
            print(f"{name}: {inputs} inputs {'FAILED' if problem else 'well'} {counts}", flush=True)
    print(f"{sum(totals.values())} inputs in {time.monotonic() - begun:.0f} s: {totals}")
    print("\n".join(wrong) or "No source stopped, and no good mention was missed.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
