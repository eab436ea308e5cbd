"""The page *Mentions*: the log, newest first, with filters; one click to the original, a status and a short note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from amplifier.campaign.mention import Logged, MentionKind, Status
from amplifier.clock import utc_now
from amplifier.listen.clean import name_of
from amplifier.listen.oddity import oddities
from amplifier.networks import TITLES
from amplifier.schedule.playing import playing
from amplifier.schedule.stage import Stage
from amplifier.store import delivery_views
from amplifier.store.listening import mentions, quarantine
from amplifier.web.frame import ACTOR, asked, frame, go_back, install, outward, said_at, title

PAGE = 50
LONGEST_NOTE = 200
LONGEST_SEARCH = 100
DIGITS = 19  # of the largest number that a mention can have
FILTERS = ("status", "network", "kind", "privacy", "q", "edited")
PRIVACY = {"public": False, "private": True}


@require_safe
def mentions_page(request: HttpRequest) -> HttpResponse:
    """One page of the log."""
    chosen = _chosen(request.GET)
    older = _older(request.GET)
    page = mentions.mentions(_filter(chosen), older_than=older, limit=PAGE + 1)
    reach = mentions.reach(_filter(chosen), older_than=older)
    about = {row.id: row.text for row in delivery_views.views_by_id({one.mention.about for one in page} - {0})}
    stage = playing(install().settings)
    last = page[PAGE - 1].id if len(page) > PAGE else reach
    content = frame(request) | {
        "truth": _truth(mentions.counts_by_status(), mentions.counts_by_status(private=True)),
        "mentions": [_line(one, about.get(one.mention.about, ""), stage) for one in page[:PAGE]],
        "edited": 0 if chosen["edited"] else mentions.edited_since(),
        "aside": sum(pile.number for pile in quarantine.piles()),
        "filters": chosen,
        "choices": {
            "status": [status.value for status in Status],
            "network": [{"value": value, "title": name} for value, name in TITLES.items()],
            "kind": [kind.value for kind in MentionKind],
            "privacy": list(PRIVACY),
        },
        "here": _query(chosen, older),
        "older": _address(chosen, last) if last else "",
        "reached": said_at(mentions.said_about(reach), stage) if reach and len(page) <= PAGE else "",
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
    seen = _number_in(request.POST, "seen")
    words = asked(request.POST, "words")
    done = mentions.follow_up(
        number, status=Status(status), note=note, actor=ACTOR, now=utc_now(), seen=seen, words=words
    )
    if done is None:
        raise Http404
    return go_back(f"{back}#mention-{number}", _became(done, has_note=bool(note)))


def _became(done: mentions.Followed, *, has_note: bool) -> str:
    """What became of the step, in a sentence."""
    stands = f"{_called(done.logged)} is marked “{done.logged.status}”"
    edited = " Its author edited it since you read it. Read it again." if done.is_edited else ""
    if not done.meanwhile:
        return f"{stands}.{edited}"
    last = done.meanwhile[-1]
    who = "on this page" if last.actor == ACTOR else f"({last.actor})"
    when = said_at(last.at, playing(install().settings))
    kept = " Your note is kept beneath it." if has_note else ""
    stays = f"{stands}, and stays so.{kept}{edited}"
    return f"Somebody else {who} was quicker, at {when}. {stays} To change it, save once more."


def _called(one: Logged) -> str:
    """The mention in a sentence that travels in an address; there nobody's name stands who spoke to us privately."""
    return "The private mention" if one.mention.visibility.is_private else f"The mention by {one.mention.at_handle}"


def _chosen(values: QueryDict, prefix: str = "") -> dict[str, str]:
    """The filters that an address or a form names; what is no choice of ours counts as none."""
    allowed: dict[str, Sequence[str]] = {
        "status": list(Status),
        "network": list(TITLES),
        "kind": list(MentionKind),
        "privacy": list(PRIVACY),
        "edited": ["since"],
    }
    said = {name: asked(values, prefix + name) for name in FILTERS}
    return {
        name: value[:LONGEST_SEARCH] if name == "q" else value if value in allowed[name] else ""
        for name, value in said.items()
    }


def _older(values: QueryDict, prefix: str = "") -> int:
    return _number_in(values, prefix + "older") or 0


def _number_in(values: QueryDict, name: str) -> int | None:
    said = asked(values, name)
    return int(said) if said.isdecimal() and len(said) <= DIGITS else None


def _filter(chosen: Mapping[str, str]) -> mentions.Filter:
    return mentions.Filter(
        statuses=(Status(chosen["status"]),) if chosen["status"] else (),
        networks=(chosen["network"],) if chosen["network"] else (),
        kinds=(MentionKind(chosen["kind"]),) if chosen["kind"] else (),
        words=chosen["q"],
        private=PRIVACY.get(chosen["privacy"]),
        edited_since=bool(chosen["edited"]),
    )


def _address(chosen: Mapping[str, str], older: int = 0) -> str:
    query = _query(chosen, older)
    return f"/mentions?{urlencode(query)}" if query else "/mentions"


def _query(chosen: Mapping[str, str], older: int) -> dict[str, str]:
    return {name: value for name, value in (*chosen.items(), ("older", str(older or ""))) if value}


def _truth(counts: Mapping[Status, int], private: Mapping[Status, int]) -> str:
    new, waiting = counts.get(Status.NEW, 0), counts.get(Status.WAITING, 0)
    if not counts:
        return "Nobody has mentioned you yet."
    if not new and not waiting:
        return "Everybody has been dealt with."
    parts = [f"{_number(new)} {'mention is' if new == 1 else 'mentions are'} new" if new else ""]
    parts.append(f"{_number(waiting)} {'waits' if waiting == 1 else 'wait'} for somebody" if waiting else "")
    ours = private.get(Status.NEW, 0) + private.get(Status.WAITING, 0)
    parts.append(f"{_number(ours)} of them not known to be public" if ours else "")
    return ", ".join(part for part in parts if part) + "."


def _number(counted: int) -> str:
    return f"{mentions.COUNTED:,} or more" if counted >= mentions.COUNTED else str(counted)


def _line(one: Logged, about: str, stage: Stage) -> dict[str, object]:
    mention = one.mention
    return {
        "id": one.id,
        "network": mention.network,
        "title": title(mention.network),
        "kind": mention.kind.value,
        "private": mention.visibility.mark,
        "author": name_of(mention.author_name) or mention.at_handle,
        "handle": mention.at_handle,
        "odd": oddities(mention, install().settings),
        "text": mention.text,
        "words": mention.fingerprint,
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
