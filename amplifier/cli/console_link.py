"""`amplifier console-link`: the addresses that open the console once more, from any terminal of the same user."""

from __future__ import annotations

import argparse

from rich.markup import escape

from amplifier.cli.run.console_token import opened_here
from amplifier.cli.show.output import console, say_json
from amplifier.errors import UsageError
from amplifier.install import folder_of
from amplifier.settings import Mode, load

# How the pages are called, and where they are.
PAGES = {"schedule": ("I schedule", "/"), "answer": ("I answer", "/mentions")}
WALL = {"wall": ("Watch the wall", "/wall")}


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def run(options: argparse.Namespace) -> int:
    """Print them. Raises UsageError if no console is open here."""
    settings = load(options.home)
    pages = (WALL if settings.mode is Mode.REHEARSAL else {}) | PAGES
    found = opened_here(options.var or folder_of(settings, options.home))
    if not found:
        raise UsageError(
            "No console is open here. It is there while amplifier up runs, or amplifier web on this computer alone.\n"
            "Was it started with --var FOLDER? Then give this command the same."
        )
    if options.json:
        told = [{name: one.address(path) for name, (_, path) in pages.items()} for one in found]
        say_json({"mode": settings.mode.value, "consoles": told})
        return 0
    out = console()
    out.print("Whoever opens one of these can do all that you can, until Amplifier ends here:\n")
    for one in found:
        for words, path in pages.values():
            out.print(line(words, one.address(path)), soft_wrap=True)
    return 0


def line(words: str, address: str) -> str:
    """How an address stands in a list of them, as markup."""
    return f"  {words:<16} [bold]{escape(address)}[/]"
