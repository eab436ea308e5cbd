"""Every answer of the console carries its headers, and no page has anything that they forbid."""

from __future__ import annotations

import pytest

from amplifier.clock import utc_now
from amplifier.settings import load
from amplifier.sharekit.page import imprint_page
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.web import headers
from tests.web.campaign import REPOSITORY, Campaign, Page, mention, unsafe

WANTED = {
    "Content-Security-Policy": headers.POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture
def answers(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> dict[str, Page]:
    """One of each kind: pages, files, refusals, redirects, failures."""
    opened.hear(mention(1), mention(2, text="x" * 900))
    opened.put("go", state="held")
    opened.put("hello", "x", state="sent", sent_at=utc_now(), remote_id="1", url="https://x.example/1")
    client = opened.client
    client.raise_request_exception = False
    token = opened.get("/").field("csrfmiddlewaretoken")
    found = {path: opened.get(path) for path in ("/", "/mentions", "/mentions?q=none", "/nothing", "/posts/skip")}
    found |= {path: opened.get(path) for path in ("/static/console.css", "/static/console.js", "/static/nothing")}
    found["no token"] = Page(client.post("/posts/skip", {"post": "hello/once"}))
    found["redirect"] = Page(client.post("/posts/skip", {"post": "x", "csrfmiddlewaretoken": token}))
    found["too much"] = Page(client.post("/posts/skip", {"post": "x" * 3_000_000, "csrfmiddlewaretoken": token}))
    form = {"post": "x", "csrfmiddlewaretoken": token}
    found["elsewhere"] = Page(client.post("/posts/skip", form, headers={"origin": "https://evil.example"}))
    accounts.account_trouble("x", lost=True, detail="Gone.", now=utc_now())
    stops.stop(reason="Stopped.", actor="test", now=utc_now())
    found["trouble"] = opened.get("/")
    monkeypatch.setattr("amplifier.web.console.now.signs", lambda *_, **__: 1 / 0)
    found["failure"] = opened.get("/")
    return found


def test_one_of_each_kind_is_what_it_should_be(answers: dict[str, Page]) -> None:
    wanted = {
        "/": 200,
        "/mentions": 200,
        "/mentions?q=none": 200,
        "/nothing": 404,
        "/posts/skip": 405,
        "/static/console.css": 200,
        "/static/console.js": 200,
        "/static/nothing": 404,
        "no token": 403,
        "redirect": 302,
        "too much": 400,
        "elsewhere": 403,
        "trouble": 200,
        "failure": 500,
    }
    assert {name: page.status for name, page in answers.items()} == wanted


def test_every_answer_carries_every_header(answers: dict[str, Page]) -> None:
    for name, page in answers.items():
        said = {header: page.response.headers.get(header) for header in WANTED}
        assert said == WANTED, name


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in headers.POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("style-src", "script-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    assert {rules[name] for name in ("base-uri", "frame-ancestors")} == {"'none'"}


def test_no_page_has_anything_inline_or_from_elsewhere(answers: dict[str, Page]) -> None:
    for name, page in answers.items():
        assert unsafe(page) == [], name


def test_the_public_imprint_keeps_to_the_same(opened: Campaign) -> None:
    html = imprint_page(load(REPOSITORY))
    page = opened.get("/nothing")
    page.tags = []
    page.feed(html.decode())
    assert page.named("main") or page.named("h1")
    assert unsafe(page) == []


def test_pages_are_not_kept_by_anybody_and_files_are_asked_for_again(answers: dict[str, Page]) -> None:
    for name, page in answers.items():
        wanted = "no-cache" if page.status == 200 and name.startswith("/static/") else "no-store"
        assert page.response.headers["Cache-Control"] == wanted, name


def test_every_page_has_one_heading_of_the_first_rank_a_language_and_a_title(answers: dict[str, Page]) -> None:
    for name, page in answers.items():
        if page.html and not name.startswith("/static/console"):
            assert len(page.named("h1")) == 1, name
            assert page.named("html")[0]["lang"] == "en-GB", name
            assert len(page.named("title")) == 1, name


def test_the_forms_cookie_is_hidden_from_scripts_and_from_other_sites(opened: Campaign) -> None:
    cookie = opened.get("/").response.cookies["amplifier_form"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert list(opened.get("/").response.cookies) == ["amplifier_form"]
