"""What everybody may see comes from memory: small, cacheable, without a cookie, and it survives its database."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from amplifier.clock import utc_now
from amplifier.settings import load
from amplifier.sharekit.page import ASSETS
from amplifier.store import kits
from amplifier.store.database.ready import fill_if_empty
from amplifier.web import public
from amplifier.web.public import PublicPages
from tests.conftest import SQLITE
from tests.conftest import _use as use
from tests.waiting import HANG_S
from tests.web.campaign import REPOSITORY

pytestmark = pytest.mark.program

PAGE = b"<!doctype html><title>Kit</title>" + b"words " * 1000
PATHS = ["/k/lab23", "/k/lab23/", "/imprint", "/healthz", *(f"/k/static/{name}" for name in ASSETS)]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes


@pytest.fixture
def pages(sqlite_ledger: None) -> PublicPages:  # noqa: ARG001  the kits are in it
    publish("lab23", PAGE)
    made = PublicPages(load(REPOSITORY))
    made.refresh()
    return made


def publish(campaign: str, html: bytes) -> None:
    kits.keep_kit(kits.Kit(campaign, str(hash(html)), html), now=utc_now())


def ask(
    pages: PublicPages, path: str, *headers: tuple[bytes, bytes], method: str = "GET", query: bytes = b""
) -> Answer:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": list(headers)}
    asyncio.run(pages.serve(scope, send))
    start, body = sent
    names = [name.decode() for name, _ in start["headers"]]
    assert len(names) == len(set(names)), "a header is said twice"
    return Answer(start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"])


@pytest.mark.parametrize("path", PATHS)
def test_each_page_is_there_with_all_it_needs_and_no_cookie(pages: PublicPages, path: str) -> None:
    answer = ask(pages, path)
    assert answer.status == 200
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    assert answer.headers["etag"].startswith('W/"')
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert not {"set-cookie", "server", "access-control-allow-origin"} & set(answer.headers)


@pytest.mark.parametrize("path", PATHS)
def test_what_the_browser_has_already_is_not_sent_again(pages: PublicPages, path: str) -> None:
    etag = ask(pages, path).headers["etag"].encode()
    for said in (etag, etag.removeprefix(b"W/"), b'"other", ' + etag):
        answer = ask(pages, path, (b"if-none-match", said))
        assert (answer.status, answer.content) == (304, b"")
        assert answer.headers["etag"].encode() == etag
        assert "content-length" not in answer.headers
    assert ask(pages, path, (b"if-none-match", b'"other"')).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_whoever_has_anything_at_all_is_told_that_it_is_there(pages: PublicPages, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = ask(pages, path, (b"if-none-match", b" * "), method=method)
        assert (answer.status, answer.content) == (304, b"")
    etag = ask(pages, path).headers["etag"].encode()
    for said in (b'"*"', b"*, " + b'"other"', etag.upper(), etag.replace(b'"', b""), b'"x' + etag[3:]):
        assert ask(pages, path, (b"if-none-match", said)).status == 200, said
    assert ask(pages, "/k/nothing", (b"if-none-match", b"*")).status == 404
    assert ask(pages, path, (b"if-none-match", b"*"), method="POST").status == 405


@pytest.mark.parametrize("path", PATHS)
def test_whoever_wants_these_very_bytes_or_nothing_gets_nothing(pages: PublicPages, path: str) -> None:
    etag = ask(pages, path).headers["etag"].encode()
    for said in (b'"other"', etag, etag.removeprefix(b"W/")):
        answer = ask(pages, path, (b"if-match", said), (b"if-none-match", etag))
        assert (answer.status, answer.content) == (412, b"")
        assert answer.headers["cache-control"] == "no-store"
    assert ask(pages, path, (b"if-match", b"*")).status == 200
    assert ask(pages, "/k/nothing", (b"if-match", b'"other"')).status == 404


@pytest.mark.parametrize("said", [b"gzip", b"gzip, deflate, br, zstd", b"br;q=1.0, gzip;q=0.8", b"GZIP"])
def test_whoever_takes_gzip_gets_it(pages: PublicPages, said: bytes) -> None:
    answer = ask(pages, "/k/lab23", (b"accept-encoding", said))
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.content) == PAGE
    assert len(answer.content) < len(PAGE) / 10


@pytest.mark.parametrize("said", [b"", b"br", b"gzip;q=0", b"gzip; q=0.000, br", b"x-gzip", b"identity", b"*;q=0"])
def test_whoever_does_not_take_gzip_does_not_get_it(pages: PublicPages, said: bytes) -> None:
    answer = ask(pages, "/k/lab23", (b"accept-encoding", said))
    assert "content-encoding" not in answer.headers
    assert answer.content == PAGE


def test_a_refusal_is_plain_so_that_no_cache_has_to_tell_two_apart(pages: PublicPages) -> None:
    for path, method in (("/k/nothing", "GET"), ("/k/lab23", "POST")):
        answer = ask(pages, path, (b"accept-encoding", b"gzip"), method=method)
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/k/lab23", "/k/nothing", "/healthz"])
def test_head_is_answered_like_get_but_without_the_body(pages: PublicPages, path: str) -> None:
    get, head = ask(pages, path), ask(pages, path, method="HEAD")
    assert (head.status, head.headers, head.content) == (get.status, get.headers, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "nonsense"])
def test_these_pages_can_only_be_read(pages: PublicPages, method: str) -> None:
    answer = ask(pages, "/k/lab23", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    ["/k/", "/k/nothing", "/k/lab23//", "/k/lab23/x", "/k/../mentions", "/k/static/", "/k/static/../page.py",
     "/k/static/kit.html.j2", "/k//etc/passwd", "/k/lab23\0", "/k/" + "x" * 10_000],
)  # fmt: skip
def test_what_there_is_not_is_404_and_tells_nothing(pages: PublicPages, path: str) -> None:
    answer = ask(pages, path)
    assert (answer.status, answer.content) == (404, b"There is nothing here.\n")
    assert answer.headers["cache-control"] == "no-store"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[PublicPages]:
    """The pages beside a database that nobody has used yet."""
    use({**SQLITE, "NAME": str(tmp_path / "ledger.sqlite3")})
    yield PublicPages(load(REPOSITORY), when_ready=lambda: publish("lab23", PAGE))
    connection.close()


def test_it_is_not_ready_until_the_database_has_its_tables(empty: PublicPages) -> None:
    for method in ("GET", "HEAD"):
        empty.refresh()
        answer = ask(empty, "/healthz", method=method)
        assert (answer.status, answer.headers["cache-control"]) == (503, "no-store")
        assert answer.content == (b"not ready\n" if method == "GET" else b"")
        assert "etag" not in answer.headers
    assert not Path(connection.settings_dict["NAME"]).exists(), "an empty file was made by asking"
    assert (ask(empty, "/imprint").status, ask(empty, "/k/lab23").status) == (200, 404)
    fill_if_empty()
    empty.refresh()
    assert (ask(empty, "/healthz").status, ask(empty, "/healthz").content) == (200, b"alive\n")
    assert ask(empty, "/k/lab23").content == PAGE, "what is to be done once it is ready was not done"


def test_it_is_not_ready_for_a_database_of_another_version(empty: PublicPages) -> None:
    call_command("migrate", "store", "0015", verbosity=0, skip_checks=True)
    empty.refresh()
    assert ask(empty, "/healthz").status == 503


def test_pages_may_be_kept_a_minute_and_a_sign_of_life_never(pages: PublicPages) -> None:
    assert ask(pages, "/k/lab23").headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600"
    assert ask(pages, "/healthz").headers["cache-control"] == "no-store"


def test_a_file_may_be_kept_for_ever_only_under_the_address_of_its_content(pages: PublicPages) -> None:
    imprint = ask(pages, "/imprint").content.decode()
    address = imprint.split('href="/k/static/kit.css?')[1].split('"')[0]
    assert "immutable" in ask(pages, "/k/static/kit.css", query=address.encode()).headers["cache-control"]
    assert "max-age=60" in ask(pages, "/k/static/kit.css", query=b"00000000").headers["cache-control"]


def test_a_new_kit_takes_the_place_of_the_old_one(pages: PublicPages) -> None:
    before = ask(pages, "/k/lab23")
    publish("lab23", b"other words")
    publish("second", b"second")
    assert ask(pages, "/k/lab23") == before
    pages.refresh()
    assert ask(pages, "/k/lab23").content == b"other words"
    assert ask(pages, "/k/lab23").headers["etag"] != before.headers["etag"]
    assert ask(pages, "/k/second").status == 200


def test_kits_are_renewed_in_the_background_until_it_is_stopped(
    pages: PublicPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(range(3))
    monkeypatch.setattr(public, "REFRESH_S", 0.001)
    monkeypatch.setattr(pages, "refresh", lambda: next(looks, None) is None and pages.stop())
    pages.start()
    pages._thread.join(HANG_S)
    assert not pages._thread.is_alive()
    assert next(looks, None) is None


def test_a_database_that_cannot_be_read_takes_no_page_away(pages: PublicPages, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> dict[str, str]:
        raise OperationalError("database is locked")

    monkeypatch.setattr(kits, "kit_digests", busy)
    pages.refresh()
    assert ask(pages, "/k/lab23").content == PAGE


def test_no_request_asks_the_database_or_a_file(pages: PublicPages, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("kits", "kit_digests"):
        monkeypatch.setattr(kits, name, lambda: pytest.fail("asked the database"))
    monkeypatch.setattr(public, "body", lambda *_: pytest.fail("made an answer"))
    for path in (*PATHS, "/k/nothing"):
        ask(pages, path)
