from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F

from amplifier.campaign.delivery import Receipt, State
from amplifier.campaign.post import PostId
from amplifier.clock import utc_now
from amplifier.install import open_install
from amplifier.platforms.links import EPOCH_MS
from amplifier.platforms.port import Part
from amplifier.sandbox.server import Sandbox
from amplifier.store import delivery_views, heartbeats
from amplifier.store.events import events_of, of_delivery
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow, PostRow
from amplifier.wiring.service import open_app
from tests.cli.conftest import Shell

Post = Callable[[str, str], Receipt]


@pytest.fixture(autouse=True)
def _all_ahead(shell: Shell) -> None:  # noqa: ARG001  the campaign that is ahead
    """Nothing of the campaign is due, however long these tests take."""
    PostRow.objects.update(due_at=F("due_at") + timedelta(hours=2))


@pytest.fixture
def networks(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pretend networks, at which this install's accounts are known."""
    install = open_install(shell.home, shell.var)
    sandbox = Sandbox(tmp_path / "world.sqlite3", port=0, token=install.sandbox_token)
    sandbox.start()
    monkeypatch.setenv("AMPLIFIER_SANDBOX_PORT", str(sandbox.port))
    yield
    sandbox.stop()


@pytest.fixture
def by_hand(shell: Shell, networks: None) -> Post:  # noqa: ARG001  where it is posted
    """Posts something on an account past the service, as a person with an app would."""
    app = open_app(open_install(shell.home, shell.var))
    keys = iter(range(100))

    def post(account: str, text: str) -> Receipt:
        key = {"bluesky": f"3k{next(keys):02}".translate(str.maketrans("0189", "wxyz")) + "defgh2jkl"}.get(
            account, f"hand {next(keys)}"
        )
        platform = app.platforms[account]
        platform.verify()
        return platform.publish(platform.prepare(Part(text, "en"), key, utc_now()))

    return post


def _overdue(account: str, state: State = State.MISSED, *, slot: str = "hello", minutes: int = 30) -> DeliveryRow:
    """The delivery of this slot on this account, as it is after a break."""
    row = DeliveryRow.objects.select_related("post").get(account__label=account, post__slot=slot)
    due = utc_now() - timedelta(minutes=minutes)
    PostRow.objects.filter(id=row.post_id).update(due_at=due)
    DeliveryRow.objects.filter(id=row.pk).update(state=state, run_at=due)
    return DeliveryRow.objects.select_related("post").get(id=row.pk)


def _only(row: DeliveryRow) -> None:
    """Nothing else of its post is open."""
    DeliveryRow.objects.filter(post=row.post).exclude(id=row.pk).update(state=State.DROPPED)


@pytest.mark.parametrize("account", ["x", "bluesky", "mastodon"])
@pytest.mark.parametrize("state", [State.MISSED, State.HELD, State.QUEUED, State.UNSURE])
def test_what_was_posted_by_hand_is_found_and_written_down(
    shell: Shell, by_hand: Post, account: str, state: State
) -> None:
    row = _overdue(account, state)
    _only(row)
    receipt = by_hand(account, row.text)
    told = shell("confirm", "--yes")
    assert told.code == 0, told
    assert "✓ 1 written down as sent." in told.out
    assert receipt.url in told.out.replace("\n", "")
    (now,) = delivery_views.views_by_id([row.pk])
    assert (now.state, now.receipt) == (State.SENT, receipt)
    last = events_of(of_delivery(row.pk))[-1]
    assert (last.kind, last.before) == ("found by hand", state)
    assert last.actor.startswith("cli:")
    assert shell("confirm", "--yes").out.startswith("Nothing is open:")


def test_what_somebody_left_out_is_not_looked_for(shell: Shell, by_hand: Post) -> None:
    row = _overdue("mastodon")
    _only(row)
    by_hand("mastodon", row.text)
    assert shell("decide", str(row.pk), "--leave", "--yes").code == 0
    assert shell("confirm", "--yes").out.startswith("Nothing is open:")


def test_a_link_without_its_number_is_refused_with_the_form_that_it_should_have(
    shell: Shell,
    networks: None,  # noqa: ARG001  where it would be looked for
) -> None:
    assert "--link 12=https://…" in shell.refused("confirm", "--yes", "--link", "https://x.com/us/status/1")


def test_without_a_yes_nothing_is_changed(shell: Shell, by_hand: Post) -> None:
    row = _overdue("mastodon")
    _only(row)
    by_hand("mastodon", row.text)
    told = shell("confirm")
    assert told.code == 1
    assert "✓ found" in told.out
    assert "Nothing was changed." in told.out
    assert DeliveryRow.objects.get(id=row.pk).state == State.MISSED


def test_what_is_not_there_and_what_says_something_else_stays_open(shell: Shell, by_hand: Post) -> None:
    row = _overdue("mastodon")
    _only(row)
    by_hand("mastodon", row.text + "!")
    told = shell("confirm", "--yes")
    assert told.code == 1
    assert "✕ missed, not there" in told.out
    assert shell.ask("confirm", "--yes") == {
        "mode": "rehearsal",
        "found": [],
        "not_there": [row.pk],
        "not_looked_for": [],
        "troubles": {},
    }


def test_a_post_that_another_delivery_owns_and_one_that_two_could_own_count_once(shell: Shell, by_hand: Post) -> None:
    first = _overdue("mastodon")
    other = (
        DeliveryRow.objects.filter(account__label="mastodon").exclude(post=first.post).select_related("post").first()
    )
    assert other is not None
    due = utc_now() - timedelta(minutes=20)
    PostRow.objects.filter(id=other.post_id).update(due_at=due)
    DeliveryRow.objects.filter(post=other.post).exclude(id=other.pk).update(state=State.DROPPED)
    DeliveryRow.objects.filter(id=other.pk).update(state=State.MISSED, text=first.text)
    _only(first)
    by_hand("mastodon", first.text)
    found = shell.ask("confirm", "--yes")
    assert [one["id"] for one in found["found"]] == [first.pk]
    assert found["not_there"] == [other.pk]
    assert shell.ask("confirm", "--yes")["not_there"] == [other.pk]


def test_what_is_still_to_come_is_not_looked_for(shell: Shell, networks: None) -> None:  # noqa: ARG001
    assert shell("confirm").out.startswith("Nothing is open:")


def test_a_correction_that_waits_is_no_post_to_be_found(shell: Shell, networks: None) -> None:  # noqa: ARG001
    row = _overdue("mastodon")
    _only(row)
    DeliveryRow.objects.filter(id=row.pk).update(verb="edit")
    assert shell("confirm").out.startswith("Nothing is open:")


def test_a_network_that_does_not_answer_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPLIFIER_SANDBOX_PORT", "9")
    row = _overdue("mastodon")
    _only(row)
    told = shell("confirm", "--yes")
    assert told.code == 1
    assert "✕ mastodon: Mastodon could not be reached (Connection refused)." in told.out
    assert f"amplifier confirm --link {row.pk}=https://…" in told.out


def test_where_nobody_may_look_the_pasted_link_counts(shell: Shell, networks: None) -> None:  # noqa: ARG001
    settings = shell.home / "settings.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("    platform: x\n", "    platform: x\n    hand_off: true\n"), encoding="utf-8")
    row = _overdue("x", State.HELD)
    _only(row)
    told = shell("confirm", "--yes")
    assert told.code == 1
    assert "‖ held, not looked for" in told.out
    port = os.environ["AMPLIFIER_SANDBOX_PORT"]
    number = str((int(utc_now().timestamp() * 1000) - EPOCH_MS) << 22)
    url = f"http://127.0.0.1:{port}/labfreemvmt/status/{number}"
    told = shell("confirm", "--yes", "--link", f"{row.pk}={url}?s=20")
    assert told.code == 0, told
    (now,) = delivery_views.views_by_id([row.pk])
    assert (now.state, now.receipt) == (State.SENT, Receipt(number, url))
    other = _overdue("x", slot=_another(row.post.slot))
    refused = shell.refused("confirm", "--yes", "--link", f"{other.pk}={url}")
    assert f"{url} belongs to another delivery (number {row.pk}). Nothing was changed." in refused
    fresh = url.replace(number, str(int(number) + 1))
    twice = ("--link", f"{other.pk}={fresh}", "--link", f"{other.pk}={fresh}")
    assert f"{fresh} belongs to another delivery (number {other.pk})" in shell.refused("confirm", "--yes", *twice)


def _another(slot: str) -> str:
    found = PostRow.objects.filter(occurrence="once", deliveries__account__label="x").exclude(slot=slot).first()
    assert found is not None
    return str(found.slot)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("https://x.com/labfreemvmt/status/1", "This is no link to a post on 127.0.0.1:"),
        ("http://127.0.0.1:{port}/somebody/status/1", "This is a post of @somebody, and the account is @labfreemvmt."),
        ("http://127.0.0.1:{port}/labfreemvmt/status/1", "which is before its time."),
        ("", "This is no link"),
    ],
)
def test_a_link_that_proves_nothing_is_refused(shell: Shell, networks: None, link: str, sentence: str) -> None:  # noqa: ARG001
    row = _overdue("x")
    words = link.format(port=os.environ["AMPLIFIER_SANDBOX_PORT"])
    assert sentence in shell.refused("confirm", "--yes", "--link", f"{row.pk}={words}")
    assert DeliveryRow.objects.get(id=row.pk).state == State.MISSED


