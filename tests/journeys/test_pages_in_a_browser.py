"""The pages as people use them: a real browser on a running rehearsal, on a phone and a laptop, by day and by night."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from amplifier.cli.rehearsal.rehearse import copy_home
from tests.journeys.browse import LAPTOP, PHONE, SMALL, SMALL_TARGETS, THUMB, TOO_WIDE, UNNAMED
from tests.journeys.install import REPOSITORY, Run, RunningInstall

pytestmark = pytest.mark.journey

SIZES = {"laptop": LAPTOP, "phone": PHONE, "small phone": SMALL}
PAGES = {
    "now": "/",
    "decide": "/decide",
    "mentions": "/mentions",
    "kit": "/k/lab23",
    "imprint": "/imprint",
    "nothing": "/nothing",
}
NASTY = "@labfreemvmt <script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> \u202egnp"


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningInstall]:
    """One rehearsal for all tests here, long enough that what one clicks on is still to come."""
    folder = tmp_path_factory.mktemp("pages")
    made = RunningInstall(copy_home(REPOSITORY, folder / "home", seconds=1200), folder / "var")
    run: Run = made.up()
    try:
        run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
        run.until(lambda: made.rows("SELECT 1 FROM deliveries WHERE state = 'sent'"), what="post")
        handle = {"x": "labfreemvmt", "bluesky": "labfreemvmt.example", "mastodon": "labfreemvmt"}
        for network, name in handle.items():
            words = {"network": network, "handle": "wren.example", "text": NASTY.replace("labfreemvmt", name)}
            made.world().ask("POST", "/_/say", words)
        run.until(lambda: len(made.rows("SELECT 1 FROM mentions")) >= 3, what="mentions")
        run.until(lambda: made.rows("SELECT 1 FROM kits"), what="kit")
        yield made
    finally:
        made.end()


@pytest.fixture
def look(browser: Browser, install: RunningInstall) -> Iterator[Callable[..., Page]]:
    """Opens a page; at the end nothing may have been complained about or asked of anybody else."""
    complaints: list[str] = []
    opened: list[Page] = []
    here = f"http://127.0.0.1:{install.port}"

    def look_at(path: str, size: dict[str, int] = LAPTOP, **options: Any) -> Page:
        context = browser.new_context(viewport=size, **options)  # type: ignore[arg-type]  a plain dict will do
        if not path.startswith("/k/"):  # whoever shares has never been in the console
            context.add_cookies([install.cookie])  # type: ignore[list-item]  here, too
        page = context.new_page()
        opened.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda asked: None if asked.url.startswith(here) else complaints.append(asked.url))
        page.goto(here + path)
        return page

    yield look_at
    for page in opened:
        page.context.close()
    assert [one for one in complaints if "404 (Not Found)" not in one] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_fits_its_window_and_every_part_can_be_named_and_hit(
    look: Callable[..., Page], path: str, size: dict[str, int], scheme: str
) -> None:
    page = look(path, size, color_scheme=scheme)
    assert page.locator("h1").count() == 1
    for unfold in page.locator("main details > summary").all()[:6]:
        unfold.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SMALL_TARGETS, THUMB) == []


@pytest.mark.parametrize("path", ["/", "/mentions", "/k/lab23"])
def test_a_page_can_be_read_at_twice_the_size_of_letters(look: Callable[..., Page], path: str) -> None:
    page = look(path, PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture
def doubts(install: RunningInstall) -> Iterator[list[int]]:
    """One post held on each network, and one that may be out; what is left of them waits again afterwards."""
    rows = install.rows("SELECT id FROM deliveries WHERE state = 'queued' ORDER BY run_at DESC LIMIT 4")
    ids = [number for (number,) in rows]
    for number in ids:
        install.write(
            "UPDATE deliveries SET state = 'held', reason = 'rejected', first_sent_at = datetime('now'), "
            f"detail = 'The network does not accept this post. {NASTY[:60].replace(chr(39), '')}' WHERE id = {number}"
        )
    install.write(f"UPDATE deliveries SET state = 'unsure', run_at = datetime('now', '+1 hour') WHERE id = {ids[0]}")
    yield ids
    listed = ", ".join(map(str, ids))
    install.write(
        "UPDATE deliveries SET state = 'queued', reason = '', detail = '', first_sent_at = NULL, "
        f"run_at = datetime('now', '+1 hour') WHERE id IN ({listed})"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_doubts_fit_their_window_with_every_form_open(
    look: Callable[..., Page], doubts: list[int], size: dict[str, int], scheme: str
) -> None:
    page = look("/decide", size, color_scheme=scheme)
    assert page.locator(".doubtful").count() >= len(doubts)
    for unfold in page.locator("main details > summary").all():
        unfold.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SMALL_TARGETS, THUMB) == []


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_doubt_is_settled_by_clicking(
    look: Callable[..., Page], install: RunningInstall, doubts: list[int], size: dict[str, int]
) -> None:
    page = look("/", size)
    page.get_by_role("link", name="Decide about this post").first.click()
    expect(page).to_have_url(re.compile(r"/decide#d\d+$"))
    row = page.locator(f"#d{doubts[1]}")
    row.locator("summary", has_text="Leave it out").click()
    row.get_by_label("Why, for the record").fill("Said already.")
    row.get_by_role("button", name="Leave it out on").click()
    expect(page.locator(".said")).to_contain_text("It is left out. Nobody is asked about it any more.")
    assert install.rows(f"SELECT state, detail FROM deliveries WHERE id = {doubts[1]}") == [
        ("dropped", "Said already.")
    ]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("path", ["/", "/mentions"])
def test_one_press_stops_everything_wherever_one_is(
    look: Callable[..., Page], install: RunningInstall, path: str, *, script: bool
) -> None:
    page = look(path, PHONE, java_script_enabled=script)
    page.mouse.wheel(0, 3000)
    page.get_by_role("button", name="Stop everything").click()
    try:
        expect(page.locator(".halted")).to_contain_text("Sending is stopped everywhere.")
        expect(page.locator(".said")).to_contain_text("Nothing begins to go out any more.")
        assert (install.var / "STOP").exists()
    finally:
        install.command("resume", "--yes")
    page.goto(page.url.partition("?")[0])
    expect(page.locator(".halted")).to_have_count(0)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_post_is_skipped_by_clicking(
    look: Callable[..., Page], install: RunningInstall, size: dict[str, int]
) -> None:
    page = look("/", size)
    row = page.locator("section[aria-labelledby=coming] li").last
    words = row.locator(".words").inner_text()
    row.locator("summary").click()
    row.get_by_label("Why, for the record").fill("Not needed any more.")
    row.get_by_role("button", name="Skip this post on every network").click()
    expect(page.locator(".said")).to_contain_text(
        "is left out. Nothing of it goes out any more, unless you take it in again."
    )
    ((kind, reason, actor),) = install.rows("SELECT kind, reason, actor FROM decisions ORDER BY id DESC LIMIT 1")
    assert (kind, reason, actor) == ("slot_skipped", "Not needed any more.", "console")
    for part in ("next", "coming"):
        expect(page.locator(f"section[aria-labelledby={part}]")).not_to_contain_text(words)
    expect(page.locator("section[aria-labelledby=skipped]")).to_contain_text(words)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_milestone_is_moved_by_clicking(
    look: Callable[..., Page], install: RunningInstall, size: dict[str, int]
) -> None:
    page = look("/", size)
    row = page.locator("section[aria-labelledby=milestones] li", has_text="Vote")
    before = row.locator("time").inner_text()
    row.get_by_label("Vote: it moved").click()
    row.get_by_role("button", name="10 min later").click()
    expect(page.locator("h1")).to_contain_text("Vote would move from Tue 10 Oct 17:")
    page.get_by_role("button", name="Move the vote to 17:").click()
    expect(page.locator(".said")).to_contain_text("Vote is now at Tue 10 Oct 17:")
    row = page.locator("section[aria-labelledby=milestones] li", has_text="Vote")
    expect(row.locator(".hangs")).to_have_text("moved")
    assert row.locator("time").inner_text() != before
    ((kind, subject),) = install.rows("SELECT kind, subject FROM decisions ORDER BY id DESC LIMIT 1")
    assert (kind, subject) == ("milestone_moved", "vote")


def test_a_milestone_is_moved_to_a_time_that_was_typed_and_nonsense_is_refused(look: Callable[..., Page]) -> None:
    page = look("/")
    for typed, said in (
        ("soon", "There is no milestone soon."),
        ("14:00", "Composite done is now at Mon 9 Oct 14:00"),
    ):
        row = page.locator("section[aria-labelledby=milestones] li", has_text="Composite done")
        row.locator("summary").click()
        row.get_by_label("To this time in Liverpool").fill(typed)
        row.get_by_role("button", name="Move it there").click()
        if typed != "soon":
            page.get_by_role("button", name="Move the composite done to 14:00").click()
        expect(page.locator(".said")).to_contain_text(said)


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_mention_is_marked_with_a_note(
    look: Callable[..., Page], install: RunningInstall, size: dict[str, int]
) -> None:
    page = look("/mentions?q=script&status=new", size)
    row = page.locator(".mention").last
    number = str(row.get_attribute("id")).removeprefix("mention-")
    row.get_by_label("Status").select_option("answered")
    row.get_by_label("Note").fill("Thanked them <b>& told</b> the time.")
    row.get_by_role("button", name="Save").click()
    expect(page.locator(".said")).to_have_text("The mention by @wren.example is marked “answered”.")
    expect(page.locator(".said")).to_be_in_viewport(ratio=1)
    assert "q=script" in page.url
    notes = install.rows(f"SELECT status, note, actor FROM followups WHERE mention_id = {number}")
    assert notes == [("answered", "Thanked them <b>& told</b> the time.", "console")]
    page.goto(page.url.split("?")[0] + "?q=script")  # among all of them newer ones may have pushed it off the page
    expect(page.locator(f"#mention-{number} .notes")).to_contain_text("answered: Thanked them <b>& told</b> the time.")


def test_the_words_of_strangers_do_nothing(look: Callable[..., Page]) -> None:
    page = look("/mentions?q=script")
    expect(page.locator(".mention .words").first).to_contain_text("<script>document.title='taken'</script><img src=x")
    assert page.locator("main img, main script").count() == 0
    assert "taken" not in page.title()


def test_a_page_keeps_itself_fresh_but_never_while_somebody_writes(
    look: Callable[..., Page], install: RunningInstall
) -> None:
    page = look("/mentions")
    page.evaluate("document.getElementById('main').dataset.mine = 'first'")
    expect(page.locator("#main")).not_to_have_attribute("data-mine", "first")
    note = page.locator(".mention").first.get_by_label("Note")
    note.fill("Half a sen")
    page.evaluate("document.getElementById('main').dataset.mine = 'second'")
    install.world().ask("POST", "/_/say", {"network": "x", "handle": "hazel.example", "text": "@labfreemvmt Hello."})
    page.wait_for_timeout(5000)
    expect(page.locator("#main")).to_have_attribute("data-mine", "second")
    expect(note).to_have_value("Half a sen")
    note.fill("")
    note.blur()
    expect(page.locator("#main")).not_to_have_attribute("data-mine", "second")


def test_the_countdown_runs_on_the_servers_clock(look: Callable[..., Page]) -> None:
    page = look("/")
    shown = page.locator("section[aria-labelledby=next] .in").inner_text()
    expect(page.locator("section[aria-labelledby=next] .in")).not_to_have_text(shown)
    assert page.locator("h1").inner_text().startswith("Next post ")


def test_a_server_that_is_away_is_said_and_forgotten_when_it_is_back(browser: Browser, install: RunningInstall) -> None:
    page = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]  a plain dict will do
    page.goto(install.opened.address())
    page.route("**/*", lambda route: route.abort())
    expect(page.locator("#away")).to_contain_text("Amplifier does not answer.")
    page.unroute_all()
    expect(page.locator("#away")).to_be_empty()
    page.context.close()


def test_the_keyboard_goes_past_the_menu_to_what_matters(look: Callable[..., Page]) -> None:
    page = look("/")
    page.keyboard.press("Tab")
    expect(page.locator(".past")).to_be_focused()
    expect(page.locator(".past")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_without_scripts_everything_is_there_and_works(look: Callable[..., Page]) -> None:
    page = look("/", PHONE, java_script_enabled=False)
    expect(page.locator("h1")).to_contain_text("Next post ")
    row = page.locator("section[aria-labelledby=milestones] li", has_text="Registration")
    row.locator("summary").click()
    row.get_by_role("button", name="10 min later").click()
    expect(page.locator("h1")).to_contain_text("Registration would move from Sun 8 Oct 09:00")
    page.get_by_role("button", name="Move the registration to 09:10").click()
    expect(page.locator(".said")).to_contain_text("Registration is now at Sun 8 Oct 09:10 Liverpool")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_the_kit_copies_the_words_of_the_network_that_was_chosen(
    look: Callable[..., Page], size: dict[str, int]
) -> None:
    page = look("/k/lab23", size, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Mastodon").check(force=True)
    card = page.locator(".card:visible").first
    words = card.locator("[data-on=mastodon] .words")
    card.locator("[data-on=mastodon]").get_by_role("button", name="Copy the text").click()
    expect(card.locator("[data-on=mastodon] button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == words.text_content()
    assert "@labfreemvmt@social.example" in str(words.text_content())
    assert page.locator("[data-on=x]:visible, [data-on=bluesky]:visible").count() == 0
    assert page.context.cookies() == []
