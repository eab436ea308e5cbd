"""Every address of the console does what its kind does: pages are read, forms are sent, and nothing else answers."""

from __future__ import annotations

import pytest
from django.urls import get_resolver

from amplifier.web.door import is_secret_link
from amplifier.web.secret_links.urls import urlpatterns as secret_link_urls
from tests.web.campaign import Campaign, Page, mention

READ = ("/", "/decide", "/mentions", "/static/console.css")
SENT = (
    "/milestones/preview",
    "/milestones/move",
    "/posts/skip",
    "/posts/take-in",
    "/posts/stand",
    "/posts/correct/preview",
    "/posts/correct/now",
    "/mentions/1",
    "/decide/1",
    "/decide/missed",
    "/stop",
)


def test_this_is_every_address_there_is() -> None:
    found = [pattern for one in get_resolver().url_patterns for pattern in getattr(one, "url_patterns", [one])]
    assert sorted(str(one.pattern) for one in found if not str(one.pattern).endswith("<str:token>")) == [
        "",
        "decide",
        "decide/<int:number>",
        "decide/missed",
        "mentions",
        "mentions/<int:number>",
        "mentions/aside",
        "milestones/move",
        "milestones/preview",
        "posts/correct",
        "posts/correct/now",
        "posts/correct/preview",
        "posts/skip",
        "posts/stand",
        "posts/take-in",
        "static/<str:name>",
        "stop",
        "wall",
    ]


def test_an_secret_link_has_the_shape_that_the_door_lets_through() -> None:
    paths = [str(one.pattern) for one in secret_link_urls]
    assert paths
    assert all(is_secret_link("/" + path.replace("<str:token>", "x" * 43)) for path in paths)


def test_each_address_is_tried_by_its_kind() -> None:
    found = {f"/{pattern.pattern}" for pattern in get_resolver().url_patterns if not hasattr(pattern, "url_patterns")}
    known = {path.replace("console.css", "<str:name>").replace("/1", "/<int:number>") for path in (*READ, *SENT)}
    assert found - known == {"/posts/correct", "/wall", "/mentions/aside"}, "pages with tests of their own"
    assert known <= found


@pytest.mark.parametrize("path", READ)
def test_a_page_can_be_read_and_not_sent_to(opened: Campaign, path: str) -> None:
    token = opened.get("/").field("csrfmiddlewaretoken")
    assert opened.get(path).status == 200
    head = opened.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert opened.client.post(path, {"csrfmiddlewaretoken": token}).status_code == 405


@pytest.mark.parametrize("path", SENT)
def test_a_form_can_be_sent_with_its_token_and_in_no_other_way(opened: Campaign, path: str) -> None:
    assert opened.get(path).status == 405
    opened.get("/")
    forged = ("", "x" * 64, "0" * 32, opened.client.cookies["amplifier_form"].value[::-1])
    for token in forged:
        assert opened.client.post(path, {"csrfmiddlewaretoken": token}).status_code == 403
    assert opened.client.post(path).status_code == 403
    assert opened.client.delete(path).status_code == 403


@pytest.mark.parametrize("path", SENT)
def test_a_form_from_another_site_is_refused_even_with_its_token(opened: Campaign, path: str) -> None:
    opened.hear(mention(1))
    form = {"csrfmiddlewaretoken": opened.get("/").field("csrfmiddlewaretoken")}
    for origin in ("https://evil.example", "http://127.0.0.1:8900", "http://localhost:8000", "null"):
        refused = Page(opened.client.post(path, form, headers={"origin": origin}))
        assert (refused.status, refused.named("h1") != []) == (403, True), origin
    assert opened.client.post(path, form, headers={"origin": "http://127.0.0.1:8000"}).status_code != 403


@pytest.mark.parametrize("path", ["/nothing", "/mentions/", "/mentions/x", "/admin", "/static", "/now"])
def test_what_there_is_not_says_so_and_shows_the_way_on(opened: Campaign, path: str) -> None:
    page = opened.get(path)
    assert page.status == 404
    assert page.truth == "Nothing is at this address."
    assert "/" in page.links()
