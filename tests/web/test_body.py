"""A stranger's request is read before anybody waits for it, and not for ever."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from amplifier.web import body
from tests.waiting import HANG_S


def read(*messages: dict[str, Any]) -> bytes | None:
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(2 * HANG_S)
        return left.pop(0)

    return asyncio.run(body.read_whole(receive))


def part(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_form_is_read_whole_in_however_many_pieces() -> None:
    assert read(part(b"do=take")) == b"do=take"
    assert read(part(b"do=", more=True), part(b"take")) == b"do=take"
    assert read(part(b"")) == b""


def test_what_is_too_long_is_not_read_to_its_end() -> None:
    assert read(*[part(b"x" * 4000, more=True)] * 9) is None


def test_whoever_sends_too_slowly_or_leaves_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read({"type": "http.disconnect"}) is None
    monkeypatch.setattr(body, "WITHIN_S", 0.05)
    assert read(part(b"do=", more=True)) is None
