"""`amplifier edit POST`: other words for one coming post, or the plan's back; and another time for one of your own."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from amplifier.campaign.post import PostId, WantedPost, Words, with_hour
from amplifier.cli.named import accounts_named
from amplifier.cli.show.new_words import say_appended, say_stale, warnings_of
from amplifier.cli.show.output import actor, agreed, as_said, console, say_json, warn
from amplifier.cli.typed_time import TypedTime, to_move_to
from amplifier.clock import utc_now
from amplifier.compose.queue import length, with_appended
from amplifier.compose.sameness import Echo
from amplifier.errors import UsageError
from amplifier.install import open_install
from amplifier.operate.own_change import OwnChange, carry_out, find_own, prepare_move_to, prepare_reword
from amplifier.schedule.decided.ahead import still_to_come, to_be_said
from amplifier.schedule.decided.change import find_post, program_in_force
from amplifier.schedule.decided.rewording import decide_plan_words, decide_words, prepare_plan_words, prepare_words
from amplifier.schedule.naming.known import name_to_tell, told_of_row
from amplifier.schedule.playing import playing, this_year
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.free_words import Stale
from amplifier.schedule.truth.held_still import own_still
from amplifier.schedule.truth.stale import if_moved
from amplifier.settings import Settings
from amplifier.store import delivery_views, ledger
from amplifier.store.operate.corrections import Hand

ONE_OF_THEM = "Give the post other words, or --undo, or, if it is your own, another time with --at; one of them."
NOT_MOVED = (
    "“{}” is planned, so its time stands in schedules/. To move what hangs on a milestone: amplifier milestone move"
)


@dataclass(frozen=True)
class EditPreview:
    """What becomes of the post, as it is shown before anybody agrees: the words of now and those to come.

    `post` is what the ledger calls it, `called` what people are told of it.
    """

    post: PostId
    called: str
    before: Mapping[str, str]
    after: Sequence[Words]
    echoes: Sequence[Echo] = ()
    appended: Mapping[str, Sequence[str]] | None = None
    moved: str = ""  # where it moves: from when to when
    stays: str = ""  # that it does not follow the milestone from which its time was counted
    stale: Sequence[Stale] = ()  # what of its words would be no longer so then
    freed: Sequence[Stale] = ()  # and what is not so now, and would be
    question: str = "Use these words?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("post", help="the post's name, as `amplifier plan` shows it")
    parser.add_argument("text", nargs="?", help="the new words; the imprint, and what the campaign appends, are added")
    parser.add_argument("--on", help="accounts, divided by commas (default: all on which it is still to go out)")
    parser.add_argument("--no-append", action="store_true", help="add nothing of what the campaign appends")
    parser.add_argument("--undo", action="store_true", help="give it the plan's words back")
    parser.add_argument(
        "--at", help="another time for a post of your own, as in `send --at`; counted from a milestone, it stays there"
    )
    parser.add_argument("--reason", default="", help="why; kept with what was decided")
    parser.add_argument("--yes", action="store_true", help="do it without asking")


def run(options: argparse.Namespace) -> int:
    """Show what is there before and after, ask, and decide."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    ledger.must_be_ready()
    if sum((options.text is not None, options.undo, options.at is not None)) != 1:
        raise UsageError(ONE_OF_THEM)
    program = program_in_force(install.settings)
    settings = program.settings  # with what servers told
    on = accounts_named(options.on, settings)
    own = find_own(options.post, delivery_views.own_waiting())
    if own:
        return _edit_own(program, own, options, on)
    if options.at is not None:
        raise UsageError(NOT_MOVED.format(options.post))
    post = find_post(program, options.post)
    return _undo(program, post, options, on) if options.undo else _reword(program, post, options, on)


def _reword(program: Program, post: PostId, options: argparse.Namespace, on: Sequence[str]) -> int:
    settings, coming = program.settings, still_to_come(program, post)
    before = {said.account: said.text for said in coming.words} | dict.fromkeys(coming.unwritten, "") if coming else {}
    append = not options.no_append
    whole = {
        name: with_appended(options.text, settings.account(name), settings) if append else (options.text, ())
        for name in on or before
    }
    words = {name: text for name, (text, _) in whole.items()}
    new = prepare_words(program, post, words, now=utc_now())
    appended = {name: added for name, (_, added) in whole.items() if added}
    there = name_to_tell(program, post)
    shown = EditPreview(there, _called(there, coming), before, new.words, new.echoes, appended, stale=new.stale)
    if not _is_agreed(shown, settings, options):
        return 1
    decision = decide_words(program, post, words, actor=actor(), reason=options.reason, now=utc_now(), seen=new)
    return _tell(shown, settings, options, decision=decision.id)


def _undo(program: Program, post: PostId, options: argparse.Namespace, on: Sequence[str]) -> int:
    back = prepare_plan_words(program, post, now=utc_now(), on=on)
    coming = still_to_come(program, post)
    before = {said.account: said.text for said in coming.words} if coming else {}
    question = f"Give it the plan's words back on {', '.join(back.accounts)}?"
    there = name_to_tell(program, post)
    shown = EditPreview(there, _called(there, coming), before, back.words, back.echoes, question=question)
    if not _is_agreed(shown, program.settings, options):
        return 1
    decision = decide_plan_words(program, back, actor=actor(), reason=options.reason, now=utc_now())
    return _tell(shown, program.settings, options, decision=decision.id)


