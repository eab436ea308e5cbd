"""A restart after a name was changed in the files says nothing twice: an account's name, and a slot's."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.journeys.install import REPOSITORY, RunningInstall

pytestmark = pytest.mark.journey
NAMES = {"x": "xx", "bluesky": "bsky", "mastodon": "masto"}
SENT = "SELECT d.id FROM deliveries d WHERE d.state = 'sent'"
LATE = "120s"  # what goes out stays within its lateness, on the slowest machine


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The example, in which what has just gone out is not too late for a good while."""
    target = tmp_path / "home"
    for name in ("settings.yaml", "schedules", "templates"):
        source = REPOSITORY / name
        target.mkdir(exist_ok=True)
        shutil.copytree(source, target / name) if source.is_dir() else shutil.copy(source, target / name)
    _change(target / "settings.yaml", "too_late_after: 60s", f"too_late_after: {LATE}")
    for path in (target / "schedules").glob("*.yaml"):
        path.write_text(re.sub(r"too_late_after: \w+", f"too_late_after: {LATE}", path.read_text()))
    return target


def _change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text, before
    path.write_text(text.replace(before, after))


def _said(install: RunningInstall) -> Counter[tuple[str, str]]:
    """Our posts in the pretend world, by network and words."""
    return Counter((str(one["network"]), str(one["text"])) for one in install.world().posts() if one["ours"])


def _play(install: RunningInstall, *words: str, more: int) -> Counter[tuple[str, str]]:
    """Run until so many more posts are out than before; what is out then."""
    before = len(install.rows(SENT))
    run = install.up(*words)
    run.until(lambda: len(install.rows(SENT)) >= before + more, seconds=90, what="posts")
    said = _said(install)
    assert run.stop()[0] == 0
    return said


def test_accounts_that_are_called_otherwise_say_nothing_twice(home: Path, tmp_path: Path) -> None:
    install = RunningInstall(home, tmp_path / "var")
    try:
        assert max(_play(install, "--fresh", more=6).values()) == 1
        settings = home / "settings.yaml"
        for old, new in NAMES.items():
            _change(settings, f"- name: {old}\n", f"- name: {new}\n")
            for path in (home / "schedules").glob("*.yaml"):
                path.write_text(re.sub(rf"(accounts: \[.*?)\b{old}\b", rf"\1{new}", path.read_text()))
        for path in (home / "schedules").glob("*.yaml"):
            path.write_text(path.read_text().replace("bluesky, masto", "bsky, masto"))
        assert "All good" in install.command("check").stdout
        after = _play(install, more=6)
        assert {words: number for words, number in after.items() if number > 1} == {}
        assert {name for (name,) in install.rows("SELECT label FROM accounts")} == set(NAMES.values())
    finally:
        install.end()


def test_a_slot_that_is_called_otherwise_says_nothing_twice_and_check_tells(home: Path, tmp_path: Path) -> None:
    install = RunningInstall(home, tmp_path / "var")
    try:
        _play(install, "--fresh", more=3)
        ((slot,),) = install.rows(
            "SELECT p.slot FROM deliveries d JOIN posts p ON p.id = d.post_id WHERE d.state = 'sent' "
            "ORDER BY d.sent_at DESC LIMIT 1"
        )
        _change(home / "schedules" / "lab23.yaml", f"- name: {slot}\n", f"- name: {slot}-again\n")
        told = install.command("check")
        assert f"write was: {slot} below its new name" in " ".join(told.stdout.split())
        after = _play(install, more=3)
        assert {words: number for words, number in after.items() if number > 1} == {}
        held = install.rows(
            f"SELECT d.reason FROM deliveries d JOIN posts p ON p.id = d.post_id WHERE p.slot = '{slot}-again' "
            "AND d.state = 'held'"
        )
        assert set(held) == {("copy",)}
    finally:
        install.end()
