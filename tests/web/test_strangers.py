"""What strangers are told when something is wrong: one plain sentence, whatever ails database, files or code."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.db import connection, connections

from amplifier.__main__ import COMMANDS
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.notice import Draft
from amplifier.campaign.secret_link import HandOffRequest, LinkKind
from amplifier.clock import utc_now
from amplifier.errors import SettingsError
from amplifier.policy import Topic
from amplifier.store import secret_links
from amplifier.store.holding.stop_links import write_down
from amplifier.store.models import DeliveryRow
from amplifier.web import frame
from amplifier.web.failures import NOT_NOW, NOT_SENT
from amplifier.web.secret_links import sheet
from amplifier.web.secret_links.guesses import Guesses
from tests.journeys.install import Run, RunningInstall
from tests.waiting import HANG_S
from tests.web.campaign import Campaign, Page
from tests.web.proxies import nginx
from tests.web.test_server import listens

STOP, HAND = "s" * 43, "h" * 43
PUBLIC = ("/healthz", "/imprint", "/k/lab23", "/k/nothing", "/k/static/nothing.css")
SECRET_LINKS = (f"/stop/{STOP}", f"/h/{HAND}", "/stop/" + "w" * 43, "/h/" + "w" * 43)
STOPS = tuple(path for path in SECRET_LINKS if path.startswith("/stop/"))
HANDS = tuple(path for path in SECRET_LINKS if path not in STOPS)
ELSEWHERE = {"Host": "amplifier.example", "X-Forwarded-For": "198.51.100.9"}
# Whatever a stranger has no use for: places on this computer, commands, and our insides.
INSIDE = re.compile(
    rf"/(tmp|home|work|var|root|dev|usr|srv|opt)/|\bamplifier ({'|'.join(COMMANDS)})\b|--[a-z]+|\.py\b|\.yaml"
    r"|(?i:sqlite|django|traceback|\btable|\bcolumn|operationalerror|no such)",
)


def delete(file: Path) -> None:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


def exchange(file: Path) -> None:
    delete(file)
    file.write_bytes(b"no database at all, but something else\n" * 1000)


def damage(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xa5" * (file.stat().st_size - 4096))


def age(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        for table in ("errands", "kits", "stops", "heartbeats", "deliveries"):
            database.execute(f"ALTER TABLE {table} RENAME TO {table}_of_another_version")


def lock(file: Path) -> None:
    """As a database browser does that has begun to write: others may read and not write."""
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    database.execute("BEGIN EXCLUSIVE")
    LOCKS.append(database)


LOCKS: list[sqlite3.Connection] = []
ILLS = {one.__name__: one for one in (delete, exchange, damage, age)}


@pytest.fixture(autouse=True)
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "GUESSES", Guesses())


@pytest.fixture
def secret_link(opened: Campaign) -> Campaign:
    """A stop link and a post by hand, each with its secret address."""
    row = DeliveryRow.objects.get(post__slot="hello", account__label="bluesky")
    due = utc_now()
    DeliveryRow.objects.filter(id=row.pk).update(
        state="held", reason=HoldReason.HAND_OFF, run_at=due, too_late_at=due + timedelta(minutes=9)
    )
    secret_links.make_secret_link(kind=LinkKind.STOP, token=STOP, now=due, actor="cli:wren")
    write_down(opened.install.var, secret_links.stop_links())
    draft = Draft(f"{row.pk}:0", Topic.HAND_OFF, "Please post.")
    assert secret_links.ask([HandOffRequest(row.pk, "anna", 0)], draft, token=HAND, link="sealed:x", now=due)
    return opened


@pytest.fixture
def served(secret_link: Campaign, tmp_path: Path) -> Iterator[Run]:
    """The same on a real server, in a process of its own."""
    connection.close()
    install = RunningInstall(secret_link.install.home, tmp_path / "served")
    install.var.mkdir()
    shutil.copy(connection.settings_dict["NAME"], install.var / "amplifier.sqlite3")
    run = install.start("web", "--port", str(install.port))
    try:
        run.until(lambda: listens(install.port, "127.0.0.1"), what="server")
        yield run
    finally:
        while LOCKS:
            LOCKS.pop().close()
        install.end()


def ask(run: Run, path: str, *, method: str = "GET", body: str = "", seconds: float = 30) -> tuple[int, str]:
    line = HTTPConnection("127.0.0.1", run.install.port, timeout=seconds)
    try:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        line.request(method, path, body=body, headers={**ELSEWHERE, **(form if body else {})})
        answer = line.getresponse()
        words = answer.read().decode()
        assert not INSIDE.search(_told(words, " ".join(answer.headers.values()))), (path, words)
        return answer.status, words
    finally:
        line.close()


def _told(html: str, headers: str = "") -> str:
    """What somebody reads who looks at the page's words and addresses, without our style, script and public links."""
    bare = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    return f"{headers} {re.sub(r'https?://[^ ]+', '', bare)}".replace("text/html", "")


