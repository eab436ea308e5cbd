"""The kit that somebody left open, in a real browser whose clock is set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Route, expect

from amplifier.sharekit.kit import KitAsk, KitForm, KitPage, KitWording
from amplifier.sharekit.ours import KitPost
from amplifier.sharekit.page import asset, kit_page

pytestmark = pytest.mark.journey


def test_a_kit_that_was_left_open_lets_go_of_what_is_no_longer_so(browser: Browser) -> None:
    """A page from yesterday has yesterday's "tomorrow" in it: both the wording and the post of ours go at midnight."""
    form = KitForm("x", "X", "The vote is tomorrow.", 21, 280, "https://x.com/intent/tweet?text=a")
    lasting = replace(form, text="Tell a friend.")
    midnight = datetime(2023, 10, 8, 23, 0, tzinfo=UTC)
    wordings = (KitWording("a/bound", "en", (form,), midnight), KitWording("a/lasting", "en", (lasting,)))
    post = KitPost("x", "X", "It is tomorrow.", "Sunday 10:05", "https://x.com/ours/status/1", midnight)
    ask = KitAsk("vote", "Vote", "everybody", midnight + timedelta(days=2), "Tuesday", wordings, (post,))
    html = kit_page(KitPage("The Campaign", rehearsal=False, asks=(ask,), coming=(), blank=(lasting,), problems=()))
    page = browser.new_page()
    page.clock.install(time=midnight - timedelta(minutes=1))
    page.route("**/*", lambda route: _kit_file(route, html))
    page.goto("http://kit.example/k/lab23")
    expect(page.get_by_text("tomorrow")).to_have_count(2)
    page.clock.run_for(90_000)
    expect(page.get_by_text("tomorrow")).to_have_count(0)
    expect(page.get_by_text("Tell a friend.")).to_be_visible()
    page.close()


def _kit_file(route: Route, html: bytes) -> None:
    name = route.request.url.partition("?")[0].rpartition("/")[2]
    content, kind = asset(name) or (html, "text/html; charset=utf-8")
    route.fulfill(body=content, content_type=kind)
