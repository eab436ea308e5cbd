"""One message by apprise to a real server: taken, refused, silent, not there; and never a word of the address."""

from __future__ import annotations

import pytest

from amplifier.notify import apprise_out
from tests.notify.messenger_server import messenger

pytestmark = pytest.mark.program


def test_a_message_arrives_with_its_title_and_words() -> None:
    with messenger() as there:
        assert apprise_out.send(there.address(), title="Lab23", body="It is held.", timeout_s=5) == ""
        assert [(one["title"], one["message"]) for one in there.calls] == [("Lab23", "It is held.")]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_refusal_is_told_by_its_number(status: int, capfd: pytest.CaptureFixture[str]) -> None:
    with messenger(status) as there:
        assert apprise_out.send(there.address(), title="", body="x", timeout_s=5) == f"JSON answered {status}"
    assert "hush" not in "".join(capfd.readouterr())


def test_a_messenger_that_hangs_is_given_up() -> None:
    with messenger(0) as there:
        assert apprise_out.send(there.address(), title="", body="x", timeout_s=1) == "it did not answer in time"


def test_an_address_that_means_nothing_is_called_so_and_not_repeated() -> None:
    said = apprise_out.send("hush://hush", title="", body="x", timeout_s=1)
    assert said == "its address is none that apprise understands"
    assert apprise_out.send("json://anna:hush@127.0.0.1:9/", title="", body="x", timeout_s=2) == "JSON did not take it"


def test_apprise_tries_again_by_itself_where_its_address_says_so() -> None:
    with messenger(503, 200) as there:
        address = f"{there.address()}?retry=2&wait=0.1"
        assert apprise_out.send(address, title="", body="x", timeout_s=10) == ""
        assert len(there.calls) == 2
