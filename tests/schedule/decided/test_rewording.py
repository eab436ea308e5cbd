"""Other words for a coming post, decided, and the plan's words back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from amplifier.compose.memory import SINCE
from amplifier.errors import TemplateError, UsageError
from amplifier.operate.own import prepare_own, queue_own
from amplifier.schedule.decided.change import find_post
from amplifier.schedule.decided.rewording import (
    Rewording,
    decide_plan_words,
    decide_words,
    prepare_plan_words,
    prepare_words,
)
from amplifier.schedule.decided.skipping import decide_skip
from amplifier.schedule.program import post_name
from amplifier.store import decisions, delivery_views
from amplifier.store.models import DeliveryRow
from tests.schedule import homes
from tests.schedule.decided.test_change import IMPRINT, SOON_POST, Desk, set_state
from tests.schedule.homes import EIGHT
from tests.schedule.test_names_that_change import LUNCH, Names
from tests.store import filled

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("state", "word"), [("sent", "sent"), ("missed", "missed"), ("sending", "on its way"), ("unsure", "on its way")]
)
def test_what_is_no_longer_ahead_can_be_neither_left_out_nor_reworded(desk: Desk, state: str, word: str) -> None:
    set_state("soon", state)
    with pytest.raises(UsageError, match=f"soon/once is {word} already"):
        decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT)
    with pytest.raises(UsageError, match="nothing left to change"):
        decide_words(desk.program, SOON_POST, {"x": "New"}, actor="cli:ola", reason="", now=EIGHT)
    assert decisions.decisions() == ()


@pytest.mark.parametrize(
    ("account", "words"), [("", {"x": "New"}), ("x", {"x": "New"})], ids=["everywhere", "on one account"]
)
def test_whoever_would_change_what_is_out_is_told_how(desk: Desk, account: str, words: dict[str, str]) -> None:
    set_state("soon", "sent", account=account)
    DeliveryRow.objects.filter(post__slot="soon", state="sent").update(remote_state="live")
    with pytest.raises(UsageError, match="To correct what is out: amplifier correct soon/once"):
        decide_words(desk.program, SOON_POST, words, actor="cli:ola", reason="", now=EIGHT)
    DeliveryRow.objects.filter(post__slot="soon").update(remote_state="gone")
    with pytest.raises(UsageError) as refused:
        decide_words(desk.program, SOON_POST, words, actor="cli:ola", reason="", now=EIGHT)
    assert "amplifier correct" not in str(refused.value)


@pytest.mark.parametrize("state", ["queued", "held"])
def test_a_post_that_still_waits_somewhere_can_be_changed_there(desk: Desk, state: str) -> None:
    set_state("soon", "sent")
    set_state("soon", state, account="mastodon")
    decide_words(desk.program, SOON_POST, {"mastodon": "It begins."}, actor="cli:ola", reason="", now=EIGHT)
    desk.planner.refresh()
    texts = {one.identity.account: one.text for one in delivery_views.views(post=SOON_POST)}
    assert texts["mastodon"] == f"It begins.\n\n{IMPRINT}"
    assert texts["x"].startswith("The debate is at 14:40.")


def test_other_words_are_kept_with_what_they_replaced_and_other_accounts_keep_theirs(desk: Desk) -> None:
    for words in ({"x": "First"}, {"mastodon": "Second"}, {"x": "Third"}):
        made = decide_words(desk.program, SOON_POST, words, actor="cli:ola", reason="", now=EIGHT)
    assert json.loads(made.value) == {"x": "Third", "mastodon": "Second"}
    assert json.loads(made.replaced)["x"] == f"First\n\n{IMPRINT}"
    assert json.loads(made.replaced)["bluesky"].startswith("The debate is at 14:40.")
    desk.planner.refresh()
    assert {one.identity.account: one.text[:6].strip() for one in delivery_views.views(post=SOON_POST)} == {
        "x": "Third",
        "mastodon": "Second",
        "bluesky": "The de",
    }


def test_words_that_a_network_would_not_take_are_not_decided(desk: Desk) -> None:
    with pytest.raises(TemplateError):
        decide_words(desk.program, SOON_POST, {"x": "x" * 281}, actor="cli:ola", reason="", now=EIGHT)
    assert decisions.decisions() == ()


def test_words_that_people_wrote_stay_when_the_milestone_moves(desk: Desk) -> None:
    decide_words(desk.program, SOON_POST, {"x": "It begins at 14:40."}, actor="cli:ola", reason="", now=EIGHT)
    desk.move()
    (seen,) = [one for one in delivery_views.views(post=SOON_POST) if one.identity.account == "x"]
    assert (seen.text, seen.wall_time) == (f"It begins at 14:40.\n\n{IMPRINT}", "2023-10-09T14:20")


def test_words_that_a_text_around_them_has_are_told_and_on_x_refused(desk: Desk) -> None:
    morning = next(row for row in delivery_views.views() if row.identity.post.occurrence == "2023-10-07#1")
    copied = morning.text.replace("Promoted by", "promoted by").replace("Good", "good")
    assert prepare_words(desk.program, SOON_POST, {"mastodon": copied}, now=EIGHT).echoes == ()
    decide_words(desk.program, SOON_POST, {"mastodon": "See you soon"}, actor="cli:ola", reason="", now=EIGHT)
    desk.planner.refresh()
    own = {"mastodon": "See you SOON!"}
    assert prepare_words(desk.program, SOON_POST, own, now=EIGHT).echoes == ()
    with pytest.raises(UsageError, match=f"soon/once and {post_name(morning.identity.post)} say .*the same on x"):
        decide_words(desk.program, SOON_POST, {"x": copied}, actor="cli:ola", reason="", now=EIGHT)
    assert len(decisions.decisions()) == 1


def test_two_accounts_on_x_may_change_their_waiting_words_between_them(desk: Desk) -> None:
    DeliveryRow.objects.filter(post__slot="soon", account__label="mastodon").update(
        account_id=filled.also("x-north", "x", "north"), text="See you at noon"
    )
    north = homes.settings().account("x").model_copy(update={"name": "x-north", "handle": "north"})
    two = homes.settings().model_copy(update={"accounts": (*homes.settings().accounts, north)})
    program = replace(desk.program, settings=two)
    decide_words(program, SOON_POST, {"x-north": "See you at noon"}, actor="cli:ola", reason="", now=EIGHT)
    with pytest.raises(UsageError, match="on x and x-north"):
        prepare_words(program, SOON_POST, {"x": "See you at noon"}, now=EIGHT)
    between_them = {"x": "See you at noon", "x-north": "The doors open"}
    assert prepare_words(program, SOON_POST, between_them, now=EIGHT).echoes == ()


def texts(desk: Desk) -> dict[str, str]:
    desk.planner.refresh()
    return {one.identity.account: one.text for one in delivery_views.views(post=SOON_POST)}


def test_the_plans_words_come_back_on_one_account_and_the_others_keep_theirs(desk: Desk) -> None:
    planned = texts(desk)
    decide_words(desk.program, SOON_POST, {"x": "First", "mastodon": "Second"}, actor="cli:ola", reason="", now=EIGHT)
    back = prepare_plan_words(desk.program, SOON_POST, now=EIGHT, on=["x"])
    assert [(said.account, said.text) for said in back.words] == [("x", planned["x"])]
    made = decide_plan_words(desk.program, back, actor="cli:ola", reason="", now=EIGHT)
    assert (json.loads(made.value), json.loads(made.replaced)) == ({"mastodon": "Second"}, {"x": "First"})
    assert texts(desk) == {**planned, "mastodon": f"Second\n\n{IMPRINT}"}


def test_what_is_out_there_gets_no_words_back(desk: Desk) -> None:
    decide_words(desk.program, SOON_POST, {"x": "First"}, actor="cli:ola", reason="", now=EIGHT)
    set_state("soon", "sent", account="x")
    with pytest.raises(UsageError, match="soon/once is sent on x already"):
        prepare_plan_words(desk.program, SOON_POST, now=EIGHT, on=["x"])


def test_words_that_somebody_else_gave_meanwhile_are_neither_replaced_nor_taken_back(desk: Desk) -> None:
    decide_words(desk.program, SOON_POST, {"x": "First"}, actor="cli:ola", reason="", now=EIGHT)
    seen = prepare_words(desk.program, SOON_POST, {"x": "Mine"}, now=EIGHT)
    back = prepare_plan_words(desk.program, SOON_POST, now=EIGHT)
    decide_words(desk.program, SOON_POST, {"x": "Theirs"}, actor="cli:jo", reason="", now=EIGHT)
    with pytest.raises(UsageError, match="Somebody has given soon/once other words a moment ago"):
        decide_words(desk.program, SOON_POST, {"x": "Mine"}, actor="cli:ola", reason="", now=EIGHT, seen=seen)
    with pytest.raises(UsageError, match="Somebody has given soon/once other words a moment ago"):
        decide_plan_words(desk.program, back, actor="cli:ola", reason="", now=EIGHT)
    assert texts(desk)["x"].startswith("Theirs")


def test_words_are_taken_back_also_where_the_post_is_left_out(desk: Desk) -> None:
    decide_words(desk.program, SOON_POST, {"x": "First"}, actor="cli:ola", reason="", now=EIGHT)
    decide_skip(desk.program, SOON_POST, actor="cli:ola", reason="", now=EIGHT, on=["x"])
    back = prepare_plan_words(desk.program, SOON_POST, now=EIGHT)
    assert (back.accounts, back.words) == (("x",), ())
    made = decide_plan_words(desk.program, back, actor="cli:ola", reason="", now=EIGHT)
    assert made.is_undone


@pytest.fixture
def names(tmp_path: Path) -> Names:
    """Two posts on one account, an hour from one another."""
    made = Names(tmp_path)
    made.slots(("a", "lunch", "debate - 3h"), ("b", "hello", "debate - 2h"))
    return made


def give(names: Names, name: str, text: str, seen: Rewording | None = None) -> None:
    post, words = find_post(names.program, name), {"bluesky": text}
    decide_words(names.program, post, words, actor="cli:jo", reason="", now=names.time, seen=seen)


def test_of_two_people_who_give_two_posts_nearly_the_same_words_the_second_is_told(names: Names) -> None:
    a = find_post(names.program, "a")
    shown = prepare_words(names.program, a, {"bluesky": "Bring warm shoes"}, now=names.time)
    assert shown.echoes == ()
    give(names, "b", "Bring warm shoes!")
    with pytest.raises(UsageError, match=SINCE):
        give(names, "a", "Bring warm shoes", shown)
    assert len(decisions.decisions()) == 1
    again = prepare_words(names.program, a, {"bluesky": "Bring warm shoes"}, now=names.time)
    assert [echo.before.post for echo in again.echoes] == ["b/once"]
    give(names, "a", "Bring warm shoes", again)


def test_a_post_that_somebody_sends_meanwhile_is_seen_before_another_gets_its_words(names: Names) -> None:
    settings = names.program.settings
    words = {"bluesky": "Bring warm shoes"}
    shown = prepare_words(names.program, find_post(names.program, "a"), words, now=names.time)
    (row,) = delivery_views.views(post=find_post(names.program, "a"))
    own = prepare_own("Bring warm shoes!", ["bluesky"], settings, due_at=row.due_at, now=names.time)
    queue_own(own, settings, actor="cli:sam", now=names.time)
    with pytest.raises(UsageError, match=SINCE):
        give(names, "a", "Bring warm shoes", shown)


def test_words_of_the_plan_that_somebody_gives_another_post_meanwhile_come_back_only_when_that_was_seen(
    names: Names,
) -> None:
    give(names, "a", "Bring warm shoes")
    back = prepare_plan_words(names.program, find_post(names.program, "a"), now=names.time)
    assert back.echoes == ()
    give(names, "b", LUNCH)
    with pytest.raises(UsageError, match=SINCE):
        decide_plan_words(names.program, back, actor="cli:sam", reason="", now=names.time)
    again = prepare_plan_words(names.program, find_post(names.program, "a"), now=names.time)
    assert [echo.before.post for echo in again.echoes] == ["b/once"]
    decide_plan_words(names.program, again, actor="cli:sam", reason="", now=names.time)
    assert len(decisions.decisions()) == 3
