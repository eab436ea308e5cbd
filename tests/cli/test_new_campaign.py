"""docs/new-campaign.md, followed to the letter in an empty folder: what `check` says after each step is as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from amplifier.__main__ import main

DOC = Path(__file__).parents[2] / "docs" / "new-campaign.md"
BLOCK = re.compile(r"^```(?:yaml)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_whoever_follows_it_has_a_campaign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = BLOCK.findall(DOC.read_text(encoding="utf-8"))
    _activate, folders, settings, x, schedule, hello, come = blocks
    for words in folders.splitlines()[0].split()[2:]:
        (tmp_path / words.removeprefix("~/mill-street/")).mkdir(parents=True)

    def check(path: str, text: str) -> tuple[int, str]:
        (tmp_path / path).write_text(text, encoding="utf-8")
        code = main(["check", "--home", str(tmp_path)])
        return code, " ".join(capsys.readouterr().out.split())

    code, said = check("settings.yaml", settings + x)
    assert (code, said.count("✕")) == (2, 1)
    assert "There is no schedule" in said
    assert "`campaign: trees27`" in said
    code, said = check("schedules/trees.yaml", schedule)
    assert (code, said.count("there is no template")) == (2, 2)
    check("templates/trees/hello.j2", hello)
    code, said = check("templates/trees/come.j2", come)
    assert (code, said.count("✕")) == (0, 0), said
    assert "✓ All good: 2 slots, 2 posts, 6 deliveries on 3 accounts." in said
    assert "#MillStreetTrees" not in come
    assert main(["plan", "--home", str(tmp_path)]) == 0
    assert "Come to the town hall. #MillStreetTrees" in " ".join(capsys.readouterr().out.split())
