"""A ledger that is deleted and milestones that move, both in the middle of a campaign: nothing twice, nothing lost."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from amplifier.cli.rehearsal.rehearse import Running, copy_home, play
from tests.journeys.install import AMPLIFIER, REPOSITORY, RunningInstall

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for strays in /proc"),
]
SOME = 45  # deliveries of a campaign of well over a hundred
OLD = 5
THREE_HOURS_MS = 3 * 3_600_000
HANGING = "SELECT 1 FROM deliveries d JOIN posts p ON p.id = d.post_id"
AT_REST = "SELECT count(*) FROM deliveries WHERE state NOT IN ('queued', 'sending', 'unsure')"
MOVING = "SELECT 1 FROM deliveries WHERE state IN ('queued', 'sending', 'unsure')"


def _ours(install: RunningInstall) -> Counter[tuple[str, str]]:
    """How often the world has each text of ours on each network."""
    posts = install.world().posts()
    return Counter((str(post["network"]), str(post["text"])) for post in posts if post["ours"])


def _age(world: Path, number: int) -> set[str]:
    """Let the first posts on X be three hours old; their texts. Its ids tell the time, so they change too."""
    older = THREE_HOURS_MS << 22
    with contextlib.closing(sqlite3.connect(world)) as file, file:
        rows = file.execute(
            "SELECT position, text FROM posts WHERE network = 'x' AND ours ORDER BY position LIMIT ?", (number,)
        ).fetchall()
        for position, _ in rows:
            file.execute(
                "UPDATE posts SET position = ?, remote_id = ?, canonical_id = ?, root = ?, at_ms = at_ms - ?"
                " WHERE network = 'x' AND position = ?",
                (position - older, *[str(position - older)] * 3, THREE_HOURS_MS, position),
            )
            file.execute(
                "UPDATE tags SET position = position - ? WHERE network = 'x' AND position = ?", (older, position)
            )
    return {text for _, text in rows}


def test_a_deleted_database_repeats_nothing(tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=30), tmp_path / "var")
    try:
        first = install.up()
        first.until(lambda: (install.rows(AT_REST) or [(0,)])[0][0] >= SOME, what="part of it")
        assert first.stop()[0] == 0
        for path in install.var.glob("amplifier.sqlite3*"):
            path.unlink()
        old = _age(install.var / "world.sqlite3", OLD)
        second = install.up()
        second.until(lambda: install.rows("SELECT 1 FROM deliveries"), what="plan")
        second.until(lambda: not install.rows(MOVING), what="rest")
        copies = _ours(install)
        planned = install.ask("check")["deliveries"]
        assert len(copies) == planned
        assert {words: number for words, number in copies.items() if number > 1} == {}
        held = install.rows("SELECT text, platform, reason, detail FROM deliveries WHERE state = 'held'")
        assert {text for text, *_ in held} == old
        assert {(platform, reason) for _, platform, reason, _ in held} == {("x", "duplicate")}
        assert install.rows("SELECT count(*) FROM deliveries WHERE state = 'sent'") == [(planned - OLD,)]
        told = install.command("status")
        assert told.returncode == 1
        assert "The network says that it has this text already" in " ".join(told.stdout.split())
        assert "Traceback" not in second.said()
    finally:
        install.end()


@dataclass
class Mover:
    """Moves the debate while the campaign plays, as a person would, each move once its moment has come."""

    moves: list[tuple[str, str]] = field(
        default_factory=lambda: [
            ("+40m", "SELECT 1 FROM deliveries WHERE state = 'sent' LIMIT 1 OFFSET 15"),
            ("-40m", "SELECT 1 FROM deliveries WHERE state = 'sent' LIMIT 1 OFFSET 45"),
            ("-1h", f"{HANGING} WHERE d.state = 'sent' AND p.slot = 'debate-ahead'"),
        ]
    )
    answers: list[dict[str, object]] = field(default_factory=list)

    def __call__(self, running: Running) -> None:
        if not self.moves:
            return
        move, moment = self.moves[0]
        with contextlib.closing(sqlite3.connect(f"file:{running.database()}?mode=ro", uri=True)) as connection:
            if not connection.execute(moment).fetchone():
                return
        self.moves.pop(0)
        place = running.install
        words = ["milestone", "move", "debate", move, "--reason", "the hall is late", "--yes", "--json"]
        where = ["--home", str(place.home), "--var", str(place.var)]
        done = subprocess.run([*AMPLIFIER, *words, *where], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        self.answers.append(json.loads(done.stdout))


def test_a_debate_that_moves_three_times_loses_and_repeats_nothing(tmp_path: Path) -> None:
    mover = Mover()
    home = copy_home(REPOSITORY, tmp_path / "home", seconds=60)
    tally = play(home, tmp_path / "var", as_json=True, meanwhile=mover)
    assert [answer["to"] for answer in mover.answers] == [
        "2023-10-10 15:20:00+01:00",
        "2023-10-10 14:40:00+01:00",
        "2023-10-10 13:40:00+01:00",
    ]
    assert all(answer["moved"] for answer in mover.answers)
    assert "debate-ahead/once" in mover.answers[-1]["already_out"]  # type: ignore[operator]
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "amplifier.sqlite3")) as connection:
        left = connection.execute("SELECT platform, reason, detail FROM deliveries WHERE state <> 'sent'").fetchall()
    assert left == []
    assert (tally.duplicates, tally.lost, tally.unfinished, tally.unsure, tally.held, tally.missed) == (0,) * 6
    assert tally.sent == tally.deliveries > 2 * SOME
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "amplifier.sqlite3")) as connection:
        wall = dict(connection.execute("SELECT slot, wall_time FROM posts WHERE milestone = 'debate'"))
    assert wall["vote-stand"] == "2023-10-10T14:40"  # an hour after the debate, which is now at 13:40
    assert wall["debate-ahead"] == "2023-10-09T19:40"  # what has gone out stays as it was
