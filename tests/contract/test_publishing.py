"""The same post is one post, with its words unchanged, wherever it is published."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from amplifier.campaign.delivery import DeliveryId, Receipt, idempotency_key, record_key
from amplifier.campaign.post import PostId
from amplifier.clock import utc_now
from amplifier.errors import AccountLost, AlreadyPublished, Rejected, Unavailable
from amplifier.platforms.port import Part, Platform, Sought
from tests.contract.places import Account, Place
from tests.ports import free_port

AT = datetime(2026, 10, 9, 13, 40, tzinfo=UTC)
HARD_TEXTS = {
    "emoji joined into one": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 at the front desk",
    "accents in two forms": "Café and Cafe\u0301, Zoë, naïve",  # both forms: networks may compose them
    "other scripts": "投票はあさって。 Голосуйте сегодня. صوّتوا اليوم",
    "a link": "Take part: https://freemovement.example/volunteer?a=1&b=2#form",
    "signs that HTML escapes": '5 < 6 & 7 > 6; "quoted" it\'s &amp; done',
    "tags and handles": "#Lab23 #Ünïcode with @labfreemvmt.example and @name@social.example",
    "lines": "First line\n\nthird line\nfourth",
}


def part(text: str) -> Part:
    return Part(text, "en")


def key(account: Account) -> str:
    delivery = DeliveryId(PostId("lab23", str(uuid.uuid4()), "once"), "account")
    origin = f"{account.platform} {account.connection.handle}"
    if account.platform == "bluesky":
        return record_key(delivery, origin, date(2023, 9, 24))
    return idempotency_key(delivery, origin)


def sought(request: bytes, *, after: datetime | None = None, taken: frozenset[str] = frozenset()) -> Sought:
    return Sought(request, after or utc_now() - timedelta(minutes=1), taken)


def repeated(adapter: Platform, request: bytes) -> Receipt | None:
    """Publish once more, as after a lost answer; a network that refuses is asked what it has."""
    try:
        return adapter.publish(request)
    except AlreadyPublished:
        return adapter.find(sought(request))


def test_verify_tells_who_we_are(account: Account) -> None:
    identity = account.open().verify()

    assert identity.handle == account.connection.handle
    assert identity.remote_id
    assert identity.url.startswith("http")


def test_preparing_twice_gives_the_same_bytes(account: Account) -> None:
    words, name = part("Polls close at 17:00 #Lab23"), key(account)

    first = account.open().prepare(words, name, AT)

    assert account.open().prepare(words, name, AT) == first
    assert account.open().prepare(part("Polls close at 18:00 #Lab23"), name, AT) != first


def test_preparing_publishes_nothing(place: Place, account: Account) -> None:
    account.open().prepare(part("Not yet"), key(account), AT)

    assert place.texts(account) == {}


def test_a_published_post_is_there_under_its_receipt(place: Place, account: Account) -> None:
    adapter = account.open()

    receipt = adapter.publish(adapter.prepare(part("We are in hall 1B"), key(account), utc_now()))

    assert place.texts(account) == {receipt.remote_id: "We are in hall 1B"}
    assert receipt.url.startswith("http")


def test_the_same_bytes_twice_are_one_post(place: Place, account: Account) -> None:
    adapter = account.open()
    request = adapter.prepare(part("Vote before five"), key(account), utc_now())
    receipt = adapter.publish(request)

    assert repeated(account.open(), request) == receipt
    assert list(place.texts(account)) == [receipt.remote_id]


def test_find_gives_the_receipt_of_what_is_there(account: Account) -> None:
    adapter = account.open()
    request = adapter.prepare(part("Stewards meet at the stairs"), key(account), utc_now())
    assert adapter.find(sought(request)) is None

    receipt = adapter.publish(request)

    assert account.open().find(sought(request)) == receipt


def test_find_does_not_take_other_words_for_ours(account: Account) -> None:
    adapter = account.open()
    adapter.publish(adapter.prepare(part("Polls close at 17:00"), key(account), utc_now()))

    assert adapter.find(sought(adapter.prepare(part("Polls close at 18:00"), key(account), utc_now()))) is None


def test_find_leaves_what_another_delivery_owns(account: Account) -> None:
    adapter = account.open()
    request = adapter.prepare(part("Doors open"), key(account), utc_now())
    receipt = adapter.publish(request)

    assert adapter.find(sought(request, taken=frozenset({receipt.remote_id}))) is None


def test_find_sees_nothing_older_unless_the_place_is_our_own(account: Account) -> None:
    adapter = account.open()
    request = adapter.prepare(part("Good morning, delegates"), key(account), utc_now())
    receipt = adapter.publish(request)

    later = adapter.find(sought(request, after=utc_now() + timedelta(seconds=5)))

    # A record key is made from the delivery, so what lies under it is ours however old it is.
    assert later == (receipt if account.platform == "bluesky" else None)


@pytest.mark.not_at("x@sandbox", reason="X refuses the same words twice")
def test_the_same_words_in_two_deliveries_are_told_apart(place: Place, account: Account) -> None:
    adapter = account.open()
    first, second = (adapter.prepare(part("Vote now"), key(account), utc_now()) for _ in range(2))

    receipts = [adapter.publish(first), adapter.publish(second)]

    assert len(place.texts(account)) == 2
    assert adapter.find(sought(second, taken=frozenset({receipts[0].remote_id}))) == receipts[1]


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS.keys())
def test_hard_texts_arrive_unchanged_and_are_found_again(place: Place, account: Account, text: str) -> None:
    adapter = account.open()
    request = adapter.prepare(part(text), key(account), utc_now())

    receipt = adapter.publish(request)

    assert place.texts(account)[receipt.remote_id] in {text, unicode_composed(text)}
    assert adapter.find(sought(request)) == receipt


def unicode_composed(text: str) -> str:
    """X stores the composed form."""
    return text.replace("e\u0301", "é")


def test_a_text_that_is_too_long_is_rejected(place: Place, account: Account) -> None:
    adapter = account.open()
    request = adapter.prepare(part("Too much to say. " * 400), key(account), utc_now())

    with pytest.raises(Rejected):
        adapter.publish(request)

    assert place.texts(account) == {}
    assert adapter.find(sought(request)) is None


def test_wrong_credentials_lose_the_account(place: Place, account: Account) -> None:
    request = account.open().prepare(part("Hello"), key(account), AT)
    locked_out = account.open(secrets=place.wrong(account))

    for call in (
        locked_out.verify,
        lambda: locked_out.publish(request),
        lambda: locked_out.find(sought(request)),
        lambda: locked_out.mentions(""),
    ):
        with pytest.raises(AccountLost):
            call()
    assert place.texts(account) == {}


def test_a_server_that_is_down_is_unavailable(account: Account) -> None:
    request = account.open().prepare(part("Hello"), key(account), AT)
    nobody = account.open(api=f"http://127.0.0.1:{free_port()}")

    for call in (
        nobody.verify,
        lambda: nobody.publish(request),
        lambda: nobody.find(sought(request)),
        lambda: nobody.mentions(""),
    ):
        with pytest.raises(Unavailable):
            call()
