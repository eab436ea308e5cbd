"""The wall as people use it: a real browser on a real sandbox, on a laptop and on a phone, by day and by night."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from requests_oauthlib import OAuth1Session

from amplifier.sandbox.server import Sandbox
from tests.journeys.browse import LAPTOP, PHONE, until
from tests.waiting import HANG_S

pytestmark = pytest.mark.journey

TOKEN = "wall-test"
TEXT = "Delegates: the ballot closes at 17:00. #Lab23"
NETWORKS = ("x", "bluesky", "mastodon")
COUNT_SLIDES = """window.slides = 0; const animate = Element.prototype.animate;
  Element.prototype.animate = function (...all) {
    if (this.matches(".due")) window.slides += 1;
    return animate.apply(this, all);
  };"""
NASTY = "<img src=x onerror=\"document.title='taken'\"><b>bold</b> \u202e"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "world.sqlite3", port=0, token=TOKEN)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def look(browser: Browser, sandbox: Sandbox) -> Iterator[Callable[..., Page]]:
    """Opens the wall; at the end nothing may have been complained about or asked of anybody else."""
    complaints: list[str] = []
    opened: list[Page] = []

    def look_on(size: dict[str, int] = LAPTOP, *, first: str = "", **options: Any) -> Page:
        page = browser.new_context(viewport=size, **options).new_page()  # type: ignore[arg-type] - a plain dict will do
        opened.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(base(sandbox)) else complaints.append(f"asked for {asked.url}"),
        )
        if first:
            page.add_init_script(first)
        page.goto(f"{base(sandbox)}/wall")
        expect(page.locator("body")).to_have_attribute("data-life", "live")
        return page

    yield look_on
    for page in opened:
        page.context.close()
    assert complaints == []


def base(sandbox: Sandbox) -> str:
    return f"http://127.0.0.1:{sandbox.port}"


def tell(sandbox: Sandbox, path: str, body: dict[str, Any] | None = None) -> Any:
    """Knock at the control door."""
    request = urllib.request.Request(
        f"{base(sandbox)}/_/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=HANG_S) as answer:
        return json.load(answer)


def publish(sandbox: Sandbox, network: str, text: str = TEXT) -> None:
    """Publish as the campaign does: over the network's own protocol."""
    where = base(sandbox)
    match network:
        case "x":
            session = OAuth1Session("pretend", "pretend", "pretend-labfreemvmt", "pretend")
            session.post(f"{where}/2/tweets", json={"text": text}, timeout=HANG_S).raise_for_status()
        case "mastodon":
            header = {"Authorization": "Bearer pretend-labfreemvmt"}
            answer = requests.post(f"{where}/api/v1/statuses", data={"status": text}, headers=header, timeout=HANG_S)
            answer.raise_for_status()
        case "bluesky":
            who = {"identifier": "labfreemvmt.example", "password": "pretend"}
            login = requests.post(f"{where}/xrpc/com.atproto.server.createSession", json=who, timeout=HANG_S).json()
            record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": datetime.now(UTC).isoformat()}
            requests.post(
                f"{where}/xrpc/com.atproto.repo.createRecord",
                json={"repo": login["did"], "collection": "app.bsky.feed.post", "record": record},
                headers={"Authorization": f"Bearer {login['accessJwt']}"},
                timeout=HANG_S,
            ).raise_for_status()


