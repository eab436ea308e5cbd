from __future__ import annotations

import ast
import io
import json
import re
import string
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from amplifier import cli
from amplifier.campaign.delivery import State
from amplifier.campaign.fate import Fate
from amplifier.cli.show import output
from amplifier.errors import Problem
from amplifier.text.visible import joining


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_every_state_has_a_shape_a_word_and_a_colour() -> None:
    assert set(output.SHAPES) == set(output.WORDS) == set(State)
    assert len({*output.WORDS.values()}) == len(State)


def test_colours_are_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    output.console().print(output.state_words(State.SENT))
    assert capsys.readouterr().out == "✓ sent\n"


def test_names_of_pictures_stay_words(capsys: pytest.CaptureFixture[str]) -> None:
    output.console().print("the :door: is open", markup=False)
    assert capsys.readouterr().out == "the :door: is open\n"


def test_what_is_no_terminal_is_eighty_columns_wide(capsys: pytest.CaptureFixture[str]) -> None:
    output.console().print("word " * 40)
    assert max(len(line.rstrip()) for line in capsys.readouterr().out.splitlines()) == 79


def test_json_keeps_letters_and_says_instants_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    output.say_json({"text": "“é”", "at": datetime(2023, 10, 10, 14, 40, tzinfo=UTC), "path": Path("a")})
    said = capsys.readouterr().out
    assert "“é”" in said
    assert json.loads(said) == {"text": "“é”", "at": "2023-10-10 14:40:00+00:00", "path": "a"}


def test_an_instant_is_said_as_the_campaigns_clocks_show_it() -> None:
    at = datetime(2023, 10, 10, 13, 40, tzinfo=UTC)
    assert output.wall_clock(at, "Europe/London") == "Tue 10 Oct 14:40"
    assert output.wall_clock(at, "Asia/Kolkata") == "Tue 10 Oct 19:10"
    assert output.as_said("2023-10-09T08:05") == "Mon 9 Oct 08:05"


def test_empty_counts_are_left_out() -> None:
    assert output.totals(Counter({State.SENT: 3, State.HELD: 1, State.QUEUED: 0})) == "1 held · 3 sent"
    assert output.totals({}) == ""


def test_what_went_out_is_told_by_how_it_stands_where_it_is_not_as_it_went_out() -> None:
    counts = {State.SENT: 3}
    assert output.totals(counts, {Fate.LIVE: 3, Fate.GONE: 0}) == "3 sent"
    assert output.totals(counts, {Fate.WITHDRAWN: 1, Fate.LIVE: 2}) == (
        "3 sent\nOf those sent: 2 as they went out, 1 withdrawn."
    )


@pytest.mark.parametrize(
    ("typed", "agrees"),
    [("y\n", True), ("YES \n", True), ("\n", False), ("n\n", False), ("yess\n", False), ("", False)],
)
def test_only_a_yes_is_a_yes(monkeypatch: pytest.MonkeyPatch, typed: str, agrees: bool) -> None:  # noqa: FBT001
    monkeypatch.setattr("sys.stdin", _Terminal(typed))
    assert output.agreed("Send it?", yes=False) is agrees


def test_who_agreed_beforehand_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert output.agreed("Send it?", yes=True)


def test_nobody_there_means_no(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert not output.agreed("Send it?", yes=False)
    assert capsys.readouterr().err == "Nobody is there to ask. Add --yes to agree beforehand.\n"


def test_words_stand_two_columns_in_on_every_line_and_a_link_stays_whole() -> None:
    link = "https://freemovement.example/a-long-way-to-the-motion"
    assert output.inset(f"One two three\n\n{link}", width=12) == f"  One two\n  three\n\n  {link}"


@pytest.mark.parametrize(
    ("wall", "zone", "fold", "said"),
    [
        ("2023-10-29T01:30", "Europe/London", 0, "01:30 BST"),
        ("2023-10-29T01:30", "Europe/London", 1, "01:30 GMT"),
        ("2023-10-29T02:00", "Europe/London", 0, "02:00"),
        ("2023-11-05T01:30", "America/New_York", 1, "01:30 EST"),
    ],
)
def test_a_time_that_comes_twice_is_told_from_its_twin(wall: str, zone: str, fold: int, said: str) -> None:
    at = output.local(wall, zone, fold)
    assert output.clock(at) == said
    assert output.wall_clock(at.astimezone(UTC), zone).endswith(said)


NASTY = "\x1b]0;owned\x07\x1b[2J\x9b31mAll sending is stopped.\u202e\ud83d"


@pytest.mark.parametrize("on_terminal", [True, False])
def test_whatever_words_come_a_terminal_only_shows_them(monkeypatch: pytest.MonkeyPatch, *, on_terminal: bool) -> None:
    shown = _Terminal() if on_terminal else io.StringIO()
    monkeypatch.setattr(output.sys, "stdout", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = output.console()
    rows = output.table("What")
    rows.add_row(NASTY)
    for words in (NASTY, escape(NASTY), Text(NASTY, style="dim"), rows, Padding(NASTY, 1)):
        out.print(words, markup=isinstance(words, str), style="red")
    output.tell(out, Problem("", 0, "rule", NASTY, NASTY), "[red]✕[/]")
    output.say_json({NASTY: NASTY})

    told = re.sub(r"\x1b\[[\d;]*m", "", shown.getvalue())  # rich's own colours
    assert not set(told) & set(NASTY) - set(string.printable)
    assert told.count("x1b]0;owned") == 7
    assert ("\x1b[31m" in shown.getvalue()) == on_terminal


def test_programs_get_every_sign_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    output.say_json({"raw": NASTY})
    assert json.loads(capsys.readouterr().out) == {"raw": NASTY}


def test_every_command_speaks_by_what_makes_words_inert() -> None:
    """Whoever prints past it says its own words alone."""
    prints, consoles = Counter[str](), Counter[str]()
    folder = Path(cli.__file__).parent
    for path in folder.rglob("*.py"):
        name = path.relative_to(folder).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name("print"), args=[_, *_]):
                    prints[name] += 1
                case ast.Call(func=ast.Name("Console")) | ast.Attribute(
                    ast.Attribute(attr="stdout" | "stderr"), "write"
                ):
                    consoles[name] += 1
    assert prints == {"show/output.py": 1, "run/sandbox.py": 1, "run/web.py": 1, "run/listener.py": 1}
    assert not consoles


SIGNS = [
    "\u200d",
    "\ufe0f",
    "\U0001f469",
    "\U0001f52c",
    "❤",
    "数",
    "a",
    "word",
    " ",
    "\n",
    "\t",
    "e\u0301",
    "\u200b",
    "-",
]


@pytest.mark.program
@given(st.lists(st.sampled_from(SIGNS), max_size=80).map("".join), st.integers(20, 80))
def test_whatever_a_stranger_wrote_is_laid_out_and_loses_nothing(text: str, width: int) -> None:
    shown = io.StringIO()
    out = output._Inert(file=shown, width=width, highlight=False, emoji=False)
    out.print(f"  @who: {text}", markup=False)
    assert _letters(shown.getvalue()) == _letters(joining(f"@who: {text}"))
    for line in text.split("\n"):
        parts = output.folded(line, width)
        assert _letters("".join(parts)) == _letters(joining(line))
        assert all(cell_len(part) <= width for part in parts)


def _letters(text: str) -> str:
    return "".join(text.split())


def test_a_line_of_blanks_is_a_line() -> None:
    assert output.folded(" " * 50, 20) == [""]
