"""`amplifier decide`: what is in doubt, held or missed, and what a person says about it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.post import PostId, with_hour
from amplifier.cli.show.delivery_json import delivery_json
from amplifier.cli.show.output import SHAPES, WORDS, actor, agreed, as_said, console, inset, say_json, wall_clock, warn
from amplifier.cli.show.standing import one_a_post, shown_to_stand
from amplifier.clock import utc_now
from amplifier.compose.sameness import Echo
from amplifier.deliver.stop_flags import stop_of
from amplifier.errors import UsageError
from amplifier.field_types import nearest
from amplifier.install import Install, open_install
from amplifier.money.cost import is_manual, is_readable
from amplifier.operate.override import (
    LinkProof,
    Reach,
    Twice,
    it_is_there,
    leave_out,
    may_stand,
    open_questions,
    perhaps_twice,
    said_again,
    send_again,
    take_note,
)
from amplifier.operate.questions import Choice, Question, sent_again, words_stand
from amplifier.schedule.decided.ahead import said_by_the_plan
from amplifier.schedule.decided.change import program_in_force
from amplifier.schedule.decided.standing import OutdatedWords, let_stand, mark
from amplifier.schedule.naming.known import names_of
from amplifier.schedule.playing import playing
from amplifier.schedule.program import post_name
from amplifier.settings import Settings
from amplifier.store import delivery_views, ledger
from amplifier.store.identity import accounts
from amplifier.store.operate.notes import take_note_of_missed
from amplifier.wiring.service import addresses, reach

A_WHILE_S = 120
OPTIONS = {
    Choice.THERE: "--there LINK   it is there, and this is its link",
    Choice.AGAIN: "--again        send it",
    Choice.STAND: "--stand        its words may stand as they are",
    Choice.LEAVE: "--leave        leave it out",
}


@dataclass(frozen=True)
class ShownMarks:
    """What a person was shown before they agreed: the marks of echoes, and of the words that would stand, by post."""

    echoes: tuple[str, ...]
    standing: Mapping[PostId, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("what", nargs="?", default="", metavar="DELIVERY|POST", help="its number, or the post's name")
    parser.add_argument("--on", default="", metavar="ACCOUNT", help="this post's delivery on this account")
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--there", metavar="LINK", help="it is there: the post's own link, which is checked")
    act.add_argument("--again", action="store_true", help="send it; if it may be out, only after one more look")
    act.add_argument("--leave", action="store_true", help="leave it out, for good")
    act.add_argument("--stand", action="store_true", help="its words are no longer so, and may go out as they are")
    act.add_argument(
        "--seen", action="store_true", help="I have seen that it was missed, or may be out twice; alone: all missed"
    )
    parser.add_argument("--anyway", action="store_true", help="with --there: also if the words there differ from ours")
    parser.add_argument("--reason", default="", help="why; kept with it")
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """List what waits for a person (1 if anything does), or carry out what one decided."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    asked = open_questions(install.settings)
    twice = perhaps_twice()
    deciding = options.there or options.again or options.leave or options.stand or options.seen
    chosen = _chosen(options.what, options.on, asked, twice)
    if not deciding:
        asked = tuple(one for one in asked if one.row.id in chosen)
        twice = tuple(one for one in twice if one.row.id in chosen)
        _say_list(asked, twice, install, as_json=options.json)
        return 1 if asked or twice else 0
    if options.seen and not options.what:
        return _all_seen([one.row.id for one in asked if one.row.state is State.MISSED], options)
    if not options.what:
        raise UsageError("Say what it is about: the number or the post's name. amplifier decide lists them.")
    if options.json and not (options.yes or options.there or options.seen):
        raise UsageError("With --json nobody can be asked: add --yes.")
    if options.there and len(chosen) > 1:
        raise UsageError(f"{options.what} waits on several accounts. Say on which the link is: --on ACCOUNT")
    echoes = [echo for number in chosen for echo in _said_again(number, install)] if options.again else []
    standing: dict[PostId, tuple[OutdatedWords, ...]] = {}
    if options.stand:
        chosen = one_a_post(chosen, asked)
        standing = shown_to_stand(chosen, options.on, install.settings)
    agreed_to = _agreed(chosen, echoes, standing, options)
    seen = ShownMarks(tuple(one.mark for one in echoes), {post: mark(found) for post, found in standing.items()})
    said = [_decide(number, seen, options, install) for number in chosen] if agreed_to else []
    if options.json:
        say_json(
            {
                "mode": install.settings.mode.value,
                "decided": [delivery_json(row) | {"said": words} for row, words in said],
                "warnings": [one.warning().as_json() for one in echoes],
            }
        )
    for row, words in [] if options.json else said:
        said_of = with_hour(row.identity.post, row.wall_time)
        console().print(f"[green]✓[/] {row.identity.account} {said_of}: ", end="")
        console().print(words, markup=False, soft_wrap=True)
    return 0 if said else 1


