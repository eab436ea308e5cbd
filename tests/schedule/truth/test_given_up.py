"""Words that people gave up are handed to nobody by the kit, while the plan would still say them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.operate.withdraw import prepare_withdrawal, queue_withdrawal
from amplifier.schedule.decided.rewording import decide_plan_words, decide_words, prepare_plan_words
from amplifier.sharekit.kit import build
from amplifier.sharekit.ours import Past
from amplifier.store.models import DeliveryRow
from amplifier.store.operate.corrections import Hand
from tests.schedule.test_words_of_people import EVE, LATER, SOON, TWO_WAYS, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
OTHER = "Come and hear the delegates"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    DeliveryRow.objects.filter(post__slot="eve").update(
        state="sent", remote_state="live", remote_id="7", url="https://x.com/us/status/7", sent_at=made.time
    )
    return made


def offered(desk: Desk) -> set[str]:
    in_force = desk.planner.in_force()
    assert in_force
    now = datetime.fromisoformat("2023-10-09T13:50:00+01:00")
    page = build(*in_force, settings=desk.settings, now=now, past=Past(given_up=desk.planner.given_up()))
    return {wording.name for ask in page.asks for wording in ask.wordings} & {"lab23/soon/plain", "lab23/soon/other"}


def said_by(slot: str) -> str:
    return f"lab23/soon/{DeliveryRow.objects.filter(post__slot=slot).values_list('post__wording', flat=True)[0]}"


def hand(desk: Desk) -> Hand:
    return Hand("cli:jo", "a wrong claim", desk.time, desk.settings.campaign.first_day)


def correct(desk: Desk, text: str, *, on: str = "x") -> None:
    queue_correction(
        prepare_correction(EVE, {on: NewWords(text, "en")}, desk.settings, now=desk.time, on=[on]),
        desk.settings,
        hand(desk),
    )


def test_words_that_were_corrected_leave_until_the_template_says_something_else(desk: Desk) -> None:
    wrong = said_by("eve")
    assert wrong in offered(desk)
    correct(desk, OTHER)
    assert wrong not in offered(desk)
    assert offered(desk), "what nobody gave up stays"
    desk.home.write("templates/lab23/soon.j2", TWO_WAYS.replace("The debate is", OTHER).replace("On {{", "Hear on {{"))
    desk.planner.refresh()
    assert wrong in offered(desk)


def test_words_that_were_withdrawn_leave(desk: Desk) -> None:
    wrong = said_by("eve")
    queue_withdrawal(prepare_withdrawal(EVE, desk.settings, on=["mastodon"]), hand(desk))
    assert wrong not in offered(desk)


def test_a_correction_to_what_the_plan_says_now_gives_nothing_up(desk: Desk) -> None:
    was = DeliveryRow.objects.get(post__slot="eve", account__label="x").text
    desk.move(LATER)
    correct(desk, was.replace("14:40", "15:20"))
    assert said_by("eve") in offered(desk)


def test_words_that_were_replaced_before_they_went_out_leave(desk: Desk) -> None:
    wrong = said_by("soon")
    desk.edit(SOON, OTHER, "x")
    assert wrong not in offered(desk)


def test_words_that_a_person_took_back_again_are_the_plans_and_nobody_has_given_them_up(desk: Desk) -> None:
    mine = said_by("soon")
    decide_words(desk.program, SOON, {"x": OTHER}, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert mine not in offered(desk)
    back = prepare_plan_words(desk.program, SOON, now=desk.time)
    decide_plan_words(desk.program, back, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert mine in offered(desk)
