"""Where the plan says nearly the same twice: what is refused, and what is worth a warning, with file and line."""

from __future__ import annotations

from collections.abc import Mapping

from amplifier.campaign.plan import Plan
from amplifier.campaign.post import WantedPost
from amplifier.campaign.template import Template
from amplifier.compose.sameness import WORDING, Echo, Said, Verdict, echoes
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
