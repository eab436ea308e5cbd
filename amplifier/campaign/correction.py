"""A correction: what of a post is out on an account, in which words, and by which way other words get there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from amplifier.campaign.delivery import ON_ITS_WAY, DeliveryView, RemoteState, State, Verb
from amplifier.campaign.post import Fact, PostId, Words

LIVES = frozenset({RemoteState.LIVE, RemoteState.EDITED})
WAITS = frozenset({State.QUEUED, State.HELD})
# How a correction says that it is one, in the language of its post; English where a language is not listed.
OPENINGS = {"en": "Correction", "cy": "Cywiriad", "gd": "Ceartachadh", "ga": "Ceartú", "de": "Korrektur"}
OPENINGS |= {"fr": "Rectificatif", "es": "Corrección", "it": "Correzione", "pl": "Sprostowanie", "nl": "Correctie"}


class Way(StrEnum):
    """How other words get onto an account, or none.

    EDIT: the post stays and says something else. REPOST: it is deleted, then said anew. ANEW: it was deleted for a
    correction before, and the words that were to follow are not out, so these are said in their place. DELETE: it goes.
    """

    EDIT = "edit"
    REPOST = "repost"
    ANEW = "anew"
    DELETE = "delete"


@dataclass(frozen=True)
class Stand:
    """How a post stands on one account.

    `out` is the delivery that published what is there, None if nothing is; `text` are the words that we last put there.
    `rows` is every delivery of the post on this account. `newest` is the highest revision there ever was.
    """

    account: str
    platform: str
    out: DeliveryView | None
    text: str
    rows: tuple[DeliveryView, ...]

    @property
    def newest(self) -> int:
        """The highest revision so far."""
        return max((row.identity.revision for row in self.rows), default=0)

    @property
    def mark(self) -> str:
        """What people have done with it so far: another one as soon as somebody gives it other words or takes it back.

        How far the network is with that changes nothing.
        """
        told = [f"{row.id} {row.identity.verb} {row.identity.revision} {row.text}" for row in self.rows]
        return sha256("\n".join(sorted(told)).encode()).hexdigest()[:16]

    @property
    def is_changing(self) -> bool:
        """Whether a correction or deletion is on its way, so that nobody can say how the post will stand."""
        return any(row.state in ON_ITS_WAY and is_later(row) for row in self.rows)

    @property
    def waiting(self) -> tuple[DeliveryView, ...]:
        """Corrections and deletions that wait or are held: another one takes their place."""
        return tuple(row for row in self.rows if row.state in WAITS and is_later(row))

    @property
    def is_changed_outside(self) -> bool:
        """Whether it reads otherwise than we put it there, as far as we know."""
        return self.out is not None and self.out.outside_text is not None

    def settles(self) -> DeliveryView | None:
        """The first words themselves, while nobody knows whether they are out."""
        return next((row for row in self.rows if row.state in ON_ITS_WAY and not is_later(row)), None)


@dataclass(frozen=True)
class Change:
    """What is to be done on one account: the way, the words (None for a deletion), the facts that they state.

    `target` is the remote id of what is out (empty: nothing), `newest` the highest revision when it was decided.
    """

    account: str
    way: Way
    target: str
    newest: int
    words: Words | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class PublishedFact:
    """A text of ours that is out, or may be (`is_sure` False), with the facts that it states as they were then."""

    post: PostId
    account: str
    platform: str
    text: str
    url: str
    due_at: datetime
    facts: tuple[Fact, ...]
    is_sure: bool = True
    wall_time: str = ""


def is_later(row: DeliveryView) -> bool:
    """Whether this came after the post's first words: a correction or a deletion."""
    return row.identity.revision > 0 or row.identity.verb is not Verb.PUBLISH


def stand(rows: Sequence[DeliveryView]) -> Stand:
    """How a post stands, from all of its deliveries on one account (one at least)."""
    published = [row for row in rows if row.identity.verb is Verb.PUBLISH and row.state is State.SENT and row.receipt]
    lives = [row for row in published if row.remote_state in LIVES]
    out = max(lives, key=lambda row: row.identity.revision, default=None)
    text = words_out(out, rows) if out else ""
    return Stand(rows[0].identity.account, rows[0].platform, out, text, tuple(rows))


