from __future__ import annotations

from datetime import timedelta

import pytest

from amplifier.campaign.delivery import State
from amplifier.clock import utc_now
from amplifier.schedule.program import post_name
from amplifier.store import delivery_views, heartbeats
from amplifier.store.holding import stops
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
    before = delivery_views.counts()
    assert sentence in shell.refused("send", *words)
    assert delivery_views.counts() == before


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
    assert delivery_views.counts()[State.QUEUED] == len(
        [row for row in delivery_views.views() if row.state is State.QUEUED]
    )


def test_nothing_is_said_or_changed_for_an_account_that_is_somebody_else_in_the_ledger(shell: Shell) -> None:
    sent = shell.ask("send", "Good morning", "--to", "mastodon", "--yes")["deliveries"][0]
    out = shell.ask("send", "Good evening", "--to", "mastodon", "--yes")["deliveries"][0]
    DeliveryRow.objects.filter(id=sent["id"]).update(state="held", reason="rejected")
    DeliveryRow.objects.filter(id=out["id"]).update(state="sent", remote_id="1", sent_at=utc_now())
    file = shell.home / "settings.yaml"
    file.write_text(file.read_text().replace("handle: labfreemvmt\n    api", "handle: north-wales\n    api"))
    coming = next(row for row in delivery_views.coming() if row.identity.account == "mastodon")
    name = f"{coming.identity.post.slot}/{coming.identity.post.occurrence}"
    (row,) = delivery_views.views_by_id([out["id"]])
    posted = f"{row.identity.post.slot}/{row.identity.post.occurrence}"
    before = delivery_views.counts()
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
    assert delivery_views.counts() == before
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
    assert {row.state for row in delivery_views.views() if row.identity.post.slot == "own"} == {State.DROPPED}


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


def _far_ahead(slot: str) -> None:
    """The ledger has no row of it, as of every post further ahead than it looks."""
    DeliveryRow.objects.filter(post__slot=slot).delete()
    PostRow.objects.filter(slot=slot).delete()


def _planned(slot: str, account: str) -> str:
    return next(
        row.text for row in delivery_views.views() if (row.identity.post.slot, row.identity.account) == (slot, account)
    ).split("\n")[0]


BEFORE_ONWARD = ("--at", "2023-10-11 15:00", "--no-append")


def test_what_people_decided_a_moment_ago_is_not_said_once_more_beside_it(shell: Shell) -> None:
    assert shell("edit", "onward", "Soup for everybody in the hall", "--on", "x,mastodon", "--yes").code == 0
    said = shell.refused("send", "Soup for everybody in the halls", "--to", "x", *BEFORE_ONWARD, "--yes")
    assert "x is to say nearly this text on Wed 11 Oct 16:00, in onward/once. X takes no copies" in said
    said = shell.refused("send", "Soup for everybody in the halls", "--to", "mastodon", *BEFORE_ONWARD, "--yes")
    assert "mastodon is to say nearly this text on Wed 11 Oct 16:00, in onward/once." in said
    assert "add --again" in said


def test_words_that_a_decision_has_replaced_are_free_again(shell: Shell) -> None:
    words = _planned("onward", "x")
    assert "in onward/once" in shell.refused("send", words, "--to", "x", *BEFORE_ONWARD, "--yes")
    assert shell("edit", "onward", "Soup for everybody in the hall", "--on", "x", "--yes").code == 0
    assert "This is to go out" in shell("send", words, "--to", "x", *BEFORE_ONWARD, "--yes").out


def test_what_the_plan_wants_further_ahead_than_the_ledger_looks_is_not_said_beside_it(shell: Shell) -> None:
    words = _planned("onward", "x")
    _far_ahead("onward")
    said = shell.refused("send", words, "--to", "x", *BEFORE_ONWARD, "--yes")
    assert "x is to say this text on Wed 11 Oct 16:00, in onward/once." in said
    assert shell("send", words, "--to", "x", "--at", "2023-09-28 10:00", "--no-append", "--yes").code == 1
    assert "◷ waiting" in shell("send", words, "--to", "mastodon", "--at", "2023-10-09 10:00", "--yes").out


