"""A thousand deliveries due in the same second over thirty accounts: the worker beside the same bare SDK calls.

Run: .venv/bin/python bench/thousand.py [rounds] [posts]. The pretend networks answer after 100 ms. The yardstick is
thirty threads, one an account, each calling its SDK as the SDK's own documentation shows, one post after another,
with nothing written down. Each side is a process of its own, with a sandbox of its own; total CPU is that process's
alone. Printed: the ratio of CPU, and of how late the 99th percentile was, for each round and their middle.
"""

from __future__ import annotations

import json
import logging
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from figures import Aim, write

HOME = Path(__file__).parents[1]
TOKEN = "bench"
PLATFORMS = ("x", "bluesky", "mastodon")
ACCOUNTS = [(platform, number) for platform in PLATFORMS for number in range(10)]
POSTS, ROUNDS = 1000, 3
HANG_S = 300.0
LATENCY_S = 0.1


def figures(posts: int = POSTS) -> tuple[Aim, Aim]:
    """What a run of this size measures."""
    bare_calls = f"the same {posts:,} bare SDK calls from {len(ACCOUNTS)} threads"
    due = f"{posts:,} deliveries due at once on {len(ACCOUNTS)} accounts"
    answers = f"answers after {LATENCY_S * 1000:.0f} ms"
    return (
        Aim("thousand-cpu", f"CPU of {due}, {answers}", "ms a delivery", 1.5, bare_calls),
        Aim("thousand-p99", f"how late the 99th percentile of {due} was", "s", 2, bare_calls),
    )


FIGURES = figures()


def _handle(platform: str, number: int) -> str:
    return f"bench{number}.example" if platform == "bluesky" else f"bench{number}"


def _text(place: int) -> str:
    return f"Delegates: the ballot closes at 17:00. Vote now, it takes two minutes. {place} #Lab23"


