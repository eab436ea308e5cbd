"""`amplifier preview TEMPLATE`: one template, all its wordings, as each network will get them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import ROTATE, At, Decision, Distance, Plan, Slot
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.campaign.template import Template
from amplifier.cli.show.output import as_said, console, refuse, say_json, warn
from amplifier.compose.day_compared import compared_names
from amplifier.compose.queue import Saying, accounts_for, length, write
from amplifier.compose.unspoken import unspoken
from amplifier.errors import DatabaseTrouble, Problem, TemplateError, UsageError
from amplifier.install import database_in, folder_of
from amplifier.platforms.capabilities import TABLE
from amplifier.schedule import files
from amplifier.schedule.long_tags import long_tags
from amplifier.schedule.milestones import effective
from amplifier.schedule.naming.known import names_to_tell
from amplifier.schedule.naming.ledger_names import SAME
from amplifier.schedule.program import Program, near_copies, post_name, wanted_posts
from amplifier.schedule.read_in_part import InPart, must_be_readable, read_in_part
from amplifier.settings import Account, load
from amplifier.store import decisions, ledger
from amplifier.store.told import limits_in

MOST_TIMES = 8
ANOTHER = "Another file has a mistake, so nobody knows when this goes out. All of them: amplifier check"
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
    part = read_in_part(files.sources(options.home), settings)
    program = part.program
    if options.template is None:
        return _list(part, as_json=options.json)
    must_be_readable(options.template, part)
    template = program.templates.get(options.template)
    if template is None:
        raise UsageError(
            f"There is no template “{options.template}”. {files.near_template(options.template, program.templates)}"
        )
    made = _decided()
    shown, wrong = _written(program, effective(program.plan, made), template)
    problems = list(dict.fromkeys((*wrong, *part.of(template))))
    goes_out, warnings = [], []
    if not (problems or part.problems):  # else these files are not the plan, and nobody knows when anything goes out
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
                "problems": [one.as_json() for one in problems],
            }
        )
    else:
        _print(template, goes_out, shown, warnings)
        _say_wrong(problems, part.problems)
    return 1 if problems or part.problems else 0


def _written(program: Program, plan: Plan, template: Template) -> tuple[list[dict[str, object]], list[Problem]]:
    """Each wording on each account as it is shown, and what is wrong where there is nothing to show."""
    shown: list[dict[str, object]] = []
    problems: list[Problem] = []
    for wording in template.wordings:
        saying = _saying(program, plan, template, wording.name)
        for account in accounts_for(saying.slot, template, program.settings):
            alone = replace(saying, slot=replace(saying.slot, accounts=(account.name,)))
            try:
                words = write(alone, template, program.settings).words
            except TemplateError as error:
                problems += error.problems
                continue
            shown += [_row(wording.name, said, account) for said in words]
    return shown, problems


def _row(wording: str, said: Words, account: Account) -> dict[str, object]:
    size = length(said.text, account)
    return {
        "wording": wording,
        "account": said.account,
        "platform": account.platform,
        "text": said.text,
        "used": size.used,
        "limit": size.limit,
        "imprint": said.imprint,
    }


def _say_wrong(problems: Sequence[Problem], known: Sequence[Problem]) -> None:
    """What of the template cannot be shown, and that other files keep it from being taken, where they do."""
    out = console()
    if problems:
        out.print("\nNot shown, and the service does not take it so:")
    refuse(out, problems)
    others = [one for one in known if one not in problems]
    if others and not problems:
        out.print(f"\n{ANOTHER}", soft_wrap=True)


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


def _list(part: InPart, *, as_json: bool) -> int:
    program, code = part.program, 1 if part.problems else 0
    rows = [
        {"template": one.name, "ask": one.ask, "audience": one.audience, "wordings": len(one.wordings)}
        for one in program.templates.values()
    ]
    if as_json:
        problems = [one.as_json() for one in part.problems]
        say_json({"mode": program.settings.mode.value, "templates": rows, "problems": problems})
        return code
    for row in rows:
        console().print(f"[bold]{row['template']}[/]  {row['wordings']} wordings for {row['audience']}")
    console().print("\nOne of them in full:  amplifier preview " + str(rows[0]["template"] if rows else "TEMPLATE"))
    _say_wrong(part.problems, ())
    return code


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
