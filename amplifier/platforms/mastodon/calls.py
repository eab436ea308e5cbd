"""Requests that Mastodon.py does not make, or makes with an address that some servers redirect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mastodon import MastodonAPIError
from requests import Response

from amplifier.platforms.host import HostSession
from amplifier.platforms.port import Connection

Query = Sequence[tuple[str, str]]
Fields = Mapping[str, str | Sequence[str]]


def ask(
    session: HostSession, connection: Connection, path: str, *, method: str = "GET", fields: Fields | None = None
) -> Any:
    """What the server answers to a request in the account's name, as JSON; `fields` are sent as a form.

    Raises MastodonAPIError, as Mastodon.py does, for a refusal, and ValueError for an answer that is no JSON.
    """
    return _answered(session, connection, path, method=method, data=fields).json()


def told(session: HostSession, connection: Connection, path: str, query: Query) -> bytes:
    """The answer as it came: Mastodon.py would read the whole of it, or nothing. Raises MastodonAPIError as above."""
    return bytes(_answered(session, connection, path, params=list(query)).content)


def _answered(session: HostSession, connection: Connection, path: str, *, method: str = "GET", **more: Any) -> Response:
    headers = {"Authorization": f"Bearer {connection.secrets['access_token']}", "User-Agent": "Amplifier"}
    answer = session.request(method, connection.api.rstrip("/") + path, headers=headers, **more)
    if answer.ok:
        return answer
    try:
        said = answer.json()
    except ValueError:
        said = None
    words = said.get("error") if isinstance(said, dict) else None
    raise MastodonAPIError("Mastodon API returned error", answer.status_code, answer.reason, words)
