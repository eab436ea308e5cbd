"""Of a voice's forms the one that counts on an account: as words state it, and as it is. Pure.

A form is named with its account or its network; a post keeps those of all accounts that it goes to. So whoever holds
words against what is so asks here for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from amplifier.campaign.post import VOICE, Fact


def as_there(facts: Iterable[Fact], platform: str, account: str) -> tuple[Fact, ...]:
    """Those of these facts that are about this account of this network; of a voice's forms that is one alone."""
    told = tuple(facts)
    names = {fact.name for fact in told}
    voices = {_voice(name) for name in names if name.startswith(VOICE)}
    said = {next((name for name in _names(voice, platform, account) if name in names), "") for voice in voices}
    return tuple(fact for fact in told if not fact.name.startswith(VOICE) or fact.name in said)


def so_there(facts: Iterable[Fact], today: Mapping[str, str], platform: str, account: str) -> dict[str, str]:
    """What is so today where these facts are stated, by their names; empty where there is no such thing any more.

    Of a voice it is the form that the account has now, whatever had it then.
    """
    found = {}
    for fact in facts:
        names = _names(_voice(fact.name), platform, account) if fact.name.startswith(VOICE) else (fact.name,)
        found[fact.name] = next((today[name] for name in names if name in today), "")
    return found


def _voice(fact: str) -> str:
    return ".".join(fact.split(".")[:2])


def _names(voice: str, platform: str, account: str) -> tuple[str, ...]:
    """The facts under which a voice's form for an account may stand, the one that wins first."""
    return (f"{voice}.{account}", f"{voice}.{platform}", voice)
