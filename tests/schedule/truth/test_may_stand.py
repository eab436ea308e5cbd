"""What somebody let stand: those words on those accounts, until the same changes once more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import PostId
from amplifier.compose.memory import REAL_TIME
from amplifier.operate.own_change import carry_out, prepare_reword
from amplifier.schedule.decided.rewording import prepare_words
from amplifier.schedule.truth.held_still import own_still
from amplifier.schedule.truth.may_stand import decided, of_words
from amplifier.store import decisions
from amplifier.store.models import DecisionRow
from amplifier.store.operate.corrections import Hand
from tests.schedule.homes import EIGHT
from tests.schedule.left import leave
from tests.schedule.test_words_of_people import EVE, LATER, WAITS, WITH_EVE, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
UNTRUE = (State.HELD, HoldReason.UNTRUE)
FIRST = "2023-10-09T14:40:00+01:00"
KNOWN = "We start at 14:40, all know why"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The debate has moved, and somebody has let the words stand that name its old time."""
    desk = Desk(tmp_path)
    desk.edit(EVE, KNOWN, "x")
    desk.move(LATER)
    let_stand(desk, EVE)
    assert desk.state(EVE) == WAITS
    return desk


def let_stand(desk: Desk, post: PostId) -> None:
    assert desk.state(post)[:2] == UNTRUE
    leave(desk.program, post, actor="cli:jo", reason="all know", now=desk.time)
    desk.planner.refresh()


def test_other_words_that_are_written_later_are_held(desk: Desk) -> None:
    other = "Come in time: at 14:40 the doors close"
    assert [
        one.text.partition("\n")[0] for one in prepare_words(desk.program, EVE, {"x": other}, now=desk.time).stale
    ] == [other]
    desk.edit(EVE, other, "x")
    assert desk.state(EVE)[:2] == UNTRUE
    assert prepare_words(desk.program, EVE, {"x": KNOWN}, now=desk.time).stale == ()
    desk.edit(EVE, KNOWN, "x")
    assert desk.state(EVE) == WAITS, "these were let stand"


def test_what_stands_on_one_account_does_not_on_another(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.edit(EVE, KNOWN, "x")
    desk.edit(EVE, f"{KNOWN} here", "mastodon")
    desk.move(LATER)
    let_stand(desk, EVE)
    assert desk.state(EVE) == desk.state(EVE, "mastodon") == WAITS
    desk.edit(EVE, KNOWN, "mastodon")
    assert desk.state(EVE) == WAITS
    assert desk.state(EVE, "mastodon")[:2] == UNTRUE, "on this account nobody has seen it"


def test_when_the_milestone_comes_back_there_later_it_is_held_again_and_the_move_says_so(desk: Desk) -> None:
    desk.move(FIRST)
    assert desk.state(EVE) == WAITS, "they are true again"
    assert [(one.post, one.account) for one in desk.prepare(LATER).stale] == [(EVE, "x")]
    desk.move(LATER)
    assert desk.state(EVE)[:2] == UNTRUE


def test_a_move_to_where_it_is_changes_nothing(desk: Desk) -> None:
    desk.move("2023-10-09T14:20:00+00:00")
    assert desk.state(EVE) == WAITS


def test_what_the_file_changes_to_and_fro_is_held_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.edit(EVE, KNOWN, "x")

    def write(clock: str) -> None:
        desk.time += timedelta(minutes=1)
        desk.home.write("schedules/small.yaml", WITH_EVE.replace("14:40", clock))
        desk.planner.refresh()

    write("15:20")
    desk.time += timedelta(minutes=1)
    let_stand(desk, EVE)
    desk.hire()
    assert desk.state(EVE) == WAITS
    write("14:40")
    assert desk.state(EVE) == WAITS
    write("15:20")
    assert desk.state(EVE)[:2] == UNTRUE
    desk.hire()
    assert desk.state(EVE)[:2] == UNTRUE


def test_a_post_of_ones_own_may_stand_in_its_words_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    own = desk.send_later(KNOWN, EIGHT + timedelta(hours=3), "x")
    desk.move(LATER)
    let_stand(desk, own)
    assert desk.state(own) == WAITS
    for text, stands in (("At 14:40 the doors close", UNTRUE), (KNOWN, WAITS[:2])):
        change = prepare_reword(own, text, desk.settings, playing=REAL_TIME)
        still = own_still(desk.program, own, change.words, now=desk.time)
        assert bool(still.stale) is (stands == UNTRUE), "it is told before"
        hand = Hand("cli:jo", "", desk.time, desk.settings.campaign.first_day)
        carry_out(change, desk.settings, hand, playing=REAL_TIME, facts=still.facts)
        desk.hire()
        assert desk.state(own)[:2] == stands


def test_the_words_are_kept_by_the_accounts_number(desk: Desk) -> None:
    assert desk.state(EVE) == WAITS
    (row,) = DecisionRow.objects.filter(kind=DecisionKind.FACT_LEFT)
    assert row.facts
    assert "x" not in json.loads(row.facts)
    (read,) = (one for one in decisions.decisions() if one.kind is DecisionKind.FACT_LEFT)
    assert [one.account for one in decided(read).there] == ["x"]
    assert decided(read).values("x", "other words") == {}


FACTS = {"milestone.debate": LATER}


def kept(value: str, facts: str | None) -> Decision:
    at = datetime.fromisoformat(LATER)
    return Decision(1, DecisionKind.FACT_LEFT, "soon/once", value, "", "cli:jo", "", at, facts)


def test_a_decision_is_read_as_it_was_kept() -> None:
    link = {"link.a": "b"}
    may = of_words([("x", "a", FACTS), ("x", "b", FACTS), ("bluesky", "a", link), ("x", "a", FACTS)])
    assert decided(kept(may.value_json(), may.there_json())) == may
    asked = [("x", "b"), ("bluesky", "a"), ("bluesky", "b"), ("x", "c"), ("mastodon", "a")]
    assert [may.values(*words) for words in asked] == [FACTS, link, {}, {}, {}]


def test_what_earlier_versions_kept_is_read_too() -> None:
    words = of_words([("x", "a", FACTS)])
    marks = words.there[0].words
    of_words_alone = decided(kept(json.dumps(FACTS), json.dumps({"x": marks})))
    assert of_words_alone == words
    older = decided(kept(json.dumps(FACTS), None))
    assert older.values("x", "whatever") == older.values("bluesky", "else") == FACTS
    assert older.there_json() == "", "and written down again as it was"


def test_what_may_stand_for_another_value_may_no_longer() -> None:
    may = of_words([("x", "a", FACTS | {"link.a": "b"}), ("bluesky", "a", FACTS)])
    assert may.without("milestone.debate", "2023-10-09T14:20:00+00:00") == may, "the same instant"
    assert may.without("link.a", "c").values("x", "a") == FACTS
    alone = may.without("milestone.debate", FIRST, account="bluesky")
    assert (alone.values("x", "a"), alone.values("bluesky", "a")) == (FACTS | {"link.a": "b"}, {})
