"""The table of speed in docs/reliability.md, from what the benches have left in var/bench.

Run: .venv/bin/python bench/table.py. A figure that var/bench does not have keeps the row that it has, with the day on
which that was measured; one that has never been measured says so. Which are missing is printed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from figures import BENCHES, FOLDER, Aim, Figure, read

HERE = Path(__file__).parent

DOCUMENT = HERE.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- the table of speed, written by bench/table.py -->", "<!-- end of the table of speed -->"
HEAD = "| what | measured | aim: at most | holds | on (UTC) | how |\n| --- | --- | --- | --- | --- | --- |"
NEVER = ("not measured", "", "")


def declared() -> list[tuple[str, Aim]]:
    """All figures that there are, each with its bench."""
    return [(bench, aim) for bench in BENCHES for aim in import_module(bench).FIGURES]


def _number(value: float) -> str:
    return f"{value:,.1f}" if value >= 1 else f"{value:.2f}"


def measured(figure: Figure) -> str:
    """What was found, in a cell: the ratio where there is a yardstick, else the value in its unit."""
    if figure.ratio is not None:
        found = f"{figure.ratio:.2f}"
    else:
        found = "no answer" if figure.value is None else f"{_number(figure.value)} {figure.unit}"
    return f"{found} ({figure.detail})" if figure.detail else found


def beginning(aim: Aim) -> str:
    """What a row of this figure begins with, whenever it was measured."""
    return f"| {aim.name}{f', beside {aim.against}' if aim.against else ''} |"


def row(bench: str, aim: Aim, found: tuple[str, str, str]) -> str:
    """A row: the figure, what was measured, whether that holds, and on which day."""
    text, holds, date = found
    most = f"{aim.at_most:,g}" + ("" if aim.against else f" {aim.unit}")
    return f"{beginning(aim)} {text} | {most} | {holds} | {date} | `bench/{bench}.py` |"


def _kept(old: str, bench: str, aim: Aim) -> tuple[str, str, str]:
    """What the table has said of this very figure and this very aim, or that it was never measured."""
    for line in old.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if line.startswith(beginning(aim)) and len(cells) == HEAD.splitlines()[0].count(" | ") + 1:
            found = (cells[1], cells[3], cells[4])
            if line == row(bench, aim, found):
                return found
    return NEVER


def table(old: str, folder: Path) -> tuple[str, list[str]]:
    """The table, and a line for each figure that var/bench does not have as it is declared."""
    lines, missing = [HEAD], []
    for bench, aim in declared():
        figure = read(aim.key, folder)
        now = {"name": aim.name, "unit": aim.unit, "against": aim.against, "aim": aim.at_most}
        if figure and replace(figure, **now) == figure:
            lines.append(row(bench, aim, (measured(figure), "yes" if figure.holds else "no", figure.date)))
            continue
        kept = _kept(old, bench, aim)
        stands = "none in the table" if kept == NEVER else f"the table keeps {kept[0]} of {kept[2]}"
        why = "measured otherwise than declared" if figure else f"not in {folder}"
        missing.append(f"{aim.key}: {why}; {stands}.")
        lines.append(row(bench, aim, kept))
    return "\n".join(lines), missing


def written(document: str, folder: Path) -> tuple[str, list[str]]:
    """The document with its table anew, and what is missing."""
    found = re.search(rf"{re.escape(BEGIN)}\n(.*?){re.escape(END)}", document, re.DOTALL)
    if not found:
        raise SystemExit(f"docs/reliability.md lacks its two markers: {BEGIN} and {END}")
    new, missing = table(found[1], folder)
    return document[: found.start()] + f"{BEGIN}\n\n{new}\n\n{END}" + document[found.end() :], missing


def main() -> None:
    """Write the table, and say which figures are missing."""
    document, missing = written(DOCUMENT.read_text(), FOLDER)
    DOCUMENT.write_text(document)
    print("\n".join(missing) or "All figures are of var/bench.")


if __name__ == "__main__":
    main()
