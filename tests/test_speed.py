"""No test depends on the machine's speed: none asserts that something took less than a few seconds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns"}
HANG_S = 30.0  # what takes longer hangs, on whatever machine
WHERE = (
    "asserts that something takes less than {bound:g} s, which a slow machine may not keep. Hold the other side by an "
    "Event or a real lock, count calls instead of seconds, or wait with tests.waiting.until for as long as only what "
    "hangs may take. What measures speed belongs into bench/, as a ratio to a yardstick of the same run."
)


def hasty(source: str) -> list[tuple[int, float]]:
    """Each assertion of a time that has passed against an upper bound below 30 s: its line and the bound."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            nodes = list(_own(function))
            begun, took = _named(nodes)
            for node in nodes:
                if isinstance(node, ast.Assert):
                    bounds = [one for each in ast.walk(node.test) for one in _bounds(each, begun, took)]
                    found += [(node.lineno, bound) for bound in bounds if bound < HANG_S]
    return found


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in this function itself, in the order of its lines."""
    for node in ast.iter_child_nodes(function):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own(node)


def _named(nodes: list[ast.AST]) -> tuple[set[str], set[str]]:
    """The names that hold an instant of such a clock, and those that hold a time that has passed."""
    begun: set[str] = set()
    took: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            if _is_elapsed(node.value, begun, took):
                took.add(node.targets[0].id)
            elif _reads_a_clock(node.value):
                begun.add(node.targets[0].id)
    return begun, took


def _reads_a_clock(node: ast.AST) -> bool:
    return any(
        isinstance(one, ast.Call) and (getattr(one.func, "attr", "") in CLOCKS or getattr(one.func, "id", "") in CLOCKS)
        for one in ast.walk(node)
    )


def _is_elapsed(node: ast.AST, begun: set[str], took: set[str]) -> bool:
    """Whether this is the time between two instants."""
    if isinstance(node, ast.Name):
        return node.id in took
    return any(
        isinstance(one, ast.BinOp)
        and isinstance(one.op, ast.Sub)
        and (_reads_a_clock(one.left) or (isinstance(one.left, ast.Name) and one.left.id in begun))
        for one in ast.walk(node)
    )


def _bounds(node: ast.AST, begun: set[str], took: set[str]) -> Iterator[float]:
    if not isinstance(node, ast.Compare):
        return
    sides = [node.left, *node.comparators]
    for left, how, right in zip(sides, node.ops, sides[1:], strict=False):
        less, more = (left, right) if isinstance(how, ast.Lt | ast.LtE) else (right, left)
        is_bound = isinstance(how, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and isinstance(more, ast.Constant)
        if is_bound and isinstance(more.value, int | float) and _is_elapsed(less, begun, took):
            yield float(more.value)


def test_no_test_is_in_a_hurry() -> None:
    assert len(TESTS) > 300
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{line} {WHERE.format(bound=bound)}"
        for path in TESTS
        for line, bound in hasty(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    "said",
    [
        "assert time.monotonic() - begun < 2",
        "assert 0.2 <= time.perf_counter() - begun < 1",
        "assert 5 >= monotonic() - begun",
        "took = time.process_time() - begun\nassert took < 0.1",
        "ended = time.monotonic()\nassert ended - begun <= 29",
    ],
)
def test_a_hasty_assertion_is_found(said: str) -> None:
    assert hasty(f"begun = time.monotonic()\n{said}")
    inside = said.replace("\n", "\n    ")
    assert hasty(f"def test_x():\n    begun = time.monotonic()\n    {inside}")


@pytest.mark.parametrize(
    "said",
    [
        "assert time.monotonic() - begun >= 0.4",
        "assert time.monotonic() - begun < 60",
        "assert time.monotonic() - begun < HANG_S",
        "assert seen <= (time.monotonic() - begun) * 4 + 1",
        "assert 0.4 < time.monotonic() - begun",
        "assert time.monotonic() < until",
    ],
)
def test_patience_is_no_haste(said: str) -> None:
    assert not hasty(f"begun = time.monotonic()\n{said}")
