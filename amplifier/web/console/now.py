"""The page *Now*: one sentence of truth, the next post, what needs a person, and how everything is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from amplifier.campaign.delivery import Journey, State
from amplifier.campaign.post import PostId
from amplifier.clock import utc_now
from amplifier.compose.queue import length
from amplifier.errors import AmplifierError
from amplifier.schedule.change import program_in_force
from amplifier.schedule.milestones import effective
from amplifier.schedule.planner import PLAN_BEAT
from amplifier.schedule.program import post_name
from amplifier.store import accounts, decisions, heartbeats, journeys, ledger, sources
from amplifier.store.accounts import LOST, OK, AccountState
from amplifier.web.frame import frame, place, title

SILENT_AFTER = timedelta(seconds=15)
COMING = 24
RECEIPTS = 8
WAITS = {
    State.UNSURE: "We do not know yet whether it is out. Amplifier looks before it sends anything again.",
    State.MISSED: "It was too late to send it, so it was not sent.",
}


def now_page(request: HttpRequest) -> HttpResponse:
    """How things stand, and the two decisions that cannot wait."""
    now = utc_now()
    queued = journeys.journeys(states=(State.QUEUED,), limit=COMING)
    posts = [list(rows) for _, rows in groupby(queued, key=lambda row: row.identity.post)]
    states = accounts.account_states()
    health = _health(states, now)
    needs = journeys.journeys(states=(State.UNSURE, State.HELD), limit=20)
    missed = journeys.journeys(states=(State.MISSED,), limit=20)
    content = frame(request) | {
        "truth": _truth(posts, needs, health, now),
        "next": _post(posts[0]) if posts else None,
        "coming": [_line(rows) for rows in posts[1:9]],
        "milestones": _milestones(),
        "receipts": [
            _receipt(row) for row in journeys.journeys(states=(State.SENT,), newest_first=True, limit=RECEIPTS)
        ],
        "needs": [_need(row) for row in (*needs, *missed)],
        "health": health,
        "now_iso": now.isoformat(),
    }
    return render(request, "now.html", content)


def _truth(
    posts: Sequence[Sequence[Journey]], needs: Sequence[Journey], health: Sequence[dict[str, str]], now: datetime
) -> str:
    bad = [row for row in health if row["state"] == "bad"]
    if bad:
        return bad[0]["sentence"]
    waiting = f" {len(needs)} {'post needs' if len(needs) == 1 else 'posts need'} a person." if needs else ""
    if not posts:
        return f"Nothing is planned to go out.{waiting}"
    return f"Next post {_in(posts[0][0].due_at - now)}.{waiting or ' Everything is connected.'}"


def _in(left: timedelta) -> str:
    seconds = max(0, int(left.total_seconds()))
    if seconds < 90:
        return f"in {seconds} seconds" if seconds != 1 else "in 1 second"
    if seconds < 5400:
        return f"in {round(seconds / 60)} minutes"
    if seconds < 36 * 3600:
        return f"in {round(seconds / 3600)} hours"
    return f"in {round(seconds / 86400)} days"


def _when(row: Journey) -> str:
    local = datetime.fromisoformat(row.wall_time)
    return f"{local:%a %-d %b %H:%M} {place().settings.campaign.place}"


def _post(rows: Sequence[Journey]) -> dict[str, object]:
    settings = place().settings
    first = rows[0]
    known = {account.name: account for account in settings.accounts}
    cards = []
    for row in rows:
        account = known.get(row.identity.account)
        size = length(row.text, account) if account else None
        cards.append(
            {
                "account": row.identity.account,
                "handle": account.handle if account else row.identity.account,
                "name": settings.campaign.name,
                "platform": row.platform,
                "title": title(row.platform),
                "text": row.text,
                "used": size.used if size else len(row.text),
                "limit": size.limit if size else 0,
            }
        )
    return _line(rows) | {"template": first.template, "cards": cards}


def _line(rows: Sequence[Journey]) -> dict[str, object]:
    first = rows[0]
    return {
        "id": post_name(first.identity.post),
        "when": _when(first),
        "iso": first.due_at.isoformat(),
        "slot": first.identity.post.slot,
        "milestone": first.milestone,
        "text": first.text,
        "networks": [title(row.platform) for row in rows],
        "platforms": [row.platform for row in rows],
    }


def _receipt(row: Journey) -> dict[str, object]:
    sent_at = row.sent_at or row.due_at
    late = (sent_at - row.due_at).total_seconds()
    return {
        "title": title(row.platform),
        "platform": row.platform,
        "text": row.text,
        "when": _when(row),
        "iso": sent_at.isoformat(),
        "url": row.receipt.url if row.receipt else "",
        "state": row.state.value,
        "late": "on time" if late < 2 else f"{late:.0f} s late",
    }


def _need(row: Journey) -> dict[str, object]:
    return {
        "state": row.state.value,
        "title": title(row.platform),
        "platform": row.platform,
        "text": row.text,
        "when": _when(row),
        "sentence": row.detail or WAITS.get(row.state, "It waits for a person."),
        "url": row.receipt.url if row.receipt else "",
        "post": post_name(row.identity.post),
    }


def _milestones() -> list[dict[str, object]]:
    settings = place().settings
    try:
        program = program_in_force(settings)
    except AmplifierError:
        return []
    files = {one.name: one.at for one in program.plan.milestones}
    return [
        {
            "name": one.name,
            "title": one.name.replace("_", " "),
            "when": f"{one.at:%a %-d %b %H:%M} {settings.campaign.place}",
            "iso": one.at.isoformat(),
            "moved": one.at != files[one.name],
        }
        for one in effective(program.plan, decisions.decisions()).milestones
    ]


def _health(states: Sequence[AccountState], now: datetime) -> list[dict[str, str]]:
    beats = heartbeats.heartbeats()
    rows = []
    for name, does in (("worker", "sends the posts"), ("listener", "looks for mentions")):
        beat = beats.get(name)
        alive = beat is not None and now - beat.at < SILENT_AFTER
        sentence = f"The {name} is at work." if alive else f"The {name}, which {does}, is silent. It starts by itself."
        rows.append({"name": name, "state": "ok" if alive else "bad", "sentence": sentence})
    rows += [{"name": state.name, **_account(state)} for state in states]
    opened = ledger.ledger()
    if opened and opened.stopped:
        rows.insert(0, {"name": "stop", "state": "bad", "sentence": f"Sending is stopped. {opened.stopped}"})
    plan = beats.get(PLAN_BEAT)
    for problem in json.loads(plan.detail) if plan and plan.detail else []:
        where = f"{problem['path']}, line {problem['line']}"
        sentence = f"{where}: {problem['message']} The last good version stays in force."
        rows.append({"name": "files", "state": "wait", "sentence": sentence})
    for source in sources.source_states().values():
        if source.problem:
            sentence = f"{source.name} could not be read: {source.problem}"
            rows.append({"name": source.name, "state": "wait", "sentence": sentence})
    return rows


def _account(state: AccountState) -> dict[str, str]:
    name = f"{title(state.platform)} (@{state.handle})"
    if state.health == OK:
        return {"state": "ok", "sentence": f"{name} is connected."}
    if state.health == LOST:
        return {"state": "bad", "sentence": f"{name} no longer lets us in: {state.detail}"}
    return {"state": "wait", "sentence": f"{name} has not answered yet. {state.detail}".strip()}


def post_of(name: str) -> PostId:
    """The post that a form names."""
    slot, _, occurrence = name.partition("/")
    return PostId(place().settings.campaign.id, slot, occurrence)
