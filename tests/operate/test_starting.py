from __future__ import annotations

import fcntl
from pathlib import Path

from amplifier.operate.starting import how_to_start
from amplifier.place import LOCK, settle

REPOSITORY = Path(__file__).parents[2]


def test_what_starts_a_part_fits_how_the_others_were_started(tmp_path: Path) -> None:
    place = settle(REPOSITORY, tmp_path)
    none, some = {"worker": False, "listener": False}, {"worker": True, "listener": False}
    assert how_to_start(place, none, "listener").startswith("amplifier up    starts everything; ")
    assert how_to_start(place, some, "listener") == "amplifier listener    starts it, as the others run one by one"
    place.var.mkdir(parents=True, exist_ok=True)
    with (place.var / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert how_to_start(place, some, "listener").startswith("amplifier up runs here and starts it again; ")
