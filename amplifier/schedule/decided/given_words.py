"""Posts in the words that people gave them in place of the plan's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from amplifier.campaign.post import Fact, WantedPost, Words
from amplifier.compose.queue import own_words
from amplifier.errors import Problem, TemplateError
from amplifier.settings import Settings


@dataclass(frozen=True)
class Given:
    """A person's own words for a post on an account, and what they stated of all that was so when they were given.

    `failed` says why nobody knows that, where it could not be worked out.
    """

    text: str
    facts: tuple[Fact, ...]
    failed: tuple[Problem, ...] = ()


def reworded(post: WantedPost, given: Mapping[str, Given], settings: Settings, language: str = "") -> WantedPost:
    """The post with a person's own words by account, which carry the imprint as the settings have it now.

    They state what stood in them of the facts as they were when they were written: nobody writes them anew when one
    changes. `language` is that of the template, where it is not the campaign's own. Raises TemplateError where a
    network would not take them, or nobody knows what they state.
    """
    if not given:
        return post
    if failed := [problem for own in given.values() for problem in own.failed]:
        raise TemplateError(failed)
    words: list[Words] = []
    facts: dict[str, tuple[Fact, ...]] = {}
    for said in post.words:
        own = given.get(said.account)
        if own is None:
            words.append(said)
            continue
        finished = own_words(own.text, settings.account(said.account), settings)
        words.append(replace(finished, language=said.language))
        facts[said.account] = own.facts
    unwritten = dict(post.unwritten)
    for account in [name for name in unwritten if name in given]:
        finished = own_words(given[account].text, settings.account(account), settings)
        words.append(replace(finished, language=language or finished.language))
        facts[account] = given[account].facts
        del unwritten[account]
    return replace(post, words=tuple(words), own_facts=facts, unwritten=unwritten)
