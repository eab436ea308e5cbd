"""Plants one bug after the other and sends the harness after it: a harness that cannot fail proves nothing.

Run: .venv/bin/python bench/faults/selftest.py [--only BUG …] [--at-once N] (or make faults-selftest). Exits with 1 if a
bug survives, or if the harness cries although nothing is planted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from ground import MEMORY, set_up

NOTHING = "nothing at all"


def main() -> int:
    """Hunt, and say what caught what."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress
    from rich.table import Table

    parser = argparse.ArgumentParser(description="Does the harness find bugs that are planted?")
    parser.add_argument("--only", nargs="*", help="these bugs alone")
    parser.add_argument("--at-once", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        template = set_up(Path(folder))
        from tests.journeys.hunts import HUNTS, name_of

        hunts = {bug: hunt for bug, hunt in HUNTS.items() if options.only is None or bug in options.only}
        clean = {name_of(hunt): hunt for hunt in hunts.values()}
        wanted = [(NOTHING, hunt) for hunt in clean.values()] + list(hunts.items())
        if options.only == [NOTHING]:  # a bug that no hunt can find: how this program looks when one survives
            wanted = [("a bug that is none", next(iter(HUNTS.values())))]
        table = Table("bug", "what caught it", "s", "what it said", title="Planted bugs")
        bad = 0
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("hunting", total=len(wanted))
            for bug, hunt, found, misfit, seconds in _hunt_all(wanted, Path(folder), template, options.at_once):
                progress.advance(bar)
                caught = bool(found) and not misfit
                bad += bool(misfit) or caught == (bug == NOTHING)
                if bug == NOTHING and not (caught or misfit):
                    continue
                by = name_of(hunt) if caught else "[bold red]nothing: it survives[/]"
                table.add_row(bug, by, f"{seconds:.1f}", escape((misfit or (found or ["-"])[0])[:90]))
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    seconds = time.monotonic() - began
    print(f"{len(wanted)} hunts in {seconds:.0f} s, {len(clean)} of them without a bug; {bad} went wrong.")
    return 1 if bad else 0


def _hunt_all(wanted, folder, template, at_once):
    """Each hunt in a process of its own; yields them as they end."""
    left, running = list(enumerate(wanted)), {}
    while left or running:
        while left and len(running) < at_once:
            number, (bug, hunt) = left.pop(0)
            place = folder / str(number)
            place.mkdir()
            pid = os.fork()
            if pid == 0:
                os._exit(_hunt(bug, hunt, place, template))
            running[pid] = (bug, hunt, place, time.monotonic())
        pid, _ = os.wait()
        bug, hunt, place, began = running.pop(pid)
        said = place / "found.json"
        found = json.loads(said.read_text()) if said.exists() else None
        misfit = _misfit(place) if found is not None else "It broke off."
        if misfit:
            sys.stderr.write((place / "words").read_text(errors="replace")[-3000:])
        shutil.rmtree(place)
        yield bug, hunt, found, misfit, time.monotonic() - began


def _misfit(place) -> str:
    """What broke in the bug itself: it does not fit the product any more, and what seems to be caught is only that."""
    logs = [log.read_text(errors="replace") for log in (place / "words", *place.glob("*/workers.log")) if log.exists()]
    found = re.search(r"^(TypeError|AttributeError|NameError|LookupError): .*", "\n".join(logs), re.MULTILINE)
    return found[0] if found else ""


def _hunt(bug, hunt, place, template) -> int:
    words = os.open(place / "words", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(words, 1)
    os.dup2(words, 2)
    from tests.journeys.hunts import Ground
    from tests.journeys.planted import BUGS, plant

    try:
        planted = bug if bug in BUGS else ""
        if planted:
            plant(planted)
        found = hunt(Ground(place, template=template, bug=planted))
    except Exception:  # noqa: BLE001  told to whoever reads what this process said
        traceback.print_exc()
        sys.stderr.flush()
        return 1
    (place / "found.json").write_text(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
