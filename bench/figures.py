"""Figures of `make bench`: each one declared beside its aim, and written whole into var/bench once it is measured."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

# In this order they run and stand in docs/reliability.md; each module declares its own as FIGURES.
BENCHES = ("thousand", "scale", "idle", "crowd", "look", "check")
# Of this repository, wherever a bench is started; a trial of the benches themselves says where else (`BENCH_FIGURES`).
FOLDER = Path(os.environ.get("BENCH_FIGURES") or Path(__file__).parents[1] / "var" / "bench")


@dataclass(frozen=True)
class Figure:
    """What one run measured. `holds` goes by the ratio where there is a yardstick (`against`), else by the value."""

    name: str
    value: float | None  # none: no answer came, and so nothing was measured
    unit: str
    ratio: float | None
    against: str | None
    aim: float
    holds: bool
    date: str
    detail: str = ""


@dataclass(frozen=True)
class Aim:
    """A figure before it is measured: what is measured, the most it may be, and beside which yardstick if any."""

    key: str
    name: str
    unit: str
    at_most: float
    against: str | None = None

    def came_to(self, value: float | None, *, ratio: float | None = None, detail: str = "") -> Figure:
        """The figure as it was measured today."""
        if (ratio is None) is not (self.against is None) and value is not None:
            raise ValueError(f"{self.key}: a ratio and its yardstick belong together.")
        judged = value if self.against is None else ratio
        holds = judged is not None and judged <= self.at_most
        today = datetime.now(UTC).date().isoformat()
        return Figure(self.name, value, self.unit, ratio, self.against, self.at_most, holds, today, detail)


def write(figures: Iterable[tuple[Aim, Figure]], folder: Path = FOLDER) -> int:
    """Write each into a file of its own, whole or not at all; the exit code of a bench: 1 if one does not hold."""
    folder.mkdir(parents=True, exist_ok=True)
    missed = 0
    for aim, figure in figures:
        unfinished = folder / f"{aim.key}.json.part"
        unfinished.write_text(json.dumps(asdict(figure), indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        unfinished.replace(folder / f"{aim.key}.json")
        if not figure.holds:
            missed = 1
            print(f"  does not hold: {aim.key}, {figure.name}")
    return missed


def read(key: str, folder: Path = FOLDER) -> Figure | None:
    """The figure that was measured last, if it was."""
    path = folder / f"{key}.json"
    return Figure(**json.loads(path.read_text())) if path.exists() else None
