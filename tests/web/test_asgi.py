"""Three ways in: the kit for everybody, the console for this computer, and nothing for anybody else."""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from amplifier.campaign.secret_link import LinkKind
from amplifier.clock import utc_now
from amplifier.store import decisions, secret_links
from amplifier.store.holding.stop_links import write_down
from amplifier.web import asgi
from amplifier.web.admission import Admission
from amplifier.web.public import PublicPages
from tests.waiting import HANG_S, until
from tests.web.campaign import Campaign

TOKEN = "s3cret-of-this-run"
STRANGER = ((b"host", b"127.0.0.1:8000"),)  # on this computer, as a proxy on it is too
HOME = (*STRANGER, (b"cookie", f"amplifier_console_8000={TOKEN}".encode()))


LOOP = asyncio.new_event_loop()
# What is lost of an answer, such as one to a loop that is gone, is only told as a warning.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning", "error::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module", autouse=True)
def _served() -> Iterator[None]:
    """One loop that runs all the time, as granian's does: whoever is late with an answer still has somebody to tell."""
    thread = threading.Thread(target=LOOP.run_forever)
    thread.start()
    yield
    LOOP.call_soon_threadsafe(LOOP.stop)
    thread.join(HANG_S)
    LOOP.close()


class Site:
    """The whole site, asked as granian asks it."""

    def __init__(self, campaign: Campaign, *, bound: str = "127.0.0.1") -> None:
        pages = PublicPages(campaign.install.settings)
        pages.refresh()
        self.app = asgi.application(pages, Admission(bound, 8000, TOKEN))

    def ask(self, path: str, *, body: bytes = b"", **more: Any) -> tuple[int, bytes]:
        status, _, content = self.answer(path, body=body, **more)
        return status, content

    def answer(self, path: str, *, body: bytes = b"", **more: Any) -> tuple[int, dict[bytes, bytes], bytes]:
        sent: list[Any] = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "query_string": b"",
            "root_path": "",
            "headers": HOME,
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 1234),
        } | more

        def receive() -> asyncio.Future[Any]:  # a future, as granian gives it, and no coroutine
            told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            told.set_result({"type": "http.request", "body": body, "more_body": False})
            return told

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run_coroutine_threadsafe(self.app(scope, receive, send), LOOP).result(HANG_S)
        if not sent:
            return 0, {}, b""
        return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent)


@pytest.fixture
def site(opened: Campaign) -> Site:
    return Site(opened)


def test_this_computer_sees_the_console_and_the_public_pages(site: Site) -> None:
    status, body = site.ask("/")
    assert (status, b"Everything is connected." in body) == (200, True)
    assert site.ask("/imprint")[0] == 200
    assert site.ask("/healthz") == (200, b"alive\n")


