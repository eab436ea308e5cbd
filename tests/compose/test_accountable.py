"""What a campaign must say of itself before it goes live: told to the team, and to nobody who visits."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.compose.accountable import lacks, unaccountable, what_it_lacks
from amplifier.policy import Imprint, Profile
from amplifier.settings import parse

EXAMPLE = (Path(__file__).parents[2] / "settings.yaml").read_text()
LIVE = EXAMPLE.replace("mode: rehearsal ", "mode: live ")


@pytest.mark.parametrize("profile", [Profile.UK, Profile.SCOTLAND])
def test_election_material_needs_a_name_and_an_address(profile: Profile) -> None:
    assert lacks(Imprint(profile=profile)) == ("responsible", "address")
    assert lacks(Imprint(profile=profile, responsible="A", address=" \n")) == ("address",)
    assert lacks(Imprint(profile=profile, responsible="A", address="B")) == ()


@pytest.mark.parametrize("profile", [Profile.OFF, Profile.PAID])
def test_where_no_page_is_asked_for_nothing_is_missing(profile: Profile) -> None:
    assert lacks(Imprint(profile=profile, text="A")) == ()


def test_what_is_missing_is_a_sentence() -> None:
    assert what_it_lacks(Imprint(responsible="A")) == "The page /imprint does not give an address."
    assert what_it_lacks(Imprint(responsible="A", address="B")) == ""
    both = "The page /imprint does not give a name of who is responsible or an address."
    assert what_it_lacks(Imprint()) == both


def test_live_it_is_a_problem_with_its_line_and_in_a_rehearsal_none() -> None:
    (problem,) = unaccountable(parse(LIVE))
    assert LIVE.splitlines()[problem.line - 1].strip() == 'address: ""'
    assert "`address` is empty" in problem.message
    assert unaccountable(parse(EXAMPLE)) == ()
    assert unaccountable(parse(LIVE.replace('address: ""', "address: 1 Road"))) == ()
    gone = LIVE.replace('    address: ""\n', "").replace("    responsible: Labour Campaign for Free Movement\n", "")
    assert [one.line > 0 for one in unaccountable(parse(gone))] == [True, True]
