"""Every page in every window: nothing sticks out, is cut or lies under a bar, whatever fonts and size of letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browse import chromium
from tests.journeys.install import RunningInstall
from tests.journeys.longest import SPOIL, Address, addresses, fill, longest

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1800)]
WINDOWS = {320: 568, 360: 640, 390: 844, 768: 1024, 1280: 800}
LETTERS = ("dejavu 100", "dejavu 200", "noto 100", "noto 200")
LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8")
IN_EVERY_WINDOW = ("sideways", "cut", "overlapping", "covered", "crowded")
PRESSES = 25  # of Tab, on each page
UNFOLD = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"
# What a long evening writes on the wall's tabs.
MANY = "document.querySelectorAll('[role=tab] b').forEach((one) => { one.textContent = '1145 ?'; })"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningInstall, list[Address]]]:
    folder = tmp_path_factory.mktemp("longest")
    install = longest(folder)
    try:
        fill(install)
        yield install, addresses(install, folder)
    finally:
        install.end()


@pytest.mark.parametrize("letters", LETTERS)
def test_every_page_fits_every_window(places: tuple[RunningInstall, list[Address]], letters: str) -> None:
    install, pages = places
    with chromium(letters) as browser:
        found = [f"{one.name}: {what}" for one in pages for what in faults(browser, install, one)]
    assert found == []


def faults(browser: Browser, install: RunningInstall, one: Address) -> Iterator[str]:
    """All that is wrong with a page: in every window, by day and by night, for the eye, the thumb and the keyboard."""
    context = browser.new_context(reduced_motion="reduce")
    if one.opens:
        context.add_cookies([install.cookie])  # type: ignore[list-item]  a plain dict will do
    page = context.new_page()
    page.goto(one.url)
    if one.press:
        _press(page, one.press)
    page.evaluate(f"() => {{ {LAYOUT} }}")
    yield from page.evaluate("layout.lost()")
    for width, height in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(UNFOLD)
        for question in IN_EVERY_WINDOW:
            page.evaluate(MANY)
            for what in page.evaluate(f"layout.{question}()"):
                yield f"{width} px, {question}: {what}"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  one of these two
        for what in page.evaluate("layout.faint()"):
            yield f"{scheme}: {what}"
    yield from _by_keyboard(page)
    context.close()


def _press(page: Page, what: str) -> None:
    """Press a button of the page, if it is there, and wait for the page that comes of it."""
    button = page.locator(what.removeprefix(SPOIL)).first
    if button.count() == 0:
        return  # somebody has pressed it before
    if what.startswith(SPOIL):
        page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach((one) => { one.value = 'x'; })")
    with page.expect_navigation():
        button.click()


def _by_keyboard(page: Page) -> Iterator[str]:
    page.set_viewport_size({"width": 1280, "height": WINDOWS[1280]})
    page.evaluate("document.activeElement?.blur()")
    page.evaluate("getSelection().removeAllRanges()")
    for number in range(PRESSES):
        page.keyboard.press("Tab")
        yield from page.evaluate("layout.unmarked()")
        if number == 0 and page.locator(".past").count() and not page.locator(".past").is_visible():
            yield "the way past what comes first is not seen"
