"""With real-looking keys in the environment a rehearsal opens no socket beyond this machine, and keeps none of them.

Recorded twice: by Python's own audit events in every process, and, where strace may be used, by the kernel's system
calls, which also sees what no Python code does.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.journeys.install import AMPLIFIER, RunningInstall

pytestmark = pytest.mark.journey
REAL_LOOKING = {
    "X_API_KEY": "xvz1evFS4wEEPTGEFPHBog",
    "X_API_SECRET": "L8qq9PZyRg6ieKGEKhZolGC0vJWLw8iEJ88DRdyOg",
    "X_ACCESS_TOKEN": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
    "X_ACCESS_SECRET": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    "BLUESKY_APP_PASSWORD": "k3xq-7ynt-abcd-9pqr",
    "MASTODON_ACCESS_TOKEN": "ZA-Yj3aBD8U8Cm7lKUp-lm9O9BmDgdhHzDeqsY8tlL0",
    "DATABASE_URL": "postgres://campaign:kJ8sHq2LmN@database.internal:5432/campaign",
    "AMPLIFIER_KEY": "qT5vN8xZ1cB4mK7jH0gF3dS6aP9oI2uY5tR8eW1q",
    "HTTP_PROXY": "http://10.0.0.1:3128",
    "HTTPS_PROXY": "http://10.0.0.1:3128",
    "http_proxy": "http://10.0.0.1:3128",
    "https_proxy": "http://10.0.0.1:3128",
    "ALL_PROXY": "socks5://10.0.0.1:1080",
}
SLOTS = ("hello", "debate-begins", "thanks-all")
RECORDER = """
import json, os, sys
_log = os.open(os.environ["SOCKETS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_wanted = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
           "socket.gethostbyname", "socket.gethostbyaddr")
def _hook(event, details):
    if event in _wanted:
        where = details[0] if event in _wanted[4:] else details[1]
        os.write(_log, (json.dumps([event, where], default=str) + chr(10)).encode())
sys.addaudithook(_hook)
"""
AT_HOME = ("127.0.0.1", "::1", "localhost", None)


@pytest.fixture
def recorded(install: RunningInstall, tmp_path: Path) -> Iterator[RunningInstall]:
    """A small campaign in an environment full of secrets, with a recorder in every Python process."""
    schedule = install.home / "schedules" / "lab23.yaml"
    whole = yaml.safe_load(schedule.read_text(encoding="utf-8"))
    whole["slots"] = [slot for slot in whole["slots"] if slot["name"] in SLOTS]
    schedule.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(RECORDER, encoding="utf-8")
    install.extra = {**REAL_LOOKING, "PYTHONPATH": str(hook), "SOCKETS": str(tmp_path / "sockets.jsonl")}
    return install


def _tracer(log: Path) -> tuple[str, ...]:
    """The words before a command that record its system calls; none where that is not allowed."""
    strace = shutil.which("strace")
    if strace is None:
        return ()
    words = (strace, "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg,bind", "-e", "signal=none")
    tried = subprocess.run([*words, "-o", str(log), "true"], capture_output=True, check=False)
    return (*words, "-o", str(log)) if tried.returncode == 0 else ()


def _strangers(log: Path) -> list[str]:
    """What the recorder saw that was not for this machine: a path, or a name that begins with NUL, is within it."""
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        _, where = json.loads(line)
        host = where[0] if isinstance(where, list) else where
        if host not in AT_HOME and not (isinstance(where, str) and where.startswith(("/", "\0"))):
            found.append(line)
    return found


def _strange_calls(log: Path) -> list[str]:
    """What the kernel saw that was not for this machine; sockets within it are files and netlink."""
    inner = re.compile(r"AF_UNIX|AF_NETLINK|AF_UNSPEC")
    outer = re.compile(r'sin_addr=inet_addr\("(?!127\.)|inet_pton\(AF_INET6, "(?!::1")')
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if outer.search(line) and not inner.search(line)]


def _environments(install: RunningInstall) -> bytes:
    """What the processes that do the work find in their environment at this moment."""
    found = b""
    for pid, words in install.living().items():
        if re.search(r"amplifier (sandbox|worker|web|migrate) ", words) and "strace" not in words:
            with contextlib.suppress(OSError):
                found += Path(f"/proc/{pid}/environ").read_bytes()
    return found


def _holds_a_secret(content: bytes) -> list[str]:
    return [name for name, value in REAL_LOOKING.items() if value.encode() in content]


def _check_what_was_kept(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            assert not _holds_a_secret(path.read_bytes()), path


def _check_sockets(install: RunningInstall, traced: Path) -> None:
    sockets = Path(install.extra["SOCKETS"])
    assert "socket.connect" in sockets.read_text(encoding="utf-8")
    assert not _strangers(sockets)
    if not traced.exists():
        pytest.skip("strace is missing or not allowed here; Python's own audit events saw nothing beyond loopback")
    assert "sin_addr=inet_addr" in traced.read_text(encoding="utf-8", errors="replace")
    assert not _strange_calls(traced)


def test_a_rehearsal_speaks_to_this_machine_only(recorded: RunningInstall, tmp_path: Path) -> None:
    kept, traced = tmp_path / "kept", tmp_path / "calls.txt"
    words = ("rehearse", "--seconds", "30", "--keep", str(kept), "--json")
    run = recorded.start(*words, program=(*_tracer(traced), *AMPLIFIER))
    seen = b""
    until = time.monotonic() + 100
    while run.process.poll() is None and time.monotonic() < until:
        seen = _environments(recorded) or seen
        assert not _holds_a_secret(seen)
        time.sleep(0.2)
    tally = json.loads(run.said())
    assert (run.process.returncode, tally["sent"], tally["duplicates"], tally["lost"]) == (0, 9, 0, 0)
    assert b"JOURNEY" in seen
    _check_what_was_kept(kept)
    assert not _holds_a_secret(run.log.read_bytes())
    _check_sockets(recorded, traced)


def test_up_with_its_pages_speaks_to_this_machine_only(recorded: RunningInstall, tmp_path: Path) -> None:
    traced = tmp_path / "calls.txt"
    run = recorded.start(
        "up",
        "--port",
        str(recorded.port),
        "--sandbox-port",
        str(recorded.sandbox_port),
        program=(*_tracer(traced), *AMPLIFIER),
    )
    run.until(lambda: recorded.rows("SELECT 1 FROM deliveries WHERE state = 'sent'"), what="first post")
    run.until(lambda: "Ctrl-C" in run.said(), what="welcome")
    recorded.ask("send", "A word of our own", "--to", "all", "--yes")
    seen = _environments(recorded)
    assert b"JOURNEY" in seen
    assert not _holds_a_secret(seen)
    run.stop()
    _check_what_was_kept(recorded.var)
    assert not _holds_a_secret(run.log.read_bytes())
    _check_sockets(recorded, traced)
