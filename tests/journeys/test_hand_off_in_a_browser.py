"""A whole hand-off on each network, as somebody with a phone does it: real processes, a real browser, both lights."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.browse import PHONE, SMALL, SMALL_TARGETS, THUMB, TOO_WIDE
from tests.journeys.install import REPOSITORY, Run, RunningInstall

pytestmark = pytest.mark.journey

NETWORKS = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
PEOPLE = """
notify:
  - {name: anna, address: NOTIFY_ANNA}
  - {name: bo, address: NOTIFY_BO, about: [hand_off, missed]}
"""
HAND_OVER_S = 15
SCHEDULE = """\
campaign: lab23
slots:
  - {name: hello, template: lab23/words, wording: hello, at: 2023-09-25 10:00, accounts: [x, bluesky]}
  - {name: passed, template: lab23/words, wording: passed, at: 2023-09-26 10:00, accounts: [mastodon]}
  - {name: again, template: lab23/words, wording: again, at: 2023-10-10 10:00}
"""
WORDS = """\
---
ask: vote
audience: delegates
platforms: [x, bluesky, mastodon]
language: en
---
== hello
Hello from the campaign for free movement.
== passed
Whoever is near the stage, come to the front.
== again
Ballot closes at three. Vote for the motion.
"""


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningInstall]:
    """A rehearsal in which hands post everything: first on two networks, then on one, at its end on all three."""
    folder = tmp_path_factory.mktemp("hands")
    home = copy_home(REPOSITORY, folder / "home", seconds=90)
    text = (home / "settings.yaml").read_text()
    for name in NETWORKS:
        text = text.replace(f"    platform: {name}\n", f"    platform: {name}\n    hand_off: true\n")
    limits = f"    too_late_after: 75s\n    hand_over_after: {HAND_OVER_S}s\n"
    (home / "settings.yaml").write_text(text.replace("    too_late_after: 60s\n", limits) + PEOPLE)
    for path in [*(home / "schedules").iterdir(), *(home / "templates" / "lab23").iterdir()]:
        path.unlink()
    (home / "schedules" / "lab23.yaml").write_text(SCHEDULE)
    (home / "templates" / "lab23" / "words.j2").write_text(WORDS)
    made = RunningInstall(home, folder / "var")
    run: Run = made.up()
    try:
        run.until(lambda: bool(asked(made)), what="somebody to be asked")
        yield made
    finally:
        made.end()


def asked(install: RunningInstall, person: str = "", words: str = "Hello") -> list[str]:
    """The links that people were given for the post with these words, oldest first."""
    said = install.ask("notify").get("notices", [])
    return [
        str(one["link"])
        for one in said
        if one["topic"] == "hand_off" and person in one["to"] and words in one["sentence"]
    ]


def phone(browser: Browser, *, light: str = "light", script: bool = True, size: Any = PHONE) -> Page:
    context = browser.new_context(viewport=size, color_scheme=light, java_script_enabled=script)  # type: ignore[arg-type]
    return context.new_page()


def ours(install: RunningInstall, network: str, words: str) -> str:
    """The link of what was posted by hand on this pretend network."""
    posts = install.world().ask("GET", "/_/world")["posts"]
    (number,) = [one["remote_id"] for one in posts if one["network"] == network and one["text"].startswith(words)]
    here = f"http://localhost:{install.sandbox_port}"
    return {
        "x": f"{here}/labfreemvmt/status/{number}",
        "bluesky": f"{here}/profile/labfreemvmt.example/post/{number.rpartition('/')[2]}",
        "mastodon": f"{here}/@labfreemvmt/{number}",
    }[network]


def say(install: RunningInstall, network: str, text: str) -> None:
    handle = "labfreemvmt.example" if network == "bluesky" else "labfreemvmt"
    install.world().ask("POST", "/_/say", {"network": network, "handle": handle, "text": text})


def stands(install: RunningInstall, network: str, slot: str = "hello") -> str:
    found = install.rows(
        "SELECT d.state FROM deliveries d JOIN posts p ON p.id = d.post_id "
        f"WHERE d.platform = '{network}' AND p.slot = '{slot}'"
    )
    return str(found[0][0])


def wait(page: Page, words: str) -> None:
    """Until the page says so; without its script, or between its own looks, somebody loads it again."""
    for _ in range(20):
        if words in page.inner_text("h1"):
            return
        page.wait_for_timeout(1000)
        page.goto(page.url)
    expect(page.locator("h1")).to_contain_text(words)


def test_x_without_a_budget_takes_the_link_alone(install: RunningInstall, browser: Browser, tmp_path: Path) -> None:
    page = phone(browser, light="dark")
    link = asked(install)[0]  # one message for both networks; on a slow machine the next person is asked meanwhile
    page.goto(link)
    page.get_by_role("navigation").get_by_role("link", name="X").click()
    expect(page.locator("h1")).to_have_text("Please post this on X.")
    page.get_by_role("button", name="I am on both").click()
    say(install, "x", page.locator(".words").inner_text())
    page.get_by_label("Link of your post").fill("https://x.com/somebody/status/1")
    page.get_by_role("button", name="Posted").click()
    expect(page.get_by_role("alert")).to_contain_text("This is no link to a post")
    page.get_by_label("Link of your post").fill(ours(install, "x", "Hello from"))
    page.get_by_role("button", name="Posted").click()
    expect(page.locator("h1")).to_have_text("It is out on X.")
    assert stands(install, "x") == "sent"
    page.screenshot(path=tmp_path / "out.png", full_page=True)
    page.get_by_role("link", name="Next: Bluesky").click()
    expect(page.locator("h1")).to_have_text("You are on it: post this on Bluesky.")
    expect(page.get_by_role("navigation").get_by_role("listitem")).to_have_text(["X ✓ sent", "Bluesky to do"])
    page.screenshot(path=tmp_path / "next.png", full_page=True)


def test_bluesky_is_looked_at_and_another_post_is_refused_first(install: RunningInstall, browser: Browser) -> None:
    page = phone(browser)
    page.goto(asked(install)[0])
    page.get_by_role("navigation").get_by_role("link", name="Bluesky").click()
    say(install, "bluesky", "Lunch is served.")
    page.get_by_label("Link of your post").fill(ours(install, "bluesky", "Lunch"))
    page.get_by_role("button", name="Posted").click()
    wait(page, "You are on it")
    expect(page.get_by_role("alert")).to_contain_text("says something else")
    page.get_by_role("button", name="Posted").click()
    wait(page, "You are on it")
    expect(page.locator(".said")).to_contain_text("We looked and do not see it yet")
    page.get_by_role("button", name="Post it on the pretend Bluesky").click()
    wait(page, "It is out on Bluesky.")
    assert [post["ours"] for post in install.world().posts() if post["network"] == "bluesky"].count(True) == 1
    assert stands(install, "bluesky") == "sent"


def test_mastodon_goes_to_the_next_person_and_works_without_a_script(install: RunningInstall, browser: Browser) -> None:
    deadline = time.monotonic() + 60 + 4 * HAND_OVER_S
    while not asked(install, "bo", "stage"):
        assert time.monotonic() < deadline, "nobody else was asked"
        time.sleep(0.5)
    page, other = phone(browser, script=False, size=SMALL), phone(browser, light="dark", script=False)
    links = {name: asked(install, name, "stage")[0] for name in ("anna", "bo")}
    page.goto(links["bo"])
    other.goto(links["anna"])
    if "Please post" in other.inner_text("h1"):  # it went round once more
        page, other = other, page
    assert "has been asked instead" in other.inner_text("h1")
    page.get_by_role("button", name="I am on it").click()
    other.goto(other.url)
    assert "is on it. You need do nothing." in other.inner_text("h1")
    page.get_by_role("button", name="Post it on the pretend Mastodon").click()
    wait(page, "It is out on Mastodon.")
    other.goto(other.url)
    assert "It is out on Mastodon." in other.inner_text("h1")
    story = [one[0] for one in install.rows("SELECT actor FROM events WHERE kind = 'found by hand' ORDER BY id")]
    assert len(story) >= 2
    assert {one.partition(":")[0] for one in story} == {"hand"}


def test_no_page_sticks_out_or_asks_for_a_small_thumb_or_for_anything_from_elsewhere(
    install: RunningInstall, browser: Browser
) -> None:
    seen: list[str] = []
    links = [*asked(install)[-2:], *asked(install, words="stage")[-2:], f"http://127.0.0.1:{install.port}/h/{'x' * 43}"]
    for size in (PHONE, SMALL):
        page = phone(browser, size=size)
        page.on("request", lambda request: seen.append(request.url))
        for link in links:
            page.goto(link)
            assert page.evaluate(TOO_WIDE) == []
            assert page.evaluate(SMALL_TARGETS, THUMB) == []
        assert page.context.cookies() == []
    assert {one for one in seen if not one.startswith("data:")} <= set(links)


def test_what_nobody_posts_is_missed_and_its_page_says_so(install: RunningInstall, browser: Browser) -> None:
    deadline = time.monotonic() + 280
    while stands(install, "mastodon", "again") != "missed":
        assert time.monotonic() < deadline, stands(install, "mastodon", "again")
        time.sleep(1)
    said = install.ask("notify")["notices"]
    (link,) = [one["link"] for one in said if "Mastodon by hand" in one["sentence"] and "Ballot" in one["sentence"]][
        -1:
    ]
    assert "X, Bluesky and Mastodon by hand" in "".join(one["sentence"] for one in said)
    page = phone(browser)
    page.goto(str(link))
    expect(page.locator("h1")).to_have_text("It is too late for this one. Do not post it any more.")
    told: list[str] = []
    while not told:
        assert time.monotonic() < deadline, "nobody was told that it was missed"
        told = [one["to"] for one in install.ask("notify")["notices"] if one["topic"] == "missed"]
    assert set(told) == {"anna", "bo"}
