"""What a post in doubt costs its account in requests, with 100 own posts in the two hours that are looked through.

Run: .venv/bin/python bench/look.py. Against the sandbox: the real adapters, as many looks as each network needs, on a
clock that is set. Mastodon allows 300 requests in five minutes for everything; X charges for what is read.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).parents[1]


def main() -> int:
    """Print a line a network; 1 where a post in doubt costs more than five requests."""
    sys.path.insert(0, str(HOME))
    from amplifier.platforms.registry import ADAPTERS
    from tests.journeys.looks import Street
    from tests.journeys.test_looks import MOST

    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        street = Street(Path(folder))
        print("requests for each post in doubt, 100 own posts in the window")
        print(f"{'network':<10} {'1 there':>9} {'5 there':>9} {'1 not':>9} {'5 not':>9}")
        for network in ADAPTERS:
            told = [street.cost(network, doubts=many, there=there).each for there in (True, False) for many in (1, 5)]
            worst = max(worst, *told)
            print(f"{network:<10} " + " ".join(f"{one:>9.1f}" for one in told))
        street.close()
    return int(worst > MOST)


if __name__ == "__main__":
    raise SystemExit(main())
