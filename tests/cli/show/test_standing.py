"""`decide --stand`: every account and text that goes out is shown, and nothing else goes out."""

from __future__ import annotations

import pytest

from amplifier.cli import decide
from amplifier.clock import utc_now
from amplifier.schedule.decided.standing import MEANWHILE
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import decisions, delivery_views
from amplifier.store.models import DeliveryRow
from tests.cli.conftest import Shell


@pytest.fixture
def held(shell: Shell) -> Shell:
    """A post of one's own waits with other words on Mastodon than on X, and then the debate moved."""
    shell("send", "We start at 14:40", "--to", "x,mastodon", "--at", "+8m", "--no-append", "--yes")
    assert shell("edit", "own", "Come at 14:40, all of you", "--on", "mastodon", "--no-append", "--yes").code == 0
    assert shell("milestone", "move", "debate", "+40m", "--yes").code == 0
    Planner(shell.home, load(shell.home), now=utc_now).refresh()
    assert states() == {("held", "untrue")}
    return shell


def states() -> set[tuple[str, str]]:
    return set(DeliveryRow.objects.filter(post__slot="own").values_list("state", "reason"))


def own() -> str:
    (post,) = {row.identity.post for row in delivery_views.views() if row.identity.post.slot == "own"}
    return f"{post.slot}/{post.occurrence}"


def test_every_text_on_every_account_is_shown_before_all_go_out(held: Shell) -> None:
    number = DeliveryRow.objects.get(post__slot="own", account__label="x").pk
    for what in (own(), str(number)):
        said = held("decide", what, "--stand")
        assert said.code == 1
        for shown in ("We start at 14:40", "Come at 14:40, all of you", "x  own/", "mastodon  own/"):
            assert shown in said.out
        assert "the plan says 15:20 (debate)" in " ".join(said.out.split())
    said = held("decide", own(), "--stand", "--yes")
    assert said.code == 0
    assert said.out.count("These words stay as they are.") == 1
    Planner(held.home, load(held.home), now=utc_now).refresh()
    assert states() == {("queued", "")}


def test_for_one_account_alone_it_is_refused_with_a_sentence(held: Shell) -> None:
    made = len(decisions.decisions())
    said = held.refused("decide", own(), "--on", "x", "--stand", "--yes")
    assert "mastodon would send them too. Without --on x all of them are shown. Nothing was changed." in said
    assert len(decisions.decisions()) == made
    assert states() == {("held", "untrue")}


def test_words_that_somebody_gave_it_meanwhile_do_not_stand_unseen(
    held: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def thinks(_question: str, *, yes: bool) -> bool:  # noqa: ARG001  as the question is asked
        DeliveryRow.objects.filter(post__slot="own", account__label="x").update(text="Be there at 14:40")
        return True

    monkeypatch.setattr(decide, "agreed", thinks)
    said = held("decide", own(), "--stand")
    assert (said.code, MEANWHILE in said.err) == (2, True)
    assert states() == {("held", "untrue")}
