"""How facts are named where they are kept: the form that a voice has on one account by its number, as all else is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from amplifier.campaign.post import VOICE, Fact
from amplifier.networks import TITLES
from amplifier.store.identity import accounts
from amplifier.store.identity.numbered import mark, of_account


def kept() -> Callable[[str], str]:
    """How facts are kept: so that they are about this account whatever it is called. A network's name stays."""
    marks = {label: mark(number) for label, number in accounts.numbers().items() if label not in TITLES}
    return lambda name: of_account(name, lambda form: marks.get(form, form))


def called(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts that were kept, by the labels that the accounts have now."""
    told = tuple(facts)
    if not any(one.name.startswith(VOICE) for one in told):
        return told
    labels = {mark(number): label for number, label in accounts.labels().items()}
    return tuple(Fact(of_account(one.name, lambda form: labels.get(form, form)), one.value) for one in told)
