"""What the ledger costs: the same posts through the worker, and by the bare adapters; CPU and time as ratios.

Run: .venv/bin/python bench/deliver.py [posts an account]. Each side is a process of its own against the same sandbox;
the yardstick is one thread an account that prepares and publishes one post after another, with nothing written down.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

HOME = Path(__file__).parents[1]
TOKEN = "bench"
ACCOUNTS = (("x", "benchx"), ("bluesky", "bench.example"), ("mastodon", "bench"))


def _connection(platform: str, handle: str, port: int):
    from amplifier.platforms.capabilities import TABLE
    from amplifier.platforms.port import Connection

    address = f"http://127.0.0.1:{port}"
    secrets = {name: f"pretend-{handle}" if name == "access_token" else "pretend" for name in TABLE[platform].secrets}
    return Connection(handle, address, address, secrets)


class _Vault:
    def __init__(self) -> None:
        self.session: str | None = None

    def load(self) -> str | None:
        return self.session

    def save(self, session: str) -> None:
        self.session = session


def _platforms(port: int) -> dict:
    from amplifier.clock import utc_now
    from amplifier.platforms.registry import connect

    return {name: connect(name, _connection(name, handle, port), _Vault(), utc_now) for name, handle in ACCOUNTS}


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def bare(port: int, number: int) -> dict[str, float]:
    """The yardstick."""
    from amplifier.campaign.delivery import DeliveryId, idempotency_key, record_key
    from amplifier.campaign.post import PostId
    from amplifier.clock import utc_now
    from amplifier.platforms.port import Part

    yesterday = utc_now().date() - timedelta(days=1)
    platforms = _platforms(port)
    for platform in platforms.values():
        platform.verify()

    def send(name: str) -> None:
        for place in range(number):
            identity = DeliveryId(PostId("bare", "slot", str(place)), name)
            key = record_key(identity, yesterday) if name == "bluesky" else idempotency_key(identity)
            request = platforms[name].prepare(Part(f"Bare post {place} on {name}", "en"), key, utc_now())
            platforms[name].publish(request)

    begun, cpu = time.monotonic(), _used()
    with ThreadPoolExecutor(len(ACCOUNTS)) as pool:
        list(pool.map(send, [name for name, _ in ACCOUNTS]))
    return {"cpu": _used() - cpu, "wall": time.monotonic() - begun}


def ledger(port: int, number: int) -> dict[str, float]:
    """The same through claim, intent, call and record."""
    import django

    django.setup()
    from django.core.management import call_command

    from amplifier.campaign.changes import Add, NewDelivery
    from amplifier.campaign.delivery import State
    from amplifier.campaign.post import Moment, PostId, WantedPost, Words
    from amplifier.clock import utc_now
    from amplifier.deliver.confirm import Outlet
    from amplifier.deliver.decide import Pauses
    from amplifier.deliver.worker import Pace, Worker
    from amplifier.store import accounts, journeys, ledger, posts

    call_command("migrate", verbosity=0, skip_checks=True)
    now = utc_now()
    ledger.open_ledger(mode="rehearsal", campaign="bench", now=now, stopped="")
    accounts.know_accounts((name, name, handle) for name, handle in ACCOUNTS)
    ink = posts.Ink("bench", now, {name: name for name, _ in ACCOUNTS}, now.date() - timedelta(days=1))
    for place in range(number):
        words = tuple(Words(name, f"Ledger post {place} on {name}", "en") for name, _ in ACCOUNTS)
        post = WantedPost(PostId("bench", "slot", str(place)), Moment(now, "", "UTC", 0), 3600, "", "", "", words)
        posts.add_post(Add(post, None, tuple(NewDelivery(said, State.QUEUED) for said in words)), ink)
    platforms = _platforms(port)
    for platform in platforms.values():
        platform.verify()
    outlets = {name: Outlet(name, platform, 2) for name, platform in platforms.items()}
    pace = Pace(lease_s=60, pauses=Pauses(90, 60, 30), threads=6)
    worker = Worker(outlets, pace=pace, now=utc_now, chance=random.Random(1))
    begun, cpu = time.monotonic(), _used()
    while journeys.counts()[State.SENT] < number * len(ACCOUNTS):
        worker.tick()
        time.sleep(0.05)
    spent = {"cpu": _used() - cpu, "wall": time.monotonic() - begun}
    worker.stop()
    return spent


def main() -> None:
    """Run both sides, and print the figures and their ratios."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    from amplifier.cli.tally import World
    from amplifier.sandbox.server import Sandbox

    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder) / "world.sqlite3", port=0, token=TOKEN)
        sandbox.start()
        World(sandbox.port, TOKEN).ask("POST", "/_/limits", {"enforced": False})
        found = {}
        environment = {
            **os.environ,
            "AMPLIFIER_VAR": folder,
            "AMPLIFIER_KEY": "bench",
            "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
        }
        environment.pop("DATABASE_URL", None)
        for side in ("bare", "ledger"):
            words = [sys.executable, __file__, side, str(sandbox.port), str(number)]
            done = subprocess.run(words, stdout=subprocess.PIPE, check=True, env=environment, cwd=HOME)
            found[side] = json.loads(done.stdout)
        sandbox.stop()
    total = number * len(ACCOUNTS)
    print(f"{total} posts on {len(ACCOUNTS)} accounts, against the sandbox")
    for side, spent in found.items():
        print(f"  {side:<7} cpu {spent['cpu'] / total * 1000:6.2f} ms a post   wall {spent['wall']:6.2f} s")
    ratio = {name: found["ledger"][name] / found["bare"][name] for name in ("cpu", "wall")}
    print(f"  ratio   cpu {ratio['cpu']:6.2f}             wall {ratio['wall']:6.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("bare", "ledger"):
        print(json.dumps(globals()[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))
    else:
        main()
