"""A crowd on loopback: visitors who keep their connection, and a client who holds a thousand and says nothing.

Starts the web server on a ledger of its own, with the example's kit; prints how long kit, health and a stop link take.
Aims: a thousand visitors within 10 s, p99 under 1 s; beside a thousand silent connections everything under 1 s.
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

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

from amplifier.cli.rehearse import copy_home, free_port  # noqa: E402
from amplifier.web.open_files import raise_limit  # noqa: E402
from tests.signals import heard_by_what_is_started  # noqa: E402

VISITORS, WITHIN_S, HELD = 1000, 10.0, 1000
PATIENCE_S = 60.0
KIT, HEALTH = "/k/lab23", "/healthz"
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


async def crowd(port: int) -> str:
    """So many visitors, evenly over the time; each keeps its connection until the last one has been answered."""

    async def visit(number: int) -> tuple[float, int, asyncio.StreamWriter]:
        await asyncio.sleep(number * WITHIN_S / VISITORS)
        return await asyncio.wait_for(fetch(port, KIT, keep=True), PATIENCE_S)

    came = await asyncio.gather(*(visit(number) for number in range(VISITORS)), return_exceptions=True)
    found = [one for one in came if isinstance(one, tuple)]
    waited = sorted(seconds for seconds, _, _ in found)
    for _, _, writer in found:
        writer.close()
    if not waited:
        return f"{VISITORS:,} visitors: nobody was answered"
    p50, p99 = (waited[min(len(waited) - 1, int(len(waited) * share))] * 1000 for share in (0.5, 0.99))
    statuses = sorted({status for _, status, _ in found})
    return (
        f"{VISITORS:,} visitors in {WITHIN_S:.0f} s: {len(found):,} answered {statuses}, p50 {p50:.1f} ms, "
        f"p99 {p99:.1f} ms, slowest {waited[-1] * 1000:.1f} ms"
    )


async def beside(port: int, stop: str, *, said: bytes, what: str) -> str:
    """How long others wait while one client holds so many connections on which it has said this, and no more."""

    async def hold() -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        return writer

    opening = [asyncio.ensure_future(hold()) for _ in range(HELD)]
    done, _ = await asyncio.wait(opening, timeout=5)
    took = {}
    for name, path in (("health", HEALTH), ("kit", KIT), ("stop link", stop)):
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            seconds, status, writer = await asyncio.wait_for(fetch(port, path), PATIENCE_S)
            took[name] = f"{name} {seconds * 1000:.1f} ms ({status})"
            writer.close()
        took.setdefault(name, f"{name}: no answer within {PATIENCE_S:.0f} s")
    for one in opening:
        if one.cancel() or one.exception():
            continue
        one.result().close()
    return f"beside {len(done):,} {what}: {', '.join(took.values())}"


def command(home: Path, var: Path, *words: str) -> list[str]:
    """A command for this install."""
    return [sys.executable, "-m", "amplifier", *words, "--home", str(home), "--var", str(var)]


async def measure(port: int, stop: str) -> None:
    """All of it, a line each."""
    print(await crowd(port))
    asked = b"GET /healthz HTTP/1.1\r\nHost: x.example\r\n\r\n"
    print(await beside(port, stop, said=b"", what="silent connections"))
    print(await beside(port, stop, said=asked, what="connections that were used once"))
    print(await beside(port, stop, said=asked[:-4], what="connections in the middle of a header"))


def stop_link(home: Path, var: Path, environment: dict[str, str]) -> str:
    """The path of a stop link, as it would be printed."""
    words = command(home, var, "stop-link", "--json")
    made = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return "/stop/" + json.loads(made.stdout)["address"].rpartition("/")[2]


def main() -> None:
    """Start it, measure, and end it."""
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
                asyncio.run(measure(port, stop_link(home, var, environment)))
            finally:
                up.send_signal(signal.SIGTERM)
                up.wait(10)


if __name__ == "__main__":
    main()
