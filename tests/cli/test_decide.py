"""`decide`: the list says all that it takes, and what a person decides is carried out and said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.cli import decide as decide_module
from amplifier.cli.show.output import wall_clock
from amplifier.clock import utc_now
from amplifier.platforms.port import RemotePost
from amplifier.store.holding import stops
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.store.operate.notes import mark_twice
from tests.cli.conftest import Shell

LINK = "http://127.0.0.1:8900/@labfreemvmt/42"


@pytest.fixture
def rows(shell: Shell) -> dict[str, int]:
    """The deliveries of the first post: one may be out, one is held, one was missed."""
    assert shell
    made = {}
    for account, state in (("mastodon", State.UNSURE), ("x", State.HELD), ("bluesky", State.MISSED)):
        row = DeliveryRow.objects.get(post__slot="hello", account__label=account)
        row.state, row.run_at = state, utc_now() + timedelta(minutes=9, seconds=30)
        row.first_sent_at = utc_now() if state is State.UNSURE else None
        row.reason = HoldReason.REJECTED if state is State.HELD else ""
        row.detail = "X does not accept this post." if state is State.HELD else ""
        row.save()
        made[account] = int(row.pk)
    return made


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[RemotePost | None]]:
    answers: list[RemotePost | None] = []

    class Reader:
        def read(self, _remote_id: str, _text: str) -> RemotePost | None:
            return answers.pop(0)

    monkeypatch.setattr(decide_module, "reach", lambda *_: Reader())
    yield answers
    assert answers == []


def _state(number: int) -> str:
    return str(DeliveryRow.objects.get(id=number).state)


def test_with_nothing_open_it_says_so(shell: Shell) -> None:
    said = shell("decide")
    assert (said.code, said.out[:27]) == (0, "Nothing waits for you: ever")


def test_the_list_says_what_happened_what_to_look_for_and_what_to_paste(shell: Shell, rows: dict[str, int]) -> None:
    said = shell("decide")
    assert said.code == 1
    told = " ".join(said.out.split())
    for words in (
        f"? unsure {rows['mastodon']} Sun 24 Sep 10:00 mastodon hello/once",
        "No clear answer came, so it may be out. Tried ",
        "Look on the profile of @labfreemvmt@social.example on Mastodon for a post with exactly these words.",
        "Next look in 10 min.",
        f"amplifier decide {rows['mastodon']} --again send it, after one more look",
        f"‖ held {rows['x']}",
        "X does not accept this post.",
        f"amplifier decide {rows['x']} --again send it amplifier",
        "amplifier edit hello/once 'other words' --on x",
        f"✕ missed {rows['bluesky']}",
    ):
        assert words in told
    listed = shell.ask("decide", "hello/once", "--on", "mastodon")["questions"]
    assert [(one["id"], one["may"]) for one in listed] == [(rows["mastodon"], ["there", "again", "leave"])]


def test_a_link_settles_one_delivery(shell: Shell, rows: dict[str, int], shows: list[RemotePost | None]) -> None:
    shows.append(RemotePost(says_the_same=True, text="", boosts=0, replies=0, url="", is_ours=True))
    said = shell("decide", "hello/once", "--on", "mastodon", "--there", LINK)
    assert said.code == 0
    assert f"✓ mastodon hello/once (Sun 24 Sep 10:00): Sent: {LINK} The network shows it." in said.out
    assert _state(rows["mastodon"]) == State.SENT


def test_a_link_that_proves_nothing_is_refused(
    shell: Shell, rows: dict[str, int], shows: list[RemotePost | None]
) -> None:
    shows += [None, None]
    number = str(rows["mastodon"])
    assert "shows no post at this link" in shell.refused("decide", number, "--there", LINK)
    assert "This is no link to a post" in shell.refused("decide", number, "--there", "https://evil.example/1")
    assert "several accounts" in shell.refused("decide", "hello/once", "--there", LINK)
    assert _state(rows["mastodon"]) == State.UNSURE


def test_sending_again_and_leaving_out_are_asked_about_first(shell: Shell, rows: dict[str, int]) -> None:
    assert shell("decide", "hello/once", "--again").code == 1
    assert shell("decide", "hello/once", "--leave").code == 1
    assert [_state(number) for number in rows.values()] == [State.UNSURE, State.HELD, State.MISSED]
    assert "add --yes" in shell("decide", "hello/once", "--leave", "--json").out


def test_sending_again_looks_where_it_was_tried(shell: Shell, rows: dict[str, int]) -> None:
    stops.stop(reason="Panic.", actor="test", now=utc_now())
    said = shell("decide", "hello/once", "--again", "--yes").out.replace(" (Sun 24 Sep 10:00)", "")
    assert "✓ mastodon hello/once: Amplifier looks once more, and sends it if it is not there." in said
    assert "✓ x hello/once: It goes out now. Sending is stopped, so it waits until somebody resumes." in said
    assert [_state(number) for number in rows.values()] == [State.UNSURE, State.QUEUED, State.QUEUED]


def test_what_says_nearly_the_same_by_now_is_shown_before_something_is_sent_again(
    shell: Shell, rows: dict[str, int]
) -> None:
    text = DeliveryRow.objects.get(id=rows["bluesky"]).text
    assert shell("send", text, "--to", "bluesky", "--again", "--yes", "--wait", "0").err == ""
    said = shell("decide", str(rows["bluesky"]), "--again")
    assert said.code == 1
    assert "say the same on bluesky within 24 hours" in " ".join(said.out.split())
    assert _state(rows["bluesky"]) == State.MISSED
    told = json.loads(shell("decide", str(rows["bluesky"]), "--again", "--yes", "--json").out)
    assert [one["rule"] for one in told["warnings"]] == ["near_copy"]
    assert _state(rows["bluesky"]) == State.QUEUED


def test_sending_again_by_hand_says_that_somebody_is_asked(shell: Shell, rows: dict[str, int]) -> None:
    PostRow.objects.filter(deliveries=rows["x"]).update(hand_off=True)
    said = shell("decide", str(rows["x"]), "--again", "--yes").out
    assert "✓ x hello/once (Sun 24 Sep 10:00): Somebody is asked to post it by hand." in said


def test_what_is_left_is_listed_no_more(shell: Shell, rows: dict[str, int]) -> None:
    told = shell.ask("decide", "hello/once", "--leave", "--yes", "--reason", "Over.")
    assert {one["id"] for one in told["decided"]} == set(rows.values())
    assert shell("decide").code == 0
    assert DeliveryRow.objects.get(id=rows["x"]).detail == "Over."


def test_what_may_be_out_twice_is_listed_until_it_is_seen(shell: Shell, rows: dict[str, int]) -> None:
    number = str(rows["x"])
    DeliveryRow.objects.filter(id=number).update(state=State.SENT, remote_id="1", url="https://x.com/labfreemvmt/1")
    mark_twice(int(number), "https://x.com/us/2", now=utc_now())
    said = shell("decide", number)
    assert said.code == 1
    assert "https://x.com/labfreemvmt/1\n  https://x.com/us/2\n" in said.out
    assert shell("decide", number, "--seen").code == 0
    assert "perhaps twice" not in shell("decide").out


def test_the_slot_alone_is_enough_where_only_one_post_of_it_waits(shell: Shell, rows: dict[str, int]) -> None:
    assert {one["id"] for one in shell.ask("decide", "hello")["questions"]} == set(rows.values())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope",), "Nothing of “nope” is in doubt, held or missed."),
        (("hello/once", "--on", "moon"), "It does not wait on “moon”, but on bluesky, mastodon, x."),
        (("--leave", "--yes"), "Say what it is about"),
        (("999999", "--leave", "--yes"), "Nothing of “999999” is in doubt, held or missed."),
    ],
)
def test_what_is_not_there_is_refused_in_words(
    shell: Shell, rows: dict[str, int], words: tuple[str, ...], said: str
) -> None:
    assert rows
    assert said in shell.refused("decide", *words)


def test_all_that_was_missed_is_noted_at_once_and_what_is_in_doubt_stays(shell: Shell, rows: dict[str, int]) -> None:
    DeliveryRow.objects.filter(id=rows["x"]).update(state=State.MISSED)
    said = shell("decide", "--seen")
    assert (said.code, said.out.strip()) == (0, "✓ Noted: 1 post was missed.")
    assert [one["id"] for one in shell.ask("decide")["questions"]] == [rows["mastodon"]]
    again = shell("decide", "--seen")
    assert (again.code, again.out.strip()) == (1, "Nothing was missed that nobody has taken note of.")
    assert _state(rows["x"]) == State.MISSED


def test_one_missed_post_is_noted_by_its_name(shell: Shell, rows: dict[str, int]) -> None:
    said = shell("decide", "hello/once", "--on", "bluesky", "--seen")
    assert (said.code, "Noted. It is not shown any more." in said.out) == (0, True)
    refused = shell("decide", str(rows["x"]), "--seen")
    assert refused.code == 2
    assert "is not among those that were missed or may be out twice" in refused.err


def test_what_may_be_out_since_a_backup_is_not_said_to_have_been_tried(shell: Shell, rows: dict[str, int]) -> None:
    backup = utc_now() - timedelta(hours=2)
    held = DeliveryRow.objects.filter(id=rows["x"])
    held.update(reason=HoldReason.UNTRUE, detail="Your words say “14:40”, the plan says 15:20.", unseen_since=backup)
    told = " ".join(shell("decide", "hello/once", "--on", "x").out.split())
    assert (
        f"the plan says 15:20. It may have gone out since the backup of {wall_clock(backup, 'Europe/London')}." in told
    )
    assert "Tried" not in told
    assert "the plan says 15:20. It may have gone out since the backup." in " ".join(shell("status").out.split())
    assert "It waits for other words" not in told
    assert "for this post, also in other words." in told
    (listed,) = shell.ask("decide", "hello/once", "--on", "x")["questions"]
    assert (listed["tried_at"], listed["unseen_since"]) == (None, str(backup))
