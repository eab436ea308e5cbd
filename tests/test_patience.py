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
