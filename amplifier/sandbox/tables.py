"""The world's one file: its tables, how it is opened, and how a row becomes a noun."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from amplifier.sandbox.nouns import Network, PretendAccount, PretendPost, Version

VERSION = 3  # rises when the tables change

_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    key INTEGER PRIMARY KEY, network TEXT NOT NULL, handle TEXT NOT NULL, name TEXT NOT NULL, remote_id TEXT NOT NULL,
    since_ms INTEGER NOT NULL, UNIQUE (network, handle), UNIQUE (network, remote_id));
CREATE TABLE IF NOT EXISTS posts (
    network TEXT NOT NULL, position INTEGER NOT NULL, remote_id TEXT NOT NULL, canonical_id TEXT NOT NULL,
    author INTEGER NOT NULL REFERENCES accounts, ours INTEGER NOT NULL, text TEXT NOT NULL, at_ms INTEGER NOT NULL,
    language TEXT NOT NULL, visibility TEXT NOT NULL, in_reply_to TEXT, quotes TEXT, root TEXT NOT NULL,
    mentions TEXT NOT NULL, tags TEXT NOT NULL, record TEXT NOT NULL, cid TEXT NOT NULL,
    before TEXT NOT NULL, edited_ms INTEGER NOT NULL, deleted INTEGER NOT NULL,
    PRIMARY KEY (network, position)) WITHOUT ROWID;
-- On Bluesky a deleted post's address may be written to again.
CREATE UNIQUE INDEX IF NOT EXISTS posts_by_id ON posts (network, remote_id) WHERE deleted = 0;
CREATE INDEX IF NOT EXISTS posts_by_author ON posts (author, position);
CREATE INDEX IF NOT EXISTS posts_by_text ON posts (author, text);
CREATE INDEX IF NOT EXISTS posts_by_parent ON posts (network, in_reply_to);
CREATE TABLE IF NOT EXISTS tags (
    network TEXT NOT NULL, tag TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (network, tag, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL REFERENCES accounts, reason TEXT NOT NULL,
    network TEXT NOT NULL, position INTEGER NOT NULL, sort_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS notices_by_account ON notices (account, number);
CREATE INDEX IF NOT EXISTS notices_by_position ON notices (account, position);
CREATE UNIQUE INDEX IF NOT EXISTS notices_by_sort ON notices (account, sort_ms);
CREATE TABLE IF NOT EXISTS repeat_keys (
    account INTEGER NOT NULL, key TEXT NOT NULL, remote_id TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS wishes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, at_ms INTEGER NOT NULL, given INTEGER NOT NULL);
"""

ACCOUNT = "key, network, handle, name, remote_id, since_ms"
POST = (
    "posts.network, posts.position, posts.remote_id, posts.canonical_id, posts.ours, posts.text, posts.at_ms, "
    "posts.language, posts.visibility, posts.in_reply_to, posts.quotes, posts.root, posts.mentions, posts.tags, "
    "posts.record, posts.cid, posts.before, posts.edited_ms, posts.deleted, "
    "accounts.key, accounts.network, accounts.handle, accounts.name, accounts.remote_id, accounts.since_ms"
)
POST_JOIN = "posts JOIN accounts ON accounts.key = posts.author"


class WorldError(Exception):
    """The file cannot be used as a world; the message says why and what to do."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, making it if there is none. Raises WorldError, also if another process has it open.

    A killed process loses nothing: SQLite's journal undoes a half-written change, and the pages the system has taken
    over reach the disk without us. Only a power cut may cost the last posts, which are pretend; hence no fsync.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _opened(path)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise WorldError(f"{path} is in use: another sandbox is running on it. Stop that one first.") from error
        raise WorldError(
            f"{path} cannot be read as a world ({error}). It is pretend: begin anew with --fresh."
        ) from error


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1, cached_statements=256)
    file.execute("PRAGMA locking_mode = EXCLUSIVE")
    file.execute("PRAGMA journal_mode = DELETE")
    file.execute("PRAGMA synchronous = OFF")
    found = file.execute("PRAGMA user_version").fetchone()[0]
    if found not in {0, VERSION}:
        file.close()
        raise WorldError(f"{path} was made by another version of Amplifier. It is pretend: begin anew with --fresh.")
    file.executescript(_TABLES)
    file.execute(f"PRAGMA user_version = {VERSION}")
    return file


def account(row: tuple[int, str, str, str, str, int]) -> PretendAccount:
    """An account from the columns of ACCOUNT."""
    key, network, handle, name, remote_id, since_ms = row
    return PretendAccount(key, Network(network), handle, name, remote_id, since_ms)


def post(row: tuple) -> PretendPost:  # type: ignore[type-arg]
    """A post from the columns of POST."""
    return PretendPost(
        network=Network(row[0]),
        position=row[1],
        remote_id=row[2],
        canonical_id=row[3],
        ours=bool(row[4]),
        text=row[5],
        at_ms=row[6],
        language=row[7],
        visibility=row[8],
        in_reply_to=row[9],
        quotes=row[10],
        root=row[11],
        mentions=tuple(json.loads(row[12])),
        tags=tuple(json.loads(row[13])),
        record=row[14],
        cid=row[15],
        before=tuple(Version(*version) for version in json.loads(row[16])),
        edited_ms=row[17],
        deleted=bool(row[18]),
        author=account(row[19:25]),
    )


def row(post: PretendPost) -> tuple[Any, ...]:
    """The columns of the table `posts`, in their order."""
    return (
        post.network,
        post.position,
        post.remote_id,
        post.canonical_id,
        post.author.key,
        post.ours,
        post.text,
        post.at_ms,
        post.language,
        post.visibility,
        post.in_reply_to,
        post.quotes,
        post.root,
        json.dumps(post.mentions),
        json.dumps(post.tags),
        post.record,
        post.cid,
        json.dumps([(version.text, version.at_ms) for version in post.before]),
        post.edited_ms,
        post.deleted,
    )
