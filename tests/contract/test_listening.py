"""What others say to us comes once, in order, and none of it is lost between two looks."""

from __future__ import annotations

from importlib import import_module

import pytest

from amplifier.campaign.mention import MentionKind, RawMention, Visibility
from amplifier.clock import utc_now
from amplifier.platforms.port import Page, Part
from tests.contract.places import Account, MastodonMockPlace, SandboxPlace
from tests.contract.test_publishing import key

Heard = SandboxPlace | MastodonMockPlace


@pytest.fixture
def small_pages(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of ten: more than one is reached with few posts. (X gives no smaller ones when searching.)"""
    monkeypatch.setattr(import_module(f"amplifier.platforms.{account.platform}.listening"), "PAGE_SIZE", 10)


def ids(page: Page) -> list[str]:
    return [mention.canonical_id for mention in page.mentions]


def test_the_first_look_takes_what_came_before(heard: Heard, account: Account) -> None:
    adapter = account.open()
    adapter.verify()
    said = heard.say(account, "are you there?")

    page = adapter.mentions("")

    assert ids(page) == [said]
    assert page.cursor


def test_a_mention_says_who_said_what_and_when(heard: Heard, account: Account) -> None:
    adapter = account.open()
    adapter.verify()
    before = utc_now()
    heard.say(account, "where is hall 1B?")

    (mention,) = adapter.mentions("").mentions

    assert mention.kind is MentionKind.MENTION
    assert "where is hall 1B?" in mention.text
    assert mention.markup == (account.platform == "mastodon")
    assert mention.author_id
    assert mention.author_handle
    assert mention.author_name
    assert mention.url.startswith("http")
    assert abs((mention.posted_at - before).total_seconds()) < 10
    assert mention.posted_at.utcoffset() is not None


def test_a_reply_names_the_post_as_our_receipt_does(heard: Heard, account: Account) -> None:
    adapter = account.open()
    receipt = adapter.publish(adapter.prepare(Part("Ask us anything", "en"), key(account), utc_now()))
    heard.say(account, "when do polls close?", in_reply_to=receipt.remote_id)

    (mention,) = adapter.mentions("").mentions

    assert mention.kind is MentionKind.REPLY
    assert mention.in_reply_to == receipt.remote_id


@pytest.mark.not_at("mastodon@mastodon_mock", reason="it keeps quotes but makes no notification of them")
def test_a_quote_names_the_post_as_our_receipt_does(heard: Heard, account: Account) -> None:
    assert isinstance(heard, SandboxPlace)
    adapter = account.open()
    receipt = adapter.publish(adapter.prepare(Part("Quote us", "en"), key(account), utc_now()))
    heard.quote("listen to this", receipt.remote_id)

    (mention,) = adapter.mentions("").mentions

    assert mention.kind is MentionKind.QUOTE
    assert mention.quotes == receipt.remote_id


@pytest.mark.usefixtures("small_pages")
def test_mentions_come_once_in_order_over_many_looks_and_restarts(heard: Heard, account: Account) -> None:
    account.open().verify()
    said: list[str] = []
    found: list[str] = []
    cursor = ""
    for batch in (1, 0, 23, 2, 0, 11):
        said += [heard.say(account, f"question {len(said) + n}") for n in range(batch)]
        page = account.open().mentions(cursor)
        found += ids(page)
        cursor = page.cursor

    assert found == said


@pytest.mark.usefixtures("small_pages")
def test_a_flood_is_read_over_several_looks_without_a_loss(
    heard: Heard, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module(f"amplifier.platforms.{account.platform}.listening"), "PAGES", 2)
    account.open().verify()
    cursor = account.open().mentions("").cursor
    said = [heard.say(account, f"question {n}") for n in range(34)]

    found: list[str] = []
    for _ in range(8):
        page = account.open().mentions(cursor)
        found += ids(page)
        cursor = page.cursor
    said.append(heard.say(account, "one more"))
    found += ids(account.open().mentions(cursor))

    assert sorted(found) == sorted(said)
    assert found[-1] == said[-1]


@pytest.mark.parametrize("hours", [2, 30, 9000])
@pytest.mark.parametrize("place", ["bluesky@sandbox", "mastodon@sandbox"], indirect=True)
def test_a_clock_or_a_server_that_is_behind_loses_nobody_s_words(
    heard: SandboxPlace, account: Account, hours: float
) -> None:
    account.open().verify()
    said = [heard.say(account, f"question {n}", behind_s=n * 600) for n in range(30)]
    first = account.open().mentions("")
    late = heard.say(account, "late", behind_s=hours * 3600 + 1)
    second = account.open().mentions(first.cursor)

    assert (sorted(ids(first)), ids(second)) == (sorted(said), [late])
    if account.platform == "bluesky":
        assert abs((utc_now() - second.mentions[0].posted_at).total_seconds() - hours * 3600) < 60


@pytest.mark.parametrize("place", ["mastodon@sandbox"], indirect=True)
def test_a_tagged_post_that_comes_late_from_another_server_is_heard(heard: SandboxPlace, account: Account) -> None:
    account.open().verify()
    tag = f"Late{account.connection.handle}"
    for n in range(5):
        heard.say(account, f"about #{tag} {n}")
    cursor = account.open().tagged(tag, "").cursor
    late = heard.say(account, f"about #{tag} late", behind_s=50 * 3600)

    assert ids(account.open().tagged(tag, cursor)) == [late]


@pytest.mark.parametrize("place", ["bluesky@sandbox", "mastodon@sandbox"], indirect=True)
def test_what_its_author_edits_is_told_once_more(heard: SandboxPlace, account: Account) -> None:
    account.open().verify()
    said = heard.say(account, "first words")
    first = account.open().mentions("")
    remote_id = said.rpartition("/")[2] if account.platform == "mastodon" else said
    heard.change(remote_id, f"@{account.connection.handle} other words")
    second = account.open().mentions(first.cursor)

    assert ids(second) == [said]
    assert "other words" in second.mentions[0].text
    assert account.open().mentions(second.cursor).mentions == ()


@pytest.mark.usefixtures("heard")
def test_an_empty_account_stays_quiet(account: Account) -> None:
    adapter = account.open()

    first = adapter.mentions("")

    assert first.mentions == ()
    assert adapter.mentions(first.cursor).mentions == ()


@pytest.mark.usefixtures("heard")
def test_our_own_posts_are_no_mentions(account: Account) -> None:
    adapter = account.open()
    adapter.publish(
        adapter.prepare(Part(f"We are @{account.connection.handle} #OwnTag", "en"), key(account), utc_now())
    )

    assert adapter.mentions("").mentions == ()
    if account.capabilities.tags:
        assert adapter.tagged("OwnTag", "").mentions == ()


@pytest.mark.not_at("bluesky@sandbox", reason="Bluesky has no listing of hashtags for programs")
@pytest.mark.usefixtures("small_pages")
def test_posts_with_a_tag_come_once_and_in_order(heard: Heard, account: Account) -> None:
    account.open().verify()
    tag = f"Tag{account.connection.handle}"
    said: list[str] = []
    found: list[RawMention] = []
    cursor = ""
    for batch in (1, 0, 14, 2):
        said += [heard.say(account, f"about #{tag} {len(said) + n}") for n in range(batch)]
        heard.say(account, "about #SomethingElse")
        page = account.open().tagged(tag, cursor)
        found += page.mentions
        cursor = page.cursor

    assert [mention.canonical_id for mention in found] == said
    assert {mention.kind for mention in found} == {MentionKind.TAG}


def test_what_everybody_may_see_is_known_to_be_public(heard: Heard, account: Account) -> None:
    adapter = account.open()
    adapter.verify()
    heard.say(account, "in the open")

    (mention,) = adapter.mentions("").mentions

    assert mention.visibility is Visibility.PUBLIC


@pytest.mark.not_at("bluesky@sandbox", reason="on Bluesky everything is public")
@pytest.mark.not_at("mastodon@mastodon_mock", reason="nobody can be made to speak privately there")
def test_a_private_mention_is_heard_and_known_to_be_private(heard: Heard, account: Account) -> None:
    assert isinstance(heard, SandboxPlace)
    adapter = account.open()
    adapter.verify()
    heard.say(account, "between us #Ours", visibility="private")

    (mention,) = adapter.mentions("").mentions

    assert mention.visibility is Visibility.PRIVATE
    assert adapter.tagged("Ours", "").mentions == ()
