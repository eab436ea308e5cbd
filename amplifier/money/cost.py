"""What a network charges, by its price list, and what a budget allows. Amounts are millionths of a US dollar."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from amplifier.campaign.delivery import DeliveryView, Verb
from amplifier.campaign.money import LEAST, NOTHING, SLOWER, LookReserve, is_low
from amplifier.networks import is_never_asked
from amplifier.platforms.capabilities import TABLE, Capabilities
from amplifier.policy import MICROS
from amplifier.settings import Account, Mode, Settings
from amplifier.text.addresses import on_x
from amplifier.text.links import SpanKind, spans

PAGE = 100  # posts that one look at a listing shows at most
DAYS = 31  # of the longest month
MONTH_S = DAYS * 86_400
READ_BACKS = 2  # looks at a post that is out, where they cost money
LONGEST_PAUSE_S = 900.0
LISTENING = frozenset({"mentions", "search"})  # kinds of calls, as a tariff books them
# What finding out about a post in doubt takes: looks begin with the question who we are.
LOOKING = frozenset({"look", "read", "account"})


def price(text: str, row: Capabilities) -> float:
    """What publishing this text costs there, in US dollars, at worst.

    The one network that charges is X, so what it takes for a link is one; and what has https:// before it in any case,
    should X know an ending that our list of top-level domains does not.
    """
    has_link = bool(on_x(text, stand_in=True)) or any(span.kind is SpanKind.LINK for span in spans(text))
    return row.price_with_link if has_link else row.price


def micros(text: str, *, row: Capabilities) -> int:
    """The same in millionths of a US dollar, the unit that budgets are counted in."""
    return round(price(text, row) * MICROS)


def in_micros(dollars: float) -> int:
    """Dollars in the unit that budgets are counted in."""
    return round(dollars * MICROS)


def in_dollars(amount: int) -> float:
    """The other way round."""
    return amount / MICROS


def is_paid(row: Capabilities) -> bool:
    """Whether this network charges for what we do there."""
    return row.price > 0


def is_by_hand(account: Account, settings: Settings) -> bool:
    """Whether people publish on this account: where the settings say so, and live on a paid network without a budget.

    Nothing in the settings but a budget lets the service spend money. In a rehearsal pretend networks cost nothing, so
    that it plays all of them unless the settings say otherwise.
    """
    if settings.mode is Mode.LIVE and is_paid(TABLE[account.platform]) and settings.budget is None:
        return True
    return bool(account.hand_off)


def is_manual(row: DeliveryView, settings: Settings) -> bool:
    """Whether hands must do this: its account is used by hand or no longer known, or its slot says so of the post."""
    account = next((one for one in settings.accounts if one.name == row.identity.account), None)
    by_slot = row.hand_off and row.identity.verb is Verb.PUBLISH
    return account is None or by_slot or is_by_hand(account, settings)


def by_hand(settings: Settings) -> frozenset[str]:
    """The accounts on which people publish, by name."""
    return frozenset(account.name for account in settings.accounts if is_by_hand(account, settings))


def is_readable(account: Account, settings: Settings) -> bool:
    """Whether the network may be asked anything: not where that costs money which nobody has granted.

    Where people publish by hand on a paid network a budget still lets the service look; a rehearsal without one plays
    what would be. Live, neither where people publish by hand and the settings name no keys.
    """
    if settings.mode is Mode.LIVE:
        return not is_never_asked(account, has_budget=settings.budget is not None)
    return settings.budget is not None or not (is_by_hand(account, settings) and is_paid(TABLE[account.platform]))


def is_metered(account: Account, settings: Settings) -> bool:
    """Whether what this account is asked is paid for from the budget: live always, in a rehearsal where one is set."""
    return is_paid(TABLE[account.platform]) and (settings.mode is Mode.LIVE or settings.budget is not None)


def monthly(settings: Settings) -> int | None:
    """The month's budget in millionths of a US dollar; None if there is none."""
    return settings.budget.monthly if settings.budget else None


def look_reserve_for(row: Capabilities, settings: Settings) -> LookReserve:
    """What must be left when a post goes out there: the looks it needs if nobody can tell whether it is out."""
    accounts = tuple(one.name for one in settings.accounts if is_metered(one, settings))
    return LookReserve(confirming(row), accounts) if accounts and is_paid(row) else NOTHING


def confirming(row: Capabilities) -> int:
    """What it costs at worst to find out whether one post is out: every look a full page, and who we are."""
    return in_micros(row.looks * PAGE * row.price_read_own + row.price_user)


def kept_from(kind: str, budget: int) -> int:
    """What a call of this kind must leave in the budget: listening a tenth, so that posts never wait for it."""
    return budget // LEAST if kind in LISTENING else 0


def listening_pause(every_s: float, *, spent: int, budget: int, failures: int) -> float:
    """Seconds to rest after a look for mentions on a paid network, beside the usual rhythm.

    While money is short looks are four times as rare. What could not be read may have been billed all the same, so
    after failures the pause doubles up to a quarter of an hour.
    """
    slow = every_s * (SLOWER - 0.5) if is_low(spent, budget) else 0.0  # half a rhythm less: the next look is on time
    failed = min(every_s * 2 ** min(failures, 10), LONGEST_PAUSE_S) if failures else 0.0
    return max(slow, failed)


@dataclass(frozen=True)
class Upkeep:
    """What a month costs at worst beside the posts, in millionths of a US dollar.

    `listening`: if every look brought a full page; `mention` is the most that one costs, `page` what a look for
    mentions puts aside beforehand. `confirming`: if every post of the fullest month came into doubt, `doubt` for each.
    `looking`: looking again at what is out, and at the accounts themselves.
    """

    looks: int
    mention: int
    listening: int
    confirming: int
    looking: int
    page: int
    doubt: int


def upkeep(settings: Settings, posts: int) -> Upkeep:
    """The worst month in live mode at the settings' rhythm, with so many posts on paid networks."""
    found = Upkeep(0, 0, 0, 0, 0, 0, 0)
    for account in settings.accounts:
        row = TABLE[account.platform]
        if not is_paid(row):
            continue
        looks = math.ceil(MONTH_S / settings.listen.every_s)
        mention = in_micros(row.price_read_own + row.price_user)
        hit = in_micros(row.price_read + row.price_user)
        tags = len(settings.listen.tags) if row.tags else 0
        found = Upkeep(
            looks=found.looks + looks * (1 + tags),
            mention=max(found.mention, hit if tags else mention),
            listening=found.listening + looks * PAGE * (mention + tags * hit),
            confirming=posts * confirming(row),
            looking=found.looking + DAYS * in_micros(row.price_user),
            page=PAGE * mention,
            doubt=confirming(row),
        )
    dearest = max((TABLE[one.platform].price_read for one in settings.accounts), default=0.0)
    return replace(found, looking=found.looking + posts * READ_BACKS * in_micros(dearest))


def runs_out(
    prices: Iterable[tuple[datetime, int]], *, budget: int, spent: Mapping[str, int], keep: int = 0
) -> datetime | None:
    """When (UTC) the first of these posts finds too little left, with nothing else spent; None if all are covered.

    `prices` are due times and prices in any order; `spent` what each month (such as 2023-10) has cost already; `keep`
    what must be left behind each post.
    """
    left: dict[str, int] = {}
    for at, amount in sorted(prices):
        month = f"{at.astimezone(UTC):%Y-%m}"
        left[month] = left.get(month, budget - spent.get(month, 0)) - amount
        if left[month] < keep:
            return at
    return None
