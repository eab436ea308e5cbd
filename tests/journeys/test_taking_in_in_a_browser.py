"""A post that was left out is taken in again in a real browser: what says nearly the same stands beside it first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.browse import LAPTOP, PHONE, SMALL, SMALL_TARGETS, THUMB, TOO_WIDE, UNNAMED
from tests.journeys.install import REPOSITORY, RunningInstall

pytestmark = pytest.mark.journey
WINDOWS = {"phone": PHONE, "small": SMALL, "laptop": LAPTOP}
WAITS = (
    "SELECT p.slot, p.occurrence, p.wall_time, d.text FROM deliveries d JOIN posts p ON p.id = d.post_id "
    "JOIN accounts a ON a.id = d.account_id WHERE d.state = 'queued' AND a.label = 'bluesky' "
    "AND p.slot NOT IN (SELECT slot FROM posts GROUP BY slot HAVING COUNT(*) > 1) ORDER BY d.run_at DESC LIMIT 1"
)
DROPPED = "SELECT 1 FROM deliveries WHERE reason = 'unplanned' AND state = 'dropped'"
TAKEN_IN = "SELECT 1 FROM decisions WHERE kind = 'slot_skipped' AND value = '{}'"

# How far the sentence that stays lies below the bars above it, and how much of the page's width it leaves at its sides.
SLIVERS = """() => {
  const box = (name) => document.querySelector(name).getBoundingClientRect(), said = box(".said");
  const stays = (one) => getComputedStyle(one).position === "sticky";
  const bars = [...document.querySelectorAll(".band, .head")].filter(stays);
  const main = document.querySelector("main"), style = getComputedStyle(main);
  const room = main.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return [said.top - Math.max(0, ...bars.map((one) => one.getBoundingClientRect().bottom)), room - said.width];
}"""


@pytest.fixture(scope="module")
def left_out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningInstall, str]]:
    """A rehearsal, and the post that was left out of it; words on Bluesky at its hour say nearly the same."""
    folder = tmp_path_factory.mktemp("taking-in")
    made = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=3600), folder / "var")
    run = made.up()
    try:
        run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
        run.until(lambda: made.rows(WAITS), what="plan")
        ((slot, occurrence, wall_time, text),) = made.rows(WAITS)
        name = f"{slot}/{occurrence}"
        said = made.command("skip", name, "--yes")
        assert said.returncode == 0, said.stderr
        run.until(lambda: made.rows(DROPPED), what="skip")
        at = datetime.fromisoformat(wall_time).replace(tzinfo=None) - timedelta(minutes=30)
        like = ("send", f"{text}!", "--to", "bluesky", "--at", f"{at:%Y-%m-%d %H:%M}", "--no-append", "--again")
        said = made.command(*like, "--yes", "--wait", "0")
        assert said.returncode == 0, said.stderr
        yield made, name
    finally:
        made.end()


@pytest.fixture
def look(browser: Browser, left_out: tuple[RunningInstall, str]) -> Iterator[Callable[[dict[str, int], str], Page]]:
    """Opens *Now* in a window of this size and colours; at the end no script has complained."""
    install, _ = left_out
    complaints: list[str] = []
    contexts = []

    def look_at(size: dict[str, int], scheme: str) -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]  here, too
        contexts.append(context)
        context.add_cookies([install.cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{install.port}/")
        return page

    yield look_at
    for context in contexts:
        context.close()
    assert complaints == []


def row_of(page: Page, name: str) -> Locator:
    """What stands on the page of this post among what was left out."""
    return page.locator("section[aria-labelledby=skipped] li").filter(has=page.locator(f'input[value="{name}"]'))


def ask_first(page: Page, name: str) -> Locator:
    """Press the button once; the row that stands there then."""
    row_of(page, name).get_by_role("button", name="Take it in again").click()
    expect(page.locator(".said")).to_contain_text("Nothing was changed yet.")
    return row_of(page, name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", WINDOWS.values(), ids=WINDOWS)
def test_what_says_nearly_the_same_stands_beside_the_post_also_after_a_reload(
    look: Callable[[dict[str, int], str], Page], left_out: tuple[RunningInstall, str], size: dict[str, int], scheme: str
) -> None:
    install, name = left_out
    page = look(size, scheme)
    row = ask_first(page, name)
    assert [one for one in page.evaluate(SLIVERS) if one > 0.5] == []  # the sentence may be gone after a reload
    for _ in range(2):
        expect(row.locator(".first-look")).to_contain_text("say nearly the same on bluesky")
        expect(row.locator(".first-look")).to_be_in_viewport()
        expect(row.get_by_role("button", name="Take it in all the same")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate(SMALL_TARGETS, THUMB) == []
        page.reload()
    assert not install.rows(TAKEN_IN)


def test_all_the_same_it_is_taken_in_once_it_was_shown(
    look: Callable[[dict[str, int], str], Page], left_out: tuple[RunningInstall, str]
) -> None:
    install, name = left_out
    page = look(PHONE, "light")
    ask_first(page, name).get_by_role("button", name="Take it in all the same").click()
    expect(page.locator(".said")).to_contain_text("goes out again, at its time.")
    expect(row_of(page, name)).to_have_count(0)
    assert install.rows(TAKEN_IN)
