"""What a plan costs: by the API and by hand, what a month costs besides, and whether the budget covers it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from amplifier.campaign.post import WantedPost, Words
from amplifier.errors import Problem
from amplifier.money.cost import (
    Upkeep,
    in_dollars,
    is_by_hand,
    is_paid,
    kept_from,
    look_reserve_for,
    micros,
    monthly,
    price,
    runs_out,
    upkeep,
)
from amplifier.platforms.capabilities import TABLE, Capabilities
from amplifier.settings import FILE, Settings

COVERS = "The budget covers the plan."
MENTIONS = "mentions"
RAISE = "Raise it, take links out of posts, or let people post by hand: hand_off: true costs nothing."


@dataclass(frozen=True)
class Bill:
    """Amounts in millionths of a US dollar.

    `api` is what the paid networks would charge for the posts shown, `plain` and `linked` how many there are of either
    price; `by_hand` names the paid accounts on which people post, so that they cost nothing. `charged` is what of `api`
    the budget will be asked for. `upkeep` is for the fullest month; None where nothing is asked of a paid network.
    """

    api: int
    plain: int
    linked: int
    by_hand: tuple[str, ...]
    charged: int
    upkeep: Upkeep | None
    budget: int | None
    spent: int
    runs_out: datetime | None


def bill(
    shown: Iterable[WantedPost],
    plan: Sequence[WantedPost],
    settings: Settings,
    *,
    spent: Mapping[str, int],
    now: datetime,
) -> Bill:
    """What the posts shown cost, and how far the budget reaches for the whole plan from now on.

    `spent` is what each month (such as 2023-10) has cost so far.
    """
    shown = list(shown)
    prices = [amount for _, amount, _ in _charges(shown, settings)]
    linked = sum(has_dear_link(said, TABLE[settings.account(said.account).platform]) for said in _words(shown))
    by_hand = tuple(one.name for one in settings.accounts if _is_paid(one.platform) and is_by_hand(one, settings))
    ahead = [post for post in plan if post.moment.due_at >= now] or plan  # of what is over: what it would have cost
    charged = [(at, amount) for at, amount, account in _charges(ahead, settings) if account not in by_hand]
    months = Counter(f"{at.astimezone(UTC):%Y-%m}" for at, _ in charged)
    budget = monthly(settings)
    keep = max((look_reserve_for(TABLE[one.platform], settings).micros for one in settings.accounts), default=0)
    asked = any(_is_paid(one.platform) and one.name not in by_hand for one in settings.accounts)
    return Bill(
        api=sum(prices),
        plain=len(prices) - linked,
        linked=linked,
        by_hand=by_hand,
        charged=sum(amount for _, amount in charged),
        upkeep=upkeep(settings, max(months.values(), default=0)) if asked else None,
        budget=budget,
        spent=spent.get(f"{now:%Y-%m}", 0),
        runs_out=None if budget is None else runs_out(charged, budget=budget, spent=spent, keep=keep),
    )


def price_words(said: Words, settings: Settings, *, by_hand: bool = False) -> str:
    """What a post costs through the API, behind a dot, as markup: the dear are marked; empty where none is charged.

    Where people post it (`by_hand`, or on an account that is used by hand) it says so, and the price beside it.
    """
    account = settings.account(said.account)
    row = TABLE[account.platform]
    manual = by_hand or is_by_hand(account, settings)
    if not is_paid(row):
        return " · by hand" if manual else ""
    dear = f"[bold]${row.price_with_link:.3f}[/] with a link instead of ${row.price:.3f}"
    charge = dear if has_dear_link(said, row) else f"${row.price:.3f}"
    return f" · by hand; the API would take {charge}" if manual else f" · {charge}"


def has_dear_link(said: Words, row: Capabilities) -> bool:
    """Whether a link makes this post dearer there."""
    return is_paid(row) and price(said.text, row) > row.price


def sentences(found: Bill, settings: Settings) -> Iterator[str]:
    """The bill in a few lines."""
    row = next((TABLE[one.platform] for one in settings.accounts if _is_paid(one.platform)), None)
    if row is None:
        yield "No network charges for them."
        return
    yield f"{row.title}'s API would charge ${in_dollars(found.api):.2f} for them; by hand it is $0.00."
    if found.linked:
        with_link, plain = f"${row.price_with_link:.3f}", f"${row.price:.3f}"
        yield f"  {found.linked} with a link at {with_link}, {found.plain} without at {plain}."
    if found.by_hand:
        yield f"People post by hand on {', '.join(found.by_hand)}, so nothing is charged and nothing asked there."
    if found.upkeep:
        yield from _upkeep(found.upkeep, found.budget)
    if found.budget is not None and found.runs_out is None:
        left = in_dollars(found.budget - found.spent)
        yield f"{COVERS} ${left:,.2f} of ${in_dollars(found.budget):,.2f} are left this month."


def warnings(found: Bill, settings: Settings) -> list[Problem]:
    """The day on which the budget runs out, if it does."""
    if found.budget is None or found.runs_out is None:
        return []
    day = found.runs_out.astimezone(ZoneInfo(settings.campaign.zone))
    said = (
        f"The budget of ${in_dollars(found.budget):,.2f} a month runs out on {day:%A %-d %B %Y}: posts are held then."
    )
    return [Problem(FILE, settings.lines.at("budget", "monthly"), "budget", said, RAISE)]


def as_json(found: Bill, settings: Settings) -> dict[str, object]:
    """The bill for programs; dollars."""
    covered = found.budget is not None and found.runs_out is None
    kept = found.upkeep
    return {
        "api_usd": in_dollars(found.api),
        "by_hand_usd": 0.0,
        "with_link": found.linked,
        "by_hand": list(found.by_hand),
        "charged_usd": in_dollars(found.charged),
        "worst_month_besides_usd": {
            "listening": in_dollars(kept.listening),
            "confirming": in_dollars(kept.confirming),
            "looking_again": in_dollars(kept.looking),
            "looks_for_mentions": kept.looks,
            "a_mention": in_dollars(kept.mention),
        }
        if kept
        else None,
        "listening_at_most_usd": in_dollars(_most_for_listening(kept, found.budget))
        if kept and found.budget is not None
        else None,
        "budget_usd": None if found.budget is None else in_dollars(found.budget),
        "spent_usd": in_dollars(found.spent),
        "covered": covered if found.budget is not None else None,
        "runs_out": found.runs_out.astimezone(ZoneInfo(settings.campaign.zone)).date() if found.runs_out else None,
    }


def _upkeep(found: Upkeep, budget: int | None) -> Iterator[str]:
    """What else the month's money goes to; with a budget, what it lets that take."""
    yield (
        f"A post that came into doubt would cost up to ${in_dollars(found.doubt):,.2f} more to look for; looking again "
        f"at what is out costs ${in_dollars(found.looking):,.2f} a month."
    )
    mentions = f"A mention costs at most ${in_dollars(found.mention):.3f}"
    if budget is None:
        thousand = in_dollars(1000 * found.mention)
        yield f"Listening is free while nobody speaks. {mentions}, ${thousand:,.2f} for 1,000. A budget limits it."
        return
    most, whole = _most_for_listening(found, budget), in_dollars(budget)
    if not most:
        page = in_dollars(found.page)
        yield f"There is no listening: each look puts ${page:,.2f} aside, and ${whole:,.2f} has no room for that."
        return
    spared, room = in_dollars(kept_from(MENTIONS, budget)), max(0, most - found.page) // found.mention
    yield (
        f"Listening takes at most ${in_dollars(most):,.2f} of a month's ${whole:,.2f}: as money "
        f"runs short it slows down, then stops. It leaves ${spared:,.2f} for posts and never passes the budget."
    )
    yield f"  It is free while nobody speaks. {mentions}: there is room for {room:,} or more."


def _most_for_listening(found: Upkeep, budget: int) -> int:
    """What listening can take of a month's budget at most; 0 where not even one look finds room."""
    room = budget - kept_from(MENTIONS, budget)
    return min(found.listening, room) if room >= found.page else 0


def _charges(posts: Iterable[WantedPost], settings: Settings) -> Iterator[tuple[datetime, int, str]]:
    """When, how much and on which account: every post on a network that charges."""
    for post in posts:
        for said in post.words:
            row = TABLE[settings.account(said.account).platform]
            if is_paid(row):
                yield post.moment.due_at, micros(said.text, row=row), said.account


def _words(posts: Iterable[WantedPost]) -> Iterator[Words]:
    return (said for post in posts for said in post.words)


def _is_paid(platform: str) -> bool:
    return is_paid(TABLE[platform])
