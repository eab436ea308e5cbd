"""What stays or goes out when somebody lets words stand: on every account, shown before, decided as it was shown."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256

from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import PostId
from amplifier.errors import UsageError
from amplifier.schedule.naming.ledger_names import decided_as
from amplifier.schedule.program import Program, post_name, wanted_posts
from amplifier.schedule.truth.facts import Changed, Untrue
from amplifier.schedule.truth.free_words import DAY, Stale, Wrong
from amplifier.schedule.truth.may_stand import of_words
from amplifier.schedule.truth.out_and_untrue import said_change
from amplifier.schedule.truth.review import compared_out
from amplifier.schedule.truth.stale import stale_words, wanted_now
from amplifier.settings import Settings
from amplifier.store import decisions, delivery_views, plan_versions

MEANWHILE = "What would stand has changed meanwhile. Nothing was done; look at it again."


@dataclass(frozen=True)
class OutdatedWords:
    """Words of a post on one account that are no longer so: they are out there (`is_out`), or are to go out so.

    `why` says what has changed, `changed` the same by fact; `day` is that for which waiting words may stand.
    """

    account: str
    text: str
    why: str
    changed: tuple[Changed | Wrong, ...]
    is_out: bool = False
    day: str = ""


def would_stand(
    program: Program, posts: Collection[PostId], *, now: datetime
) -> dict[PostId, tuple[OutdatedWords, ...]]:
    """The words of each of these posts that would stay or go out as they are, on whichever account."""
    if not posts:
        return {}
    made = decisions.decisions()
    wanted = wanted_now(program, made, now=now)
    stale = stale_words(program, made, wanted, now=now)
    rows = [row.id for post in posts for row in delivery_views.views(post=post)]
    out = compared_out(program, made, wanted, now=now, among=rows).untrue
    return {
        post: (
            *(as_out(one, program.settings) for one in out if one.stated.post == post),
            *(as_waiting(one) for one in stale if one.post == post),
        )
        for post in posts
    }


def as_waiting(one: Stale) -> OutdatedWords:
    """Words that are to go out."""
    return OutdatedWords(one.account, one.text, one.why, one.wrongs, day=one.day.isoformat())


def as_out(one: Untrue, settings: Settings) -> OutdatedWords:
    """Words that are out, or may be."""
    why = "; ".join(said_change(change, settings) for change in one.changed)
    return OutdatedWords(one.stated.account, one.stated.text, f"It is out. {why}.", one.changed, is_out=True)


def mark(standing: Iterable[OutdatedWords]) -> str:
    """How a form or a question says that these very words were shown, each with what is no longer so in it."""
    told = sorted(
        "\n".join(
            [
                f"{one.account} {one.is_out} {one.day}",
                one.text,
                one.why,
                *(f"{each.fact} {each.then} {each.now}" for each in one.changed),
            ]
        )
        for one in standing
    )
    return sha256("\n\n".join(told).encode()).hexdigest()[:16]


def must_be_meant(standing: Iterable[OutdatedWords], on: str) -> None:
    """Raises UsageError where words on other accounts than this one would stand as well; empty: all are meant."""
    others = [one for one in standing if on and one.account != on]
    waiting, out = (sorted({one.account for one in others if one.is_out is is_out}) for is_out in (False, True))
    if others:
        sent = f"{', '.join(waiting)} would send them too" if waiting else ""
        stay = f"on {', '.join(out)} they are out and would stay" if out else ""
        raise UsageError(
            f"Words stand on all accounts of a post or on none: {', and '.join(filter(None, (sent, stay)))}. "
            f"Without --on {on} all of them are shown. Nothing was changed."
        )


def let_stand(program: Program, post: PostId, shown: str, *, actor: str, reason: str, now: datetime) -> Decision:
    """Let a post stand although it is no longer so, or go out so: nobody is asked again before the fact changes again.

    `shown` is the mark of the words that the person saw. Raises UsageError where others would stand by now, which
    nobody else can change any more when that is asked, or where nothing is untrue.
    """
    found = would_stand(program, [post], now=now)[post]
    changed: dict[str, Changed | Wrong] = {each.fact: each for one in found for each in one.changed}
    if not changed:
        raise UsageError(f"Nothing that {post_name(post)} says has changed. There is nothing to leave.")
    _must_be_shown(found, shown)
    may_stand = of_words((one.account, one.text, _facts_of(one)) for one in found)
    subject, hours = decided_as(program, wanted_posts(program, decisions.decisions()), post)
    return decisions.keep_decision(
        kind=DecisionKind.FACT_LEFT,
        subject=subject,
        value=may_stand.value_json(),
        replaced=json.dumps({name: one.then for name, one in changed.items()}),
        actor=actor,
        reason=reason,
        now=now,
        facts=may_stand.there_json(),
        hours=hours,
        check=partial(_must_stand_still, program, post, shown, now),
    )


def _facts_of(one: OutdatedWords) -> dict[str, str]:
    """For what these words would stand: what is so by now of each fact, and the day on which they go."""
    return ({DAY: one.day} if one.day else {}) | {each.fact: each.now for each in one.changed}


def _must_stand_still(program: Program, post: PostId, shown: str, now: datetime) -> None:
    """Raises UsageError where others would stand than were shown, or the files say something else by now."""
    if program.digest and plan_versions.newest_digest() != program.digest:
        raise UsageError(MEANWHILE)
    _must_be_shown(would_stand(program, [post], now=now)[post], shown)


def _must_be_shown(found: Sequence[OutdatedWords], shown: str) -> None:
    if mark(found) != shown:
        raise UsageError(MEANWHILE)
