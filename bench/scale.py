"""What a tick costs with a million rows in the ledger, beside the same tick with a thousand.

Run: .venv/bin/python bench/scale.py [rows] [rounds]. Half of the rows are finished, half lie in the future; in every
tick a handful of deliveries come due and go out to a network in memory that answers at once. Printed: CPU of a tick and
how late its deliveries were, for both ledgers in turn, their ratios, and what an idle tick costs.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from figures import Aim, write

FEW, MANY = 1_000, 1_000_000
ROUNDS = 5
HANG_S = 300.0
ACCOUNTS = 6
TICKS = 60
CLOSE = 8  # deliveries that come due in each tick


def figures(rows: int = MANY) -> tuple[Aim, Aim]:
    """What a run of this size measures."""
    more = f"with {rows:,} rows in the ledger"
    few = f"{FEW:,} rows"
    return (
        Aim("scale-cpu", f"CPU of a tick in which {CLOSE} deliveries go out, {more}", "ms", 1.2, few),
        Aim("scale-lateness", f"how late those {CLOSE} were, {more}", "ms", 1.2, few),
    )


FIGURES = figures()
# Written by the database itself: even numbers are sent and thirty days old, odd ones wait, thirty days ahead.
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %(rows)s)"
POST = {
    "campaign": "'bench'",
    "slot": "'filler'",
    "occurrence": "CAST(i AS TEXT)",
    "due_at": """strftime('%%Y-%%m-%%d %%H:%%M:%%f000', 'now',
      CASE i %% 2 WHEN 0 THEN '-30 days' ELSE '+30 days' END, (i %% 1000) || ' seconds')""",
    "wall_time": "''",
    "zone": "'UTC'",
    "too_late_s": "900",
    "template": "''",
    "wording": "''",
}
IS_OUT = "CASE WHEN due_at < CURRENT_TIMESTAMP THEN"
DELIVERY = {
    "post_id": "id",
    "account_id": "(SELECT a.id FROM accounts a WHERE a.label = 'a' || (posts.id %% %(accounts)s))",
    "platform": "'mastodon'",
    "text": "'Filler ' || id",
    "language": "'en'",
    "key": "id",
    "request": f"{IS_OUT} CAST(printf('%%200s', id) AS BLOB) END",
    "state": f"{IS_OUT} 'sent' ELSE 'queued' END",
    "run_at": "due_at",
    "too_late_at": "strftime('%%Y-%%m-%%d %%H:%%M:%%f000', due_at, '900 seconds')",
    "sent_at": f"{IS_OUT} due_at END",
    "remote_id": f"{IS_OUT} 'old-' || id END",
    "remote_state": f"{IS_OUT} 'live' ELSE '' END",
}


class _Network:
    """Answers at once; what it costs is the ledger's alone."""

    def __init__(self) -> None:
        self._number = 0
        self._lock = threading.Lock()

    def prepare(self, _part: object, key: str, _at: datetime) -> bytes:
        return key.encode()

    def publish(self, _request: bytes) -> object:
        from amplifier.campaign.delivery import Receipt

        with self._lock:
            self._number += 1
            number = f"new-{self._number}-{time.monotonic_ns()}"
        return Receipt(number, f"https://social.example/{number}")


def fill(rows: int) -> None:
    """A ledger with so many rows that are finished or lie ahead."""
    from django.core.management import call_command
    from django.db import connection

    from amplifier.campaign.account import Listed
    from amplifier.store import ledger, models
    from amplifier.store.identity import accounts

    call_command("migrate", verbosity=0, skip_checks=True)
    now = datetime.now(UTC)
    ledger.open_ledger(mode="rehearsal", campaign="bench", now=now, stopped="")
    accounts.know_accounts(Listed(f"a{number}", "mastodon", f"a{number}") for number in range(ACCOUNTS))
    with connection.cursor() as cursor:
        for statement, given in (
            _insert(models.PostRow, POST, "FROM n", before=NUMBERS),
            _insert(models.DeliveryRow, DELIVERY, "FROM posts WHERE slot = 'filler'"),
        ):
            cursor.execute(statement, {"rows": rows, "accounts": ACCOUNTS, **given})
        cursor.execute("ANALYZE")


def _insert(model: Any, columns: dict[str, str], source: str, *, before: str = "") -> tuple[str, dict[str, Any]]:
    """One statement that fills a table, and its parameters: each column that is not given takes its model's default."""
    from django.db import connection

    table = model._meta  # noqa: SLF001  the documented name of Django's own
    others = [one for one in table.concrete_fields if not one.primary_key and one.column not in columns]
    given = {one.column: one.get_db_prep_save(one.get_default(), connection) for one in others}
    values = [*columns.values(), *(f"%({name})s" for name in given)]
    into = f"INSERT INTO {table.db_table} ({', '.join([*columns, *given])})"
    return f"{into}\n{before}\nSELECT {', '.join(values)} {source}", given


