"""`amplifier plan`: what goes out, when, where, in which words, how long, and at what price."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.markup import escape
from rich.text import Text

from amplifier.campaign.delivery import State
from amplifier.campaign.fate import Became, Fate, became_of_each
from amplifier.campaign.post import OWN, WantedPost
from amplifier.cli.show.as_planned import Known, as_planned, in_words_that_went_out
from amplifier.cli.show.bill import as_json as bill_json
from amplifier.cli.show.bill import bill, has_dear_link, price_words, sentences
from amplifier.cli.show.bill import warnings as budget_warnings
from amplifier.cli.show.output import (
    SHAPES,
    WORDS,
    clock,
    console,
    folded,
    local,
    number_of,
    say_json,
    wall_clock,
    warn,
)
from amplifier.cli.show.sheet import STANDS, sheet
from amplifier.cli.whole_file import file_name, whole_file
from amplifier.clock import utc_now
from amplifier.compose.fit import first_words
from amplifier.compose.queue import length
from amplifier.errors import UsageError
from amplifier.install import open_install
from amplifier.money.cost import in_dollars, price
from amplifier.platforms.account_names import names
from amplifier.platforms.capabilities import TABLE
from amplifier.schedule import files
from amplifier.schedule.decided.skipping import left_out
from amplifier.schedule.naming.known import names_to_tell
from amplifier.schedule.playing import playing
from amplifier.schedule.program import Program, near_copies, post_name, read_program, wanted_posts
from amplifier.schedule.truth.review import on_x
from amplifier.settings import Settings
from amplifier.store import decisions, delivery_views, ledger, spends
from amplifier.store.identity import accounts

MARGIN = " " * 9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("--from", dest="first", type=_day, metavar="DAY", help="the first day, such as 2023-10-08")
    parser.add_argument("--to", dest="last", type=_day, metavar="DAY", help="the last day (included)")
    parser.add_argument(
        "--sheet", type=file_name, metavar="FILE", help="write it as a page to print, for posting by hand"
    )


def run(options: argparse.Namespace) -> int:
    """Show the plan as files and decisions have it now."""
    install = open_install(options.home, options.var, keyless=True, make=False)
    settings = install.settings
    if ledger.is_ready():
        settings = settings.with_limits(accounts.text_limits())
    program = read_program(files.sources(install.home), settings)
    made = decisions.decisions() if ledger.is_ready() else ()
    posts = wanted_posts(program, made)
    first, last, note = choose(settings, options.first, options.last, today=_today(settings))
    if last < first:
        raise UsageError(f"The last day ({last}) lies before the first ({first}).")
    zone = ZoneInfo(settings.campaign.zone)
    own, skipped, out = _beside_the_plan(program, first, last)

    def is_shown(post: WantedPost) -> bool:
        return first <= post.moment.due_at.astimezone(zone).date() <= last

    shown = sorted(filter(is_shown, (*posts, *own)), key=lambda post: post.moment.due_at)
    with_out = sorted((*shown, *filter(is_shown, out)), key=lambda post: post.moment.due_at)
    not_said = sorted(filter(is_shown, skipped), key=lambda post: post.moment.due_at)
    told, told_not_said = _as_people_know_them(program, with_out, not_said)
    known = _known(told)
    told = [in_words_that_went_out(post, known) for post in told]
    spent = spends.spent_by_month() if ledger.is_ready() else {}
    found = bill(shown, [*posts, *own], settings, spent=spent, now=utc_now())
    warnings = [*on_x(program, posts).values(), *near_copies(program, shown), *budget_warnings(found, settings)]
    if options.sheet:
        planned = [post for post in told if post.id.slot != OWN]  # the sheet takes people's own from the ledger
        _write_sheet(options.sheet, planned, settings, (first, last))
    if options.json:
        say_json(
            {
                "mode": settings.mode.value,
                "campaign": settings.campaign.id,
                "zone": settings.campaign.zone,
                "from": first,
                "to": last,
                "note": note,
                "sheet": str(options.sheet.absolute()) if options.sheet else None,
                "posts": [_post_json(post, settings, known) for post in told],
                "left_out": [_post_json(post, settings, {}) for post in told_not_said],
                "warnings": [warning.as_json() for warning in warnings],
                "price_usd": round(in_dollars(found.api), 3),
                "money": bill_json(found, settings),
            }
        )
    elif options.sheet:
        console().print(f"[green]✓[/] {escape(str(options.sheet.absolute()))}", soft_wrap=True)
        console().print("Print it, or keep it on a phone: it needs no network. Whoever has it can read the whole plan.")
    else:
        _print(told, told_not_said, settings, note, known)
        for sentence in sentences(found, settings):
            console().print(sentence)
        warn(console(), warnings)
    return 0


def _beside_the_plan(
    program: Program, first: date, last: date
) -> tuple[list[WantedPost], list[WantedPost], list[WantedPost]]:
    """People's own posts that wait, what people left out, planned or their own, and their own posts that are out."""
    if not ledger.is_ready():
        return [], [], []
    skipped = [*(one.post for one in left_out(program)), *as_planned(delivery_views.own_skipped(utc_now()))]
    out = as_planned(delivery_views.own_begun(first, last))
    return as_planned(delivery_views.own_waiting()), skipped, out


