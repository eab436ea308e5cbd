"""What is out and no longer so, as *Now* shows it: with all words that would stand if somebody lets it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from amplifier.schedule.decided.standing import OutdatedWords, mark, would_stand
from amplifier.schedule.program import Program
from amplifier.schedule.truth.out_and_untrue import OutAndUntrue, named, said_change
from amplifier.settings import Account
from amplifier.web.frame import install, titled


def untrue_rows(
    program: Program | None, untrue: Sequence[OutAndUntrue], known: Sequence[Account], *, now: datetime
) -> list[dict[str, object]]:
    """Each of these posts for the page; without a plan nothing can be said to stand, and nothing does."""
    standing = would_stand(program, [one.post for one in untrue], now=now) if program else {}
    return [_untrue(one, standing.get(one.post, ()), known) for one in untrue]


def _untrue(one: OutAndUntrue, standing: Sequence[OutdatedWords], known: Sequence[Account]) -> dict[str, object]:
    """A post that is out and no longer so, with all of its words that would stand: also those that wait elsewhere."""
    platforms = {account.name: account.platform for account in known}
    return {
        "post": named(one),
        "platforms": one.platforms,
        "titles": [titled(*each) for each in zip(one.accounts, one.platforms, strict=True)],
        "text": one.text,
        "changes": [said_change(change, install().settings) for change in one.changed],
        "stands": [
            {"title": titled(each.account, platforms.get(each.account, "")), "text": each.text, "is_out": each.is_out}
            for each in standing
        ],
        "standing": mark(standing),
    }
