"""The red button: on every page, one press, no question; and everybody sees at once that and why it is stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amplifier.campaign.delivery import State
from amplifier.clock import utc_now
from amplifier.deliver.stop_flags import Pulled
from amplifier.store.holding import stops
from amplifier.web.console import stop as stop_module
from tests.web.campaign import Campaign, Page, unsafe

PAGES = ("/", "/decide", "/mentions", "/nothing")
SAID = "Somebody pressed “Stop everything” on the pages."


@pytest.fixture(autouse=True)
def _no_file_left(campaign: Campaign) -> Iterator[None]:
    yield
    campaign.install.stop_file.unlink(missing_ok=True)


@pytest.mark.parametrize("path", PAGES)
def test_one_press_on_any_page_stops_everything_and_comes_back_to_it(opened: Campaign, path: str) -> None:
    assert {"action": "/stop", "class": "halt", "method": "post"} in opened.get(path).named("form")
    page = opened.send("/stop", {"back": path}, on=path)
    assert page.response.request["PATH_INFO"] == path  # type: ignore[attr-defined]  the test client's own
    assert "Nothing begins to go out any more. Nothing was on its way." in page.text
    (stop,) = stops.stops()
    assert (stop.scope, stop.reason, stop.actor) == ("all", SAID, "console")
    assert opened.install.stop_file.read_text() == f"[{SAID}]\n"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""])
def test_it_leads_nowhere_else(opened: Campaign, back: str) -> None:
    token = opened.get("/").field("csrfmiddlewaretoken")
    answer = opened.client.post("/stop", {"back": back, "csrfmiddlewaretoken": token})
    assert answer["Location"].startswith("/?said=")


def test_what_was_under_way_is_named(opened: Campaign) -> None:
    opened.put("hello", state=State.SENDING)
    opened.put("soon", "x", state=State.SENDING)
    page = opened.send("/stop", {"back": "/"})
    assert "it may still appear: “hello” of Mon 25 Sep 10:00 on X, “hello” of" in page.text


def test_a_stop_that_failed_says_so(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_module, "pull", lambda *_, **__: Pulled((), ("The disk is full.",)))
    assert "Nothing is stopped. The disk is full. End the service itself" in opened.send("/stop", {"back": "/"}).text


def test_without_its_token_nothing_is_stopped(opened: Campaign) -> None:
    opened.get("/")
    assert Page(opened.client.post("/stop", {"back": "/"})).status == 403
    assert stops.stops() == ()


@pytest.mark.parametrize("path", PAGES)
def test_while_it_is_stopped_every_page_says_why_since_when_and_how_to_go_on(opened: Campaign, path: str) -> None:
    assert "Sending is stopped" not in opened.get(path).text
    stops.stop(reason="<b>A wrong name</b>.", actor="cli:wren", now=utc_now())
    stops.stop(reason="Seen in a screenshot.", actor="cli:wren", now=utc_now(), scope="account:x")
    stops.stop(reason="Not now.", actor="cli:wren", now=utc_now(), scope="tag:lab23")
    page = opened.get(path)
    for words in (
        "Sending is stopped everywhere. <b>A wrong name</b>.",
        "Sending on x is stopped. Seen in a screenshot.",
        "Sending of posts with #lab23 is stopped. Not now.",
        "by cli:wren. To let it go on: amplifier resume",
        "amplifier resume --account x",
        "amplifier resume --tag lab23",
    ):
        assert words in page.text
    assert unsafe(page) == []


def test_the_file_and_the_database_are_one_banner_and_the_file_alone_is_one_too(opened: Campaign) -> None:
    opened.send("/stop", {"back": "/"})
    assert opened.get("/").text.count(SAID) == 2, "banner, and the sign among the others"
    stops.lift(actor="test", now=utc_now())
    assert SAID in opened.get("/").text


def test_the_environment_is_named(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFIER_STOP", "1")
    assert "AMPLIFIER_STOP is set in the environment." in opened.get("/mentions").text
