"""`amplifier rehearse`: the whole campaign on pretend networks, with everything real but them, then a count."""

from __future__ import annotations

import argparse
import contextlib
import math
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import yaml
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from amplifier.cli.rehearsal.tally import SandboxControl, Tally, at_rest, count, heard, progress
from amplifier.cli.rehearsal.trouble import HEAVY, Trouble
from amplifier.cli.run.nearby import must_be_near
from amplifier.cli.run.ports import Ports, answers
from amplifier.cli.run.supervisor import AMPLIFIER, Supervisor
from amplifier.cli.run.up import ENDINGS, children, environment_for, migrate
from amplifier.cli.show.output import console, errors, say_json, warn
from amplifier.clock import utc_now
from amplifier.errors import SettingsError, UsageError
from amplifier.install import Install, file_in, open_install
from amplifier.schedule import files
from amplifier.schedule.program import read_program
from amplifier.settings import FILE, Mode
from amplifier.yamlfile import read

SHORTEST_S, LONGEST_S = 30, 86_400
START_WITHIN_S = 30.0
AFTER_THE_END_S = 90.0  # beyond the last moment of the last post, so that nothing still waits to be missed
DRAIN_WITHIN_S = 20.0
EVERY_S = 0.1
BEHIND_S = 1.0
OF_TOO_LATE = 0.5  # of the time after which a post is too late: so long may one that is due wait
ROOM = 1.5  # times as long as it would take if every second were as full: posts come in crowds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--seconds", type=int, default=60, help="how long the campaign takes (default: 60)")
    parser.add_argument(
        "--faults",
        choices=[HEAVY],
        help="let everything go wrong that can: bad answers at random, a worker that is killed",
    )
    parser.add_argument("--seed", type=int, help="with --faults: draw what happens from this number (default: any)")
    parser.add_argument("--keep", type=Path, help="keep the rehearsal's data in this folder (default: thrown away)")


def run(options: argparse.Namespace) -> int:
    """Play it, count it, and say whether all is well: 0 if so, 1 if not, 2 if it could not start."""
    if options.seconds < SHORTEST_S:
        raise UsageError(f"A rehearsal needs at least {SHORTEST_S} seconds; {options.seconds} is too short.")
    if options.keep and (options.keep / "var").exists():
        raise UsageError(f"There is a rehearsal in {options.keep} already. Keep this one in another folder.")
    for number in ENDINGS:
        signal.signal(number, _interrupt)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="amplifier-rehearsal-"))
    try:
        home = copy_home(options.home, folder / "home", seconds=options.seconds)
        trouble = Trouble(_seed(options.seed), seconds=options.seconds) if options.faults else None
        if trouble:  # with it much is late that would go out in time without
            tally = play(home, folder / "var", as_json=options.json, meanwhile=trouble)
        else:
            tally = _at_its_pace(options, home, folder / "var")
        if trouble:
            tally = replace(tally, kills=trouble.kills, seed=trouble.seed)
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        say_json(tally.as_json())
    else:
        console().print(tally.as_words())
    return 0 if tally.is_good() else 1


def _seed(chosen: int | None) -> int:
    """The seed that was chosen, or any; it is told in the end, so that what happened can be had again."""
    return secrets.randbelow(1_000_000) if chosen is None else chosen


def _at_its_pace(options: argparse.Namespace, home: Path, var: Path) -> Tally:
    """Play it; where this machine cannot keep up, once more from the start and as slowly as it takes, saying so.

    What is late then has another reason, and the count tells it.
    """
    try:
        return play(home, var, as_json=options.json, meanwhile=PaceCheck(options.seconds))
    except TooFast as found:
        errors().print(str(found), soft_wrap=True)
        shutil.rmtree(var)
        copy_home(options.home, home, seconds=found.seconds)
    return play(home, var, as_json=options.json)


class TooFast(Exception):
    """This machine cannot keep up: what it sends a second, and how long the campaign takes at that."""

    def __init__(self, *, rate: float, wanted: int, asked: int) -> None:
        self.seconds = min(LONGEST_S, max(2 * asked, math.ceil(ROOM * wanted / rate)))
        super().__init__(
            f"In {asked} seconds much would come too late: this machine sends {rate:.1f} posts a second (measured just "
            f"now), and there are {wanted}. It is played again from the start, in {self.seconds} seconds."
        )


class PaceCheck:
    """Looks whether what is due goes out; raises TooFast, with what was measured, before anything is missed."""

    def __init__(self, asked: int, now: Callable[[], datetime] = utc_now) -> None:
        self._asked = asked
        self._now = now
        self._behind: tuple[datetime, int] | None = None  # since when something waits, and what was sent by then

    def __call__(self, running: Running) -> None:
        """One look. Only while something waits does what is sent tell how much this machine can send."""
        now = self._now()
        seen = progress(running.database(), now)
        if seen.waits_s < BEHIND_S:
            self._behind = None
            return
        since, before = self._behind = self._behind or (now, seen.sent)
        lasts, sent = (now - since).total_seconds(), seen.sent - before
        if sent and seen.waits_s > running.install.settings.timing.too_late_after_s * OF_TOO_LATE and lasts:
            raise TooFast(rate=sent / lasts, wanted=seen.planned, asked=self._asked)


def copy_home(source: Path, target: Path, *, seconds: int) -> Path:
    """The settings, schedules and templates in a folder of their own, set to a rehearsal of so many seconds."""
    if not (source / FILE).is_file():
        raise UsageError(f"There is no {FILE} in {source.resolve()}. Go to its folder, or say where: --home FOLDER")
    text = read(source / FILE, FILE, SettingsError).decode()
    files.sources(source)  # what cannot be read is named, before anything is copied
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in ("schedules", "templates"):
            if (source / name).is_dir():
                shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        (target / FILE).write_text(as_rehearsal(text, seconds), encoding="utf-8")
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"The files cannot be copied to {target}: {why}. Choose another: --keep FOLDER") from None
    return target


