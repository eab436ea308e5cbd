from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from amplifier.sandbox.nouns import Network, PretendDraft
from amplifier.sandbox.world import World
from amplifier.sandbox.x import shapes

NOTHING = shapes.RequestedFields(frozenset(), frozenset(), frozenset())


@given(st.lists(st.sampled_from(["a & b", "<3", "https://example.org/x?a=1&b=2", "#Lab23", "@brook", "ß✊🏽", "\n"])))
def test_entities_point_at_what_they_name(parts: list[str]) -> None:
    text, entities = shapes.wrapped(" ".join(parts))
    for url in entities.get("urls", []):
        assert text[url["start"] : url["end"]] == url["url"]
        assert url["expanded_url"] == "https://example.org/x?a=1&b=2"
    for tag in entities.get("hashtags", []):
        assert text[tag["start"] : tag["end"]] == f"#{tag['tag']}"
    for mention in entities.get("mentions", []):
        assert text[mention["start"] : mention["end"]] == f"@{mention['username']}"
    assert "<" not in text


def test_a_long_link_is_shown_short() -> None:
    _, entities = shapes.wrapped("https://www.example.org/" + "a" * 40)
    assert entities["urls"][0]["display_url"] == "example.org/" + "a" * 14 + "…"


def test_what_does_not_apply_is_left_out_even_if_asked_for(world: World) -> None:
    post = world.add(PretendDraft(world.people.account(Network.X, "a"), "Plain", ours=True))
    everything = frozenset({"entities", "in_reply_to_user_id", "referenced_tweets", "author_id", "possibly_sensitive"})
    shaped = shapes.post(post, shapes.RequestedFields(everything, frozenset(), frozenset()), world)
    assert set(shaped) == {"id", "text", "edit_history_tweet_ids", "author_id", "possibly_sensitive"}


def test_names_nobody_has_are_no_mentions(world: World) -> None:
    author = world.people.account(Network.X, "a")
    post = world.add(PretendDraft(author, "@a and @nobody", ours=True, mentions=("a", "nobody")))
    wanted = shapes.RequestedFields(frozenset({"entities"}), frozenset(), frozenset({"entities.mentions.username"}))
    mentions = shapes.post(post, wanted, world)["entities"]["mentions"]
    assert mentions == [{"start": 0, "end": 2, "username": "a", "id": author.remote_id}]
    assert shapes.includes([post], wanted, world) == {"users": [shapes.user(author, frozenset())]}


def test_expansions_bring_posts_and_people_once(world: World) -> None:
    author = world.people.account(Network.X, "a")
    first = world.add(PretendDraft(author, "One", ours=True))
    answers = [world.add(PretendDraft(author, str(n), ours=True, in_reply_to=first.remote_id)) for n in range(2)]
    wanted = shapes.RequestedFields(
        frozenset(), frozenset({"created_at"}), frozenset({"author_id", "referenced_tweets.id"})
    )
    included: dict[str, Any] = shapes.includes(answers, wanted, world)
    assert [user["username"] for user in included["users"]] == ["a"]
    assert "created_at" in included["users"][0]
    assert [post["id"] for post in included["tweets"]] == [first.remote_id]
    assert shapes.includes(answers, NOTHING, world) == {}
