"""What a rehearsal counts: the ledger on one side, the sandbox's own world on the other."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

from amplifier.campaign.mention import OPEN
from amplifier.cli.show.output import number_of
from amplifier.errors import UsageError
from amplifier.sandbox.nouns import Network
from amplifier.sandbox.words import handle_on
from amplifier.settings import Account, Settings


@dataclass(frozen=True)
class Tally:
    """The outcome. `late_*` in real seconds, of what was sent; None when nothing was.

    `duplicates`: over account and text, posts in the world beyond the deliveries that were to publish this text; what
    is deleted does not count, and what is edited counts with its first words. `lost`: sent deliveries that the world
    never had. `mentions_seen`: distinct posts by others that our sources cover and everybody may see; private ones are
    in no report.
    """

    mode: str
    slots: int
    posts: int
    deliveries: int
    sent: int
    missed: int
    held: int
    unsure: int
    dropped: int
    unfinished: int
    duplicates: int
    lost: int
    mentions_seen: int
    mentions_logged: int
    late_p50_s: float | None
    late_p99_s: float | None
    seconds: float
    faults: int | None = None
    kills: int | None = None
    seed: int | None = None

    def as_json(self) -> dict[str, object]:
        """All figures by name; those about trouble only where there was some."""
        return {name: value for name, value in asdict(self).items() if value is not None or name.startswith("late")}

    def is_good(self) -> bool:
        """Everything went out, once, and every mention is in the log.

        Where trouble was made, not everything can go out in time: then nothing may be twice, lost or still in doubt.
        """
        if self.seed is not None:
            return self.deliveries > 0 and not (self.duplicates + self.lost + self.unsure + self.unfinished)
        wrong = self.missed + self.held + self.unsure + self.unfinished + self.duplicates + self.lost
        return self.deliveries > 0 and wrong == 0 and self.mentions_logged == self.mentions_seen

    def as_words(self) -> str:
        """The same for people."""
        late = f"{self.late_p50_s:.2f} s" if self.late_p50_s is not None else "-"
        latest = f"{self.late_p99_s:.2f} s" if self.late_p99_s is not None else "-"
        said = f"{number_of(self.slots, 'slot')}, {number_of(self.posts, 'post')}"
        lines = [
            "",
            f"[bold]{'All is well.' if self.is_good() else 'Not all is well.'}[/]",
            f"{said}, {number_of(self.deliveries, 'delivery', 'deliveries')} in {self.seconds:.0f} s",
            "",
            f"  [green]✓[/] sent            {self.sent}",
            f"  [red]✕[/] missed          {self.missed}",
            f"  [yellow]‖[/] held            {self.held}",
            f"  [magenta]?[/] unsure          {self.unsure}",
            f"    twice           {self.duplicates}",
            f"    lost            {self.lost}",
            f"    late            {late} in the middle, {latest} at the 99th percentile",
            f"    mentions        {self.mentions_logged} logged of {self.mentions_seen} there were",
            *(
                []
                if self.seed is None
                else [f"    trouble         {self.faults} faults, {self.kills} kills, seed {self.seed}"]
            ),
            "",
        ]
        return "\n".join(lines)


class SandboxControl:
    """The sandbox's control door, as a rehearsal and its tests use it."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def posts(self) -> list[dict[str, object]]:
        """Everything that was said in the pretend world, in the order of time."""
        found = self.ask("GET", "/_/world")
        return list(found["posts"]) if isinstance(found, dict) else []

    def covered(self, settings: Settings) -> set[tuple[str, str]]:
        """The posts by others that our sources cover: mentions of us, replies to and quotes of our posts, own tags."""
        posts = self.posts()
        ours = {post["remote_id"] for post in posts if post["ours"]}
        handles = {(account.platform, _in_world(account)) for account in settings.accounts}
        tags = {tag.lower() for tag in settings.listen.tags}
        found = set()
        for post in posts:
            network = str(post["network"])
            if post["ours"] or post["visibility"] not in OPEN:
                continue
            mentions = post["mentions"] if isinstance(post["mentions"], list) else []
            tagged = post["tags"] if isinstance(post["tags"], list) else []
            is_named = any((network, handle_on(Network(network), str(handle))) in handles for handle in mentions)
            is_tagged = network != "bluesky" and bool(tags & {str(tag).lower() for tag in tagged})
            if is_named or is_tagged or post["in_reply_to"] in ours or post["quotes"] in ours:
                found.add((network, str(post["canonical_id"])))
        return found

    def set_public(self, *, per_minute: int, stop_at: int) -> None:
        """How lively the pretend public is."""
        self.ask("POST", "/_/public", {"per_minute": per_minute, "stop_at": stop_at, "seed": 23})

    def fault(self, **words: object) -> None:
        """Put a fault in force."""
        self.ask("POST", "/_/faults", words)

    def weather(self, level: str, *, seed: int = 0, waits: float = 1) -> None:
        """Faults of every kind at random (`heavy`), or none any more (`calm`).

        `waits` makes their real waiting so many times as long; 0 is for a clock that is set from outside.
        """
        self.ask("POST", "/_/weather", {"level": level, "seed": seed, "waits": waits})

    def struck(self) -> dict[str, int]:
        """How many faults have struck since the sandbox started, by kind."""
        found = self.ask("GET", "/_/weather")
        struck = found["struck"] if isinstance(found, dict) else {}
        return {str(kind): int(number) for kind, number in struck.items()}

    def clock(self, now: datetime | None) -> None:
        """Stop the pretend world's clock at this instant; None lets it run with the real time."""
        self.ask("POST", "/_/clock", {"now": now.isoformat() if now else None})

    def change(self, network: str, remote_id: str, text: str | None) -> None:
        """Somebody edits a post by hand or, without a text, deletes it."""
        self.ask("POST", "/_/change", {"network": network, "remote_id": remote_id, "text": text})

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> object:
        """One call through the control door. Raises UsageError if it is refused."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, self._headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise UsageError(f"The sandbox refused {method} {path}: {answer.status} {content.decode()[:200]}")
        return json.loads(content) if content else None


def count(database: Path, world: SandboxControl, settings: Settings, *, seconds: float) -> Tally:
    """Read both sides and compare them."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    rows = connection.execute(
        "SELECT a.label, d.platform, d.text, d.state, d.remote_id, d.sent_at, p.due_at, p.slot, p.id"
        " FROM deliveries d JOIN posts p ON p.id = d.post_id JOIN accounts a ON a.id = d.account_id"
        " WHERE d.verb = 'publish'"
    ).fetchall()
    connection.close()
    logged = heard(database)
    states = Counter(state for _, _, _, state, *_ in rows)
    handles = {account.name: _in_world(account) for account in settings.accounts}
    planned = Counter((platform, handles.get(name, name), text) for name, platform, text, *_ in rows)
    posts = world.posts()
    said = Counter(
        (str(post["network"]), str(post["account"]), _first_words(post))
        for post in posts
        if post["ours"] and not post["deleted"]
    )
    there = {post["remote_id"] for post in posts}
    late = sorted(
        (_instant(sent_at) - _instant(due_at)).total_seconds()
        for _, _, _, state, _, sent_at, due_at, *_ in rows
        if state == "sent"
    )
    return Tally(
        mode=settings.mode.value,
        slots=len({slot for *_, slot, _ in rows}),
        posts=len({post for *_, post in rows}),
        deliveries=len(rows),
        sent=states["sent"],
        missed=states["missed"],
        held=states["held"],
        unsure=states["unsure"],
        dropped=states["dropped"],
        unfinished=states["queued"] + states["sending"],
        duplicates=sum(max(0, number - planned[key]) for key, number in said.items()),
        lost=sum(1 for *_, state, remote_id, _, _, _, _ in rows if state == "sent" and remote_id not in there),
        mentions_seen=len(world.covered(settings)),
        mentions_logged=logged,
        late_p50_s=_share(late, 0.5),
        late_p99_s=_share(late, 0.99),
        seconds=round(seconds, 1),
        faults=sum(world.struck().values()) or None,
    )


