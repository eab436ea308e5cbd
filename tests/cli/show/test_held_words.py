"""`check` does not say that all is good while the planner holds a post until it has other words."""

from __future__ import annotations

from typing import Any

import pytest

from amplifier.clock import utc_now
from amplifier.schedule import program
from amplifier.schedule.planner import Planner
from amplifier.schedule.truth import free_words
from amplifier.settings import load
from amplifier.store import delivery_views
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell

NAME = "debate-begins"
WORDS = "We start at 14:40, be there"


def look(shell: Shell) -> None:
    Planner(shell.home, load(shell.home), now=utc_now).refresh()


def held() -> set[str]:
    return set(DeliveryRow.objects.filter(post__slot=NAME, state="held").values_list("reason", flat=True))


def ours(found: list[dict[str, Any]]) -> list[str]:
    return [one["message"] for one in found if one["message"].startswith(NAME)]


def test_words_that_cannot_be_compared_are_a_problem(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("edit", NAME, WORDS, "--on", "x", "--no-append", "--yes").code == 0
    assert shell("check").code == 0

    def wrongs(text: str, *rest: Any, whole: Any = free_words.wrongs) -> Any:
        if WORDS in text:
            raise KeyError(text)
        return whole(text, *rest)

    monkeypatch.setattr(free_words, "wrongs", wrongs)
    look(shell)
    assert held() == {"unwritten"}
    said, told = shell("check"), shell.ask("check")
    assert said.code == 2
    assert "cannot be worked out (KeyError): it waits." in " ".join(said.out.split())
    assert "1 problem. What they name is held until it has other words." in said.out
    assert [one.split(" waits on ")[0].split(" (")[0] for one in ours(told["problems"])] == [f"{NAME}/once"]


def test_a_post_that_has_no_words_is_a_problem(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("edit", NAME, WORDS, "--on", "x", "--no-append", "--yes").code == 0

    def reworded(post: Any, given: Any, *rest: Any, whole: Any = program.reworded) -> Any:
        if given:
            raise KeyError(post)
        return whole(post, given, *rest)

    monkeypatch.setattr(program, "reworded", reworded)
    look(shell)
    assert held() == {"unwritten"}
    assert shell("check").code == 2
    (said,) = ours(shell.ask("check")["problems"])
    assert "the words of debate-begins/once" in said
    assert all(name in said for name in ("x", "bluesky", "mastodon"))
    DeliveryRow.objects.filter(post__slot=NAME).update(state="sent", remote_state="live", remote_id="1")
    assert {row.state for row in delivery_views.views() if row.identity.post.slot == NAME} == {"sent"}
    assert shell("check").code == 0, "it is out, so that it needs no words"


def test_words_that_are_no_longer_so_are_a_warning(shell: Shell) -> None:
    assert shell("edit", NAME, WORDS, "--on", "x", "--no-append", "--yes").code == 0
    assert shell("milestone", "move", "debate", "+40m", "--yes").code == 0
    look(shell)
    assert held() == {"untrue"}
    said, told = shell("check"), shell.ask("check")
    assert said.code == 0
    assert "All good" not in said.out
    (warned,) = ours(told["warnings"])
    assert warned.endswith("waits on x: Your words say “14:40”, the plan says 15:20 (debate).")
    assert shell("facts", "leave", NAME, "--yes").code == 0
    assert ours(shell.ask("check")["warnings"]) == []
