from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime, timedelta

import pytest

from amplifier.campaign.plan import At, Decision, DecisionKind, Distance, Every, Milestone, Plan, Slot


@pytest.mark.parametrize("noun", [Milestone, At, Every, Slot, Plan, Decision])
def test_a_noun_of_the_plan_cannot_be_changed_behind_anyones_back(noun: type) -> None:
    values = [None] * len(fields(noun))
    with pytest.raises(FrozenInstanceError):
        setattr(noun(*values), fields(noun)[0].name, "other")


def test_equal_plans_compare_equal_so_that_a_new_version_is_noticed_only_when_something_changed() -> None:
    def plan(name: str) -> Plan:
        debate = Milestone("debate", datetime(2023, 10, 10, 14, 40, tzinfo=UTC), 4)
        slot = Slot(
            name, "lab23/floor", "rotate", At("debate", Distance(timedelta(hours=-1)), None), (), None, "", "a.yaml", 6
        )
        return Plan("lab23", "Europe/London", (debate,), (slot,))

    assert plan("floor") == plan("floor")
    assert plan("floor") != plan("vote")


def test_decisions_are_named_as_the_glossary_names_them() -> None:
    assert [str(kind) for kind in DecisionKind] == [
        "milestone_moved",
        "slot_skipped",
        "words_replaced",
        "fact_left",
        "same_account",
        "move_forgotten",
    ]
