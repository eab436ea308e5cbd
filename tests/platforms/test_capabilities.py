from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from amplifier.platforms.capabilities import RELATIVES, TABLE, Capabilities, Counting, Relative, Repeat
from amplifier.policy import Counts


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_every_row_says_where_its_facts_are_from_and_when_they_were_read(row: Capabilities) -> None:
    assert row.source
    assert date.fromisoformat(row.read_on) > date(2026, 1, 1)
    assert row.secrets


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_a_network_that_forgets_keys_is_looked_at_twice(row: Capabilities) -> None:
    assert (row.key_life_s > 0) == (row.repeat is Repeat.KEY)
    assert row.looks == (1 if row.repeat is Repeat.RECORD_KEY else 2)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_ceilings_are_numbers_of_posts_in_seconds_the_shorter_time_first(row: Capabilities) -> None:
    assert row.caps
    assert all(count > 0 and seconds > 0 for count, seconds in row.caps)
    assert list(row.caps) == sorted(row.caps, key=lambda cap: cap[1])


def test_looking_at_a_listing_of_our_own_costs_no_more_than_asking_for_one_post() -> None:
    for row in TABLE.values():
        assert 0 <= row.price_read_own <= row.price_read
        assert (row.price > 0) == (row.price_delete > 0) == (row.price_read > 0)


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_a_person_finds_the_words_in_the_network_s_own_composer(row: Capabilities) -> None:
    text = "Zoë & 5 < 6: 100 % #Lab23\nhttps://freemovement.example/?a=1&b=2"

    address = urlsplit(row.composer_address(text, "https://social.example/"))

    assert address.scheme == "https"
    assert parse_qs(address.query)["text"] == [text]
    assert "+" not in address.query
    assert address.netloc == {"x": "x.com", "bluesky": "bsky.app", "mastodon": "social.example"}[row.platform]


@pytest.mark.parametrize("relative", RELATIVES.values(), ids=RELATIVES.keys())
def test_who_counts_otherwise_says_where_that_was_read_and_when(relative: Relative) -> None:
    assert relative.source
    assert date.fromisoformat(relative.read_on) > date(2026, 1, 1)
    assert relative.counts is not Counts.MASTODON


@pytest.mark.parametrize(
    ("limit", "counts", "expected"),
    [
        (None, None, (500, Counting.GRAPHEMES_SHORT_LINKS, 23)),
        (5000, None, (5000, Counting.GRAPHEMES_SHORT_LINKS, 23)),
        (5000, Counts.MASTODON, (5000, Counting.GRAPHEMES_SHORT_LINKS, 23)),
        (5000, Counts.CODE_POINTS, (5000, Counting.CODE_POINTS, 0)),
        (None, Counts.GRAPHEMES, (500, Counting.GRAPHEMES, 0)),
    ],
)
def test_an_account_s_row_is_its_network_s_with_what_its_server_told(
    limit: int | None, counts: Counts | None, expected: tuple[int, Counting, int]
) -> None:
    row = TABLE["mastodon"].told(limit=limit, counts=counts)

    assert (row.limit, row.counting, row.link_cost) == expected
    assert row.title == "Mastodon"


@pytest.mark.parametrize(("counts", "cost"), [(None, 100), (Counts.MASTODON, 100), (Counts.CODE_POINTS, 0)])
def test_a_link_counts_what_the_server_says_unless_it_counts_whole(counts: Counts | None, cost: int) -> None:
    assert TABLE["mastodon"].told(limit=None, counts=counts, link_cost=100).link_cost == cost
