from __future__ import annotations

import socket

import pytest

from amplifier.cli.run.typed_host import address_from
from amplifier.errors import UsageError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0.0.0.0", "0.0.0.0"),
        ("localhost", "127.0.0.1"),
        ("LOCALHOST", "127.0.0.1"),
        (" LocalHost ", "127.0.0.1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("::", "::"),
        ("[::0]", "::"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("2001:DB8::0001", "2001:db8::1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_every_spelling_of_an_address_is_that_address(text: str, address: str) -> None:
    assert address_from(text) == address


def test_a_name_is_the_address_that_this_computer_knows_it_by(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        assert name == "Desk.example"
        six = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::7", 0, 0, 0))
        return [six, (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", known)
    assert address_from("Desk.example") == "192.0.2.7"


BROADCAST, MULTICAST, LINK = "everybody on a network (broadcast)", "a group (multicast)", "within one link of a network"


@pytest.mark.parametrize(
    ("text", "address", "why"),
    [
        ("255.255.255.255", "255.255.255.255", BROADCAST),
        ("0xffffffff", "255.255.255.255", BROADCAST),
        ("127.255.255.255", "127.255.255.255", BROADCAST),
        ("224.0.0.1", "224.0.0.1", MULTICAST),
        ("224.1", "224.0.0.1", MULTICAST),
        ("::ffff:224.0.0.1", "224.0.0.1", MULTICAST),
        ("[FF02::1]", "ff02::1", MULTICAST),
        ("ff02::1%lo", "ff02::1%lo", MULTICAST),
        ("fe80::1", "fe80::1", LINK),
        ("fe80::1%lo", "fe80::1%lo", LINK),
        ("::1%lo", "::1%lo", LINK),
        ("::%lo", "::%lo", LINK),
    ],
)
def test_where_nobody_can_be_served_is_refused_with_the_reason(text: str, address: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        address_from(text)
    said = str(refused.value)
    assert said.startswith(f"{address} is ")
    assert why in said.splitlines()[0]
    assert "--host 127.0.0.1" in said


def test_of_a_names_addresses_the_one_is_taken_that_can_be_served(monkeypatch: pytest.MonkeyPatch) -> None:
    six = (socket.AF_INET6, socket.SOCK_STREAM, 6, "")
    known = [(*six, ("fe80::7%lo", 0, 0, 1)), (*six, ("fd00::7", 0, 0, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: known)
    assert address_from("Desk.example") == "fd00::7"
    del known[1]
    with pytest.raises(UsageError, match="fe80::7%lo is an address within one link of a network"):
        address_from("Desk.example")


@pytest.mark.parametrize(
    "text",
    ["", " ", "*", "nowhere.invalid", "127.0.0.1:8000", "[::1", "1.2.3.4.5", "http://localhost", "a..b", "x" * 99],
)
def test_what_means_no_address_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        address_from(text)
    assert str(refused.value).startswith(f"“{text.strip()}” is neither an address nor a name")
    assert "--host 127.0.0.1" in str(refused.value)
