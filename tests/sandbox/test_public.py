from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from amplifier.sandbox.nouns import Network, PretendDraft
from amplifier.sandbox.public import (
    ANSWERS,
    PEOPLE,
    REMARKS,
    TAGGED,
    PretendPublic,
    Rate,
    chance,
    handle_of,
    next_saying,
)
from amplifier.sandbox.server import Sandbox
from amplifier.sandbox.world import World
from tests.waiting import HANG_S, until


def publish(world: World, network: Network, handle: str, text: str) -> None:
    rkey = "3lxyzabcdef2a" if network is Network.BLUESKY else ""
    world.add(PretendDraft(world.people.account(network, handle), text, ours=True, rkey=rkey))


def test_nobody_speaks_to_nobody(world: World) -> None:
    assert next_saying(chance(1), world) is None


def test_nobody_answers_what_our_accounts_did_not_post_through_the_api(world: World) -> None:
    publish(world, Network.X, "labfreemvmt", "Hello")
    for number in range(5):
        world.add(PretendDraft(world.people.account(Network.X, "labfreemvmt"), f"By hand {number}", ours=False))
    assert next_saying(chance(1), world) is None


def test_the_same_seed_says_the_same(world: World) -> None:
    publish(world, Network.X, "labfreemvmt", "Hello #Lab23")
    first, second = ([next_saying(drawn, world) for _ in range(20)] for drawn in (chance(7), chance(7)))
    assert first == second
    assert first != [next_saying(chance(8), world) for _ in range(20)]


def test_the_public_answers_names_and_tags_in_every_network(world: World) -> None:
    handles = {Network.X: "labfreemvmt", Network.BLUESKY: "labfreemvmt.example", Network.MASTODON: "labfreemvmt"}
    for network, handle in handles.items():
        publish(world, network, handle, "Hello #Lab23")
    drawn = chance(3)
    said = [found for _ in range(200) if (found := next_saying(drawn, world))]
    names = {Network.X: "@labfreemvmt", Network.BLUESKY: "@labfreemvmt.example"}
    names[Network.MASTODON] = "@labfreemvmt@social.example"
    for network, name in names.items():
        ours = [saying for saying in said if saying.network is network]
        answers = [saying for saying in ours if saying.in_reply_to]
        assert len(answers) > len(ours) / 3
        assert any(name in saying.text and not saying.in_reply_to for saying in ours)
        assert any(name not in saying.text and "#Lab23" in saying.text for saying in ours)
        if network is not Network.BLUESKY:  # there a reply names nobody in its text
            assert all(saying.text.startswith(name + " ") for saying in answers)


def test_everybody_is_pretend_and_polite() -> None:
    assert all(handle_of(network, person).endswith(".example") for network in Network for person in PEOPLE)
    assert not [text for text in (*ANSWERS, *REMARKS, *TAGGED) if "!" in text or len(text) > 80]


def test_the_public_stops_when_it_has_said_enough(sandbox: Sandbox, door: Any, mastodon: Any) -> None:
    mastodon.status_post("Hello #Lab23")
    door.post("public", per_minute=6000, stop_at=12, seed=1)
    until(lambda: door.get("public")["spoken"] >= 12)
    time.sleep(0.2)
    assert door.get("world")["counts"]["others"] == 12
    assert door.get("public")["spoken"] == 12
    assert sandbox.public.as_json()["per_minute"] == 6000


def test_the_public_falls_silent_at_rate_nothing_and_begins_anew(door: Any, mastodon: Any) -> None:
    mastodon.status_post("Hello #Lab23")
    door.post("public", per_minute=6000)
    until(lambda: door.get("public")["spoken"])
    door.post("public", per_minute=0)
    spoken = door.get("public")["spoken"]
    time.sleep(0.15)
    assert door.get("public")["spoken"] == spoken
    assert door.post("public", per_minute=1, seed=4)["spoken"] == 0


def test_silence_waits_for_the_end_of_a_sentence_and_nothing_follows_it(world: World, monkeypatch: Any) -> None:
    publish(world, Network.X, "labfreemvmt", "Hello")
    public, at_it, go_on = PretendPublic(world), threading.Event(), threading.Event()

    def slowly(*_args: object, **_more: object) -> None:
        at_it.set()
        go_on.wait(HANG_S)

    monkeypatch.setattr(public, "say", slowly)
    rate = Rate(per_minute=6000, seed=2)
    public.speak(rate)
    speaks = threading.Thread(target=public._speak_once, args=[rate])
    silences = threading.Thread(target=public.speak, args=[Rate(seed=2)])
    speaks.start()
    assert at_it.wait(HANG_S)
    silences.start()
    silences.join(0.1)
    assert silences.is_alive()
    go_on.set()
    speaks.join(HANG_S)
    silences.join(HANG_S)
    assert public.as_json()["spoken"] == 1
    public._speak_once(rate)
    assert public.as_json()["spoken"] == 1


def test_the_public_keeps_count_over_a_restart(world: World) -> None:
    publish(world, Network.X, "labfreemvmt", "Hello")
    public = PretendPublic(world)
    rate = Rate(per_minute=60, stop_at=9, seed=2)
    public.speak(rate)
    public._speak_once(rate)
    again = PretendPublic(world)
    assert again.as_json() == {"per_minute": 60, "stop_at": 9, "seed": 2, "spoken": 1}


def test_people_can_be_found_before_they_speak(bluesky: Any, door: Any) -> None:
    door.post("public", per_minute=0.001)
    assert bluesky.client.resolve_handle(f"{PEOPLE[0]}.example").did.startswith("did:plc:")


def test_somebody_says_something_word_for_word(door: Any) -> None:
    said = door.say("x", "Which room, @labfreemvmt? #Lab23 #Vote", handle="@Fern.example")
    assert (said["account"], said["ours"], said["tags"]) == ("fern.example", False, ["lab23", "vote"])
    assert said["mentions"] == ["labfreemvmt"]
    assert said["text"] == "Which room, @labfreemvmt? #Lab23 #Vote"


def test_a_reply_on_mastodon_addresses_whom_it_answers(door: Any, mastodon: Any) -> None:
    own = mastodon.status_post("Hello")
    said = door.say("mastodon", "Good", "brook@meadow.example", in_reply_to=own.id)
    assert (said["mentions"], said["in_reply_to"]) == (["labfreemvmt"], own.id)


@pytest.mark.parametrize(
    "wrong", [{"handle": "a b"}, {"handle": "@"}, {"text": ""}, {"in_reply_to": "12"}, {"network": "threads"}]
)
def test_what_cannot_be_said_is_refused(door: Any, wrong: dict[str, str]) -> None:
    body = {"network": "x", "handle": "brook.example", "text": "Hello"} | wrong
    answer = door.plain.post(f"{door.base}/_/say", json=body, headers=door._key, timeout=HANG_S)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("wrong", [{"per_minute": -1}, {"per_minute": 7000}, {"per_minute": 1, "stop_at": -1}])
def test_a_rate_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="per_minute"):
        Rate.of(wrong)
