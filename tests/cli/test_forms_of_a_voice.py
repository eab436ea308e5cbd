"""A voice has another form on each account: words are held, stand and go on by the form that counts where they go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell

EVERYWHERE = '    friends: "@friends"\n'
OF_X = '    friends: {x: "@friends_on_x", bluesky: "@friends", mastodon: "@friends"}\n'
OTHERS = '    friends: {x: "@friends_on_x", bluesky: "@pals", mastodon: "@pals"}\n'
TEXT = "Hello @friends, we start"
QUEUED, HELD = ("queued", ""), ("held", "untrue")


@pytest.fixture
def written(shell: Shell) -> Shell:
    """A person wrote a post on two accounts, in which the one form of a voice stands."""
    say(shell, EVERYWHERE, first=True)
    assert shell("edit", "debate-begins", TEXT, "--on", "x,bluesky", "--no-append", "--yes").code == 0
    plan(shell)
    return shell


def say(shell: Shell, voice: str, *, first: bool = False) -> None:
    """Change settings.yaml, and let the planner look at it as after a new start."""
    file = shell.home / "settings.yaml"
    lines = [line for line in file.read_text().splitlines(keepends=True) if "    friends:" not in line]
    place = next(number for number, line in enumerate(lines) if line.startswith("    handle:"))
    file.write_text("".join([*lines[:place], voice, *lines[place:]]))
    if not first:
        plan(shell)


def plan(shell: Shell) -> None:
    Planner(shell.home, load(shell.home), now=utc_now).refresh()


def stand(slot: str = "debate-begins") -> dict[str, tuple[str, str]]:
    rows = DeliveryRow.objects.filter(post__slot=slot, account__label__in=["x", "bluesky"])
    return {label: (state, reason) for label, state, reason in rows.values_list("account__label", "state", "reason")}


def test_where_an_account_gets_a_form_of_its_own_its_words_alone_are_held(written: Shell) -> None:
    say(written, OF_X)
    assert stand() == {"x": HELD, "bluesky": QUEUED}
    said = written("facts")
    assert "Your words say “@friends”, settings.yaml says @friends_on_x." in " ".join(said.out.split())


def test_where_all_get_one_form_those_that_had_it_already_go_on(shell: Shell) -> None:
    say(shell, OF_X, first=True)
    for account, text in (("x", "Hello @friends_on_x, we start"), ("bluesky", TEXT)):
        assert shell("edit", "debate-begins", text, "--on", account, "--no-append", "--yes").code == 0
    say(shell, EVERYWHERE)
    assert stand() == {"x": HELD, "bluesky": QUEUED}


def test_a_post_of_ones_own_is_held_where_its_form_is_another(shell: Shell) -> None:
    say(shell, EVERYWHERE, first=True)
    at = "2023-10-10 15:00"
    assert shell("send", TEXT, "--to", "x,bluesky", "--at", at, "--no-append", "--yes").code == 1, "nothing runs"
    say(shell, OF_X)
    assert stand("own") == {"x": HELD, "bluesky": QUEUED}


def test_what_stands_on_one_account_does_so_for_its_own_form(written: Shell) -> None:
    say(written, OTHERS)
    assert stand() == {"x": HELD, "bluesky": HELD}
    assert written("facts", "leave", "debate-begins", "--yes").code == 0
    plan(written)
    assert stand() == {"x": QUEUED, "bluesky": QUEUED}
    say(written, OTHERS.replace("@friends_on_x", "@pals"))
    assert stand() == {"x": HELD, "bluesky": QUEUED}, "that @pals may stand was said of another account"


def test_other_words_are_held_by_the_form_of_their_own_account(written: Shell) -> None:
    say(written, OTHERS)
    again = "Hello again @friends, we start"
    said = written("edit", "debate-begins", again, "--on", "x,bluesky", "--no-append", "--yes")
    told = " ".join(said.out.split())
    assert "settings.yaml says @friends_on_x" in told
    assert "settings.yaml says @pals" in told
    assert stand() == {"x": HELD, "bluesky": HELD}
    better = "Hello @pals, we start"
    assert written("edit", "debate-begins", better, "--on", "bluesky", "--no-append", "--yes").code == 0
    plan(written)
    assert stand() == {"x": HELD, "bluesky": QUEUED}


def test_what_is_out_is_untrue_where_its_form_is_another(written: Shell) -> None:
    rows = DeliveryRow.objects.filter(post__slot="debate-begins")
    rows.filter(account__label__in=["x", "bluesky"]).update(
        state="sent", remote_state="live", remote_id="1", sent_at=utc_now() - timedelta(minutes=1)
    )
    say(written, OF_X)
    told = written.ask("facts")["untrue"]
    assert [one["account"] for one in told] == ["x"]
