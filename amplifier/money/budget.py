"""Pays from the month's one budget for what a paid network is asked, and lets posts go on when there is money again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from amplifier.campaign.delivery import DeliveryView, State, Verb
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.money import NOTHING, LookReserve, is_low
from amplifier.money.cost import LOOKING, in_dollars, is_metered, kept_from, listening_pause, look_reserve_for, monthly
from amplifier.platforms.capabilities import TABLE
from amplifier.platforms.outlet import Outlet
from amplifier.platforms.port import Reserved
from amplifier.settings import Account, Settings
from amplifier.store import delivery_views, spends
from amplifier.store.holding import holds

ASK_AGAIN_AFTER = timedelta(minutes=15)


class AccountBudget:
    """The budget as one account may use it: a `Budget` on the ledger. Nothing is asked where there is none."""

    def __init__(
        self, account: str, *, budget: int | None, look_reserve: LookReserve, now: Callable[[], datetime]
    ) -> None:
        self._account = account
        self._budget = budget
        self._look_reserve = look_reserve
        self._now = now

    @property
    def is_granted(self) -> bool:
        """Whether there is a budget at all."""
        return self._budget is not None

    def reserve(self, kind: str, micros: int) -> Reserved | None:
        """Put the worst case aside. Looks at posts in doubt may take the last cent, everything else leaves theirs."""
        if self._budget is None:
            return None
        at = self._now()
        granted = spends.reserve(
            self._account,
            kind,
            micros,
            budget=self._budget,
            now=at,
            keep=kept_from(kind, self._budget),
            look_reserve=NOTHING if kind in LOOKING else self._look_reserve,
        )
        return Reserved(kind, micros, at) if granted else None

    def settle(self, reserved: Reserved, micros: int) -> None:
        """Correct what was put aside, in the month in which it was."""
        spends.settle(self._account, reserved.kind, micros - reserved.micros, now=reserved.at, budget=self._budget)

    def ask_again(self) -> datetime:
        """In a quarter of an hour, or when the new month begins."""
        now = self._now()
        month = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return min(now + ASK_AGAIN_AFTER, month)


def account_budget(account: Account, settings: Settings, *, now: Callable[[], datetime]) -> AccountBudget | None:
    """Who pays for this account; None on a free network, and in a rehearsal without a budget."""
    if not is_metered(account, settings):
        return None
    look_reserve = look_reserve_for(TABLE[account.platform], settings)
    return AccountBudget(account.name, budget=monthly(settings), look_reserve=look_reserve, now=now)


@dataclass(frozen=True)
class BudgetStatus:
    """How the month's budget stands, in millionths of a US dollar. `by_kind`: what it was spent on."""

    monthly: int
    spent: int
    by_kind: Mapping[str, int]

    @property
    def left(self) -> int:
        """What is left of it."""
        return max(0, self.monthly - self.spent)

    @property
    def is_low(self) -> bool:
        """Whether less than a fifth is left."""
        return is_low(self.spent, self.monthly)

    def __str__(self) -> str:
        left, whole = in_dollars(self.left), in_dollars(self.monthly)
        return f"${left:,.2f} of ${whole:,.2f} left this month."


def budget_status(settings: Settings, *, now: datetime) -> BudgetStatus | None:
    """How the budget stands; None where there is none."""
    budget = monthly(settings)
    if budget is None:
        return None
    by_kind = spends.spent_by_kind(now)
    return BudgetStatus(budget, sum(by_kind.values()), by_kind)


def is_short(settings: Settings, *, now: datetime) -> bool:
    """Whether less than a fifth of the month's budget is left: then nobody looks again at what is out."""
    budget = monthly(settings)
    return budget is not None and is_low(spends.spent(now), budget)


def metered(settings: Settings) -> frozenset[str]:
    """The accounts on which every question costs money."""
    return frozenset(one.name for one in settings.accounts if is_metered(one, settings))


def rest_after_listening(account: Account, settings: Settings, failures: int, *, now: Callable[[], datetime]) -> float:
    """Seconds to rest after a look for mentions that failed so often in a row (0: it went well)."""
    budget = monthly(settings)
    if budget is None or not is_metered(account, settings):
        return 0.0
    return listening_pause(settings.listen_every_s, spent=spends.spent(now()), budget=budget, failures=failures)


def go_on_with_money(outlets: Mapping[str, Outlet], *, now: datetime) -> int:
    """Let held posts go on for which there is money again: in a new month, or under a higher budget. How many.

    Only as many as can be paid for, by due time. Where no budget is needed any more, all: people are asked to post.
    """
    held = [row for row in delivery_views.views(states=(State.HELD,)) if row.reason == HoldReason.BUDGET]
    chosen: list[int] = []
    spent = spends.spent(now) if held else 0
    for row in held:
        outlet = outlets.get(row.identity.account)
        if outlet is None:
            continue
        if outlet.budget is not None and not outlet.by_hand:
            spare = outlet.look_reserve.micros + spends.reserved_for_looks(outlet.look_reserve)
            cost = _cost(row, outlet)
            if spent + cost + spare > outlet.budget:
                continue
            spent += cost
        chosen.append(row.id)
    return holds.go_on(reason=HoldReason.BUDGET, now=now, among=chosen) if chosen else 0


def _cost(row: DeliveryView, outlet: Outlet) -> int:
    return outlet.price(row.text) if row.identity.verb is Verb.PUBLISH else outlet.price_delete
