"""The page *Correct*: other words for a post that is out, or none; what breaks is shown before anything is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from amplifier.campaign.correction import Stand, Way, stands, unopened
from amplifier.campaign.delivery import State, Verb
from amplifier.campaign.post import PostId
from amplifier.clock import utc_now
from amplifier.compose.memory import SINCE
from amplifier.compose.queue import length, with_appended
from amplifier.deliver.stop_flags import why_stopped
from amplifier.errors import AmplifierError, UsageError
from amplifier.money.cost import is_readable
from amplifier.operate.correct import Correction, NewWords, PlannedChange, prepare_correction, queue_correction
from amplifier.operate.impact import Impact, look_at
from amplifier.operate.outcome import outcomes
from amplifier.operate.withdraw import Taking, prepare_withdrawal, queue_withdrawal
from amplifier.schedule.decided.ahead import to_be_said
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.review import facts_of_own_words, find_out, said_today
from amplifier.store import delivery_views
from amplifier.store.operate.corrections import Hand, changed_meanwhile
from amplifier.web.console.called import called_in_ledger
from amplifier.web.frame import ACTOR, asked, frame, go_back, install, known_as, outward, title, titled
from amplifier.wiring.service import reachable

PAGE = "/posts/correct"
LOOK_FOR_S = 3.0
LONGEST = 5000  # characters of new words
LONGEST_REASON = 200
BARE, STOOD = "bare", "stood-"
WAYS = {
    Way.EDIT: "It is edited. Boosts and replies stay.",
    Way.REPOST: "It is deleted, and the new words are posted.",
    Way.ANEW: "What was there is deleted already. These words are posted.",
}


@require_safe
def correct_page(request: HttpRequest) -> HttpResponse:
    """How a post stands on each account, and the form with the words that the plan would say now."""
    try:
        program, post = _asked_for(request.GET)
    except AmplifierError as error:
        return go_back("/", str(error))
    today = said_today(program, post)
    found = stands(delivery_views.views(post=post))
    forms = [_form(one, today[one.account].words.text if one.account in today else "") for one in found]
    out, told = [one for one in found if one.out], called_in_ledger(post)
    content = frame(request) | {
        "truth": f"{told} is out on {_listed(out)}." if out else f"{told} is out nowhere.",
        "post": post_name(post),
        "acts": [],
        "forms": forms,
        "where": _listed(out),
        "appends": bool(program.settings.campaign.append),
        "moving": any(one["is_moving"] for one in forms),
        "now_iso": utc_now().isoformat(),
    }
    return render(request, "correct.html", content)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What a correction or a withdrawal would do and break, and the button that does it."""
    wants, added = asked(request.POST, "act"), dict[str, str]()
    try:
        program, post = _asked_for(request.POST)
        if wants == "withdraw":
            withdrawal = prepare_withdrawal(post, program.settings, on=_chosen(request.POST))
            broken = _look(one.stand for one in withdrawal.takings)
            shown, warnings, marks = [_taking(one, broken) for one in withdrawal.takings], [], []
            where, left = _listed(one.stand for one in withdrawal.takings), withdrawal.left
            stood = withdrawal.marks
        else:
            correction, added = _prepared(request, program, post)
            broken = _look(act.stand for act in correction.acts if act.change.way is Way.REPOST)
            shown, warnings = [_act(act, broken) for act in correction.acts], correction.warnings(program.settings)
            where, left = _listed(act.stand for act in correction.acts), correction.left
            marks, stood = [echo.mark for echo in correction.echoes], correction.marks
    except AmplifierError as error:
        return go_back(_address(asked(request.POST, "post")), str(error))
    kept = [(name, value) for name, value in request.POST.items() if name.startswith(("on-", "text-", BARE))]
    content = frame(request) | {
        "truth": f"{called_in_ledger(post)} would be {'deleted' if wants == 'withdraw' else 'corrected'}.",
        "post": post_name(post),
        "act": "withdraw" if wants == "withdraw" else "correct",
        "acts": shown,
        "added": [f"{title(program.settings.account(name).platform)}: {words}" for name, words in added.items()],
        "where": where,
        "left": [f"{account}: {why}" for account, why in left.items()],
        "warnings": [f"{one.message} {one.hint}" for one in warnings],
        "kept": [*kept, *(("seen", mark) for mark in marks), *((STOOD + name, stood[name]) for name in stood)],
        "reason": asked(request.POST, "reason")[:LONGEST_REASON],
        "stopped": why_stopped(install()) if wants != "withdraw" else "",
        "back": _address(post_name(post)),
        "now_iso": utc_now().isoformat(),
    }
    return render(request, "correct.html", content)


