"""Words that people gave up: withdrawn, corrected, or replaced before they went out, while the plan still says them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from amplifier.campaign.delivery import DeliveryView, Verb
from amplifier.campaign.fate import Fate, Follows, became_of_each
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import WantedPost
from amplifier.schedule.naming.former import follow
from amplifier.schedule.naming.ledger_names import SAME, Names, name_in_plan
from amplifier.schedule.program import Program, post_name, wanted_posts

Words = tuple[str, str, str]  # the post's name or its slot's, the account, the text
BY_PEOPLE = frozenset({DecisionKind.WORDS_REPLACED, DecisionKind.SLOT_SKIPPED})


def given_up_wordings(
    program: Program, made: Iterable[Decision], changed: Sequence[DeliveryView], names: Names = SAME
) -> frozenset[tuple[str, str]]:
    """The wordings, each as template and name, that the plan by itself would still write in words that were given up.

    `changed` are all deliveries of the posts of which something was corrected or deleted; `names` is what the ledger
    calls posts of the plan, where it calls them otherwise. A template that says something else since, or a fact in it
    that changed, makes other words: those nobody has given up.
    """
    decided = follow(made, program.plan)
    given_up = {*_before_they_went_out(decided), *_after(changed, names)}
    if not given_up:
        return frozenset()
    by_itself = wanted_posts(program, tuple(one for one in decided if one.kind not in BY_PEOPLE))
    there = {post_name(one.id) for one in by_itself}
    # whichever post of the slot the plan has them for, where it has none any more that was their own
    words = {(post if post in there else post.partition("/")[0], *said) for post, *said in given_up}
    return frozenset((one.template, one.wording) for one in by_itself if _says(one) & words)


def _says(post: WantedPost) -> set[Words]:
    """What it says, by its own name and by its slot's."""
    return {(name, said.account, said.text) for name in (post_name(post.id), post.id.slot) for said in post.words}


def _before_they_went_out(decided: Iterable[Decision]) -> Iterable[Words]:
    """What stood where a person gave a coming post other words, and did not take them back since."""
    found: dict[str, dict[str, set[str]]] = {}
    for one in decided:
        if one.kind is DecisionKind.WORDS_REPLACED:
            before, given, known = json.loads(one.replaced or "{}"), json.loads(one.value), found.get(one.subject, {})
            found[one.subject] = {
                account: known.get(account, set()) | ({before[account]} if account in before else set())
                for account in given
            }
    for post, texts in found.items():
        yield from ((post, account, text) for account, said in texts.items() for text in said)


def _after(changed: Sequence[DeliveryView], names: Names) -> Iterable[Words]:
    """What was out, and is not any more or not for long, because a person said so."""
    now = {
        (one.row.identity.post, one.row.identity.account): None
        if one.fate is Fate.WITHDRAWN or one.follows is Follows.DELETION
        else one.correction or one.text
        for one in became_of_each(changed)
    }
    for row in changed:
        key = (row.identity.post, row.identity.account)
        if row.identity.verb is not Verb.DELETE and key in now and row.text != now[key]:
            planned = name_in_plan(key[0], names)
            yield post_name(planned) if planned else key[0].slot, row.identity.account, row.text
