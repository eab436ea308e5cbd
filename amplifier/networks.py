"""What is known of each network before anything else: title, handles' form, its secrets and who needs them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

SECRETS: Mapping[str, tuple[str, ...]] = {
    "x": ("api_key", "api_secret", "access_token", "access_secret"),
    "bluesky": ("app_password",),
    "mastodon": ("access_token",),
}
TITLES: Mapping[str, str] = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
HANDLES: Mapping[str, tuple[re.Pattern[str], str]] = {
    "x": (re.compile(r"\w{1,15}", re.ASCII), "up to 15 letters, digits and underscores"),
    "bluesky": (re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"), "a name with dots, such as labfreemvmt.example"),
    "mastodon": (re.compile(r"\w[\w.-]*", re.ASCII), "the part before the server; the server stands in `api`"),
}
# Networks on which a handle belongs to a server: @labfreemvmt here and @labfreemvmt there are two accounts.
OF_A_SERVER = frozenset({"mastodon"})
# Networks that charge a program for what it asks and posts there.
PAID = frozenset({"x"})
# Networks at which a log-in makes a session, which is kept sealed: they alone need the install's key to be asked.
WITH_SESSIONS = frozenset({"bluesky"})


class Keyed(Protocol):
    """An account, as far as its keys go."""

    @property
    def platform(self) -> str:
        """Its network."""

    @property
    def hand_off(self) -> bool | None:
        """Whether people post there by hand; None where only money decides."""

    @property
    def secrets(self) -> Mapping[str, str]:
        """Its secrets, each with the name of the variable that holds it."""


def is_never_asked(account: Keyed, *, has_budget: bool) -> bool:
    """Whether, live, the service asks an account's network nothing at all: then it needs no key, and hears nothing.

    So it is where asking costs money that no budget grants, and where people post by hand and no secret is named.
    """
    unpaid = account.platform in PAID and not has_budget
    return unpaid or (bool(account.hand_off) and not account.secrets)