def test_all_is_well_before(served: Run) -> None:
    assert [ask(served, path)[0] for path in SECRET_LINKS] == [200, 200, 404, 404]
    assert "Please post this on Bluesky." in ask(served, f"/h/{HAND}")[1]


@pytest.mark.parametrize("ill", ILLS.values(), ids=ILLS)
def test_strangers_learn_nothing_of_what_ails_the_database(served: Run, ill: Callable[[Path], None]) -> None:
    assert ask(served, f"/h/{HAND}")[0] == 200  # it has been open
    ill(served.install.var / "amplifier.sqlite3")
    secret_link_tells = (503, 200, 404) if ill is damage else (503,)  # what SQLite has read already may still be known
    for path in (*PUBLIC, *HANDS, "/", "/decide", "/nothing"):
        status, _ = ask(served, path)
        assert status in ((200, 404) if path not in HANDS else secret_link_tells), (path, status)
    for path in HANDS:
        status, words = ask(served, path, method="POST", body="do=take&reason=x")
        assert status in secret_link_tells
        assert status != 503 or "Wait a minute, then open" in words
    assert "database" in served.said().lower(), "whoever runs it is told"
    right, wrong = STOPS
    assert (ask(served, right)[0], ask(served, wrong)[0], ask(served, wrong, method="POST")[0]) == (200, 404, 404)
    assert not (served.install.var / "STOP").exists()
    status, words = ask(served, right, method="POST", body="reason=Wrong")
    assert (status, "Sending is stopped." in words) == (200, True)
    assert (served.install.var / "STOP").read_text() == "Wrong.\n"


def test_a_lock_of_another_program_is_no_news_for_strangers(secret_link: Campaign) -> None:
    options = connections.databases["default"]["OPTIONS"]
    connection.close()
    before, options["timeout"] = options["timeout"], 0.05
    try:
        lock(Path(connection.settings_dict["NAME"]))
        for path in SECRET_LINKS[:2]:
            assert secret_link.get(path).status == 200
        page = Page(secret_link.client.post(f"/h/{HAND}", {"do": "take"}))
        assert (page.status, page.truth) == (503, NOT_NOW)
        assert not INSIDE.search(_told(page.html))
    finally:
        LOCKS.pop().close()
        options["timeout"] = before
        connection.close()


def test_settings_that_broke_since_the_start_are_no_news_for_strangers(served: Run) -> None:
    (served.install.home / "settings.yaml").write_text("campaign: [")
    assert [ask(served, path)[0] for path in SECRET_LINKS] == [200, 200, 404, 404]
    for path in PUBLIC:
        ask(served, path)


