"""The way to the wall through the console: in a rehearsal it leads on, live there is no wall."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amplifier.settings import Mode
from amplifier.web import frame
from tests.web.campaign import Campaign


def test_a_rehearsal_has_a_wall_to_lead_on_to(opened: Campaign) -> None:
    page = opened.get("/wall")
    assert (page.status, page.response["Location"]) == (302, f"http://127.0.0.1:{opened.place.sandbox_port}/wall")
    assert opened.client.post("/wall").status_code in (403, 405)


def test_live_there_is_none(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    live = replace(opened.place, settings=opened.place.settings.model_copy(update={"mode": Mode.LIVE}))
    monkeypatch.setattr(frame, "place", lambda: live)
    assert opened.get("/wall").status == 404
