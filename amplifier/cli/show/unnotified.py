"""What people are to post by hand and nobody will be asked for, and where nobody listens: told before a campaign."""

from __future__ import annotations

from collections.abc import Iterable

from amplifier.errors import Problem
from amplifier.money.cost import is_by_hand, is_readable
from amplifier.platforms.capabilities import TABLE
from amplifier.policy import Topic
from amplifier.schedule.program import Program
from amplifier.settings import FILE, Mode, Settings

MOST_NAMED = 3
PEOPLE = "Name somebody under `notify:` in settings.yaml (docs/hand-off.md)"
PAPER = "or post from paper: amplifier plan --sheet FILE"
MONEY = "With a `budget:` the service posts on {title} itself."
ADDRESS = "Set `address:` in settings.yaml to where people reach `amplifier web` (docs/hand-off.md)."


def unnotified(program: Program) -> list[Problem]:
    """One warning for the accounts and one for the slots of which nobody hears, and one where no link can be sent."""
    settings = program.settings
    accounts = [one.name for one in settings.accounts if is_by_hand(one, settings)]
    slots = [slot for slot in program.plan.slots if slot.hand_off]
    if not (accounts or slots):
        return []
    found: list[Problem] = []
    if not any(Topic.HAND_OFF in one.about for one in settings.notify):
        silence = "and nobody in `notify` listens to `hand_off`: nobody will be asked."
        if accounts:
            said = f"People post by hand on {_listed(accounts)}, {silence}"
            found.append(Problem(FILE, _line(settings, accounts[0]), "hand_off", said, _hint(settings, accounts)))
        if slots:
            said = f"People post by hand what {_listed(slot.name for slot in slots)} says, {silence}"
            found.append(Problem(slots[0].path, slots[0].line, "hand_off", said, f"{PEOPLE}, {PAPER}."))
    if settings.mode is Mode.LIVE and not settings.address:
        what = f"on {_listed(accounts)}" if accounts else f"what {_listed(slot.name for slot in slots)} says"
        said = f"People post by hand {what}, and `address` is missing: they get no link to the page with the words."
        found.append(Problem(FILE, 0, "address", said, ADDRESS))
    return found


def unasked(settings: Settings) -> str:
    """What is not done for the accounts whose network is, live, never asked; empty where there are none."""
    names = [one.name for one in settings.accounts if not is_readable(one, settings)]
    if settings.mode is not Mode.LIVE or not names:
        return ""
    return (
        f"Nothing is asked of {_listed(names)} by API, which takes no keys. Mentions there are not heard, and that a "
        "post is out is known only from whoever posts it and pastes its link."
    )


def _line(settings: Settings, account: str) -> int:
    names = [one.name for one in settings.accounts]
    return settings.lines.at("accounts", names.index(account))


def _hint(settings: Settings, accounts: Iterable[str]) -> str:
    """What to do about it; where a budget alone would make the service post, that too."""
    unpaid = [
        settings.account(name).platform
        for name in accounts
        if not settings.account(name).hand_off and not settings.budget
    ]
    paying = f" {MONEY.format(title=TABLE[unpaid[0]].title)}" if unpaid else ""
    return f"{PEOPLE}, {PAPER}.{paying}"


def _listed(names: Iterable[str]) -> str:
    """These names; where there are many, the first and how many more."""
    known = list(names)
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return ", ".join(known[:MOST_NAMED]) + more
