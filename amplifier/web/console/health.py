"""How everything is: one sign a part of the service, each with a sentence; what is worst comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from amplifier.campaign.delivery import DeliveryView, RemoteState
from amplifier.campaign.post import with_hour
from amplifier.campaign.stop import EVERYTHING
from amplifier.compose.accountable import ADVICE, what_it_lacks
from amplifier.deliver.stop_flags import StopFlag
from amplifier.errors import Problem
from amplifier.money.budget import BudgetStatus
from amplifier.operate.health import AccountHealth, AccountStanding, Health, look
from amplifier.operate.starting import how_to_start
from amplifier.schedule.one_by_one import FAILED
from amplifier.settings import Account, Mode
from amplifier.store import ledger
from amplifier.store.holding import restored
from amplifier.web.frame import install, known_as, lasting, title, titled

DOES = {
    "worker": ("sends the posts", "Nothing is sent: the worker is silent."),
    "listener": ("looks for mentions", "No mention comes in: the listener is silent."),
}
MOST_PROBLEMS = 5


class Mood(StrEnum):
    """How bad it is: `wait` goes on without anybody, `bad` stops something."""

    OK = "ok"
    WAIT = "wait"
    BAD = "bad"


@dataclass(frozen=True)
class Sign:
    """How one part is. `short` is what the page's first sentence says of it; empty while all is well.

    `holds`: what was good before holds on, so the next post is said first.
    """

    state: Mood
    sentence: str
    short: str = ""
    stops_all: bool = False
    holds: bool = False


def signs(now: datetime, *, planned: bool) -> tuple[Sign, ...]:
    """Every part's sign, the worst first. `planned`: whether there is a plan in force."""
    if ledger.ledger() is None:
        sentence = "The service has not been started here yet. Start it with: amplifier up"
        return (Sign(Mood.BAD, sentence, "The service has not been started here yet.", stops_all=True),)
    health = look(install(), now=now)
    found = [
        *_database(health.database),
        *_clock(health.clock),
        *_stops(health.stops),
        *_parts(health),
        *_accounts(health),
        *_money(health.budget),
        *_imprint(),
        *_files(health.problems, planned=planned),
        *_unsaid(health.unsaid),
        *_lost(health.lost_moves),
        *_settings(differ=health.settings_differ),
        *_changed_outside(health.changed_outside),
        *_sources(health),
        *_heard(health),
        *_recipients(health.untold),
    ]
    order = (Mood.BAD, Mood.WAIT, Mood.OK)
    return tuple(sorted(found, key=lambda sign: order.index(sign.state)))


def _database(ill: str) -> Iterator[Sign]:
    """What keeps the database from being written."""
    if ill:
        yield Sign(Mood.BAD, " ".join(ill.split()), ill.partition(":")[0] + ".", stops_all=True)


def _clock(sentence: str) -> Iterator[Sign]:
    """Whether our clock is wrong, by what the networks say."""
    if sentence:
        yield Sign(Mood.BAD, sentence, sentence.partition(". ")[0] + ".")


def _stops(found: Sequence[StopFlag]) -> Iterator[Sign]:
    said: dict[str, str] = {}
    for flag in found:
        said.setdefault(flag.scope, str(flag))
    for scope, sentence in said.items():
        kind, _, name = scope.partition(":")
        how = "" if scope == EVERYTHING else f" --{kind} {name}"
        short = sentence.partition(". ")[0] + "."
        words = f"{sentence} To let it go on: amplifier resume{how}"
        yield Sign(Mood.BAD, words, short, stops_all=scope == EVERYTHING)


def _parts(health: Health) -> Iterator[Sign]:
    alive = {**health.alive, "web": True}  # it makes this page
    for name, (does, short) in DOES.items():
        if alive[name]:
            yield Sign(Mood.OK, f"The {name} is at work.")
            continue
        long = f" for {lasting(health.silent[name].total_seconds())}" if name in health.silent else ""
        how = " ".join(how_to_start(install(), alive, name).split())
        sentence = f"The {name}, which {does}, has been silent{long}. What helps: {how}."
        yield Sign(Mood.BAD, sentence, short, stops_all=name == "worker")


