"""A crowd on loopback: visitors who keep their connection, and a client who holds a thousand and says nothing.

Starts the web server on a ledger of its own, with the example's kit; prints how long kit, health and a stop link take.
Aims: a thousand visitors within 10 s, p99 under 1 s; beside a thousand silent connections everything under 1 s.
Run: .venv/bin/python bench/crowd.py [visitors, and as many silent connections].
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import Aim, Figure, write

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

from amplifier.cli.rehearsal.rehearse import copy_home  # noqa: E402
from amplifier.cli.run.ports import free_port  # noqa: E402
from amplifier.web.open_files import raise_limit  # noqa: E402
from tests.signals import heard_by_what_is_started  # noqa: E402

VISITORS, WITHIN_S, WELL = 1000, 10.0, 200
PATIENCE_S = 60.0
KIT, HEALTH = "/k/lab23", "/healthz"
CLIENT = "beside {many:,} connections of one client that are silent, used once or in the middle of a header"


def figures(many: int = VISITORS) -> tuple[Aim, Aim]:
    """What a run of this size measures."""
    visit = f"{many:,} visitors of the kit within {WITHIN_S:.0f} s, each keeping its connection"
    return (
        Aim("crowd-visitors", f"{visit}: the 99th of a hundred is answered within", "ms", 1000),
        Aim("crowd-beside", f"{CLIENT.format(many=many)}: the slowest of health, kit and stop link", "ms", 1000),
    )


FIGURES = figures()
OURS = {"AMPLIFIER_VAR", "AMPLIFIER_KEY", "DATABASE_URL", "PORT", "AMPLIFIER_SANDBOX_PORT"}


async def fetch(port: int, path: str, *, keep: bool = False) -> tuple[float, int, asyncio.StreamWriter]:
    """One request on a connection of its own: seconds to the last byte of the answer, its status, the connection."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    closing = "" if keep else "Connection: close\r\n"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x.example\r\nAccept-Encoding: gzip\r\n{closing}\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: *([0-9]+)", head.lower())
    await (reader.readexactly(int(length[1])) if length else reader.read())
    return time.perf_counter() - begun, int(head.split(b" ")[1]), writer


def slowest(waited: list[float], asked: int, share: float) -> float | None:
    """How long the one waited (ms) to whom all but so few were answered before; none if no answer came so far."""
    place = min(asked - 1, int(asked * share))
    return sorted(waited)[place] * 1000 if place < len(waited) else None


async def crowd(port: int, many: int) -> Figure:
    """So many visitors, evenly over the time; each keeps its connection until the last one has been answered."""

    async def visit(number: int) -> tuple[float, int, asyncio.StreamWriter]:
        await asyncio.sleep(number * WITHIN_S / many)
        return await asyncio.wait_for(fetch(port, KIT, keep=True), PATIENCE_S)

    came = await asyncio.gather(*(visit(number) for number in range(many)), return_exceptions=True)
    found = [one for one in came if isinstance(one, tuple)]
    waited = [seconds for seconds, status, _ in found if status == WELL]
    for _, _, writer in found:
        writer.close()
    told = f"the slowest after {max(waited, default=0) * 1000:.1f} ms"
    if len(waited) < many:
        told = f"{many - len(waited):,} of {many:,} were not answered"
    print(f"{many:,} visitors in {WITHIN_S:.0f} s: {told} {sorted({status for _, status, _ in found})}")
    return figures(many)[0].came_to(slowest(waited, many, 0.99), detail=told)


async def beside(port: int, stop: str, many: int, *, said: bytes, what: str) -> list[float]:
    """The seconds that others wait while one client holds many connections on which it has said this, and no more."""

    async def hold() -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        return writer

    opening = [asyncio.ensure_future(hold()) for _ in range(many)]
    done, _ = await asyncio.wait(opening, timeout=5)
    took, waited = {}, []
    for name, path in (("health", HEALTH), ("kit", KIT), ("stop link", stop)):
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            seconds, status, writer = await asyncio.wait_for(fetch(port, path), PATIENCE_S)
            took[name] = f"{name} {seconds * 1000:.1f} ms ({status})"
            waited += [seconds] if status == WELL else []
            writer.close()
        took.setdefault(name, f"{name}: no answer within {PATIENCE_S:.0f} s")
    for one in opening:
        if one.cancel() or one.exception():
            continue
        one.result().close()
    print(f"beside {len(done):,} {what}: {', '.join(took.values())}")
    return waited


def command(home: Path, var: Path, *words: str) -> list[str]:
    """A command for this install."""
    return [sys.executable, "-m", "amplifier", *words, "--home", str(home), "--var", str(var)]


async def measure(port: int, stop: str, many: int) -> int:
    """All of it, a line each; the exit code."""
    visitors = await crowd(port, many)
    asked = b"GET /healthz HTTP/1.1\r\nHost: x.example\r\n\r\n"
    waited = await beside(port, stop, many, said=b"", what="silent connections")
    waited += await beside(port, stop, many, said=asked, what="connections that were used once")
    waited += await beside(port, stop, many, said=asked[:-4], what="connections in the middle of a header")
    aims = figures(many)
    return write(zip(aims, (visitors, aims[1].came_to(slowest(waited, 9, 1))), strict=True))


def stop_link(home: Path, var: Path, environment: dict[str, str]) -> str:
    """The path of a stop link, as it would be printed."""
    words = command(home, var, "stop-link", "--json")
    made = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return "/stop/" + json.loads(made.stdout)["address"].rpartition("/")[2]


def main() -> int:
    """Start it, measure, and end it."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else VISITORS
    raise_limit()
    with heard_by_what_is_started(), tempfile.TemporaryDirectory(prefix="amplifier-crowd-") as name:
        folder, port = Path(name), free_port()
        home, var = copy_home(REPOSITORY, folder / "home", seconds=600), folder / "var"
        environment = {key: value for key, value in os.environ.items() if key not in OURS}
        words = command(home, var, "up", "--port", str(port), "--sandbox-port", str(free_port()))
        with subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        ) as up:
            try:
                assert up.stdout
                for line in up.stdout:
                    if "Ctrl-C ends everything." in line:
                        break
                time.sleep(2)  # the worker publishes the kit
                return asyncio.run(measure(port, stop_link(home, var, environment), many))
            finally:
                up.send_signal(signal.SIGTERM)
                up.wait(10)


if __name__ == "__main__":
    raise SystemExit(main())
