"""New words are held against the day on which they really go, as what they replace is: also after midnight."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.campaign.post import PostId
from amplifier.compose.memory import REAL_TIME
from amplifier.operate.own_change import carry_out, prepare_reword
from amplifier.schedule.decided.rewording import decide_plan_words, prepare_plan_words, prepare_words
from amplifier.schedule.truth.free_words import Stale
from amplifier.schedule.truth.held_still import own_still
from amplifier.store.operate.corrections import Hand
from tests.schedule.test_words_of_people import EVE, WAITS, WITH_EVE, Desk
from tests.schedule.truth.test_stale import AFTER_MIDNIGHT, LATE, UNTRUE, at

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
TOMORROW = "The debate is tomorrow, be there"
TODAY = "The debate is today, be there"


class Midnight(Desk):
    """What a person wrote for five to twelve waits after midnight: in the plan, and in a post of their own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        eve = "name: eve\n    template: lab23/eve\n    at: 2023-10-08 23:55"
        plan = WITH_EVE.replace("name: eve\n    template: lab23/soon\n    at: 2023-10-08 18:00", eve)
        self.home.write("schedules/small.yaml", plan)
        self.home.write(
            "templates/lab23/eve.j2", "---\nask: watch\n---\n== plain\nSleep well, it is {{ day | weekday }}.\n"
        )
        self.planner.refresh()
        self.edit(EVE, TOMORROW, "mastodon")
        self.own = self.send_later(f"{TOMORROW}, say we", at(LATE))
        self.time = at(AFTER_MIDNIGHT)
        self.hire()

    def reword(self, text: str, post: PostId) -> tuple[Stale, ...]:
        """Give it these words; what was shown before of those that stay held."""
        if post == EVE:
            shown = prepare_words(self.program, EVE, {"mastodon": text}, now=self.time).stale
            self.edit(EVE, text, "mastodon")
            return shown
        change = prepare_reword(post, text, self.settings, playing=REAL_TIME)
        still = own_still(self.program, post, change.words, now=self.time)
        hand = Hand("cli:jo", "", self.time, self.settings.campaign.first_day)
        carry_out(change, self.settings, hand, playing=REAL_TIME, facts=still.facts)
        self.hire()
        return still.stale


@pytest.fixture
def desk(tmp_path: Path) -> Midnight:
    return Midnight(tmp_path)


@pytest.fixture(params=["planned", "own"])
def post(desk: Midnight, request: pytest.FixtureRequest) -> PostId:
    found = EVE if request.param == "planned" else desk.own
    assert desk.state(found, "mastodon")[:2] == UNTRUE
    return found


def test_words_that_are_right_on_the_new_day_go_out(desk: Midnight, post: PostId) -> None:
    assert desk.reword(TODAY, post) == ()
    assert desk.state(post, "mastodon") == WAITS


def test_words_that_say_yesterdays_once_more_stay_held_and_that_is_told_before(desk: Midnight, post: PostId) -> None:
    (told,) = desk.reword("Tomorrow is the debate!", post)
    assert desk.state(post, "mastodon") == (*UNTRUE, told.why)


def test_words_for_a_day_that_no_milestone_explains_are_of_the_day_on_which_they_go(
    desk: Midnight, post: PostId
) -> None:
    assert desk.reword("Badges at our stall, it is Monday", post) == ()
    assert desk.state(post, "mastodon") == WAITS


@pytest.mark.parametrize(("text", "is_held"), [("It is Monday, badges today", False), ("On Sunday we sing", True)])
def test_a_day_that_is_named_again_was_that_of_then(desk: Midnight, text: str, is_held: bool) -> None:  # noqa: FBT001
    desk.time = at("2023-10-08T20:00:00")
    desk.edit(EVE, "Badges at our stall, it is Sunday", "mastodon")
    desk.time = at(AFTER_MIDNIGHT)
    desk.hire()
    assert desk.state(EVE, "mastodon")[:2] == UNTRUE
    assert bool(desk.reword(text, EVE)) is is_held
    assert (desk.state(EVE, "mastodon")[:2] == UNTRUE) is is_held


def test_the_plans_words_are_shown_as_they_go_out_on_the_new_day(desk: Midnight) -> None:
    back = prepare_plan_words(desk.program, EVE, now=desk.time)
    assert [said.text.partition(" #")[0] for said in back.words] == ["Sleep well, it is Monday."]
    decide_plan_words(desk.program, back, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert desk.state(EVE, "mastodon") == WAITS
