from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from amplifier.cli.rehearsal.tally import SandboxControl, Tally, _share, at_rest, count
from amplifier.errors import UsageError
from amplifier.sandbox.server import Sandbox
from amplifier.settings import Settings, load
from tests.store import filled

REPOSITORY = Path(__file__).parents[3]
DUE = datetime(2026, 1, 1, 12, tzinfo=UTC)


class _Said(SandboxControl):
    """A world that says what the test lets it say."""

    def __init__(self, posts: Sequence[Mapping[str, object]]) -> None:
        super().__init__(0, "")
        self._posts = [dict(post) for post in posts]

    def posts(self) -> list[dict[str, object]]:
        return self._posts

    def struck(self) -> dict[str, int]:
        return {"status": 2, "drip": 1}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(REPOSITORY)


def _ours(number: int, text: str, network: str = "x") -> dict[str, object]:
    account = {"x": "labfreemvmt", "bluesky": "labfreemvmt.example", "mastodon": "labfreemvmt"}[network]
    return _post(number, text, network, account=account, ours=True)


def _post(number: int, text: str, network: str = "x", **more: object) -> dict[str, object]:
    return {
        "network": network,
        "account": "fern.example",
        "ours": False,
        "remote_id": str(number),
        "canonical_id": f"c{number}",
        "text": text,
        "mentions": [],
        "visibility": "public",
        "tags": [],
        "in_reply_to": None,
        "quotes": None,
        "deleted": False,
        "edited": False,
        "versions": [text],
        **more,
    }


def _ledger(
    path: Path, rows: Sequence[tuple[str, str, str, str | None]], mentions: Sequence[tuple[str, str]] = ()
) -> Path:
    """A ledger with one post a row: account, text, state, remote id; sent half a second late."""
    database = path / "amplifier.sqlite3"
    with sqlite3.connect(database) as made:
        made.executescript(
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, due_at TEXT, slot TEXT);"
            "CREATE TABLE accounts (id INTEGER PRIMARY KEY, label TEXT UNIQUE);"
            "CREATE TABLE deliveries (post_id INTEGER, account_id INTEGER, platform TEXT, text TEXT, state TEXT,"
            " remote_id TEXT, sent_at TEXT, verb TEXT DEFAULT 'publish');"
            "CREATE TABLE mentions (network TEXT, canonical_id TEXT, visibility TEXT DEFAULT 'public');"
        )
        for number, (account, text, state, remote_id) in enumerate(rows):
            made.execute("INSERT INTO posts VALUES (?, ?, ?)", (number, str(DUE), f"slot-{number // 2}"))
            sent_at = str(DUE + timedelta(seconds=0.5 + number)) if state == "sent" else None
            made.execute("INSERT OR IGNORE INTO accounts (label) VALUES (?)", (account,))
            made.execute(
                "INSERT INTO deliveries (post_id, account_id, platform, text, state, remote_id, sent_at)"
                " VALUES (?, (SELECT id FROM accounts WHERE label = ?), ?, ?, ?, ?, ?)",
                (number, account, "mastodon" if account == "north" else account, text, state, remote_id, sent_at),
            )
        made.executemany("INSERT INTO mentions (network, canonical_id) VALUES (?, ?)", mentions)
    made.close()
    return database


def test_a_ledger_of_the_service_itself_is_read(sqlite_ledger: None, settings: Settings) -> None:
    assert sqlite_ledger is None
    filled.open_ledger()
    filled.sent("Out.", account="bluesky", number=7)
    tally = count(Path(connection.settings_dict["NAME"]), _Said([_ours(7, "Out.", "bluesky")]), settings, seconds=60)
    assert (tally.deliveries, tally.sent, tally.lost, tally.duplicates) == (1, 1, 0, 0)