def _shares(posts: int) -> Iterator[tuple[tuple[str, int], list[int]]]:
    """Which posts each account sends."""
    for place, account in enumerate(ACCOUNTS):
        yield account, list(range(place, posts, len(ACCOUNTS)))


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _share(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def bare(port: int, many: int) -> dict[str, float]:
    """The yardstick: each SDK as its documentation shows it."""
    senders = {account: _sdk(*account, port) for account, _ in _shares(many)}
    late: list[float] = []
    ready = threading.Barrier(len(ACCOUNTS) + 1)

    def send(account: tuple[str, int], places: list[int]) -> None:
        ready.wait()
        for place in places:
            senders[account](_text(place))
            late.append(time.monotonic() - begun)

    threads = [threading.Thread(target=send, args=share) for share in _shares(many)]
    for thread in threads:
        thread.start()
    begun, cpu = time.monotonic(), _cpu()
    ready.wait()
    for thread in threads:
        thread.join()
    return {"cpu": _cpu() - cpu, "p99": _share(sorted(late), 0.99), "sent": len(late)}


def _sdk(platform: str, number: int, port: int) -> Callable[[str], object]:
    address, handle = f"http://127.0.0.1:{port}", _handle(platform, number)
    if platform == "x":
        import requests
        import tweepy

        class Session(requests.Session):
            def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
                return super().request(method, str(url).replace("https://api.twitter.com", address), *args, **kwargs)

        client = tweepy.Client(
            consumer_key="pretend",
            consumer_secret="pretend",
            access_token=f"pretend-{handle}",
            access_token_secret="pretend",
        )
        client.session = Session()
        return lambda text: client.create_tweet(text=text)
    if platform == "bluesky":
        from atproto import Client

        bluesky = Client(base_url=f"{address}/xrpc")
        bluesky.login(handle, "pretend")
        return bluesky.send_post
    from mastodon import Mastodon

    mastodon = Mastodon(access_token=f"pretend-{handle}", api_base_url=address, version_check_mode="none")
    return mastodon.status_post


class _Vault:
    def __init__(self) -> None:
        self.session: str | None = None

    def load(self) -> str | None:
        return self.session

    def save(self, session: str) -> None:
        self.session = session


def ledger(port: int, many: int) -> dict[str, float]:  # noqa: PLR0915  one side of the comparison, from top to bottom
    """The same through claim, intent, call and record."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from amplifier.campaign.account import Listed
    from amplifier.campaign.changes import Add, NewDelivery
    from amplifier.campaign.delivery import State
    from amplifier.campaign.post import Moment, PostId, WantedPost, Words
    from amplifier.clock import utc_now
    from amplifier.deliver.decide import Pauses
    from amplifier.deliver.worker import Pace, Worker
    from amplifier.engine.embedded import EmbeddedEngine
    from amplifier.engine.port import Job
    from amplifier.platforms.capabilities import TABLE
    from amplifier.platforms.outlet import Outlet
    from amplifier.platforms.port import Connection
    from amplifier.platforms.registry import connect
    from amplifier.store import delivery_views, posts
    from amplifier.store import ledger as ledgers
    from amplifier.store.identity import accounts

    call_command("migrate", verbosity=0, skip_checks=True)
    now = utc_now()
    ledgers.open_ledger(mode="rehearsal", campaign="bench", now=now, stopped="")
    names = {account: f"{account[0]}{account[1]}" for account in ACCOUNTS}
    accounts.know_accounts(Listed(names[one], one[0], _handle(*one)) for one in ACCOUNTS)
    address = f"http://127.0.0.1:{port}"
    outlets = {}
    for one in ACCOUNTS:
        platform, handle = one[0], _handle(*one)
        secrets = {
            name: f"pretend-{handle}" if name == "access_token" else "pretend" for name in TABLE[platform].secrets
        }
        adapter = connect(platform, Connection(handle, address, address, secrets), _Vault(), utc_now)
        adapter.verify()
        outlets[names[one]] = Outlet(names[one], adapter, 2, caps=TABLE[platform].caps)
    due = utc_now() + timedelta(seconds=3)
    ink = posts.Ink("bench", now, now.date() - timedelta(days=1))
    for account, places in _shares(many):
        for place in places:
            words = (Words(names[account], _text(place), "en"),)
            post = WantedPost(PostId("bench", "slot", str(place)), Moment(due, "", "UTC", 0), 3600, "", "", "", words)
            posts.add_post(Add(post, None, tuple(NewDelivery(said, State.QUEUED) for said in words)), ink)
    pace = Pace(lease_s=60, pauses=Pauses(90, 60, 30), threads=len(ACCOUNTS))
    worker = Worker(outlets, pace=pace, now=utc_now, chance=random.Random(1))
    engine = EmbeddedEngine([Job("deliver", 0.25, worker.tick)])
    while utc_now() < due:
        time.sleep(0.01)
    cpu = _cpu()
    engine.start()
    with closing(sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)) as look:
        # as cheap a look as there is: through the ORM it was a tenth of what was measured
        begun = time.monotonic()
        while look.execute("SELECT EXISTS(SELECT 1 FROM deliveries WHERE state <> 'sent')").fetchone()[0]:
            if time.monotonic() - begun > HANG_S:
                raise SystemExit(f"Not every delivery was sent within {HANG_S:.0f} s: nothing was measured.")
            time.sleep(0.25)
    used = _cpu() - cpu
    engine.stop()
    worker.stop()
    late = sorted(
        (row.sent_at - due).total_seconds() for row in delivery_views.views(states=(State.SENT,)) if row.sent_at
    )
    return {"cpu": used, "p99": _share(late, 0.99), "sent": len(late)}


@contextmanager
def _networks() -> Iterator[int]:
    """The pretend networks in a process of their own, answering after 100 ms."""
    words = [sys.executable, __file__, "networks"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=HOME) as process:
        assert process.stdout
        yield int(process.stdout.readline())
        process.communicate("\n", timeout=20)


def networks() -> None:
    """Serve until a line comes in."""
    from amplifier.cli.rehearsal.tally import SandboxControl
    from amplifier.sandbox.server import Sandbox

    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(Path(folder) / "world.sqlite3", port=0, token=TOKEN)
        sandbox.start()
        world = SandboxControl(sandbox.port, TOKEN)
        world.ask("POST", "/_/limits", {"enforced": False})
        world.fault(network="*", operation="publish", kind="delay", seconds=LATENCY_S, times=None)
        print(sandbox.port, flush=True)
        sys.stdin.readline()
        sandbox.stop()


def _side(name: str, posts: int) -> dict[str, float]:
    with _networks() as port, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "AMPLIFIER_VAR": folder,
            "AMPLIFIER_KEY": "a key for the bench alone, long enough",
            "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
        }
        environment.pop("DATABASE_URL", None)
        words = [sys.executable, __file__, name, str(port), str(posts)]
        done = subprocess.run(words, stdout=subprocess.PIPE, check=True, env=environment, cwd=HOME)
        return dict(json.loads(done.stdout))


def main() -> int:
    """Run both sides in turn, and print the figures and their ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    posts = int(sys.argv[2]) if len(sys.argv) > 2 else POSTS
    ratios: dict[str, list[float]] = {"cpu": [], "p99": []}
    print(
        f"{posts} deliveries due at once, {len(ACCOUNTS)} accounts, answers after {LATENCY_S:g} s, against the sandbox"
    )
    told: dict[str, list[float]] = {"cpu": [], "p99": []}
    for number in range(rounds):
        found = {name: _side(name, posts) for name in ("bare", "ledger")}
        told["cpu"].append(found["ledger"]["cpu"] / posts * 1000)
        told["p99"].append(found["ledger"]["p99"])
        for name, spent in found.items():
            per_post = spent["cpu"] / posts * 1000
            print(f"  round {number + 1}  {name:<7} cpu {per_post:5.2f} ms a post   p99 late {spent['p99']:5.2f} s")
        for what, values in ratios.items():
            values.append(found["ledger"][what] / found["bare"][what])
    for what, values in ratios.items():
        each = "  ".join(f"{value:.2f}" for value in values)
        print(f"  ratio of {what}: {statistics.median(values):.2f} in the middle ({each})")
    return write(
        (
            aim,
            aim.came_to(
                statistics.median(told[what]),
                ratio=statistics.median(ratios[what]),
                detail=", ".join(f"{one:.2f}" for one in ratios[what]),
            ),
        )
        for aim, what in zip(figures(posts), ratios, strict=True)
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    match sys.argv[1:2]:
        case ["networks"]:
            networks()
        case ["bare" | "ledger"]:
            print(json.dumps({"bare": bare, "ledger": ledger}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))
        case _:
            raise SystemExit(main())
