"""What people are told of what happened, in which words: news in, one short sentence a topic out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from amplifier.campaign.delivery import DeliveryView, DoubtReason, State, Verb
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.hold_reasons import HoldReason, hold_of
from amplifier.campaign.notice import Draft, FeedEvent
from amplifier.campaign.stop import GOES_ON, STOPPED, sending
from amplifier.policy import Topic

LONGEST = 200  # characters: what a phone shows at a glance
ACCOUNT = "account:"
SERVICE = "service"
STILL_UNSURE = ("not seen yet", "cannot look yet")
HELD_ANEW = (
    EventKind.CANNOT_BE_WRITTEN,
    EventKind.HELD_STALE,
    EventKind.HELD_UNTRUE,
    EventKind.ITS_HOUR_CAME,
    EventKind.NEAR_COPY,
)
CHANGED = {"gone": "is no longer there", "changed": "says something else there than we sent"}
SPOKEN_FOR = {"stopped", "resumed", "facts changed"}  # subjects other than a delivery, by kind
LONGEST_WHY = 90  # characters of what a post says that is no longer so
WORDS, HALF, FEW = 60, 40, 16  # characters of a post: enough to know it by, fewer, and the least
# For one post, and for several.
SENTENCES = {
    Topic.MISSED: (
        "“{words}” was missed on {where}, due {due}: it was too late to send it. Send it now, or leave it.",
        "{number} posts were missed on {where}, the first due {due}: “{words}” Send them now, or leave them.",
    ),
    Topic.HELD: (
        "“{words}” is held on {where}, due {due}: {why}.",
        "{number} posts are held on {where}, the first due {due}: “{words}” They wait for a person.",
    ),
    Topic.UNSURE: (
        "We do not know whether “{words}” is out on {where}, due {due}. Look at the profile; we look too.",
        "{number} posts may be out on {where} or not, the first due {due}: “{words}” Look there; we look too.",
    ),
    Topic.TWICE: (
        "“{words}” may be out twice on {where}, due {due}. Look at the profile, and delete one.",
        "{number} posts may be out twice on {where}, the first due {due}: “{words}” Look at the profiles.",
    ),
    Topic.BUDGET: (
        "The month's budget has no room for “{words}” on {where}, due {due}. Raise it, or post by hand.",
        "The month's budget has no room for {number} posts on {where}, the first due {due}: “{words}” Raise it.",
    ),
    Topic.CHANGED: (
        "“{words}” on {where}, of {due}, {changed}. Look at the profile, then decide.",
        "{number} posts on {where} are gone or changed, the first of {due}: “{words}” Look at the profiles.",
    ),
}
# The same of deletions, which have no words of their own.
DELETIONS: Mapping[Topic, tuple[str, str]] = {
    Topic.MISSED: (
        "A post on {where} was to be deleted, and is not. Delete it by hand, or try again.",
        "{number} posts on {where} were to be deleted, and are not. Delete them by hand, or try again.",
    ),
    Topic.HELD: (
        "A post on {where} was to be deleted, and nothing deletes it by itself. Look there, and delete it by hand.",
        "{number} posts on {where} were to be deleted, and nothing deletes them by itself. Look there.",
    ),
    Topic.UNSURE: (
        "We do not know whether a post on {where} is deleted. Look at the profile; we look too.",
        "We do not know whether {number} posts on {where} are deleted. Look there; we look too.",
    ),
    Topic.BUDGET: (
        "The month's budget has no room to delete a post on {where}. Raise it, or delete the post by hand.",
        "The month's budget has no room to delete {number} posts on {where}. Raise it, or delete them by hand.",
    ),
}
PLEASE: Mapping[Verb, tuple[str, str]] = {
    Verb.PUBLISH: (
        "Please post on {where} by hand, due {due}: “{words}” You have {left}; the link has all you need.",
        "Please post {number} posts on {where} by hand, the first due {due}: “{words}” You have {left} for it.",
    ),
    Verb.DELETE: (
        "Please delete our post on {where} by hand: “{words}” The link leads to it. Then say that it is gone.",
        "Please delete {number} posts of ours on {where} by hand, the first: “{words}” The link leads to them.",
    ),
    Verb.EDIT: (
        "Please change our post on {where} by hand. It is to say: “{words}” The link leads to it.",
        "Please change {number} posts of ours on {where} by hand, the first: “{words}” The link leads to them.",
    ),
}
RETRY_S = (5.0, 15.0, 60.0)


@dataclass(frozen=True)
class Scene:
    """What the sentences need to know beside the news.

    `rows` are the deliveries that the news are about, `waiting` those that wait on an account, by due time; `names` is
    how people call each account; `today` the campaign's own date, and `place` how its times are said.
    """

    rows: Mapping[int, DeliveryView]
    names: Mapping[str, str]
    waiting: Mapping[str, Sequence[DeliveryView]]
    lost: frozenset[str]
    place: str
    today: date


def is_worth_telling(news: FeedEvent) -> bool:
    """Whether this may have to be told; what became of it meanwhile decides."""
    if news.delivery:
        moved = news.before != news.after and news.after in (State.MISSED, State.HELD)
        moved = moved or news.kind in HELD_ANEW  # also of what was held for another reason before
        doubt = news.kind in STILL_UNSURE and not news.again
        return moved or doubt or news.kind == "perhaps twice" or news.kind in CHANGED
    return news.kind in SPOKEN_FOR or (news.kind == "account lost" and news.subject.startswith(ACCOUNT))


def drafts(news: Iterable[FeedEvent], scene: Scene) -> tuple[Draft, ...]:
    """One notice a topic for all that belongs together; one for each account lost, each stop and each end of one."""
    together: dict[tuple[Topic, bool], list[tuple[FeedEvent, DeliveryView]]] = {}
    made: list[Draft] = []
    for one in news:
        if not is_worth_telling(one):
            continue
        row = scene.rows.get(one.delivery)
        topic = _topic(one, row) if row else None
        if row and topic:
            together.setdefault((topic, row.identity.verb is Verb.DELETE), []).append((one, row))
        elif not one.delivery:
            made += _about_all(one, scene)
    for (topic, _), found in together.items():
        rows = {row.id: row for _, row in found}
        sentence = _about(topic, found[0][0], sorted(rows.values(), key=lambda row: (row.due_at, row.id)), scene)
        made.append(Draft(f"{topic}:{found[0][0].id}", topic, sentence))
    return tuple(made)


def please(rows: Sequence[DeliveryView], *, words: str, number: int, now: datetime, scene: Scene) -> Draft:
    """Somebody is asked to post, delete or change these by hand; for the first, `number` others were asked before.

    `rows` are what one link leads to, all of one verb; `words` are those that the first is known by.
    """
    first = rows[0]
    minutes = max(1, round((first.too_late_at - now).total_seconds() / 60))
    one, many = PLEASE[first.identity.verb]
    posts = len({row.identity.post for row in rows})
    said = {
        "where": _listed([scene.names[row.identity.account] for row in rows]),
        "due": when(first, scene),
        "left": f"{minutes} {'minute' if minutes == 1 else 'minutes'}",
        "number": posts,
    }
    sentence = within(one if posts == 1 else many, said, words)
    return Draft(f"{Topic.HAND_OFF}:{first.id}:{number}", Topic.HAND_OFF, sentence)


def low_on_money(month: str, left: str) -> Draft:
    """Less than a fifth of a month's budget is left; once a month. `left` is a sentence."""
    words = f"{left} We listen less often; posts still go out. Raise `budget` in settings.yaml before it is used up."
    return Draft(f"{Topic.BUDGET}:low:{month}", Topic.BUDGET, words)


