"""Whose request it is: as far along the chain as it was written by those whom we trust, and no further."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.web.clients import client_of

PROXY, THEIRS = "127.0.0.1", "198.51.100.9"
TRUSTED = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


def client(said: str | None, *, peer: str = PROXY, name: bytes = b"x-forwarded-for") -> str:
    return client_of(peer, [] if said is None else [(name, said.encode("latin-1"))], TRUSTED)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (THEIRS, THEIRS),
        (f" {THEIRS} ", THEIRS),
        (f"{THEIRS}:51234", THEIRS),
        (f"{THEIRS}, 10.1.2.3", THEIRS),
        (f"203.0.113.1, {THEIRS}", THEIRS),  # what they wrote themselves
        (f"203.0.113.1, {THEIRS}, 10.1.2.3, 10.0.0.1", THEIRS),
        ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
        (None, PROXY),
        ("", PROXY),
        ("unknown", PROXY),
        (f"{THEIRS}, unknown", PROXY),
        (f"{THEIRS}, _hidden, 10.1.2.3", "10.1.2.3"),
        ("::ffff:198.51.100.9", THEIRS),
        ("[2001:db8:9:9:1::1]:443", "2001:db8:9:9::/64"),
    ],
)
def test_a_trusted_proxy_is_believed_and_nobody_behind_it(said: str | None, wanted: str) -> None:
    assert client(said) == wanted


@pytest.mark.parametrize("said", [None, "127.0.0.1", "203.0.113.1", f"{THEIRS}, 10.1.2.3"])
def test_who_is_no_proxy_of_ours_speaks_for_nobody_else(said: str | None) -> None:
    assert client(said, peer=THEIRS) == THEIRS
    assert client_of(PROXY, [(b"x-forwarded-for", b"203.0.113.1")], []) == PROXY


@pytest.mark.parametrize("name", [b"x_forwarded_for", b"x-forwarded-for ", b"forwarded", b"x-real-ip", b"client-ip"])
def test_no_other_header_says_who_it_is(name: bytes) -> None:
    assert client(THEIRS, name=name) == PROXY


def test_lines_of_the_header_are_one_list() -> None:
    lines = [(b"x-forwarded-for", b"203.0.113.1"), (b"x-forwarded-for", b"198.51.100.9"), (b"x-other", b"10.0.0.1")]
    assert client_of(PROXY, lines, TRUSTED) == THEIRS


def test_whoever_has_a_network_of_addresses_is_one_and_not_a_million() -> None:
    assert client_of("2001:db8:7::1", [], []) == client_of("2001:db8:7::ffff:1", [], []) == "2001:db8:7::/64"
    assert client_of("2001:db8:7:1::1", [], []) != client_of("2001:db8:7:2::1", [], [])


def test_a_long_chain_is_read_from_its_end_and_not_for_ever() -> None:
    assert client(", ".join([THEIRS, *["10.0.0.1"] * 100_000])) == "10.0.0.1"


@given(peer=st.text(max_size=30), said=st.binary(max_size=80))
def test_nothing_that_is_sent_makes_it_fail_or_grow(peer: str, said: bytes) -> None:
    found = client_of(PROXY, [(b"x-forwarded-for", said)], TRUSTED)
    assert found
    assert len(found) <= 45
    assert client_of(peer, [(b"x-forwarded-for", said)], TRUSTED) is not None
