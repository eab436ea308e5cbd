"""What something between us and a network says is never the network's word, whatever we asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from amplifier.clock import utc_now
from amplifier.errors import AccountLost, OutcomeUnknown, Unavailable
from amplifier.platforms.port import Platform, Sought
from tests.contract.places import Account, SandboxPlace
from tests.contract.test_afterwards import WORDS, published
from tests.contract.test_faults import AT_SANDBOX
from tests.contract.test_publishing import key, part

BETWEEN: list[dict[str, Any]] = [
    *({"kind": "between", "status": status} for status in (400, 401, 402, 403, 404, 410, 413, 422, 429, 502)),
    *({"kind": "gateway", "status": status} for status in (400, 401, 403, 404, 429)),
    {"kind": "between", "status": 503, "retry_after": "years"},
    {"kind": "html", "stored": False},
    {"kind": "redirect"},
]
MOST = timedelta(minutes=5)  # as long as something in between may silence an account
FAULTS = pytest.mark.parametrize("fault", BETWEEN, ids=lambda fault: f"{fault['kind']} {fault.get('status', '')}")
Call = Callable[[Platform, str, bytes], Any]
CHANGES: dict[str, Call] = {
    "publish": lambda adapter, _, request: adapter.publish(request),
    "delete": lambda adapter, remote_id, _: adapter.delete(remote_id),
    "edit": lambda adapter, remote_id, _: adapter.edit(remote_id, part("Other words")),
}
READS: list[tuple[str, Call]] = [
    ("find", lambda adapter, _, request: adapter.find(Sought(request, utc_now() - timedelta(minutes=1), frozenset()))),
    ("find", lambda adapter, *_: adapter.spot("Nobody said this", utc_now() - timedelta(minutes=1), frozenset())),
    ("read", lambda adapter, remote_id, _: adapter.read(remote_id, WORDS)),
    ("mentions", lambda adapter, *_: adapter.mentions("")),
    ("login", lambda adapter, *_: adapter.verify()),
]


def asked(account: Account, operation: str) -> str:
    """Bluesky reads a record from our own server, in the sandbox under the name of a look."""
    return "find" if account.platform == "bluesky" and operation == "read" else operation


@AT_SANDBOX
@FAULTS
@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_that_something_in_between_answers_is_unknown(
    failing: SandboxPlace, account: Account, fault: dict[str, Any], verb: str
) -> None:
    if verb == "edit" and not account.capabilities.edits:
        return
    adapter, receipt = published(account)
    request = adapter.prepare(part("New words"), key(account), utc_now())
    failing.fail(verb, **fault)

    with pytest.raises(OutcomeUnknown) as raised:
        CHANGES[verb](adapter, receipt.remote_id, request)

    assert raised.value.until is None or raised.value.until <= utc_now() + MOST
    assert account.capabilities.title in str(raised.value)
    assert failing.texts(account) == {receipt.remote_id: WORDS}
    CHANGES[verb](adapter, receipt.remote_id, request)  # and the next time all is well


@AT_SANDBOX
@FAULTS
@pytest.mark.parametrize("number", range(len(READS)))
def test_a_question_that_something_in_between_answers_is_unavailable(
    failing: SandboxPlace, account: Account, fault: dict[str, Any], number: int
) -> None:
    operation, call = READS[number]
    adapter, receipt = published(account)
    request = adapter.prepare(part("New words"), key(account), utc_now())
    adapter.verify()
    failing.fail(asked(account, operation), **fault)

    with pytest.raises(Unavailable) as raised:
        call(adapter, receipt.remote_id, request)

    assert raised.value.until is None or raised.value.until <= utc_now() + MOST
    call(adapter, receipt.remote_id, request)


@AT_SANDBOX
@FAULTS
def test_an_account_is_not_lost_to_a_log_in_page_on_the_way(
    failing: SandboxPlace, account: Account, fault: dict[str, Any]
) -> None:
    failing.fail("login", **fault)
    adapter = account.open()

    with pytest.raises(Unavailable):
        adapter.verify()

    assert adapter.verify().handle == account.connection.handle


@pytest.mark.parametrize("place", ["bluesky@sandbox"], indirect=True, scope="session")
@FAULTS
def test_a_log_in_on_the_way_to_a_post_publishes_nothing_and_loses_nothing(
    failing: SandboxPlace, account: Account, fault: dict[str, Any]
) -> None:
    request = account.open().prepare(part(WORDS), key(account), utc_now())
    adapter = account.open()
    failing.fail("login", **fault)

    with pytest.raises(Unavailable):
        adapter.publish(request)

    assert failing.texts(account) == {}
    adapter.publish(request)


@AT_SANDBOX
@pytest.mark.parametrize("operation", ["publish", "find", "mentions", "delete"])
def test_a_real_revocation_is_still_one(failing: SandboxPlace, account: Account, operation: str) -> None:
    adapter, receipt = published(account)
    request = adapter.prepare(part("New words"), key(account), utc_now())
    call = CHANGES.get(operation) or dict(READS)[operation]
    if operation == "find":
        call = READS[0][1]
    failing.fail(operation, "suspended")

    with pytest.raises(AccountLost):
        call(adapter, receipt.remote_id, request)
