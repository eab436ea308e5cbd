"""Read the schedule files and give the plan they mean, or everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from pydantic import Field

from amplifier.campaign.plan import ROTATE, Milestone, Plan, Slot
from amplifier.campaign.post import OWN
from amplifier.errors import FileError, Problem, ScheduleError, TemplateError
from amplifier.field_types import LONGEST_PATH, Duration, Identifier, Text, Word, nearest
from amplifier.schedule.times import Refused, local
from amplifier.schedule.timing import Frame, TimeFields, outside, timing
from amplifier.settings import Settings
from amplifier.yamlfile import FileModel, Lines, parse_with_lines, read

SCHEDULES, TEMPLATES = "schedules", "templates"
ENDINGS = "A template's file ends in .j2, and its name is written without: lab23/ballot for templates/lab23/ballot.j2."


class SlotBlock(FileModel):
    """A slot as it may be written."""

    name: Identifier
    template: Text
    wording: Text = ROTATE
    at: Text | None = None
    every: Text | None = None
    from_: Text | None = Field(default=None, alias="from")
    until: Text | None = None
    accounts: tuple[str, ...] | None = None
    too_late_after: Duration | None = None
    was: Identifier | None = None
    live: bool = False
    hand_off: bool = False


class ScheduleFile(FileModel):
    """What may stand in a file of schedules/."""

    campaign: Text
    milestones: dict[Word, Text] = Field(default_factory=dict)
    slots: tuple[SlotBlock, ...] = ()


def near_template(written: str, known: Collection[str]) -> str:
    """Which name to write for a template that is not known so: files have an ending and a folder, names do not."""
    name = written.removeprefix(f"{TEMPLATES}/")
    bare = name.removesuffix(PurePosixPath(name).suffix)
    if found := next((one for one in (name, bare) if one in known), ""):
        return f"Write {found}: the file's name without {TEMPLATES}/ and without its ending."
    close = nearest(bare, known)
    return close if bare == name and close else f"{close} {ENDINGS}".strip()


def sources(home: Path) -> dict[str, str]:
    """The text of every schedule and template under `home`, by path from there. Raises ScheduleError, TemplateError.

    Files whose names begin with a dot are editors' own and are left out. Whatever else has such a name is read or
    refused: what cannot be read may have been a file with posts in it.
    """
    texts: dict[str, str] = {}
    problems: dict[type[FileError], list[Problem]] = {ScheduleError: [], TemplateError: []}
    schedules = [*(home / SCHEDULES).glob("*.yaml"), *(home / SCHEDULES).glob("*.yml")]
    listed: list[tuple[type[FileError], list[Path]]] = [
        (ScheduleError, schedules),
        (TemplateError, [*(home / TEMPLATES).rglob("*.j2")]),
    ]
    for error, paths in listed:
        for path in sorted(path for path in paths if not path.name.startswith(".")):
            shown = path.relative_to(home).as_posix()
            try:
                texts[shown] = read(path, shown, error).decode()
            except error as fault:
                problems[error] += fault.problems
    for error, found in problems.items():
        if found:
            raise error([problem for each in problems.values() for problem in each])
    return texts


def parse(sources: Mapping[str, str], settings: Settings, *, templates: Collection[str] | None = None) -> Plan:
    """The plan that the schedules among these sources mean. Raises ScheduleError with every problem of every file.

    `templates` are the names that slots may use, such as `lab23/ballot`; None leaves them to whoever has the templates.
    """
    reading = _Reading(settings, templates)
    schedules = {path: text for path, text in sorted(sources.items()) if path.startswith(f"{SCHEDULES}/")}
    if not schedules:
        hint = (
            "If nothing is to be said, keep one file there with these two lines: "
            f"`campaign: {settings.campaign.id}` and `slots: []`."
        )
        reading.say(f"{SCHEDULES}/", 0, "no_schedule", "There is no schedule.", hint)
    for path, text in schedules.items():
        reading.open(path, text)
    for page in reading.pages:
        reading.take_milestones(page)
    for page in reading.pages:
        reading.take_slots(page)
    reading.compare_names()
    if reading.problems:
        raise ScheduleError(sorted(reading.problems, key=lambda problem: (problem.path, problem.line, problem.message)))
    return reading.plan()


@dataclass(frozen=True)
class _Page:
    path: str
    content: ScheduleFile
    lines: Lines


@dataclass(frozen=True)
class _Named:
    path: str
    line: int
    was: str
    was_line: int


@dataclass
class _Reading:
    """One reading of all files, which gathers what is good and what is wrong."""

    settings: Settings
    templates: Collection[str] | None
    pages: list[_Page] = field(default_factory=list)
    milestones: dict[str, Milestone] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)  # milestones that exist, but whose time cannot be read
    names: dict[str, _Named] = field(default_factory=dict)  # of all slots, good or not
    slots: list[Slot] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    torn: bool = False  # a file could not be read, so a name that seems to be missing may stand there

    def say(self, path: str, line: int, rule: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path, line, rule, message, hint))

    def plan(self) -> Plan:
        campaign = self.settings.campaign
        return Plan(campaign.id, campaign.zone, tuple(self.milestones.values()), tuple(self.slots))

    def open(self, path: str, text: str) -> None:
        if path.endswith(".yml"):
            self.say(path, 0, "file_name", "This file is not read.", "Let its name end in .yaml.")
            self.torn = True
            return
        try:
            content, lines = parse_with_lines(text, path, ScheduleFile, ScheduleError)
        except ScheduleError as fault:
            self.problems += fault.problems
            self.torn = True
            return
        mine = self.settings.campaign.id
        if content.campaign != mine:
            message = f"This file is for the campaign {content.campaign}, the settings are for {mine}."
            self.say(path, lines.at("campaign"), "campaign", message, "Change one of the two, or take the file away.")
        self.pages.append(_Page(path, content, lines))

    def take_milestones(self, page: _Page) -> None:
        zone = self.settings.campaign.zone
        for name, text in page.content.milestones.items():
            line = page.lines.at("milestones", name)
            if (first := self.milestones.get(name)) is not None:
                hint = f"It stands first in {first.path}, line {first.line}. Keep one of the two."
                self.say(page.path, line, "duplicate_milestone", f"The milestone {name} is here twice.", hint)
                continue
            wall = local(text, zone)
            if isinstance(wall, Refused):
                self.say(page.path, line, "time", f"The milestone {name}: {wall.message}", wall.hint)
                self.doubtful.add(name)
                continue
            at = wall.replace(tzinfo=ZoneInfo(zone))
            self.milestones[name] = Milestone(name, at, line, page.path)
            if no := outside(at.date(), self.settings.campaign):
                self.say(page.path, line, no.rule, f"The milestone {name}: {no.message}", no.hint)

    def take_slots(self, page: _Page) -> None:
        campaign = self.settings.campaign
        frame = Frame(campaign, self.milestones, frozenset(self.doubtful), torn=self.torn)
        for number, block in enumerate(page.content.slots):
            line = page.lines.at("slots", number, "name")
            if (first := self.names.get(block.name)) is not None:
                hint = f"It stands first in {first.path}, line {first.line}. Give one of them another name."
                self.say(page.path, line, "duplicate_slot", f"The slot {block.name} is here twice.", hint)
                continue
            was_line = page.lines.at("slots", number, "was")
            self.names[block.name] = _Named(page.path, line, block.was or "", was_line)
            when, refused = timing(TimeFields(block.at, block.every, block.from_, block.until), frame)
            for key, no in (*refused, *self.wrong_names(block)):
                at = page.lines.at("slots", number, *key)
                self.say(page.path, at, no.rule, f"The slot {block.name}: {no.message}", no.hint)
            if when is not None:
                self.slots.append(
                    Slot(
                        name=block.name,
                        template=block.template,
                        wording=block.wording,
                        timing=when,
                        accounts=block.accounts or (),
                        too_late_s=None if block.too_late_after is None else int(block.too_late_after),
                        was=block.was or "",
                        live=block.live,
                        hand_off=block.hand_off,
                        path=page.path,
                        line=line,
                        wording_line=page.lines.at("slots", number, "wording"),
                        accounts_line=page.lines.at("slots", number, "accounts"),
                    )
                )

    def wrong_names(self, block: SlotBlock) -> Iterator[tuple[tuple[str | int, ...], Refused]]:
        if block.name == OWN:
            hint = "Posts that people write by hand have that name."
            yield ("name",), Refused(f"{OWN} is not free.", hint, "slot_name")
        if self.templates is not None and block.template not in self.templates:
            hint = near_template(block.template, self.templates)
            yield ("template",), Refused(f"there is no template {block.template}.", hint, "unknown_template")
        if len(block.template) > LONGEST_PATH:
            hint = f"A template's name has {LONGEST_PATH} characters at most, its folders included."
            yield (
                ("template",),
                Refused(f"its template's name has {len(block.template)} characters.", hint, "long_name"),
            )
        known = [account.name for account in self.settings.accounts]
        if block.accounts == ():
            yield ("accounts",), Refused("it goes to no account.", "Name one, or leave the key out.", "accounts")
        for place, name in enumerate(block.accounts or ()):
            if name not in known:
                yield (
                    ("accounts", place),
                    Refused(f"there is no account {name}.", nearest(name, known), "unknown_account"),
                )
            elif name in (block.accounts or ())[:place]:
                yield ("accounts", place), Refused(f"the account {name} is in it twice.", "Take one out.", "accounts")

    def compare_names(self) -> None:
        heirs: dict[str, str] = {}
        for name, named in self.names.items():
            if not named.was:
                continue
            if named.was in self.names:
                hint = (
                    f"`was` is the former name of a slot that was renamed; {named.was} is still here, and a name stays "
                    f"with what it has said. Give what is called {named.was} now a name that no slot has had, or take "
                    "`was` out."
                )
                self.say(named.path, named.was_line, "was", f"The slot {name} cannot have been {named.was}.", hint)
            elif named.was in heirs:
                message = f"The slots {heirs[named.was]} and {name} cannot both have been {named.was}."
                self.say(named.path, named.was_line, "was", message, "Take `was` out of one of them.")
            heirs[named.was] = name