def imprint_lacks(day: date, words: str) -> Draft:
    """Posts go out while our imprint is not what its profile asks for; once a day. `words` say what it lacks."""
    hint = "Fill it in under imprint in settings.yaml and start again; ask for advice on what the law wants there."
    return Draft(f"{Topic.IMPRINT}:{day}", Topic.IMPRINT, f"{words} Everybody can see that. {hint}")


def clock_is_wrong(number: int, words: str) -> Draft:
    """Our clock became wrong for this time; `words` say by how much and what to do."""
    return Draft(f"{Topic.CLOCK}:{number}", Topic.CLOCK, words)


def next_try(made_at: datetime, tries: int) -> datetime:
    """When somebody who could not be told is tried again: after 5 s, after 15 s more, then every minute."""
    waits = [RETRY_S[min(number, len(RETRY_S) - 1)] for number in range(tries)]
    return made_at + timedelta(seconds=sum(waits))


def _topic(news: FeedEvent, row: DeliveryView) -> Topic | None:
    if news.kind == "perhaps twice":
        return Topic.TWICE
    if news.kind in CHANGED:
        return Topic.CHANGED
    if news.kind in STILL_UNSURE:
        return Topic.UNSURE if row.state is State.UNSURE and row.reason != DoubtReason.BY_HAND else None
    if row.state != news.after:  # it went on meanwhile, and that has news of its own
        return None
    if news.after == State.MISSED:
        return Topic.MISSED
    if row.reason == HoldReason.BUDGET:
        return Topic.BUDGET
    held = hold_of(row.reason)
    return None if (held and held.told_otherwise) or news.actor != SERVICE else Topic.HELD