def test_what_went_out_once_is_well(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(
        tmp_path, [("x", "one", "sent", "1"), ("bluesky", "one", "sent", "2"), ("x", "two", "sent", "3")]
    )
    tally = count(database, _Said([_ours(1, "one"), _ours(2, "one", "bluesky"), _ours(3, "two")]), settings, seconds=60)
    assert (tally.slots, tally.posts, tally.deliveries, tally.sent) == (2, 3, 3, 3)
    assert (tally.duplicates, tally.lost, tally.unfinished) == (0, 0, 0)
    assert (tally.late_p50_s, tally.late_p99_s) == (1.5, 2.5)
    assert tally.is_good()
    assert tally.as_words().startswith("\n[bold]All is well.[/]")


def test_a_copy_beyond_the_plan_is_a_duplicate(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(tmp_path, [("x", "one", "sent", "1")])
    tally = count(database, _Said([_ours(1, "one"), _ours(2, "one"), _ours(3, "one")]), settings, seconds=60)
    assert (tally.duplicates, tally.lost) == (2, 0)
    assert not tally.is_good()


def test_a_text_that_is_planned_twice_may_be_there_twice_but_not_three_times(
    tmp_path: Path, settings: Settings
) -> None:
    rows = [("bluesky", "one", "sent", "1"), ("bluesky", "one", "sent", "2")]
    world = [_ours(1, "one", "bluesky"), _ours(2, "one", "bluesky")]
    database = _ledger(tmp_path, rows)
    assert count(database, _Said(world), settings, seconds=60).duplicates == 0
    assert count(database, _Said([*world, _ours(3, "one", "bluesky")]), settings, seconds=60).duplicates == 1


def test_the_same_words_on_another_network_or_of_somebody_else_are_no_duplicate(
    tmp_path: Path, settings: Settings
) -> None:
    database = _ledger(tmp_path, [("x", "one", "sent", "1"), ("mastodon", "one", "sent", "1m")])
    world = [_ours(1, "one"), _ours(2, "one", "mastodon") | {"remote_id": "1m"}, _post(3, "one")]
    tally = count(database, _Said(world), settings, seconds=60)
    assert (tally.duplicates, tally.lost) == (0, 0)


def test_what_nobody_planned_counts_as_a_duplicate(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(tmp_path, [("x", "one", "sent", "1")])
    assert count(database, _Said([_ours(1, "one"), _ours(2, "stray")]), settings, seconds=60).duplicates == 1


def test_what_was_deleted_afterwards_is_neither_there_twice_nor_lost(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(tmp_path, [("x", "one", "sent", "1"), ("x", "two", "sent", "3")])
    world = [_ours(1, "one") | {"deleted": True}, _ours(2, "one"), _ours(3, "two") | {"deleted": True}]
    tally = count(database, _Said(world), settings, seconds=60)
    assert (tally.duplicates, tally.lost) == (0, 0)


def test_what_was_edited_counts_with_the_words_that_were_planned(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(tmp_path, [("mastodon", "one", "sent", "1")])
    edited = _ours(1, "two", "mastodon") | {"edited": True, "versions": ["one", "two"]}
    assert count(database, _Said([edited]), settings, seconds=60).duplicates == 0


def test_a_correction_is_no_post_that_could_be_lost_or_planned(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(tmp_path, [("x", "one", "sent", "1"), ("x", "one", "sent", None)])
    with sqlite3.connect(database) as made:
        made.execute("UPDATE deliveries SET verb = 'delete' WHERE remote_id IS NULL")
    made.close()
    tally = count(database, _Said([_ours(1, "one"), _ours(2, "one")]), settings, seconds=60)
    assert (tally.deliveries, tally.duplicates, tally.lost) == (1, 1, 0)


def test_a_receipt_that_the_world_does_not_know_is_lost(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(
        tmp_path, [("x", "one", "sent", "1"), ("x", "two", "sent", None), ("x", "three", "queued", None)]
    )
    tally = count(database, _Said([_ours(2, "one")]), settings, seconds=60)
    assert (tally.lost, tally.unfinished) == (2, 1)
    assert not tally.is_good()


@pytest.mark.parametrize("state", ["queued", "sending", "unsure", "held", "missed"])
def test_whatever_did_not_go_out_is_not_well(tmp_path: Path, settings: Settings, state: str) -> None:
    database = _ledger(tmp_path, [("x", "one", "sent", "1"), ("x", "two", state, None)])
    tally = count(database, _Said([_ours(1, "one")]), settings, seconds=60)
    assert not tally.is_good()
    assert tally.as_words().startswith("\n[bold]Not all is well.[/]")


def test_what_was_left_out_on_purpose_is_well(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(tmp_path, [("x", "one", "sent", "1"), ("x", "two", "dropped", None)])
    assert count(database, _Said([_ours(1, "one")]), settings, seconds=60).is_good()


def test_a_rehearsal_in_which_nothing_was_planned_is_not_well(tmp_path: Path, settings: Settings) -> None:
    tally = count(_ledger(tmp_path, []), _Said([]), settings, seconds=60)
    assert (tally.deliveries, tally.late_p50_s, tally.late_p99_s) == (0, None, None)
    assert not tally.is_good()
    assert "late            - in the middle" in tally.as_words()


def test_a_mention_that_is_not_in_the_log_is_not_well(tmp_path: Path, settings: Settings) -> None:
    world = _Said([_ours(1, "one"), _post(7, "well said", in_reply_to="1"), _post(8, "nothing to do with us")])
    rows = [("x", "one", "sent", "1")]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    without = count(_ledger(tmp_path / "a", rows), world, settings, seconds=60)
    logged = count(_ledger(tmp_path / "b", rows, [("x", "c7")]), world, settings, seconds=60)
    assert (without.mentions_seen, without.mentions_logged, without.is_good()) == (1, 0, False)
    assert (logged.mentions_seen, logged.mentions_logged, logged.is_good()) == (1, 1, True)


@pytest.mark.parametrize("shown_to", ["private", "direct", "unknown", "circle"])
def test_a_private_mention_is_in_no_report(tmp_path: Path, settings: Settings, shown_to: str) -> None:
    world = _Said([_ours(1, "one"), _post(7, "psst", in_reply_to="1", visibility=shown_to)])
    database = _ledger(tmp_path, [("x", "one", "sent", "1")], [("x", "c7")])
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE mentions SET visibility = ?", (shown_to,))
    connection.close()
    tally = count(database, world, settings, seconds=60)
    assert (tally.mentions_seen, tally.mentions_logged, tally.is_good()) == (0, 0, True)


@pytest.mark.parametrize(
    ("post", "covered"),
    [
        (_post(7, "", mentions=["labfreemvmt"]), True),
        (_post(7, "", mentions=["LabFreeMvmt"]), True),
        (_post(7, "", "mastodon", mentions=["labfreemvmt@social.example"]), True),
        (_post(7, "", "bluesky", mentions=["labfreemvmt"]), False),  # there we have another handle
        (_post(7, "", in_reply_to="1"), True),
        (_post(7, "", quotes="1"), True),
        (_post(7, "", in_reply_to="99"), False),
        (_post(7, "", tags=["lab23"]), False),  # an event's tag is not ours to log
        (_ours(7, "mine") | {"in_reply_to": "1"}, False),
        (_post(7, "", mentions=["labfreemvmt"], visibility="unlisted"), True),
        (_post(7, "", mentions=["labfreemvmt"], visibility="private"), False),
        (_post(7, "", "mastodon", in_reply_to="1", visibility="direct"), False),
    ],
)
def test_only_what_is_said_to_us_is_covered(settings: Settings, post: dict[str, object], covered: bool) -> None:  # noqa: FBT001
    found = _Said([_ours(1, "one"), post]).covered(settings)
    assert found == ({(str(post["network"]), "c7")} if covered else set())


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert _share([], 0.5) is None
    assert _share([3.0], 0.99) == 3.0
    assert _share([float(number) for number in range(100)], 0.99) == 99.0
    assert _share([float(number) for number in range(100)], 0.5) == 50.0


def test_the_way_into_the_sandbox_speaks_through_its_door(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "world.sqlite3", port=0, token="right")
    sandbox.start()
    try:
        world = SandboxControl(sandbox.port, "right")
        world.set_public(per_minute=0, stop_at=5)
        world.fault(network="x", operation="publish", kind="status", status=503)
        assert world.posts() == []
        world.weather("heavy", seed=3)
        world.weather("calm")
        assert world.struck() == {}
        said = world.ask("POST", "/_/say", {"network": "x", "handle": "fern.example", "text": "Hello"})
        world.clock(DUE)
        world.change("x", str(said["remote_id"]), "Good day")  # type: ignore[index, call-overload]
        world.change("x", str(said["remote_id"]), None)  # type: ignore[index, call-overload]
        (post,) = world.posts()
        assert (post["deleted"], post["versions"]) == (True, ["Hello", "Good day"])
        world.clock(None)
        with pytest.raises(UsageError, match="The sandbox refused GET /_/world: 401"):
            SandboxControl(sandbox.port, "wrong").posts()
    finally:
        sandbox.stop()


def test_all_figures_are_in_the_json(tmp_path: Path, settings: Settings) -> None:
    tally = count(_ledger(tmp_path, [("x", "one", "sent", "1")]), _Said([_ours(1, "one")]), settings, seconds=61.26)
    assert Tally(**tally.as_json()) == tally  # type: ignore[arg-type]
    assert (tally.mode, tally.seconds, tally.faults) == ("rehearsal", 61.3, 3)


def test_where_trouble_was_made_only_twice_lost_and_in_doubt_are_not_well(tmp_path: Path, settings: Settings) -> None:
    database = _ledger(
        tmp_path, [("x", "one", "sent", "1"), ("x", "two", "missed", None), ("x", "three", "held", None)]
    )
    tally = replace(count(database, _Said([_ours(1, "one")]), settings, seconds=60), kills=4, seed=7)
    assert tally.is_good()
    assert "3 faults, 4 kills, seed 7" in tally.as_words()
    for wrong in ("duplicates", "lost", "unsure", "unfinished"):
        assert not replace(tally, **{wrong: 1}).is_good()  # type: ignore[arg-type]


def test_progress_counts_what_is_at_rest(tmp_path: Path) -> None:
    database = tmp_path / "amplifier.sqlite3"
    assert at_rest(database) == (0, 0)
    assert not database.exists()
    with sqlite3.connect(database) as made:
        assert at_rest(database) == (0, 0)
        made.execute("CREATE TABLE deliveries (state TEXT)")
        states = ["queued", "sending", "unsure", "sent", "held", "missed", "dropped"]
        made.executemany("INSERT INTO deliveries VALUES (?)", [(state,) for state in states])
    made.close()
    assert at_rest(database) == (4, 7)


def test_two_servers_and_another_case_are_told_apart(tmp_path: Path, settings: Settings) -> None:
    mastodon = settings.account("mastodon").model_copy(update={"handle": "LabFreeMvmt"})
    north = mastodon.model_copy(update={"name": "north", "api": "https://Other.example"})
    two = settings.model_copy(update={"accounts": (settings.account("x"), mastodon, north)})
    world = _Said(
        [
            _ours(1, "one", "mastodon"),
            _ours(2, "one", "mastodon") | {"account": "labfreemvmt@other.example"},
            _post(7, "well said", "mastodon", mentions=["labfreemvmt@other.example"]),
            _post(8, "well said", "mastodon", mentions=["labfreemvmt@third.example"]),
        ]
    )
    rows = [("mastodon", "one", "sent", "1"), ("north", "one", "sent", "2")]
    found = count(_ledger(tmp_path, rows), world, two, seconds=60)
    assert (found.duplicates, found.lost, found.mentions_seen) == (0, 0, 1)
    again = _Said([*world.posts(), _ours(3, "one", "mastodon") | {"account": "labfreemvmt@other.example"}])
    assert count(tmp_path / "amplifier.sqlite3", again, two, seconds=60).duplicates == 1