def _accounts(health: Health) -> Iterator[Sign]:
    """The accounts of the settings that these pages began with."""
    known = {account.name: account for account in install().settings.accounts}
    for one in health.accounts:
        if one.name in known:
            yield _account(known[one.name], one, health)


def _money(money: BudgetStatus | None) -> Iterator[Sign]:
    """What is left of the month's budget, where there is one."""
    if money is not None:
        low = "Little is left of the month's budget." if money.is_low else ""
        slow = " We listen less often; posts come first." if money.is_low else ""
        yield Sign(Mood.WAIT if money.is_low else Mood.OK, f"The budget: {money}{slow}", low)


def _imprint() -> Iterator[Sign]:
    """What the public imprint lacks: live everybody can see that, in a rehearsal there is time to mend it."""
    settings = install().settings
    lacking = what_it_lacks(settings.campaign.imprint)
    if lacking and settings.mode is Mode.LIVE:
        hint = "Fill it in under imprint in settings.yaml and start again."
        yield Sign(Mood.WAIT, f"{lacking} {hint} {ADVICE}", "The imprint is not complete.")
    elif lacking:
        yield Sign(Mood.OK, f"{lacking} This rehearsal may go on so; going live is refused until it does. {ADVICE}")


def _account(account: Account, one: AccountStanding, health: Health) -> Sign:
    network = titled(account.name, account.platform)
    name = f"{title(account.platform)} ({known_as(account)})"
    detail = one.detail
    match one.health:
        case AccountHealth.MANUAL:
            return Sign(Mood.OK, f"{name} is used by hand; nothing is asked of its API.")
        case AccountHealth.UNKNOWN:
            return Sign(Mood.WAIT, f"{name} has not answered yet. {detail}".strip(), f"{network} has not answered yet.")
        case AccountHealth.LOST:
            return Sign(Mood.BAD, f"{name} no longer lets us in: {detail}", f"{network} no longer lets us in.")
        case AccountHealth.RESTING:
            left = lasting(one.rests_for(health.now).total_seconds())
            sentence = f"{name} asks us to wait {left} more. Posts to it wait too."
            return Sign(Mood.WAIT, sentence, f"{network} asks us to wait.")
        case AccountHealth.UNWELL:
            sentence = f"{name} does not answer as it should just now. {detail}"
            return Sign(Mood.WAIT, sentence, f"{network} does not answer as it should.")
        case AccountHealth.RENAMED:
            return Sign(Mood.WAIT, f"{name} is connected. {detail}", f"{network} has another handle now.")
        case AccountHealth.FAILING:
            return Sign(Mood.WAIT, f"{name} is connected; the last call failed, and we ask again.")
        case AccountHealth.UNREAD | AccountHealth.CONNECTED:  # what could not be read has a sign of its own
            asked = "is connected" if health.alive["worker"] else "was connected when it was last asked"
            return Sign(Mood.OK, f"{name} {asked}.")


def _files(problems: Sequence[Problem], *, planned: bool) -> Iterator[Sign]:
    stays = "The last good version stays in force." if planned else "Nothing is planned until it is mended."
    for problem in problems[:MOST_PROBLEMS]:
        where = f"{problem.path}, line {problem.line}" if problem.line else problem.path
        if not where:
            alone = problem.rule == FAILED
            short = "A post cannot be compared." if alone else "The planner fails."
            yield Sign(Mood.WAIT if alone else Mood.BAD, f"{problem.message} {problem.hint}", short)
            continue
        words = " ".join(part for part in (problem.message, problem.hint, stays) if part)
        yield Sign(Mood.BAD, f"{where}: {words}", f"{problem.path} has a mistake.", holds=True)
    if len(problems) > MOST_PROBLEMS:
        yield Sign(
            Mood.BAD, f"And {len(problems) - MOST_PROBLEMS} more mistakes. All of them: amplifier check", holds=True
        )


