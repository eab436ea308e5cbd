"""Whether each slot and the template that it says fit together, told where the slot is written. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amplifier.campaign.plan import ROTATE, Plan, Slot
from amplifier.campaign.template import Template
from amplifier.compose.queue import accounts_for
from amplifier.errors import Problem
from amplifier.field_types import nearest
from amplifier.networks import TITLES
from amplifier.settings import Settings


def misfits(plan: Plan, templates: Mapping[str, Template], settings: Settings) -> dict[str, list[Problem]]:
    """The slots that cannot be said as they are written, by name, each with what is wrong."""
    found = {slot.name: list(_wrong(slot, templates[slot.template], settings)) for slot in plan.slots}
    return {name: problems for name, problems in found.items() if problems}


def silent(plan: Plan, templates: Mapping[str, Template], settings: Settings) -> list[Problem]:
    """A warning for each slot that says nothing, since none of our accounts is where its template is written for."""
    return [
        Problem(
            slot.path,
            slot.line,
            "silent",
            f"The slot {slot.name} says nothing: {slot.template} is written for "
            f"{_titles(templates[slot.template].platforms)} alone, where you have no account.",
            f"Add a network to `platforms` in {templates[slot.template].path}, or take the slot out.",
        )
        for slot in plan.slots
        if not accounts_for(slot, templates[slot.template], settings)
    ]


def _wrong(slot: Slot, template: Template, settings: Settings) -> Iterator[Problem]:
    names = [each.name for each in template.wordings]
    if slot.wording != ROTATE and slot.wording not in names:
        message = f"The slot {slot.name}: {slot.template} has no wording `{slot.wording}`."
        yield Problem(slot.path, slot.wording_line, "wording", message, nearest(slot.wording, [*names, ROTATE]))
        return
    said = [each for each in template.wordings if slot.wording in (ROTATE, each.name)]
    for platform in dict.fromkeys(account.platform for account in accounts_for(slot, template, settings)):
        lacking = [each.name for each in said if each.form(platform) is None]
        if lacking:
            where = "" if lacking == names else f" in {', '.join(f'`{name}`' for name in lacking)}"
            message = f"The slot {slot.name}: {slot.template} has no words for {TITLES[platform]}{where}."
            hint = f"Write a form for {platform} in {template.path}, or take the account out of `accounts`."
            yield Problem(slot.path, slot.accounts_line, "wording", message, hint)


def _titles(platforms: tuple[str, ...]) -> str:
    return ", ".join(TITLES[platform] for platform in platforms)
