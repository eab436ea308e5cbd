from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from amplifier.sandbox import notes, world
from amplifier.sandbox.nouns import Network, PretendDraft, PretendPost, Reason
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.world import World
from tests.waiting import HANG_S


def add(
    opened: World, text: str, handle: str = "labfreemvmt", network: Network = Network.X, **more: Any
) -> PretendPost:
    author = opened.people.account(network, handle)
    return opened.add(PretendDraft(author, text, **{"ours": True, **more}))


def test_posts_made_at_the_same_instant_have_their_own_places(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amplifier.sandbox.world.now_ms", lambda: 1_696_858_800_000)
    for network in Network:
        made = [add(world, str(n), network=network, rkey=str(n)) for n in range(3)]
        assert made[0].position < made[1].position < made[2].position
        assert len({post.remote_id for post in made}) == 3


def test_places_go_on_rising_when_the_clock_goes_back_and_after_a_restart(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("amplifier.sandbox.world.now_ms", lambda: 1_696_858_800_000)
    opened = World(tmp_path / "world.db")
    first = add(opened, "One")
    opened.close()
    monkeypatch.setattr("amplifier.sandbox.world.now_ms", lambda: 1_600_000_000_000)
    again = World(tmp_path / "world.db")
    assert add(again, "Two").position > first.position
    assert [post.text for post in again.by_author(first.author, PageBounds())] == ["Two", "One"]
    again.close()


def test_a_thread_knows_its_first_post(world: World) -> None:
    first = add(world, "One")
    second = add(world, "Two", in_reply_to=first.remote_id)
    third = add(world, "Three", in_reply_to=second.remote_id)
    assert third.root == second.root == first.root == first.remote_id
    assert world.replies(second) == [third]


def test_each_account_is_told_once_for_the_strongest_reason_and_never_of_itself(world: World) -> None:
    ours = add(world, "One")
    other = add(
        world, "Two", handle="brook", in_reply_to=ours.remote_id, quotes=ours.remote_id, mentions=("labfreemvmt",)
    )
    add(world, "Three", handle="labfreemvmt", in_reply_to=other.remote_id, mentions=("labfreemvmt",))
    add(world, "Four", handle="fern", in_reply_to=other.remote_id)
    told = world.notices(ours.author, PageBounds())
    assert [(notice.reason, notice.post.text) for notice in told] == [(Reason.REPLY, "Four"), (Reason.MENTION, "Two")]
    assert [notice.post.text for notice in world.notices(other.author, PageBounds())] == ["Four", "Three"]
    assert world.was_told(ours.author, other)
    assert not world.was_told(other.author, ours)


def test_what_comes_late_from_another_server_has_the_place_of_its_time_and_is_told_last(world: World) -> None:
    me = world.people.account(Network.MASTODON, "labfreemvmt")
    more: dict[str, Any] = {"network": Network.MASTODON, "handle": "brook@meadow.example", "mentions": ("labfreemvmt",)}
    now = add(world, "Now", **more)
    late = [add(world, f"Late {n}", behind_ms=3_600_000, **more) for n in range(3)]
    after = add(world, "After", **more)

    assert len({post.position for post in late}) == 3
    assert max(post.position for post in late) < now.position < after.position
    assert [notice.post.text for notice in world.notices(me, PageBounds())][:2] == ["After", "Late 2"]


def test_no_two_notices_of_an_account_share_an_instant_whatever_their_authors_clocks_say(world: World) -> None:
    me = world.people.account(Network.BLUESKY, "labfreemvmt.example")
    records = ('{"createdAt":"2023-10-09T12:00:00Z"}',) * 3 + ('{"createdAt":"soon"}', "[]", "")
    for number, record in enumerate(records):
        more: dict[str, Any] = {"handle": "brook.example", "network": Network.BLUESKY, "rkey": str(number)}
        add(world, str(number), record=record, mentions=("labfreemvmt.example",), **more)
    told = world.notices(me, PageBounds(), by="sort_ms")

    assert [notice.post.text for notice in told] == ["5", "4", "3", "2", "1", "0"]
    assert len({notice.sort_ms for notice in told}) == 6
    assert told[-1].sort_ms == told[-1].post.sort_ms == 1_696_852_800_000


def test_the_reach_is_the_oldest_of_the_last_so_many(world: World) -> None:
    me = world.people.account(Network.X, "labfreemvmt")
    made = [add(world, str(n), handle="brook", mentions=("labfreemvmt",)) for n in range(4)]
    assert world.reach(me, 3) == made[1].position
    assert world.reach(me, 5) == 0


def test_a_key_stands_for_its_post_for_an_hour(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    post = world.add(PretendDraft(world.people.account(Network.MASTODON, "a"), "One", ours=True), "key")
    assert world.by_key(post.author, "key") == post.remote_id
    assert world.by_key(world.people.account(Network.MASTODON, "b"), "key") is None
    monkeypatch.setattr("amplifier.sandbox.world.now_ms", lambda: notes.now_ms() + 3_599_000)
    assert world.by_key(post.author, "key") == post.remote_id
    monkeypatch.setattr("amplifier.sandbox.world.now_ms", lambda: notes.now_ms() + 3_601_000)
    assert world.by_key(post.author, "key") is None


def test_saying_the_same_is_known_since_a_position(world: World) -> None:
    post = add(world, "Same")
    assert world.has_said(post.author, "Same", post.position, post.position + 1)
    assert not world.has_said(post.author, "Same", post.position + 1, post.position + 2)
    assert not world.has_said(post.author, "Same", 0, post.position)
    assert not world.has_said(post.author, "Other", 0, post.position + 1)


def test_a_rewritten_post_keeps_its_place_and_changes_its_tags(world: World) -> None:
    post = add(world, "One #a", network=Network.BLUESKY, tags=("a",), rkey="r", cid="c")
    world.rewrite(post, PretendDraft(post.author, "Two #b", ours=True, tags=("b",), cid="d"))
    found = world.post(Network.BLUESKY, post.remote_id)
    assert found is not None
    assert (found.text, found.cid, found.position, found.tags) == ("Two #b", "d", post.position, ("b",))
    assert world.tagged(Network.BLUESKY, "a", PageBounds()) == []
    assert world.tagged(Network.BLUESKY, "b", PageBounds()) == [found]


def test_a_failed_change_leaves_nothing_behind(world: World) -> None:
    add(world, "One", network=Network.BLUESKY, tags=("a",), rkey="same")
    with pytest.raises(sqlite3.IntegrityError):
        add(world, "Two", network=Network.BLUESKY, tags=("a",), rkey="same")
    with pytest.raises(sqlite3.IntegrityError):
        add(world, "Half", tags=("twice", "twice"))
    assert world.counts()["ours"] == 1
    assert len(world.tagged(Network.BLUESKY, "a", PageBounds())) == 1
    add(world, "Three", network=Network.BLUESKY, rkey="other")


def test_many_threads_lose_nothing(world: World) -> None:
    threads = [threading.Thread(target=lambda n=n: [add(world, f"{n} {m}") for m in range(25)]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.counts()["ours"] == 200
    assert len({post.text for post in world.all_posts()}) == 200


def test_whoever_waits_is_woken_by_a_change(world: World) -> None:
    woken = threading.Event()

    def wait() -> None:
        with world.changed:
            if world.changed.wait(HANG_S):
                woken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not woken.is_set() and waiting.is_alive():
        world.touch()
    assert woken.is_set()


def test_a_key_lives_as_long_as_documented() -> None:
    assert world.KEY_LIFE_MS == 3600 * 1000


@pytest.mark.parametrize("network", list(Network))
def test_a_deleted_post_is_shown_nowhere_and_kept(world: World, network: Network) -> None:
    brook = world.people.account(network, "brook")
    post = add(world, "Gone #a", network=network, tags=("a",), rkey="r", mentions=("brook",))
    assert len(world.notices(brook, PageBounds())) == 1
    world.delete_post(network, post.remote_id)

    assert world.post(network, post.remote_id) is None
    assert world.by_author(post.author, PageBounds()) == world.posts(network, PageBounds()) == []
    assert world.tagged(network, "a", PageBounds()) == world.notices(brook, PageBounds()) == []
    assert world.counts()["ours"] == 0
    (kept,) = world.all_posts()
    assert (kept.remote_id, kept.text, kept.deleted) == (post.remote_id, "Gone #a", True)
    with pytest.raises(ValueError, match="there is no post"):
        world.delete_post(network, post.remote_id)


def test_words_that_were_deleted_are_still_known_as_said(world: World) -> None:
    post = add(world, "Same")
    world.delete_post(Network.X, post.remote_id)
    assert world.has_said(post.author, "Same", post.position, post.position + 1)


def test_a_deleted_record_s_address_may_be_written_to_again(world: World) -> None:
    first = add(world, "One", network=Network.BLUESKY, rkey="r")
    world.delete_post(Network.BLUESKY, first.remote_id)
    again = add(world, "Two", network=Network.BLUESKY, rkey="r")
    assert world.post(Network.BLUESKY, first.remote_id) == again
    assert [post.deleted for post in world.all_posts()] == [True, False]


@pytest.mark.parametrize("network", list(Network))
def test_an_edited_post_keeps_what_it_said_before(world: World, network: Network) -> None:
    record = '{"text":"One #a","createdAt":"2026-11-22T12:00:00.000Z"}' if network is Network.BLUESKY else ""
    post = add(world, "One #a", network=network, tags=("a",), rkey="r", record=record, cid="c" if record else "")
    for text in ("Two #b", "Three #b"):
        world.edit_post(network, post.remote_id, text)

    found = world.post(network, post.remote_id)
    assert found is not None
    assert [version.text for version in found.versions] == ["One #a", "Two #b", "Three #b"]
    assert (found.position, found.at_ms, found.tags) == (post.position, post.at_ms, ("b",))
    assert found.edited_ms >= found.at_ms
    assert world.tagged(network, "a", PageBounds()) == []
    assert world.tagged(network, "b", PageBounds()) == [found]
    assert ("Three" in found.record) == (network is Network.BLUESKY)
    assert found.cid != "c"


def test_a_repeated_key_still_names_a_post_that_was_deleted(world: World) -> None:
    post = world.add(PretendDraft(world.people.account(Network.MASTODON, "a"), "One", ours=True), "key")
    world.delete_post(Network.MASTODON, post.remote_id)
    assert world.by_key(post.author, "key") == post.remote_id
