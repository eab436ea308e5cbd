"""The page *Now*: one sentence of truth, the next post, what needs a person, and how everything is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from amplifier.campaign.delivery import DeliveryView, State, Verb
from amplifier.campaign.fate import IS_THERE, Became, Fate, Follows, became_of_each
from amplifier.campaign.post import OWN, PostId, WantedPost
from amplifier.clock import utc_now
from amplifier.compose.queue import length
from amplifier.errors import AmplifierError
from amplifier.operate.override import open_questions, perhaps_twice
from amplifier.operate.questions import Question, in_posts, on_accounts
from amplifier.platforms.account_names import names
from amplifier.schedule.decided.ahead import next_beyond
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.skipping import Skipped, left_out, skipped_ahead
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.known import by_time
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.out_and_untrue import untrue_beyond, untrue_now
from amplifier.settings import Account
from amplifier.store import decisions, delivery_views
from amplifier.text.time_of_day import day_and_time
from amplifier.web.console.as_shown import mark_of
from amplifier.web.console.health import Mood, Sign, signs
from amplifier.web.console.shown import Sentences, shown
from amplifier.web.console.stands import untrue_rows
from amplifier.web.frame import asked, frame, install, known_as, lasting, outward, title, titled

COMING = 8  # posts after the next one
RECEIPTS = 8
NEEDS = 20
LOOKED_AT = 3 * RECEIPTS  # a post that was deleted and said anew on X is three deliveries
ON_TIME_S = 2
# How a post that went out stands: the mark, and the word beside it.
MARKS = {
    Fate.LIVE: ("sent", "sent"),
    Fate.CORRECTED: ("sent", "corrected"),
    Fate.CHANGED: ("unsure", "changed there"),
    Fate.GONE: ("missed", "gone"),
    Fate.WITHDRAWN: ("dropped", "withdrawn"),
}
WHAT = {Verb.PUBLISH: "", Verb.EDIT: "The correction", Verb.DELETE: "The deletion"}
AHEAD = {Follows.CORRECTION: "It is to be corrected.", Follows.DELETION: "It is to be deleted."}
PASSED = timedelta(hours=3)  # a milestone this long ago has happened; before that it may just be late


@require_safe
def now_page(request: HttpRequest) -> HttpResponse:
    """How things stand, and the two decisions that cannot wait."""
    now = utc_now()
    program = _program()
    known = (program or install()).settings.accounts  # the plan's know the limits that servers told us
    most = (1 + COMING) * len(known)
    posts = _by_post(delivery_views.coming(limit=most))
    found = signs(now, planned=program is not None)
    untrue, untrue_more = untrue_now(), untrue_beyond()
    beyond = next_beyond(program, now=now) if program and not posts else None
    first = posts[0][0].due_at if posts else beyond.moment.due_at if beyond else None
    needs = open_questions(install().settings)  # unsure before held before missed, as on Decide
    words = _words_to_go([one.row for one in needs[:NEEDS]])
    again = shown(asked(request.GET, "again"))
    content = frame(request) | {
        "truth": _truth(first, needs, found, now, untrue=len(untrue) + untrue_more),
        "stopped": any(sign.stops_all for sign in found),
        "next": _post(posts[0], known) if posts else None,
        "beyond": _beyond(beyond) if beyond else None,
        "coming": [_line(rows) for rows in posts[1 : 1 + COMING]],
        "more_coming": max(0, delivery_views.number_coming() - 1 - COMING),
        "skipped": _skipped(program, now, again),
        "again": again,
        "milestones": _milestones(program, playing(install().settings).campaign(now)),
        "receipts": [_receipt(one) for one in _receipts()],
        "needs": [_need(one, words) for one in needs[:NEEDS]],
        "more_needs": in_posts(needs[NEEDS:]),
        "twice": len(perhaps_twice()),
        "untrue": untrue_rows(program, untrue, known, now=now),
        "untrue_more": untrue_more,
        "health": found,
        "now_iso": now.isoformat(),
    }
    return render(request, "now.html", content)


def _program() -> Program | None:
    try:
        return program_in_force(install().settings)
    except AmplifierError:
        return None


def _by_post(rows: Iterable[DeliveryView]) -> list[list[DeliveryView]]:
    """The deliveries of each post together, in the order in which the posts are due."""
    posts: dict[PostId, list[DeliveryView]] = {}
    for row in rows:
        posts.setdefault(row.identity.post, []).append(row)
    return list(posts.values())


def _receipts() -> list[Became]:
    """What our hand reached last, each post once an account, as it stands now; what is being changed comes first."""
    newest = delivery_views.views(states=(State.SENT,), newest_first=True, limit=LOOKED_AT)
    found = [
        one for one in became_of_each(delivery_views.with_changes((*newest, *delivery_views.changing()))) if one.at
    ]
    return sorted(found, key=lambda one: (one.follows is not None, one.at, one.row.id), reverse=True)[:RECEIPTS]


def _beyond(post: WantedPost) -> dict[str, object]:
    """The next post, where it is so far ahead that the ledger does not have it yet."""
    when = _said(post.moment.wall_time)
    return {
        "slot": post.id.slot,
        "id": by_time(post.id, post.moment.wall_time),
        "shown": mark_of((), post.moment.wall_time),
        "when": when,
        "iso": post.moment.due_at.isoformat(),
    }


def _truth(
    next_at: datetime | None, needs: Sequence[Question], found: Sequence[Sign], now: datetime, *, untrue: int
) -> str:
    """What somebody would say who was asked in the corridor; `next_at`: when the next post is due."""
    leading = [sign for sign in found if not sign.holds]
    worst = next((sign.short for sign in (*leading, *found) if sign.short), "")
    if any(sign.stops_all for sign in found):
        return worst
    first = f"Next post {_in(next_at - now)}." if next_at else "Nothing is planned to go out."
    no_longer = f"{untrue} that {'is' if untrue == 1 else 'are'} out {'is' if untrue == 1 else 'are'} no longer so."
    waiting = " ".join(filter(None, (_waiting(needs), no_longer if untrue else "")))
    calm = "" if waiting or not next_at else "Everything is connected."
    said = (
        [worst, first, waiting] if any(sign.state is Mood.BAD for sign in leading) else [first, waiting, worst or calm]
    )
    return " ".join(sentence for sentence in said if sentence)


def _waiting(needs: Sequence[Question]) -> str:
    number, on, states = in_posts(needs), on_accounts(needs), {one.row.state for one in needs}
    noun = "post" if any(one.row.identity.verb is Verb.PUBLISH for one in needs) else "change"
    match len(states), next(iter(states), None):
        case 0, _:
            return ""
        case 1, State.HELD:
            return f"{number} {noun} waits for a person{on}." if number == 1 else f"{number} {noun}s wait for a person."
        case 1, State.UNSURE:
            return f"{number} may be out{on}: we are looking."
        case 1, _:
            return f"{number} {'was' if number == 1 else 'were'} missed{on}."
        case _:
            return f"{number} {noun} needs a look{on}." if number == 1 else f"{number} {noun}s need a look."


def _in(left: timedelta) -> str:
    seconds = math.ceil(left.total_seconds())  # as the script counts down
    return f"in {lasting(seconds)}" if seconds > 0 else "now"


def _when(row: DeliveryView) -> str:
    return _said(row.wall_time)


def _said(wall_time: str) -> str:
    return f"{datetime.fromisoformat(wall_time):%a %-d %b %H:%M} {install().settings.campaign.place}"


def _post(rows: Sequence[DeliveryView], known: Sequence[Account]) -> dict[str, object]:
    return _line(rows) | {"template": rows[0].template, "cards": [_card(row, known) for row in rows]}


def _card(row: DeliveryView, known: Sequence[Account]) -> dict[str, object]:
    account = next((one for one in known if one.name == row.identity.account), None)
    size = length(row.text, account) if account else None
    return {
        "handle": known_as(account) if account else row.identity.account,
        "platform": row.platform,
        "title": title(row.platform),
        "text": row.text,
        "used": size.used if size else len(row.text),
        "limit": size.limit if size else 0,
    }


def _line(rows: Sequence[DeliveryView]) -> dict[str, object]:
    first = rows[0]
    return {
        "id": by_time(first.identity.post, first.wall_time),
        "shown": mark_of(rows, first.wall_time),
        "own": first.identity.post.slot == OWN,
        "when": _when(first),
        "iso": first.due_at.isoformat(),
        "slot": first.identity.post.slot,
        "milestone": first.milestone,
        "text": first.text,
        "networks": [titled(row.identity.account, row.platform) for row in rows],
        "are_named": len({row.platform for row in rows}) < len(rows),
        "platforms": [row.platform for row in rows],
    }


def _skipped(program: Program | None, now: datetime, again: Sentences | None) -> list[dict[str, object]]:
    """What people left out and may still take in again, planned or their own: the next of it, and `again`."""
    found = list(skipped_ahead(program, now=now)) if program else []
    own: dict[PostId, list[DeliveryView]] = {}
    for row in delivery_views.own_skipped(now):
        own.setdefault(row.identity.post, []).append(row)
    for post, rows in own.items():
        accounts = frozenset(row.identity.account for row in rows)
        found.append(Skipped(post, rows[0].wall_time, rows[0].due_at, accounts))
    known = names(install().settings)
    words = {one.post.id: _first_text(one.post) for one in left_out(program)} if program and found else {}
    words |= {post: rows[0].text for post, rows in own.items()}
    return [
        {
            "id": by_time(one.post, one.wall_time),
            "text": words.get(one.post, ""),
            "own": one.post.slot == OWN,
            "slot": one.post.slot,
            "when": _said(one.wall_time),
            "day": day_and_time(datetime.fromisoformat(one.wall_time)),
            "iso": one.real.isoformat(),
            "on": _where(one, known),
        }
        for place_in, one in enumerate(sorted(found, key=lambda one: one.real))
        if place_in < COMING or (again and by_time(one.post, one.wall_time) == again.post)
    ]


def _first_text(post: WantedPost) -> str:
    return next((said.text for said in post.words), "")


def _where(one: Skipped, known: Mapping[str, str]) -> str:
    if one.accounts is not None:
        return ", ".join(sorted(known.get(name, name) for name in one.accounts))
    but = ", ".join(sorted(known.get(name, name) for name in one.but))
    return f"every network but {but}" if but else "every network"


def _receipt(one: Became) -> dict[str, object]:
    row, is_there = one.row, one.fate in IS_THERE
    shape, word = MARKS[one.fate] if one.fate else (row.state.value, "")
    sent_at = row.sent_at or one.at or row.due_at
    return {
        "title": titled(row.identity.account, row.platform),
        "platform": row.platform,
        "text": one.text,
        "when": _when(row),
        "iso": sent_at.isoformat(),
        "url": outward(row.receipt.url) if row.receipt and is_there else "",
        "post": post_name(row.identity.post),
        "state": shape,
        "word": word,
        "late": _late((sent_at - row.due_at).total_seconds()) if one.fate is Fate.LIVE else "",
        "follows": AHEAD[one.follows] if one.follows and is_there else "",
        "is_there": is_there,
    }


def _late(seconds: float) -> str:
    return "on time" if seconds < ON_TIME_S else f"{lasting(seconds)} late"


def _words_to_go(rows: Iterable[DeliveryView]) -> dict[tuple[PostId, str], str]:
    """What the posts say that are to be deleted: a deletion has no words of its own."""
    deletions = [row for row in rows if row.identity.verb is Verb.DELETE]
    found = became_of_each(delivery_views.with_changes(deletions)) if deletions else ()
    return {(one.row.identity.post, one.row.identity.account): one.text for one in found}


def _need(one: Question, words: Mapping[tuple[PostId, str], str]) -> dict[str, object]:
    row = one.row
    return {
        "number": row.id,
        "state": row.state.value,
        "title": titled(row.identity.account, row.platform),
        "platform": row.platform,
        "text": row.text or words.get((row.identity.post, row.identity.account), ""),
        "when": _when(row),
        "what": WHAT[row.identity.verb],
        "sentence": f"{one.in_short} {one.by_itself}",
    }


def _milestones(program: Program | None, at: datetime) -> list[dict[str, object]]:
    """The milestones as they stand; those that have long passed come last, since only the others are likely to move."""
    if program is None:
        return []
    files = {one.name: one.at for one in program.plan.milestones}
    passed = at - PASSED
    moved = effective(program.plan, decisions.decisions()).milestones
    return [
        {
            "name": one.name,
            "title": one.name.replace("_", " "),
            "when": f"{day_and_time(one.at)} {install().settings.campaign.place}",
            "iso": one.at.isoformat(),
            "moved": one.at != files[one.name],
            "passed": one.at < passed,
        }
        for one in sorted(moved, key=lambda one: (one.at < passed, one.at))
    ]
