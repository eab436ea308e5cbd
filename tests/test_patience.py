import pytest
from pydantic import ValidationError

from amplifier.patience import Limits, RehearsalLimits


@pytest.mark.parametrize("kind", [Limits, RehearsalLimits])
def test_the_defaults_keep_their_own_rule(kind: type[Limits]) -> None:
    assert kind.model_validate({}) == kind()


def test_a_lease_must_outlive_the_longest_call() -> None:
    Limits.model_validate({"lease": "24s"})
    with pytest.raises(ValidationError, match="more time"):
        Limits.model_validate({"lease": "23s"})


def test_live_settles_longer_than_a_call_may_take_because_the_network_may_still_be_at_work() -> None:
    assert Limits().settle_s >= 90 > Limits().read_timeout_s


def test_live_a_post_of_the_moment_is_too_late_after_two_minutes_and_another_after_fifteen() -> None:
    assert (Limits().live_too_late_after_s, Limits().too_late_after_s) == (120, 900)


def test_live_posts_of_one_account_lie_a_minute_apart_and_hands_have_five() -> None:
    assert (Limits().gap_s, Limits().hand_over_after_s) == (60, 300)


@pytest.mark.parametrize("name", sorted(Limits.model_fields))
def test_a_rehearsal_is_never_more_patient_than_live(name: str) -> None:
    assert getattr(RehearsalLimits(), name) < getattr(Limits(), name)
