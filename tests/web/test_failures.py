"""A page that cannot be given says what happened and what to do, and never shows its insides."""

from __future__ import annotations

import pytest

from amplifier.web.failures import PRESSED
from tests.web.campaign import Campaign, Page


def test_a_failure_says_that_what_is_planned_goes_out_all_the_same(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.client.raise_request_exception = False
    monkeypatch.setattr("amplifier.web.frame.install", lambda: 1 / 0)  # nothing of ours can be relied on
    page = opened.get("/")
    assert page.status == 500
    assert page.truth == "This page failed."
    assert "What is planned goes out all the same" in page.text
    for inside in ("Traceback", "ZeroDivision", "amplifier/web", "Django"):
        assert inside not in page.html


def test_a_form_that_is_no_longer_valid_says_that_nothing_was_changed(opened: Campaign) -> None:
    page = Page(opened.client.post("/posts/skip", {"post": "hello/once"}))
    assert page.status == 403
    assert page.truth == ("Nothing was changed: this form is no longer valid. Load the page again and repeat it.")
    assert "CSRF" not in page.text


def test_a_request_that_is_none_of_ours_is_refused_in_words(opened: Campaign) -> None:
    token = opened.get("/").field("csrfmiddlewaretoken")
    many = {f"field{number}": "x" for number in range(2000)} | {"csrfmiddlewaretoken": token}
    page = Page(opened.client.post("/posts/skip", many))
    assert page.status == 400
    assert page.truth.startswith("Nothing was changed")


def test_a_page_about_a_failure_does_not_renew_itself(opened: Campaign) -> None:
    assert opened.get("/nothing").named("main")[0]["data-now"] == ""
    assert opened.get("/").named("main")[0]["data-now"] != ""
    assert opened.get("/mentions").named("main")[0]["data-now"] != ""


@pytest.mark.parametrize(
    "path", ["/stop", "/decide/1", "/posts/skip", "/mentions/1", "/milestones/move", "/decide/missed"]
)
def test_an_address_that_belongs_to_a_button_is_a_page_with_the_way_on(opened: Campaign, path: str) -> None:
    page = opened.get(path)
    assert (page.status, page.truth) == (405, PRESSED)
    assert "/" in page.links()
    assert page.response["Allow"] == "POST"


def test_a_correction_of_no_post_says_what_is_missing(opened: Campaign) -> None:
    for path in ("/posts/correct", "/posts/correct?post=", "/posts/correct?post=%20"):
        answer = opened.client.get(path)
        assert "Which post is to be corrected?" in opened.get(answer["Location"]).text