def measure(label: str) -> tuple[float, float, float]:
    """CPU of a tick (s), lateness of its deliveries (median, s), and CPU of an idle tick (s)."""
    from amplifier.campaign.changes import Add, NewDelivery
    from amplifier.campaign.delivery import State
    from amplifier.campaign.post import Moment, PostId, WantedPost, Words
    from amplifier.deliver.decide import Pauses
    from amplifier.deliver.worker import Pace, Worker
    from amplifier.platforms.outlet import Outlet
    from amplifier.store import delivery_views, posts

    outlets = {f"a{number}": Outlet(f"a{number}", _Network(), 1) for number in range(ACCOUNTS)}  # type: ignore[arg-type]
    now = lambda: datetime.now(UTC)  # noqa: E731
    worker = Worker(outlets, pace=Pace(60, Pauses(90, 60, 30), threads=ACCOUNTS), now=now, chance=random.Random(1))
    ink = posts.Ink("bench", now(), now().date() - timedelta(days=1))
    used, late = [], []
    for number in range(TICKS):
        due, ids = now(), []
        for place in range(CLOSE):
            words = (Words(f"a{place % ACCOUNTS}", f"Tick {label} {number} {place} {due}", "en"),)
            post = WantedPost(
                PostId("bench", "tick", f"{label}{number}/{place}/{due}"),
                Moment(due, "", "UTC", 0),
                900,
                "",
                "",
                "",
                words,
            )
            ids += posts.add_post(Add(post, None, tuple(NewDelivery(said, State.QUEUED) for said in words)), ink)
        begun, cpu = time.monotonic(), time.process_time()
        worker.tick()
        while any(row.state is not State.SENT for row in delivery_views.views_by_id(ids)):
            if time.monotonic() - begun > HANG_S:
                raise SystemExit(f"Not every delivery was sent within {HANG_S:.0f} s: nothing was measured.")
            time.sleep(0.002)
        used.append(time.process_time() - cpu)
        late.append(time.monotonic() - begun)
    cpu = time.process_time()
    for _ in range(TICKS):
        worker.tick()
    idle = (time.process_time() - cpu) / TICKS
    worker.stop()
    return statistics.median(used), statistics.median(late), idle


def main() -> int:
    """Fill both ledgers, measure them in turn, and print the ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "AMPLIFIER_VAR": folder,
            "AMPLIFIER_KEY": "a key for the bench alone, long enough",
            "DJANGO_SETTINGS_MODULE": "amplifier.django_settings",
        }
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.db import connections

        ledgers = {}
        for label, number in (("few", FEW), ("many", rows)):
            connections["default"].close()
            connections.databases["default"]["NAME"] = ledgers[label] = str(Path(folder) / f"{label}.sqlite3")
            del connections["default"]
            begun = time.monotonic()
            fill(number)
            print(f"{number:>9,} rows written in {time.monotonic() - begun:.0f} s", flush=True)
        found: dict[str, list[tuple[float, float, float]]] = {"few": [], "many": []}
        for _ in range(rounds):
            for label, name in ledgers.items():
                connections["default"].close()
                connections.databases["default"]["NAME"] = name
                del connections["default"]
                found[label].append(measure(label))
    for label, told in found.items():
        cpu, late, idle = (statistics.median(values) for values in zip(*told, strict=True))
        print(
            f"  {label:<5} a tick of {CLOSE}: cpu {cpu * 1000:6.2f} ms, late {late * 1000:6.2f} ms;"
            f" an idle tick: cpu {idle * 1e6:.0f} us"
        )
    ratios = []
    for place, what in enumerate(("cpu", "lateness", "idle cpu")):
        each = [many[place] / few[place] for few, many in zip(found["few"], found["many"], strict=True)]
        ratios.append(each)
        print(f"  ratio of {what}: {statistics.median(each):.2f} ({'  '.join(f'{one:.2f}' for one in each)})")
    return write(
        (
            aim,
            aim.came_to(
                statistics.median(one[place] for one in found["many"]) * 1000,
                ratio=statistics.median(each),
                detail=", ".join(f"{one:.2f}" for one in each),
            ),
        )
        for place, (aim, each) in enumerate(zip(figures(rows), ratios[:2], strict=True))
    )


if __name__ == "__main__":
    raise SystemExit(main())