def _about(topic: Topic, news: FeedEvent, rows: Sequence[DeliveryView], scene: Scene) -> str:
    first, number = rows[0], len({row.identity.post for row in rows})
    said = {
        "where": _listed([scene.names.get(row.identity.account, row.identity.account) for row in rows]),
        "due": when(first, scene),
        "number": number,
        "why": _why_held(first),
        "changed": CHANGED.get(news.kind, ""),
    }
    of_deletions = DELETIONS.get(topic) if first.identity.verb is Verb.DELETE else None
    one, many = of_deletions or SENTENCES[topic]
    return within(one if number == 1 else many, said, first.text)


def _why_held(row: DeliveryView) -> str:
    """Why it is held and what helps, as the end of a sentence; of words that are untrue: what is no longer so."""
    held = hold_of(row.reason)
    if held and held.notice:
        return held.notice
    return _short(row.detail[:1].lower() + row.detail[1:], LONGEST_WHY).rstrip(".…")


def _about_all(news: FeedEvent, scene: Scene) -> Iterator[Draft]:
    """News of an account, of a stop or of facts."""
    match news.kind:
        case "account lost":
            name = news.subject.removeprefix(ACCOUNT)
            if name in scene.lost:
                waiting = scene.waiting.get(name, ())
                sentence = _lost(scene.names.get(name, name), waiting, scene)
                yield Draft(f"{Topic.ACCOUNT}:{news.id}", Topic.ACCOUNT, sentence)
        case "stopped":
            scope, reason = _stop(news)
            words = f"{sending(scope, STOPPED)} by {_person(news.actor)}. {_short(reason, 90)}".rstrip()
            yield Draft(f"{Topic.STOPPED}:{news.id}", Topic.STOPPED, f"{words} To let it go on: amplifier resume")
        case "resumed":
            words = f"{sending(news.detail, GOES_ON)}: {_person(news.actor)} resumed it."
            yield Draft(f"{Topic.STOPPED}:{news.id}", Topic.STOPPED, words)
        case _:
            if words := _facts(json.loads(news.detail)):
                yield Draft(f"{Topic.FACTS}:{news.id}", Topic.FACTS, words)


def _lost(name: str, waiting: Sequence[DeliveryView], scene: Scene) -> str:
    number = len({row.identity.post for row in waiting})
    if not number:
        return f"{name} no longer lets us in. No post waits for it yet. Renew its access."
    posts = "1 post waits, due" if number == 1 else f"{number} posts wait, the first due"
    return f"{name} no longer lets us in: {posts} {when(waiting[0], scene)}. Renew its access."


def _facts(told: Mapping[str, Any]) -> str:
    """What changed and how many posts it touches; empty if it touches none."""
    coming, sent = told["counts"]["coming"], told["counts"]["sent"]
    held = told["counts"].get("held", 0)  # none in what an earlier version wrote
    if not (coming or sent or held or told["counts"]["kit"]):
        return ""
    changed = [str(one["fact"]).partition(".")[2].replace("_", " ") or str(one["fact"]) for one in told["changes"]]
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    follow = f"{coming} coming {'post says' if coming == 1 else 'posts say'} it anew"
    untrue = f"{sent} that {'is' if sent == 1 else 'are'} out {'is' if sent == 1 else 'are'} no longer true"
    first = changed[0][:1].upper() + changed[0][1:]
    follow += f", {held} with a person's own words {'is' if held == 1 else 'are'} held" if held else ""
    return f"{_short(first, HALF)}{more} changed: {follow}, {untrue}. Decide about them: amplifier facts"


def _stop(news: FeedEvent) -> tuple[str, str]:
    """Scope and reason of a stop: its detail has them both, and a scope may have a colon of its own."""
    scope, _, reason = news.detail.partition(": ")
    return scope, reason


def _person(actor: str) -> str:
    return "Amplifier itself" if actor == SERVICE else actor.removeprefix("cli:")


def when(row: DeliveryView, scene: Scene) -> str:
    """When it is due, as short as today allows."""
    wall = datetime.fromisoformat(row.wall_time)
    return f"{wall:%H:%M} {scene.place}" if wall.date() == scene.today else f"{wall:%a %-d %b %H:%M} {scene.place}"


def _listed(names: Iterable[str]) -> str:
    """These names as people list them; where that grows long, the first and how many more."""
    distinct = list(dict.fromkeys(names))
    listed = " and ".join(filter(None, [", ".join(distinct[:-1]), distinct[-1]]))
    return (
        listed
        if len(listed) <= HALF or len(distinct) == 1
        else f"{_short(distinct[0], HALF)} and {len(distinct) - 1} more"
    )


def within(sentence: str, said: Mapping[str, object], text: str) -> str:
    """The sentence with as many of the post's words as a notice has room for."""
    bare = len(sentence.format(**said, words=""))
    return sentence.format(**said, words=_short(text, min(WORDS, max(FEW, LONGEST - bare))))


def _short(text: str, most: int) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return (line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") or line[: most - 1]) + "…"
