"""The door: from the command's name to the module that carries it out; only that module is loaded."""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import shutil
import sys
import textwrap
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import amplifier
from amplifier.cli.show.streams import unbreakable
from amplifier.errors import AmplifierError, FileError, Problem, UsageError
from amplifier.no_file import instead_of_file
from amplifier.system_error import in_words
from amplifier.text.visible import revealed

# How seldom Python looks for things that only hold on to each other (see gc.set_threshold), while a command reads and
# reports: it keeps what it has read until it ends, and looking is a tenth of `plan` (bench/check.py).
SELDOM = (50_000, 20, 20)


@dataclass(frozen=True)
class Command:
    """A command: the module in `amplifier.cli`, whether it reads the database, and its line in `--help`.

    `anyhow`: it has to run also where settings or keys are in no order, and finds out by itself how far it gets.
    `keyless`: live mode needs no key for it to begin; what it seals or opens, if it does, asks then. `makes`: the data
    folder is made if it is not there. `far`: it may open a live database on a network file system, too. `reports`:
    without this argument its answer is all that it is for ("": always, None: never). `bare`: where there is a data
    folder, settings.yaml may be gone altogether.
    """

    module: str
    ledger: bool
    help: str
    anyhow: bool = False
    keyless: bool = False
    makes: bool = False
    far: bool = False
    reports: str | None = None
    bare: bool = False


COMMANDS: dict[str, Command] = {
    "up": Command("run.up", False, "start everything here, and end it with Ctrl-C", makes=True),
    "console-link": Command(
        "console_link", False, "show the addresses that open the console, while it runs", reports=""
    ),
    "check": Command(
        "check",
        True,
        "look for mistakes in settings, schedules and templates",
        anyhow=True,
        keyless=True,
        far=True,
        reports="",
    ),
    "plan": Command(
        "plan", True, "show what goes out, when, where, in which words, at what cost", keyless=True, reports=""
    ),
    "preview": Command(
        "preview",
        True,
        "show one template in all its wordings on all networks",
        keyless=True,
        reports="",
    ),
    "rehearse": Command(
        "rehearsal.rehearse",
        False,
        "play the campaign on pretend networks and count what happened",
        makes=True,
        reports="",
    ),
    "send": Command("send", True, "send one post of your own, now or later", keyless=True),
    "milestone": Command(
        "milestone",
        True,
        "list milestones, or move one: the posts that hang on it follow",
        reports="name",
        keyless=True,
    ),
    "skip": Command("skip", True, "leave one coming post out", keyless=True),
    "edit": Command("edit", True, "give one coming post other words", keyless=True),
    "correct": Command("correct", True, "give a post that is out other words, visibly", keyless=True),
    "withdraw": Command("withdraw", True, "delete a post wherever it is", keyless=True),
    "facts": Command("facts", True, "list what is out and no longer so", reports="post", keyless=True),
    "mentions": Command(
        "mentions", True, "list what others said to us, and mark what is dealt with", reports="status", keyless=True
    ),
    "status": Command("status", True, "say how things stand", far=True, reports="", keyless=True),
    "decide": Command(
        "decide", True, "list what is in doubt, held or missed, and decide about it", reports="what", keyless=True
    ),
    "stop": Command(
        "stop", True, "send nothing more, at once", makes=True, anyhow=True, far=True, keyless=True, bare=True
    ),
    "stop-link": Command(
        "stop_link", True, "make a secret address that can stop everything, and nothing else", makes=True, keyless=True
    ),
    "resume": Command("resume", True, "let a stopped service send again", keyless=True),
    "confirm": Command("confirm", True, "find what people posted by hand, and write it down", makes=True, keyless=True),
    "notify": Command(
        "notify",
        True,
        "list what people were told; with test: try whether that works",
        makes=True,
        reports="action",
        keyless=True,
    ),
    "backup": Command("backup", True, "keep the whole database in one sealed file", makes=True, far=True, keyless=True),
    "restore": Command("restore", True, "put a backup in the database's place, stopped", makes=True, keyless=True),
    "web": Command("run.web", True, "run the pages alone", makes=True),
    "worker": Command("run.worker", True, "run planning and delivery alone", makes=True),
    "listener": Command("run.listener", True, "run listening alone", makes=True),
    "sandbox": Command("run.sandbox", False, "run the pretend networks alone", makes=True),
    "migrate": Command("run.migrate", True, "make the database ready", makes=True, keyless=True),
}


