"""`edit` of a post that is held: words that say again what it is held for free nothing, and that is said."""

from __future__ import annotations

import pytest

from amplifier.clock import utc_now
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell

WHY = "Your words say “14:40”, the plan says 15:20 (debate)."
PLANNED, OWN = "debate-begins", "own"


@pytest.fixture(params=[PLANNED, OWN])
def held(shell: Shell, request: pytest.FixtureRequest) -> tuple[Shell, str]:
    """A person's words, in the plan or in a post of their own, and then the debate moved."""
    name = str(request.param)
    if name == PLANNED:
        assert shell("edit", name, "We start at 14:40", "--on", "x", "--no-append", "--yes").code == 0
    else:
        shell("send", "We start at 14:40", "--to", "x", "--at", "+8m", "--no-append", "--yes")
    assert shell("milestone", "move", "debate", "+40m", "--yes").code == 0
    look(shell)
    assert states(name) == {("held", "untrue")}
    return shell, name


def look(shell: Shell) -> None:
    Planner(shell.home, load(shell.home), now=utc_now).refresh()


def states(slot: str) -> set[tuple[str, str]]:
    return set(DeliveryRow.objects.filter(post__slot=slot, account__label="x").values_list("state", "reason"))


def test_an_added_mark_frees_nothing_and_is_told_before_anybody_agrees(held: tuple[Shell, str]) -> None:
    shell, name = held
    said = shell("edit", name, "We start at 14:40!", "--on", "x", "--no-append", "--yes")
    assert "would be held." in said.out
    assert WHY in " ".join(said.out.split())
    look(shell)
    assert states(name) == {("held", "untrue")}
    assert WHY in " ".join(shell("decide").out.split())


def test_words_that_say_it_as_it_is_now_free_it(held: tuple[Shell, str]) -> None:
    shell, name = held
    said = shell("edit", name, "We start at 15:20!", "--on", "x", "--no-append", "--yes")
    assert "would be held" not in said.out
    look(shell)
    assert states(name) == {("queued", "")}


def test_a_person_may_still_let_the_new_words_stand(held: tuple[Shell, str]) -> None:
    shell, name = held
    shell("edit", name, "We start at 14:40!", "--on", "x", "--no-append", "--yes")
    look(shell)
    assert shell("decide", "--json").code == 1
    assert shell("facts", "leave", name, "--yes").code == 0
    look(shell)
    assert states(name) == {("queued", "")}