@pytest.mark.parametrize("text", ["2032-10-10 15:20", "+500d", "2023-11-10 15:20"])
def test_a_day_that_is_none_of_the_campaigns_is_refused_with_its_year(shell: Shell, text: str) -> None:
    said = shell.refused("send", "Come to the stall", "--to", "x", "--at", text, "--yes")
    assert "is outside the campaign. The campaign goes from 24 September 2023 to 11 October 2023." in said
    assert not [row for row in delivery_views.views() if row.identity.post.slot == "own"]


def test_a_year_that_has_passed_is_told(shell: Shell) -> None:
    said = shell("send", "Come to the stall", "--to", "x", "--at", "2022-10-10 15:20", "--yes")
    assert (said.code, said.out) == (2, "")
    assert "Mon 10 Oct 2022 15:20 has passed. The rehearsal is at " in said.err
    assert said.err.rstrip().endswith("Leave --at out to send it now.")


def test_a_time_in_another_year_than_this_is_shown_with_it(shell: Shell) -> None:
    _until_new_year(shell)
    said = shell("send", "Come to the stall", "--to", "x", "--at", "2024-01-02 15:20", "--yes").out
    assert "This is to go out Tue 2 Jan 2024 15:20, to the pretend networks:" in said
    assert (
        "This is to go out Tue 10 Oct 15:20"
        in shell("send", "Doors open", "--to", "x", "--at", "2023-10-10 15:20", "--yes").out
    )
    name = next(post_name(row.identity.post) for row in delivery_views.own_waiting() if "stall" in row.text)
    moved = shell("edit", name, "--at", "2024-01-03 09:00", "--yes").out
    assert f"{name}  Tue 2 Jan 2024 15:20 → Wed 3 Jan 2024 09:00" in moved
    assert f"{name} at Wed 3 Jan 2024 09:00 would not go out" in shell("skip", name, "--yes").out


def _until_new_year(shell: Shell) -> None:
    file = shell.home / "settings.yaml"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("last_day: 2023-10-11", "last_day: 2024-01-10"), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != before


def test_a_time_counted_from_a_milestone_says_that_it_does_not_follow(shell: Shell) -> None:
    words = ("send", "Come to the stall", "--to", "mastodon")
    said = shell(*words, "--at", "debate - 1h", "--yes").out
    assert "It goes out Tue 10 Oct 13:40, and stays there if debate moves: it is no post of the plan." in said
    told = shell.ask(*words, "--again", "--at", "debate", "--yes")
    assert told["stays"] == "It goes out Tue 10 Oct 14:40, and stays there if debate moves: it is no post of the plan."
    assert shell.ask("send", "Doors open", "--to", "mastodon", "--at", "+1h", "--yes")["stays"] is None
    assert "stays there" not in shell("send", "Good night", "--to", "mastodon", "--at", "tue 15:00", "--yes").out


def test_a_time_that_passes_while_somebody_reads_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def think(_question: str, *, yes: bool) -> bool:
        monkeypatch.setattr("amplifier.cli.send.utc_now", lambda: utc_now() + timedelta(days=1))
        return not yes

    monkeypatch.setattr("amplifier.cli.send.agreed", think)
    said = shell("send", "Come to the stall", "--to", "x", "--at", "2023-10-11 15:00")
    assert (said.code, "The time that you were shown has passed since, so nothing was queued." in said.err) == (2, True)
    assert not delivery_views.own_waiting()


def test_a_tag_that_is_too_long_for_a_network_is_told_before_anybody_agrees(shell: Shell) -> None:
    long = "#" + "lang" * 17
    said = " ".join(shell("send", f"Come {long}", "--to", "bluesky,mastodon", "--yes").out.split())
    assert "is longer than a hashtag may be on Bluesky" in said
