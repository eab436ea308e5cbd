"""What strangers' servers might answer, by chance from a seed: a real poller and a real log must hear on.

An input is one event that was changed, or one answer that was spoilt as a whole, with one or several new posts in it.
Around each there are good mentions: in the same page above and below it, and behind it at the next looks. Every one of
them must be in the log, once.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from amplifier.listen.poller import Poller, Source
from amplifier.store.identity import accounts
from amplifier.store.listening import quarantine, sources
from amplifier.store.listening.heard import FollowupRow, MentionRow, QuarantineRow, SourceRow
from tests.platforms.heard import NOW, Network
from tests.platforms.stub import Stub

DEEP, LONG_NUMBER = "<<deep>>", "<<long number>>"
RAW = {
    f'"{DEEP}"'.encode(): b'{"a":' * 800 + b"[]" + b"}" * 800,
    f'"{LONG_NUMBER}"'.encode(): b"9" * 5000,
}
ODD_WORDS = [
    *("", " ", "\x00", "a\x00b", "\ud83d", "\udc00x", "\u202egnp.exe", "a" + "\u0301" * 200, "None", "null", "0", "-1"),
    *(
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "'; DROP TABLE mentions; --",
        "%00",
        "../../etc/passwd",
        "\\",
        '"',
        "\n",
    ),
    *("9" * 30, str(2**63), str(2**63 - 1), "1e400", "01JXYZABCDEFGHJKMNPQRSTVWX", "at://", "did:", "https://", "@@@"),
    *("x" * 100_000, "\U0001f468\u200d" * 500, "\uffff", "\ufeff", "\u2028"),
]
ODD_TIMES = [
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "99999-01-01T00:00:00Z"),
    *("1970-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-10-09", "2026-10-09T14:00:00", "2026-10-09T14:00:60Z"),
    *("soon", "1696860000", "2026-W41-5", "9999-12-31T23:59:59Z", "2026-10-09T14:00:00.123456789Z"),
]
ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 1e308, 2**63, 2**64, -(2**80), 10**40),
    *([], {}, [None], [[]], {"": None}, {"id": None}, [{}], {"uri": []}, DEEP, LONG_NUMBER),
]
ODD_BYTES = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\x00",
    b"\x1f",
    b"\n",
    b"\\x",
    b"\\u12",
    b"\\ud800",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
]
ODD_ANSWERS = [
    *(b"", b"null", b"[]", b"{}", b"<html>", b'"x"', b"7", b"[[[", b"]" * 9, b"[" * 10**5, b"\xff\xfe[\x00"),
    *(b'{"data":null}', b'{"data":{}}', b'{"notifications":7}', b'{"error":"x","message":"y"}', *RAW.values()),
]
KEPT = 12  # events that a page still shows


def paths(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in an event."""
    if path:
        yield path
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for name, value in inner:
        yield from paths(value, (*path, name))


