"""What a milestone's move would change, shown before it happens: the same that `amplifier milestone move` shows."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from amplifier.campaign.post import with_hour
from amplifier.clock import utc_now
from amplifier.errors import AmplifierError
from amplifier.schedule.change import Move, must_stand_at, prepare_move, program_in_force
from amplifier.schedule.free_words import Stale
from amplifier.schedule.known import told_of_row
from amplifier.schedule.meanwhile import past
from amplifier.schedule.moving import already_there, stands_there, staying, where_to
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.program import post_name
from amplifier.web.frame import asked, frame, go_back, place

MOST = 20  # posts that are listed; more would push the button off the page
LONGEST_REASON = 200


@require_POST
def preview_move(request: HttpRequest) -> HttpResponse:
    """What would move, what stays, what would be held or untrue; and the button that moves it."""
    name, wanted = asked(request.POST, "name"), asked(request.POST, "at") or asked(request.POST, "by")
    now = utc_now()
    try:
        program = program_in_force(place().settings)
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
    passed = past(move, here=playing(settings).campaign(now))
    year = "" if move.to.year == this_year(settings, now=now) else f" {move.to.year}"
    title = move.milestone.name.replace("_", " ")
    there = f"{move.to:%a %-d %b}{year} {move.to:%H:%M} {settings.campaign.place}"
    return {
        "truth": f"{title.capitalize()} would move from {_said(move.milestone.at)} to {there}.",
        "name": move.milestone.name,
        "button": f"Move the {title} to {move.to:%H:%M}",
        "at": f"{move.to:%Y-%m-%d %H:%M} {move.to.isoformat()[-6:]}",
        "shown": move.milestone.at.isoformat(),
        "shifts": [
            {"post": one.post, "before": _said(one.before), "after": _said(one.after),
             "is_past": one.post in passed}
            for one in move.shifts[:MOST]
        ],
        "more": len(move.shifts[MOST:]),
        "sent": move.sent,
        "copies": [f"{one.message} {one.hint}".strip() for one in move.copies],
        "stale": [_stale(one) for one in _one_each(move.stale)],
        "freed": [told_of_row(one.post) for one in _one_each(move.freed)],
        "untrue": list(dict.fromkeys(with_hour(one.stated.post, one.stated.wall_time) for one in move.untrue)),
        "stays": [
            {"post": post_name(one.post), "at": _said(one.at), "said": one.said, "would_be": _said(one.would_be)}
            for one in staying(move)
        ],
    }  # fmt: skip


def _one_each(found: tuple[Stale, ...]) -> list[Stale]:
    """The first of each post: its words are the same on every account, or nearly."""
    return list({one.post: one for one in reversed(found)}.values())[::-1]


def _stale(one: Stale) -> dict[str, str]:
    return {"post": told_of_row(one.post), "why": one.why, "text": one.text}


def _said(at: datetime) -> str:
    return f"{at:%a %-d %b %H:%M}"
