"""The page *Mentions*: the log, newest first, with filters; one click to the original, a status and a short note."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from amplifier.campaign.mention import Kind, Logged, Status
from amplifier.clock import utc_now
from amplifier.settings import TITLES
from amplifier.store import journeys, mentions
from amplifier.web.frame import ACTOR, frame, go_back, said_at, title

PAGE = 50
LONGEST_NOTE = 200


def mentions_page(request: HttpRequest) -> HttpResponse:
    """One page of the log."""
    asked = {name: request.GET.get(name, "") for name in ("status", "network", "kind", "q")}
    chosen = mentions.Filter(
        statuses=(Status(asked["status"]),) if asked["status"] in list(Status) else (),
        networks=(asked["network"],) if asked["network"] in TITLES else (),
        kinds=(Kind(asked["kind"]),) if asked["kind"] in list(Kind) else (),
        words=asked["q"].strip()[:100],
    )
    older = request.GET.get("older", "")
    page = mentions.mentions(chosen, older_than=int(older) if older.isdecimal() else 0, limit=PAGE + 1)
    about = {row.id: row for row in journeys.journeys_by_id({one.mention.about for one in page} - {0})}
    kept: dict[str, str | int] = {name: value for name, value in asked.items() if value}
    last = page[PAGE - 1].id if len(page) > PAGE else 0
    counts = mentions.counts_by_status()
    content = frame(request) | {
        "truth": _truth(counts),
        "mentions": [
            _line(one, about[one.mention.about].text if one.mention.about in about else "") for one in page[:PAGE]
        ],
        "filters": asked
        | {
            "choices": {
                "status": [status.value for status in Status],
                "network": [{"value": value, "title": name} for value, name in TITLES.items()],
                "kind": [kind.value for kind in Kind],
            }
        },
        "older": f"/mentions?{urlencode(kept | {'older': last})}" if last else None,
        "statuses": [status.value for status in Status],
        "query": urlencode(kept),
    }
    return render(request, "mentions.html", content)


@require_POST
def follow_up_mention(request: HttpRequest, number: int) -> HttpResponse:
    """Write down a step of the follow-up."""
    status = request.POST.get("status", "")
    if status not in list(Status):
        return go_back("/mentions", "Choose one of the statuses. Nothing was changed.")
    note = request.POST.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        return go_back("/mentions", f"A note has at most {LONGEST_NOTE} characters. Nothing was changed.")
    done = mentions.follow_up(number, status=Status(status), note=note, actor=ACTOR, now=utc_now())
    if done is None:
        raise Http404
    return go_back("/mentions", f"The mention by @{done.mention.author_handle} is marked “{status}”.")


def _truth(counts: dict[Status, int]) -> str:
    new, waiting = counts.get(Status.NEW, 0), counts.get(Status.WAITING, 0)
    if not counts:
        return "Nobody has mentioned you yet."
    if not new and not waiting:
        return "Everybody has been dealt with."
    parts = [f"{new} {'mention is' if new == 1 else 'mentions are'} new" if new else ""]
    parts.append(f"{waiting} {'waits' if waiting == 1 else 'wait'} for somebody" if waiting else "")
    return ", ".join(part for part in parts if part) + "."


def _line(one: Logged, about: str) -> dict[str, object]:
    mention = one.mention
    return {
        "id": one.id,
        "network": mention.network,
        "title": title(mention.network),
        "kind": mention.kind.value,
        "author": mention.author_name or mention.author_handle,
        "handle": mention.author_handle,
        "text": mention.text,
        "when": said_at(mention.posted_at),
        "iso": mention.posted_at.isoformat(),
        "url": mention.url,
        "status": one.status.value,
        "about": about,
        "notes": [{"text": note.note, "who": note.actor, "when": said_at(note.at)} for note in one.notes],
    }
