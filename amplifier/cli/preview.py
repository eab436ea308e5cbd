"""`amplifier preview TEMPLATE`: one template, all its wordings, as each network will get them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from amplifier.campaign.plan import ROTATE, At, Distance, Slot
from amplifier.campaign.post import Moment, PostId
from amplifier.campaign.template import Template
from amplifier.cli.output import console, say_json, warn
from amplifier.compose.day_compared import compared_names
from amplifier.compose.queue import Saying, length, write
from amplifier.compose.unspoken import unspoken
from amplifier.errors import UsageError
from amplifier.place import database_in, folder_of
from amplifier.platforms.capabilities import TABLE
from amplifier.schedule import files
from amplifier.schedule.long_tags import long_tags
from amplifier.schedule.program import Program, near_copies, read_program, wanted_posts
from amplifier.settings import load
from amplifier.store.told import limits_in
from amplifier.written import nearest


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
        raise UsageError(f"There is no template “{options.template}”. {nearest(options.template, program.templates)}")
    shown = []
    for wording in template.wordings:
        post = write(_saying(program, template, wording.name), template, settings)
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
    posts = wanted_posts(program)
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
                "warnings": [warning.as_json() for warning in warnings],
            }
        )
        return 0
    out = console()
    out.print(f"[bold]{template.name}[/]  asks {template.audience}: {template.ask}")
    for row in shown:
        title = TABLE[str(row["platform"])].title
        out.print(f"\n[bold]{row['wording']}[/] [dim]on {title} · {row['used']} of {row['limit']}[/]")
        out.print(str(row["text"]), markup=False)
        if row["imprint"]:
            out.print(str(row["imprint"]), markup=False, style="dim")
    if warnings:
        out.print()
    warn(out, warnings)
    return 0


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


def _saying(program: Program, template: Template, wording: str) -> Saying:
    """A moment to show the template at: noon of the campaign's last day but one, with all milestones as planned."""
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
        milestones={one.name: one.at for one in program.plan.milestones},
        too_late_s=0,
    )