DISTANCE = re.compile(r"-\.?\d")


class _Parser(argparse.ArgumentParser):
    """Complains by an error, so that a wrong option is told like everything else, in JSON too."""

    def __init__(self, **words: Any) -> None:
        super().__init__(allow_abbrev=False, **words)
        # A distance such as -1h is no option, as Python 3.14 has it; before, argparse lets only whole numbers pass.
        self._negative_number_matcher = DISTANCE

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"“{value}” is not one of {', '.join(map(str, action.choices))}")

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:].rstrip('.')}.\nMore about it: {self.prog} --help")


STANDS = "What was done before that stands. How things are: amplifier status"
HALVES = re.compile(r"[\ud800-\udfff]")  # what Python makes of bytes that are not what the terminal says


def module_of(name: str) -> ModuleType:
    """The module that carries out this command."""
    return import_module(f"amplifier.cli.{COMMANDS[name].module}")  # one of the two doors that load by name


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code: 0 done and good, 1 the world is not as wished, 2 nothing was started.

    What takes the output has no say in it, unless the output is all that the command is for.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = next((word for word in words if word in COMMANDS), "")
    with unbreakable() as streams:
        code, was_asked_only = _guarded(name, words)
        sys.stdout.flush()
        problem = streams.problem()
        if problem:
            what = "What it was to do stands as it is" if not was_asked_only else "Nothing was changed"
            sys.stderr.write(f"amplifier: The answer could not be written: {problem}. {what}.\n")
    return 1 if problem and was_asked_only and code == 0 else code


def _guarded(name: str, words: list[str]) -> tuple[int, bool]:
    """Run one command; its exit code, and whether its answer is all that it was for."""
    as_json = "--json" in words
    if not name:
        return _explain(next((word for word in words if not word.startswith("-")), ""), words), True
    words.remove(name)
    broken = next((word for word in words if not word.isascii() and HALVES.search(word)), "")
    if broken and not COMMANDS[name].anyhow:
        message = f"“{broken}” is not UTF-8, so it cannot be read. Nothing was changed."
        hint = "Set the terminal to UTF-8 (locale says what it has), and give the command once more."
        return _refuse([Problem("", 0, "not_utf8", message, hint)], as_json=as_json), True
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amplifier.django_settings")
    try:
        return _run(name, words)
    except FileError as error:
        return _refuse(list(dict.fromkeys(error.problems)), as_json=as_json), True
    except AmplifierError as error:
        message, _, hint = str(error).partition("\n")
        return _refuse([Problem("", 0, "usage", message, hint)], as_json=as_json), True
    except OSError as error:
        return _refuse([_by_system(error, "Nothing was changed.")], as_json=as_json), True
    except KeyboardInterrupt:
        return 130, False


def _run(name: str, words: list[str]) -> tuple[int, bool]:
    explained = COMMANDS[name].help
    parser = _Parser(prog=f"amplifier {name}", description=f"{explained[:1].upper()}{explained[1:]}.")
    parser.add_argument("--home", type=Path, default=Path(), help="the folder with settings.yaml (default: here)")
    parser.add_argument("--var", type=Path, help="the folder for data (default: var/ and the mode, in that folder)")
    parser.add_argument("--json", action="store_true", help="answer in JSON, also about errors")
    # In any order, and with a -- before a distance, as other programs want it: none of that is a reason to refuse.
    words = [word for word, after in pairwise([*words, ""]) if word != "--" or not DISTANCE.match(after)]
    if COMMANDS[name].ledger:
        _prepare(name, words)
    module = module_of(name)
    module.add_arguments(parser)
    options = parser.parse_intermixed_args(words)
    _find_settings(name, options.home, options.var)
    reports = COMMANDS[name].reports
    was_asked_only = reports is not None and not (reports and getattr(options, reports))
    if was_asked_only:
        gc.set_threshold(*SELDOM)
    try:
        return int(module.run(options)), was_asked_only
    except OSError as error:
        if was_asked_only:
            raise
        return _refuse([_by_system(error, STANDS)], as_json=options.json, code=1), False


