"""The stop link: whoever has it can stop everything from anywhere, and can do and learn nothing else."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from amplifier.campaign.secret_link import LinkKind
from amplifier.clock import utc_now
from amplifier.deliver import stop_flags
from amplifier.install import Install
from amplifier.store import secret_links
from amplifier.store.holding import stops
from amplifier.store.holding.stop_links import FILE, write_down
from amplifier.web.secret_links import sheet
from amplifier.web.secret_links import stop as stop_module
from amplifier.web.secret_links.guesses import Guesses
from amplifier.web.secret_links.stop_links import stop_links
from tests.waiting import HANG_S, all_answered
from tests.web.campaign import Campaign, Page

ELSEWHERE = {"HTTP_HOST": "amplifier.example", "REMOTE_ADDR": "203.0.113.7", "HTTP_X_FORWARDED_FOR": "198.51.100.9"}


@pytest.fixture(autouse=True)
def _no_traces(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The install of these tests is shared by others: no stop file stays behind, and no guess is remembered."""
    monkeypatch.setattr(sheet, "GUESSES", Guesses())
    yield
    all_answered()
    campaign.install.stop_file.unlink(missing_ok=True)


@pytest.fixture
def token(opened: Campaign) -> str:
    made = secrets.token_urlsafe(32)
    secret_links.make_secret_link(kind=LinkKind.STOP, token=made, now=utc_now(), actor="cli:wren")
    write_down(opened.install.var, secret_links.stop_links())
    return made


@pytest.fixture
def phone() -> Client:
    """Somebody's phone, somewhere: no cookie of ours, another host, behind a proxy."""
    return Client(enforce_csrf_checks=True, **ELSEWHERE)  # type: ignore[arg-type]  headers by their WSGI names


