"""Two weeks in half a minute, on two Mastodon servers: what the campaign may do, its rehearsal does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.journeys.install import AMPLIFIER, OF_THE_TESTS, REPOSITORY

NORTH = """  - name: mastodon-north
    platform: mastodon
    handle: LabFreeMvmt
    api: https://north.example
    gap: 30m
    daily_cap: 1

listen:
"""
# The same words each Sunday on X, a week apart; on each server of Mastodon too, and something else on each day.
SCHEDULE = """\
campaign: lab23
slots:
  - name: sunday
    template: lab23/sunday
    every: sunday at 10:00
  - name: morning
    template: lab23/morning
    every: day at 09:00
    accounts: [mastodon, mastodon-north]
"""
SUNDAY = "---\nask: come\n---\n== one\nOur stall is open today.\n"
MORNING = "---\nask: read\n---\n== one\nGood morning, it is {{ day | weekday }}.\n"


@pytest.mark.journey
def test_weekly_words_and_two_servers_play_as_they_will(tmp_path: Path) -> None:
    text = (
        (REPOSITORY / "settings.yaml")
        .read_text()
        .replace("\nlisten:\n", f"\n{NORTH}", 1)
        .replace("\n\n  - name", "\n  - name")
    )
    own = '      mastodon-north: "@labfreemvmt@north.example"\n'
    (tmp_path / "settings.yaml").write_text(text.replace("  append:", f"{own}  append:", 1))
    for name, words in (
        ("schedules/a", SCHEDULE),
        ("templates/lab23/sunday", SUNDAY),
        ("templates/lab23/morning", MORNING),
    ):
        path = tmp_path / f"{name}.{'yaml' if name.startswith('schedules') else 'j2'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
    done = subprocess.run(
        [
            *AMPLIFIER,
            "rehearse",
            "--home",
            str(tmp_path),
            "--seconds",
            "30",
            "--keep",
            str(tmp_path / "kept"),
            "--json",
        ],
        env={name: value for name, value in os.environ.items() if name not in OF_THE_TESTS},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.stdout, done.stderr
    tally = json.loads(done.stdout)
    assert {name: tally[name] for name in ("held", "missed", "duplicates", "lost", "unsure")} == dict.fromkeys(
        ("held", "missed", "duplicates", "lost", "unsure"), 0
    )
    assert (tally["sent"], tally["deliveries"]) == (48, 48)  # 3 Sundays on 4 accounts, 18 mornings on 2
    assert tally["mentions_logged"] == tally["mentions_seen"]
    assert done.returncode == 0
