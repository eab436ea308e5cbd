"""The page *Decide*: what is in doubt, held or missed, what to look for, and the buttons that settle it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.clock import utc_now
from amplifier.compose.queue import length
from amplifier.deliver.stop_flags import stop_of
from amplifier.errors import AmplifierError, UsageError
from amplifier.money.cost import is_manual, is_readable
from amplifier.operate.override import (
    LinkProof,
    Reach,
    Twice,
    it_is_there,
    leave_out,
    may_stand,
    open_questions,
    perhaps_twice,
    said_again,
    send_again,
    take_note,
)
from amplifier.operate.questions import Choice, Question, in_posts, on_accounts, sent_again, words_stand
from amplifier.platforms.port import Platform
from amplifier.schedule.decided.ahead import said_by_the_plan
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.standing import OutdatedWords, let_stand, mark, would_stand
from amplifier.schedule.playing import playing
from amplifier.schedule.stage import Stage
from amplifier.settings import Account, Settings
from amplifier.store import delivery_views
from amplifier.store.identity import accounts
from amplifier.store.operate.corrections import changed_meanwhile
from amplifier.store.operate.notes import take_note_of_missed
from amplifier.web.frame import ACTOR, asked, frame, go_back, install, known_as, outward, said_at, title, titled
from amplifier.wiring.service import addresses, reach

log = logging.getLogger("amplifier.web")
PAGE = "/decide"
SHOWN = 50
SEEN = "seen"
# What the first sentence says of posts in each state: of one, and of several.
FIRST = (
    (State.UNSURE, "may be out{on}: look at it", "may be out: look at them"),
    (State.HELD, "is held{on}", "are held"),
    (State.MISSED, "was missed{on}", "were missed"),
)


@require_safe
def decide_page(request: HttpRequest) -> HttpResponse:
    """Everything that waits for a person, with what it takes to decide."""
    now = utc_now()
    settings = install().settings.with_limits(accounts.text_limits())
    found = open_questions(settings)
    twice, stage = perhaps_twice(), playing(settings)
    missed = [one for one in found[:SHOWN] if one.row.state is State.MISSED]
    held = {one.row.identity.post for one in found[:SHOWN] if Choice.STAND in one.acts}
    standing = would_stand(program_in_force(settings), held, now=now) if held else {}
    profiles = {state.name: outward(state.url) for state in accounts.account_states()}
    content = frame(request) | {
        "truth": _truth(found, twice),
        "twice": [_twice(one, settings) for one in twice],
        "questions": [
            _question(one, settings, profiles, stage) | _standing(standing.get(one.row.identity.post, ()))
            for one in found[:SHOWN]
        ],
        "missed": [one.row.id for one in missed],
        "missed_posts": _posts(in_posts(missed)),
        "more": in_posts(found[SHOWN:]),
        "again": asked(request.GET, "again"),
        "seen": asked(request.GET, "seen"),
        "now_iso": now.isoformat(),
    }
    return render(request, "decide.html", content)


@require_POST
def note_missed(request: HttpRequest) -> HttpResponse:
    """Take note at once of all missed posts that the page showed, and of no other."""
    shown = [int(one) for one in asked(request.POST, "shown").split(",") if one.isascii() and one.isdecimal()]
    number = take_note_of_missed(shown[:SHOWN], actor=ACTOR, now=utc_now())
    said = f"Noted: {_posts(number)} {'was' if number == 1 else 'were'} missed." if number else "All was noted before."
    return go_back(PAGE, said)


@require_POST
def decide_delivery(request: HttpRequest, number: int) -> HttpResponse:
    """Carry out what a person says about one delivery."""
    settings, now = install().settings, utc_now()
    try:
        _must_say_as_shown(request, number)
        match asked(request.POST, "act"):
            case Choice.THERE.value:
                said = _there(request, number, settings, now)
            case Choice.AGAIN.value:
                return _again(request, number, settings, now)
            case Choice.LEAVE.value:
                leave_out(number, settings, actor=ACTOR, now=now, why=asked(request.POST, "reason")[:200])
                said = "It is left out. Nobody is asked about it any more."
            case Choice.STAND.value:
                row, why = may_stand(number, settings), asked(request.POST, "reason")[:200]
                program, shown = program_in_force(settings), asked(request.POST, "standing")
                let_stand(program, row.identity.post, shown, actor=ACTOR, reason=why, now=now)
                said = words_stand(row, now=now)
            case "seen":
                take_note(number, actor=ACTOR, now=now)
                said = "Noted. It is not shown any more."
            case _:
                said = "Nothing was changed: the form did not say what to do."
    except AmplifierError as error:
        said = str(error)
    return go_back(PAGE, said)


def _must_say_as_shown(request: HttpRequest, number: int) -> None:
    """Raises UsageError where somebody has given it other words since the page from which the form comes."""
    row = next(iter(delivery_views.views_by_id([number])), None)
    if row is not None and asked(request.POST, "said") != _said(row):
        raise UsageError(changed_meanwhile(row.identity.account))


def _said(row: DeliveryView) -> str:
    """How a form says which words its page has shown."""
    return sha256(row.text.encode()).hexdigest()[:16]


def _there(request: HttpRequest, number: int, settings: Settings, now: datetime) -> str:
    row = next(iter(delivery_views.views_by_id([number])), None)
    account = next((one for one in settings.accounts if row and one.name == row.identity.account), None)
    if account is None:
        return "Its account is no longer in settings.yaml. Leave the post out."
    way = Reach(addresses(account, install())[1], _platform(account, settings))
    link, anyway = asked(request.POST, "link"), bool(asked(request.POST, "anyway"))
    adopted = it_is_there(number, link, settings, way, actor=ACTOR, now=now, anyway=anyway)
    how = (
        f"{titled(account.name, account.platform)} shows it."
        if adopted.proof is LinkProof.READ
        else "The link has the right shape."
    )
    return " ".join(filter(None, ("It counts as sent.", how, adopted.why)))


def _platform(account: Account, settings: Settings) -> Platform | None:
    """The adapter, where the network may be asked and this process can reach it."""
    if not is_readable(account, settings):
        return None
    try:
        return reach(account, install())
    except AmplifierError as error:  # its secrets may be in the worker's environment alone
        log.warning("cannot ask %s: %s", account.name, error)
        return None


def _again(request: HttpRequest, number: int, settings: Settings, now: datetime) -> HttpResponse:
    """Send it again; what it says nearly again is shown first, where the page has not shown it."""
    stage, plan = playing(settings), said_by_the_plan(settings, now=now)
    echoes = said_again(number, settings, now=now, playing=stage, plan=plan)
    seen = asked(request.POST, "seen").split(",")
    if any(echo.mark not in seen for echo in echoes):
        told = " ".join(f"{echo}." for echo in echoes)
        there = urlencode({"again": str(number), "seen": ",".join(echo.mark for echo in echoes)})
        return go_back(f"{PAGE}?{there}#d{number}", f"{told} Nothing was changed yet.")
    after = send_again(number, settings, actor=ACTOR, now=now, playing=stage, plan=plan, shown=seen)
    (row,) = delivery_views.views_by_id([number])
    said = sent_again(after, row.identity.verb, by_hand=is_manual(row, settings))
    return go_back(
        PAGE, f"{said} Sending is stopped, so it waits until somebody resumes." if stop_of(install(), row) else said
    )


def _truth(found: Sequence[Question], twice: Sequence[Twice]) -> str:
    """What somebody would say who was asked in the corridor."""
    said = []
    if twice:
        said.append(f"{_posts(len({one.row.identity.post for one in twice}))} may be out twice.")
    for state, one, several in FIRST:
        alike = [question for question in found if question.row.state is state]
        if alike:
            number = in_posts(alike)
            said.append(f"{_posts(number)} {(one if number == 1 else several).format(on=on_accounts(alike))}.")
    return " ".join(said) or "Nothing waits for you."


def _posts(number: int) -> str:
    return f"{number} {'post' if number == 1 else 'posts'}"


def _question(one: Question, settings: Settings, profiles: Mapping[str, str], stage: Stage) -> dict[str, object]:
    row = one.row
    return _row(row, settings) | {
        "happened": one.happened,
        "tried": f"{said_at(row.first_sent_at, stage)} {settings.campaign.place}" if row.first_sent_at else "",
        "tried_iso": row.first_sent_at.isoformat() if row.first_sent_at else "",
        "unseen": _by_real_clocks(row.unseen_since, settings) if row.unseen_since else "",
        "unseen_iso": row.unseen_since.isoformat() if row.unseen_since else "",
        "look_for": one.look_for,
        "by_itself": one.by_itself,
        "next_iso": one.next_at.isoformat() if one.next_at else "",
        "acts": [act.value for act in one.acts],
        "to_paste": one.to_paste,
        "looks_first": one.looks_first,
        "profile": profiles.get(row.identity.account, "") if one.look_for else "",
    }


def _standing(found: Sequence[OutdatedWords]) -> dict[str, object]:
    """What would stay or go out as it is, on every account, and how the form says that this was shown."""
    return {"would_stand": [(one.account, one.text, one.why) for one in found], "standing": mark(found)}


def _twice(one: Twice, settings: Settings) -> dict[str, object]:
    return _row(one.row, settings) | {"urls": [url for url in map(outward, one.urls) if url]}


def _by_real_clocks(at: datetime, settings: Settings) -> str:
    """When a backup was made: people look for its file by that, so a rehearsal's own time is none for it."""
    return f"{at.astimezone(ZoneInfo(settings.campaign.zone)):%a %-d %b %H:%M} {settings.campaign.place}"


def _row(row: DeliveryView, settings: Settings) -> dict[str, object]:
    account = next((one for one in settings.accounts if one.name == row.identity.account), None)
    size = length(row.text, account) if account else None
    post = row.identity.post
    return {
        "number": row.id,
        "state": row.state.value,
        "title": title(row.platform),
        "platform": row.platform,
        "handle": known_as(account) if account else row.identity.account,
        "text": row.text,
        "used": size.used if size else len(row.text),
        "limit": size.limit if size else 0,
        "post": f"{post.slot}/{post.occurrence}",
        "when": f"{datetime.fromisoformat(row.wall_time):%a %-d %b %H:%M} {settings.campaign.place}",
        "iso": row.due_at.isoformat(),
        "verb": row.identity.verb.value,
        "said": _said(row),
    }
