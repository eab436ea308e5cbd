"""What an engine is given: named jobs, each called every so often. It knows nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """Call `call` every `every` seconds, never twice at once. A call that fails is logged; the next one comes."""

    name: str
    every: float
    call: Callable[[], object]
