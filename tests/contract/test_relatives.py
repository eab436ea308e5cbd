"""Servers of Mastodon's family with habits of their own: what is out is known at once, and a change keeps the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplifier.clock import utc_now
from amplifier.compose.fit import check_words
from amplifier.errors import Rejected
from amplifier.platforms.port import Part, Sought
from amplifier.policy import Counts
from tests.contract.places import Account, SandboxPlace, ask
from tests.contract.test_publishing import HARD_TEXTS, key, part

AT_MASTODON = pytest.mark.parametrize("place", ["mastodon@sandbox"], indirect=True, scope="session")
NOBODY: frozenset[str] = frozenset()
TEXTS = {**HARD_TEXTS, "what is shown otherwise": "Vote & win_win! Now... <3"}


@AT_MASTODON
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_where_words_show_otherwise_a_post_is_out_at_once_and_found_read_and_changed(
    failing: SandboxPlace, account: Account, text: str
) -> None:
    for operation in ("publish", "find", "read", "edit"):
        failing.fail(operation, "renders", times=None)
    adapter = account.open()
    request = adapter.prepare(part(text), key(account), utc_now())

    receipt = adapter.publish(request)

    assert account.open().find(Sought(request, utc_now() - timedelta(minutes=1), NOBODY)) == receipt
    seen = adapter.read(receipt.remote_id, text)
    assert seen is not None
    assert (seen.says_the_same, seen.text) == (True, text)
    assert adapter.edit(receipt.remote_id, part(f"{text} & more!")) == receipt
    assert failing.texts(account) == {receipt.remote_id: f"{text} & more!"}


@AT_MASTODON
def test_a_server_that_counts_otherwise_is_known_by_what_it_says_also_where_a_slash_is_moved(
    failing: SandboxPlace, account: Account
) -> None:
    failing.fail("look_up", "moves_slash", times=None)
    assert (account.open().verify().limit, account.open().verify().counts) == (500, "")
    failing.fail("*", "counts_all", times=None)
    identity = account.open().verify()
    assert (identity.limit, identity.counts) == (500, "codepoints")
    row = account.capabilities.told(limit=identity.limit, counts=Counts(identity.counts or ""))
    for text in ("x" * 500, "👩‍👩‍👧" * 100, "https://freemovement.example/" + "a" * 471):
        adapter = account.open()
        assert check_words(text, row) == ()
        adapter.publish(adapter.prepare(part(text), key(account), utc_now()))
        assert [one.rule for one in check_words(text + ".", row)] == ["too_long"]
        with pytest.raises(Rejected, match="limit of 500 exceeded"):
            adapter.publish(adapter.prepare(part(text + "."), key(account), utc_now()))


@AT_MASTODON
def test_a_correction_keeps_the_language(failing: SandboxPlace, account: Account) -> None:
    failing.fail("edit", "forgets_language", times=None)
    adapter = account.open()
    receipt = adapter.publish(adapter.prepare(Part("Pleidleisiwch erbyn 17:00", "cy"), key(account), utc_now()))

    adapter.edit(receipt.remote_id, Part("Pleidleisiwch erbyn 18:00", "cy"))

    address = f"{account.connection.api}/api/v1/statuses/{receipt.remote_id}"
    shown = ask("GET", address, token=account.connection.secrets["access_token"])
    assert (shown["language"], shown["edited_at"] is not None) == ("cy", True)
