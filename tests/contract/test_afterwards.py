"""What is out can be looked at, changed, taken back and found by its words, wherever it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from amplifier.campaign.delivery import Receipt
from amplifier.clock import utc_now
from amplifier.errors import AccountLost, OutcomeUnknown, RateLimited, Rejected, Unavailable
from amplifier.platforms.port import Part, Platform
from tests.contract.places import Account, MastodonMockPlace, PdsPlace, Place, SandboxPlace
from tests.contract.test_faults import AT_SANDBOX, DOUBTS, OUTAGES, entered, named
from tests.contract.test_publishing import HARD_TEXTS, key, part
from tests.ports import free_port

WORDS = "Polls close at 17:00 #Lab23"
NOBODY: frozenset[str] = frozenset()
NO_EDITS = "it has no edits"
# How long (seconds, least and most) to wait where a server says 30 in this form, or something nobody can mean.
FORMS = {"seconds": (28, 30), "date": (28, 31), "absurd": (1, 15 * 60), "years": (1, 15 * 60)}


def published(account: Account, text: str = WORDS) -> tuple[Platform, Receipt]:
    adapter = account.open()
    return adapter, adapter.publish(adapter.prepare(part(text), key(account), utc_now()))


def spotted(adapter: Platform, text: str = WORDS, *, taken: frozenset[str] = NOBODY, later: float = -60) -> str:
    found = adapter.spot(text, utc_now() + timedelta(seconds=later), taken)
    return found.remote_id if found else ""


# Reading


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_what_was_published_is_read_and_says_the_same(account: Account, text: str) -> None:
    adapter, receipt = published(account, text)

    seen = adapter.read(receipt.remote_id, text)

    assert seen is not None
    assert seen.says_the_same
    assert seen.text in {text, text.replace("e\u0301", "é")}
    assert seen.url == receipt.url
    assert seen.is_ours
    assert not adapter.read(receipt.remote_id, text + ".").says_the_same  # type: ignore[union-attr]


def test_what_a_person_deleted_is_read_as_gone(place: Place, account: Account) -> None:
    adapter, receipt = published(account)

    place.remove(account, receipt.remote_id)

    assert adapter.read(receipt.remote_id, WORDS) is None


def test_answers_are_counted(heard: SandboxPlace | MastodonMockPlace, account: Account) -> None:
    adapter, receipt = published(account)

    heard.say(account, "Where?", in_reply_to=receipt.remote_id)

    seen = adapter.read(receipt.remote_id, WORDS)
    assert seen is not None
    assert (seen.boosts, seen.replies) == (0, 1)


@pytest.mark.not_at(
    "x@sandbox", "bluesky@sandbox", "mastodon@sandbox", "mastodon@mastodon_mock", reason="they tell their counts"
)
def test_a_server_that_does_not_count_is_read_all_the_same(place: Place, account: Account) -> None:
    assert isinstance(place, PdsPlace)
    adapter, receipt = published(account)

    seen = adapter.read(receipt.remote_id, WORDS)

    assert seen is not None
    assert (seen.says_the_same, seen.boosts, seen.replies) == (True, None, None)


# Editing


@pytest.mark.not_at("x@sandbox", "bluesky@sandbox", "bluesky@pds", reason=NO_EDITS)
def test_an_edited_post_keeps_its_id_and_shows_the_new_words(place: Place, account: Account) -> None:
    adapter, receipt = published(account)

    for _ in range(2):  # the second time changes nothing
        assert adapter.edit(receipt.remote_id, Part("Polls close at 18:00 #Lab23", "en")) == receipt

    assert place.texts(account) == {receipt.remote_id: "Polls close at 18:00 #Lab23"}
    seen = account.open().read(receipt.remote_id, WORDS)
    assert seen is not None
    assert (seen.says_the_same, seen.text) == (False, "Polls close at 18:00 #Lab23")


@pytest.mark.not_at("x@sandbox", "bluesky@sandbox", "bluesky@pds", reason=NO_EDITS)
def test_a_post_that_is_gone_cannot_be_edited(place: Place, account: Account) -> None:
    adapter, receipt = published(account)
    place.remove(account, receipt.remote_id)

    with pytest.raises(Rejected, match="no longer"):
        adapter.edit(receipt.remote_id, part("Too late"))


@pytest.mark.not_at("mastodon@sandbox", "mastodon@mastodon_mock", reason="it has edits")
def test_where_nothing_can_be_edited_it_is_said_and_nothing_changes(place: Place, account: Account) -> None:
    adapter, receipt = published(account)
    assert not account.capabilities.edits

    with pytest.raises(Rejected, match="Delete it and post the new words"):
        adapter.edit(receipt.remote_id, part("Other words"))

    assert place.texts(account) == {receipt.remote_id: WORDS}


# Deleting


def test_a_deleted_post_is_gone_and_deleting_it_again_is_fine(place: Place, account: Account) -> None:
    adapter, receipt = published(account)

    adapter.delete(receipt.remote_id)
    account.open().delete(receipt.remote_id)

    assert place.texts(account) == {}
    assert adapter.read(receipt.remote_id, WORDS) is None
    assert spotted(adapter) == ""


def test_nobody_deletes_what_another_account_said(place: Place, account: Account) -> None:
    other = place.account()
    _, receipt = published(other)

    with pytest.raises(Rejected):
        account.open().delete(receipt.remote_id)

    assert place.texts(other) == {receipt.remote_id: WORDS}


def test_a_post_of_somebody_else_is_not_ours_whatever_its_words(place: Place, account: Account) -> None:
    _, receipt = published(place.account())

    seen = account.open().read(receipt.remote_id, WORDS)

    assert seen is not None
    assert (seen.says_the_same, seen.is_ours) == (True, False)


# Spotting


def test_what_a_person_typed_is_spotted(place: Place, account: Account) -> None:
    place.type(account, "Something else")
    typed = place.type(account, WORDS)

    assert spotted(account.open()) == typed
    assert account.open().read(typed, WORDS) is not None


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_what_the_service_published_is_spotted_too(account: Account, text: str) -> None:
    adapter, receipt = published(account, text)

    assert adapter.spot(text, utc_now() - timedelta(minutes=1), NOBODY) == receipt


def test_what_is_taken_or_older_or_different_is_not_spotted(place: Place, account: Account) -> None:
    typed = place.type(account, WORDS)
    adapter = account.open()

    assert spotted(adapter, taken=frozenset({typed})) == ""
    assert spotted(adapter, later=5) == ""
    assert spotted(adapter, WORDS + ".") == ""
    assert spotted(adapter, WORDS.lower()) == ""


def test_of_two_the_older_is_spotted_first(place: Place, account: Account) -> None:
    first, second = (place.type(account, WORDS) for _ in range(2))
    adapter = account.open()

    assert spotted(adapter) == first
    assert spotted(adapter, taken=frozenset({first})) == second


# What goes wrong


CALLS: dict[str, Callable[[Platform, str], Any]] = {
    "read": lambda adapter, remote_id: adapter.read(remote_id, WORDS),
    "spot": lambda adapter, _: spotted(adapter),
    "delete": lambda adapter, remote_id: adapter.delete(remote_id),
    "edit": lambda adapter, remote_id: adapter.edit(remote_id, part("Polls close at 18:00")),
}


def calls(account: Account) -> list[Callable[[Platform, str], Any]]:
    return [call for name, call in CALLS.items() if name != "edit" or account.capabilities.edits]


def test_wrong_credentials_lose_the_account(place: Place, account: Account) -> None:
    _, receipt = published(account)
    locked_out = account.open(secrets=place.wrong(account))

    for call in calls(account):
        if call is CALLS["read"] and place.server == "mastodon_mock":
            continue  # it shows public posts whatever the token; Mastodon itself does not
        with pytest.raises(AccountLost):
            call(locked_out, receipt.remote_id)
    assert place.texts(account) == {receipt.remote_id: WORDS}


def test_a_server_that_is_down_is_unavailable(account: Account) -> None:
    _, receipt = published(account)
    nobody = account.open(api=f"http://127.0.0.1:{free_port()}")

    for call in calls(account):
        with pytest.raises(Unavailable):
            call(nobody, receipt.remote_id)


@AT_SANDBOX
@pytest.mark.parametrize("case", DOUBTS, ids=named)
def test_a_deletion_without_a_clear_answer_is_unknown_and_reading_tells(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any], bool]
) -> None:
    kind, more, is_done = case
    _, receipt = published(account)
    adapter = entered(account, kind)
    failing.fail("delete", kind, **more)

    with pytest.raises(OutcomeUnknown, match="may be gone"):
        adapter.delete(receipt.remote_id)

    assert (adapter.read(receipt.remote_id, WORDS) is None) == is_done
    adapter.delete(receipt.remote_id)
    assert failing.texts(account) == {}


@pytest.mark.parametrize("place", ["mastodon@sandbox"], indirect=True, scope="session")
@pytest.mark.parametrize("case", DOUBTS, ids=named)
def test_an_edit_without_a_clear_answer_is_unknown_and_reading_tells(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any], bool]
) -> None:
    kind, more, is_done = case
    _, receipt = published(account)
    adapter = entered(account, kind)
    failing.fail("edit", kind, **more)

    with pytest.raises(OutcomeUnknown, match="may be made"):
        adapter.edit(receipt.remote_id, part("Other words"))

    seen = adapter.read(receipt.remote_id, "Other words")
    assert seen is not None
    assert seen.says_the_same == is_done


def reads(account: Account) -> list[tuple[str, Callable[[Platform, str], Any]]]:
    """The operation that a fault must be set for, and the call."""
    first = "find" if account.platform == "bluesky" else "read"  # the record itself, from our own server
    return [(first, CALLS["read"]), ("find", CALLS["spot"])]


@AT_SANDBOX
@pytest.mark.parametrize("case", OUTAGES, ids=named)
def test_reading_that_fails_is_neither_gone_nor_unknown(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any]]
) -> None:
    kind, more = case
    _, receipt = published(account)
    adapter = entered(account, kind)
    for operation, call in reads(account):
        failing.fail(operation, kind, **more)

        with pytest.raises(Unavailable):
            call(adapter, receipt.remote_id)

        call(adapter, receipt.remote_id)  # and the next time all is well


@pytest.mark.parametrize("place", ["bluesky@sandbox"], indirect=True, scope="session")
@pytest.mark.parametrize("case", OUTAGES, ids=named)
def test_counts_that_cannot_be_had_hide_no_post(
    failing: SandboxPlace, account: Account, case: tuple[str, dict[str, Any]]
) -> None:
    kind, more = case
    _, receipt = published(account)
    adapter = entered(account, kind)
    failing.fail("read", kind, **more)

    seen = adapter.read(receipt.remote_id, WORDS)

    assert seen is not None
    assert (seen.says_the_same, seen.boosts, seen.replies) == (True, None, None)


@AT_SANDBOX
@pytest.mark.parametrize("operation", ["publish", "delete", "find"])
@pytest.mark.parametrize("form", list(FORMS))
def test_retry_after_is_honoured_in_every_form_on_429_and_503(
    failing: SandboxPlace, account: Account, operation: str, form: str
) -> None:
    low, high = FORMS[form]
    _, receipt = published(account)
    adapter = entered(account)
    again = adapter.prepare(part("Again"), key(account), utc_now())
    call = {"publish": lambda: adapter.publish(again), "find": lambda: spotted(adapter)}.get(
        operation, lambda: adapter.delete(receipt.remote_id)
    )
    for status in (429, 503):
        failing.fail(operation, "status", status=status, reset=30, retry_after=form)

        with pytest.raises((RateLimited, Unavailable, OutcomeUnknown)) as raised:
            call()

        assert isinstance(raised.value, RateLimited) == (status == 429)
        assert isinstance(raised.value, OutcomeUnknown) == (status == 503 and operation != "find")
        until = raised.value.until
        assert until is not None or (status == 503 and form in {"absurd", "years"})
        assert until is None or timedelta(seconds=low) <= until - utc_now() <= timedelta(seconds=high)
