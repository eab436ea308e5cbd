"""The pages know the stop links without the database: by their file, by what it told before, and by nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from amplifier.campaign.secret_link import LinkKind
from amplifier.clock import utc_now
from amplifier.store import secret_links
from amplifier.store.holding.stop_links import FILE, write_down, written
from amplifier.web.secret_links import stop_links as module
from amplifier.web.secret_links.stop_links import StopLinks, UnknownError


def _make() -> str:
    token = secrets.token_urlsafe(32)
    secret_links.make_secret_link(kind=LinkKind.STOP, token=token, now=utc_now(), actor="cli:wren")
    return token


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def fail() -> None:
        def gone() -> None:
            raise DatabaseError("gone")

        monkeypatch.setattr(module.secret_links, "stop_links", gone)

    return fail


@pytest.mark.usefixtures("any_ledger")
def test_what_the_database_says_is_known_and_written_down(tmp_path: Path) -> None:
    token, links = _make(), StopLinks(tmp_path)
    links.refresh()
    assert links.number_of(token) is not None
    assert list(written(tmp_path) or ()) == [secret_links.digest_of(token)]
    assert token not in (tmp_path / FILE).read_text()  # whoever reads the file cannot press it
    secret_links.revoke_secret_links(kind=LinkKind.STOP, actor="cli:wren", now=utc_now())
    links.refresh()
    assert links.number_of(token) is None
    assert written(tmp_path) == {}


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_database_that_fails_takes_nothing_away(tmp_path: Path, fails: Callable[[], None]) -> None:
    token, links = _make(), StopLinks(tmp_path)
    links.refresh()
    fails()
    links.refresh()
    assert links.number_of(token) is not None
    assert StopLinks(tmp_path).number_of(token) is not None  # nor from a process that starts then


@pytest.mark.usefixtures("sqlite_ledger")
def test_without_database_and_file_nobody_can_tell(tmp_path: Path, fails: Callable[[], None]) -> None:
    token, links = _make(), StopLinks(tmp_path)
    fails()
    links.refresh()
    with pytest.raises(UnknownError):
        links.number_of(token)
    write_down(tmp_path, {})
    assert links.number_of(token) is None


@pytest.mark.usefixtures("sqlite_ledger")
def test_a_command_is_followed_at_once(tmp_path: Path) -> None:
    links = StopLinks(tmp_path)
    links.refresh()
    token = _make()
    write_down(tmp_path, secret_links.stop_links())
    assert links.number_of(token) is not None
    write_down(tmp_path, {})
    assert links.number_of(token) is None


@pytest.mark.usefixtures("sqlite_ledger")
def test_where_nothing_can_be_written_what_the_database_says_counts(tmp_path: Path) -> None:
    token, links = _make(), StopLinks(tmp_path / "gone")
    links.refresh()
    assert links.number_of(token) is not None


@pytest.mark.usefixtures("sqlite_ledger")
def test_the_lookup_uses_its_index_however_many_secret_links_there_were() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {secret_links.STOP_LINKS}")
        assert "errands_stop_links" in str(cursor.fetchall())
