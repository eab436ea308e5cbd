"""What is sealed can be opened with the install's key alone."""

from __future__ import annotations

from amplifier.notify.envelope import Envelope


def test_a_sealed_link_is_read_with_the_key_and_not_without() -> None:
    sealed = Envelope("a key").seal("https://x.example/h/secret")
    assert "secret" not in sealed
    assert Envelope("a key").open(sealed) == "https://x.example/h/secret"
    assert Envelope("another key").open(sealed) == ""


def test_what_was_never_sealed_is_as_it_was() -> None:
    assert Envelope("a key").open("https://x.example/") == "https://x.example/"
    assert Envelope("a key").open("") == ""
    assert Envelope("a key").open("sealed:rubbish") == ""