def as_rehearsal(text: str, seconds: int) -> str:
    """The same settings with `mode: rehearsal` and this many seconds, everything else as it is.

    What it adds stands as far down as it can, so that the lines keep their numbers. What is no YAML, or no mapping,
    comes back as it is: whoever loads it says what is wrong with it.
    """
    text = text if text.endswith("\n") else text + "\n"
    try:
        top = yaml.compose(text, yaml.SafeLoader)
        if not isinstance(top, yaml.MappingNode):
            return text
        text = _set(text, top, "rehearsal", f"{{seconds: {seconds}}}", inside="seconds", value=str(seconds))
        return _set(text, yaml.compose(text, yaml.SafeLoader), "mode", "rehearsal")
    except yaml.YAMLError:
        return text


def _set(text: str, node: yaml.Node | None, key: str, whole: str, *, inside: str = "", value: str = "") -> str:
    """The YAML text with `key: whole`; with `inside`, a mapping that is there only gets that key inside it."""
    if not isinstance(node, yaml.MappingNode):
        return text
    found = next((its for name, its in node.value if name.value == key), None)
    if inside and isinstance(found, yaml.MappingNode):
        return _set(text, found, inside, value)
    if found is not None:
        start, end = found.start_mark.index, found.end_mark.index
        line_end = "\n" if text[start:end].endswith("\n") else ""
        return f"{text[:start].rstrip(' ')} {whole}{line_end}{text[end:]}"
    if node.flow_style:
        at, comma = node.start_mark.index + 1, ", " if node.value else ""
        return f"{text[:at]}{key}: {whole}{comma}{text[at:]}"
    at = text.rfind("\n", 0, node.end_mark.index) + 1
    return f"{text[:at]}{' ' * node.start_mark.column}{key}: {whole}\n{text[at:]}"


@dataclass
class Running:
    """A rehearsal under way: its place, its processes, and the way into its sandbox."""

    install: Install
    supervisor: Supervisor
    world: SandboxControl

    def database(self) -> Path:
        """Where its ledger is."""
        return file_in(self.install.var)


def play(
    home: Path,
    var: Path,
    *,
    as_json: bool,
    meanwhile: Callable[[Running], None] = lambda _: None,
    program: Sequence[str] = AMPLIFIER,
) -> Tally:
    """Play the campaign in `home` and count it.

    `meanwhile` is called again and again while it plays; `program` is what runs as the worker.
    """
    install = open_install(home, var)
    if install.settings.mode is not Mode.REHEARSAL:
        raise UsageError("A rehearsal needs mode: rehearsal.")
    warn(errors(), must_be_near(install))
    read_program(files.sources(home), install.settings)
    with contextlib.closing(Ports()) as ports:
        return _play(install, ports.any_free(), meanwhile, as_json=as_json, program=program)


def _play(
    install: Install, port: int, meanwhile: Callable[[Running], None], *, as_json: bool, program: Sequence[str]
) -> Tally:
    environment = environment_for(install, port)
    migrate(install, environment)
    world = SandboxControl(port, install.sandbox_token)
    sandbox, worker = children(install, opened=None)
    supervisor = Supervisor([sandbox, replace(worker, program=program)], environment=environment)
    running = Running(install, supervisor, world)
    started = time.monotonic()
    try:
        supervisor.start()
        wait(supervisor, lambda: answers(port), START_WITHIN_S, "the pretend networks did not start")
        public = install.settings.rehearsal.public
        world.set_public(per_minute=public.per_minute, stop_at=public.stop_at)
        _watch(running, meanwhile, as_json=as_json)
        _must_have_started(supervisor)
        world.set_public(per_minute=0, stop_at=public.stop_at)
        _drain(running)
        tally = count(running.database(), world, install.settings, seconds=time.monotonic() - started)
    finally:
        supervisor.close()
    return tally


def wait(supervisor: Supervisor, until: Callable[[], bool], seconds: float, why: str) -> None:
    """Mend the processes until something is so. Raises UsageError with `why` when it takes too long."""
    deadline = time.monotonic() + seconds
    while not until():
        _must_have_started(supervisor)
        if time.monotonic() > deadline:
            raise UsageError(f"The rehearsal stopped: {why} within {seconds:.0f} seconds.")
        supervisor.mend()
        time.sleep(EVERY_S)


def _must_have_started(supervisor: Supervisor) -> None:
    if supervisor.was_refused:
        raise UsageError("The rehearsal stopped: a part of it could not start. It says why above.")


def _watch(running: Running, meanwhile: Callable[[Running], None], *, as_json: bool) -> None:
    """Follow the ledger until every delivery is at its end."""
    deadline = time.monotonic() + running.install.settings.rehearsal.seconds + AFTER_THE_END_S
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors(), disable=as_json or not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("Rehearsing", total=None)
        while time.monotonic() < deadline and not running.supervisor.is_ending:
            running.supervisor.mend()
            meanwhile(running)
            done, total = at_rest(running.database())
            bar.update(task, completed=done, total=total or None)
            if total and done == total:
                return
            time.sleep(EVERY_S)


def _drain(running: Running) -> None:
    """Let the listener read what was said last."""
    deadline = time.monotonic() + DRAIN_WITHIN_S
    covered = running.world.covered(running.install.settings)
    while time.monotonic() < deadline:
        running.supervisor.mend()
        if heard(running.database()) >= len(covered):
            return
        time.sleep(EVERY_S)
        covered = running.world.covered(running.install.settings)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
