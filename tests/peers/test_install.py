from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from tests.peers.install import MOST_S, install, run
from tests.peers.servers import PeerError
from tests.waiting import HANG_S, until


def nothing(_sentence: str) -> None:
    """Nobody listens."""


def made(folder: Path) -> None:
    (folder / "package").write_text("whole")


def test_what_is_installed_is_whole_and_installed_once(tmp_path: Path) -> None:
    home = tmp_path / "cache" / "peer"
    assert install(home, build=made, say=nothing)
    assert (home / "package").read_text() == "whole"
    assert not install(home, build=made, say=nothing)


def test_what_fails_leaves_nothing_behind_and_may_be_tried_again(tmp_path: Path) -> None:
    home = tmp_path / "peer"

    def broken(folder: Path) -> None:
        made(folder)
        raise PeerError("no compiler")

    with pytest.raises(PeerError, match="no compiler"):
        install(home, build=broken, say=nothing)
    assert [path.name for path in tmp_path.iterdir()] == ["peer.lock"]
    assert install(home, build=made, say=nothing)


def test_who_comes_second_waits_and_finds_it_there(tmp_path: Path) -> None:
    home, go, said = tmp_path / "peer", threading.Event(), list[str]()
    begun = threading.Event()

    def slow(folder: Path) -> None:
        begun.set()
        assert go.wait(HANG_S)
        made(folder)

    found: list[bool] = []
    first = threading.Thread(target=lambda: found.append(install(home, build=slow, say=nothing)))
    first.start()
    assert begun.wait(HANG_S)
    second = threading.Thread(target=lambda: found.append(install(home, build=made, say=said.append)))
    second.start()
    until(lambda: said, "the second does not wait")
    go.set()
    for one in (first, second):
        one.join(HANG_S)
    assert sorted(found) == [False, True]
    assert said == ["Somebody else is installing it; waiting for them."]


def test_what_takes_too_long_ends_with_all_that_it_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    program = (
        "import os, subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(child)!r} + '.part', 'w').write(str(p.pid)); os.rename({str(child)!r} + '.part', {str(child)!r})\n"
        "print('compiling', flush=True); time.sleep(600)\n"
    )
    caught: list[str] = []

    def half_an_hour_later() -> float:
        return MOST_S + 1 if child.exists() else 0.0

    def work() -> None:
        try:
            run([sys.executable, "-c", program], tmp_path, env=os.environ, say=nothing, now=half_an_hour_later)
        except PeerError as error:
            caught.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    until(child.exists, "the child of the installer")
    number = int(child.read_text())
    thread.join(HANG_S)
    assert "was ended" in caught[0]
    until(lambda: not _lives(number), "the child lives on")


def test_a_command_that_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match=r"ended with 3\.\n.*gyp: no python"):
        run(
            [sys.executable, "-c", "print('gyp: no python'); raise SystemExit(3)"],
            tmp_path,
            env=os.environ,
            say=nothing,
        )


def _lives(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
