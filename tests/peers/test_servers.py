from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.peers import servers
from tests.ports import free_port
from tests.waiting import HANG_S


def test_a_server_that_dies_at_once_fails_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such port'); raise SystemExit(3)"]
    process, log = servers._started(command, tmp_path / "log", cwd=tmp_path, env={})

    with pytest.raises(servers.PeerError, match="no such port"):
        servers._await(f"http://127.0.0.1:{free_port()}/", process, log)


def test_a_server_that_never_answers_fails_in_bounded_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "START_S", 0.3)
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    process, log = servers._started(command, tmp_path / "log", cwd=tmp_path, env={})

    with pytest.raises(servers.PeerError, match="did not answer"):
        servers._await(f"http://127.0.0.1:{free_port()}/", process, log)

    assert process.wait(HANG_S) != 0


def test_the_lock_file_holds_the_wanted_version_and_no_addresses() -> None:
    folder = servers.HERE / "pds"
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]

    assert packages[""]["dependencies"] == wanted
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_another_node_has_modules_of_its_own() -> None:
    ours = servers.node_of(servers.NODE_HOME)
    version, interface, platform, machine = ours.split()
    assert version.startswith("v")
    assert (interface.isdecimal(), bool(platform), bool(machine)) == (True, True, True)
    assert servers.pds_home() == servers.pds_home(ours) != servers.pds_home(ours.replace(version, "v1.2.3"))
