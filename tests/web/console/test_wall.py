"""The way to the wall through the console: in a rehearsal it leads on, live there is no wall."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from amplifier.sandbox.server import Sandbox
from amplifier.settings import Mode
from amplifier.web import frame
from amplifier.web.console.wall import NOT_OURS
from tests.web.campaign import Campaign


@contextmanager
def pretending(opened: Campaign, monkeypatch: pytest.MonkeyPatch, folder: Path, token: str) -> Iterator[int]:
    """Pretend networks on a free port that the pages take for theirs."""
    assert opened
    sandbox = Sandbox(folder / "world.sqlite3", port=0, token=token)
    sandbox.start()
    monkeypatch.setenv("AMPLIFIER_SANDBOX_PORT", str(sandbox.port))
    try:
        yield sandbox.port
    finally:
        sandbox.stop()


def test_a_rehearsal_has_a_wall_to_lead_on_to(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pretending(opened, monkeypatch, tmp_path, opened.install.sandbox_token) as port:
        page = opened.get("/wall")
        assert (page.status, page.response["Location"]) == (302, f"http://localhost:{port}/wall")
        assert opened.client.post("/wall").status_code in (403, 405)


def test_nobody_is_led_on_to_a_stranger_who_holds_the_walls_port(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pretending(opened, monkeypatch, tmp_path, "another token"):
        page = opened.get("/wall")
        assert (page.status, page.truth) == (503, NOT_OURS)
    assert opened.get("/wall").status == 503  # nor where nobody answers


def test_neither_wall_nor_posts_bear_the_consoles_name(opened: Campaign) -> None:
    here = f"http://127.0.0.1:{opened.install.sandbox_port}/"
    assert frame.outward(f"{here}@a/1") == here.replace("127.0.0.1", "localhost") + "@a/1"
    assert not [link for link in opened.get("/").links() if link.startswith(here)]


def test_live_there_is_none(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    live = replace(opened.install, settings=opened.install.settings.model_copy(update={"mode": Mode.LIVE}))
    monkeypatch.setattr(frame, "install", lambda: live)
    assert opened.get("/wall").status == 404
