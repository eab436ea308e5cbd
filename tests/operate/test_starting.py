from __future__ import annotations

import fcntl
from pathlib import Path

from amplifier.install import LOCK, open_install
from amplifier.operate.starting import how_to_start

REPOSITORY = Path(__file__).parents[2]


def test_what_starts_a_part_fits_how_the_others_were_started(tmp_path: Path) -> None:
    install = open_install(REPOSITORY, tmp_path)
    none, some = {"worker": False, "listener": False}, {"worker": True, "listener": False}
    assert how_to_start(install, none, "listener").startswith("amplifier up    starts everything; ")
    assert how_to_start(install, some, "listener") == "amplifier listener    starts it, as the others run one by one"
    install.var.mkdir(parents=True, exist_ok=True)
    with (install.var / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert how_to_start(install, some, "listener").startswith("amplifier up runs here and starts it again; ")