def _all_seen(missed: Sequence[int], options: argparse.Namespace) -> int:
    """Take note of all that was missed by now; 1 if there was nothing of the kind."""
    if options.on:
        raise UsageError("This notes all that was missed. For one post: amplifier decide POST --on ACCOUNT --seen")
    number = take_note_of_missed(missed, actor=actor(), now=utc_now())
    if options.json:
        say_json({"noted": number})
    else:
        console().print(
            f"[green]✓[/] Noted: {number} {'post was' if number == 1 else 'posts were'} missed."
            if number
            else "Nothing was missed that nobody has taken note of."
        )
    return 0 if number else 1


def _chosen(what: str, on: str, asked: Sequence[Question], twice: Sequence[Twice]) -> list[int]:
    """The numbers of the deliveries that are meant. Raises UsageError if there are none of that name."""
    rows = {row.id: row for row in [*(one.row for one in asked), *(one.row for one in twice)]}
    found = [row for row in rows.values() if what in ("", str(row.id), *names_of(row))]
    if not found:  # the slot alone, where that can mean one post only
        of_slot = [row for row in rows.values() if row.identity.post.slot == what]
        found = of_slot if len({row.identity.post for row in of_slot}) == 1 else []
    if not found and what.isascii() and what.isdecimal():
        found = list(delivery_views.views_by_id([int(what)]))
    if what and not found:
        hint = nearest(what, {post_name(row.identity.post) for row in rows.values()})
        raise UsageError(f"Nothing of “{what}” is in doubt, held or missed. {hint or 'All that is: amplifier decide'}")
    on_it = [row.id for row in found if on in ("", row.identity.account)]
    if on and not on_it:
        names = sorted({row.identity.account for row in found})
        raise UsageError(f"It does not wait on “{on}”, but on {', '.join(names) or 'no account'}.")
    return on_it


def _said_again(number: int, install: Install) -> tuple[Echo, ...]:
    """What this says nearly again if it is sent now. Raises UsageError where X would have a copy."""
    now, settings = utc_now(), install.settings
    return said_again(number, settings, now=now, playing=playing(settings), plan=said_by_the_plan(settings, now=now))


def _agreed(
    chosen: Sequence[int],
    echoes: Sequence[Echo],
    standing: Mapping[PostId, Sequence[OutdatedWords]],
    options: argparse.Namespace,
) -> bool:
    """A link says it all, and a note does nothing; sending and leaving out are shown first."""
    if options.there or options.seen:
        return True
    if not options.json:
        out = console()
        for row in delivery_views.views_by_id(chosen):
            called = with_hour(row.identity.post, row.wall_time)
            found = standing.get(row.identity.post, ())
            for account, text in [(one.account, one.text) for one in found] or [(row.identity.account, row.text)]:
                out.print(f"{account}  {called}", markup=False, style="bold")
                out.print(inset(text, width=out.width), markup=False, soft_wrap=True)
            for why in dict.fromkeys(one.why for one in found):
                out.print(inset(why, width=out.width), markup=False, soft_wrap=True)
        warn(out, [one.warning() for one in echoes])
    asked = "Send this?" if options.again else "Let these words stand?" if options.stand else "Leave this out?"
    if agreed(asked, yes=options.yes):
        return True
    if not options.json:
        console().print("Nothing was changed.")
    return False


def _decide(number: int, seen: ShownMarks, options: argparse.Namespace, install: Install) -> tuple[DeliveryView, str]:
    """Carry it out; the delivery, and what to say."""
    now, settings = utc_now(), install.settings
    if options.there:
        said = _there(number, options, install)
    elif options.again:
        stage, plan = playing(settings), said_by_the_plan(settings, now=now)
        after = send_again(number, settings, actor=actor(), now=now, playing=stage, plan=plan, shown=seen.echoes)
        (row,) = delivery_views.views_by_id([number])
        stopped = " Sending is stopped, so it waits until somebody resumes." if stop_of(install, row) else ""
        said = sent_again(after, row.identity.verb, by_hand=is_manual(row, settings)) + stopped
    elif options.leave:
        leave_out(number, settings, actor=actor(), now=now, why=options.reason)
        said = "Left out. Nobody is asked about it any more."
    elif options.stand:
        said = _stand(number, seen, options.reason, settings, now)
    else:
        take_note(number, actor=actor(), now=now)
        said = "Noted. It is not shown any more."
    return delivery_views.views_by_id([number])[0], said


