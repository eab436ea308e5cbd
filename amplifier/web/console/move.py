"""What a milestone's move would change, shown before it happens: the same that `amplifier milestone move` shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from amplifier.campaign.post import with_hour
from amplifier.clock import utc_now
from amplifier.errors import AmplifierError
from amplifier.schedule.decided.change import Move, must_stand_at, prepare_move, program_in_force
from amplifier.schedule.decided.meanwhile import how_many, past
from amplifier.schedule.decided.moving import (
    already_there,
    changed_order,
    held_before,
    stands_there,
    staying,
    where_to,
    with_times,
)
from amplifier.schedule.naming.known import told_of_row
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.program import post_name
from amplifier.schedule.truth.held_then import HeldThen, held_then
from amplifier.text.time_of_day import day_and_time, time_of_day
from amplifier.web.frame import asked, frame, go_back, install, titled

MOST = 20  # posts that are listed; more would push the button off the page
LONGEST_REASON = 200


@require_POST
def preview_move(request: HttpRequest) -> HttpResponse:
    """What would move, what stays, what would be held or untrue; and the button that moves it."""
    name, wanted = asked(request.POST, "name"), asked(request.POST, "by") or asked(request.POST, "at")
    now = utc_now()
    try:
        program = program_in_force(install().settings)
        move = prepare_move(program, name, where_to(program, name, wanted, now=now), now=now)
        if shown := asked(request.POST, "shown"):
            must_stand_at(move.milestone, name, shown)
        if stands_there(move):
            return go_back("/", already_there(move))
        content = _content(move, now)
    except AmplifierError as error:
        return go_back("/", str(error))
    content |= {"reason": asked(request.POST, "reason")[:LONGEST_REASON], "now_iso": now.isoformat()}
    return render(request, "move.html", frame(request) | content)


def _content(move: Move, now: datetime) -> dict[str, object]:
    settings = move.program.settings
    here = playing(settings).campaign(now)
    passed = past(move, here=here)
    year = "" if move.to.year == this_year(settings, now=now) else f" {move.to.year}"
    is_same_day = move.to.date() == move.milestone.at.date()
    title = move.milestone.name.replace("_", " ")
    there = f"{move.to:%a %-d %b}{year} {time_of_day(move.to)} {settings.campaign.place}"
    return {
        "truth": f"{title.capitalize()} would move from {day_and_time(move.milestone.at)} to {there}.",
        "name": move.milestone.name,
        "button": f"Move the {title} to {time_of_day(move.to) if is_same_day else day_and_time(move.to)}",
        "to": move.to.isoformat(),
        "shown": move.milestone.at.isoformat(),
        "shifts": [
            {"post": one.post, "before": day_and_time(one.before), "after": day_and_time(one.after),
             "is_past": one.post in passed, "on": _on(one.on)}
            for one in move.shifts[:MOST]
        ],
        "more": how_many(move.shifts[MOST:], passed) if move.shifts[MOST:] else "",
        "order": changed_order(move),
        "sent": move.sent,
        "gone": with_times(move.gone, most=MOST),
        "added": with_times(move.added, most=MOST, here=here),
        "again": move.again,
        "sayable": [f"{post_name(one.post)} on {_on(one.accounts)}" for one in move.sayable],
        "unsayable": [{"post": post_name(one.post), "on": _on(one.accounts), "why": one.why} for one in move.unsayable],
        "copies": [f"{one.message} {one.hint}".strip() for one in move.copies],
        "held": [_held(one) for one in held_then(move.stale)],
        "held_before": held_before(move),
        "freed": [f"{told_of_row(one.post)} on {_on(one.accounts)}" for one in held_then(move.freed)],
        "untrue": list(dict.fromkeys(with_hour(one.stated.post, one.stated.wall_time) for one in move.untrue)),
        "stays": [
            {
                "post": post_name(one.post),
                "at": day_and_time(one.at),
                "said": one.said,
                "would_be": day_and_time(one.would_be),
            }
            for one in staying(move)
        ],
    }  # fmt: skip


def _held(one: HeldThen) -> dict[str, object]:
    """A post that would be held: where, every reason, and its words; with their accounts where these differ."""
    return {
        "post": told_of_row(one.post),
        "on": _on(one.accounts),
        "reasons": one.reasons,
        "texts": [{"text": text, "on": _on(on) if len(one.texts) > 1 else ""} for text, on in one.texts],
    }


def _on(accounts: Iterable[str]) -> str:
    """These accounts as the pages call them."""
    networks = {one.name: one.platform for one in install().settings.accounts}
    return ", ".join(titled(name, networks[name]) if name in networks else name for name in accounts)