def stands(rows: Iterable[DeliveryView]) -> tuple[Stand, ...]:
    """How a post stands on each account, from all of its deliveries."""
    by_account: dict[str, list[DeliveryView]] = {}
    for row in rows:
        by_account.setdefault(row.identity.account, []).append(row)
    return tuple(stand(found) for found in by_account.values())


def words_out(out: DeliveryView, rows: Iterable[DeliveryView]) -> str:
    """The words that we last put into a post that is out."""
    there = out.receipt.remote_id if out.receipt else ""
    edits = [row for row in rows if row.identity.verb is Verb.EDIT and row.state is State.SENT and row.target == there]
    newest = max(edits, key=lambda row: row.identity.revision, default=out)
    return newest.text


def way_to_correct(found: Stand, *, edits: bool) -> tuple[Way | None, str]:
    """By which way other words get onto this account, or None and a sentence that says why there is none.

    `edits`: the network lets a post that is out be changed.
    """
    if found.is_changing:
        return None, "An earlier correction is still on its way there. Wait until that is settled."
    if found.settles():
        return None, "Nobody knows yet whether it is out there. Wait until that is settled."
    if found.out:
        return (Way.EDIT if edits else Way.REPOST), ""
    last = max(found.rows, key=lambda row: (row.identity.verb is Verb.PUBLISH, row.identity.revision))
    if is_later(last) and last.state in (*WAITS, State.MISSED):
        return Way.ANEW, ""
    if any(row.state is State.SENT for row in found.rows):
        return None, "It is not there any more. To say it anew: amplifier send"
    if last.state in WAITS:
        return None, "It is not out there yet. To change its words before it goes out: amplifier edit"
    return None, "It never went out there."


def opened(text: str, language: str) -> str:
    """The text, beginning with the word that says that it corrects something."""
    opening = OPENINGS.get(language.split("-", maxsplit=1)[0].lower(), OPENINGS["en"])
    return text if text.lower().startswith(f"{opening.lower()}:") else f"{opening}: {text}"


def unopened(text: str) -> str:
    """The text without that word."""
    head, colon, rest = text.partition(":")
    return rest.lstrip() if colon and head.strip() in OPENINGS.values() else text


def facts_of(stored: Iterable[Sequence[object]], account: int, revision: int) -> tuple[Fact, ...]:
    """The facts that a post states on one account, from what is stored with it.

    Stored are [name, value] for its first words, and [name, value, account, revision] for an account (its number) whose
    words state something of their own: those that went out before the others changed, and each correction.
    """
    rows = [list(entry) for entry in stored]
    own = [row for row in rows if row[2:] == [account, revision]]
    if not own and revision == 0:
        own = [row for row in rows if len(row) == 2]
    return tuple(Fact(str(row[0]), str(row[1])) for row in own if row[0])


def facts_kept(
    stored: Iterable[Sequence[object]], facts: Iterable[Fact], *, accounts: Iterable[int], revision: int = 0
) -> list[list[object]]:
    """What to store so that these accounts state these facts from now on with this revision of their words.

    An account that states nothing keeps an entry without a name, or it would be taken to state what the others do.
    """
    told = list(facts)
    kept = [list(entry) for entry in stored]
    for account in accounts:
        if not any(row[2:] == [account, revision] for row in kept):
            kept += [[fact.name, fact.value, account, revision] for fact in told] or [["", "", account, revision]]
    return kept


def facts_passed_on(
    stored: Iterable[Sequence[object]], older: int, newer: int, *, revision: int, taken: bool
) -> list[list[object]]:
    """What to store when two accounts turn out to be one: whose words count for this revision, states its facts.

    `taken`: the newer one's words do, so that the older one's state nothing any more; else it is the other way round.
    """
    of_older, of_newer = [older, revision], [newer, revision]
    gone = of_older if taken else of_newer
    kept = [list(entry) for entry in stored]
    return [[*row[:2], *of_older] if row[2:] == of_newer else row for row in kept if row[2:] != gone]