def test_the_page_is_one_sentence_and_one_button_and_changes_nothing(token: str, phone: Client) -> None:
    for method in (phone.get, phone.head):
        assert method(f"/stop/{token}").status_code == 200
    page = Page(phone.get(f"/stop/{token}"))
    assert page.truth == "This stops every post that has not begun to go out."
    assert len(page.named("button")) == 1
    assert {one.get("action", "") for one in page.named("form")} == {""}
    assert not {"img", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not phone.cookies
    assert stops.stops() == ()


def test_one_press_stops_everything_and_says_what_happens_now(opened: Campaign, token: str, phone: Client) -> None:
    page = Page(phone.post(f"/stop/{token}", {"reason": "A wrong name\nis in it"}))
    assert (page.status, page.truth) == (200, "Sending is stopped.")
    assert "Who can let it go on: whoever runs Amplifier" in page.text
    assert "amplifier resume" not in page.text  # whoever has only the link cannot give it
    assert page.named("button") == []
    (stop,) = stops.stops()
    assert (stop.scope, stop.reason) == ("all", "A wrong nameis in it.")
    assert stop.actor.startswith("stop link ")
    assert opened.install.stop_file.read_text() == "A wrong nameis in it.\n"
    assert not phone.cookies


def test_nobody_has_to_give_a_reason_and_pressing_twice_changes_nothing(token: str, phone: Client) -> None:
    assert Page(phone.post(f"/stop/{token}")).truth == "Sending is stopped."
    assert Page(phone.post(f"/stop/{token}", {"reason": "Again"})).truth == "Sending is stopped."
    assert [one.reason for one in stops.stops()] == ["Somebody pressed the stop link."]


def test_it_shows_nothing_of_the_campaigns_posts(token: str, phone: Client) -> None:
    for page in (Page(phone.get(f"/stop/{token}")), Page(phone.post(f"/stop/{token}"))):
        assert "Hello from the campaign." not in page.text
        assert page.links() == []


@pytest.mark.parametrize("wrong", ["x" * 43, "short", "x" * 100])
def test_a_wrong_address_leads_nowhere_and_stops_nothing(token: str, phone: Client, wrong: str) -> None:
    assert token != wrong
    for answer in (phone.get(f"/stop/{wrong}"), phone.post(f"/stop/{wrong}")):
        page = Page(answer)
        assert page.status == 404
        assert page.truth.startswith("There is nothing here")
    assert stops.stops() == ()


def test_a_link_of_another_kind_stops_nothing(opened: Campaign, phone: Client) -> None:
    assert opened
    made = secrets.token_urlsafe(32)
    secret_links.make_secret_link(kind=LinkKind.HAND_OFF, token=made, now=utc_now(), actor="service")
    assert phone.post(f"/stop/{made}").status_code == 404
    assert stops.stops() == ()


def test_a_revoked_link_leads_nowhere(opened: Campaign, token: str, phone: Client) -> None:
    secret_links.revoke_secret_links(kind=LinkKind.STOP, actor="cli:wren", now=utc_now())
    write_down(opened.install.var, secret_links.stop_links())
    assert phone.post(f"/stop/{token}").status_code == 404
    assert stops.stops() == ()


def test_wrong_guesses_of_somebody_else_keep_nobody_from_stopping(token: str, phone: Client) -> None:
    statuses = {phone.get(f"/stop/{'y' * 43}").status_code for _ in range(40)}
    assert statuses == {404, 429}
    assert Page(phone.post(f"/stop/{token}")).truth == "Sending is stopped."


def test_other_ways_of_asking_are_refused(token: str, phone: Client) -> None:
    for ask in (phone.put, phone.delete, phone.patch):
        assert ask(f"/stop/{token}").status_code == 405


def test_a_stop_that_failed_says_so_in_no_uncertain_words(
    token: str, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop_module, "pull", lambda *_, **__: stop_flags.Pulled((), ("Nothing could be written.",)))
    page = Page(phone.post(f"/stop/{token}"))
    assert page.status == 500
    assert page.truth == "It could not be stopped from here. Call whoever runs Amplifier, now."
    assert len(page.named("button")) == 1


def _damage(path: Path, index: str) -> None:
    """Overwrite the first page of this index, as a failing disk may."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        (root,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,)).fetchone()
        (size,) = file.execute("PRAGMA page_size").fetchone()
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as raw:
        raw.seek((root - 1) * size)
        raw.write(b"\xde\xad" * (size // 2))


@pytest.mark.parametrize("index", ["sqlite_autoindex_errands_1", "errands_stop_links"])
def test_a_right_link_stops_also_while_its_lookup_is_damaged(
    opened: Campaign, token: str, phone: Client, index: str
) -> None:
    connection.close()
    _damage(Path(connection.settings_dict["NAME"]), index)
    stop_links().refresh()
    assert Page(phone.get(f"/stop/{token}")).truth == "This stops every post that has not begun to go out."
    assert phone.get(f"/stop/{'y' * 43}").status_code == 404
    page = Page(phone.post(f"/stop/{token}", {"reason": "Wrong"}))
    assert (page.status, page.truth) == (200, "Sending is stopped.")
    assert opened.install.stop_file.read_text() == "Wrong.\n"


def test_a_right_link_stops_while_another_program_keeps_the_database(
    opened: Campaign, token: str, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop_flags, "DATABASE_WITHIN_S", 0.2)
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert Page(phone.post(f"/stop/{token}")).truth == "Sending is stopped."
        assert Page(phone.get(f"/stop/{token}")).truth == "Sending is stopped already."
        assert opened.install.stopped_by_file() == "Somebody pressed the stop link."
        other.rollback()


def test_a_database_that_never_answers_keeps_the_button_nobody_waits_for(
    token: str, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = threading.Event()
    monkeypatch.setattr(stop_module, "LOOK_FOR_S", 0.1)
    monkeypatch.setattr(stop_module, "why_stopped", lambda _: hung.wait(HANG_S))
    monkeypatch.setattr(secret_links, "find_secret_link", lambda *_: pytest.fail("asked the database"))
    page = Page(phone.get(f"/stop/{token}"))
    assert (page.truth, len(page.named("button"))) == ("This stops every post that has not begun to go out.", 1)
    hung.set()


def test_where_what_sends_may_be_elsewhere_a_file_alone_is_no_stop(
    opened: Campaign, token: str, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Install, "database", None)  # as where it is a server
    monkeypatch.setattr(stop_flags, "DATABASE_WITHIN_S", 0.1)
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN EXCLUSIVE")  # it does not answer until we have our page
        page = Page(phone.post(f"/stop/{token}"))
        other.rollback()
    assert page.status == 500
    assert page.truth.startswith("The stop is written down here, but it may not reach what sends.")
    assert opened.install.stop_file.exists()
    assert len(page.named("button")) == 1


def test_where_nobody_can_tell_whether_a_link_is_right_nothing_is_claimed_of_what_is_sent(
    opened: Campaign, token: str, phone: Client
) -> None:
    (opened.install.var / FILE).unlink()
    for ask in (phone.get, phone.post):
        page = Page(ask(f"/stop/{token}"))
        assert page.status == 503
        assert page.truth.startswith("Nobody can tell just now whether this address is in use, so nothing was stopped.")
        assert "is sent" not in page.truth
