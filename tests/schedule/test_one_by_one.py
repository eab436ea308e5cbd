"""One post in which something goes wrong that nobody thought of: it is held, and the others go out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from amplifier.campaign.post import PostId, WantedPost
from amplifier.errors import TemplateError
from amplifier.schedule import free_words, program
from amplifier.schedule.change import decide_move
from amplifier.schedule.one_by_one import by_itself, without_failing
from tests.schedule.test_names_that_change import CHAIR, LUNCH, Names

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
TWO = (("lunch", "lunch", "2023-10-06 12:00"), ("chair", "chair", "2023-10-06 12:00"))
WHY = "lunch/once cannot be worked out (KeyError): it waits."


@pytest.fixture
def names(tmp_path: Path) -> Names:
    made = Names(tmp_path)
    made.slots(*TWO)
    return made


def anew(names: Names) -> None:
    """The planner reads all once more."""
    names.hire()


def fails(slot: str) -> None:
    if slot == "lunch":
        raise KeyError(slot)


def test_a_post_that_cannot_be_written_is_held_and_another_goes_out(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(saying: Any, *rest: Any, whole: Any = program.write) -> WantedPost:
        fails(saying.id.slot)
        return whole(saying, *rest)  # type: ignore[no-any-return]

    move = names.prepare("2023-10-09T15:20:00+01:00")
    monkeypatch.setattr(program, "write", write)
    monkeypatch.setattr(program, "write_in_part", write)
    decide_move(move, actor="cli:jo", reason="", now=names.time)  # so that the words are worked out anew
    names.planner.refresh()
    assert names.stands("lunch") == ("held", "unwritten")
    assert WHY in names.why("lunch")
    assert names.at("12:00") == [CHAIR]


def test_a_post_whose_words_cannot_be_compared_with_what_is_so_is_held_and_another_goes_out(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stale(posts: Iterable[WantedPost], *rest: Any, whole: Any = free_words.stale) -> Any:
        posts = list(posts)
        for one in posts:
            fails(one.id.slot)
        return whole(posts, *rest)

    monkeypatch.setattr(free_words, "stale", stale)
    anew(names)
    assert names.stands("lunch") == ("held", "unwritten")
    assert WHY in names.why("lunch")
    assert names.at("12:00") == [CHAIR]


def test_it_goes_on_by_itself_once_it_can_be_worked_out(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_words, "stale", lambda posts, *_: [fails(one.id.slot) for one in posts] and ())
    anew(names)
    assert names.stands("lunch") == ("held", "unwritten")
    monkeypatch.undo()
    anew(names)
    assert sorted(names.at("12:00")) == sorted([CHAIR, LUNCH])


def test_what_a_post_itself_has_to_say_of_its_faults_is_said_as_it_is() -> None:
    told = TemplateError([])

    def work() -> None:
        raise told

    with pytest.raises(TemplateError) as caught:
        by_itself(PostId("lab23", "a", "once"), work)
    assert caught.value is told


def test_what_fails_with_every_post_or_with_none_alone_is_no_fault_of_a_post(names: Names) -> None:
    posts = program.wanted_posts(names.program)

    def never(_: object) -> None:
        raise OSError("no disk")

    def together(some: Iterable[WantedPost]) -> None:
        if len(list(some)) > 1:
            raise OSError("no disk")

    for work in (never, together):
        with pytest.raises(OSError, match="no disk"):
            without_failing(posts, work)
