"""Ledgers of earlier versions: what was queued goes out once, what is out stays alone, printed addresses work."""

from __future__ import annotations

import io
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from amplifier.campaign.delivery import State
from amplifier.campaign.secret_link import LinkKind
from amplifier.install import Install
from amplifier.schedule.planner import Planner
from amplifier.store import decisions, delivery_views, kits, secret_links, spends
from amplifier.store.backup.file import read, read_header
from amplifier.store.backup.restore import must_fit, replace_rows
from amplifier.store.holding import stops
from amplifier.store.identity import accounts, sealed
from amplifier.store.listening import mentions, quarantine, sources
from amplifier.store.models import DeliveryRow
from amplifier.web import frame
from amplifier.web.secret_links.stop_links import stop_links
from tests.conftest import SQLITE, _use
from tests.deliver.desk import Desk
from tests.store.ledgers import story

pytestmark = pytest.mark.ledger

FOLDER = Path(__file__).parent / "ledgers"
DUMPS = sorted([*FOLDER.glob("*.sqlite.sql"), *FOLDER.glob("*.postgresql.backup")])
PARAMS = [
    pytest.param(path, id=path.name, marks=[pytest.mark.postgres] if "postgresql" in path.name else [])
    for path in DUMPS
]
# How every delivery stood when the dumps were made: slot, account, verb, revision; state, reason.
STOOD = {
    ("missed", "bluesky", "publish", 0): ("missed", ""),
    ("early", "x", "publish", 0): ("sent", ""),
    ("early", "bluesky", "publish", 0): ("sent", ""),
    ("early", "mastodon", "publish", 0): ("sent", ""),
    ("corrected", "x", "publish", 0): ("missed", "hand_off"),
    ("corrected", "bluesky", "publish", 0): ("sent", ""),
    ("corrected", "mastodon", "publish", 0): ("sent", ""),
    ("corrected", "bluesky", "delete", 1): ("sent", ""),
    ("corrected", "bluesky", "publish", 1): ("sent", ""),
    ("corrected", "mastodon", "edit", 1): ("sent", ""),
    ("doubtful", "x", "publish", 0): ("held", "hand_off"),
    ("doubtful", "bluesky", "publish", 0): ("unsure", ""),
    ("doubtful", "mastodon", "publish", 0): ("sent", ""),
    ("rejected", "mastodon", "publish", 0): ("held", "rejected"),
    ("under-way", "mastodon", "publish", 0): ("sending", ""),
    ("skipped", "bluesky", "publish", 0): ("dropped", "unplanned"),
} | {
    (slot, account, "publish", 0): ("queued", "")
    for slot in ("soon", "reworded", "last")
    for account in ("x", "bluesky", "mastodon")
}
# What may still go out by itself, and how often; "doubtful" is out there, and its look finds it.
TO_COME = {("soon", "mastodon"): 1, ("last", "mastodon"): 1, ("reworded", "mastodon"): 1, ("under-way", "mastodon"): 1}


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """A dump in a database of its own, brought up to this version."""
    path: Path = request.param
    if path.suffix == ".sql":
        with sqlite3.connect(tmp_path / "old.sqlite3") as file:
            file.executescript(path.read_text())
        _use({**SQLITE, "NAME": str(tmp_path / "old.sqlite3")})
        call_command("migrate", verbosity=0, skip_checks=True)
        yield
        connection.close()
        return
    database = request.getfixturevalue("postgres")
    _use(database)
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS old_ledger WITH (FORCE)")
        cursor.execute("CREATE DATABASE old_ledger")
    _use({**database, "NAME": "old_ledger"})
    call_command("migrate", verbosity=0, skip_checks=True)
    file = io.BytesIO(path.read_bytes())
    header = read_header(file)
    must_fit(header)
    replace_rows(lambda: read(io.BytesIO(path.read_bytes()), ""), header, now=story.DUMPED, mark=lambda: None)
    yield
    _use(database)
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE old_ledger WITH (FORCE)")
    connection.close()


def rows() -> dict[tuple[str, str, str, int], tuple[str, str]]:
    return {
        (one.identity.post.slot, one.identity.account, one.identity.verb.value, one.identity.revision): (
            one.state.value,
            one.reason,
        )
        for one in delivery_views.views()
        if one.identity.post.slot != "own"
    }


