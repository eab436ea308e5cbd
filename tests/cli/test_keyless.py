"""Live without AMPLIFIER_KEY: what only shows needs none; what would open or seal a session goes without or says so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amplifier.clock import utc_now
from amplifier.deliver.accounts import listed
from amplifier.errors import UsageError
from amplifier.place import Place
from amplifier.schedule.planner import Planner
from amplifier.settings import load
from amplifier.store import accounts, journeys, ledger
from amplifier.store.models import DeliveryRow, NoticeRow, SealedRow
from amplifier.wiring import reach, reachable
from tests.cli.conftest import Shell

THEN = datetime(2023, 10, 1, 8, tzinfo=UTC)
NEEDS_KEY = "Live mode needs AMPLIFIER_KEY in the environment: it seals the log-in sessions."


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
    (row,) = journeys.journeys_by_id([number])
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
    keyless = Place(live.home, live.var, settings, "")
    assert reachable(keyless) == {}
    with pytest.raises(UsageError, match=NEEDS_KEY):
        reach(settings.account("bluesky"), keyless)
    assert set(reachable(Place(live.home, live.var, settings, "k" * 48))) >= {"bluesky", "mastodon"}


def test_a_link_that_the_network_is_to_prove_asks_for_the_key(live: Shell) -> None:
    number = DeliveryRow.objects.filter(account__label="mastodon").order_by("id").values_list("id", flat=True)[0]
    DeliveryRow.objects.filter(id=number).update(state="held", reason="doubt")
    said = live("decide", str(number), "--there", "https://social.example/@labfreemvmt/1")
    assert (said.code, NEEDS_KEY in said.err) == (2, True)


def test_a_notice_whose_link_cannot_be_opened_says_so(live: Shell) -> None:
    assert "cannot be shown" not in live("notify").out
    NoticeRow.objects.create(
        made_at=utc_now(), recipient="press", topic="hand_off", sentence="Post this.", link="sealed:none", key="1"
    )
    assert "it is sealed, and AMPLIFIER_KEY opens it." in " ".join(live("notify").out.split())
