"""Opening the console as people do, with a real browser: from a terminal, the wall, another site, and from nowhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.install import REPOSITORY, RunningInstall
from tests.waiting import HANG_S

pytestmark = pytest.mark.journey

NOTHING = "There is nothing here."


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningInstall]:
    folder = tmp_path_factory.mktemp("console")
    made = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=600), folder / "var")
    run = made.up()
    try:
        run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
        yield made
    finally:
        made.end()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that has never been here."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def told(page: Page) -> list[tuple[str, str]]:
    """Where the browser went, and from where it said that it came."""
    found: list[tuple[str, str]] = []
    page.on("request", lambda asked: found.append((asked.url, asked.all_headers().get("referer", ""))))
    return found


@pytest.fixture
def elsewhere(install: RunningInstall) -> Iterator[str]:
    """Another site, such as a terminal in a browser: for a browser localhost is not 127.0.0.1."""
    links = [install.opened.address("/mentions"), install.opened.without_token().address()]
    html = "<!doctype html>" + "".join(f'<a href="{link}">Link {number}</a> ' for number, link in enumerate(links))

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join(HANG_S)


def test_the_printed_address_opens_the_console_and_forgets_its_secret(
    page: Page, install: RunningInstall, told: list[tuple[str, str]]
) -> None:
    page.goto(install.opened.address("/mentions"))
    assert page.url == f"http://127.0.0.1:{install.port}/mentions"
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_role("link", name="Decide")).to_have_attribute("aria-current", "page")
    assert [url for url, came in told if install.opened.token in came] == []
    assert page.evaluate("document.cookie") == ""
    assert install.opened.token not in page.evaluate("JSON.stringify([...performance.getEntries()])")
    cookie = next(one for one in page.context.cookies() if one["name"] == f"amplifier_console_{install.port}")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Strict", -1)


def test_the_back_button_does_not_lead_back_to_the_secret(page: Page, install: RunningInstall) -> None:
    page.goto("about:blank")
    page.goto(install.opened.address())
    page.get_by_role("link", name="Mentions").click()
    page.go_back()
    assert page.url == f"http://127.0.0.1:{install.port}/"


def test_whoever_begins_at_the_wall_has_the_console_open_as_well(page: Page, install: RunningInstall) -> None:
    page.goto(install.opened.address("/wall"))
    assert page.url == f"http://localhost:{install.sandbox_port}/wall"
    page.goto(f"http://127.0.0.1:{install.port}/mentions")  # typed: the wall itself has no link to the console
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page.get_by_role("link", name="Wall").click()
    expect(page.locator("body")).to_have_attribute("data-life", "live")


def test_a_link_on_another_site_opens_it_too_if_it_has_the_secret(
    page: Page, install: RunningInstall, elsewhere: str, told: list[tuple[str, str]]
) -> None:
    page.goto(elsewhere)
    page.get_by_role("link", name="Link 0").click()
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    assert page.url == f"http://127.0.0.1:{install.port}/mentions"
    assert [url for url, came in told if install.opened.token in came] == []


def test_another_site_cannot_use_the_cookie_of_a_browser_that_has_it(
    page: Page, install: RunningInstall, elsewhere: str
) -> None:
    page.goto(install.opened.address())
    page.goto(elsewhere)
    page.get_by_role("link", name="Link 1").click()
    expect(page.locator("body")).to_contain_text(NOTHING)


def test_a_browser_without_the_secret_finds_nothing(page: Page, install: RunningInstall) -> None:
    for path in ("/", "/mentions", "/decide", "/wall"):
        answer = page.goto(install.opened.without_token().address(path))
        assert answer
        assert answer.status == 404
        assert page.locator("body").inner_text().strip() == NOTHING


def test_a_page_that_is_open_while_all_is_started_again_says_how_to_go_on(browser: Browser, tmp_path: Path) -> None:
    install = RunningInstall(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var")
    run = install.up()
    context = browser.new_context()
    try:
        run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
        page = context.new_page()
        page.goto(install.opened.address())
        run.stop()
        again = install.up()
        again.until(lambda: "Ctrl-C ends everything." in again.said(), what="welcome")
        expect(page.locator("#away")).to_contain_text("amplifier console-link")
        page.goto(install.opened.address())
        expect(page.locator("#away")).to_be_empty()
    finally:
        context.close()
        install.end()