def _as_people_know_them(program: Program, *lists: Sequence[WantedPost]) -> Iterator[list[WantedPost]]:
    """These lists by the ledger's names of their posts: an hour that was put before another changes none."""
    named = names_to_tell(program, [post.id for each in lists for post in each])
    for each in lists:
        yield [replace(post, id=named.get(post.id, post.id)) for post in each]


def _known(posts: Sequence[WantedPost]) -> Known:
    """What became of these posts so far."""
    rows = delivery_views.views_of([post.id for post in posts]) if ledger.is_ready() else ()
    return {(one.row.identity.post, one.row.identity.account): one for one in became_of_each(rows)}


def _mark(one: Became | None, settings: Settings) -> str:
    """Behind a dot, how a post stands that does not simply wait for its time; as the sheet has it."""
    if one is None or (one.fate is None and one.row.state is State.QUEUED):
        return ""
    if one.fate is None:
        return f" · {SHAPES[one.row.state][0]} {WORDS[one.row.state]}"
    shape, word, _ = STANDS[one.fate]
    if one.fate is Fate.LIVE and one.row.sent_at:
        word = f"out at {wall_clock(playing(settings).campaign(one.row.sent_at), settings.campaign.zone)}"
    return f" · {shape} {word}"


def _today(settings: Settings) -> date:
    """The campaign's own day: in a rehearsal the one that plays now."""
    now = playing(settings).campaign(utc_now()) if ledger.is_ready() else utc_now()
    return now.astimezone(ZoneInfo(settings.campaign.zone)).date()


def _write_sheet(path: Path, posts: Sequence[WantedPost], settings: Settings, days: tuple[date, date]) -> None:
    """The posts of these days, with what the ledger knows of them, and people's own posts beside them."""
    rows = delivery_views.views() if ledger.is_ready() else ()
    first, last = (day.isoformat() for day in days)
    there = [row for row in rows if row.identity.post.slot != OWN or first <= row.wall_time[:10] <= last]
    page = sheet(posts, there, settings, printed_at=wall_clock(utc_now(), settings.campaign.zone))
    with whole_file(path, mode=0o600) as file:
        file.write(page)


def choose(settings: Settings, first: date | None, last: date | None, *, today: date) -> tuple[date, date, str]:
    """Which days to show, and a sentence where that is not what one would expect."""
    campaign = settings.campaign
    if first or last:
        if (first or campaign.first_day) > campaign.last_day or (last or campaign.last_day) < campaign.first_day:
            raise UsageError(
                f"The campaign goes from {campaign.first_day} to {campaign.last_day}: nothing goes out on these days."
            )
        return first or campaign.first_day, last or campaign.last_day, ""
    if campaign.last_day < today:
        week = max(campaign.first_day, campaign.last_day - timedelta(days=6))
        note = (
            f"This campaign ended on {campaign.last_day:%-d %B %Y}. Here is its own last week; "
            f"for all of it: amplifier plan --from {campaign.first_day}"
        )
        return week, campaign.last_day, note
    return max(campaign.first_day, today), campaign.last_day, ""


