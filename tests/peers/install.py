"""Installs Bluesky's own server, once for each lock file: `make peers`. It is a step of its own, since it compiles.

One at a time, whoever asks (a lock); half an hour at most; whatever is still at work then ends with its whole group.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.peers.servers import HERE, NODE_HOME, PDS_FILES, PeerError, pds_home

MOST_S = 1800.0
TOLD_EACH_S = 10.0
LAST_WORDS = 3000  # characters of what the installer said


def install(home: Path, *, build: Callable[[Path], None], say: Callable[[str], None]) -> bool:
    """Have it in `home`, whole or not at all; whether there was something to do. Who comes second waits."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with _alone(home.with_name(f"{home.name}.lock"), say):
        if home.is_dir():
            return False
        building = Path(tempfile.mkdtemp(prefix=f"{home.name}-", dir=home.parent))
        try:
            build(building)
            building.rename(home)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        return True


def run(
    command: Sequence[str | Path],
    folder: Path,
    *,
    env: Mapping[str, str],
    say: Callable[[str], None],
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Run a command to its end, saying now and then how long it has taken. Raises PeerError with its last words."""
    log = folder / "install.log"
    begun = told = now()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
        try:
            while process.poll() is None:
                if now() - begun > MOST_S:
                    raise PeerError(f"It took over {MOST_S / 60:.0f} minutes and was ended.\n{_last_words(log)}")
                if now() - told >= TOLD_EACH_S:
                    told = now()
                    say(f"  {told - begun:.0f} s")
                time.sleep(0.2)
        finally:
            with contextlib.suppress(ProcessLookupError):  # its compilers too, whatever ended us
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        raise PeerError(f"It ended with {process.returncode}.\n{_last_words(log)}")
    log.unlink()


def build_pds(folder: Path) -> None:
    """Node's packages as the lock file has them; better-sqlite3 is compiled."""
    for name in PDS_FILES:
        shutil.copy(HERE / "pds" / name, folder)
    env = os.environ | {
        "PATH": f"{NODE_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "npm_config_nodedir": str(NODE_HOME),
        "JOBS": "max",
    }
    npm = [NODE_HOME / "bin" / "node", NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    run([*npm, "ci", "--no-audit", "--no-fund"], folder, env=env, say=_say)


@contextlib.contextmanager
def _alone(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Somebody else is installing it; waiting for them.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:]


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main() -> int:
    """Install it, or say why not."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    home = pds_home()
    if not home.is_dir():
        _say(f"Installing Bluesky's own server into {home} (once, two minutes or more: a part of it is compiled).")
    try:
        made = install(home, build=build_pds, say=_say)
    except PeerError as error:
        sys.stderr.write(f"Bluesky's server could not be installed. {error}\n")
        return 1
    _say("Bluesky's own server is installed." if made else "Bluesky's own server is there.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
