"""Decisions follow a slot to the name that it has now."""

from __future__ import annotations

from dataclasses import replace

from amplifier.campaign.plan import At, Decision, DecisionKind, Distance, Plan, Slot
from amplifier.schedule.naming.former import follow
from tests.schedule.paper import OPENED

AT = At("", Distance(), OPENED.replace(tzinfo=None))


def plan(*slots: tuple[str, str]) -> Plan:
    named = (Slot(name, "lab23/vote", "rotate", AT, (), None, was, "schedules/a.yaml", 1) for name, was in slots)
    return Plan("lab23", "Europe/London", (), tuple(named))


def decision(kind: DecisionKind, subject: str) -> Decision:
    return Decision(1, kind, subject, "", "", "cli:jo", "", OPENED)


def test_what_was_decided_about_a_former_name_is_about_the_name_of_now() -> None:
    made = [
        decision(DecisionKind.SLOT_SKIPPED, "old/2023-10-09#2"),
        decision(DecisionKind.WORDS_REPLACED, "old/once"),
        decision(DecisionKind.FACT_LEFT, "other/once"),
        decision(DecisionKind.MILESTONE_MOVED, "old"),
        decision(DecisionKind.MOVE_FORGOTTEN, "old"),  # a milestone may be called as a slot was
    ]
    followed = follow(made, plan(("new", "old"), ("other", "")))
    assert [one.subject for one in followed] == ["new/2023-10-09#2", "new/once", "other/once", "old", "old"]
    assert [replace(one, subject="") for one in followed] == [replace(one, subject="") for one in made]


def test_without_a_former_name_nothing_changes() -> None:
    made = (decision(DecisionKind.SLOT_SKIPPED, "old/once"),)
    assert follow(made, plan(("new", ""))) == made
