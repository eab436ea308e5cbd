"""The rules that a campaign sets for the service, each with the sentence it gets when it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from amplifier.policy import Imprint, MonthlyBudget, Profile, Recipient, Recipients, Topic, micros


@pytest.mark.parametrize(
    ("written", "found"), [("25", 25_000_000), (12.5, 12_500_000), ("0.01", 10_000), (100_000, 100_000_000_000)]
)
def test_dollars_are_counted_in_millionths(written: object, found: int) -> None:
    assert micros(written) == found
    assert MonthlyBudget.model_validate({"monthly": written}).monthly == found


@given(st.integers(1, 10_000_000))
def test_no_cent_is_lost_in_reading(cents: int) -> None:
    assert micros(f"{cents // 100}.{cents % 100:02}") == cents * 10_000


@pytest.mark.parametrize("written", ["$25", "25 USD", "", "ten", "25,50", None, [25], True])
def test_what_is_no_amount_of_money_is_told_how_to_write_one(written: object) -> None:
    with pytest.raises(PydanticCustomError, match="is not an amount of money") as caught:
        micros(written)
    assert "12.50" in str(caught.value.context)


@pytest.mark.parametrize("written", [0, "-1", 0.009, 100_001, "nan", "inf"])
def test_a_budget_is_a_cent_at_least_and_not_more_than_anybody_means(written: object) -> None:
    with pytest.raises(PydanticCustomError, match=r"from 0\.01 to 100,000"):
        micros(written)


def test_who_is_told_is_told_of_everything_unless_they_say_otherwise() -> None:
    assert Recipient.model_validate({"name": "ola", "address": "NOTIFY_OLA"}).about == tuple(Topic)
    some = Recipient.model_validate({"name": "ola", "address": "NOTIFY_OLA", "about": ["missed", "unsure"]})
    assert some.about == (Topic.MISSED, Topic.UNSURE)


@pytest.mark.parametrize("wrong", [{"about": []}, {"about": ["everything"]}, {"address": "mailto://a@b.example"}])
def test_a_recipient_that_cannot_be_told_anything_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Recipient.model_validate({"name": "ola", "address": "NOTIFY_OLA", **wrong})


def test_two_people_of_one_name_are_refused_since_a_notice_goes_to_each_name_once() -> None:
    people = [{"name": "ola", "address": "NOTIFY_OLA"}, {"name": "ola", "address": "NOTIFY_OTHER"}]
    with pytest.raises(ValidationError, match="ola twice"):
        TypeAdapter(Recipients).validate_python(people)
    assert len(TypeAdapter(Recipients).validate_python([people[0], {**people[1], "name": "bo"}])) == 2


def test_without_a_word_the_imprint_of_the_country_is_asked_for() -> None:
    assert Imprint().profile is Profile.UK
