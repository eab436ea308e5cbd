"""Where the plan says nearly the same twice: what is refused, and what is worth a warning, with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from amplifier.campaign.delivery import Spoken
from amplifier.campaign.plan import Plan
from amplifier.campaign.post import OWN, WantedPost
from amplifier.campaign.template import Template
from amplifier.compose.sameness import WORDING, Echo, Judge, Said, Verdict, as_said, echoes
from amplifier.errors import Problem
from amplifier.settings import Settings


def same(
    posts: Mapping[str, WantedPost], plan: Plan, templates: Mapping[str, Template], settings: Settings
) -> tuple[list[Problem], list[Problem]]:
    """What is refused and what is only warned of, among these posts by their names."""
    said = [
        Said(name, words.account, words.text, post.moment.due_at)
        for name, post in posts.items()
        for words in post.words
    ]
    refused: dict[Problem, None] = {}
    warned: dict[Problem, None] = {}
    for echo in echoes(said, settings):
        into = refused if echo.verdict is Verdict.REFUSED else warned
        into[_problem(echo, posts[echo.said.post], plan, templates, settings)] = None
    return list(refused), list(warned)


def said_elsewhere(
    posts: Mapping[str, WantedPost],
    ledger: Iterable[Spoken],
    plan: Plan,
    templates: Mapping[str, Template],
    settings: Settings,
    *,
    at: datetime,
) -> list[Problem]:
    """What is refused among those of these posts that are to come after this instant: people say it in their own words.

    `ledger` is what the accounts on a network that takes no copies said and are to say; of that a person's own posts
    and corrections count, for the rest is the plan's, which `same` looks at. All times are the campaign's.
    """
    judge = Judge(settings)
    own = (as_said(row) for row in ledger if row.revision or row.post.slot == OWN)
    known = sorted(own, key=lambda one: one.at)
    found: dict[Problem, None] = {}
    for name, post in posts.items() if known else ():
        for words in post.words if post.moment.due_at > at else ():
            if words.account in judge.watched:
                said = Said(name, words.account, words.text, post.moment.due_at)
                others = [one for one in known if (one.post, one.account) != (name, words.account)]
                if echo := judge.echo(said, others):
                    found[_problem(echo, post, plan, templates, settings)] = None
    return list(found)


def _problem(
    echo: Echo, post: WantedPost, plan: Plan, templates: Mapping[str, Template], settings: Settings
) -> Problem:
    if echo.said.account != echo.before.account:
        slot = next(one for one in plan.slots if one.name == post.id.slot)
        return Problem(slot.path, slot.line, "repeat", *_across(echo, slot.name))
    template = templates[post.template]
    wording = template.wording(post.wording)
    form = wording.form(settings.account(echo.said.account).platform) if wording else None
    return echo.warning(template.path, form.line if form else 0)


def _across(echo: Echo, slot: str) -> tuple[str, str]:
    one, other = sorted((echo.said.account, echo.before.account))
    if echo.said.post == echo.before.post:
        message = f"{slot} says the same on {one} and {other}; X does not allow copies between accounts."
        return message, f"Let it speak on one of them: give the slot accounts, without {other}."
    return f"{echo}; X does not allow copies between accounts.", WORDING