@pytest.mark.parametrize("error", [SettingsError([]), ZeroDivisionError("/tmp/x"), KeyError("amplifier status")])
def test_a_fault_of_ours_is_one_sentence(
    secret_link: Campaign, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    secret_link.client.raise_request_exception = False
    monkeypatch.setattr("amplifier.store.secret_links.find_secret_link", fail)
    monkeypatch.setattr("amplifier.web.secret_links.stop_links.StopLinks.number_of", fail)
    monkeypatch.setattr(frame, "install", fail)  # nothing of ours can be relied on
    for path in SECRET_LINKS:
        page = secret_link.get(path)
        assert (page.status, page.truth) == (500, NOT_NOW)
        assert page.response["Referrer-Policy"] == "no-referrer"
        assert not INSIDE.search(_told(page.html))


def test_what_is_no_request_of_ours_shows_nothing_of_the_console(secret_link: Campaign) -> None:
    many = {f"field{number}": "x" for number in range(2000)}
    for path in SECRET_LINKS[:2]:
        page = Page(secret_link.client.post(path, many))
        assert (page.status, page.truth) == (400, NOT_SENT)
        assert page.links() == page.named("form") == []
        assert not INSIDE.search(_told(page.html))


def test_over_a_socket_too_whatever_is_sent(served: Run) -> None:
    for body in ("&".join(f"f{number}=" for number in range(1500)), "x" * 20_000, "%ff%00=%", "link=" + "%00" * 900):
        for path in SECRET_LINKS:
            assert ask(served, path, method="POST", body=body)[0] in (200, 302, 400, 404, 413, 422)
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        for path in (*SECRET_LINKS, *PUBLIC):
            assert ask(served, path, method=method)[0] == 405 or path.endswith("nothing.css")


def test_a_stop_by_file_or_environment_tells_helpers_that_it_is_stopped_and_not_where(
    secret_link: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = secret_link.install.stop_file
    try:
        stop.touch()
        page = secret_link.get(f"/h/{HAND}")
        assert page.truth == "Do not post this now. Sending is stopped."
        assert not INSIDE.search(_told(page.html))
        stop.write_text("The wrong words went out.\n")
        assert "The wrong words went out." in secret_link.get(f"/h/{HAND}").text
        stop.unlink()
        stop.symlink_to("/nowhere/at/all")
        assert not INSIDE.search(_told(secret_link.get(f"/h/{HAND}").html))
    finally:
        stop.unlink(missing_ok=True)
    monkeypatch.setenv("AMPLIFIER_STOP", "1")
    page = secret_link.get(f"/h/{HAND}")
    assert page.truth == "Do not post this now. Sending is stopped."
    assert "AMPLIFIER_STOP" not in page.html


@pytest.mark.parametrize("reason", ["imprint", "rejected", "stopped", "budget", "account", "doubt"])
def test_what_the_service_notes_for_whoever_runs_it_is_not_for_helpers(secret_link: Campaign, reason: str) -> None:
    detail = "There is no imprint. Fill in imprint in settings.yaml: amplifier check. The file /var/x/STOP is there."
    DeliveryRow.objects.filter(post__slot="hello", account__label="bluesky").update(reason=reason, detail=detail)
    page = secret_link.get(f"/h/{HAND}")
    assert page.truth == "Do not post this now: something else holds it back."
    assert not INSIDE.search(_told(page.html))


def test_a_right_secret_is_let_in_while_wrong_ones_are_counted(served: Run) -> None:
    """Through a real server, all from one client."""
    wrong = ["/h/" + "w" * 43, "/stop/" + "w" * 43]
    statuses = [ask(served, wrong[number % 2])[0] for number in range(40)]
    assert statuses == [404] * 30 + [429] * 10
    for path in SECRET_LINKS[:2]:
        assert ask(served, path)[0] == 200
        assert ask(served, wrong[0])[0] == 429, "opening a right one must not forgive the wrong ones"
    assert ask(served, f"/h/{HAND}", method="POST", body="do=take")[0] == 302
    assert ask(served, f"/stop/{STOP}", method="POST", body="reason=x")[0] == 200


def test_behind_a_trusted_proxy_each_client_has_an_allowance_of_their_own(
    secret_link: Campaign, tmp_path: Path
) -> None:
    connection.close()
    install = RunningInstall(secret_link.install.home, tmp_path / "served")
    install.var.mkdir()
    shutil.copy(connection.settings_dict["NAME"], install.var / "amplifier.sqlite3")
    settings = install.home / "settings.yaml"
    settings.write_text(settings.read_text() + '\ntrusted_proxies: ["127.0.0.1"]\n')
    run = install.start("web", "--port", str(install.port))

    def guess(port: int, **headers: str) -> int:
        line = HTTPConnection("127.0.0.1", port, timeout=HANG_S, source_address=("127.0.0.2", 0))  # no proxy of ours
        try:
            line.request("GET", "/h/" + "w" * 43, headers=headers)
            return line.getresponse().status
        finally:
            line.close()

    try:
        run.until(lambda: listens(install.port, "127.0.0.1"), what="server")
        named = "proxy_http_version 1.1; proxy_set_header X-Forwarded-For $http_x_test_client;"
        adding = "proxy_http_version 1.1; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
        with nginx(tmp_path / "nginx", install.port, named) as port:
            assert [guess(port, **{"X-Test-Client": "198.51.100.1"}) for _ in range(32)] == [404] * 30 + [429] * 2
            assert guess(port, **{"X-Test-Client": "198.51.100.2"}) == 404, "somebody else"
        with nginx(tmp_path / "second", install.port, adding) as port:  # nginx adds who asked it
            forged = [guess(port, **{"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(32)]
            assert forged[-1] == 429, "who writes the header themselves gets a new allowance each time"
    finally:
        install.end()