def coming(
    number: int, seconds: float, *, hangs_on: str = "", network: str = "x", clock: str = "14:40"
) -> dict[str, str]:
    return {
        "id": f"{number}-{network}",
        "network": network,
        "text": f"Coming {number}",
        "at": (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
        "when": f"Mon 9 Oct {clock} Liverpool",
        "hangs_on": hangs_on,
    }


def plan(sandbox: Sandbox, *posts: dict[str, str], **more: Any) -> None:
    first = min(posts, key=lambda post: post["at"], default=None)
    following = first and {name: first[name] for name in ("at", "network", "text")}
    slip = {"milestone": "debate", "label": "Debate slips 40 minutes"}
    told = {"next": following, "coming": list(posts), "unsure": [], "lost": 0, "slip": slip}
    tell(sandbox, "plan", told | more)


def count(page: Page, name: str) -> Any:
    return page.locator(f"[data-count={name}] dd")


def column(page: Page, network: str) -> Any:
    return page.locator(f".column[data-network={network}]")


def test_an_empty_wall_says_what_to_expect(look: Callable[..., Page]) -> None:
    page = look()
    assert page.locator(".band strong").inner_text() == "REHEARSAL"
    expect(page.locator("#truth")).to_have_text("Waiting for the plan ")
    for title in ("X", "Bluesky", "Mastodon"):
        expect(page.get_by_text(f"Nothing on {title} yet.")).to_be_visible()
    expect(page.get_by_text("The next posts stand here, in the order in which they go out.")).to_be_visible()


def test_posts_and_replies_appear_live_and_are_counted(look: Callable[..., Page], sandbox: Sandbox) -> None:
    page = look()
    for network in NETWORKS:
        publish(sandbox, network)
    for network in NETWORKS:
        card = column(page, network).locator(".post")
        expect(card).to_have_count(1)
        expect(card.locator(":scope > .words")).to_have_text(TEXT)
        expect(card.locator(":scope > .words .lit")).to_have_text("#Lab23")
    expect(count(page, "sent")).to_have_text("3")
    expect(count(page, "twice")).to_have_text("0")
    parent = sandbox.world.all_posts()[0]
    said = {
        "network": parent.network,
        "handle": "wren.example",
        "text": "See you there.",
        "in_reply_to": parent.remote_id,
    }
    tell(sandbox, "say", said)
    expect(column(page, parent.network).locator(".reply .words")).to_have_text("See you there.")


def test_a_new_post_leaves_the_cards_that_are_there_alone(look: Callable[..., Page], sandbox: Sandbox) -> None:
    publish(sandbox, "x")
    page = look()
    page.evaluate("document.querySelector('#column-x .post').dataset.mine = 'kept'")
    publish(sandbox, "x", "Another one.")
    expect(column(page, "x").locator(".post")).to_have_count(2)
    expect(column(page, "x").locator(".post").nth(1)).to_have_attribute("data-mine", "kept")


def test_hostile_words_do_nothing(look: Callable[..., Page], sandbox: Sandbox) -> None:
    page = look()
    publish(sandbox, "bluesky", NASTY)
    plan(sandbox, coming(1, 60) | {"text": NASTY, "hangs_on": NASTY})
    tell(sandbox, "said", {"sentence": NASTY})
    expect(column(page, "bluesky").locator(".post > .words")).to_contain_text("<b>bold</b>")
    expect(page.locator("#said")).to_contain_text("<b>bold</b>")
    expect(page.locator("#coming .words")).to_contain_text("<b>bold</b>")
    assert page.locator("img, #said b, .words b").count() == 0
    assert page.title() != "taken"


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_any_half_of_any_card_still_says_pretend(
    look: Callable[..., Page], sandbox: Sandbox, size: dict[str, int]
) -> None:
    publish(sandbox, "x")
    publish(sandbox, "x", "Short.")
    publish(sandbox, "x", "Long words. " * 22)
    tell(sandbox, "say", {"network": "x", "handle": "wren.example", "text": "@labfreemvmt Hello."})
    plan(sandbox, coming(1, 60, hangs_on="debate"), coming(2, 70))
    page = look(size)
    expect(page.locator("#column-x .post")).to_have_count(4)
    without = page.evaluate(
        """() => [...document.querySelectorAll(".card")].filter((card) => card.checkVisibility()).flatMap((card) => {
          const box = card.getBoundingClientRect();
          const said = [...card.querySelectorAll(".pretend, .ribbon span")];
          const words = said.map((word) => word.getBoundingClientRect());
          const halves = {
            left: [box.left, box.top, box.left + box.width / 2, box.bottom],
            right: [box.left + box.width / 2, box.top, box.right, box.bottom],
            top: [box.left, box.top, box.right, box.top + box.height / 2],
            bottom: [box.left, box.top + box.height / 2, box.right, box.bottom],
          };
          return Object.entries(halves).filter(([, [left, top, right, bottom]]) => !words.some((word) =>
            word.left >= left - 1 && word.top >= top - 1 && word.right <= right + 1 && word.bottom <= bottom + 1
          )).map(([half]) => `${half} half of ${card.className}: ${card.innerText.slice(0, 30)}`);
        })"""
    )
    assert without == []


def order(page: Page) -> list[str]:
    return page.locator("#coming .words").all_inner_texts()


def test_when_the_debate_slips_the_posts_that_hang_on_it_move(look: Callable[..., Page], sandbox: Sandbox) -> None:
    others = [coming(1, 50), coming(3, 70), coming(4, 80)]
    plan(sandbox, coming(2, 60, hangs_on="debate"), *others)
    page = look(first=COUNT_SLIDES)
    expect(page.locator("#coming .due")).to_have_count(4)
    assert order(page) == ["Coming 1", "Coming 2", "Coming 3", "Coming 4"]
    page.evaluate("[...document.querySelectorAll('.due')].forEach((card) => { card.mine = true; })")
    plan(sandbox, coming(2, 100, hangs_on="debate", clock="15:20"), *others)
    moved = page.locator("#coming .moved")
    expect(moved).to_contain_text("Coming 2")
    expect(moved).to_contain_text("Mon 9 Oct 15:20 Liverpool")
    expect(moved).to_contain_text("was 14:40")
    assert order(page) == ["Coming 1", "Coming 3", "Coming 4", "Coming 2"]
    assert page.evaluate("window.slides") == 3, "the card that moves and the two that make room"
    assert page.evaluate("[...document.querySelectorAll('.due')].every((card) => card.mine)")


def test_nothing_slides_for_whoever_asked_for_stillness(look: Callable[..., Page], sandbox: Sandbox) -> None:
    plan(sandbox, coming(1, 50, hangs_on="debate"), coming(2, 60))
    counting = "window.slides = 0; Element.prototype.animate = () => { window.slides += 1; };"
    page = look(first=counting, reduced_motion="reduce")
    plan(sandbox, coming(1, 90, hangs_on="debate", clock="15:20"), coming(2, 60))
    publish(sandbox, "x")
    expect(page.locator("#coming .moved")).to_be_visible()
    expect(column(page, "x").locator(".post")).to_have_count(1)
    assert page.evaluate("window.slides") == 0


def test_posts_of_one_moment_share_a_card_that_outlives_the_first_of_them(
    look: Callable[..., Page], sandbox: Sandbox
) -> None:
    first, second = coming(1, 60), coming(1, 60, network="mastodon")
    second["at"] = first["at"]
    plan(sandbox, first, second)
    page = look()
    expect(page.locator("#coming .to")).to_have_attribute("aria-label", "X, Mastodon")
    page.evaluate("document.querySelector('.due').dataset.mine = 'kept'")
    plan(sandbox, second)
    expect(page.locator("#coming .to")).to_have_attribute("aria-label", "Mastodon")
    expect(page.locator("#coming .due")).to_have_attribute("data-mine", "kept")


def test_a_post_that_nobody_answered_for_is_a_ghost_until_it_is_found(
    look: Callable[..., Page], sandbox: Sandbox
) -> None:
    page = look()
    doubt = {"network": "x", "text": TEXT, "since": datetime.now(UTC).isoformat()}
    plan(sandbox, unsure=[doubt])
    ghost = column(page, "x").locator(".post.ghost")
    expect(ghost).to_contain_text("X did not answer. Looking whether the post is out.")
    expect(ghost.locator(".pretend")).to_be_visible()
    expect(count(page, "unsure")).to_have_text("1")
    ghost.evaluate("(card) => { card.dataset.mine = 'same card'; }")
    publish(sandbox, "x")
    plan(sandbox)
    found = column(page, "x").locator(".post.found")
    expect(found).to_contain_text("Found. The post was out, so it was not sent again.")
    expect(found).to_have_attribute("data-mine", "same card")
    expect(found.locator(":scope > .words .lit")).to_have_text("#Lab23")
    expect(column(page, "x").locator(".post")).to_have_count(1)
    expect(count(page, "unsure")).to_have_text("0")
    expect(page.locator("#said")).to_contain_text("X did not answer. Amplifier looked, found “Delegates: the ballot")


def test_a_post_in_doubt_stays_on_top_of_newer_ones(look: Callable[..., Page], sandbox: Sandbox) -> None:
    publish(sandbox, "x")
    page = look()
    plan(sandbox, unsure=[{"network": "x", "text": TEXT, "since": datetime.now(UTC).isoformat()}])
    publish(sandbox, "x", "A newer one.")
    expect(column(page, "x").locator(".post")).to_have_count(2)
    expect(column(page, "x").locator(".post").first).to_have_class("card post ours ghost")


def test_a_button_says_in_a_sentence_what_happens_and_then_what_happened(
    look: Callable[..., Page], sandbox: Sandbox
) -> None:
    page = look()
    before = page.locator("#said").inner_text()
    page.get_by_role("button", name="Debate slips 40 minutes").click()
    expect(page.locator("#said")).not_to_have_text(before)
    wishes: list[str] = []
    until(lambda: bool(wishes.extend(one["name"] for one in tell(sandbox, "wishes?wait=2")) or wishes), "wish")
    assert wishes == ["debate_slips"]
    tell(sandbox, "said", {"sentence": "The debate moved to 15:20 Liverpool, and 3 posts with it."})
    expect(page.locator("#said")).to_have_text("The debate moved to 15:20 Liverpool, and 3 posts with it.")


def test_pressing_x_stops_answering_shows_x_on_a_phone(look: Callable[..., Page], sandbox: Sandbox) -> None:
    page = look(PHONE)
    page.get_by_role("tab", name="Mastodon").click()
    page.get_by_role("button", name="X stops answering").click()
    expect(page.get_by_role("tab", name="X")).to_have_attribute("aria-selected", "true")
    until(lambda: [fault["kind"] for fault in tell(sandbox, "faults")] == ["hang"], "fault")


def test_the_page_says_when_the_sandbox_is_gone_and_finds_it_again(
    look: Callable[..., Page], sandbox: Sandbox, tmp_path: Path
) -> None:
    page = look()
    publish(sandbox, "x")
    expect(count(page, "sent")).to_have_text("1")
    port = sandbox.port
    sandbox.stop()
    expect(page.locator("#truth")).to_have_text("The pretend networks have stopped ")
    expect(page.get_by_role("button", name="Pull the plug")).to_be_disabled()
    again = Sandbox(tmp_path / "world.sqlite3", port=port, token=TOKEN)
    again.start()
    try:
        expect(page.locator("body")).to_have_attribute("data-life", "live")
        expect(page.locator("#said")).to_have_text("The pretend networks are back.")
        expect(column(page, "x").locator(".post")).to_have_count(1)
    finally:
        again.stop()


def test_the_countdown_runs_on_the_servers_clock(look: Callable[..., Page], sandbox: Sandbox) -> None:
    wrong = "const right = Date.now; Date.now = () => right() + 3_600_000;"
    plan(sandbox, coming(1, 39))
    page = look(first=wrong)
    expect(page.locator("#truth b")).to_have_text(re.compile(r"^[123]\d s$"))


def test_a_sentence_leads_to_pages_on_this_computer_and_to_no_other(
    look: Callable[..., Page], sandbox: Sandbox
) -> None:
    page = look()
    here, elsewhere = f"{base(sandbox)}/h/secret-1", "https://evil.example/h/1"
    tell(sandbox, "said", {"sentence": f"Please post. {here} <b>or</b> {elsewhere}"})
    expect(page.locator("#said")).to_have_text(f"Please post. {here} <b>or</b> {elsewhere}")
    links = page.locator("#said a")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", here)


def test_the_wall_says_that_sending_is_stopped_and_why(look: Callable[..., Page], sandbox: Sandbox) -> None:
    page = look()
    plan(sandbox, coming(1, 60))
    expect(page.locator("#truth")).to_contain_text("Next post in")
    expect(page.locator("#halted")).to_be_hidden()
    plan(sandbox, coming(1, 60), stopped={"all": False, "why": "Sending on x is stopped. <b>Wrong</b> name."})
    expect(page.locator("#halted")).to_contain_text("on x is stopped. <b>Wrong</b> name. What comes due is held.")
    expect(page.locator("#truth")).to_contain_text("Next post in")
    plan(sandbox, coming(1, 60), stopped={"all": True, "why": "Sending is stopped. Fire."})
    expect(page.locator("#truth")).to_have_text("Sending is stopped ")
    expect(page.locator("#next")).to_be_hidden()
    plan(sandbox, coming(1, 60))
    expect(page.locator("#truth")).to_contain_text("Next post in")
    expect(page.locator("#halted")).to_be_hidden()


def test_a_post_that_is_overdue_is_said_to_be(look: Callable[..., Page], sandbox: Sandbox) -> None:
    plan(sandbox, coming(1, -5))
    page = look()
    expect(page.locator("#truth")).to_contain_text("Next post was due")


def test_on_a_phone_the_networks_are_tabs_for_thumb_and_keyboard(look: Callable[..., Page], sandbox: Sandbox) -> None:
    publish(sandbox, "mastodon")
    page = look(PHONE)
    expect(page.get_by_role("tab")).to_have_count(3)
    expect(page.get_by_role("tab", name="Mastodon")).to_have_text("Mastodon 1")
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    page.get_by_role("tab", name="X").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Mastodon")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Mastodon").locator(".post")).to_be_visible()
    page.set_viewport_size(LAPTOP)
    expect(page.get_by_role("tabpanel")).to_have_count(0)
    expect(page.get_by_role("region", name="Bluesky")).to_be_visible()


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_what_can_be_pressed_is_large_enough_and_nothing_sticks_out(
    look: Callable[..., Page], sandbox: Sandbox, size: dict[str, int]
) -> None:
    publish(sandbox, "x", "https://freemovement.example/" + "long" * 50)
    plan(sandbox, *(coming(number, 60 + number) for number in range(8)))
    page = look(size)
    expect(page.locator("#coming .due")).to_have_count(8)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href]:not(.past), [role=tab]")]
          .map((one) => [one.innerText, one.getBoundingClientRect()])
          .filter(([, box]) => box.width && box.height < 44).map(([text, box]) => `${text}: ${box.height}`)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_a_cards_time_leads_to_its_own_page_and_back_to_the_wall(look: Callable[..., Page], sandbox: Sandbox) -> None:
    publish(sandbox, "mastodon")
    page = look()
    column(page, "mastodon").locator(".ago").click()
    expect(page.locator("h1")).to_have_text("A pretend post on Mastodon")
    page.get_by_role("link", name="Everything this account said").click()
    expect(page.locator("h1")).to_have_text("Labour Campaign for Free Movement")
    page.get_by_role("link", name="All three networks on the wall").click()
    expect(page.locator("body")).to_have_attribute("data-life", "live")


