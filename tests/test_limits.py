import pytest
from pydantic import ValidationError

from amplifier.limits import RehearsalTimeLimits, TimeLimits


@pytest.mark.parametrize("kind", [TimeLimits, RehearsalTimeLimits])
def test_the_defaults_keep_their_own_rule(kind: type[TimeLimits]) -> None:
    assert kind.model_validate({}) == kind()


def test_a_lease_must_outlive_the_longest_call() -> None:
    TimeLimits.model_validate({"lease": "24s"})
    with pytest.raises(ValidationError, match="more time"):
        TimeLimits.model_validate({"lease": "23s"})


def test_live_settles_longer_than_a_call_may_take_because_the_network_may_still_be_at_work() -> None:
    assert TimeLimits().settle_s >= 90 > TimeLimits().read_timeout_s


def test_live_a_post_of_the_moment_is_too_late_after_two_minutes_and_another_after_fifteen() -> None:
    assert (TimeLimits().live_too_late_after_s, TimeLimits().too_late_after_s) == (120, 900)


def test_live_posts_of_one_account_lie_a_minute_apart_and_hands_have_five() -> None:
    assert (TimeLimits().gap_s, TimeLimits().hand_over_after_s) == (60, 300)


@pytest.mark.parametrize("name", sorted(TimeLimits.model_fields))
def test_a_rehearsal_is_never_more_patient_than_live(name: str) -> None:
    assert getattr(RehearsalTimeLimits(), name) < getattr(TimeLimits(), name)
