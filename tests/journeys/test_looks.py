"""A post in doubt costs its account few requests, however much else it has said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.looks import MOST, Street


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    made = Street(tmp_path_factory.mktemp("street"))
    yield made
    made.close()


@pytest.mark.journey
@pytest.mark.parametrize("doubts", [1, 5])
@pytest.mark.parametrize("there", [True, False], ids=["there", "not there"])
@pytest.mark.parametrize("network", ["x", "bluesky", "mastodon"])
def test_a_look_asks_little_however_much_else_was_said(
    street: Street, network: str, doubts: int, *, there: bool
) -> None:
    cost = street.cost(network, doubts=doubts, there=there)

    assert cost.found == (doubts if there else 0)
    assert cost.each <= MOST, cost
