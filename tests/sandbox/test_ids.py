from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from amplifier.sandbox import ids
from amplifier.sandbox.nouns import Network

MS = 1_696_858_800_000  # 2023-10-09T13:40:00Z


def test_the_content_id_of_a_record_is_the_networks_own() -> None:
    """Computed by Bluesky's own server for this record."""
    record = {"$type": "app.bsky.feed.post", "text": "Straßenfest am Samstag", "createdAt": "2026-11-22T12:00:00.000Z"}
    assert ids.cid({**record, "langs": ["de"]}) == "bafyreigrzs32og7ska2xl7ke3w4eib2j7kkkz352ozykpbtih7bumnrmi4"


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_a_content_id_does_not_depend_on_the_order_of_keys(record: dict[str, str]) -> None:
    assert ids.cid(record) == ids.cid(dict(reversed(record.items())))


@given(st.integers(0, 2**40), st.integers(0, 1023))
def test_a_tid_is_one_and_sorts_by_time(ms: int, clock: int) -> None:
    assert ids.is_tid(ids.tid(ms, clock))
    assert ids.tid(ms, clock) < ids.tid(ms + 1, 0)


def test_what_is_no_tid_is_not_taken_for_one() -> None:
    for text in ("", "self", "3lxyzabcdef2", "3lxyzabcdef2aa", "3LXYZABCDEF2A", "zlxyzabcdef2a", "1lxyzabcdef2a"):
        assert not ids.is_tid(text)


@given(st.sampled_from(Network), st.integers(1_600_000_000_000, 1_900_000_000_000))
def test_a_position_rises_with_its_instant(network: Network, ms: int) -> None:
    assert ids.position_at(network, ms) < ids.position_at(network, ms + 1) < 2**63


def test_an_account_has_the_same_id_in_every_world_and_another_on_every_network() -> None:
    found = {ids.account_id(network, "labfreemvmt") for network in Network}
    assert len(found) == 3
    assert found == {ids.account_id(network, "LabFreeMvmt") for network in Network}
    assert ids.account_id(Network.BLUESKY, "a").startswith("did:plc:")
    assert len(ids.account_id(Network.BLUESKY, "a")) == len("did:plc:") + 24
    assert ids.account_id(Network.X, "a").isdecimal()
    assert ids.account_id(Network.MASTODON, "a").isdecimal()


@given(st.text())
def test_a_short_link_is_always_23_characters(url: str) -> None:
    assert len(ids.short_link(url)) == 23
    assert ids.short_link(url) == ids.short_link(url)


def test_a_mastodon_address_names_the_server_of_its_author() -> None:
    assert ids.mastodon_uri("labfreemvmt", "1") == "https://social.example/users/labfreemvmt/statuses/1"
    assert ids.mastodon_uri("brook@meadow.example", "1") == "https://meadow.example/users/brook/statuses/1"
