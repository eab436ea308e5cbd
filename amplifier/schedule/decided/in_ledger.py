"""How posts of the plan stand in the ledger: what it calls each, and on which accounts it is out, waits, or is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from amplifier.campaign.changes import ExistingDelivery
from amplifier.campaign.delivery import OUT, State, is_left_out_for_good
from amplifier.campaign.plan import Decision
from amplifier.campaign.post import PostId
from amplifier.schedule.naming.ledger_names import names_of_slots, posts_of_slots
from amplifier.schedule.naming.matched import matched
from amplifier.schedule.naming.meant import day_of
from amplifier.schedule.program import Program, post_name
from amplifier.store import posts

WAITS = (State.QUEUED, State.HELD)


@dataclass(frozen=True)
class InLedger:
    """One post of the plan: what the ledger calls it, or will, and its deliveries there; none where it is new."""

    name: PostId
    deliveries: tuple[ExistingDelivery, ...] = ()

    @property
    def out(self) -> tuple[str, ...]:
        """The accounts on which it is out, on its way, or may be out; by its former name as well."""
        return self._where(one for one in self.deliveries if one.state in OUT)

    @property
    def waits(self) -> tuple[str, ...]:
        """The accounts on which it is still to go out, or waits for a person."""
        return self._where(one for one in self._others() if one.state in WAITS)

    @property
    def missed(self) -> tuple[str, ...]:
        """The accounts on which it was too late for it."""
        return self._where(one for one in self._others() if one.state is State.MISSED)

    @property
    def is_settled(self) -> bool:
        """Whether it is over everywhere: out, missed, or left out by a person."""
        return bool(self.deliveries) and not any(_may_go_out(one) for one in self._others())

    @property
    def is_over(self) -> bool:
        """Whether it is out or missed everywhere, so that nobody leaves it out or takes it in any more."""
        return bool(self.deliveries) and not any(one.state in (*WAITS, State.DROPPED) for one in self.deliveries)

    def may_go_out(self, account: str) -> bool:
        """Whether it waits on this account, or has nothing there yet, or the plan alone has left it out."""
        return account not in self.out and all(_may_go_out(one) for one in self.deliveries if one.account == account)

    def _others(self) -> list[ExistingDelivery]:
        out = self.out
        return [one for one in self.deliveries if one.account not in out]

    def _where(self, found: Iterable[ExistingDelivery]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.account for one in found))


def in_ledger(program: Program, of: Iterable[PostId], made: Sequence[Decision]) -> dict[PostId, InLedger]:
    """How these posts of the plan stand, by the plan's names; what it says of days before them is not looked at."""
    of = set(of)
    numbered = {one for one in of if day_of(post_name(one)) is not None}
    since = min((one.occurrence.partition("#")[0] for one in numbered), default="")
    found: dict[PostId, InLedger] = {}
    for group, day in ((of - numbered, ""), (numbered, since)):
        if not group:
            continue
        wanted = posts_of_slots(program, {one.slot for one in group}, made, since=day)
        existing = posts.existing(program.plan.campaign, slots=names_of_slots(wanted), since=day)
        for one in matched(wanted, existing):
            rows = [row for row in (one.row, one.former) if row]
            found[one.post.id] = InLedger(one.called, tuple(two for row in rows for two in row.deliveries))
    return {post: found.get(post, InLedger(post)) for post in of}


def _may_go_out(one: ExistingDelivery) -> bool:
    is_unplanned = one.state is State.DROPPED and not is_left_out_for_good(one.state, one.reason)
    return one.state in WAITS or is_unplanned
