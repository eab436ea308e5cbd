"""The version of what reads a network: it changes with its code, and by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.listen import reader
from amplifier.listen.reader import version


def test_each_network_has_a_reader_of_its_own() -> None:
    assert len({version(name) for name in ("x", "bluesky", "mastodon")}) == 3


@pytest.mark.parametrize(
    "changed",
    ["platforms/x/posts.py", "platforms/events.py", "platforms/fields.py", "listen/clean.py", "store/taking_in.py"],
)
def test_a_change_in_what_reads_a_network_makes_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    for folder in ("platforms/x", "platforms/bluesky", "listen", "campaign", "store"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("platforms/x/posts.py", "listen/clean.py", *reader.PARTS):
        if name.endswith(".py"):
            (tmp_path / name).write_text("1")
    monkeypatch.setattr(reader, "files", lambda _: tmp_path)
    version.cache_clear()
    before = {name: version(name) for name in ("x", "bluesky")}
    (tmp_path / changed).write_text("2")
    version.cache_clear()
    after = {name: version(name) for name in ("x", "bluesky")}
    version.cache_clear()

    assert after["x"] != before["x"]
    assert (after["bluesky"] != before["bluesky"]) == ("/x/" not in changed)
