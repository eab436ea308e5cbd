from __future__ import annotations

import json
from typing import Any

import pytest

from amplifier.sandbox.faults import Faults
from amplifier.sandbox.nouns import Network, PretendDraft, PretendPost
from amplifier.sandbox.state import DEPTH, SHOWN, WallState, full_handle
from amplifier.sandbox.world import World


def add(world: World, handle: str, text: str, *, ours: bool = True, **more: Any) -> PretendPost:
    return world.add(PretendDraft(world.people.account(Network.X, handle), text, ours=ours, **more))


def state(world: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(WallState(world, Faults(world.notes)).as_json())
    return found


def test_an_empty_world_has_the_whole_shape(world: World) -> None:
    found = state(world)
    assert set(found) == {"now", "strip", "networks", "coming", "unsure", "said", "campaign", "buttons", "slips"}
    assert found["strip"] == {
        "next": None,
        "sent": 0,
        "twice": 0,
        "lost": 0,
        "unsure": 0,
        "held": 0,
        "missed": 0,
        "stopped": None,
        "told": False,
    }
    assert [(n["id"], n["title"], n["count"]) for n in found["networks"]] == [
        ("x", "X", 0),
        ("bluesky", "Bluesky", 0),
        ("mastodon", "Mastodon", 0),
    ]
    assert found["buttons"] == {"slip": "Debate slips 40 minutes"}
    assert found["slips"] == ""


def test_the_service_says_which_milestone_the_button_moves(world: World) -> None:
    world.notes.keep("plan", {"slip": {"milestone": "vote", "label": "Vote slips 40 minutes"}})
    assert state(world)["buttons"] == {"slip": "Vote slips 40 minutes"}
    assert state(world)["slips"] == "vote"


def test_replies_stand_beneath_what_they_answer(world: World) -> None:
    first = add(world, "labfreemvmt", "Hello #Lab23")
    add(world, "labfreemvmt", "Newer")
    answer = add(world, "fern.example", "Where?", ours=False, in_reply_to=first.remote_id)
    add(world, "labfreemvmt", "Here", in_reply_to=answer.remote_id)
    posts = state(world)["networks"][0]["posts"]
    assert [post["text"] for post in posts] == ["Newer", "Hello #Lab23"]
    assert posts[1]["replies"][0]["text"] == "Where?"
    assert posts[1]["replies"][0]["replies"][0]["text"] == "Here"
    assert posts[1]["spans"] == [{"kind": "tag", "start": 6, "end": 12}]
    assert posts[1]["url"] == f"/labfreemvmt/status/{first.remote_id}"
    assert posts[1]["name"] == "Labour Campaign for Free Movement"


def test_a_long_quarrel_is_shown_so_far_and_no_deeper(world: World) -> None:
    parent = add(world, "labfreemvmt", "Hello")
    for number in range(DEPTH + 3):
        parent = add(world, "fern.example", str(number), ours=False, in_reply_to=parent.remote_id)
    found = state(world)["networks"][0]["posts"][0]
    depth = 0
    while found["replies"]:
        found, depth = found["replies"][0], depth + 1
    assert depth == DEPTH


def test_a_column_holds_the_newest_and_counts_all_of_ours(world: World) -> None:
    for number in range(SHOWN + 2):
        add(world, "labfreemvmt", f"Number {number}")
    add(world, "fern.example", "Hello", ours=False)
    column = state(world)["networks"][0]
    assert (column["count"], len(column["posts"])) == (SHOWN + 2, SHOWN)
    assert [post["ours"] for post in column["posts"][:2]] == [False, True]


def test_twice_counts_copies_beyond_the_first_of_the_same_account(world: World) -> None:
    for handle, text in (("a", "Same"), ("a", "Same"), ("a", "Same"), ("b", "Same"), ("a", "Other")):
        add(world, handle, text)
    add(world, "c", "Same", ours=False)
    add(world, "c", "Same", ours=False)
    assert (state(world)["strip"]["sent"], state(world)["strip"]["twice"]) == (5, 2)


def test_what_is_deleted_leaves_the_wall_and_what_is_edited_says_so(world: World) -> None:
    gone, stays = add(world, "a", "Gone"), add(world, "a", "Wrogn")
    world.delete_post(Network.X, gone.remote_id)
    world.edit_post(Network.X, stays.remote_id, "Right")
    (post,) = state(world)["networks"][0]["posts"]
    assert (post["text"], post["edited"], state(world)["strip"]["sent"]) == ("Right", True, 1)


def test_the_plan_is_shown_as_it_was_told(world: World) -> None:
    coming = [{"id": "1", "network": "x", "text": "Vote", "at": "2023-10-09T13:40:00Z", "when": "Mon", "hangs_on": ""}]
    campaign = {"name": "lab23", "tag": "#Lab23", "zone": "Europe/London"}
    world.notes.keep("plan", {"coming": coming, "campaign": campaign, "lost": ["one"], "next": None, "odd": 1})
    found = state(world)
    assert (found["coming"], found["campaign"], found["strip"]["lost"]) == (coming, campaign, 1)
    world.notes.keep("plan", {"coming": "odd", "stopped": "odd"})
    assert (state(world)["coming"], state(world)["strip"]["stopped"]) == ([], None)
    world.notes.keep("plan", {"stopped": {"all": 1, "why": "Sending is stopped.", "odd": 1}})
    assert state(world)["strip"]["stopped"] == {"all": True, "why": "Sending is stopped."}


def test_the_state_is_made_anew_only_after_a_change(world: World) -> None:
    kept = WallState(world, Faults(world.notes))
    first = json.loads(kept.as_json())
    built: list[int] = []
    original = kept._build
    kept._build = lambda: built.append(1) or original()  # type: ignore[method-assign, func-returns-value]
    second = json.loads(kept.as_json())
    assert built == []
    assert {**second, "now": ""} == {**first, "now": ""}
    add(world, "labfreemvmt", "Hello")
    assert json.loads(kept.as_json())["strip"]["sent"] == 1
    assert built == [1]


def test_a_handle_on_mastodon_is_shown_whole(world: World) -> None:
    own = world.people.account(Network.MASTODON, "labfreemvmt")
    other = world.people.account(Network.MASTODON, "brook@meadow.example")
    assert (full_handle(own), full_handle(other)) == ("labfreemvmt@social.example", "brook@meadow.example")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (["mastodon", "bluesky"], ["bluesky", "mastodon"]),
        (["x"], ["x"]),
        (None, ["x", "bluesky", "mastodon"]),
        ("odd", ["x", "bluesky", "mastodon"]),
        (["odd"], ["x", "bluesky", "mastodon"]),
    ],
)
def test_only_the_networks_of_the_campaign_are_shown(world: World, told: object, shown: list[str]) -> None:
    world.notes.keep("plan", {"campaign": {"name": "trees", "networks": told}})
    assert [one["id"] for one in state(world)["networks"]] == shown
