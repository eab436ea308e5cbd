"""The public pages as bytes: nothing inline, nothing from elsewhere, nothing that hostile words could do."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from amplifier.campaign.plan import Plan
from amplifier.campaign.template import Template
from amplifier.compose.render import parse_templates
from amplifier.policy import Profile
from amplifier.schedule import files
from amplifier.settings import Settings, load
from amplifier.sharekit.kit import KitPage, build
from amplifier.sharekit.ours import Past
from amplifier.sharekit.page import asset, imprint_page, kit_page

HOME = Path(__file__).parents[2]
PAGE = "https://freemovement.example/imprint"
PROMISE = (
    "This opens your own app with the text in it. Nothing is posted until you press post there. "
    "We do not see who shares."
)


class Seen(HTMLParser):
    """Every tag with its attributes, and the text of every element of a class."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._in_words = 0
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if found.get("class") == "words":
            self.texts.append("")
            self._in_words = 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._in_words = 0

    def handle_data(self, data: str) -> None:
        if self._in_words:
            self.texts[-1] += data

    def links(self) -> list[str]:
        return [found["href"] for tag, found in self.tags if tag == "a"]


@pytest.fixture
def page(campaign: Any, plan: Plan, templates: dict[str, Template], settings: Settings) -> KitPage:
    past = Past((campaign.sent("ballot", "Vote \u201cnow\u201d & tell <everybody>."),))
    return build(plan, templates, settings=settings, now=campaign.local("2023-10-08T16:30"), past=past)


@pytest.fixture
def in_earnest(page: KitPage) -> KitPage:
    return replace(page, rehearsal=False)


def test_the_page_promises_what_happens_to_the_text(page: KitPage) -> None:
    assert PROMISE in kit_page(page).decode()


def test_each_form_stands_there_to_the_letter_with_its_composer(page: KitPage) -> None:
    forms = [form for ask in page.asks for wording in ask.wordings for form in wording.forms]
    seen = Seen(kit_page(page))
    assert seen.texts == [form.text for form in forms]
    assert {form.url for form in forms} <= set(seen.links())


def test_each_ask_names_its_audience_and_its_end(page: KitPage) -> None:
    html = kit_page(page).decode()
    assert '<time datetime="2023-10-08T16:00Z">Sunday 8 October, 17:00 Liverpool</time>' in html
    assert "For delegates" in html
    assert "<h1>Two ways to help right now.</h1>" in html


def test_our_post_is_quoted_and_linked(page: KitPage, in_earnest: KitPage) -> None:
    html = kit_page(page).decode()
    assert "Vote “now” &amp; tell &lt;everybody&gt;." in html
    assert "http://127.0.0.1:8900/x/1" in Seen(kit_page(page)).links()
    assert "Open the pretend post" in html
    assert "Repost it on X" in kit_page(in_earnest).decode()


def test_the_imprint_says_on_which_accounts_a_program_publishes_and_on_which_people(settings: Settings) -> None:
    def said(*by_hand: str) -> tuple[str, str]:
        html = imprint_page(settings, by_hand=by_hand).decode()
        program, _, people = html.partition("people publish them, with the words that it has ready")
        return program, people

    program, people = said()
    assert (" on X</li>" in program, people) == (True, "")
    program, people = said("x")
    assert (" on X</li>" in program, " on X</li>" in people, " on Bluesky</li>" in program) == (False, True, True)
    program, people = said("x", "bluesky", "mastodon")
    assert "The program Amplifier publishes" not in program
    assert " on Mastodon</li>" in people


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(page: KitPage, settings: Settings) -> None:
    for html in (kit_page(page), imprint_page(settings)):
        for tag, found in Seen(html).tags:
            assert not {name for name in found if name == "style" or name.startswith("on")}, tag
            assert tag not in {"style", "iframe", "img", "form", "object", "base"}
            if tag in {"script", "link"}:
                assert found.get("src", found.get("href", "")).startswith("/k/static/")
        assert re.search(rb"<script[^>]*></script>", html) or b"<script" not in html


def test_every_link_is_https_or_our_own_or_in_a_rehearsal_this_computer(page: KitPage, settings: Settings) -> None:
    for html in (kit_page(page), imprint_page(settings)):
        for link in Seen(html).links():
            address = urlsplit(link)
            assert address.scheme == "https" or address.hostname == "127.0.0.1" or link.startswith(("/imprint", "#"))


def test_hostile_words_stay_words(page: KitPage) -> None:
    hostile = '<script>alert(1)</script> "quoted" \' <b onclick=x> https://a.example/?a=1&lt=2&quot="><i>'
    ask = page.asks[0]
    form = replace(ask.wordings[0].forms[0], text=hostile)
    evil = replace(
        ask,
        title=hostile,
        audience=hostile,
        wordings=(replace(ask.wordings[0], forms=(form,)),),
        posts=(replace(ask.posts[0], text=hostile),),
    )
    seen = Seen(kit_page(replace(page, asks=(evil,), campaign=hostile)))
    assert seen.texts == [hostile]
    assert [tag for tag, _ in seen.tags].count("script") == 1
    assert not [tag for tag, found in seen.tags if "onclick" in found or tag == "i"]


def test_a_rehearsal_says_so_and_a_live_page_has_no_band(page: KitPage, in_earnest: KitPage) -> None:
    rehearsal, live = kit_page(page).decode(), kit_page(in_earnest).decode()
    assert "<strong>REHEARSAL</strong>" in rehearsal
    assert "Links to our posts lead to the pretend networks" in rehearsal
    assert '<body class="rehearsal">' in rehearsal
    assert "rehearsal" not in live.lower()
    assert "pretend" not in live.lower()


