"""Words of people, as a change of them is shown before anybody agrees: what was added, and what to know first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.markup import escape

from amplifier.campaign.post import Words
from amplifier.cli.show.output import console
from amplifier.compose.sameness import Echo
from amplifier.compose.word_warnings import word_warnings
from amplifier.errors import Problem
from amplifier.schedule.naming.known import told_of_row
from amplifier.schedule.truth.free_words import Stale
from amplifier.schedule.truth.held_then import held_then
from amplifier.settings import Settings


def warnings_of(words: Iterable[Words], echoes: Iterable[Echo], settings: Settings) -> list[Problem]:
    """What says nearly the same already or is to, and what to know of the words themselves."""
    return [*(echo.warning() for echo in echoes), *word_warnings(words, settings)]


def say_appended(appended: Mapping[str, Iterable[str]]) -> None:
    """What was added to a person's words, and how to go without it."""
    by_words: dict[str, list[str]] = {}
    for account, words in appended.items():
        by_words.setdefault(" ".join(words), []).append(account)
    for words, names in by_words.items():
        said = f"Added, as to every post: {words} ({', '.join(names)}). To go without: --no-append"
        console().print(said, markup=False, style="dim", soft_wrap=True)


def say_stale(stale: Iterable[Stale], freed: Iterable[Stale]) -> None:
    """What people wrote, and a move makes untrue; and what it makes true again."""
    out = console()
    held = held_then(stale)
    for one in held:
        name = told_of_row(one.post)
        out.print(f"[yellow]‖[/] {escape(name)} on {escape(', '.join(one.accounts))} would be held.", soft_wrap=True)
        for why in one.reasons:
            out.print(f"  {why}", markup=False, soft_wrap=True)
        for text, accounts in one.texts:
            words = text.replace("\n", "\n    ")
            on = f"{', '.join(accounts)}: " if len(one.texts) > 1 else ""
            out.print(f"    {on}{words}", markup=False, style="dim", soft_wrap=True)
    if held:
        out.print("  Afterwards: amplifier edit, or amplifier facts leave")
    for one in held_then(freed):
        name = f"{told_of_row(one.post)} on {', '.join(one.accounts)}"
        out.print(f"[green]✓[/] {escape(name)} is true again, and would no longer be held.", soft_wrap=True)
