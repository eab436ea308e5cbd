"""What the system says against a port is told from everything else that it may say."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from amplifier.sandbox.server import Sandbox
from amplifier.taken_port import PortTaken, having_port


def test_a_port_that_another_has_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, socket.socket() as mine:
        with pytest.raises(PortTaken, match="Address already in use") as taken, having_port():
            mine.bind(other.getsockname())
        assert taken.value.errno == errno.EADDRINUSE


def test_an_address_that_nobody_knows_cannot_be_had() -> None:
    with socket.socket() as mine, pytest.raises(PortTaken), having_port():
        mine.bind(("nowhere.invalid", 0))


def test_an_address_that_is_none_to_serve_at_cannot_be_had() -> None:
    with socket.socket(socket.AF_INET6) as mine, pytest.raises(PortTaken, match="Invalid argument"), having_port():
        mine.bind(("fe80::1", 0))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EIO, errno.ENOENT])
def test_anything_else_stays_what_it_is(number: int) -> None:
    with pytest.raises(OSError, match=os.strerror(number)) as failed, having_port():
        raise OSError(number, os.strerror(number))
    assert not isinstance(failed.value, PortTaken)


def test_the_pretend_networks_say_that_their_port_is_taken_and_let_go_of_their_file(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTaken):
        Sandbox(tmp_path / "world.sqlite3", port=other.getsockname()[1], token="token")
