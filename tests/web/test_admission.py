"""The secret of a run: what counts as having it, and where an address leads once it is taken out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.web.admission import (
    Admission,
    address_of,
    came_from_elsewhere,
    has_console,
    has_token,
    without_token,
)

TOKEN = "s3cret-of_this-run"
OURS = Admission("127.0.0.1", 8000, TOKEN)
COOKIE = f"amplifier_console_8000={TOKEN}".encode()


@pytest.mark.parametrize(
    "lines",
    [
        [COOKIE],
        [b"amplifier_form=x; " + COOKIE],
        [COOKIE + b";theme=dark"],
        [b"theme=dark", COOKIE],
        [b"amplifier_console_8000=planted-by-another-program; " + COOKIE],
    ],
)
def test_whoever_has_the_cookie_is_known_whatever_else_is_in_the_jar(lines: list[bytes]) -> None:
    assert OURS.is_known([(b"cookie", line) for line in lines])


@pytest.mark.parametrize(
    "line",
    [b"", b"amplifier_console_8000", b"amplifier_console_8000=", COOKIE[:-1], COOKIE + b"x", COOKIE.upper(),
     COOKIE.replace(b"8000", b"8001"), b"x" + COOKIE, f"amplifier_form={TOKEN}".encode(), TOKEN.encode()],
)  # fmt: skip
def test_whatever_is_not_exactly_the_cookie_is_not(line: bytes) -> None:
    assert not OURS.is_known([(b"cookie", line)])
    assert not OURS.is_known([(b"x-cookie", COOKIE)])


@pytest.mark.parametrize("query", [b"", b"token", b"token=", b"token=x", b"token=" + TOKEN.encode() + b"x", b"Token=x"])
def test_an_address_with_another_secret_shows_nothing(query: bytes) -> None:
    assert not OURS.is_shown(query)
    assert not Admission("127.0.0.1", 8000, "").is_shown(query)


def test_the_secret_stands_in_no_description_of_itself() -> None:
    assert TOKEN not in repr(OURS)


@pytest.mark.parametrize(
    ("path", "query", "wanted"),
    [
        ("/", b"token=x", "/"),
        ("/mentions", b"q=a&token=x&b=c", "/mentions?q=a&b=c"),
        ("/mentions", b"token=x&token=y", "/mentions"),
        ("//evil.example/", b"token=x", "/evil.example/"),
        ("/\\evil.example", b"token=x", "/%5Cevil.example"),
        ("/a\r\nSet-Cookie: b", b"token=x&q=\r\n", "/a%0D%0ASet-Cookie%3A%20b?q=%0D%0A"),
        ("/é", b"q=\xff&token=x", "/%C3%A9?q=%FF"),
    ],
)
def test_without_the_secret_an_address_leads_to_the_same_page_of_ours(path: str, query: bytes, wanted: str) -> None:
    assert has_token(query)
    assert without_token(path, query) == wanted


@given(path=st.text(max_size=30), query=st.binary(max_size=30))
def test_no_address_leads_to_another_server_or_breaks_out_of_its_line(path: str, query: bytes) -> None:
    led = without_token("/" + path, query)
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert led.isascii()
    assert led.isprintable()


def test_the_address_to_open_carries_the_secret_beside_what_it_asks_for() -> None:
    assert address_of("127.0.0.1", 8000, "t") == "http://127.0.0.1:8000/?token=t"
    assert address_of("::1", 8000, "t", "/mentions?q=a") == "http://[::1]:8000/mentions?q=a&token=t"


def test_another_site_is_believed_when_it_says_so_and_nobody_else() -> None:
    assert came_from_elsewhere([(b"sec-fetch-site", b"cross-site")])
    assert not came_from_elsewhere([(b"sec-fetch-site", b"none"), (b"referer", b"https://evil.example/")])


def test_only_a_server_for_this_computer_has_a_console() -> None:
    assert [has_console(host) for host in ("127.0.0.1", "::1", "0.0.0.0", "::", "192.0.2.1")] == [True, True] + [
        False
    ] * 3
