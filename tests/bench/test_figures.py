"""A figure of `make bench` is written whole, holds or does not, and stands in the docs as the bench declares it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "bench"))

import figures  # noqa: E402  as the benches do
import run  # noqa: E402
import table  # noqa: E402
from crowd import slowest  # noqa: E402
from figures import Aim  # noqa: E402

ALONE = Aim("idle-cpu", "worker", "% of a core", 1)
BESIDE = Aim("scale-cpu", "a tick", "ms", 1.2, "1,000 rows")
DECLARED = table.declared()


def test_a_figure_is_written_with_all_that_it_says_and_nothing_half_written_stays(tmp_path: Path) -> None:
    figure = BESIDE.came_to(42.0, ratio=1.25, detail="1.20, 1.25, 1.30")

    assert figures.write([(BESIDE, figure)], tmp_path / "var" / "bench") == 1
    (path,) = (tmp_path / "var" / "bench").iterdir()
    assert path.name == "scale-cpu.json"
    said = json.loads(path.read_text())
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", said.pop("date"))
    assert said == {
        "name": "a tick",
        "value": 42.0,
        "unit": "ms",
        "ratio": 1.25,
        "against": "1,000 rows",
        "aim": 1.2,
        "holds": False,
        "detail": "1.20, 1.25, 1.30",
    }
    assert figures.read("scale-cpu", tmp_path / "var" / "bench") == figure


def test_an_end_in_the_middle_of_writing_leaves_the_figure_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures.write([(ALONE, ALONE.came_to(0.5))], tmp_path)

    def full(path: Path, text: str) -> int:
        with path.open("w") as file:
            file.write(text[:20])
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        figures.write([(ALONE, ALONE.came_to(0.7))], tmp_path)
    kept = figures.read("idle-cpu", tmp_path)
    assert kept
    assert kept.value == 0.5


@pytest.mark.parametrize(
    ("aim", "value", "ratio", "holds"),
    [
        (ALONE, 1.0, None, True),
        (ALONE, 1.01, None, False),
        (ALONE, None, None, False),  # nobody was answered
        (BESIDE, 900.0, 1.2, True),  # the ratio counts, not the value
        (BESIDE, 0.1, 1.21, False),
    ],
)
def test_a_figure_holds_by_its_ratio_where_there_is_a_yardstick_else_by_its_value(
    tmp_path: Path, aim: Aim, value: float | None, ratio: float | None, *, holds: bool
) -> None:
    figure = aim.came_to(value, ratio=ratio)
    assert figure.holds is holds
    assert figures.write([(aim, figure)], tmp_path) == (0 if holds else 1)


def test_a_ratio_without_a_yardstick_is_refused() -> None:
    for aim, ratio in ((ALONE, 1.0), (BESIDE, None)):
        with pytest.raises(ValueError, match="belong together"):
            aim.came_to(1.0, ratio=ratio)


def test_a_visitor_without_an_answer_counts_as_one_who_waited_longest() -> None:
    assert slowest([0.003, 0.001, 0.002], 3, 1) == 3
    assert slowest([0.001] * 99, 100, 0.5) == 1
    assert slowest([0.001] * 99, 100, 0.99) is None
    assert slowest([], 9, 1) is None


def test_every_bench_runs_though_one_fails_and_the_failure_is_told(tmp_path: Path) -> None:
    for name, code in (("one", 1), ("two", 0), ("three", 2)):
        (tmp_path / f"{name}.py").write_text(
            f"import pathlib, sys; pathlib.Path(r'{tmp_path}', '{name}.ran').touch(); sys.exit({code})"
        )
    assert run.run(("one", "two", "three"), tmp_path) == ["one", "three"]
    assert len(list(tmp_path.glob("*.ran"))) == 3


def test_every_bench_that_declares_figures_is_run_and_every_key_is_its_own() -> None:
    there = {
        path.stem for path in (ROOT / "bench").glob("*.py") if re.search(r"^FIGURES = ", path.read_text(), re.MULTILINE)
    }
    assert there == set(figures.BENCHES)
    assert len({aim.key for _, aim in DECLARED}) == len(DECLARED)
    assert "bench/run.py" in (ROOT / "Makefile").read_text()


def test_the_table_in_the_docs_is_one_that_the_script_could_have_written(tmp_path: Path) -> None:
    document = table.DOCUMENT.read_text()
    again, missing = table.written(document, tmp_path)
    assert again == document, "run bench/table.py"
    assert len(missing) == len(DECLARED)
    for bench, aim in DECLARED:
        (line,) = (one for one in document.splitlines() if one.startswith(table.beginning(aim)))
        _, found, _, holds, date, _ = (cell.strip() for cell in line.strip("| ").split(" | "))
        assert line == table.row(bench, aim, (found, holds, date))
        unit = "" if aim.against else f" {aim.unit}"
        number = re.fullmatch(rf"([0-9,]+\.[0-9]+){re.escape(unit)}(?: \(.+\))?", found)
        if (found, holds, date) != table.NEVER and not found.startswith("no answer"):
            assert number, found
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", date)
            assert holds == ("yes" if float(number[1].replace(",", "")) <= aim.at_most else "no")


def test_the_table_takes_what_was_measured_keeps_what_was_not_and_says_which(tmp_path: Path) -> None:
    (bench, first), (_, second), *others = DECLARED
    figures.write([(first, first.came_to(9.0, ratio=1.7, detail="1.70"))], tmp_path)
    before = table.row(bench, second, ("1.11 (1.11)", "yes", "2020-02-02"))

    lines, missing = table.table(before, tmp_path)

    rows = lines.splitlines()[2:]
    assert " | 1.70 (1.70) | 1.5 | no | " in rows[0]
    assert rows[1] == before
    assert all(" | not measured | " in row for row in rows[2:])
    assert f"{second.key}: not in {tmp_path}; the table keeps 1.11 (1.11) of 2020-02-02." in missing
    assert [line.partition(":")[0] for line in missing] == [aim.key for _, aim in (DECLARED[1], *others)]


def test_a_figure_of_another_size_or_of_another_aim_is_not_the_one_of_the_table(tmp_path: Path) -> None:
    bench, aim = DECLARED[0]
    small = Aim(aim.key, "CPU of 60 deliveries", aim.unit, aim.at_most, aim.against)
    figures.write([(small, small.came_to(9.0, ratio=1.0))], tmp_path)
    laxer = table.row(bench, Aim(aim.key, aim.name, aim.unit, 9, aim.against), ("8.00", "yes", "2020-02-02"))

    lines, missing = table.table(laxer, tmp_path)

    assert " | not measured | " in lines.splitlines()[2]
    assert missing[0] == f"{aim.key}: measured otherwise than declared; none in the table."


def test_figures_go_where_the_table_reads_them_wherever_a_bench_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert figures.FOLDER.resolve() == ROOT / "var" / "bench"
