"""What worker and listener cost while nothing is due: CPU of one process with every live job, as a share of a core.

Run: .venv/bin/python bench/idle.py [seconds]. The jobs are those of live mode at live intervals, on the example
campaign moved into the future; the accounts are on the pretend networks, in a process of their own. The jobs that use
most are named. Beside it stands what the machine itself adds: how many times as much CPU the same bit of Python takes
when it has slept before, as all of this has. A shared machine may make that ten times.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from figures import Aim, write

HOME = Path(__file__).parents[1]
WARM_S, SECONDS = 8.0, 30.0


def figures(seconds: float = SECONDS) -> tuple[Aim]:
    """What a run of this length measures."""
    jobs = "worker and listener with every live job while nothing is due"
    short = "" if seconds == SECONDS else f"; {seconds:g} s of it"
    return (Aim("idle-cpu", f"{jobs}, looking for it every 200 ms (live it is 250 ms){short}", "% of a core", 1),)


FIGURES = figures()


def _later(folder: Path) -> None:
    """The example campaign, two years from now, in live mode."""
    year = str(datetime.now(UTC).year + 2)
    for name in ("schedules", "templates"):
        shutil.copytree(HOME / name, folder / name)
    settings = (HOME / "settings.yaml").read_text().replace("mode: rehearsal", "mode: live")
    (folder / "settings.yaml").write_text(settings.replace("2023-", f"{year}-") + "\nbudget: {monthly: 25}\n")
    for path in (folder / "schedules").glob("*.yaml"):
        path.write_text(re.sub(r"2023-", f"{year}-", path.read_text()))


def idle(folder: Path, port: int, seconds: float) -> float:
    """The share of a core that this process uses."""
    import django

    django.setup()
    from django.core.management import call_command

    from amplifier.clock import utc_now
    from amplifier.engine.embedded import EmbeddedEngine
    from amplifier.engine.port import Job
    from amplifier.install import open_install
    from amplifier.platforms.capabilities import TABLE
    from amplifier.platforms.port import Connection
    from amplifier.platforms.registry import connect
    from amplifier.store.holding import stops
    from amplifier.wiring.service import App, listener_jobs, open_app, worker_jobs

    class Vault:
        session: str | None = None

        def load(self) -> str | None:
            return self.session

        def save(self, session: str) -> None:
            self.session = session

    install = open_install(folder)
    call_command("migrate", verbosity=0, skip_checks=True)
    app = open_app(install)
    address = f"http://127.0.0.1:{port}"
    platforms = {}
    for account in install.settings.accounts:
        secrets = {
            name: f"pretend-{account.handle}" if name == "access_token" else "pretend"
            for name in TABLE[account.platform].secrets
        }
        there = Connection(account.handle, address, address, secrets)
        platforms[account.name] = connect(account.platform, there, Vault(), utc_now)
    app = replace(app, platforms=platforms) if isinstance(app, App) else app
    jobs, worker = worker_jobs(app)
    stops.lift(actor="bench", now=utc_now())
    used: Counter[str] = Counter()

    def counted(job: Job) -> Job:
        def call() -> None:
            begun = time.thread_time()
            job.call()
            used[job.name] += time.thread_time() - begun

        return replace(job, call=call)

    engine = EmbeddedEngine([counted(job) for job in (*jobs, *listener_jobs(app))])
    engine.start()
    time.sleep(WARM_S)
    used.clear()
    begun, cpu = time.monotonic(), time.process_time()
    time.sleep(seconds)
    share = (time.process_time() - cpu) / (time.monotonic() - begun)
    engine.stop()
    worker.stop()
    for name, spent in used.most_common(5):
        print(f"  {name:<20} {spent / seconds:.2%}")
    return share


def _bit() -> int:
    return sum(number * number % 7 for number in range(3000))


def awakened() -> float:
    """How many times as much CPU a bit of work takes after a sleep as without one."""
    spent = []
    for pause_s in (0.0, 0.1):
        begun = time.process_time()
        for _ in range(50):
            time.sleep(pause_s)
            _bit()
        spent.append(time.process_time() - begun)
    return spent[1] / spent[0]


def main() -> int:
    """Start the pretend networks, measure, and print the share."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    words = [sys.executable, str(HOME / "bench" / "thousand.py"), "networks"]
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=HOME) as networks,
    ):
        assert networks.stdout
        port = int(networks.stdout.readline())
        folder = Path(name) / "home"
        folder.mkdir()
        _later(folder)
        secrets = re.findall(r": ([A-Z][A-Z0-9_]+)$", (folder / "settings.yaml").read_text(), re.MULTILINE)
        os.environ |= dict.fromkeys(secrets, "pretend") | {
            "AMPLIFIER_KEY": "a key for the bench alone, long enough",
            "AMPLIFIER_VAR": str(folder / "var" / "live"),
            "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
        }
        os.environ.pop("DATABASE_URL", None)
        before = awakened()
        share = idle(folder, port, seconds)
        after = awakened()
        networks.communicate("\n", timeout=20)
    slept = f"after a sleep work took {min(before, after):.1f} to {max(before, after):.1f} times as much"
    print(f"idle for {seconds:.0f} s: {share:.2%} of a core; {slept}")
    return write([(aim, aim.came_to(share * 100, detail=slept)) for aim in figures(seconds)])


if __name__ == "__main__":
    raise SystemExit(main())
