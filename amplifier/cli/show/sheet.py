"""The plan on paper: one page of HTML that needs no network and no script, for the hour when nothing else works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.fate import IS_THERE, Became, Fate, Follows, became_of_each
from amplifier.campaign.post import OWN, Moment, PostId, WantedPost
from amplifier.cli.show.output import SHAPES, WORDS, clock, local
from amplifier.compose.queue import length
from amplifier.platforms.capabilities import TABLE
from amplifier.schedule.program import post_name
from amplifier.settings import Account, Mode, Settings
from amplifier.sharekit.intents import compose, is_safe

MODULE_MM = 0.45  # one dot of a code on paper; a phone in bad light still reads 0.4 mm
SMALLEST_MM, LARGEST_MM = 30.0, 64.0
QUIET = 4  # modules of white around a code, as ISO/IEC 18004 asks
# What must be known before somebody posts by hand what is not simply waiting.
CARE: Mapping[State, str] = {
    State.SENDING: "It is being sent. Look at the account before you post it.",
    State.UNSURE: "It may be out already. Look at the account before you post it.",
    State.HELD: "It is held for a person. Ask before you post it.",
    State.MISSED: "It was too late, so it was not sent. Ask before you post it.",
}
# How what went out stands: shape, word, and what must be known of it.
STANDS: Mapping[Fate, tuple[str, str, str]] = {
    Fate.LIVE: (SHAPES[State.SENT][0], WORDS[State.SENT], ""),
    Fate.CORRECTED: (SHAPES[State.SENT][0], "corrected", ""),
    Fate.CHANGED: (SHAPES[State.SENT][0], "changed", "It was changed there, not by us. Look at the account."),
    Fate.GONE: (SHAPES[State.MISSED][0], "gone", "It was deleted there, not by us. Ask before you post it again."),
    Fate.WITHDRAWN: (SHAPES[State.DROPPED][0], "withdrawn", "We deleted it. Do not post it again."),
}
AHEAD: Mapping[Follows, str] = {
    Follows.DELETION: "It is to be deleted.",
    Follows.CORRECTION: "It is to be corrected.",
}
INSTEAD = "It stands for a post that we deleted."


@dataclass(frozen=True)
class Code:
    """A QR code as inline SVG, and how wide it is printed, in mm."""

    svg: Markup
    width: float


@dataclass(frozen=True)
class Card:
    """One post on one account, as it stands on the paper.

    `at` is the campaign's own time. `link` opens the composer with the text in it; it is empty where the network has
    none, `code` is None where the link is too long to be printed. `url` is where a post that is out stands; `is_past`
    what needs no hand any more, out or not. `correction` are the words that are to take the place of those out.
    """

    at: datetime
    post: str
    network: str
    handle: str
    text: str
    used: int
    limit: int
    link: str
    host: str
    code: Code | None
    shape: str
    state: str
    care: str
    is_out: bool
    is_past: bool
    url: str
    leads: bool
    correction: str

    @property
    def clock(self) -> str:
        """The time of day, as the campaign's clocks show it."""
        return clock(self.at)

    @property
    def day(self) -> str:
        """The day, short: a card may be cut out."""
        return f"{self.at:%a %-d %b}"