@require_POST
def carry_out(request: HttpRequest) -> HttpResponse:
    """Queue it; the page then shows what happens."""
    try:
        program, post = _asked_for(request.POST)
        reason = asked(request.POST, "reason")[:LONGEST_REASON]
        hand = Hand(ACTOR, reason, utc_now(), program.settings.campaign.first_day)
        if asked(request.POST, "act") == "withdraw":
            withdrawal = prepare_withdrawal(post, program.settings, on=_chosen(request.POST))
            _must_be_as_shown(request, withdrawal.marks)
            queue_withdrawal(withdrawal, hand)
            said = "It is being deleted. Load this page again to see how far it is."
        else:
            plan, stage = to_be_said(program, now=hand.now), playing(program.settings)
            correction, _ = _prepared(request, program, post)
            _must_be_as_shown(request, correction.marks)
            _must_be_seen(request, correction)
            queue_correction(correction, program.settings, hand, playing=stage, plan=plan)
            said = "It is being corrected. Load this page again to see how far it is."
    except AmplifierError as error:
        return go_back(_address(asked(request.POST, "post")), str(error))
    return go_back(_address(post_name(post)), said)


def _must_be_as_shown(request: HttpRequest, marks: Mapping[str, str]) -> None:
    """Raises UsageError where the post stands otherwise by now than on the page from which the form comes."""
    shown = {name.removeprefix(STOOD): mark for name, mark in request.POST.items() if name.startswith(STOOD)}
    for account in {**marks, **shown}:
        if marks.get(account) != shown.get(account):
            raise UsageError(changed_meanwhile(account))


def _must_be_seen(request: HttpRequest, correction: Correction) -> None:
    """Raises UsageError for what says nearly the same and was not on the page from which the form comes."""
    seen = request.POST.getlist("seen")
    if any(echo.mark not in seen for echo in correction.echoes):
        raise UsageError(SINCE)


def _prepared(request: HttpRequest, program: Program, post: PostId) -> tuple[Correction, dict[str, str]]:
    """The correction that the form asks for, and what it adds to a person's words, by account."""
    on = _chosen(request.POST)
    words, added = _words(request.POST, program, post, on)
    now, settings = utc_now(), program.settings
    plan = to_be_said(program, now=now)
    found = prepare_correction(post, words, settings, now=now, on=on, playing=playing(settings), plan=plan)
    return found, {act.stand.account: added[act.stand.account] for act in found.acts if act.stand.account in added}


def _asked_for(values: QueryDict) -> tuple[Program, PostId]:
    post = asked(values, "post")
    if not post:
        raise UsageError("Which post is to be corrected? Choose it in the list of what is out.")
    program = program_in_force(install().settings)
    return program, find_out(program, post)


def _address(post: str) -> str:
    return f"{PAGE}?{urlencode({'post': post})}"


def _chosen(values: QueryDict) -> list[str]:
    return [name.removeprefix("on-") for name in values if name.startswith("on-")]


