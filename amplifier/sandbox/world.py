"""The pretend world, in one SQLite file that outlives its process: who is there and what has been said."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from amplifier.sandbox import ids, tables, words
from amplifier.sandbox.notes import Notes, now_ms
from amplifier.sandbox.nouns import OPEN, Network, Notification, PretendAccount, PretendDraft, PretendPost, Reason
from amplifier.sandbox.people import People
from amplifier.sandbox.window import PageBounds

KEY_LIFE_MS = 3_600_000  # Mastodon keeps an idempotency key for an hour


class World:
    """Posts and notices, and in `people` and `notes` the rest.

    Safe for threads; `lock` may be held around several calls that belong together.
    """

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = 0
        self._file = tables.connect(path)
        self.notes = Notes(self._file, self.lock, self.touch)
        self.people = People(self._file, self.lock, self.touch)
        self._last = {network: self._last_position(network) for network in Network}

    def close(self) -> None:
        """Let go of the file. Whoever still asks gets sqlite3.ProgrammingError."""
        with self.lock:
            self._file.close()

    def touch(self) -> None:
        """Tell all who wait on `changed` that something is different."""
        with self.lock:
            self.version += 1
            self.changed.notify_all()

    # Posts

    def add(self, draft: PretendDraft, key: str = "") -> PretendPost:
        """Say it to the world, and tell those whom it concerns. From now on `key` stands for this post."""
        with self.lock, self._change():
            network = draft.author.network
            at_ms = now_ms() - draft.behind_ms
            position = max(ids.position_at(network, at_ms), 0 if draft.behind_ms else self._last[network] + 1)
            while draft.behind_ms and self._is_taken(network, position):
                position += 1
            if network is Network.BLUESKY:
                at_ms = position  # its notifications are paged by this instant, so no two may share one
                remote_id = canonical = f"at://{draft.author.remote_id}/app.bsky.feed.post/{draft.rkey}"
            else:
                remote_id = canonical = str(position)
            if network is Network.MASTODON:
                canonical = ids.mastodon_uri(draft.author.handle, remote_id)
            parent = self.post(network, draft.in_reply_to) if draft.in_reply_to else None
            post = PretendPost(
                network=network,
                position=position,
                remote_id=remote_id,
                canonical_id=canonical,
                author=draft.author,
                ours=draft.ours,
                text=draft.text,
                at_ms=at_ms,
                language=draft.language,
                visibility=draft.visibility,
                in_reply_to=draft.in_reply_to,
                quotes=draft.quotes,
                root=parent.root if parent else remote_id,
                mentions=draft.mentions,
                tags=draft.tags,
                record=draft.record,
                cid=draft.cid,
            )
            self._insert(post)
            self._tell(post, parent)
            if key:
                self._file.execute(
                    "INSERT OR REPLACE INTO repeat_keys VALUES (?, ?, ?, ?)", (post.author.key, key, remote_id, at_ms)
                )
            self._last[network] = max(position, self._last[network])
            self.touch()
            return post

    def rewrite(self, post: PretendPost, draft: PretendDraft) -> PretendPost:
        """Replace the words of a post that is there; it keeps its place, its notices and what it said before."""
        edited = replace(
            post,
            text=draft.text,
            record=draft.record,
            cid=draft.cid,
            mentions=draft.mentions,
            tags=draft.tags,
            language=draft.language,
            before=post.versions,
            edited_ms=now_ms(),
        )
        with self.lock, self._change():
            self._remove(post)
            self._insert(edited)
            self.touch()
        return edited

    def edit_post(self, network: Network, remote_id: str, text: str, language: str | None = None) -> PretendPost:
        """Let its author put other words into a post, in their own client. ValueError if it is not there.

        Without a `language` it keeps the one it has.
        """
        with self.lock:
            post = self._there(network, remote_id)
            if language is not None:
                post = replace(post, language=language)
            return self.rewrite(post, words.redrafted(post, text, self._did_of))

    def delete_post(self, network: Network, remote_id: str) -> PretendPost:
        """Let its author delete a post: it is kept, but no network shows it. ValueError if it is not there."""
        with self.lock, self._change():
            post = replace(self._there(network, remote_id), deleted=True)
            self._remove(post)
            self._insert(post)
            self.touch()
            return post

    def post(self, network: Network, remote_id: str) -> PretendPost | None:
        """The post with this remote id, if it is there."""
        return next(iter(self._posts("posts.network = ? AND posts.remote_id = ?", (network, remote_id))), None)

    def posts(self, network: Network, window: PageBounds, *, replies: bool = True) -> list[PretendPost]:
        """The posts of one network that everybody may see, with or without answers to others."""
        where = f"posts.visibility IN {OPEN} AND posts.network = ? AND posts.position > ? AND posts.position < ?"
        where += "" if replies else " AND posts.in_reply_to IS NULL"
        return self._page(where, (network,), "posts.position", window)

    def all_posts(self) -> list[PretendPost]:
        """Everything ever said, deleted or not, in the order of time."""
        return self._posts("1 ORDER BY posts.at_ms, posts.network, posts.position", (), shown="1")

    def by_author(self, author: PretendAccount, window: PageBounds, *, replies: bool = True) -> list[PretendPost]:
        """What one account has said, with or without its answers to others."""
        where = "posts.author = ? AND posts.position > ? AND posts.position < ?"
        where += "" if replies else " AND posts.in_reply_to IS NULL"
        return self._page(where, (author.key,), "posts.position", window)

    def tagged(self, network: Network, tag: str, window: PageBounds) -> list[PretendPost]:
        """The posts with a hashtag (lower-case, without `#`)."""
        return self._page(
            "(posts.network, posts.position) IN (SELECT network, position FROM tags WHERE network = ? AND tag = ?) "
            "AND posts.position > ? AND posts.position < ?",
            (network, tag),
            "posts.position",
            window,
        )

    def replies(self, post: PretendPost) -> list[PretendPost]:
        """The answers to a post that everybody may see, oldest first."""
        return self._posts(
            f"posts.visibility IN {OPEN} AND posts.network = ? AND posts.in_reply_to = ? ORDER BY posts.position",
            (post.network, post.remote_id),
        )

    def _there(self, network: Network, remote_id: str) -> PretendPost:
        found = self.post(network, remote_id)
        if found is None:
            raise ValueError(f"there is no post {remote_id} on {network}")
        return found

    def _did_of(self, handle: str) -> str | None:
        account = self.people.known(Network.BLUESKY, handle)
        return account.remote_id if account else None

    def _posts(self, where: str, values: tuple[Any, ...], shown: str = "posts.deleted = 0") -> list[PretendPost]:
        query = f"SELECT {tables.POST} FROM {tables.POST_JOIN} WHERE {shown} AND {where}"  # noqa: S608 - our own names
        with self.lock:
            return [tables.post(row) for row in self._file.execute(query, values)]

    def _page(self, where: str, values: tuple[Any, ...], order: str, window: PageBounds) -> list[PretendPost]:
        return self._posts(
            f"{where} ORDER BY {order} {window.order} LIMIT ?", (*values, window.after, window.before, window.limit)
        )

    def _insert(self, post: PretendPost) -> None:
        values = tables.row(post)
        marks = ", ".join("?" * len(values))
        self._file.execute(f"INSERT INTO posts VALUES ({marks})", values)  # noqa: S608 - question marks only
        if post.visibility == "public" and not post.deleted:
            tagged = [(post.network, tag, post.position) for tag in post.tags]
            self._file.executemany("INSERT INTO tags VALUES (?, ?, ?)", tagged)

    def _remove(self, post: PretendPost) -> None:
        for table in ("posts", "tags"):
            query = f"DELETE FROM {table} WHERE network = ? AND position = ?"  # noqa: S608 - our own names
            self._file.execute(query, (post.network, post.position))

    # Notices

    def _tell(self, post: PretendPost, parent: PretendPost | None) -> None:
        quoted = self.post(post.network, post.quotes) if post.quotes else None
        root = self.post(post.network, post.root) if post.root != post.remote_id else None
        told: dict[int, Reason] = {}
        for handle in post.mentions:
            someone = self.people.known(post.network, handle)
            if someone is not None:
                told.setdefault(someone.key, Reason.MENTION)
        for reason, other in ((Reason.QUOTE, quoted), (Reason.REPLY, parent), (Reason.REPLY, root)):
            if other is not None and post.is_open:  # anything else reaches those alone whom it names
                told.setdefault(other.author.key, reason)
        told.pop(post.author.key, None)
        self._file.executemany(
            "INSERT INTO notices (account, reason, network, position, sort_ms) VALUES (?, ?, ?, ?, ?)",
            [(key, reason, post.network, post.position, self._free_sort(key, post)) for key, reason in told.items()],
        )

    def _free_sort(self, account: int, post: PretendPost) -> int:
        """The first instant from the post's own on that no notice of this account has: pages are cut by it."""
        sort_ms, query = post.sort_ms, "SELECT 1 FROM notices WHERE account = ? AND sort_ms = ?"
        while self._file.execute(query, (account, sort_ms)).fetchone():
            sort_ms += 1
        return sort_ms

    def _is_taken(self, network: Network, position: int) -> bool:
        query = "SELECT 1 FROM posts WHERE network = ? AND position = ?"
        return self._file.execute(query, (network, position)).fetchone() is not None

    def notices(
        self,
        account: PretendAccount,
        window: PageBounds,
        reasons: tuple[Reason, ...] = tuple(Reason),
        by: str = "number",
    ) -> list[Notification]:
        """What an account has been told, windowed by `number` (arrival), `position` (of the posts) or `sort_ms`."""
        query = (
            f"SELECT notices.number, notices.reason, notices.sort_ms, {tables.POST} FROM notices "  # noqa: S608 - our own column names
            "JOIN posts ON posts.network = notices.network AND posts.position = notices.position "
            "JOIN accounts ON accounts.key = posts.author "
            f"WHERE posts.deleted = 0 AND notices.account = ? AND notices.{by} > ? AND notices.{by} < ? "
            f"AND notices.reason IN ({', '.join('?' * len(reasons))}) ORDER BY notices.{by} {window.order} LIMIT ?"
        )
        values = (account.key, window.after, window.before, *reasons, window.limit)
        with self.lock:
            rows = self._file.execute(query, values)
            return [Notification(row[0], Reason(row[1]), tables.post(row[3:]), row[2]) for row in rows]

    def was_told(self, account: PretendAccount, post: PretendPost) -> bool:
        """Whether this account has been told about this post."""
        with self.lock:
            query = "SELECT 1 FROM notices WHERE account = ? AND network = ? AND position = ?"
            return self._file.execute(query, (account.key, post.network, post.position)).fetchone() is not None

    def may_see(self, account: PretendAccount | None, post: PretendPost) -> bool:
        """Whether this account (None: a stranger) may see this post: its author, and whom it names, always."""
        if post.is_open:
            return True
        return account is not None and (post.author.key == account.key or self.was_told(account, post))

    def reach(self, account: PretendAccount, most: int) -> int:
        """The position of the oldest among the account's last `most` notices, or 0 if there are not that many."""
        with self.lock:
            query = "SELECT position FROM notices WHERE account = ? ORDER BY position DESC LIMIT 1 OFFSET ?"
            row = self._file.execute(query, (account.key, most - 1)).fetchone()
        return row[0] if row else 0

    def has_said(self, author: PretendAccount, text: str, since: int, until: int) -> bool:
        """Whether an account has said exactly this from one position on, before another, even if it is deleted."""
        with self.lock:
            query = "SELECT 1 FROM posts WHERE author = ? AND text = ? AND position >= ? AND position < ?"
            return self._file.execute(query, (author.key, text, since, until)).fetchone() is not None

    # The keys of repeated requests

    def by_key(self, account: PretendAccount, key: str) -> str | None:
        """The remote id that an idempotency key stood for within the last hour, be the post still there or not."""
        with self.lock:
            row = self._file.execute(
                "SELECT remote_id FROM repeat_keys WHERE account = ? AND key = ? AND at_ms > ?",
                (account.key, key, now_ms() - KEY_LIFE_MS),
            ).fetchone()
        return row[0] if row else None

    def counts(self) -> dict[str, int]:
        """The posts there are by network, ours and others', and copies of our own beyond the first."""
        with self.lock:
            rows = self._file.execute(
                "SELECT network, ours, COUNT(*) FROM posts WHERE deleted = 0 GROUP BY network, ours"
            ).fetchall()
            twice = self._file.execute(
                "SELECT COALESCE(SUM(n - 1), 0) FROM (SELECT COUNT(*) AS n FROM posts WHERE ours = 1 "
                "AND deleted = 0 GROUP BY author, text)"
            ).fetchone()[0]
        found = {str(network): 0 for network in Network} | {"ours": 0, "others": 0, "twice": twice}
        for network, ours, count in rows:
            found["ours" if ours else "others"] += count
            if ours:
                found[network] += count
        return found

    def _last_position(self, network: Network) -> int:
        row = self._file.execute("SELECT MAX(position) FROM posts WHERE network = ?", (network,)).fetchone()
        return row[0] or 0

    @contextmanager
    def _change(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException:
            if self._file.in_transaction:  # a full disk has taken it back already
                self._file.execute("ROLLBACK")
            raise