def _called(post: PostId, coming: WantedPost | None) -> str:
    return with_hour(post, coming.moment.wall_time) if coming else post_name(post)


def _edit_own(program: Program, post: PostId, options: argparse.Namespace, on: Sequence[str]) -> int:
    settings, stage, now = program.settings, playing(program.settings), utc_now()
    plan = to_be_said(program, now=now)
    if options.undo:
        raise UsageError("A post of your own has no words of the plan. Give it others: amplifier edit, with the words")
    if options.at is None:
        append = not options.no_append
        change = prepare_reword(post, options.text, settings, playing=stage, on=on, append=append, plan=plan)
        before = {row.identity.account: row.text for row in change.rows}
        called = told_of_row(post)
        shown = EditPreview(post, called, before, change.words, change.echoes, change.appended)
    else:
        if on:
            raise UsageError("A post moves on every account. Leave --on out.")
        typed = to_move_to(options.at, settings, now)
        counted = typed.counted_from
        change = prepare_move_to(post, typed.due_at, settings, playing=stage, plan=plan, counted_from=counted)
        if _is_there(change):
            return _stands_there(post, settings, options)
        shown = _moved(program, change, typed, now)
    # before anybody is asked: what changes meanwhile is found when it is to go out
    still = own_still(program, post, change.words, now=now)
    shown = replace(shown, stale=still.stale) if still.stale else shown
    if not _is_agreed(shown, settings, options):
        return 1
    now = now if options.yes else utc_now()  # somebody may have thought about it for long
    hand = Hand(actor(), options.reason, now, settings.campaign.first_day)
    plan = to_be_said(program_in_force(settings), now=now)
    carry_out(change, settings, hand, playing=stage, facts=still.facts, plan=plan)
    return _tell(shown, settings, options, decision=None)


def _is_there(change: OwnChange) -> bool:
    """Whether it would move to where it is, by what people can say of a time."""
    row, to = change.rows[0], change.moment
    is_counted_so = row.counted_from == change.counted_from
    return to is not None and is_counted_so and (row.wall_time, row.fold) == (to.wall_time, to.fold)


def _stands_there(post: PostId, settings: Settings, options: argparse.Namespace) -> int:
    if options.json:
        say_json({"mode": settings.mode.value, "decision": None, "post": post_name(post), "words": {}, "warnings": []})
    else:
        console().print(f"{told_of_row(post)} goes out then already. Nothing was changed.", soft_wrap=True)
    return 0


def _moved(program: Program, change: OwnChange, typed: TypedTime, now: datetime) -> EditPreview:
    year, before = this_year(program.settings, now=now), {row.identity.account: row.text for row in change.rows}
    after = as_said(change.moment.wall_time, this_year=year) if change.moment else ""
    had, has = if_moved(program, change.post, typed.due_at, now=now)
    return EditPreview(
        change.post,
        post_name(change.post),
        before,
        (),
        change.echoes,
        moved=f"{as_said(change.rows[0].wall_time, this_year=year)} → {after}",
        stays=typed.stays,
        stale=tuple(one for one in has if one not in had),
        freed=tuple(one for one in had if one.account not in {new.account for new in has}),
        question="Move it?",
    )


def _is_agreed(shown: EditPreview, settings: Settings, options: argparse.Namespace) -> bool:
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if not options.json:
        _show(shown, settings)
    if agreed(shown.question, yes=options.yes):
        return True
    console().print("Nothing was changed.")
    return False


def _show(shown: EditPreview, settings: Settings) -> None:
    out = console()
    out.print(f"[bold]{shown.called}[/]  {shown.moved}".rstrip())
    for account, text in shown.before.items() if shown.moved else ():
        out.print(f"  {account}: {text}", markup=False, style="dim")
    for said in shown.after:
        size = length(said.text, settings.account(said.account))
        out.print(f"[bold]{said.account}[/] [dim]{size.used} of {size.limit}[/]")
        if shown.before.get(said.account):
            out.print(f"  before: {shown.before[said.account]}", markup=False, style="dim")
        out.print(f"  after:  {said.text}", markup=False)
        if said.imprint:
            out.print(f"  {said.imprint}", markup=False, style="dim")
    say_appended(shown.appended or {})
    if shown.stays:
        out.print(shown.stays, markup=False, soft_wrap=True)
    say_stale(shown.stale, shown.freed)
    warn(out, warnings_of(shown.after, shown.echoes, settings))


def _tell(shown: EditPreview, settings: Settings, options: argparse.Namespace, *, decision: int | None) -> int:
    if options.json:
        say_json(
            {
                "mode": settings.mode.value,
                "decision": decision,
                "post": post_name(shown.post),
                "words": {said.account: said.text for said in shown.after},
                "appended": {name: list(words) for name, words in (shown.appended or {}).items()},
                "warnings": [one.as_json() for one in warnings_of(shown.after, shown.echoes, settings)],
                "stays": shown.stays or None,
                "held": [{"account": one.account, "why": one.why} for one in shown.stale],
                "true_again": [one.account for one in shown.freed],
            }
        )
    else:
        console().print(
            f"[green]✓[/] {'Moved' if shown.moved else 'Changed'}{f' (decision {decision})' if decision else ''}."
        )
    return 0