@pytest.mark.parametrize("opened", PARAMS, indirect=True)
def test_everything_stands_as_it_stood(opened: None, request: pytest.FixtureRequest) -> None:  # noqa: ARG001
    assert rows() == STOOD
    assert len(story.own_posts()) == 2
    assert {one.scope for one in stops.stops()} == {"tag:strike", "account:bluesky"}
    assert len(decisions.decisions()) == 3
    assert [one.status for one in mentions.mentions(mentions.Filter())].count(mentions.Status.WAITING) == 1
    assert len(mentions.mentions(mentions.Filter())) == 3
    assert sources.cursor_of("bluesky:mentions") == "cursor-1"
    assert sources.source_states()["x:mentions"].problem == "It did not answer."
    assert spends.spent(story.DUMPED) == 15_000
    assert sealed.load_seal("bluesky", "https://bsky.social") == b"sealed"
    assert kits.kit_digests() == {"lab23": "0" * 64}
    if "0.1.0" not in request.node.name:
        assert [(one.source, one.number) for one in quarantine.piles()] == [("mastodon:mentions", 1)]
        assert len(mentions.mentions(mentions.Filter(private=True))) == 1
    before = {one.name: (one.remote_id, one.access) for one in accounts.account_states()}
    assert before == {"x": ("remote-0", "ok"), "bluesky": ("remote-1", "ok"), "mastodon": ("remote-2", "ok")}


@pytest.mark.parametrize("opened", PARAMS, indirect=True)
@pytest.mark.parametrize(
    "names", [{}, {"x": "xx", "bluesky": "bsky", "mastodon": "masto"}], ids=["as it was", "renamed"]
)
def test_the_day_goes_on_and_nothing_is_said_twice(opened: None, names: dict[str, str]) -> None:  # noqa: ARG001
    settings = story.the_settings()
    called = [one.model_copy(update={"name": names.get(one.name, one.name)}) for one in settings.accounts]
    settings = settings.model_copy(update={"accounts": tuple(called)})
    assert accounts.know_accounts(story.listed(settings)) == {}
    desk = Desk(time=story.DUMPED)
    desk.networks = {names.get(name, name): network for name, network in desk.networks.items()}
    for network in desk.networks.values():
        network.made = 1000  # no network gives a number twice
    desk.rehire(**{names.get("x", "x"): {"by_hand": True}})
    bluesky, mastodon = (desk.networks[names.get(name, name)] for name in ("bluesky", "mastodon"))
    _there(bluesky, 1)
    stops.lift(actor="cli:ola", now=story.DUMPED)
    planner = Planner(story.HOME, settings, now=lambda: desk.time)
    for step in [60] * 30 + [300] * 70:  # seconds; to the evening
        planner.refresh()
        for _ in range(4):
            desk.tick()
        desk.pass_by(step)
    desk.close()
    said = Counter(request.decode().split("|")[2 if b"|" in request else 0] for request in mastodon.posts.values())
    assert set(said.values()) == {1}
    ends = {key[:2]: state for key, (state, _) in rows().items() if key[2:] == ("publish", 0)}
    for slot, account in TO_COME:
        assert ends[slot, names.get(account, account)] == "sent", slot
    assert len(said) == len(TO_COME) + 1  # and the own post that waited
    assert bluesky.calls.count("publish") == 3
    assert ends["doubtful", names.get("bluesky", "bluesky")] == "sent"
    assert story.REWORDED in " ".join(said)


def _there(network: object, number: int) -> None:
    """What the dump is in doubt about is out there, under this number."""
    doubt = next(one for one in delivery_views.views() if one.state is State.UNSURE)

    network.posts[str(9000 + number)] = bytes(DeliveryRow.objects.get(id=doubt.id).request)  # type: ignore[attr-defined]


@pytest.mark.parametrize("opened", PARAMS, indirect=True)
def test_addresses_that_were_printed_still_lead_somewhere(
    opened: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for token, slot in ((story.ANNA, "early"), (story.BEN, "corrected"), (story.CLEO, "doubtful")):
        secret_link = secret_links.find_secret_link(LinkKind.HAND_OFF, token)
        assert secret_link
        (about,) = delivery_views.views_by_id([secret_link.delivery or 0])
        assert (about.identity.post.slot, about.identity.account) == (slot, "x")
    install = Install(story.HOME, tmp_path, story.the_settings(), "k" * 40)
    monkeypatch.setattr(frame, "open_install", lambda *_: install)
    frame.install.cache_clear()
    client = Client(HTTP_HOST="127.0.0.1:8000")
    for token in (story.ANNA, story.BEN, story.CLEO):
        assert client.get(f"/h/{token}").status_code == 200
    stop_links.cache_clear()
    stop_links().refresh()  # as the pages do at their start
    assert client.get(f"/stop/{story.STOP}").status_code == 200
    stop_links.cache_clear()
    client.post(f"/stop/{story.STOP}", {})
    assert "all" in {one.scope for one in stops.stops()}
    frame.install.cache_clear()
