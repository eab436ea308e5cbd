"""How everything is: one sign a part of the service, each with a sentence; what is worst comes first."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from amplifier.campaign.delivery import RemoteState
from amplifier.campaign.post import with_hour
from amplifier.campaign.stop import EVERYTHING
from amplifier.compose.accountable import ADVICE, what_it_lacks
from amplifier.deliver.stop_flags import StopFlag, stop_flags
from amplifier.deliver.wrong_clock import wrong_clock
from amplifier.listen.where import troubled
from amplifier.money.budget import budget_status
from amplifier.money.cost import is_readable
from amplifier.no_file import instead_of_file
from amplifier.operate.starting import how_to_start
from amplifier.schedule.decided.lost_moves import lost_now
from amplifier.schedule.naming.doubts import still_unsaid
from amplifier.schedule.one_by_one import FAILED
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.settings import FILE, Account, Mode
from amplifier.store import heartbeats, ledger, notices
from amplifier.store.database.health import trouble
from amplifier.store.database.transaction import database_file
from amplifier.store.heartbeats import Heartbeat, is_alive
from amplifier.store.holding import restored
from amplifier.store.identity import accounts
from amplifier.store.identity.accounts import LOST, OK, AccountState
from amplifier.store.listening import mentions, quarantine
from amplifier.store.operate import read_backs
from amplifier.web.frame import install, known_as, lasting, title, titled

PARTS = (
    ("worker", "sends the posts", "Nothing is sent: the worker is silent."),
    ("listener", "looks for mentions", "No mention comes in: the listener is silent."),
)
MOST_PROBLEMS = 5
A_WEEK = timedelta(days=7)


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
    opened = ledger.ledger()
    if opened is None:
        sentence = "The service has not been started here yet. Start it with: amplifier up"
        return (Sign(Mood.BAD, sentence, "The service has not been started here yet.", stops_all=True),)
    beats = heartbeats.heartbeats()
    found = [
        *_database(beats, now),
        *_clock(now),
        *_stops(stop_flags(install())),
        *_parts(beats, now),
        *_accounts(now),
        *_money(now),
        *_imprint(),
        *_files(beats, planned=planned),
        *_unsaid(beats, now),
        *_lost(now),
        *_settings(beats),
        *_changed_outside(now),
        *_sources(),
        *_heard(),
        *_recipients(now),
    ]
    order = (Mood.BAD, Mood.WAIT, Mood.OK)
    return tuple(sorted(found, key=lambda sign: order.index(sign.state)))


def _database(beats: Mapping[str, Heartbeat], now: datetime) -> Iterator[Sign]:
    """What keeps the database from being written; while a part is silent that is tried."""
    file = database_file()
    silent = not all(is_alive(beats.get(name), now) for name, _, _ in PARTS)
    ill = trouble(file, thorough=silent) if file else ""
    if ill:
        yield Sign(Mood.BAD, " ".join(ill.split()), ill.partition(":")[0] + ".", stops_all=True)


def _clock(now: datetime) -> Iterator[Sign]:
    """Whether our clock is wrong, by what the networks say."""
    sentence = wrong_clock(install().settings, now=now)
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


def _parts(beats: Mapping[str, Heartbeat], now: datetime) -> Iterator[Sign]:
    alive = {name: is_alive(beats.get(name), now) for name, _, _ in PARTS} | {"web": True}  # it makes this page
    for name, does, short in PARTS:
        beat = beats.get(name)
        if alive[name]:
            yield Sign(Mood.OK, f"The {name} is at work.")
            continue
        long = f" for {lasting((now - beat.at).total_seconds())}" if beat else ""
        how = " ".join(how_to_start(install(), alive, name).split())
        sentence = f"The {name}, which {does}, has been silent{long}. What helps: {how}."
        yield Sign(Mood.BAD, sentence, short, stops_all=name == "worker")


def _accounts(now: datetime) -> Iterator[Sign]:
    states = {state.name: state for state in accounts.account_states()}
    for account in install().settings.accounts:
        yield _account(account, states.get(account.name), now)


def _money(now: datetime) -> Iterator[Sign]:
    """What is left of the month's budget, where there is one."""
    money = budget_status(install().settings, now=now)
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


def _account(account: Account, state: AccountState | None, now: datetime) -> Sign:
    network = titled(account.name, account.platform)
    name = f"{title(account.platform)} ({known_as(account)})"
    if not is_readable(account, install().settings):
        return Sign(Mood.OK, f"{name} is used by hand; nothing is asked of its API.")
    if state is None or state.health not in (OK, LOST):
        detail = state.detail if state else ""
        return Sign(Mood.WAIT, f"{name} has not answered yet. {detail}".strip(), f"{network} has not answered yet.")
    if state.health == LOST:
        return Sign(Mood.BAD, f"{name} no longer lets us in: {state.detail}", f"{network} no longer lets us in.")
    if state.closed_until and state.closed_until > now:
        left = lasting((state.closed_until - now).total_seconds())
        sentence = f"{name} asks us to wait {left} more. Posts to it wait too."
        return Sign(Mood.WAIT, sentence, f"{network} asks us to wait.")
    if state.detail:
        sentence = f"{name} does not answer as it should just now. {state.detail}"
        return Sign(Mood.WAIT, sentence, f"{network} does not answer as it should.")
    if state.out_of_date:
        return Sign(Mood.WAIT, f"{name} is connected. {state.out_of_date}", f"{network} has another handle now.")
    return Sign(Mood.OK, f"{name} is connected.")


