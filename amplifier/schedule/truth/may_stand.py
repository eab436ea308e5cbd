"""What people let stand although it is no longer so: the very words that they saw, for what was so then. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from amplifier.campaign.plan import Decision


@dataclass(frozen=True)
class MayStand:
    """One decision about a post: the facts, each with the value for which its words may stand, and which words.

    `words` are marks of texts, each with its account; None where an earlier version did not keep which were shown.
    """

    facts: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...] | None = None

    def value(self, fact: str) -> str | None:
        """The value of a fact for which the words may stand."""
        return dict(self.facts).get(fact)

    def has(self, account: str, text: str) -> bool:
        """Whether this text on this account is among those that were shown."""
        return self.words is None or (account, _mark(text)) in self.words

    def without(self, fact: str) -> MayStand:
        """The same once this fact has changed again."""
        return replace(self, facts=tuple(one for one in self.facts if one[0] != fact))

    def value_json(self) -> str:
        """The facts as they are kept in the decision."""
        return json.dumps(dict(self.facts))

    def words_json(self) -> str:
        """The words as they are kept in the decision, empty where nobody knows which they were."""
        if self.words is None:
            return ""
        found: dict[str, list[str]] = {}
        for account, mark in self.words:
            found.setdefault(account, []).append(mark)
        return json.dumps(found)


def of_words(facts: Mapping[str, str], shown: Iterable[tuple[str, str]]) -> MayStand:
    """What a person lets stand for these facts: the texts that they were shown, each with its account."""
    return MayStand(tuple(facts.items()), tuple(dict.fromkeys((account, _mark(text)) for account, text in shown)))


def decided(decision: Decision) -> MayStand:
    """What a decision of this kind lets stand."""
    facts = tuple(json.loads(decision.value).items())
    if not decision.facts:
        return MayStand(facts)
    kept: dict[str, list[str]] = json.loads(decision.facts)
    return MayStand(facts, tuple((account, mark) for account, marks in kept.items() for mark in marks))


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
