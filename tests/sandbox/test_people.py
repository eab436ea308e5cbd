from __future__ import annotations

from amplifier.sandbox.nouns import Network, PretendDraft
from amplifier.sandbox.world import World


def test_an_account_is_made_once_and_found_by_handle_and_id(world: World) -> None:
    assert world.people.known(Network.X, "brook.example") is None
    made = world.people.account(Network.X, "brook.example", "Brook")
    assert world.people.account(Network.X, "brook.example", "Other") == made
    assert world.people.known(Network.X, "brook.example") == made
    assert world.people.by_id(Network.X, made.remote_id) == made
    assert world.people.by_id(Network.MASTODON, made.remote_id) is None
    assert made.name == "Brook"


def test_publishers_are_those_who_posted_through_the_api(world: World) -> None:
    ours = world.people.account(Network.X, "labfreemvmt")
    theirs = world.people.account(Network.X, "brook.example")
    world.add(PretendDraft(ours, "Hello", ours=True))
    world.add(PretendDraft(theirs, "Hello", ours=False))
    assert world.people.publishers() == [ours]