def _print(
    posts: Sequence[WantedPost], skipped: Sequence[WantedPost], settings: Settings, note: str, became: Known
) -> None:
    out, known, zone = console(), names(settings), settings.campaign.zone
    width = out.width  # asked once: rich looks at the terminal each time
    if note:
        out.print(note, style="dim")
    for day, rows in groupby(posts, key=lambda post: post.moment.wall_time[:10]):
        # One print a day, its lines laid out before: rich takes longer over margins than the plan over the words.
        shown = Text.assemble("\n", (f"{date.fromisoformat(day):%A %-d %B %Y}", "bold"), "  ", (zone, "dim"))
        for post in rows:
            said_at = clock(local(post.moment.wall_time, post.moment.zone, post.moment.fold))
            hangs = f"  hangs on {post.milestone}" if post.milestone else ""
            hangs += "  your own" if post.id.slot == OWN else ""
            shown.append_tokens(
                (("\n\n  ", None), (said_at, "bold"), (f"  {post_name(post.id)}", None), (hangs, "dim"))
            )
            for said in post.words:
                account = settings.account(said.account)
                size = length(said.text, account)
                shown.append(f"\n{MARGIN}{known[said.account]} · {size.used} of {size.limit}", style="dim")
                shown.append(Text.from_markup(price_words(said, settings, by_hand=post.hand_off), style="dim"))
                shown.append(_mark(became.get((post.id, said.account)), settings), style="bold")
                shown.append(_indented(said.text, width))
                shown.append(_indented(said.imprint, width), style="dim")
        out.print(shown, soft_wrap=True)
    for post in skipped:
        where = ", ".join((*(said.account for said in post.words), *post.unwritten))
        said_at = wall_clock(post.moment.due_at, settings.campaign.zone)
        out.print(
            f"\n[dim]left out[/]  {said_at}  {escape(post_name(post.id))} [dim]on {escape(where)}[/]", soft_wrap=True
        )
        if text := next((said.text for said in post.words), ""):
            out.print(f"{MARGIN}{first_words(text)}", markup=False, style="dim", soft_wrap=True)
    if skipped:
        out.print("  amplifier skip POST --undo    takes one in again", markup=False)
    deliveries = sum(len(post.words) for post in posts)
    out.print(f"\n{number_of(len(posts), 'post')}, {number_of(deliveries, 'delivery', 'deliveries')}.")


def _indented(words: str, width: int) -> str:
    """These words on lines of their own, within the margin and a console of this width."""
    inside = max(20, width - len(MARGIN))
    return "".join(f"\n{MARGIN}{line}".rstrip(" ") for part in words.splitlines() for line in folded(part, inside))


def _post_json(post: WantedPost, settings: Settings, became: Known) -> dict[str, object]:
    deliveries = []
    for said in post.words:
        account = settings.account(said.account)
        known = became.get((post.id, said.account))
        size = length(said.text, account)
        deliveries.append(
            {
                "account": said.account,
                "platform": account.platform,
                "text": said.text,
                "imprint": said.imprint,
                "used": size.used,
                "limit": size.limit,
                "price_usd": price(said.text, TABLE[account.platform]),
                "link_price": has_dear_link(said, TABLE[account.platform]),
                "state": known.row.state.value if known else None,
                "fate": known.fate.value if known and known.fate else None,
            }
        )
    return {
        "post": post_name(post.id),
        "due_at": post.moment.due_at,
        "wall_time": post.moment.wall_time,
        "zone": post.moment.zone,
        "fold": post.moment.fold,
        "milestone": post.milestone or None,
        "own": post.id.slot == OWN,
        "template": post.template,
        "wording": post.wording,
        "deliveries": deliveries,
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day. Write it like 2023-10-08.") from None