def sheet(posts: Sequence[WantedPost], rows: Iterable[DeliveryView], settings: Settings, *, printed_at: str) -> bytes:
    """The page: every post on every account, by day. `rows` are the ledger's; what it knows better stands there.

    A row of a person's own post has no wanted post; it stands in its place by time.
    """
    rows = tuple(rows)
    begun = {(row.identity.post, row.identity.account) for row in rows}
    known = {(one.row.identity.post, one.row.identity.account): one for one in became_of_each(rows)}
    cards: list[Card] = []
    for post in posts:
        for said in post.words:
            if one := known.pop((post.id, said.account), None):
                cards.append(_known(one, settings))
            elif (post.id, said.account) not in begun:
                cards.append(_planned(post.id, post.moment, said.account, said.text, settings))
    accounts = {one.name for one in settings.accounts}
    cards += [_known(one, settings) for (own, account), one in known.items() if own.slot == OWN and account in accounts]
    there = sorted(cards, key=lambda card: card.at.astimezone(UTC))
    days = [(f"{day:%A %-d %B %Y}", list(group)) for day, group in groupby(there, key=lambda card: card.at.date())]
    page = _environment().get_template("sheet.html.j2")
    return page.render(
        campaign=settings.campaign,
        days=days,
        coming=sum(not card.is_past for card in there),
        sent=sum(card.is_out for card in there),
        rehearsal=settings.mode is Mode.REHEARSAL,
        printed_at=printed_at,
    ).encode()


def composer(account: Account, text: str) -> str:
    """The address that opens the composer of this account's network with the text in it; empty if there is none.

    On Mastodon that is our own server's, so that nobody has to know its name; without a server, the common one.
    """
    if account.platform == "mastodon" and not account.api:
        return compose(account.platform, text) or ""
    return TABLE[account.platform].composer_address(text, account.api)


def code(link: str) -> Code | None:
    """The link as a QR code of error level L, or None if it is too long to be printed so that a phone reads it."""
    try:
        made = segno.make_qr(link, error="l", boost_error=False, mode="byte", encoding="utf-8")
    except segno.DataOverflowError:
        return None
    modules = made.symbol_size(border=QUIET)[0]
    if modules * MODULE_MM > LARGEST_MM:
        return None
    drawn = made.svg_inline(border=QUIET, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return Code(Markup(drawn), round(max(SMALLEST_MM, modules * MODULE_MM), 1))  # noqa: S704  numbers alone


def _planned(post: PostId, due: Moment, name: str, text: str, settings: Settings) -> Card:
    """A post of which the ledger knows nothing yet."""
    return _card(post, due, name, text, settings, shape=SHAPES[State.QUEUED][0], state=WORDS[State.QUEUED])


def _known(one: Became, settings: Settings) -> Card:
    """A post as the ledger has it."""
    row = one.row
    if one.fate:
        shape, state, care = STANDS[one.fate]
    else:
        shape, state, care = SHAPES[row.state][0], WORDS[row.state], CARE.get(row.state, "")
    if one.follows and one.fate in IS_THERE:
        care = f"{care} {AHEAD[one.follows]}".strip()
    elif row.identity.revision and not one.fate:
        care = f"{INSTEAD} {care}".strip()
    return _card(
        row.identity.post,
        row,
        row.identity.account,
        one.text,
        settings,
        shape=shape,
        state=state,
        care=care,
        fate=one.fate,
        url=row.receipt.url if row.receipt else "",
        correction=one.correction if one.fate in IS_THERE else "",
    )


def _card(  # noqa: PLR0913  what stands on a card
    post: PostId,
    due: Moment | DeliveryView,
    name: str,
    text: str,
    settings: Settings,
    *,
    shape: str,
    state: str,
    care: str = "",
    fate: Fate | None = None,
    url: str = "",
    correction: str = "",
) -> Card:
    account = settings.account(name)
    size = length(text, account)
    link = "" if fate else composer(account, text)
    is_out = fate in IS_THERE
    return Card(
        at=local(due.wall_time, due.zone, due.fold),
        post=post_name(post),
        network=TABLE[account.platform].title,
        handle=account.known_as.removeprefix("@"),
        text=text,
        used=size.used,
        limit=size.limit,
        link=link,
        host=urlsplit(link).netloc,
        code=code(link) if link else None,
        shape=shape,
        state=state,
        care=care,
        is_out=is_out,
        is_past=fate is not None,
        url=url if is_out else "",
        leads=is_safe(url, pretend=settings.mode is Mode.REHEARSAL),
        correction=correction,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
