"""As the worker is wired: a plan that changes takes old words off the kit in the same tick."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from amplifier.campaign.plan import Distance
from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.clock import utc_now
from amplifier.install import open_install
from amplifier.schedule.decided.change import decide_move, prepare_move, program_in_force
from amplifier.schedule.planner import Planner
from amplifier.sharekit.publish import Publisher
from amplifier.wiring.service import open_app, worker_jobs
from tests.journeys.install import OF_THE_TESTS, REPOSITORY


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_milestone_that_moves_renews_the_kit_in_the_planners_own_tick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in OF_THE_TESTS:
        monkeypatch.setenv(name, "to be put back")
        monkeypatch.delenv(name)
    install = open_install(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var")
    published: list[bool] = []
    really = Publisher.publish
    monkeypatch.setattr(Publisher, "publish", lambda self: published.append(really(self)))
    asked: list[object] = []
    monkeypatch.setattr(Planner, "untrue", lambda _self, deliveries: asked.append(deliveries) or ())
    jobs, worker = worker_jobs(open_app(install))
    plan = next(job.call for job in jobs if job.name == "plan")
    try:
        plan()
        assert published == [True]  # the first plan brings the first kit
        assert asked == [[]]  # which asks the planner what is no longer so of what is out
        plan()
        assert len(published) == 1  # while nothing changes, the kit has its own turn
        program = program_in_force(install.settings)
        move = prepare_move(program, "debate", Distance(timedelta(minutes=40)), now=utc_now())
        decide_move(move, actor="cli:jo", reason="", now=utc_now())
        plan()
        assert len(published) == 2
    finally:
        worker.stop()
