"""A message is carried by a process of its own, which is ended when it hangs and finds no secret of ours."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from amplifier.notify import messenger as carrying
from tests.notify.messenger_server import messenger
from tests.waiting import HANG_S

pytestmark = pytest.mark.program


def test_a_message_is_carried_and_apprise_stays_outside() -> None:
    with messenger() as there:
        assert carrying.carry(there.address(), title="Lab23", body="It is held.") == ""
        assert [one["message"] for one in there.calls] == ["It is held."]


def test_a_messenger_that_hangs_costs_its_time_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "GRACE_S", HANG_S)  # a slow machine takes long to begin; the time-out is what counts
    with messenger(0) as there:
        assert carrying.carry(there.address(), title="", body="x", timeout_s=1) == "it did not answer in time"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the carrier's place."""
    path = tmp_path / "carrier.py"
    monkeypatch.setattr(carrying, "CARRIER", "carrier")
    monkeypatch.setattr(carrying, "GRACE_S", HANG_S)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return path


def test_a_carrier_that_does_not_end_is_ended(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "GRACE_S", 0.2)
    program.write_text("import time; time.sleep(60)")
    assert carrying.carry("json://x", title="", body="x", timeout_s=0.3) == carrying.SILENT


def test_a_carrier_that_fails_is_told_in_words(program: Path) -> None:
    program.write_text("raise SystemExit(3)")
    assert carrying.carry("json://x", title="", body="x") == carrying.BROKEN


def test_a_carrier_finds_none_of_our_secrets(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("X_ACCESS_TOKEN", "AMPLIFIER_KEY", "DATABASE_URL", "NOTIFY_BO"):
        monkeypatch.setenv(name, "hush")
    program.write_text(
        "import json, os, sys\nsaid = json.load(sys.stdin)\n"
        "print(json.dumps({'problem': json.dumps([sorted(os.environ), sys.argv, said['address']])}))"
    )
    names, words, address = json.loads(carrying.carry("json://x", title="", body="x"))
    assert "hush" not in [os.environ.get(name) for name in names]
    assert words == [str(program)]
    assert address == "json://x"
