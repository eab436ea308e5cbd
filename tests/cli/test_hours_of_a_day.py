"""Several hours of one slot on a day: every list calls each of them the same, and its hour stands beside the name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amplifier.store import delivery_views
from tests.cli.conftest import REPOSITORY, Shell
from tests.schedule.naming.test_known import out_and_shifted
from tests.schedule.test_hours_that_change import DAY, home, skip
from tests.schedule.test_names_that_change import Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@pytest.fixture
def names(tmp_path: Path) -> Names:
    """10:00 was out when an hour was written before it: the plan counts it as its second, the ledger as its first."""
    made = home(tmp_path)
    example = (REPOSITORY / "settings.yaml").read_text(encoding="utf-8")
    made.home.write("settings.yaml", example.replace("mode: rehearsal", "mode: live", 1))
    out_and_shifted(made)
    return made


@pytest.fixture
def shell(names: Names, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(names.home.path, tmp_path / "var", capsys.readouterr)


def by_hour() -> dict[str, str]:
    """What the ledger calls each hour of that day."""
    rows = (
        row for row in delivery_views.views() if row.wall_time.startswith(DAY) and row.identity.post.slot == "stall"
    )
    return {row.wall_time[11:]: f"stall/{row.identity.post.occurrence}" for row in rows}


def test_the_plan_names_each_hour_as_the_ledger_does(shell: Shell, names: Names) -> None:
    skip(names, f"stall/{DAY}T12:00")
    known = by_hour()
    assert known["10:00"] == f"stall/{DAY}#1"
    assert known["12:00"] == f"stall/{DAY}#3"
    said = shell("plan", "--from", DAY, "--to", DAY).out
    for hour in ("09:00", "10:00", "11:00", "13:00"):
        assert f"  {hour}  {known[hour]}\n" in said
    assert f"left out  Fri 6 Oct 12:00  {known['12:00']} on bluesky" in said
    told = shell.ask("plan", "--from", DAY, "--to", DAY)
    there = {one["wall_time"][11:]: one["post"] for one in (*told["posts"], *told["left_out"])}
    assert {hour: there[hour] for hour in known} == known


def test_the_sheet_tells_of_each_hour_what_became_of_it(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "sheet.html"
    assert shell("plan", "--from", DAY, "--to", DAY, "--sheet", str(file)).code == 0
    cards = [part.split("</article>")[0] for part in file.read_text(encoding="utf-8").split("<article")[1:]]
    stands = {known: [card for card in cards if known in card] for known in by_hour().values()}
    assert all(len(found) == 1 for found in stands.values())
    out = stands[f"stall/{DAY}#1"][0]
    assert ("10:00" in out, "sent" in out) == (True, True)
    for hour in ("11:00", "12:00", "13:00"):
        assert "sent" not in stands[by_hour()[hour]][0], hour


def test_a_list_of_what_is_out_and_what_is_asked_about_one_stand_with_their_hours(shell: Shell) -> None:
    assert f"Fri 6 Oct 10:00  stall/{DAY}#1" in shell("correct", "--list").out
    for name in (f"stall/{DAY}#1", f"stall/{DAY}T10:00"):
        said = shell("correct", name, "--text", "Other words")
        assert said.out.startswith(f"stall/{DAY}#1 (Fri 6 Oct 10:00) would be corrected:"), said
        assert shell("withdraw", name).out.startswith(f"stall/{DAY}#1 (Fri 6 Oct 10:00) would be withdrawn:")
    assert f"bluesky stall/{DAY}#5 (Fri 6 Oct 09:00): It was too late" in shell("status").out
    for name in (f"stall/{DAY}#5", f"stall/{DAY}T09:00"):
        assert f"Fri 6 Oct 09:00  bluesky  stall/{DAY}#5" in shell("decide", name).out
    assert json.loads(shell("decide", f"stall/{DAY}T09:00", "--json").out)["questions"][0]["post"] == f"stall/{DAY}#5"
