"""What is out and no longer so is known at once, wherever one looks, until somebody has dealt with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.deliver.withdraw import prepare_withdrawal, queue_withdrawal
from amplifier.schedule.facts import Changed
from amplifier.schedule.out_and_untrue import said_change, untrue_now
from amplifier.schedule.review import find_untrue, leave
from amplifier.store.corrections import Hand
from amplifier.store.models import DeliveryRow
from tests.schedule.test_words_of_people import LATER, SOON, Desk

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The debate moved after a post that named its hour had gone out on two accounts."""
    made = Desk(tmp_path)
    assert untrue_now() == ()
    for number, name in enumerate(("x", "mastodon")):
        DeliveryRow.objects.filter(post__slot="soon", account__label=name).update(
            state="sent", remote_state="live", remote_id=str(number), url="https://example.com/1", sent_at=made.time
        )
    made.move(LATER)
    return made


def test_it_is_told_with_what_changed_until_it_is_withdrawn(desk: Desk) -> None:
    (one,) = untrue_now()
    assert (one.post, set(one.accounts)) == (SOON, {"x", "mastodon"})
    assert [said_change(each, desk.settings) for each in one.changed] == ["debate: Mon 9 Oct 14:40, now 15:20"]
    hand = Hand("cli:jo", "", desk.time, desk.settings.campaign.first_day)
    queue_withdrawal(prepare_withdrawal(SOON, desk.settings, on=["x"]), hand)
    (one,) = untrue_now()
    assert one.accounts == ("mastodon",)
    queue_withdrawal(prepare_withdrawal(SOON, desk.settings, on=["mastodon"]), hand)
    assert untrue_now() == ()


def test_it_is_told_until_somebody_lets_it_stand_or_it_is_so_again(desk: Desk) -> None:
    leave(desk.program, find_untrue(desk.program, "soon", now=desk.time), actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert untrue_now() == ()
    desk.move("2023-10-09T16:00:00+01:00")
    assert [one.post for one in untrue_now()] == [SOON]
    desk.move("2023-10-09T14:40:00+01:00")
    assert untrue_now() == ()


def test_a_change_is_said_with_the_day_only_where_that_changed(desk: Desk) -> None:
    then = "2023-10-09T14:40:00+01:00"
    to = {LATER: "now 15:20", "2023-10-10T14:40:00+01:00": "now Tue 10 Oct 14:40", "": "now not in the plan any more"}
    for now, said in to.items():
        change = Changed("milestone.ballot_result", then, now)
        assert said_change(change, desk.settings) == f"ballot result: Mon 9 Oct 14:40, {said}"
    link = Changed("link.join", "https://a.example", "")
    assert said_change(link, desk.settings) == "join: https://a.example, now not there any more"
