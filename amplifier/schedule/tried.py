"""What reading the files wrote already: most of what a command costs, so that nothing of it is done twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from amplifier.campaign.plan import Plan
from amplifier.campaign.post import PostId, WantedPost
from amplifier.campaign.template import Template
from amplifier.errors import Problem
from amplifier.settings import Settings


@dataclass(frozen=True)
class Tried:
    """What a plan wants to say by the files alone, as it was written once, and which of it is nearly the same.

    It counts for this very plan, with these templates and settings, and for nothing else.
    """

    plan: Plan
    settings: Settings
    templates: Mapping[str, Template]
    wanted: list[WantedPost]
    unwritten: Mapping[PostId, list[Problem]]
    warned: Sequence[Problem]

    def was_with(self, plan: Plan, templates: Mapping[str, Template], settings: Settings) -> bool:
        """Whether this was tried with these very ones."""
        return self.plan is plan and self.templates is templates and self.settings is settings

    def has(self, posts: Iterable[WantedPost]) -> bool:
        """Whether these are the posts that were tried: nothing moved them, and nobody gave them other words."""
        return list(posts) == self.wanted