def _by_system(error: OSError, meaning: str) -> Problem:
    """What the system refused where nobody saw it coming."""
    what, do = in_words(error)
    return Problem("", 0, "system", f"{what} {meaning}", do)


def _prepare(name: str, words: list[str]) -> None:
    """Tell Django where the database is, before anything that uses it is loaded. Whoever asks for help needs none."""
    peek = _Parser(prog=f"amplifier {name}", add_help=False)
    peek.add_argument("--home", type=Path, default=Path())
    peek.add_argument("--var", type=Path)
    known, others = peek.parse_known_args(words)
    if not {"-h", "--help"} & set(others):
        _find_settings(name, known.home, known.var)
        install = import_module("amplifier.install")
        try:
            found = install.open_install(
                known.home, known.var, keyless=COMMANDS[name].keyless, make=COMMANDS[name].makes
            )
            if not COMMANDS[name].far:
                import_module("amplifier.cli.run.nearby").must_be_near_if_there(found)
        except AmplifierError:
            if not COMMANDS[name].anyhow:
                raise
            install.choose_data_folder(known.home, known.var)
    import_module("django").setup()


def _find_settings(name: str, home: Path, var: Path | None) -> None:
    """Raises UsageError with the next step if this is not the folder of a campaign."""
    path = home / "settings.yaml"
    if os.environ.get("AMPLIFIER_HELD_SETTINGS") or path.is_file():
        return
    if COMMANDS[name].bare and import_module("amplifier.install").data_folders(home, var):
        return
    folder = os.path.realpath(home)
    if what := instead_of_file(path):
        raise UsageError(
            f"settings.yaml in {folder} is {what}, and not a file.\nPut the file in its place, or name another folder: "
            "--home FOLDER"
        )
    raise UsageError(f"There is no settings.yaml in {folder}.\nGo to the folder that has it, or name it: --home FOLDER")


def _explain(name: str, words: list[str]) -> int:
    if "--version" in words:
        sys.stdout.write(f"amplifier {amplifier.VERSION}\n")
        return 0
    lines = [
        "Amplifier: say it once, on time, on X, Bluesky and Mastodon,",
        "and answer everyone who answers you.",
        "",
        "usage: amplifier COMMAND [options]        amplifier COMMAND --help says more",
        "",
        *(f"  {command:<12} {row.help}" for command, row in COMMANDS.items()),
        "",
        "Start with:  amplifier up        (a rehearsal: nothing leaves this computer)",
    ]
    if not name:
        sys.stdout.write("\n".join(lines) + "\n")
        return 0 if "--help" in words or "-h" in words or not words else 2
    message = f"There is no command “{name}”."
    if "--json" in words:
        return _refuse([Problem("", 0, "usage", message, "amplifier --help lists them all.")], as_json=True)
    sys.stderr.write(f"amplifier: {revealed(message)}\n\n" + "\n".join(lines) + "\n")
    return 2


def _refuse(problems: list[Problem], *, as_json: bool, code: int = 2) -> int:
    if as_json:
        sys.stdout.write(json.dumps({"problems": [problem.as_json() for problem in problems]}, indent=2) + "\n")
        return code
    for problem in problems:
        ours = "\n".join(filter(None, (f"amplifier: {problem.message}", problem.hint)))
        sys.stderr.write(_folded(revealed(str(problem) if problem.path else ours)) + "\n")
    return code


def _folded(words: str) -> str:
    """On a terminal lines end between words; what is indented is to be pasted, and stays whole."""
    if not sys.stderr.isatty():
        return words
    width = shutil.get_terminal_size().columns - 1
    fold = partial(textwrap.wrap, width=width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(part for line in words.split("\n") for part in ([line] if line[:1] == " " else fold(line) or [""]))


if __name__ == "__main__":
    sys.exit(main())
