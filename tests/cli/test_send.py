from __future__ import annotations

import pytest

from amplifier.campaign.delivery import State
from amplifier.clock import utc_now
from amplifier.store import heartbeats, journeys, stops
from amplifier.store.models import DeliveryRow, PostRow
from tests.cli.conftest import Shell


def test_before_the_first_start_the_next_step_is_said(unstarted: Shell) -> None:
    said = unstarted("send", "Good morning", "--to", "x", "--yes")
    assert said.code == 2
    assert said.err == "amplifier: The service has not been started here yet. Start it first: amplifier up\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("Hi", "--to", "y", "--yes"), "There is no account “y”. There is: bluesky, mastodon, x."),
        (("Hi", "--to", "mastodo", "--yes"), "Did you mean mastodon?"),
        (("Hi", "--to", "x", "--at", "tomorrow", "--yes"), "tomorrow"),
        (("long " * 80, "--to", "x", "--yes"), "X allows 280 characters"),
        (("Hi",), "The following arguments are required: --to."),
        (("--to", "x"), "The following arguments are required: text."),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    before = journeys.counts()
    assert sentence in shell.refused("send", *words)
    assert journeys.counts() == before


def test_what_is_too_long_is_told_with_what_to_do(shell: Shell) -> None:
    assert "Take out 119" in shell.refused("send", "long " * 80, "--to", "x", "--no-append", "--yes")
    said = shell.refused("send", "long " * 54, "--to", "x", "--yes")
    assert "#Lab23 @labfreemvmt was added to it, as to every post; to go without: --no-append" in said


def test_the_same_text_again_is_refused_until_somebody_insists(shell: Shell) -> None:
    words = ("send", "Good morning", "--to", "bluesky,mastodon")
    assert shell(*words, "--yes").code == 1
    assert "bluesky has this text already, from " in shell.refused(*words, "--yes")
    near = ("send", "GOOD mornings", "--to", "bluesky,mastodon", "--yes")
    assert "bluesky has nearly this text already, from " in shell.refused(*near)
    assert "add --again" in shell.refused(*near)
    again = shell(*near, "--again")
    assert again.code == 1
    assert "▲ this post and own/" in again.out
    assert "say nearly the same on mastodon within 24 hours: “GOOD mornings" in " ".join(again.out.split())
    assert len(shell.ask(*words, "--again", "--yes")["warnings"]) == 2
    assert journeys.counts()[State.QUEUED] == len([row for row in journeys.journeys() if row.state is State.QUEUED])


def test_nothing_is_said_or_changed_for_an_account_that_is_somebody_else_in_the_ledger(shell: Shell) -> None:
    sent = shell.ask("send", "Good morning", "--to", "mastodon", "--yes")["deliveries"][0]
    out = shell.ask("send", "Good evening", "--to", "mastodon", "--yes")["deliveries"][0]
    DeliveryRow.objects.filter(id=sent["id"]).update(state="held", reason="rejected")
    DeliveryRow.objects.filter(id=out["id"]).update(state="sent", remote_id="1", sent_at=utc_now())
    file = shell.home / "settings.yaml"
    file.write_text(file.read_text().replace("handle: labfreemvmt\n    api", "handle: north-wales\n    api"))
    coming = next(row for row in journeys.coming() if row.identity.account == "mastodon")
    name = f"{coming.identity.post.slot}/{coming.identity.post.occurrence}"
    (row,) = journeys.journeys_by_id([out["id"]])
    posted = f"{row.identity.post.slot}/{row.identity.post.occurrence}"
    before = journeys.counts()
    for words in (
        ("send", "Only for the north", "--to", "x,mastodon", "--yes"),
        ("edit", name, "Only for the north", "--on", "mastodon", "--yes"),
        ("withdraw", posted, "--yes"),
        ("correct", posted, "--text", "Good night", "--yes"),
    ):
        told = shell.refused(*words)
        assert "settings.yaml says that mastodon is @north-wales@social.example, and the service still knows" in told
        assert "as @labfreemvmt@social.example, so nothing was done." in told
        assert "start it again (amplifier up)" in told
    decided = shell("decide", str(sent["id"]), "--again", "--yes")
    assert (decided.code, "so nothing was done." in decided.err) == (2, True)
    assert journeys.counts() == before
    status = shell("status").out
    assert "Mastodon @labfreemvmt@social.example" in status
    assert "north-wales" not in status
    assert shell("send", "Hello north", "--to", "bluesky", "--yes").code == 1, "the others are who they were"