def test_a_page_without_asks_says_what_comes_next(page: KitPage) -> None:
    waiting = replace(page, asks=(), coming=())
    assert "Every ask is over. Thank you for sharing." in kit_page(waiting).decode()


def test_a_network_without_words_says_so(page: KitPage) -> None:
    ask = page.asks[0]
    only = replace(ask, wordings=(replace(ask.wordings[0], forms=ask.wordings[0].forms[:1]),))
    html = kit_page(replace(page, asks=(only,))).decode()
    assert "There are no words for X here" not in html
    assert '<p class="empty" data-on="mastodon">There are no words for Mastodon here.' in html
    assert "New words for this come soon" in kit_page(replace(page, asks=(replace(ask, wordings=()),))).decode()


def test_the_same_page_is_the_same_bytes(page: KitPage) -> None:
    assert kit_page(page) == kit_page(replace(page))


def test_the_page_refers_to_files_that_there_are_by_their_content(page: KitPage) -> None:
    referred = re.findall(r"/k/static/([^?\"]+)\?([0-9a-f]{8})", kit_page(page).decode())
    assert {name for name, _ in referred} == {"kit.css", "kit.js", "kit.svg"}
    for name, _ in referred:
        assert asset(name)


@pytest.mark.parametrize("name", ["", "kit.html.j2", "../kit.py", "..%2fkit.py", "/etc/passwd", "KIT.CSS"])
def test_no_other_file_is_given_out(name: str) -> None:
    assert asset(name) is None


def test_the_files_of_the_page_fetch_nothing_and_remember_nothing() -> None:
    for name in ("kit.css", "kit.js"):
        content, _ = asset(name) or (b"", "")
        assert not re.search(
            rb"https?:|@import|url\(|fetch\(|XMLHttp|sendBeacon|localStorage|cookie|innerHTML", content
        )


def test_the_example_stays_under_forty_kilobytes_at_its_fullest(campaign: Any) -> None:
    settings = load(HOME)
    sources = files.sources(HOME)
    templates = parse_templates(sources)
    plan = files.parse(sources, settings, templates=list(templates))
    sent = tuple(
        campaign.sent(name.removeprefix("lab23/"), "word " * 100, platform=platform)
        for name in templates
        for platform in ("x", "bluesky", "mastodon")
    )
    days = [*(f"2023-09-{day}" for day in range(24, 31)), *(f"2023-10-{day:02}" for day in range(1, 12))]
    for moment in (f"{day}T{hour:02}:30" for day in days for hour in (8, 12, 16, 20)):
        page = build(plan, templates, settings=settings, now=campaign.local(moment), past=Past(sent))
        assert page.problems == ()
        assert len(kit_page(page)) < 40_000, moment


def test_the_imprint_names_who_answers_and_every_account(settings: Settings) -> None:
    html = with_imprint(settings, responsible="A. Person", address="1 Road\nTown")
    assert "A. Person" in html
    assert "1 Road\nTown" in html
    assert "None is given" not in html
    for handle in ("@ours on X", "@ours.example on Bluesky", "@ours@social.example on Mastodon"):
        assert f"<li>{handle}</li>" in html
    assert "Our posts end with the words “Imprint of ours.”</p>" in html
    assert "https://freemovement.example/contact" in html


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"page": PAGE}, f'no room for them, they stand one click away, at <a href="{PAGE}">'),
        ({"page": PAGE, "profile": Profile.PAID}, "Every post of ours carries the words “Imprint of ours.”</p>"),
        ({"page": PAGE, "text": ""}, f'The imprint of our posts stands at <a href="{PAGE}">{PAGE}</a>.'),
    ],
)
def test_the_imprint_says_what_the_posts_carry(settings: Settings, changed: dict[str, object], says: str) -> None:
    html = with_imprint(settings, **changed)
    assert says in html
    assert "carries no imprint of ours" in html
    off = with_imprint(settings, **{**changed, "profile": Profile.OFF})
    assert "Imprint of ours." not in off
    assert "In our posts" not in off


def with_imprint(settings: Settings, **changed: object) -> str:
    imprint = settings.campaign.imprint.model_copy(update=changed)
    campaign = settings.campaign.model_copy(update={"imprint": imprint})
    return imprint_page(settings.model_copy(update={"campaign": campaign})).decode()


@pytest.mark.parametrize("mode", ["settings", "live"])
def test_what_is_not_filled_in_is_told_to_visitors_and_not_what_the_team_is_to_do(
    request: pytest.FixtureRequest, mode: str
) -> None:
    found: Settings = request.getfixturevalue(mode)
    imprint = found.campaign.imprint.model_copy(update={"responsible": "", "address": ""})
    campaign = found.campaign.model_copy(update={"links": {}, "imprint": imprint})
    html = imprint_page(found.model_copy(update={"campaign": campaign})).decode()
    assert f"<h2>Who is responsible</h2>\n<p>{campaign.name}</p>" in html
    assert '<p class="address">None is given here.</p>' in html
    assert "write to one of the accounts above" in html
    for advice in ("before going live", "advice", "fill", "not yet", "settings", "you go", "ask for"):
        assert advice not in html.lower(), advice


def test_complaints_go_where_the_settings_say(settings: Settings) -> None:
    links = {"complain": "https://freemovement.example/complain", **settings.campaign.links}
    campaign = settings.campaign.model_copy(update={"links": links})
    html = imprint_page(settings.model_copy(update={"campaign": campaign})).decode()
    assert "https://freemovement.example/complain" in html
    assert "https://freemovement.example/contact" not in html


def test_the_imprint_says_whether_it_is_a_rehearsal(settings: Settings, live: Settings) -> None:
    assert "REHEARSAL" in imprint_page(settings).decode()
    assert "REHEARSAL" not in imprint_page(live).decode()
