"""Which posts of ours a supporter can pass on: the newest on each network, as long as what it says is true."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from amplifier.campaign.delivery import Journey, RemoteState
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.compose.allow import TIME_FILTERS, clock, weekday
from amplifier.platforms.capabilities import TABLE
from amplifier.sharekit.intents import boost


@dataclass(frozen=True)
class Past:
    """What happened besides the plan: our posts that are out, newest first, and what people decided."""

    sent: tuple[Journey, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def skipped(self) -> frozenset[str]:
        """The posts that people took out, as `slot/occurrence`."""
        return frozenset(one.subject for one in self.decisions if one.kind is DecisionKind.SLOT_SKIPPED)


@dataclass(frozen=True)
class KitPost:
    """A post of ours that is out: its text, when it was due as people say it, and where to pass it on."""

    platform: str
    title: str
    text: str
    said: str
    url: str


def to_boost(
    templates: Collection[str], past: Past, *, milestones: Mapping[str, datetime], pretend: bool
) -> tuple[KitPost, ...]:
    """The newest post of these templates on each network that has an address and is still true.

    `milestones` are where they stand now, aware. A post that went out before a milestone moved and names its old time
    is left to rest.
    """
    found: dict[str, KitPost] = {}
    for journey in past.sent:
        if journey.platform in found or journey.template not in templates or not journey.receipt:
            continue
        if journey.remote_state in (RemoteState.GONE, RemoteState.WITHDRAWN):
            continue
        url = boost(journey.platform, journey.receipt, pretend=pretend)
        if url and not _is_untrue(journey, past.decisions, milestones):
            due = datetime.fromisoformat(journey.wall_time)
            when = f"{weekday(due)} {clock(due)}"
            title = TABLE[journey.platform].title
            found[journey.platform] = KitPost(journey.platform, title, journey.text, when, url)
    return tuple(found[platform] for platform in TABLE if platform in found)


def _is_untrue(journey: Journey, decisions: Collection[Decision], milestones: Mapping[str, datetime]) -> bool:
    for move in decisions:
        is_later = move.kind is DecisionKind.MILESTONE_MOVED and journey.sent_at and journey.sent_at < move.at
        if is_later and move.subject in milestones:
            before, after = datetime.fromisoformat(move.replaced), milestones[move.subject]
            if any(old in journey.text for old in _names(before) - _names(after)):
                return True
    return False


def _names(moment: datetime) -> frozenset[str]:
    """Every way in which a template can say a moment."""
    return frozenset(say(moment) for say in TIME_FILTERS.values())