def _words(
    values: QueryDict, program: Program, post: PostId, on: Collection[str]
) -> tuple[dict[str, NewWords], dict[str, str]]:
    """The words of the form for each account (`on`: for these), with the facts that they state; and what was added."""
    today, append = said_today(program, post), not asked(values, BARE)
    found, added = dict[str, NewWords](), dict[str, str]()
    for account in program.settings.accounts:
        if on and account.name not in on:
            continue
        text = values.get(f"text-{account.name}", "").replace("\r\n", "\n").replace("\x00", "").strip()[:LONGEST]
        planned = today.get(account.name)
        if planned and planned.words.text == text:
            found[account.name] = NewWords(text, planned.words.language, planned.facts)
        elif text:
            whole, lacked = with_appended(text, account, program.settings) if append else (text, ())
            found[account.name] = NewWords(whole, "", facts_of_own_words(program, whole, due_at=utc_now()))
            added |= {account.name: " ".join(lacked)} if lacked else {}
    return found, added


def _look(found: Iterable[Stand]) -> dict[str, Impact]:
    settings = install().settings
    return look_at(
        found,
        reachable(install()),
        may_read=lambda name: is_readable(settings.account(name), settings),
        seconds=LOOK_FOR_S,
    )


def _form(one: Stand, today: str) -> dict[str, object]:
    """One account: how the post stands there, and the words to begin with."""
    later = [row.id for row in one.rows if row.identity.revision > 0]
    newest = max((row.identity.revision for row in one.rows), default=0)
    last = [row.id for row in one.rows if row.identity.revision == newest and row.id in later]
    happened = next(iter(outcomes(one.rows, last)), None)
    state = happened.state if happened else (State.SENT if one.out else one.rows[0].state)
    withdrawn = state is State.SENT and one.out is None
    return _account(one) | {
        "state": State.DROPPED.value if withdrawn else state.value,
        "word": "withdrawn" if withdrawn else "",
        "sentence": happened.sentence if happened else "",
        "is_moving": bool(happened and not happened.is_resting),
        "is_out": one.out is not None,
        "text": one.text or one.rows[-1].text,
        "new": _begin_with(one, today),
        "url": outward(one.out.receipt.url) if one.out and one.out.receipt else "",
    }


def _begin_with(one: Stand, today: str) -> str:
    """What the plan would say now; where a person gave it other words there, those."""
    corrected = any(row.identity.revision > 0 and row.identity.verb is not Verb.DELETE for row in one.rows)
    return unopened(one.text) if corrected and one.text else today or unopened(one.text)


def _act(act: PlannedChange, broken: Mapping[str, Impact]) -> dict[str, object]:
    words = act.change.words
    return _account(act.stand) | {
        "text": words.text if words else "",
        "used": act.used,
        "limit": act.limit,
        "what": WAYS[act.change.way],
        "before": act.stand.text,
        "breaks": _breaks(broken.get(act.stand.account)),
        "dollars": f"{act.dollars:.3f}" if act.dollars else "",
    }


def _taking(one: Taking, broken: Mapping[str, Impact]) -> dict[str, object]:
    account = install().settings.account(one.stand.account)
    text = one.stand.text or one.stand.rows[-1].text
    size = length(text, account)
    return _account(one.stand) | {
        "text": text,
        "used": size.used,
        "limit": size.limit,
        "before": "",
        "what": f"{one.what[:1].upper()}{one.what[1:]}.",
        "breaks": _breaks(broken.get(one.stand.account)),
        "dollars": f"{one.dollars:.3f}" if one.dollars else "",
    }


def _breaks(breaks: Impact | None) -> str:
    if breaks is None:
        return ""
    changed = f" Somebody changed it there; it reads: {breaks.reads}" if breaks.reads else ""
    return "It is not there any more." if breaks.is_gone else f"Lost with it: {breaks}.{changed}"


def _account(one: Stand) -> dict[str, object]:
    account = install().settings.account(one.account)
    return {
        "account": one.account,
        "platform": one.platform,
        "title": title(one.platform),
        "handle": known_as(account),
    }


def _listed(found: Iterable[Stand]) -> str:
    names = list(dict.fromkeys(titled(one.account, one.platform) for one in found))
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)