@pytest.mark.parametrize(
    "more",
    [
        {"client": ("192.168.1.4", 1234)},
        {"client": None},
        {"headers": ((b"host", b"evil.example"),)},
        {"headers": ()},
        {"headers": STRANGER},
        {"headers": (*STRANGER, (b"cookie", b"amplifier_console_8000=s3cret-of-another-run"))},
        {"headers": (*STRANGER, (b"cookie", b"amplifier_console_8000="))},
        {"headers": (*STRANGER, (b"cookie", b"amplifier_console_8001=" + TOKEN.encode()))},
        {"headers": STRANGER, "query_string": b"token="},
        {"headers": STRANGER, "query_string": b"token=s3cret-of-another-run"},
        {"headers": (*HOME, (b"x-forwarded-for", b"192.168.1.4"))},
        {"http_version": "1"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/mentions", "/static/console.css", "/nothing", "//", "/imprint/"])
def test_anybody_else_finds_nothing_and_django_is_not_even_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], path: str
) -> None:
    monkeypatch.setattr("django.core.handlers.wsgi.WSGIHandler.__call__", lambda *_: pytest.fail("asked Django"))
    assert site.ask(path, **more) == (404, b"There is nothing here.\n")
    assert site.ask("/healthz", **more)[0] == 200


def test_a_server_for_everybody_serves_the_public_pages_alone(opened: Campaign) -> None:
    site = Site(opened, bound="0.0.0.0")
    assert [site.ask(path)[0] for path in ("/", "/mentions", "/healthz", "/imprint")] == [404, 404, 200, 200]


def test_a_query_that_is_not_ascii_is_a_query_all_the_same(site: Site) -> None:
    for query in ("q=é".encode(), b"q=\xff\xfe", b"q=a b\"<>'"):
        assert site.ask("/mentions", query_string=query)[0] == 200
    assert 'value="é"'.encode() in site.ask("/mentions", query_string="q=é".encode())[1]


def test_a_form_reaches_the_console_whole(site: Site) -> None:
    now = site.ask("/", headers=HOME)[1].decode()
    (shown,) = re.findall(r'value="hello/once"><input type="hidden" name="shown" value="(\w+)"', now)
    form = b"csrfmiddlewaretoken=" + b"a" * 32 + b"&post=hello%2Fonce&shown=" + shown.encode()
    headers = (
        *STRANGER,
        (b"cookie", b"amplifier_form=" + b"a" * 32 + b"; " + HOME[-1][1]),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", str(len(form)).encode()),
    )
    assert site.ask("/posts/skip", method="POST", headers=headers, body=form)[0] == 302
    (made,) = decisions.decisions()
    assert made.subject == "hello/once"


def test_what_is_no_request_is_left_alone(site: Site) -> None:
    for kind in ("websocket", "lifespan"):
        assert site.ask("/", type=kind) == (0, b"")


ELSEWHERE = {"client": ("192.168.1.4", 1234), "headers": ((b"host", b"amplifier.example"), (b"via", b"1.1 proxy"))}


@pytest.mark.parametrize("path", ["/h/", "/stop/"])
def test_an_secret_link_is_answered_wherever_one_comes_from(site: Site, path: str) -> None:
    status, body = site.ask(path + "x" * 43, **ELSEWHERE)
    assert (status, b"the address is wrong" in body, b"/mentions" in body) == (404, True, False)
    assert site.ask(path + "x" * 43 + "/y", **ELSEWHERE) == (404, b"There is nothing here.\n")


def test_nobody_can_keep_an_secret_link_waiting_with_a_long_body(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.core.handlers.wsgi.WSGIHandler.__call__", lambda *_: pytest.fail("asked Django"))
    more = {**ELSEWHERE, "method": "POST", "body": b"x" * 20_000}
    assert site.ask("/h/" + "x" * 43, **more)[0] == 413


QUERY = b"q=a%20b&token=" + TOKEN.encode() + b"&kind=reply"


def test_the_address_with_the_secret_gives_a_cookie_and_leads_to_the_same_page_without_it(site: Site) -> None:
    for method in ("GET", "HEAD"):
        status, headers, _ = site.answer("/mentions", headers=STRANGER, query_string=QUERY, method=method)
        assert (status, headers[b"location"]) == (303, b"/mentions?q=a%20b&kind=reply")
        assert (
            headers[b"set-cookie"] == b"amplifier_console_8000=%s; Path=/; HttpOnly; SameSite=Strict" % TOKEN.encode()
        )
        assert (headers[b"referrer-policy"], headers[b"cache-control"]) == (b"no-referrer", b"no-store")
    assert site.ask("/mentions", query_string=b"q=a%20b&kind=reply")[0] == 200


def test_where_another_site_led_here_a_page_leads_on_since_a_redirect_would_lose_the_cookie(site: Site) -> None:
    for told, wanted in ((b"cross-site", 200), (b"none", 303), (b"same-site", 303), (b"same-origin", 303)):
        headers = (*STRANGER, (b"sec-fetch-site", told))
        status, answered, body = site.answer("/", headers=headers, query_string=QUERY)
        assert (status, b"set-cookie" in answered, TOKEN.encode() in body) == (wanted, True, False)
        assert (answered.get(b"refresh") == b"0; url=/?q=a%20b&kind=reply") == (wanted == 200)


def test_an_old_address_loses_its_secret_too_where_the_console_is_open_already(site: Site) -> None:
    status, headers, _ = site.answer("/", query_string=b"token=of-an-earlier-run")
    assert (status, headers[b"location"], b"set-cookie" in headers) == (303, b"/", False)


def test_the_secret_opens_nothing_for_whoever_is_elsewhere(site: Site) -> None:
    for more in ({"client": ("192.168.1.4", 1)}, {"http_version": "1"}, {"headers": (*HOME, (b"via", b"1.1 proxy"))}):
        assert site.ask("/", query_string=QUERY, **more) == (404, b"There is nothing here.\n")
    assert site.ask("/", headers=STRANGER, query_string=QUERY, method="POST") == (404, b"There is nothing here.\n")


def test_a_server_without_a_secret_has_no_console(opened: Campaign) -> None:
    site = Site(opened)
    site.app = asgi.application(PublicPages(opened.install.settings), Admission("127.0.0.1", 8000, ""))
    for cookie in (b"amplifier_console_8000=", b"amplifier_console_8000"):
        assert site.ask("/", headers=(*STRANGER, (b"cookie", cookie)), query_string=b"token=")[0] == 404


def test_a_fault_outside_of_django_is_one_plain_sentence_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/k/lab23", "/h/" + "x" * 43, "/"):
        with monkeypatch.context() as broken:
            for name in ("is_public", "is_secret_link"):
                broken.setattr(asgi, name, lambda _: 1 / 0)
            status, body = site.ask(path)
        assert (status, body) == (500, b"This page cannot be shown just now. Wait a minute, then open it again.\n")


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Every page but those that stop waits for a database that says nothing, until it is let go."""
    awake = threading.Event()
    ask = WSGIHandler.__call__

    busy: list[str] = []

    def answer(self: WSGIHandler, environ: Any, start_response: Any) -> Any:
        busy.append(environ["PATH_INFO"])
        try:
            if not environ["PATH_INFO"].startswith("/stop/"):
                awake.wait(HANG_S)
            return ask(self, environ, start_response)
        finally:
            busy.remove(environ["PATH_INFO"])

    monkeypatch.setattr(WSGIHandler, "__call__", answer)
    monkeypatch.setattr(asgi, "SECRET_LINK_WITHIN_S", 0.2)
    monkeypatch.setattr(asgi, "CONSOLE_WITHIN_S", 0.2)
    yield awake
    awake.set()
    until(lambda: not busy)  # they ask this test's database


def test_a_page_that_does_not_come_in_time_is_a_sentence_and_then_comes_again(
    site: Site, hung: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/h/" + "x" * 43
    said = (503, b"This page cannot be shown just now. Wait a minute, then open it again.\n")
    for _ in range(2 * asgi.SECRET_LINK_THREADS):  # more than there are threads: who comes later waits no longer
        assert site.ask(address, **ELSEWHERE) == said
    assert site.ask("/") == said
    hung.set()
    for name in ("SECRET_LINK_WITHIN_S", "CONSOLE_WITHIN_S"):
        monkeypatch.setattr(asgi, name, HANG_S)
    assert site.ask("/imprint")[0] == 200
    assert site.ask("/")[0] != 503


def test_whatever_keeps_the_other_pages_waiting_everything_can_be_stopped(
    opened: Campaign, site: Site, hung: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = secrets.token_urlsafe(32)
    secret_links.make_secret_link(kind=LinkKind.STOP, token=token, now=utc_now(), actor="cli:wren")
    write_down(opened.install.var, secret_links.stop_links())
    for _ in range(2 * asgi.SECRET_LINK_THREADS):
        assert site.ask("/h/" + "x" * 43, **ELSEWHERE)[0] == 503
    monkeypatch.setattr(asgi, "SECRET_LINK_WITHIN_S", HANG_S)
    assert not hung.is_set()
    status, body = site.ask(f"/stop/{token}", method="POST", **ELSEWHERE)
    assert (status, b"Sending is stopped." in body) == (200, True)
    assert opened.install.stop_file.exists()


def test_whoever_opens_it_by_the_walls_name_is_led_to_the_consoles_own(site: Site) -> None:
    named = ((b"host", b"localhost:8000"),)
    status, headers, _ = site.answer("/mentions", headers=named, query_string=QUERY)
    assert (status, headers[b"location"]) == (
        303,
        b"http://127.0.0.1:8000/mentions?q=a%20b&kind=reply&token=" + TOKEN.encode(),
    )
    assert b"set-cookie" not in headers  # it would go to the wall's port with every request


@pytest.mark.parametrize(("bound", "host"), [("127.0.0.2", b"127.0.0.2:8000"), ("::1", b"[::1]:8000")])
def test_forms_are_taken_wherever_the_console_is_open(opened: Campaign, bound: str, host: bytes) -> None:
    form = b"csrfmiddlewaretoken=" + b"a" * 32 + b"&post=hello%2Fonce"
    headers = (
        (b"host", host),
        (b"origin", b"http://" + host),
        (b"cookie", b"amplifier_form=" + b"a" * 32 + b"; " + HOME[-1][1]),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", str(len(form)).encode()),
    )
    site = Site(opened, bound=bound)
    assert site.ask("/posts/skip", method="POST", headers=headers, body=form, client=(bound, 1))[0] == 302
