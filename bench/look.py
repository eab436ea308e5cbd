"""What a post in doubt costs its account in requests, with 100 own posts in the two hours that are looked through.

Run: .venv/bin/python bench/look.py. Against the sandbox: the real adapters, as many looks as each network needs, on a
clock that is set. Mastodon allows 300 requests in five minutes for everything; X charges for what is read.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from figures import Aim, write

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.journeys.looks import MOST, Street

FIGURES = tuple(
    Aim(
        f"look-{network}",
        f"requests that a post in doubt costs its account on {name}, all looks together, with 100 own posts in the "
        "time that is looked through",
        "requests",
        MOST,
    )
    for network, name in (("mastodon", "Mastodon"), ("x", "X"), ("bluesky", "Bluesky"))
)


def main() -> int:
    """Print a line a network; 1 where a post in doubt costs more than it may."""
    from amplifier.platforms.registry import ADAPTERS

    costs: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        street = Street(Path(folder))
        print("requests for each post in doubt, 100 own posts in the window")
        print(f"{'network':<10} {'1 there':>9} {'5 there':>9} {'1 not':>9} {'5 not':>9}")
        for network in ADAPTERS:
            told = [street.cost(network, doubts=many, there=there).each for there in (True, False) for many in (1, 5)]
            costs[f"look-{network}"] = told
            print(f"{network:<10} " + " ".join(f"{one:>9.1f}" for one in told))
        street.close()
    return write(
        (aim, aim.came_to(max(costs[aim.key]), detail=f"the least {min(costs[aim.key]):.1f}")) for aim in FIGURES
    )


if __name__ == "__main__":
    raise SystemExit(main())
