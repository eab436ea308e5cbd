from __future__ import annotations

from amplifier.sandbox.nouns import Network, PretendDraft
from amplifier.sandbox.window import PageBounds
from amplifier.sandbox.world import World


def test_a_window_takes_from_either_end(world: World) -> None:
    author = world.people.account(Network.X, "labfreemvmt")
    made = [world.add(PretendDraft(author, str(number), ours=True)) for number in range(5)]

    def texts(window: PageBounds) -> str:
        return "".join(post.text for post in world.posts(Network.X, window))

    assert texts(PageBounds()) == "43210"
    assert texts(PageBounds(after=made[1].position, limit=2)) == "43"
    assert texts(PageBounds(after=made[1].position, limit=2, oldest_first=True)) == "23"
    assert texts(PageBounds(before=made[2].position)) == "10"
    assert texts(PageBounds().until(made[2].position).from_(made[1].position)) == "1"
    assert texts(PageBounds(before=made[2].position).until(made[4].position)) == "10"
    assert texts(PageBounds(after=made[2].position).from_(made[1].position)) == "43"
    assert texts(PageBounds(limit=1).sized(-1)) == "43210"
