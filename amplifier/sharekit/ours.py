"""Which posts of ours a supporter can pass on: the newest on each network, as long as what it says is true."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from amplifier.campaign.delivery import DeliveryView
from amplifier.campaign.fate import Became, Fate, became_of_each
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import PostId
from amplifier.campaign.skips import skips
from amplifier.compose.time_filters import TIME_FILTERS, clock, weekday
from amplifier.platforms.capabilities import TABLE
from amplifier.sharekit.days import so_until
from amplifier.sharekit.intents import boost
from amplifier.text.day_names import ENGLISH


@dataclass(frozen=True)
class Past:
    """What happened besides the plan: our posts that went out with all that was done to them, and what people decided.

    `untrue` are those that state what is no longer so, each with its account. `given_up` are the wordings (template
    and name) that the plan still says and people took back, corrected in their own words, or replaced.
    """

    sent: tuple[DeliveryView, ...] = ()
    decisions: tuple[Decision, ...] = ()
    untrue: frozenset[tuple[PostId, str]] = frozenset()
    given_up: frozenset[tuple[str, str]] = frozenset()

    @property
    def skipped(self) -> frozenset[str]:
        """The posts that people took out everywhere, as `slot/occurrence`."""
        return frozenset(post for post, skip in skips(self.decisions).items() if skip.is_everywhere)


@dataclass(frozen=True)
class KitPost:
    """A post of ours that is out: the words there now, when it was due as people say it, where to pass it on.

    `until` is when a day that its words name makes them untrue; None if none does.
    """

    platform: str
    title: str
    text: str
    said: str
    url: str
    until: datetime | None = None


def to_boost(
    templates: Collection[str], past: Past, *, now: datetime, milestones: Mapping[str, datetime], pretend: bool
) -> tuple[KitPost, ...]:
    """The newest post of these templates on each network that has an address and is still true.

    `now` is the campaign's time, and `milestones` are where they stand now, all aware. A post that went out before a
    milestone moved and names its old time is left to rest, and so is one that says "tomorrow" on the day itself, and
    one that is to be corrected or deleted, or that somebody else changed.
    """
    found: dict[str, KitPost] = {}
    newest = sorted(became_of_each(past.sent), key=lambda one: (one.row.sent_at or one.row.due_at, one.row.id))
    for one in reversed(newest):
        row = one.row
        if (
            row.platform in found
            or row.template not in templates
            or not row.receipt
            or not _may_be_passed_on(one, past)
        ):
            continue
        url = boost(row.platform, row.receipt, pretend=pretend)
        due = datetime.fromisoformat(row.wall_time)
        zone = _zone(row.zone)
        if zone is None:
            continue
        until = so_until(one.text, due.date(), zone)
        is_over = until is not None and until <= now
        if url and not is_over and not _names_an_old_time(one, past.decisions, milestones):
            when = f"{weekday(due)} {clock(due)}"
            found[row.platform] = KitPost(row.platform, TABLE[row.platform].title, one.text, when, url, until)
    return tuple(found[platform] for platform in TABLE if platform in found)


def _zone(name: str) -> ZoneInfo | None:
    """The time zone of this name; None where nobody knows it here, so that its post is not passed on."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _may_be_passed_on(one: Became, past: Past) -> bool:
    """Whether we stand by what is there: our own words, still so as far as we know, and to stay."""
    ours = one.fate in (Fate.LIVE, Fate.CORRECTED) and one.follows is None
    return ours and (one.row.identity.post, one.row.identity.account) not in past.untrue


def _names_an_old_time(one: Became, decisions: Collection[Decision], milestones: Mapping[str, datetime]) -> bool:
    for move in decisions:
        is_later = move.kind is DecisionKind.MILESTONE_MOVED and one.at and one.at < move.at
        if is_later and move.subject in milestones:
            before, after = datetime.fromisoformat(move.replaced), milestones[move.subject]
            if any(old in one.text for old in _names(before, one.row.language) - _names(after, one.row.language)):
                return True
    return False


def _names(moment: datetime, language: str) -> frozenset[str]:
    """Every way in which a template in this language can say a moment; once all of them said it in English."""
    return frozenset(say(moment, each) for say in TIME_FILTERS.values() for each in (language or ENGLISH, ENGLISH))
