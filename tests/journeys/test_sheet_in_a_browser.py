"""The paper as it is used: on a phone, on a laptop and printed; it fetches nothing and no post is cut in two."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.browse import LAPTOP, PHONE, TOO_WIDE, chromium
from tests.journeys.install import REPOSITORY, RunningInstall

pytestmark = pytest.mark.journey
GREY = r"rgba?\((\d+), \1, \1\b"
COLOURS = """() => [...new Set([...document.querySelectorAll("*")].flatMap((one) => {
  const style = getComputedStyle(one);
  return [style.color, style.borderBottomColor, style.backgroundColor];
}))]"""
WHOLE = """() => [...document.querySelectorAll(".card")].every((one) =>
  getComputedStyle(one).breakInside === "avoid" && one.getBoundingClientRect().height < 900)"""


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper")
    install = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=600), folder / "var")
    template = next((folder / "home" / "templates").rglob("*.j2"))
    words = template.read_text(encoding="utf-8")
    head, _, body = words.rpartition("\n---\n")
    nasty = "<script>document.title='taken'</script><img src=http://127.0.0.1:9/x>"
    template.write_text(f"{head}\n---\n" + re.sub(r"\A(== .*\n)", rf"\1{nasty}", body), encoding="utf-8")
    path = folder / "sheet.html"
    done = install.command("plan", "--from", "2023-09-24", "--sheet", str(path))
    assert done.returncode == 0, done.stderr
    assert "document.title=" in path.read_text(encoding="utf-8")
    return path


def test_it_reads_well_everywhere_prints_whole_posts_and_asks_nobody_for_anything(paper: Path) -> None:
    with chromium() as browser:
        for size in (PHONE, LAPTOP):
            page = browser.new_page(viewport=size)
            _looks_good(page, paper, size["width"])
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 688, "height": 1000})  # A4 without its margins
        assert page.evaluate(WHOLE)
        assert all(re.match(GREY, colour) for colour in page.evaluate(COLOURS))
        printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 20 < len(re.findall(rb"/Type /Page\b", printed)) < 60


def _looks_good(page: Page, paper: Path, width: int) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(paper.as_uri())
    assert asked == [paper.as_uri()]
    assert page.title().startswith("To post by hand: ")
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator(".card").count() == 145
