"""Every bench, one after the other: a file in var/bench for each figure, and 1 if one does not hold or breaks off.

Run: .venv/bin/python bench/run.py [name ...] (or make bench). A bench that fails does not keep the next from running.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from figures import BENCHES

HERE = Path(__file__).parent


def run(names: tuple[str, ...], here: Path = HERE) -> list[str]:
    """Run them all; those of which a figure does not hold, or which broke off."""
    return [
        name for name in names if subprocess.run([sys.executable, str(here / f"{name}.py")], check=False).returncode
    ]


def main() -> int:
    """Run those that are named, else all, and say which to look at."""
    failed = run(tuple(sys.argv[1:]) or BENCHES)
    print("bench/table.py carries what var/bench holds into docs/reliability.md.")
    if failed:
        print(f"A figure does not hold, or the bench broke off: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
