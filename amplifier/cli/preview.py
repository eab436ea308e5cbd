"""`amplifier preview TEMPLATE`: one template, all its wordings, as each network will get them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import ROTATE, At, Decision, Distance, Plan, Slot
from amplifier.campaign.post import Moment, PostId, WantedPost
from amplifier.campaign.template import Template
from amplifier.cli.output import as_said, console, say_json, warn
from amplifier.compose.day_compared import compared_names
from amplifier.compose.queue import Saying, length, write
from amplifier.compose.unspoken import unspoken
from amplifier.errors import DatabaseTrouble, Problem, UsageError
from amplifier.place import database_in, folder_of
from amplifier.platforms.capabilities import TABLE
from amplifier.schedule import files
from amplifier.schedule.known import names_to_tell
from amplifier.schedule.ledger_names import SAME
from amplifier.schedule.long_tags import long_tags
from amplifier.schedule.milestones import effective
from amplifier.schedule.program import Program, near_copies, post_name, read_program, wanted_posts
from amplifier.settings import load
from amplifier.store import decisions, ledger
from amplifier.store.told import limits_in

MOST_TIMES = 8
T = TypeVar("T")


@dataclass(frozen=True)
class GoesOut:
    """When a post says this template, and when by the files alone; in the campaign's own time."""

    post: str
    wording: str
    wall_time: str
    file: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument("template", nargs="?", help="such as lab23/ballot; without it, the templates are listed")


def run(options: argparse.Namespace) -> int:
    """Show the template, or list all."""
    settings = load(options.home)
    settings = settings.with_limits(
        limits_in(database_in(options.var or folder_of(settings, options.home), settings.mode))
    )
    program = read_program(files.sources(options.home), settings)
    if options.template is None:
        return _list(program, as_json=options.json)
    template = program.templates.get(options.template)
    if template is None:
        raise UsageError(
            f"There is no template “{options.template}”. {files.near_template(options.template, program.templates)}"
        )
    shown, made = [], _decided()
    plan = effective(program.plan, made)
    for wording in template.wordings:
        post = write(_saying(program, plan, template, wording.name), template, settings)
        for said in post.words:
            size = length(said.text, settings.account(said.account))
            platform = settings.account(said.account).platform
            shown.append(
                {
                    "wording": wording.name,
                    "account": said.account,
                    "platform": platform,
                    "text": said.text,
                    "used": size.used,
                    "limit": size.limit,
                    "imprint": said.imprint,
                }
            )
    posts = wanted_posts(program, made)
    goes_out = _goes_out(program, template, posts)
    found = [*near_copies(program, posts), *long_tags(program, posts)]
    warnings = [one for one in found if one.path == template.path]
    warnings += unspoken({template.name: template}, settings)
    warnings += compared_names({template.name: template}, settings)
    if options.json:
        say_json(
            {
                "mode": settings.mode.value,
                "template": template.name,
                "ask": template.ask,
                "wordings": shown,
                "posts": [asdict(one) for one in goes_out],
                "warnings": [warning.as_json() for warning in warnings],
            }
        )
        return 0
    _print(template, goes_out, shown, warnings)
    return 0


def _print(
    template: Template,
    goes_out: Sequence[GoesOut],
    shown: Sequence[Mapping[str, object]],
    warnings: Sequence[Problem],
) -> None:
    out = console()
    out.print(f"[bold]{template.name}[/]  asks {template.audience}: {template.ask}")
    for one in goes_out[:MOST_TIMES]:
        moved = f"; the file says {as_said(one.file)}" if one.file and one.file != one.wall_time else ""
        out.print(
            f"goes out {as_said(one.wall_time)}  {one.post}, {one.wording}{moved}",
            style="dim",
            markup=False,
            soft_wrap=True,
        )
    if more := len(goes_out[MOST_TIMES:]):
        out.print(f"and {more} more {'time' if more == 1 else 'times'}: amplifier plan", style="dim")
    for row in shown:
        title = TABLE[str(row["platform"])].title
        out.print(f"\n[bold]{row['wording']}[/] [dim]on {title} · {row['used']} of {row['limit']}[/]")
        out.print(str(row["text"]), markup=False)
        if row["imprint"]:
            out.print(str(row["imprint"]), markup=False, style="dim")
    if warnings:
        out.print()
    warn(out, warnings)


def _list(program: Program, *, as_json: bool) -> int:
    rows = [
        {"template": one.name, "ask": one.ask, "audience": one.audience, "wordings": len(one.wordings)}
        for one in program.templates.values()
    ]
    if as_json:
        say_json({"mode": program.settings.mode.value, "templates": rows})
        return 0
    for row in rows:
        console().print(f"[bold]{row['template']}[/]  {row['wordings']} wordings for {row['audience']}")
    console().print("\nOne of them in full:  amplifier preview " + str(rows[0]["template"] if rows else "TEMPLATE"))
    return 0


def _decided() -> tuple[Decision, ...]:
    """What people decided, where there is a ledger that can be read: milestones stand where they put them."""
    return _if_readable(lambda: decisions.decisions() if ledger.is_ready() else (), ())


def _if_readable(ask: Callable[[], T], otherwise: T) -> T:
    """What the ledger tells, where it can be read: as for `check`, the files are no worse where it cannot."""
    try:
        return ask()
    except DatabaseTrouble:
        return otherwise


def _goes_out(program: Program, template: Template, posts: Sequence[WantedPost]) -> list[GoesOut]:
    """Every post that says this template on any account, in the order of its time; not what has other words on all."""
    theirs = [post for post in posts if post.template == template.name and _says_it(post)]
    named = _if_readable(lambda: names_to_tell(program, [one.id for one in theirs]), SAME)
    file = {one.id: one for one in wanted_posts(program)}
    return [
        GoesOut(
            post_name(named.get(one.id, one.id)),
            one.wording,
            one.moment.wall_time,
            file[one.id].moment.wall_time if one.id in file else "",
        )
        for one in sorted(theirs, key=lambda one: one.moment.due_at)
    ]


def _says_it(post: WantedPost) -> bool:
    return any(said.account not in post.own_facts for said in post.words)


def _saying(program: Program, plan: Plan, template: Template, wording: str) -> Saying:
    """A moment to show the template at: noon of the campaign's last day but one, with all milestones as they stand."""
    campaign = program.settings.campaign
    zone = ZoneInfo(campaign.zone)
    day = datetime.combine(campaign.last_day, datetime.min.time(), zone).replace(hour=12)
    slot = Slot("preview", template.name, ROTATE, At("", Distance(), None), (), None, "", template.path, 0)
    return Saying(
        slot=replace(slot, wording=wording),
        id=PostId(campaign.id, "preview", wording),
        moment=Moment(day.astimezone(UTC), f"{day:%Y-%m-%dT%H:%M}", campaign.zone, 0),
        turn=0,
        milestone="",
        day=day,
        milestones={one.name: one.at for one in plan.milestones},
        too_late_s=0,
    )