def heard(database: Path) -> int:
    """How many mentions are in the log that everybody may see."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    found = connection.execute("SELECT count(*) FROM mentions WHERE visibility IN (?, ?)", OPEN).fetchone()
    connection.close()
    return int(found[0])


def at_rest(database: Path) -> tuple[int, int]:
    """How many deliveries are at rest, and how many there are; nothing while there is no ledger."""
    if not database.exists():
        return 0, 0
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        rows = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    except sqlite3.OperationalError:
        return 0, 0
    finally:
        connection.close()
    moving = sum(rows.get(state, 0) for state in ("queued", "sending", "unsure"))
    return sum(rows.values()) - moving, sum(rows.values())


@dataclass(frozen=True)
class Progress:
    """How a rehearsal goes: what is planned, what was sent, and how long the one that waits longest has been due."""

    planned: int
    sent: int
    waits_s: float


def progress(database: Path, now: datetime) -> Progress:
    """How it goes by this ledger; nothing while there is none."""
    if not database.exists():
        return Progress(0, 0, 0.0)
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        planned, sent, oldest = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE d.state = 'sent'),"
            " min(p.due_at) FILTER (WHERE d.state = 'queued' AND d.attempts = 0)"
            " FROM deliveries d JOIN posts p ON p.id = d.post_id WHERE d.verb = 'publish'"
        ).fetchone()
    except sqlite3.OperationalError:
        return Progress(0, 0, 0.0)
    finally:
        connection.close()
    return Progress(planned, sent, _since(oldest, now))


def _since(text: str | None, now: datetime) -> float:
    """The seconds since then; 0 for what lies ahead, or never was."""
    return max(0.0, (now - _instant(text).replace(tzinfo=UTC)).total_seconds()) if text else 0.0


def has_published(database: Path) -> bool:
    """Whether anything is out by this ledger; not while there is none."""
    if not database.exists():
        return False
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)
    try:
        return connection.execute("SELECT 1 FROM deliveries WHERE state = 'sent' LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def _in_world(account: Account) -> str:
    """The account's handle as the pretend world keeps it."""
    return handle_on(Network(account.platform), account.known_as)


def _first_words(post: dict[str, object]) -> str:
    """What a post said before anybody edited it."""
    versions = post["versions"]
    return str(versions[0] if isinstance(versions, list) and versions else post["text"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _share(ordered: list[float], share: float) -> float | None:
    """The value below which this share of the values lies (nearest rank)."""
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)
