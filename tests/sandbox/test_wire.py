from __future__ import annotations

from email.message import Message

import pytest

from amplifier.sandbox.wire import Reply, Request, say


def request(body: bytes = b"", kind: str = "", query: tuple[tuple[str, str], ...] = ()) -> Request:
    headers = Message()
    headers["Content-Type"] = kind
    return Request("POST", "/", query, headers, body)


def test_repeated_and_comma_separated_parameters_are_several() -> None:
    found = request(query=(("types[]", "a"), ("types[]", "b"), ("fields", "c,d"), ("x", "1"), ("x", "2")))
    assert found.several("types[]", "types") == ("a", "b")
    assert found.several("fields") == ("c", "d")
    assert (found.one("x"), found.one("y", "none")) == ("2", "none")


def test_a_form_is_read_with_its_lists() -> None:
    found = request(b"status=a%26b&media_ids%5B%5D=1&media_ids%5B%5D=2", "application/x-www-form-urlencoded")
    assert found.fields() == {"status": "a&b", "media_ids[]": ["1", "2"]}


def test_a_body_that_is_no_object_is_an_error() -> None:
    for body in (b"[]", b"{", b"\xff"):
        with pytest.raises(ValueError, match=r"."):
            request(body, "application/json").fields()


def test_an_answer_goes_out_whole_with_its_length() -> None:
    answer = say({"a": "ä"}, 201, {"X-One": "1"}).having({"X-Two": "2"})
    assert answer.raw(date="now", keep=False) == (
        b"HTTP/1.1 201 Created\r\nDate: now\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 10\r\n"
        b'X-One: 1\r\nX-Two: 2\r\nConnection: close\r\n\r\n{"a":"\xc3\xa4"}'
    )
    assert b"Connection" not in Reply(599, b"").raw(date="now", keep=True)
