"""The page *Mentions*: the log, newest first, with filters; one click to the original, a status and a short note."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from amplifier.campaign.mention import Kind, Logged, Status
from amplifier.clock import utc_now
from amplifier.schedule.playing import playing
from amplifier.schedule.stage import Stage
from amplifier.settings import TITLES
from amplifier.store import journeys, mentions, quarantine
from amplifier.web.frame import ACTOR, asked, frame, go_back, outward, place, said_at, title

PAGE = 50
LONGEST_NOTE = 200
LONGEST_SEARCH = 100
DIGITS = 19  # of the largest number that a mention can have
FILTERS = ("status", "network", "kind", "q", "edited")


@require_safe
def mentions_page(request: HttpRequest) -> HttpResponse:
    """One page of the log."""
    chosen = _chosen(request.GET)
    older = _older(request.GET)
    page = mentions.mentions(_filter(chosen), older_than=older, limit=PAGE + 1)
    about = {row.id: row.text for row in journeys.journeys_by_id({one.mention.about for one in page} - {0})}
    stage = playing(place().settings)
    last = page[PAGE - 1].id if len(page) > PAGE else 0
    content = frame(request) | {
        "truth": _truth(mentions.counts_by_status()),
        "mentions": [_line(one, about.get(one.mention.about, ""), stage) for one in page[:PAGE]],
        "edited": 0 if chosen["edited"] else mentions.edited_since(),
        "aside": sum(pile.number for pile in quarantine.piles()),
        "filters": chosen,
        "choices": {
            "status": [status.value for status in Status],
            "network": [{"value": value, "title": name} for value, name in TITLES.items()],
            "kind": [kind.value for kind in Kind],
        },
        "here": _query(chosen, older),
        "older": _address(chosen, last) if last else "",
        "newest": _address(chosen) if older else "",
        "now_iso": utc_now().isoformat(),
    }
    return render(request, "mentions.html", content)


@require_POST
def follow_up_mention(request: HttpRequest, number: int) -> HttpResponse:
    """Write down a step of the follow-up, and go back to the same place of the log."""
    back = _address(_chosen(request.POST, prefix="on_"), _older(request.POST, prefix="on_"))
    status = request.POST.get("status", "")
    if status not in list(Status):
        return go_back(back, "Choose one of the statuses. Nothing was changed.")
    note = asked(request.POST, "note")
    if len(note) > LONGEST_NOTE:
        return go_back(back, f"A note has at most {LONGEST_NOTE} characters. Nothing was changed.")
    done = mentions.follow_up(number, status=Status(status), note=note, actor=ACTOR, now=utc_now())
    if done is None:
        raise Http404
    sentence = f"The mention by @{done.mention.author_handle} is marked “{status}”."
    return go_back(f"{back}#mention-{number}", sentence)


def _chosen(values: QueryDict, prefix: str = "") -> dict[str, str]:
    """The filters that an address or a form names; what is no choice of ours counts as none."""
    allowed: dict[str, list[str]] = {"status": list(Status), "network": list(TITLES), "kind": list(Kind)}
    allowed["edited"] = ["since"]
    said = {name: asked(values, prefix + name) for name in FILTERS}
    return {
        name: value[:LONGEST_SEARCH] if name == "q" else value if value in allowed[name] else ""
        for name, value in said.items()
    }


def _older(values: QueryDict, prefix: str = "") -> int:
    said = asked(values, prefix + "older")
    return int(said) if said.isdecimal() and len(said) <= DIGITS else 0


def _filter(chosen: Mapping[str, str]) -> mentions.Filter:
    return mentions.Filter(
        statuses=(Status(chosen["status"]),) if chosen["status"] else (),
        networks=(chosen["network"],) if chosen["network"] else (),
        kinds=(Kind(chosen["kind"]),) if chosen["kind"] else (),
        words=chosen["q"],
        edited_since=bool(chosen["edited"]),
    )


def _address(chosen: Mapping[str, str], older: int = 0) -> str:
    query = _query(chosen, older)
    return f"/mentions?{urlencode(query)}" if query else "/mentions"


def _query(chosen: Mapping[str, str], older: int) -> dict[str, str]:
    return {name: value for name, value in (*chosen.items(), ("older", str(older or ""))) if value}


def _truth(counts: Mapping[Status, int]) -> str:
    new, waiting = counts.get(Status.NEW, 0), counts.get(Status.WAITING, 0)
    if not counts:
        return "Nobody has mentioned you yet."
    if not new and not waiting:
        return "Everybody has been dealt with."
    parts = [f"{new} {'mention is' if new == 1 else 'mentions are'} new" if new else ""]
    parts.append(f"{waiting} {'waits' if waiting == 1 else 'wait'} for somebody" if waiting else "")
    return ", ".join(part for part in parts if part) + "."


def _line(one: Logged, about: str, stage: Stage) -> dict[str, object]:
    mention = one.mention
    return {
        "id": one.id,
        "network": mention.network,
        "title": title(mention.network),
        "kind": mention.kind.value,
        "author": mention.author_name or mention.author_handle,
        "handle": mention.author_handle,
        "text": mention.text,
        "when": said_at(mention.posted_at, stage),
        "iso": mention.posted_at.isoformat(),
        "seen": said_at(one.seen_at, stage) if one.is_off else "",
        "edited": said_at(one.edited_at, stage) if one.edited_at else "",
        "edited_since": one.edited_since,
        "url": outward(mention.url),
        "status": one.status.value,
        "about": about,
        "notes": [
            {"status": note.status.value, "text": note.note, "who": note.actor, "when": said_at(note.at, stage)}
            for note in one.notes
        ],
    }
