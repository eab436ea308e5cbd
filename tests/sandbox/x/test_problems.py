from __future__ import annotations

import json

import pytest

from amplifier.sandbox.x.problems import (
    forbidden,
    no_such_post,
    no_such_user,
    not_found,
    problem,
    unsupported_authentication,
)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 429, 500, 503, 599])
def test_every_status_has_title_and_detail(status: int) -> None:
    answer = problem(status)
    body = json.loads(answer.body)
    assert (answer.status, body["status"], answer.content_type) == (status, status, "application/problem+json")
    assert body["title"]
    assert body["detail"]


def test_a_duplicate_is_worded_as_x_words_it() -> None:
    body = json.loads(forbidden("You are not allowed to create a Tweet with duplicate content.").body)
    assert body == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "title": "Forbidden",
        "type": "about:blank",
        "status": 403,
    }


def test_an_unknown_user_is_an_error_inside_an_answer() -> None:
    answer = no_such_user("12")
    assert answer.status == 200
    assert json.loads(answer.body)["errors"][0]["resource_id"] == "12"
    assert unsupported_authentication().status == 403


def test_a_post_that_is_not_there_is_an_error_inside_or_a_404() -> None:
    error = no_such_post("12", "ids")
    assert (error["resource_type"], error["parameter"], error["value"]) == ("tweet", "ids", "12")
    answer = not_found(error)
    assert (answer.status, json.loads(answer.body)["type"]) == (404, error["type"])