def _files(beats: Mapping[str, Heartbeat], *, planned: bool) -> Iterator[Sign]:
    beat = beats.get(PLAN_BEAT)
    problems = json.loads(beat.detail) if beat and beat.detail else []
    stays = "The last good version stays in force." if planned else "Nothing is planned until it is mended."
    for problem in problems[:MOST_PROBLEMS]:
        where = f"{problem['path']}, line {problem['line']}" if problem["line"] else str(problem["path"])
        if not where:
            words = f"{problem['message']} {problem['hint']}"
            alone = problem["rule"] == FAILED
            yield Sign(
                Mood.WAIT if alone else Mood.BAD, words, "A post cannot be compared." if alone else "The planner fails."
            )
            continue
        words = " ".join(part for part in (problem["message"], problem["hint"], stays) if part)
        yield Sign(Mood.BAD, f"{where}: {words}", f"{problem['path']} has a mistake.", holds=True)
    if len(problems) > MOST_PROBLEMS:
        yield Sign(
            Mood.BAD, f"And {len(problems) - MOST_PROBLEMS} more mistakes. All of them: amplifier check", holds=True
        )


def _unsaid(beats: Mapping[str, Heartbeat], now: datetime) -> Iterator[Sign]:
    """What the plan in force has and nobody will hear, by names that changed, as long as something can be done."""
    found = still_unsaid(beats, now=now)
    for one in found[:MOST_PROBLEMS]:
        where = f"{one.path}, line {one.line}"
        yield Sign(
            Mood.BAD, f"{where}: {one.message} {one.hint}", f"{one.path} has words that nobody will hear.", holds=True
        )
    if len(found) > MOST_PROBLEMS:
        yield Sign(
            Mood.BAD, f"And {len(found) - MOST_PROBLEMS} more that nobody will hear. All of them: amplifier check"
        )


def _lost(now: datetime) -> Iterator[Sign]:
    """Milestones that people moved and that the plan names no more, until somebody says what became of them."""
    found = lost_now(install().settings, now=now)
    for one in found[:MOST_PROBLEMS]:
        where = f"{one.path}, line {one.line}" if one.line else one.path
        yield Sign(Mood.WAIT, f"{where}: {one.message} {one.hint}", "A move of a milestone counts no longer.")
    if len(found) > MOST_PROBLEMS:
        yield Sign(Mood.WAIT, f"And {len(found) - MOST_PROBLEMS} more moves that count no longer: amplifier status")


def _settings(beats: Mapping[str, Heartbeat]) -> Iterator[Sign]:
    """Whether a process works with other settings than the file has now: each reads them once, at its start."""
    path = install().home / FILE
    with contextlib.suppress(OSError):  # an editor may be replacing it this instant
        written = "no file" if instead_of_file(path) else hashlib.sha256(path.read_bytes()).hexdigest()
        used = {beats[name].detail for name, _, _ in PARTS if name in beats}
        if {install().settings.digest, *used} - {written, ""}:
            sentence = "settings.yaml was changed while the service ran. What changed holds after a restart."
            yield Sign(Mood.WAIT, sentence, "settings.yaml was changed.")


def _sources() -> Iterator[Sign]:
    settings = install().settings
    for account in settings.accounts:
        network = titled(account.name, account.platform)
        asked = [account] if is_readable(account, settings) else []
        for problem in troubled(asked, settings).values():
            sentence = f"Mentions on {network} could not be read: {problem} Nothing is lost; we ask again."
            yield Sign(Mood.WAIT, sentence, f"Mentions on {network} could not be read.")


def _heard() -> Iterator[Sign]:
    """What listening left for people to know; all else is heard all the same."""
    piles = quarantine.piles()
    number = sum(pile.number for pile in piles)
    if number:
        more = " or more" * any(pile.is_full for pile in piles)
        what = "1 thing that a network told" if number == 1 else f"{number}{more} things that networks told"
        yield Sign(Mood.WAIT, f"{what} could not be understood; all the rest was taken in. See Mentions.")
    edited = mentions.edited_since()
    if edited:
        which, whom = ("1 mention was", "it") if edited == 1 else (f"{edited} mentions were", "them")
        yield Sign(Mood.WAIT, f"{which} edited after somebody had dealt with {whom}. They stand on the page Mentions.")


def _changed_outside(now: datetime) -> Iterator[Sign]:
    """What somebody else deleted or changed on a network within the last week."""
    names = [one.name for one in install().settings.accounts]
    found = read_backs.changed_outside(names, since=now - A_WEEK)
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


def _recipients(now: datetime) -> Iterator[Sign]:
    """Who cannot be told of anything: they think that all is well."""
    for name, (number, problem) in notices.troubles(now=now).items():
        count = "1 notice" if number == 1 else f"{number} notices"
        sentence = f"{name} has not been told {count}: {problem}. We go on trying. Try it: amplifier notify test"
        yield Sign(Mood.WAIT, sentence, f"{name} cannot be told.")
