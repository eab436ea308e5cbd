"""What is known of each network before anything else: its title, its handles' form, the secrets that it takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
