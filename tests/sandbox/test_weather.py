from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from amplifier.sandbox.faults import HABITS, FaultKind, from_json
from amplifier.sandbox.weather import CALM, HEAVY, TABLES, Sky
from amplifier.sandbox.wire import Operation

ENDS_AN_ACCOUNT = {401, 402, 403}


def drawn(seed: int, operation: Operation = Operation.PUBLISH, many: int = 2000) -> list[dict[str, Any] | None]:
    sky = Sky(HEAVY, seed)
    return [sky.draw(operation, None) for _ in range(many)]


def test_the_same_seed_draws_the_same_faults_and_another_seed_others() -> None:
    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


@pytest.mark.parametrize("operation", Operation)
def test_three_requests_in_ten_meet_a_fault_whatever_they_want(operation: Operation) -> None:
    struck = [fault for fault in drawn(3, operation) if fault]
    assert 0.25 < len(struck) / 2000 < 0.35
    for fault in TABLES[operation]:
        from_json({"operation": operation, **fault.fault}, 1)


def test_publishing_meets_every_kind_but_the_one_that_ends_an_account() -> None:
    kinds = Counter(fault["kind"] for fault in drawn(4, many=20000) if fault)
    assert {FaultKind(kind) for kind in kinds} == set(FaultKind) - HABITS - {
        FaultKind.SUSPENDED,
        FaultKind.BETWEEN,
        FaultKind.GATEWAY,
    }
    assert not any(fault.get("status") in ENDS_AN_ACCOUNT for fault in drawn(4, many=20000) if fault)


@pytest.mark.parametrize("operation", [Operation.FIND, Operation.READ, Operation.MENTIONS, Operation.LOGIN])
def test_reading_is_never_refused(operation: Operation) -> None:
    statuses = {fault.fault.get("status") for fault in TABLES[operation]}
    assert not statuses & {400, 404, 413, 422, *ENDS_AN_ACCOUNT}


def test_habits_are_drawn_when_a_face_asks_for_them_and_only_then() -> None:
    sky = Sky(HEAVY, 5)
    asked = [sky.draw(Operation.FIND, frozenset({"lag"})) for _ in range(200)]
    assert {fault["kind"] for fault in asked if fault} == {"lag"}
    assert 30 < sum(fault is not None for fault in asked) < 90


def test_calm_is_calm_and_any_other_word_is_refused() -> None:
    assert not Sky(CALM, 1)
    assert Sky(CALM, 1).draw(Operation.PUBLISH, None) is None
    with pytest.raises(ValueError, match="calm or heavy"):
        Sky("stormy", 1)


def test_waiting_in_real_time_can_be_taken_out_and_waiting_on_the_sandboxs_clock_stays() -> None:
    sky = Sky(HEAVY, 6, waits=0)
    drawn_of = [fault for _ in range(4000) if (fault := sky.draw(Operation.PUBLISH, None))]
    waits = {fault["kind"]: from_json(fault, 1).seconds for fault in drawn_of if "seconds" in fault}
    assert waits == {"delay": (0, 0), "hang": (0, 0), "drip": (0, 0), "stores_later": (0.2, 1.0)}
    with pytest.raises(ValueError, match="waits"):
        Sky(HEAVY, 6, waits=-1)