def _unsaid(found: Sequence[Problem]) -> Iterator[Sign]:
    """What the plan in force has and nobody will hear, by names that changed, as long as something can be done."""
    for one in found[:MOST_PROBLEMS]:
        where = f"{one.path}, line {one.line}"
        yield Sign(
            Mood.BAD, f"{where}: {one.message} {one.hint}", f"{one.path} has words that nobody will hear.", holds=True
        )
    if len(found) > MOST_PROBLEMS:
        yield Sign(
            Mood.BAD, f"And {len(found) - MOST_PROBLEMS} more that nobody will hear. All of them: amplifier check"
        )


def _lost(found: Sequence[Problem]) -> Iterator[Sign]:
    """Milestones that people moved and that the plan names no more, until somebody says what became of them."""
    for one in found[:MOST_PROBLEMS]:
        where = f"{one.path}, line {one.line}" if one.line else one.path
        yield Sign(Mood.WAIT, f"{where}: {one.message} {one.hint}", "A move of a milestone counts no longer.")
    if len(found) > MOST_PROBLEMS:
        yield Sign(Mood.WAIT, f"And {len(found) - MOST_PROBLEMS} more moves that count no longer: amplifier status")


def _settings(*, differ: bool) -> Iterator[Sign]:
    """Whether a process works with other settings than the file has now: each reads them once, at its start."""
    if differ:
        sentence = "settings.yaml was changed while the service ran. What changed holds after a restart."
        yield Sign(Mood.WAIT, sentence, "settings.yaml was changed.")


def _sources(health: Health) -> Iterator[Sign]:
    known = {account.name: account for account in install().settings.accounts}
    for name, problem in health.sources.items():
        account = known[name.partition(":")[0]]
        network = titled(account.name, account.platform)
        sentence = f"Mentions on {network} could not be read: {problem} Nothing is lost; we ask again."
        yield Sign(Mood.WAIT, sentence, f"Mentions on {network} could not be read.")


def _heard(health: Health) -> Iterator[Sign]:
    """What listening left for people to know; all else is heard all the same."""
    piles = health.set_aside
    number = sum(pile.number for pile in piles)
    if number:
        more = " or more" * any(pile.is_full for pile in piles)
        what = "1 thing that a network told" if number == 1 else f"{number}{more} things that networks told"
        yield Sign(Mood.WAIT, f"{what} could not be understood; all the rest was taken in. See Mentions.")
    if edited := health.edited_since:
        which, whom = ("1 mention was", "it") if edited == 1 else (f"{edited} mentions were", "them")
        yield Sign(Mood.WAIT, f"{which} edited after somebody had dealt with {whom}. They stand on the page Mentions.")


def _changed_outside(found: Sequence[DeliveryView]) -> Iterator[Sign]:
    """What somebody else deleted or changed on a network within the last week."""
    made_at, ours = restored.perhaps_ours([row.id for row in found])
    for row in found[-MOST_PROBLEMS:]:
        what = "is not there any more" if row.remote_state == RemoteState.GONE else "was changed there"
        where = titled(row.identity.account, row.platform)
        name = with_hour(row.identity.post, row.wall_time)
        if made_at and row.id in ours:
            here = made_at.astimezone(ZoneInfo(install().settings.campaign.zone))
            short = f"A post {what}: others did it, or you did, after the backup of {here:%a %-d %b %H:%M}."
            sentence = f"{name} on {where} {what}{short.partition(what)[2]} What to look for: amplifier status"
        else:
            short = f"A post {what}, and it was not we who did it."
            sentence = f"{name} on {where} {what}; it was not we."
        yield Sign(Mood.WAIT, sentence, short)
    if len(found) > MOST_PROBLEMS:
        yield Sign(Mood.WAIT, f"And {len(found) - MOST_PROBLEMS} more that others deleted or changed: amplifier status")


def _recipients(untold: Mapping[str, tuple[int, str]]) -> Iterator[Sign]:
    """Who cannot be told of anything: they think that all is well."""
    for name, (number, problem) in untold.items():
        count = "1 notice" if number == 1 else f"{number} notices"
        sentence = f"{name} has not been told {count}: {problem}. We go on trying. Try it: amplifier notify test"
        yield Sign(Mood.WAIT, sentence, f"{name} cannot be told.")
