"""Glossary and code say the same: each word is somewhere, each name is one thing, and what is retired is gone."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS: list[tuple[str, str]] = re.findall(r"^\| \*\*(.+?)\*\* \| .+ \| `([\w.]+)` \|$", PAGE, re.MULTILINE)
SOURCES = sorted(path for path in (ROOT / "amplifier").rglob("*.py") if "migrations" not in path.parts)
# What things were called, and what they are called now: the old word names nothing any more.
RETIRED = {
    "errand": "secret link",
    "till": "budget",
    "scribe": "batch writer",
    "pulse": "watchdog",
    "stagehand": "rehearsal agent",
    "lifeline": "parent pipe",
    "patience": "limits, or what is waited for",
    "journey": "delivery view",
    "halt": "stop flag",
    "house": "app",
    "unheard": "unnotified",
}
PIECE = re.compile(r"_|s(?=_|$)|(?<=[a-z])(?=[A-Z])")
# In a language's own list of words, and of what is listened to and was never heard.
ELSEWHERE = {("till", "amplifier/text"), ("unheard", "amplifier/platforms"), ("unheard", "amplifier/cli/status.py")}


def test_every_word_has_a_row_in_order() -> None:
    words = [word.replace("-", " ") for word, _ in ROWS]
    assert len(words) > 50
    assert len(ROWS) == PAGE.count("\n| **")
    assert words == sorted(set(words))


@pytest.mark.parametrize(("word", "name"), ROWS, ids=[word for word, _ in ROWS])
def test_every_word_is_where_its_row_says(word: str, name: str) -> None:
    module, _, inside = f"amplifier.{name}".rpartition(".")
    if find_spec(f"amplifier.{name.partition('.')[0]}") and (ROOT / "amplifier" / name.replace(".", "/")).is_dir():
        return
    if (ROOT / "amplifier" / f"{name.replace('.', '/')}.py").is_file():
        return
    assert hasattr(import_module(module), inside), f"{word}: there is no {name}"


def test_every_reason_and_every_state_has_a_row() -> None:
    for reason in HoldReason:
        assert f"\n| `{reason}` | " in PAGE, reason
    states = PAGE.partition("## The states of a delivery")[2]
    for state in State:
        assert f"`{state}`" in states or f"| {state} |" in states or f"| `{state}` |" in states, state


def test_a_class_is_called_like_no_other() -> None:
    where = defaultdict[str, list[str]](list)
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Meta":
                where[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: places for name, places in where.items() if len(places) > 1} == {}


@pytest.mark.parametrize("word", RETIRED)
def test_no_name_bears_a_word_that_is_retired(word: str) -> None:
    found = []
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        if any(word == old and name.startswith(where) for old, where in ELSEWHERE):
            continue
        read = io.StringIO(path.read_text(encoding="utf-8")).readline
        for token in tokenize.generate_tokens(read):
            if token.type == tokenize.NAME and PIECE.sub(" ", token.string).lower().split().count(word):
                found.append(f"{name}:{token.start[0]} {token.string}")  # noqa: PERF401  one line would hide it
    assert found == [], f"say {RETIRED[word]}"
    assert f"| **{word}** |" not in PAGE
