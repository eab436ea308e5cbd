"""Whether the public page /imprint says who answers for us, as its profile asks; else no new ledger goes live."""

from __future__ import annotations

from amplifier.compose.imprint import ONE_CLICK_AWAY
from amplifier.errors import Problem
from amplifier.policy import Imprint
from amplifier.settings import FILE, Mode, Settings

WHAT = {"responsible": "a name of who is responsible", "address": "an address"}
ADVICE = "Ask for advice on what the law wants there."


def lacks(imprint: Imprint) -> tuple[str, ...]:
    """The keys that the page lacks under this profile."""
    if imprint.profile not in ONE_CLICK_AWAY:
        return ()
    return tuple(key for key in WHAT if not str(getattr(imprint, key)).strip())


def what_it_lacks(imprint: Imprint) -> str:
    """The same as a sentence for the team; empty if nothing is missing."""
    missing = [WHAT[key] for key in lacks(imprint)]
    return f"The page /imprint does not give {' or '.join(missing)}." if missing else ""


def unaccountable(settings: Settings) -> tuple[Problem, ...]:
    """What keeps a ledger that has published nothing from beginning live, each with its place in settings.yaml."""
    if settings.mode is not Mode.LIVE:
        return ()
    imprint = settings.campaign.imprint
    return tuple(
        Problem(
            FILE,
            settings.lines.at("campaign", "imprint", key),
            "imprint",
            f"Live, under the profile `{imprint.profile}`, the page /imprint must give {WHAT[key]}: `{key}` is empty.",
            f"Fill in {key} under imprint. {ADVICE}",
        )
        for key in lacks(imprint)
    )
