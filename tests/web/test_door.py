"""The door: from anywhere but this computer there is the kit, the imprint and a sign of life, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.web.door import is_at_home, is_loopback, is_public, is_secret_link

HOME = [(b"host", b"127.0.0.1:8000"), (b"user-agent", b"a browser")]


def at_home(
    *headers: tuple[bytes, bytes], bound: str = "127.0.0.1", client: str = "127.0.0.1", version: str = "1.1"
) -> bool:
    return is_at_home(bound=bound, client=client, version=version, headers=headers or HOME)


@pytest.mark.parametrize("path", ["/k/lab23", "/k/", "/k/static/kit.css", "/k/../mentions", "/imprint", "/healthz"])
def test_these_are_for_everybody(path: str) -> None:
    assert is_public(path)


@pytest.mark.parametrize(
    "path",
    ["/", "", "*", "/k", "/K/lab23", "//k/lab23", "/./k/", "/mentions", "//mentions", "/imprint/", "/healthz/x",
     "/kit", "/static/console.css", "/imprint/../", "/healthz\0", "/\u212a/"],
)  # fmt: skip
def test_all_else_is_not(path: str) -> None:
    assert not is_public(path)


@pytest.mark.parametrize("path", ["/h/" + "a" * 43, "/stop/x", "/h/-_"])
def test_a_secret_address_is_its_own_proof(path: str) -> None:
    assert is_secret_link(path)
    assert not is_public(path)


@pytest.mark.parametrize(
    "path",
    ["/h/", "/h", "/stop/", "//h/x", "/h/x/", "/h/x/y", "/h/../mentions", "/h/x\n", "/H/x", "/h/%2e", "/h/é",
     "/stop/x;y", "/h/" + "a" * 101, "/", "/mentions", "/k/h/x", "/health/x"],
)  # fmt: skip
def test_nothing_beside_a_secret_address_comes_in_with_it(path: str) -> None:
    assert not is_secret_link(path)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:8000", "[::1]", "[::1]:8000"])
def test_this_computer_is_let_in_by_each_of_its_names(host: str) -> None:
    assert at_home((b"host", host.encode()))


@pytest.mark.parametrize("bound", ["0.0.0.0", "::", "192.168.1.4", "", "example.org"])
def test_a_server_that_others_can_reach_lets_nobody_in(bound: str) -> None:
    assert not at_home(bound=bound)


@pytest.mark.parametrize("client", ["192.168.1.4", "::ffff:192.168.1.4", "2001:db8::1", "", "localhost.evil.example"])
def test_a_client_from_elsewhere_is_not_let_in(client: str) -> None:
    assert not at_home(client=client)


@pytest.mark.parametrize(
    "header",
    [b"forwarded", b"via", b"x-real-ip", *(b"x-forwarded-" + what for what in (b"for", b"host", b"proto"))],
)
def test_what_a_proxy_passes_on_is_not_let_in_whatever_it_claims(header: bytes) -> None:
    for value in (b"127.0.0.1", b"for=127.0.0.1", b"", b"1.1 localhost"):
        assert not at_home(*HOME, (header, value))


@pytest.mark.parametrize("version", ["1", "1.0", "2", "3", ""])
def test_only_what_browsers_speak_is_let_in(version: str) -> None:
    assert not at_home(version=version)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",  # an address of theirs that they point at ours: DNS rebinding
        "evil.example:8000",
        "localhost.",
        "127.0.0.1.",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1@evil.example",
        "127.0.0.1/",
        "127.0.0.1?",
        "127.0.0.1#",
        "127.0.0.1\\evil.example",
        "127.0.0.1:8000:8000",
        "127.0.0.1:x",
        "127.0.0.1, evil.example",
        "evil.example, 127.0.0.1",
        " 127.0.0.1",
        "127.0.0.1\t",
        "local\thost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "[::]",
        "[",
        "[]",
        "[::1",
        "::1",
        "[::1%25lo]",
        "[::ffff:127.0.0.1]",
        "\uff4cocalhost",
        "",
    ],
)
def test_a_host_that_is_not_exactly_this_computer_is_not_let_in(host: str) -> None:
    assert not at_home((b"host", host.encode()))


def test_a_host_that_is_missing_or_said_twice_is_not_let_in() -> None:
    assert not at_home((b"user-agent", b"none"))
    assert not at_home((b"host", b"127.0.0.1"), (b"host", b"127.0.0.1"))
    assert not at_home((b"host", b"127.0.0.1"), (b"host", b"evil.example"))


@given(host=st.binary(max_size=40))
def test_no_host_makes_the_door_fail_and_none_but_ours_opens_it(host: bytes) -> None:
    let_in = is_at_home(bound="127.0.0.1", client="127.0.0.1", version="1.1", headers=[(b"host", host)])
    assert not let_in or is_loopback(host.decode().rsplit(":", 1)[0].strip("[]").lower())
