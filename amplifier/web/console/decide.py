"""The decisions on *Now*: a milestone moved, a post left out or taken in again, what is no longer so let stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from amplifier.clock import utc_now
from amplifier.errors import AmplifierError, Problem, UsageError
from amplifier.operate.own_change import carry_out, find_own, held_again, prepare_leaving_out, prepare_taking_in
from amplifier.operate.questions import too_late_to_stand
from amplifier.schedule.decided.ahead import said_by_the_plan, still_to_come
from amplifier.schedule.decided.change import (
    Move,
    decide_move,
    find_post,
    must_stand_at,
    prepare_move,
    program_in_force,
)
from amplifier.schedule.decided.meanwhile import must_lie_ahead_still, past
from amplifier.schedule.decided.moving import already_there, stands_there, where_to
from amplifier.schedule.decided.skipping import decide_skip, find_left_out
from amplifier.schedule.decided.standing import let_stand as stand_as_shown
from amplifier.schedule.decided.taking_in import decide_unskip, prepare_unskip
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.review import find_untrue
from amplifier.store import delivery_views
from amplifier.store.operate.corrections import Hand
from amplifier.text.time_of_day import time_of_day
from amplifier.web.console.as_shown import must_be_as_shown
from amplifier.web.console.called import called, called_in_ledger, others_stay
from amplifier.web.console.shown import Sentences, shown, to_show
from amplifier.web.frame import ACTOR, asked, go_back, install

LONGEST_REASON = 200
LOOK_FIRST = "Look at what stands beside it, under “Left out”, before you take it in all the same."


@require_POST
def move_milestone(request: HttpRequest) -> HttpResponse:
    """Move a milestone by a distance or to a time, from where the page showed it; the posts that hang on it follow."""
    settings = install().settings
    name = asked(request.POST, "name")
    wanted = asked(request.POST, "at") or asked(request.POST, "by")
    try:
        program = program_in_force(settings)
        now = utc_now()
        to = _shown_instant(request, program) or where_to(program, name, wanted, now=now)
        move = prepare_move(program, name, to, now=now)
        if stands_there(move):
            return go_back("/", already_there(move))
        _must_lie_ahead_still(request, move, now)
        if shown := asked(request.POST, "shown"):
            must_stand_at(move.milestone, name, shown)
        decide_move(move, actor=ACTOR, reason=_reason(request), now=now)
    except AmplifierError as error:
        return go_back("/", str(error))
    follow = "1 post follows" if len(move.shifts) == 1 else f"{len(move.shifts)} posts follow"
    out = len(move.sent)
    stay = f"; {out} that went out before {'stays as it is' if out == 1 else 'stay as they are'}" if out else ""
    held = "1 is" if len(move.copies) == 1 else f"{len(move.copies)} are"
    copies = f" {held} held: too near to nearly the same words on X." if move.copies else ""
    year = "" if move.to.year == this_year(settings, now=now) else f" {move.to.year}"
    where = f"{move.to:%a %-d %b}{year} {time_of_day(move.to)} {settings.campaign.place}"
    late = len(past(move, here=playing(settings).campaign(now)))
    passed = f" The time of {late} of them has passed by that." if late else ""
    said = f"{name.replace('_', ' ').capitalize()} is now at {where}: {follow}{stay}.{passed}"
    return go_back("/", f"{said}{copies}{_about_words(move)}")


@require_POST
def skip_post(request: HttpRequest) -> HttpResponse:
    """Leave one coming post out."""
    settings, name, shown = install().settings, asked(request.POST, "post"), asked(request.POST, "shown")
    try:
        post = find_own(name, delivery_views.own_waiting())
        if post:
            change = prepare_leaving_out(post, settings)
            told = called(post, change.rows[0].wall_time)
            must_be_as_shown(None, post, shown)  # what changes after that is refused when it is carried out
            carry_out(change, settings, _hand(request), playing=playing(settings), facts={})
        else:
            program = program_in_force(settings)
            post = find_post(program, name)
            coming = still_to_come(program, post)
            told = called(post, coming.moment.wall_time) if coming else f"“{post_name(post)}”"
            as_shown = partial(must_be_as_shown, program, post, shown)
            decide_skip(program, post, actor=ACTOR, reason=_reason(request), now=utc_now(), first=as_shown)
    except AmplifierError as error:
        return go_back("/", str(error))
    out = "is left out. Nothing of it goes out any more, unless you take it in again."
    return go_back("/", f"{told} {out}{others_stay(post)}")


@require_POST
def take_in_post(request: HttpRequest) -> HttpResponse:
    """Take a post in again that was left out; what says nearly the same is shown first."""
    settings, name, now = install().settings, asked(request.POST, "post"), utc_now()
    try:
        post = find_own(name, delivery_views.own_skipped(now))
        if post:
            stage = playing(settings)
            plan = said_by_the_plan(settings, now=now)
            change = prepare_taking_in(post, settings, now=now, playing=stage, plan=plan)
            if unseen := _unseen(request, name, [echo.warning() for echo in change.echoes]):
                return _ask_first(unseen)
            carry_out(change, settings, _hand(request), playing=stage, facts={}, plan=plan)
            told = called(post, change.rows[0].wall_time)
            if held := held_again(change):
                return go_back("/", f"{told} is taken in again, and held as it was. {held}")
        else:
            program = program_in_force(settings)
            taken = prepare_unskip(program, find_left_out(program, name, now=now), now=now)
            told = called(taken.found.post.id, taken.found.post.moment.wall_time)
            if unseen := _unseen(request, name, taken.warnings):
                return _ask_first(unseen)
            decide_unskip(program, taken, actor=ACTOR, reason=_reason(request), now=now)
    except AmplifierError as error:
        return go_back("/", str(error))
    return go_back("/", f"{told} goes out again, at its time.")


def _shown_instant(request: HttpRequest, program: Program) -> datetime | None:
    """The whole instant that the page showed, seconds and all; None where the form comes from no such page."""
    if not (said := asked(request.POST, "to")):
        return None
    try:
        return datetime.fromisoformat(said).astimezone(ZoneInfo(program.plan.zone))
    except (ValueError, OverflowError):
        raise UsageError("It was not said where it would move. Nothing was moved. Load the page again.") from None


def _must_lie_ahead_still(request: HttpRequest, move: Move, now: datetime) -> None:
    """Raises UsageError where something has passed since the page that asked, and was not shown as past there."""
    try:
        shown = datetime.fromisoformat(asked(request.POST, "asked") or now.isoformat())
    except ValueError:
        raise UsageError("It was not said when you were asked. Nothing was moved. Load the page again.") from None
    must_lie_ahead_still(move, playing(install().settings), shown=shown, now=now)


def _unseen(request: HttpRequest, name: str, warnings: Sequence[Problem]) -> Sentences | None:
    """What has to be shown before this post is taken in; None if the form stands beside that very thing."""
    there = to_show(name, warnings)
    return there if there.said and shown(asked(request.POST, "seen")) != there else None


def _ask_first(there: Sentences) -> HttpResponse:
    """Back to the page, which shows what says nearly the same beside the post, and lets it be taken in all the same."""
    again = urlencode({"again": there.signed()})
    return go_back(f"/?{again}#skipped", f"Nothing was changed yet. {LOOK_FIRST}")


@require_POST
def let_stand(request: HttpRequest) -> HttpResponse:
    """Let a post stand as it is although what it says has changed, in the words that were shown, out or waiting."""
    try:
        program = program_in_force(install().settings)
        post, shown = find_untrue(program, asked(request.POST, "post"), now=utc_now()), asked(request.POST, "standing")
        stand_as_shown(program, post, shown, actor=ACTOR, reason=_reason(request), now=utc_now())
    except AmplifierError as error:
        return go_back("/", str(error))
    waiting = (too_late_to_stand(row, now=utc_now()) for row in delivery_views.views(post=post))
    late = next(filter(None, waiting), "")
    return go_back("/", f"{called_in_ledger(post)} stays as it is. {late}".rstrip())


def _hand(request: HttpRequest) -> Hand:
    return Hand(ACTOR, _reason(request), utc_now(), install().settings.campaign.first_day)


def _about_words(move: Move) -> str:
    """What people wrote and is no longer so after the move, and what it frees; Decide has the rest."""
    held, out = {one.post for one in move.stale}, {one.stated.post for one in move.untrue}
    freed = len({one.post for one in move.freed})
    said = []
    if held:
        many = len(held) > 1
        said.append(f"{len(held)} {'posts are' if many else 'post is'} held. {move.stale[0].why}")
    if freed:
        said.append(f"{freed} {'posts are' if freed > 1 else 'post is'} true again, and no longer held.")
    if out:
        are = "are" if len(out) > 1 else "is"
        said.append(f"{len(out)} that {are} out {are} no longer so: amplifier facts")
    return "".join(f" {one}" for one in said)


def _reason(request: HttpRequest) -> str:
    return asked(request.POST, "reason")[:LONGEST_REASON]
