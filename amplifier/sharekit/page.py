"""The public pages as finished bytes: the kit, the imprint, and the files they refer to; nothing from elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Mode, Settings
from amplifier.sharekit.kit import KitPage
from amplifier.text.links import spans

PAGES = Path(__file__).parent / "pages"
ASSETS: Mapping[str, str] = {
    "kit.css": "text/css; charset=utf-8",
    "kit.js": "text/javascript; charset=utf-8",
    "kit.svg": "image/svg+xml",
}
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
EXCERPT = 110  # characters of our post that stand beside its button
# What the button under one of our posts says. Only X has an address that reposts; elsewhere the post opens.
BOOSTS: Mapping[str, str] = {
    "x": "Repost it on X",
    "bluesky": "Open it on Bluesky to repost",
    "mastodon": "Open it on Mastodon to boost",
}


def kit_page(page: KitPage) -> bytes:
    """The kit as HTML. The same page gives the same bytes."""
    return _html("kit.html.j2", page=page, boosts=BOOSTS)


def imprint_page(settings: Settings, *, by_hand: Collection[str] = ()) -> bytes:
    """Who answers for the campaign, what is automatic, and how to complain, in words for visitors.

    What is not filled in is told to the team elsewhere, and to nobody here.

    `by_hand` are the accounts on which people publish.
    """
    campaign = settings.campaign
    manual = {name: [one for one in settings.accounts if (one.name in by_hand) == name] for name in (True, False)}
    return _html(
        "imprint.html.j2",
        campaign=campaign,
        accounts=[(TABLE[account.platform].title, account.known_as) for account in manual[False]],
        by_hand=[(TABLE[account.platform].title, account.known_as) for account in manual[True]],
        complain=campaign.links.get("complain") or campaign.links.get("contact"),
        rehearsal=settings.mode is Mode.REHEARSAL,
    )


@cache
def asset(name: str) -> tuple[bytes, str] | None:
    """A file of the pages as content and media type, or None if there is no such file."""
    kind = ASSETS.get(name)
    return ((PAGES / name).read_bytes(), kind) if kind else None


def _html(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"lit": _lit, "excerpt": _excerpt, "number": _number, "utc": "{:%Y-%m-%dT%H:%MZ}".format}
    made.globals["static"] = _address
    return made


def _address(name: str) -> str:
    """Where the web serves this file; the address changes with the content, so that no cache mixes two versions."""
    content, _ = asset(name) or (b"", "")
    return f"/k/static/{name}?{hashlib.sha256(content).hexdigest()[:8]}"


def _lit(text: str) -> Markup:
    """The text with its links, tags and handles marked, to the letter otherwise."""
    pieces: list[str] = []
    done = 0
    for span in spans(text):
        pieces += [str(escape(text[done : span.start])), f"<b>{escape(text[span.start : span.end])}</b>"]
        done = span.end
    return Markup("".join([*pieces, str(escape(text[done:]))]))  # noqa: S704  every piece above is escaped


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT].rsplit(" ", 1)[0] + "\u2026"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
