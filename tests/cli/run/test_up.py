from __future__ import annotations

import argparse
import os
import signal
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.cli.rehearsal.tally import SandboxControl
from amplifier.cli.run import up
from amplifier.cli.run.console_token import Opened
from amplifier.cli.run.supervisor import Supervisor
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import Install, open_install
from amplifier.limits import PublicSettings
from amplifier.sandbox.server import Sandbox
from tests.ports import free_port

pytestmark = pytest.mark.program

REPOSITORY = Path(__file__).parents[3]

HERE = "http://127.0.0.1:8000"
OPENED = Opened("127.0.0.1", 8000, "s3cret-of-this-run")


@pytest.fixture
def install(tmp_path: Path) -> Install:
    return open_install(copy_home(REPOSITORY, tmp_path / "home", seconds=600), tmp_path / "var")


def test_a_rehearsal_has_its_networks_first_and_then_work_and_pages(install: Install) -> None:
    assert [child.words[0] for child in up.children(install, opened=OPENED)] == ["sandbox", "worker", "web"]
    assert [child.words[0] for child in up.children(install, opened=None)] == ["sandbox", "worker"]
    worker = up.children(install, opened=OPENED)[1]
    assert list(worker.words) == ["worker", "--listen", "--home", str(install.home), "--var", str(install.var)]


def test_the_secret_of_the_console_is_given_to_the_web_server_alone_and_in_no_argument(install: Install) -> None:
    knowing = [child for child in up.children(install, opened=OPENED) if OPENED.token in str(child.secrets)]
    assert [child.words[0] for child in knowing] == ["web"]
    assert OPENED.token not in str(up.children(install, opened=OPENED)), "shown where a child is"
    assert not [word for child in up.children(install, opened=OPENED) for word in child.words if OPENED.token in word]


def test_no_secret_and_no_proxy_reaches_the_children_of_a_rehearsal(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("X_API_KEY", "MASTODON_ACCESS_TOKEN", "HTTP_PROXY", "https_proxy", "all_proxy", "PORT", "KEPT"):
        monkeypatch.setenv(name, "something")
    found = up.environment_for(install, 8900)
    assert found["KEPT"] == "something"
    assert found["AMPLIFIER_SANDBOX_PORT"] == "8900"
    assert [name for name, value in found.items() if value == "something"] == ["KEPT"]


@pytest.mark.parametrize("word", ["abc", "0", "65536", "-5", "8000.0", "", "٨٠٠٠"])
def test_what_is_no_port_is_refused_wherever_it_comes_from(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", word)
    parser = argparse.ArgumentParser()
    up.add_arguments(parser)
    with pytest.raises(UsageError, match=r"is no port\. A port is a number from 1 to 65535"):
        parser.parse_args([])
    monkeypatch.delenv("PORT")
    parser = argparse.ArgumentParser()
    up.add_arguments(parser)
    assert (parser.parse_args([]).port, parser.parse_args([]).sandbox_port) == (None, None)
    with pytest.raises(UsageError, match="is no port"):
        parser.parse_args([f"--sandbox-port={word}"])


def test_only_one_may_hold_a_data_folder(tmp_path: Path) -> None:
    refused = pytest.raises(UsageError, match=rf"already running here \(process {os.getpid()}, data in")
    with up.only_one(tmp_path), refused:
        up.only_one(tmp_path).__enter__()
    with up.only_one(tmp_path):
        assert (tmp_path / "up.lock").read_text() == str(os.getpid())


def test_a_lock_left_by_the_dead_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_text("99999999 and more")
    with up.only_one(tmp_path):
        assert (tmp_path / "up.lock").read_text() == str(os.getpid())


def test_a_fresh_rehearsal_forgets_what_was_played_and_nothing_else(tmp_path: Path) -> None:
    gone = (
        "amplifier.sqlite3",
        "amplifier.sqlite3-wal",
        "amplifier.sqlite3-shm",
        "world.sqlite3",
        "world.sqlite3-journal",
    )
    for name in (*gone, "pretend.key", "up.lock", "notes.txt"):
        (tmp_path / name).write_text("something")
    up.forget(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "pretend.key", "up.lock"]


def test_live_never_begins_anew(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = install.home / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("mode: rehearsal", "mode: live"), encoding="utf-8")
    for account in install.settings.accounts:
        for variable in account.secrets.values():
            monkeypatch.setenv(variable, "something")
    monkeypatch.setenv("AMPLIFIER_KEY", "x" * 48)
    (install.var / "amplifier.sqlite3").write_text("what went out")
    options = argparse.Namespace(home=install.home, var=install.var, port=8000, sandbox_port=8900, fresh=True)
    with pytest.raises(UsageError, match="Only a rehearsal can begin anew"):
        up.run(options)
    assert (install.var / "amplifier.sqlite3").read_text() == "what went out"


def test_a_full_disk_is_told_before_the_database_is_touched(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(install.var)
    monkeypatch.setattr("os.statvfs", lambda _: argparse.Namespace(f_bavail=100, f_frsize=real.f_frsize))
    with pytest.raises(
        UsageError, match=rf"The disk is full: 0.4 MB are left for {install.var}; Amplifier needs 20 MB"
    ):
        up.migrate(install, {**os.environ})
    assert not (install.var / "amplifier.sqlite3").exists()


def test_the_database_is_made_ready_and_what_is_none_is_told(install: Install) -> None:
    environment = up.environment_for(install, 8900)
    (install.var / "amplifier.sqlite3").write_bytes(b"no database at all, but something else" * 100)
    with pytest.raises(UsageError, match=r"The database is damaged: .*file is not a database"):
        up.migrate(install, environment)
    (install.var / "amplifier.sqlite3").unlink()
    up.migrate(install, environment)
    up.migrate(install, environment)
    assert (install.var / "amplifier.sqlite3").stat().st_size > 0


def test_the_public_speaks_where_the_pretend_networks_answer(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "world.sqlite3", port=0, token="token")
    sandbox.start()
    try:
        assert up.enliven(SandboxControl(sandbox.port, "token"), PublicSettings(per_minute=0))
    finally:
        sandbox.stop()
    assert not up.enliven(SandboxControl(free_port(), "token"), PublicSettings())


def test_what_happens_is_told_by_the_campaigns_clock(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    auckland = install.settings.campaign.model_copy(update={"zone": "Pacific/Auckland", "place": "Auckland"})
    up._tell(auckland, "The worker ended.")
    said = capsys.readouterr().out
    now = utc_now().astimezone(ZoneInfo("Pacific/Auckland"))
    assert said[:5] in {f"{now - timedelta(seconds=late):%H:%M}" for late in (0, 60)}
    assert said.endswith(" Auckland  The worker ended.\n")


def test_who_ignores_a_closed_terminal_goes_on_ignoring_it() -> None:
    supervisor = Supervisor([], environment={})
    before = {number: signal.getsignal(number) for number in up.ENDINGS}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        up.end_on_signals(supervisor)
        os.kill(os.getpid(), signal.SIGHUP)
        assert not supervisor.is_ending
        os.kill(os.getpid(), signal.SIGTERM)
        assert supervisor.is_ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        supervisor.close()


def test_whoever_ends_it_is_told_that_nothing_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    up.say_ended()
    assert "Ended. Nothing goes out while it is not running; what waits is kept." in capsys.readouterr().out
