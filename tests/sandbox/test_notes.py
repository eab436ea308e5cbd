from __future__ import annotations

from pathlib import Path

from amplifier.sandbox.world import World


def test_what_is_kept_is_there_after_opening_again(tmp_path: Path) -> None:
    world = World(tmp_path / "world.db")
    assert world.notes.kept("plan") is None
    world.notes.keep("plan", {"a": [1, None, "ä"]})
    world.notes.keep("plan", {"a": 2})
    world.close()
    again = World(tmp_path / "world.db")
    assert again.notes.kept("plan") == {"a": 2}
    again.close()


def test_wishes_are_taken_once_in_order(world: World) -> None:
    world.notes.wish("debate_slips")
    world.notes.wish("pull_the_plug")
    assert [(wish.number, wish.name) for wish in world.notes.take_wishes()] == [
        (1, "debate_slips"),
        (2, "pull_the_plug"),
    ]
    assert world.notes.take_wishes() == []


def test_keeping_and_wishing_is_a_change(world: World) -> None:
    version = world.version
    world.notes.keep("a", 1)
    world.notes.wish("debate_slips")
    assert world.version == version + 2