def _stand(number: int, seen: ShownMarks, reason: str, settings: Settings, now: datetime) -> str:
    """A decision is about a post: its words stand on every account where they were shown."""
    row = may_stand(number, settings)
    post = row.identity.post
    let_stand(program_in_force(settings), post, seen.standing[post], actor=actor(), reason=reason, now=now)
    return words_stand(row, now=now)


def _there(number: int, options: argparse.Namespace, install: Install) -> str:
    settings = install.settings
    row = next(iter(delivery_views.views_by_id([number])), None)
    account = next((one for one in settings.accounts if row and one.name == row.identity.account), None)
    if account is None:
        raise UsageError("Its account is no longer in settings.yaml. Leave the post out.")
    platform = reach(account, install) if is_readable(account, settings) else None
    way = Reach(addresses(account, install)[1], platform)
    adopted = it_is_there(number, options.there, settings, way, actor=actor(), now=utc_now(), anyway=options.anyway)
    how = "The network shows it." if adopted.proof is LinkProof.READ else "The link was taken by its shape."
    return " ".join(filter(None, (f"Sent: {options.there.strip()}", how, adopted.why)))


def _say_list(asked: Sequence[Question], twice: Sequence[Twice], install: Install, *, as_json: bool) -> None:
    if as_json:
        questions = [delivery_json(one.row) | _question_as_json(one) for one in asked]
        doubled = [delivery_json(one.row) | {"urls": list(one.urls), "at": one.at} for one in twice]
        say_json({"mode": install.settings.mode.value, "questions": questions, "twice": doubled})
        return
    out = console()
    if not (asked or twice):
        out.print("Nothing waits for you: every post that was due has its receipt, or waits for its time.")
        return
    profiles = {state.name: state.url for state in accounts.account_states()}
    for double in twice:
        row = double.row
        out.print("[red]✕[/] perhaps twice  ", end="")
        out.print(f"{row.id}  {row.identity.account}  {with_hour(row.identity.post, row.wall_time)}", markup=False)
        for url in double.urls:
            out.print(f"  {url}", markup=False, soft_wrap=True)
        out.print(f"  Look at both, and delete one by hand. Then: amplifier decide {row.id} --seen\n", markup=False)
    for one in asked:
        _say(one, profiles.get(one.row.identity.account, ""), install.settings)


def _say(one: Question, profile: str, settings: Settings) -> None:
    out, row = console(), one.row
    shape, colour = SHAPES[row.state]
    out.print(f"[{colour}]{shape} {WORDS[row.state]}[/]  [bold]{row.id}[/]  ", end="")
    out.print(f"{as_said(row.wall_time)}  {row.identity.account}  {post_name(row.identity.post)}", markup=False)
    out.print(inset(row.text, width=out.width), markup=False, soft_wrap=True, style="dim")
    tried = f" Tried {wall_clock(row.first_sent_at, settings.campaign.zone)}." if row.first_sent_at else ""
    if row.unseen_since:
        tried += f" It may have gone out since the backup of {wall_clock(row.unseen_since, settings.campaign.zone)}."
    at = f" Next look {_lasting(one.next_at)}." if one.next_at else ""
    look_for = f"{one.look_for} {profile}".strip() if one.look_for else ""
    for words in filter(None, (f"{one.happened}{tried}", look_for, f"{one.by_itself}{at}")):
        out.print(inset(words, width=out.width), markup=False, soft_wrap=True)
    for act in one.acts:
        note = ", after one more look" if act is Choice.AGAIN and one.looks_first else ""
        out.print(f"    amplifier decide {row.id} {OPTIONS[act]}{note}", markup=False, soft_wrap=True)
    if one.to_paste:
        out.print(f"    {one.to_paste}", markup=False, soft_wrap=True)
    out.print()


def _lasting(until: datetime) -> str:
    seconds = math.ceil((until - utc_now()).total_seconds())
    if seconds <= 0:  # it may be off, or at it this instant
        return "as soon as the service is at work"
    return f"in {seconds} s" if seconds < A_WHILE_S else f"in {round(seconds / 60)} min"


def _question_as_json(one: Question) -> dict[str, object]:
    return {
        "happened": one.happened,
        "look_for": one.look_for,
        "by_itself": one.by_itself,
        "next_at": one.next_at,
        "may": [act.value for act in one.acts],
        "to_paste": one.to_paste or None,
    }