@pytest.mark.parametrize("number", ["", "x", "0", "999999", "1" * 5000, "-1", "\u0661"])
def test_a_number_that_is_none_is_refused(shell: Shell, networks: None, number: str) -> None:  # noqa: ARG001
    assert "is no delivery that waits for this." in shell.refused(
        "confirm", "--yes", "--link", f"{number}=https://x.com"
    )


def test_the_posts_identity_is_said(shell: Shell, networks: None) -> None:  # noqa: ARG001
    row = _overdue("x")
    post = PostId(row.post.campaign, row.post.slot, row.post.occurrence)
    assert f"{row.pk}  " in shell("confirm", "--yes").out
    assert f"{post.slot}/{post.occurrence}" in shell("confirm", "--yes").out


@pytest.mark.usefixtures("networks")
def test_while_the_service_runs_a_newer_settings_file_is_not_read_into_its_ledger(shell: Shell) -> None:
    file = shell.home / "settings.yaml"
    file.write_text(file.read_text().replace("handle: labfreemvmt\n    api", "handle: north-wales\n    api"))
    heartbeats.beat("worker", now=utc_now())
    assert "the service still knows it as @labfreemvmt@social.example" in shell.refused("confirm", "--yes")
    assert accounts.identities()["mastodon"].handle == "labfreemvmt"
