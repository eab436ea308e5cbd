"""Where listening stands."""

from __future__ import annotations

import pytest

from amplifier.store.identity import accounts
from amplifier.store.listening import sources
from tests.store import filled
from tests.store.filled import NOW, after

pytestmark = pytest.mark.usefixtures("opened")


def test_a_source_that_never_answered_has_no_cursor() -> None:
    assert sources.cursor_of("x:mentions") == ""
    assert sources.source_states() == {}


def test_trouble_leaves_the_cursor_and_the_last_good_contact() -> None:
    sources.advance("x:mentions", cursor="c1", now=NOW)
    sources.source_trouble("x:mentions", problem="Not reached.")
    assert sources.source_states()["x:mentions"] == sources.SourceState("x:mentions", "c1", NOW, "Not reached.")


def test_a_look_that_did_not_reach_the_end_moves_the_cursor_alone() -> None:
    sources.advance("x:mentions", cursor="c1", now=NOW, is_unfinished=True)
    assert sources.last_good("x:mentions") is None
    sources.advance("x:mentions", cursor="c2", now=after(5))
    sources.source_trouble("x:mentions", problem="Not reached.")
    sources.advance("x:mentions", cursor="c3", now=after(9), is_unfinished=True)
    assert sources.source_states()["x:mentions"] == sources.SourceState("x:mentions", "c3", after(5), "")


def test_a_source_may_be_in_trouble_from_the_beginning() -> None:
    sources.source_trouble("x:mentions", problem="Not reached.")
    assert sources.source_states()["x:mentions"] == sources.SourceState("x:mentions", "", None, "Not reached.")


def test_the_next_good_answer_ends_the_trouble_of_this_source_alone() -> None:
    for name in ("x:mentions", "x:#OurTag"):
        sources.source_trouble(name, problem="Not reached.")
    sources.advance("x:mentions", cursor="c2", now=after(5))
    assert sources.cursor_of("x:mentions") == "c2"
    assert {name: one.problem for name, one in sources.source_states().items()} == {
        "x:mentions": "",
        "x:#OurTag": "Not reached.",
    }


def test_a_source_stands_where_it_stood_whatever_its_account_is_called() -> None:
    accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    sources.advance("x:mentions", cursor="12", now=NOW)
    filled.know([("xx", "x", "x-handle"), ("x", "x", "somebody-else")])
    sources.advance("xx:mentions", cursor="5", now=NOW)  # while nobody knew whose it is
    accounts.account_is_ok("xx", remote_id="1", url="", text_limit=0, now=NOW)
    assert sources.cursor_of("xx:mentions") == "12"
    assert sources.cursor_of("x:mentions") == ""
    assert list(sources.source_states()) == ["xx:mentions"]
