"""Ten thousand posts over ninety days on a clock that is set, under weather and kills, and how it ended.

Run: .venv/bin/python bench/faults/ninety_days.py [--posts N] [--days N] [--seed N] [--keep FOLDER].
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

HOME = Path(__file__).parents[2]


def main() -> int:
    """Play one run in a folder of its own and print what came of it; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description="Ninety days of delivery on a clock that is set.")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--keep", type=Path, help="copy the ledger here in the end, to read how it came")
    options = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # nothing in it need survive a power cut
    tempfile.tempdir = memory
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "AMPLIFIER_VAR": folder,
            "AMPLIFIER_KEY": "a key for this run alone, long enough",
            "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
        }
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, skip_checks=True)
        sys.path.insert(0, str(HOME))
        from tests.journeys.ninety_days import play

        outcome = play(
            posts=options.posts,
            days=options.days,
            seed=options.seed,
            told=lambda line: print(line, file=sys.stderr, flush=True),
        )
        if options.keep:
            shutil.copytree(folder, options.keep)
    print(json.dumps(asdict(outcome), indent=2))
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
