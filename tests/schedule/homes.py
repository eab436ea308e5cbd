"""Homes for the planner: the example's own files, and a small campaign whose files a test may change."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from amplifier import settings as settings_file
from amplifier.deliver.accounts import listed
from amplifier.settings import Settings
from amplifier.store import ledger
from amplifier.store.identity import accounts

EXAMPLE = Path(__file__).parents[2]
SCHEDULE = """\
campaign: lab23
milestones:
  debate: 2023-10-09 14:40
slots:
  - name: soon
    template: lab23/soon
    at: debate - 1h
  - name: morning
    template: lab23/hello
    every: day at 09:00
    from: 2023-10-06
    until: debate
    accounts: [x]
"""
SOON = "---\nask: watch\n---\n== plain\nThe debate is at {{ milestones.debate | clock }}.\n"
# As many ways to say it as it is said: X takes no near copy within a week.
HELLO = """\
---
ask: hello
---
== one
Good morning, it is {{ day | weekday }}.
== two
Up early this {{ day | weekday }}? Good for you.
== three
A Good breakfast, warm shoes, a clear question: {{ day | weekday }} can come.
== four
Who speaks to a delegate before lunch on {{ day | weekday }}? Good luck to all who do.
"""
EIGHT = datetime(2023, 10, 6, 7, 0, tzinfo=UTC)  # eight o'clock in Liverpool


@cache
def settings(*, live: bool = True) -> Settings:
    """The example's settings, in the mode that is asked for."""
    text = (EXAMPLE / "settings.yaml").read_text()
    return settings_file.parse(text.replace("mode: rehearsal", "mode: live", 1) if live else text)


class Home:
    """A small campaign in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        shutil.copy(EXAMPLE / "settings.yaml", folder)
        self.write("schedules/small.yaml", SCHEDULE)
        self.write("templates/lab23/soon.j2", SOON)
        self.write("templates/lab23/hello.j2", HELLO)

    def write(self, name: str, text: str | bytes) -> None:
        """Change a file, so that its time says so."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        later = max(path.stat().st_mtime_ns, before + 1_000_000)
        os.utime(path, ns=(later, later))


def open_ledger(now: datetime, *, live: bool = True) -> None:
    """A ledger of the example campaign."""
    ledger.open_ledger(mode="live" if live else "rehearsal", campaign="lab23", now=now, stopped="")
    accounts.know_accounts(listed(settings(live=live)))
