"""How X words what it will not do (docs.x.com: x-api/fundamentals/response-codes-and-errors)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from amplifier.sandbox.wire import Reply, Request, say

PROBLEM = "application/problem+json"


def problem(status: int, detail: str = "") -> Reply:
    """An error as X words it when no kind of problem is named."""
    titles = {400: "Bad Request", 401: "Unauthorized", 402: "CreditsDepleted", 403: "Forbidden", 404: "Not Found"}
    titles |= {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
    title = titles.get(status, "Error")
    return _problem({"title": title, "type": "about:blank", "status": status, "detail": detail or title}, status)


def forbidden(detail: str) -> Reply:
    """403 with X's sentence."""
    return _problem({"detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403}, 403)


def invalid(request: Request, name: str, message: str) -> Reply:
    """400: a parameter is wrong."""
    return invalid_values({name: [request.one(name)]}, message)


def no_such_user(number: str) -> Reply:
    """What X says of an account it does not know: 200, with an error inside."""
    return say({"errors": [_missing("user", number, "id")]})


def no_such_post(number: str, parameter: str) -> dict[str, Any]:
    """What X says of a post it does not have, inside an answer."""
    return _missing("tweet", number, parameter)


def not_found(error: dict[str, Any]) -> Reply:
    """404: what is to be changed is not there."""
    return _problem({**error, "status": 404}, 404)


def _missing(kind: str, number: str, parameter: str) -> dict[str, Any]:
    return {
        "value": number,
        "detail": f"Could not find {kind} with {parameter}: [{number}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": number,
        "type": "https://api.x.com/2/problems/resource-not-found",
    }


def unsupported_authentication() -> Reply:
    """403: an app alone cannot do this."""
    detail = (
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication "
        "types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
    )
    kind = "https://api.x.com/2/problems/unsupported-authentication"
    return _problem({"title": "Unsupported Authentication", "detail": detail, "type": kind, "status": 403}, 403)


def invalid_values(parameters: dict[str, list[str]], message: str) -> Reply:
    """400: parameters by name are wrong, all for one reason."""
    body = {
        "errors": [{"parameters": parameters, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.x.com/2/problems/invalid-request",
    }
    return _problem(body, 400)


def _problem(body: dict[str, Any], status: int) -> Reply:
    return replace(say(body, status), content_type=PROBLEM)
