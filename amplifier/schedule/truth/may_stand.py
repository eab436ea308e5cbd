"""What people let stand although it is no longer so: on each account the very words that they saw. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from amplifier.campaign.plan import Decision

ANYWHERE = ""  # the account of what an earlier version kept for all of them


@dataclass(frozen=True)
class StandsThere:
    """What may stand on one account: for which value of each fact, and which texts, by their marks.

    `words` is None where an earlier version did not keep which words were shown: then it holds for any.
    """

    account: str
    facts: tuple[tuple[str, str], ...]
    words: tuple[str, ...] | None = None


@dataclass(frozen=True)
class MayStand:
    """One decision about a post, by account: what is no longer so differs between accounts, as the words do."""

    there: tuple[StandsThere, ...]

    def values(self, account: str, text: str) -> Mapping[str, str]:
        """By fact the value for which this text may stand on this account; empty where nobody was shown it there."""
        return {
            fact: value
            for one in self.there
            if one.account in (account, ANYWHERE) and (one.words is None or _mark(text) in one.words)
            for fact, value in one.facts
        }

    def without(self, fact: str, now: str, *, account: str = ANYWHERE) -> MayStand:
        """The same once this fact has become `now`: what may stand for another value of it may no longer.

        On this `account` alone, where one is given.
        """
        return MayStand(
            tuple(
                replace(one, facts=tuple(each for each in one.facts if each[0] != fact or is_same(each[1], now)))
                if account in (ANYWHERE, one.account)
                else one
                for one in self.there
            )
        )

    def value_json(self) -> str:
        """All facts of it, as whoever reads the decision is told them."""
        return json.dumps({fact: value for one in self.there for fact, value in one.facts})

    def there_json(self) -> str:
        """What may stand on each account, as the decision keeps it; empty where that was not kept by account."""
        if any(one.account == ANYWHERE for one in self.there):
            return ""
        return json.dumps({one.account: {"words": one.words or (), "facts": dict(one.facts)} for one in self.there})


def of_words(shown: Iterable[tuple[str, str, Mapping[str, str]]]) -> MayStand:
    """What a person lets stand: the texts that they were shown, each with its account and the facts as they are."""
    facts: dict[str, dict[str, str]] = {}
    words: dict[str, dict[str, None]] = {}
    for account, text, changed in shown:
        facts.setdefault(account, {}).update(changed)
        words.setdefault(account, {})[_mark(text)] = None
    return MayStand(tuple(StandsThere(one, tuple(facts[one].items()), tuple(words[one])) for one in facts))


def decided(decision: Decision) -> MayStand:
    """What a decision of this kind lets stand, also one of an earlier version, which kept one set of facts for all."""
    facts = tuple(json.loads(decision.value).items())
    if not decision.facts:
        return MayStand((StandsThere(ANYWHERE, facts),))
    kept: dict[str, list[str] | dict[str, dict[str, str]]] = json.loads(decision.facts)
    return MayStand(
        tuple(
            StandsThere(account, tuple(told["facts"].items()), tuple(told["words"]))
            if isinstance(told, dict)
            else StandsThere(account, facts, tuple(told))
            for account, told in kept.items()
        )
    )


def is_same(then: str, now: str) -> bool:
    """Whether a fact has the same value: an instant written otherwise is the same one."""
    if then == now:
        return True
    try:
        return datetime.fromisoformat(then) == datetime.fromisoformat(now)
    except ValueError:
        return False


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