def test_x_takes_nothing_nearly_twice_whoever_insists(shell: Shell) -> None:
    assert shell("send", "Good morning", "--to", "x", "--yes").code == 1
    said = shell.refused("send", "Good morning!", "--to", "x,bluesky", "--again", "--yes")
    assert "x has this text already" in said
    assert "Say it in another way." in said
    assert "--again" not in said


def test_a_text_without_room_for_the_imprint_says_where_it_stands(shell: Shell) -> None:
    said = shell("send", "words " * 40, "--to", "x", "--no-append", "--yes").out
    assert "X allows 280 characters; with the imprint it would be 291. It stands one click" in said


def test_without_a_worker_it_says_so_and_does_not_wait(shell: Shell) -> None:
    said = shell("send", "Good morning", "--to", "x", "--yes")
    assert said.code == 1
    assert "◷ waiting  x" in said.out
    assert "No worker is running, so nothing goes out yet. Start one: amplifier up" in said.out
    assert shell.ask("send", "Good evening", "--to", "x", "--yes")["worker"] is False


def test_what_waits_for_its_time_is_no_failure_while_a_worker_lives(shell: Shell) -> None:
    heartbeats.beat("worker", now=utc_now())
    said = shell("send", "Good night", "--to", "all", "--at", "+10h", "--yes")
    assert said.code == 0
    assert said.out.count("◷ waiting") == 3
    assert "It waits for its time." in said.out


def test_a_receipt_that_does_not_come_is_waited_for_no_longer_than_asked(shell: Shell) -> None:
    heartbeats.beat("worker", now=utc_now())
    said = shell("send", "Good night", "--to", "x", "--wait", "0.3", "--yes")
    assert said.code == 1
    assert "◷ waiting  x" in said.out


def test_without_a_terminal_nobody_agrees(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    said = shell("send", "Hello", "--to", "x")
    assert said.code == 1
    assert said.err == "Nobody is there to ask. Add --yes to agree beforehand.\n"
    assert said.out.endswith("Nothing was sent.\n")
    assert "With --json nobody can be asked: add --yes." in shell("send", "Hello", "--to", "x", "--json").out


def test_every_word_of_a_person_appears_as_it_was_written(shell: Shell) -> None:
    text = "[bold]Room 3[/bold] [x] -1h"
    said = shell("send", text, "--to", "x", "--yes")
    assert text in said.out


def test_what_its_words_state_is_kept_so_that_a_change_is_noticed(shell: Shell) -> None:
    link = "https://freemovement.example/motion"
    assert shell("send", f"The debate starts 14:40: {link}", "--to", "mastodon", "--yes").code == 1
    (own,) = PostRow.objects.filter(slot="own")
    names = {name for name, _ in own.facts}
    assert {"milestone.debate", "link.motion", "imprint"} <= names
    assert "milestone.ballot_closes" not in names


def test_a_post_for_later_is_not_waited_for_and_the_command_that_it_names_takes_it_back(shell: Shell) -> None:
    heartbeats.beat("worker", now=utc_now())
    said = shell("send", "See you after lunch, at the side door", "--to", "x,mastodon", "--at", "+3h", "--yes")
    assert said.code == 0
    hint = next(line.split() for line in said.out.splitlines() if line.startswith("  amplifier skip own/"))
    taken = shell(*hint[1:], "--yes")
    assert taken.code == 0, taken
    assert "✓ Left out." in taken.out
    assert {row.state for row in journeys.journeys() if row.identity.post.slot == "own"} == {State.DROPPED}


def test_whoever_is_asked_to_agree_is_told_what_keeps_it_from_going_out(shell: Shell) -> None:
    said = " ".join(shell("send", "Good morning", "--to", "x,mastodon", "--yes").out.split())
    assert "This is to go out now" in said
    assert "Nobody sends: no worker is running. Start one: amplifier up" in said
    heartbeats.beat("worker", now=utc_now())
    stops.stop(scope="account:x", reason="A wrong name.", actor="test", now=utc_now())
    said = " ".join(shell("send", "Good evening", "--to", "x,mastodon", "--yes", "--wait", "0").out.split())
    assert "x: Sending on x is stopped. A wrong name. It is held until somebody resumes." in said
    assert "This goes out now" in " ".join(
        shell("send", "Good night", "--to", "mastodon", "--yes", "--wait", "0").out.split()
    )