def test_a_wall_that_has_been_open_for_long_holds_no_more_than_forty_posts(
    look: Callable[..., Page], sandbox: Sandbox
) -> None:
    page = look()
    for number in range(60):
        publish(sandbox, "x", f"Post {number}")
    expect(column(page, "x").locator(".post").first).to_contain_text("Post 59")
    expect(column(page, "x").locator(".post")).to_have_count(40)
    expect(column(page, "x").locator(".tally")).to_have_text("60 sent")
    expect(page.locator(".flying")).to_have_count(0)


def test_posts_that_hang_on_the_debate_are_in_the_row_however_late_they_are(
    look: Callable[..., Page], sandbox: Sandbox
) -> None:
    soon = [coming(number, 60 + number, hangs_on="ballot_closes") for number in range(12)]
    late = [coming(20 + number, 300 + number, hangs_on="debate") for number in range(5)]
    plan(sandbox, *soon, *late)
    page = look(first=COUNT_SLIDES)
    assert order(page) == [f"Coming {number}" for number in (0, 1, 2, 3, 4, 20, 21, 22)]
    expect(page.locator(".due.pinned")).to_have_count(3)
    expect(page.locator(".due.gap")).to_contain_text("Coming 20")
    plan(sandbox, *soon, *(post | {"when": "Mon 9 Oct 15:20 Liverpool"} for post in late))
    expect(page.locator(".due.moved")).to_have_count(3)
    assert page.evaluate("window.slides") == 3


def test_after_the_plug_the_next_post_says_that_the_worker_is_back(look: Callable[..., Page], sandbox: Sandbox) -> None:
    publish(sandbox, "x")
    page = look()
    page.get_by_role("button", name="Pull the plug").click()
    expect(page.locator("#said")).to_contain_text("the service is killed")
    time.sleep(2.1)
    publish(sandbox, "mastodon")
    expect(page.locator("#said")).to_contain_text("The worker is back, and the next post is out.")


def test_a_cards_age_goes_on_while_nothing_happens(look: Callable[..., Page], sandbox: Sandbox) -> None:
    publish(sandbox, "x")
    page = look()
    first = column(page, "x").locator(".ago").inner_text()
    expect(column(page, "x").locator(".ago")).not_to_have_text(first)
    expect(column(page, "x").locator(".ago")).to_have_text(re.compile(r"^[1-9]\d* (s|min)$"))