class Fuzz:
    """One network, one source, one log: it goes on from page to page, and now and then begins anew."""

    def __init__(self, kind: type[Network], seed: int, recorded: Path | None = None) -> None:
        """`recorded`: a recorded answer of Bluesky's app view, of which some inputs are changed copies."""
        self.chance = random.Random(f"{kind.name} {seed}")
        self.stub = Stub({})
        self.kind = kind
        self.recorded = _recorded(recorded) if recorded and kind.name == "bluesky" else []
        self.inputs = 0
        self.number = 0
        self.counts: Counter[str] = Counter()
        self.anew()

    def close(self) -> None:
        self.stub.close()

    def anew(self) -> None:
        """Another install: an empty log, and a server with some mentions on it."""
        for rows in (FollowupRow, MentionRow, QuarantineRow, SourceRow):
            rows.objects.all().delete()
        self.stub.asked.clear()
        self.network = self.kind(self.stub)
        name = self.network.name
        accounts.account_is_ok(name, remote_id=self.network.own_id, url="", text_limit=0, now=NOW)
        self.source = Source(name, name, self.network.platform)
        self.poller = Poller(self.source, now=self.network.now)
        self.network.shown = [self.good()]
        self.look()

    def good(self) -> dict[str, Any]:
        """A mention as it should be, made just now."""
        self.number += 1
        return self.network.event(self.number, ago_s=(NOW - self.network.time).total_seconds())

    def look(self) -> None:
        """One look, some time after the one before."""
        before = len(self.stub.asked)
        self.poller.poll()
        assert len(self.stub.asked) - before <= 14, "a look asked too often"
        self.network.time += timedelta(minutes=2)

    def round(self) -> None:
        """A page with some changed events among good ones, or an answer that was spoilt; then a good one behind it."""
        good = self.spoilt() if self.chance.random() < 0.15 else self.changed()
        good.append(self.good())
        self.network.shown = [good[-1], *self.network.shown][:KEPT]
        for _ in range(2):  # the first goes on where the one before was broken off
            self.look()
        self.must_have(good)

    def changed(self) -> list[dict[str, Any]]:
        good, page = [self.good()], []
        for _ in range(self.chance.randint(2, 8)):
            page.append(self.mutated())
            self.inputs += 1
        good.append(self.good())
        self.network.shown = [good[1], *page, good[0], *self.network.shown][:KEPT]
        self.look()
        self.must_have(good)
        assert not sources.source_states()[self.source.name].problem, (
            "one event made the source say that it cannot hear"
        )
        return good

    def spoilt(self) -> list[dict[str, Any]]:
        """An answer that is no answer, once: afterwards everything is as before."""
        self.inputs += 1
        self.counts["spoilt"] += 1
        good = [self.good() for _ in range(self.chance.randint(1, KEPT - 2))][::-1]
        self.network.shown = [*good, *self.network.shown][:KEPT]
        self.network.time += timedelta(minutes=self.chance.choice((0, 3)))  # just now, or nothing can come before them
        how = self.chance.choice((self.cut, self.flipped, self.other))
        self.network.spoil = how
        self.look()
        self.network.spoil = lambda body: body
        # With other digits it is another post as far as anybody can know, and X is asked for what is newer than that.
        return [] if how == self.flipped and self.network.name == "x" else good

    def cut(self, body: bytes) -> bytes:
        return body[: self.chance.randrange(len(body))]

    def flipped(self, body: bytes) -> bytes:
        changed = bytearray(body)
        for _ in range(self.chance.randint(1, 20)):
            changed[self.chance.randrange(len(changed))] = self.chance.randrange(256)
        return bytes(changed)

    def other(self, _: bytes) -> bytes:
        return self.chance.choice(ODD_ANSWERS)

    def mutated(self) -> bytes:
        """A mention with one to three changes, as bytes."""
        event: Any = self.good() if not self.recorded or self.chance.random() < 0.7 else self.from_recorded()
        raw: list[Callable[[bytes], bytes]] = []
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            how = self.chance.choice(("drop", "value", "value", "word", "time", "swap", "whole", "bytes", "twice"))
            self.counts[how] += 1
            if how == "whole":
                event = self.chance.choice([*ODD_VALUES, *ODD_WORDS[:12]])
            elif how in {"bytes", "twice"}:
                raw.append(self.odd_bytes if how == "bytes" else self.named_twice)
            elif isinstance(event, dict) and event:
                self.change(event, how)
        body = json.dumps(event).encode()
        for change in raw:
            body = change(body)
        for word, instead in RAW.items():
            body = body.replace(word, instead)
        return body

    def from_recorded(self) -> dict[str, Any]:
        """What a real server told, under an address of its own."""
        self.number += 1
        event: dict[str, Any] = json.loads(json.dumps(self.chance.choice(self.recorded)))
        return event | {"uri": f"{event['uri']}{self.number}"}

    def change(self, event: dict[str, Any], how: str) -> None:
        everywhere = list(paths(event))
        vital = [self.network.author, self.network.place, self.network.when, self.network.handle]
        vital = [path for path in vital if path in everywhere]
        path = self.chance.choice(vital if vital and self.chance.random() < 0.4 else everywhere)
        parent: Any = event
        for name in path[:-1]:
            parent = parent[name]
        match how:
            case "drop":
                del parent[path[-1]]
            case "value":
                parent[path[-1]] = json.loads(json.dumps(self.chance.choice(ODD_VALUES)))
            case "word":
                parent[path[-1]] = self.chance.choice(ODD_WORDS)
            case "time":
                parent[path[-1]] = self.chance.choice(ODD_TIMES)
            case _:
                other = self.chance.choice(everywhere)
                value: Any = event
                for name in other:
                    value = value[name]
                parent[path[-1]] = json.loads(json.dumps(value))

    def odd_bytes(self, body: bytes) -> bytes:
        """Bytes inside a text that are none, or must not stand there."""
        places = [place for place, sign in enumerate(body) if sign in b"abcdefgh"]
        if not places:
            return body
        place = self.chance.choice(places)
        return (
            body[:place] + self.chance.choice(ODD_BYTES) + body[place + 1 :] if self.is_in_text(body, place) else body
        )

    @staticmethod
    def is_in_text(body: bytes, place: int) -> bool:
        return body[:place].replace(b'\\"', b"").count(b'"') % 2 == 1

    def named_twice(self, body: bytes) -> bytes:
        return body[:-1] + b',"id":null,"uri":7,"author":[]}' if body.startswith(b'{"') else body

    def must_have(self, good: list[dict[str, Any]]) -> None:
        """Every good mention is in the log, once."""
        wanted = {self.network.name_of(one) for one in good}
        found = list(MentionRow.objects.filter(canonical_id__in=wanted).values_list("canonical_id", flat=True))
        assert sorted(found) == sorted(wanted), f"{self.network.name} missed {wanted - set(found)}"

    def flood(self) -> None:
        """More at once than is kept of anything: what makes no sense, and our own words; with a good one on top."""
        good, page = self.good(), list[Any]()
        begun = (NOW - self.network.time).total_seconds()
        for place in range(600):
            self.number += 1
            words = "long" * 5000 if place % 40 == 0 else ""
            event = self.network.event(self.number, ago_s=begun + place, words=words)
            author = event
            for name in self.network.author[:-1]:
                author = author[name]
            author[self.network.author[-1]] = None if place < 120 else self.network.own_id
            page.append(event)
        self.network.shown = [good, *page, *self.network.shown]
        for _ in range(3):
            self.look()
        self.must_have([good])

    def must_be_bounded(self) -> None:
        """What is set aside and remembered stays little, whatever came: by figures, since constants may grow."""
        (pile,) = quarantine.piles()
        assert pile.number == 100, "so few are kept, and a flood has more"
        assert max(len(row.raw) for row in QuarantineRow.objects.all()) == 16_384
        cursor = sources.cursor_of(self.source.name)
        assert len(cursor) < 30_000
        assert max(len(value) for value in json.loads(cursor).values() if isinstance(value, list)) <= 500


def _recorded(answer: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer.read_text())["body"]["notifications"]
    return found


@contextmanager
def fuzzing(kind: type[Network], seed: int) -> Iterator[Fuzz]:
    """A fuzz on the ledger that is open."""
    with closing(Fuzz(kind, seed)) as fuzz:
        yield fuzz


def run(fuzz: Fuzz, inputs: int, *, rounds: int = 40, tell: Callable[[int], None] = lambda _: None) -> None:
    """So many inputs; each install lives for some rounds. What fails says how to see it again."""
    done = 0
    while fuzz.inputs < inputs:
        begun = fuzz.chance.getstate()
        try:
            fuzz.round()
        except BaseException as error:
            shown = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in fuzz.network.shown]
            listed = "\n".join(one[:1500].decode(errors="replace") for one in shown)
            raise AssertionError(f"after {fuzz.inputs} inputs ({hash(begun)}): {error}\n{listed}") from error
        done += 1
        if done % rounds == 0:
            fuzz.flood()
            fuzz.must_be_bounded()
            fuzz.anew()
            tell(fuzz.inputs)
