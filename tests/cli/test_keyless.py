"""Live without AMPLIFIER_KEY: what only shows needs none; what would open or seal a session goes without or says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amplifier.cli.run import migrate
from amplifier.clock import utc_now
from amplifier.deliver.accounts import listed
from amplifier.errors import SettingsError, UsageError
from amplifier.install import Install
from amplifier.platforms.links import EPOCH_MS
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import delivery_views, ledger
from amplifier.store.backup.file import read_header, write
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow, NoticeRow, PostRow, SealedRow
from amplifier.wiring.service import reach, reachable
from tests.cli.conftest import Shell

THEN = datetime(2023, 10, 1, 8, tzinfo=UTC)
NEEDS_KEY = "Live mode needs AMPLIFIER_KEY in the environment: it seals "
OWN_KEY = "a key for backups alone, long enough"


@pytest.fixture
def live(unstarted: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The example campaign live and planned, with its accounts' secrets and without the install's key."""
    file = unstarted.home / "settings.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("mode: rehearsal", "mode: live"), encoding="utf-8")
    settings = load(unstarted.home)
    for account in settings.accounts:
        for name in account.secrets.values():
            monkeypatch.setenv(name, "pretend")
    ledger.open_ledger(mode="live", campaign=settings.campaign.id, now=THEN, stopped="")
    accounts.know_accounts(listed(settings))
    Planner(unstarted.home, settings, now=lambda: THEN).refresh()
    monkeypatch.delenv("AMPLIFIER_KEY", raising=False)
    return unstarted


def out_on_bluesky() -> str:
    number = DeliveryRow.objects.filter(account__label="bluesky").order_by("id").values_list("id", flat=True)[0]
    DeliveryRow.objects.filter(id=number).update(
        state="sent", remote_id="r", remote_state="live", url="https://bsky.app/1", sent_at=utc_now()
    )
    (row,) = delivery_views.views_by_id([number])
    return f"{row.identity.post.slot}/{row.identity.post.occurrence}"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("preview", 0),
        ("preview lab23/vote", 0),
        ("plan", 0),
        ("decide", 1),  # something is to be decided
        ("correct --list", 0),
        ("withdraw --list", 0),
        ("notify", 0),
        ("facts", 0),
        ("mentions", 0),
        ("mentions aside", 0),
        ("milestone", 0),
        ("status", 1),  # nothing runs
        ("stop-link --list", 0),
        ("console-link", 2),  # nor is a console open
        ("check", 2),  # it finds what live mode lacks, the key among it
    ],
)
def test_a_command_that_only_shows_needs_no_key(live: Shell, words: str, code: int) -> None:
    said = live(*words.split())
    assert said.code == code, said.err
    assert "AMPLIFIER_KEY in the environment" not in said.err
    assert said.out or words == "console-link"


@pytest.mark.parametrize("command", ["correct", "withdraw"])
def test_without_the_key_no_network_is_asked_what_would_break_and_nothing_is_sealed(live: Shell, command: str) -> None:
    post = out_on_bluesky()
    words = ("--text", "The hall is open", "--no-append") if command == "correct" else ()
    said = live(command, post, "--on", "bluesky", *words)
    assert "Lost with it: not known." in said.out
    assert not SealedRow.objects.exists()


def test_an_adapter_that_would_seal_with_nothing_is_never_made(live: Shell) -> None:
    settings = load(live.home)
    keyless = Install(live.home, live.var, settings, "")
    assert set(reachable(keyless)) == {"x", "mastodon"}  # whose log-ins make no session
    with pytest.raises(UsageError, match=f"{NEEDS_KEY}the log-in session of bluesky"):
        reach(settings.account("bluesky"), keyless)
    assert set(reachable(Install(live.home, live.var, settings, "k" * 48))) == {"x", "bluesky", "mastodon"}


