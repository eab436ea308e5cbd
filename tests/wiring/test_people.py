"""Who is spoken to, and from where: a rehearsal reads no address, calls nobody outside, and links to this machine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from amplifier import settings
from amplifier.install import Install
from amplifier.store import heartbeats
from amplifier.wiring import people
from amplifier.wiring.people import NoticeContext, pages_at, people_jobs, watch_for
from tests.notify.test_notify import LIVE
from tests.store.filled import NOW

LIVE_SETTINGS = settings.parse(LIVE + "ping: PING_ADDRESS\nbudget: {monthly: 10}\n")
REHEARSAL = settings.parse(LIVE.replace("mode: live ", "mode: rehearsal ") + "ping: PING_ADDRESS\n")
TOLD = NoticeContext(now=lambda: NOW, today=lambda: date(2023, 10, 10), say=lambda _sentence: None)


def install(found: settings.Settings, tmp_path: Path) -> Install:
    return Install(home=tmp_path, var=tmp_path, settings=found, key="k" * 40)


def test_everybody_is_told_on_a_job_of_their_own(tmp_path: Path) -> None:
    names = [name for name, _, _ in people_jobs(install(LIVE_SETTINGS, tmp_path), {}, TOLD)]
    assert names == ["notices", "tell anna", "tell bo", "clock", "imprint", "low on money", "hand-off", "links"]


def test_only_live_reads_the_addresses_of_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_ANNA", " json://x ")
    monkeypatch.delenv("NOTIFY_BO", raising=False)
    assert people.notifier_for(install(LIVE_SETTINGS, tmp_path), TOLD)._post.addresses == {"anna": "json://x", "bo": ""}
    assert people.notifier_for(install(REHEARSAL, tmp_path), TOLD)._post.addresses == {}


@pytest.mark.parametrize(
    ("address", "live", "rehearsal"),
    [("https://hc.example/x", 60.0, None), ("http://127.0.0.1:9/x", 60.0, 2.0), (" ", None, None)],
)
def test_a_rehearsal_calls_nobody_who_is_not_on_this_computer(
    address: str, live: float | None, rehearsal: float | None
) -> None:
    for found, every in ((LIVE_SETTINGS, live), (REHEARSAL, rehearsal)):
        watch = watch_for(found, {"PING_ADDRESS": address})
        assert (watch.every_s if watch else None) == every
    assert watch_for(settings.parse(LIVE), {"PING_ADDRESS": address}) is None


@pytest.mark.usefixtures("sqlite_ledger")
def test_links_lead_to_the_settings_address_and_in_a_rehearsal_to_this_machine() -> None:
    assert pages_at(LIVE_SETTINGS) == "https://amplifier.example"
    assert pages_at(REHEARSAL) == ""
    heartbeats.beat("web", now=NOW, detail="http://127.0.0.1:8000")
    assert pages_at(REHEARSAL) == "http://127.0.0.1:8000"
