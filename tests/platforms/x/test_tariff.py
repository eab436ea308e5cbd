"""X's price list as requests."""

from __future__ import annotations

from typing import Any

import pytest

from amplifier.platforms.x.tariff import charge

PAGE = {"max_results": 100}
NAMES = {"expansions": "author_id"}


@pytest.mark.parametrize(
    ("path", "query", "kind", "worst"),
    [
        ("/2/users/me", {}, "account", 10_000),
        ("/2/users/12/tweets", PAGE, "look", 100_000),
        ("/2/users/12/tweets", {"max_results": 5}, "look", 5_000),
        ("/2/users/12/mentions", PAGE, "mentions", 100_000),
        ("/2/users/12/mentions", PAGE | NAMES, "mentions", 1_100_000),
        ("/2/tweets/search/recent", PAGE | NAMES, "search", 1_500_000),
        ("/2/tweets/34", {}, "read", 5_000),
        ("/2/tweets/34?tweet.fields=entities", {}, "read", 5_000),
        ("/2/something/new", {}, "search", 500_000),  # what is not on our list is the dearest
    ],
)
def test_the_worst_is_a_full_answer(path: str, query: dict[str, Any], kind: str, worst: int) -> None:
    found = charge("GET", path, query)
    assert found is not None
    assert (found.kind, found.worst) == (kind, worst)


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_what_changes_something_is_paid_for_with_its_intent(method: str) -> None:
    assert charge(method, "/2/tweets", {}) is None


@pytest.mark.parametrize(
    ("answer", "cost"),
    [
        ({}, 0),
        ({"meta": {"result_count": 0}}, 0),
        ({"data": [{"id": "1"}, {"id": "2"}]}, 2_000),
        ({"data": [{"id": "1"}, {"id": "2"}], "includes": {"users": [{"id": "9"}]}}, 12_000),
        ({"data": {"id": "1"}}, 1_000),
        ({"errors": [{"type": "resource-not-found"}]}, 0),
    ],
)
def test_an_answer_costs_what_is_in_it(answer: dict[str, Any], cost: int) -> None:
    found = charge("GET", "/2/users/12/mentions", PAGE | NAMES)
    assert found is not None
    assert found.cost(answer) == cost


def test_a_user_who_comes_with_a_post_costs_nothing_where_none_was_asked_for() -> None:
    found = charge("GET", "/2/users/12/tweets", PAGE)
    assert found is not None
    assert found.cost({"data": [{"id": "1"}], "includes": {"users": [{}, {}]}}) == 1_000