def test_who_asks_one_account_is_told_what_that_one_lacks(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(live.home)
    monkeypatch.delenv("MASTODON_ACCESS_TOKEN")
    keyed = Install(live.home, live.var, settings, "k" * 48)
    assert reach(settings.account("bluesky"), keyed)
    monkeypatch.delenv("BLUESKY_APP_PASSWORD")
    with pytest.raises(SettingsError) as refused:
        reach(settings.account("mastodon"), keyed)
    assert [one.message for one in refused.value.problems] == [
        "The environment variable MASTODON_ACCESS_TOKEN is not set, so mastodon cannot log in."
    ]


def test_a_link_that_the_network_is_to_prove_asks_for_the_key(live: Shell) -> None:
    number = due_on("bluesky", state="held", reason="doubt")
    said = live("decide", str(number), "--there", "https://bsky.app/profile/labfreemvmt.example/post/3kabcdefgh2jk")
    assert (said.code, NEEDS_KEY in said.err) == (2, True)


def due_on(account: str, **more: str) -> int:
    """A delivery there that was due an hour ago, alone of its kind."""
    number = DeliveryRow.objects.filter(account__label=account).order_by("id").values_list("id", flat=True)[0]
    row = DeliveryRow.objects.select_related("post").get(id=number)
    due = utc_now() - timedelta(hours=1)
    DeliveryRow.objects.exclude(id=number).update(state="dropped")
    DeliveryRow.objects.filter(id=number).update(**{"state": "missed", "run_at": due, **more})
    PostRow.objects.filter(id=row.post_id).update(due_at=due)
    return number


def unset(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """No account's secret is here either."""
    for account in load(live.home).accounts:
        for name in account.secrets.values():
            monkeypatch.delenv(name, raising=False)


def test_confirm_with_a_link_needs_no_key_at_all(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    unset(live, monkeypatch)
    number = due_on("x")
    handle = load(live.home).account("x").handle
    link = f"https://x.com/{handle}/status/{(int(utc_now().timestamp() * 1000) - EPOCH_MS) << 22}"
    said = live("confirm", "--link", f"{number}={link}", "--yes")
    assert (said.code, "1 written down as sent." in said.out) == (0, True), said
    assert not SealedRow.objects.exists()


def test_confirm_with_nothing_to_look_for_needs_no_key(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    unset(live, monkeypatch)
    DeliveryRow.objects.update(state="dropped")
    said = live("confirm")
    assert (said.code, said.out.startswith("Nothing is open")) == (0, True), said


def test_confirm_asks_for_the_key_of_the_account_that_it_is_to_look_on(
    live: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = due_on("bluesky")
    said = live("confirm")
    told = " ".join(said.out.split())
    assert said.code == 1, said
    assert f"✕ bluesky: {NEEDS_KEY}the log-in session of bluesky." in told
    assert f"amplifier confirm --link {number}=https://…" in told
    monkeypatch.delenv("BLUESKY_APP_PASSWORD")
    monkeypatch.setenv("AMPLIFIER_KEY", "k" * 48)
    told = " ".join(live("confirm").out.split())
    assert "✕ bluesky: The environment variable BLUESKY_APP_PASSWORD is not set, so bluesky cannot log in." in told
    assert not SealedRow.objects.exists()  # nor does a look from here say with which keys the service speaks


def test_a_backup_is_sealed_with_its_own_key_and_needs_no_other(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFIER_BACKUP_KEY", OWN_KEY)
    unset(live, monkeypatch)
    said = live("backup", "--json")
    assert said.code == 0, said
    assert json.loads(said.out)["sealed"]


@pytest.mark.parametrize("key", ["", "short"])
def test_a_live_backup_that_nothing_would_seal_is_refused_with_what_it_is_for(
    live: Shell, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("AMPLIFIER_KEY", key)
    assert "Live, a backup is sealed, and there is no key for that here. Set AMPLIFIER_BACKUP_KEY" in live.refused(
        "backup"
    )
    assert not list(live.var.rglob("*.backup"))


def test_before_an_upgrade_too_nothing_live_is_kept_unsealed(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "is_behind", lambda: True)
    monkeypatch.setattr(Install, "database", property(lambda _: None))  # as of a server: the tests' file is elsewhere
    said = live("migrate")
    assert (said.code, "Live, a backup is sealed" in said.err, "Nothing was changed." in said.err) == (2, True, True)
    assert not list(live.var.rglob("*.backup"))


def test_restore_asks_for_a_key_where_the_file_is_sealed(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFIER_BACKUP_KEY", OWN_KEY)
    path = json.loads(live("backup", "--json").out)["file"]
    monkeypatch.delenv("AMPLIFIER_BACKUP_KEY")
    assert "This backup is sealed, and there is no key for it here." in live.refused("restore", path, "--yes")
    with Path(path).open("rb") as file:
        header = read_header(file)
    plain = Path(path).with_name("plain.backup")
    with plain.open("wb") as file:
        write(file, replace(header, salt=""), [b"content"], "")
    said = live("restore", str(plain), "--yes")
    assert "rows." in said.out  # it was read as far as what is in it, which is no database
    assert "key" not in said.err.lower()


def test_a_stop_needs_no_key_and_speaks_of_none(live: Shell) -> None:
    said = live("stop", "--reason", "A wrong name")
    assert (said.code, "AMPLIFIER_KEY" in said.out + said.err) == (0, False), said


def test_pretend_networks_are_for_a_rehearsal_and_take_no_key_of_a_live_one(live: Shell) -> None:
    assert "live nobody asks the pretend networks" in live.refused("sandbox")


def test_a_notice_whose_link_cannot_be_opened_says_so(live: Shell) -> None:
    assert "cannot be shown" not in live("notify").out
    NoticeRow.objects.create(
        made_at=utc_now(), recipient="press", topic="hand_off", sentence="Post this.", link="sealed:none", key="1"
    )
    assert "it is sealed, and AMPLIFIER_KEY opens it." in " ".join(live("notify").out.split())


LOOKING = ("plan", "facts", "mentions", "milestone", "decide", "status")
DECIDING = ("edit debate-begins x", "skip debate-begins", "send x --to x", "withdraw x", "resume")


@pytest.mark.parametrize("command", [*LOOKING, *DECIDING])
def test_a_command_that_finds_no_service_makes_no_folder_for_one(unstarted: Shell, command: str) -> None:
    unstarted(*command.split())
    assert not unstarted.var.exists()
