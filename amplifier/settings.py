"""settings.yaml as one frozen value: who speaks, where, in which voice, how patiently; read and checked in one pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr

from amplifier.campaign.account import Identity, identity
from amplifier.errors import Problem, SettingsError
from amplifier.field_types import (
    Address,
    BaseAddress,
    Day,
    Duration,
    EnvironmentName,
    Identifier,
    Language,
    Text,
    Word,
    Zone,
    nearest,
    wrong,
)
from amplifier.limits import Rehearsal, TimeLimits
from amplifier.networks import HANDLES, SECRETS, TITLES, is_never_asked
from amplifier.policy import Counts, Imprint, Listen, MonthlyBudget, OnDoubt, Proxies, Recipients, TextLimit
from amplifier.voice import Voice, wrong_forms
from amplifier.yamlfile import FileModel, Lines, parse_with_lines, read

FILE = "settings.yaml"
RESERVED = {"platform", "milestones", "links", "campaign", "day"}  # other names that a template may use
PRETEND_SERVER = "social.example"  # the Mastodon server that the sandbox takes for the usual one; a test holds them
LONGEST = timedelta(days=366)
Said = tuple[tuple[str | int, ...], str, str, str]  # where, rule, what is wrong, what to do


class Mode(StrEnum):
    """Whether the world hears us. It stands in the file and is never inferred."""

    REHEARSAL = "rehearsal"
    LIVE = "live"


def _platform(text: object) -> object:
    if isinstance(text, str) and text in SECRETS:
        return text
    raise wrong("is not a network that Amplifier knows", nearest(text if isinstance(text, str) else "", SECRETS))


PlatformName = Annotated[str, BeforeValidator(_platform)]


class Campaign(FileModel):
    """The campaign: its days (both included) in its zone, its voice and its links."""

    id: Identifier
    name: Text
    zone: Zone
    place: Text
    first_day: Day
    last_day: Day
    language: Language = "en"
    voice: dict[Word, Voice] = Field(default_factory=dict)
    append: tuple[str, ...] = ()
    links: dict[Word, Address] = Field(default_factory=dict)
    imprint: Imprint = Imprint()

    def form(self, voice: str, platform: str, account: str = "") -> str:
        """How this voice is said on this platform and, if it is named, by this account of ours there.

        Raises KeyError for a voice or form that is not in the settings.
        """
        return self.voice[voice].said(platform, account)


class Account(FileModel):
    """One account. `secrets` maps each secret to the name of its environment variable; `api` is empty for the usual.

    `limit` and `counts`: how long a post may be, and how that is counted; None leaves both to the server.
    `hand_off`: people post there by hand; None leaves it to the budget. `gap_s`: least seconds between two posts; None
    means the limits'. `daily_cap`: most posts in 24 hours; None means the network's own.
    """

    name: Identifier
    platform: PlatformName
    handle: Text
    secrets: dict[str, EnvironmentName] = Field(default_factory=dict)
    api: BaseAddress = ""
    limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    counts: Counts | None = None
    hand_off: bool | None = None
    on_doubt: OnDoubt = OnDoubt.REPOST_AFTER_LOOK
    gap_s: Duration | None = Field(default=None, alias="gap")
    daily_cap: Annotated[int, Field(ge=1, le=10_000)] | None = None

    _link_cost: int | None = PrivateAttr(default=None)

    @property
    def link_cost(self) -> int | None:
        """What a link counts, which its server alone says; None where as on the network."""
        return self._link_cost

    @property
    def identity(self) -> Identity:
        """Who it is on its network, whatever its name here is."""
        return identity(self.platform, self.handle, self.api)

    @property
    def server(self) -> str:
        """The host that the handle belongs to, on a network where it belongs to one; else the empty string."""
        return self.identity.server

    @property
    def known_as(self) -> str:
        """The handle as people can look it up: on Mastodon that takes the server."""
        return f"@{self.handle}@{self.server}" if self.server else f"@{self.handle}"


class _Content(FileModel):
    """What may stand in the file."""

    mode: Mode
    campaign: Campaign
    accounts: Annotated[tuple[Account, ...], Field(min_length=1)]
    listen: Listen = Listen()
    limits: TimeLimits = TimeLimits()
    budget: MonthlyBudget | None = None
    notify: Recipients = ()
    ping: EnvironmentName | None = None
    address: BaseAddress | None = None
    trusted_proxies: Proxies = ()
    rehearsal: Rehearsal = Rehearsal()


class Settings(_Content):
    """All that settings.yaml says. `digest`: SHA-256 of the file's bytes in hex; `lines`: where things stand.

    `text` is the file itself.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    digest: str
    lines: Lines
    text: str = Field(repr=False)

    @property
    def timing(self) -> TimeLimits:
        """The limits that hold in this mode."""
        return self.limits if self.mode is Mode.LIVE else self.rehearsal.limits

    @property
    def listen_every_s(self) -> float:
        """Seconds between two looks for mentions in this mode."""
        return self.listen.every_s if self.mode is Mode.LIVE else self.rehearsal.listen_every_s

    def account(self, name: str) -> Account:
        """The account of this name. Raises KeyError."""
        return {account.name: account for account in self.accounts}[name]

    def form_on(self, voice: str, platform: str) -> str:
        """How this voice is said by somebody else on this platform, such as a supporter.

        The platform's own form, else that of the first account there. Raises KeyError where there is neither.
        """
        first = next((account.name for account in self.accounts if account.platform == platform), "")
        forms = self.campaign.voice[voice].forms
        return self.campaign.form(voice, platform, "" if platform in forms else first)

    def handle_in_pages(self, account: Account) -> str:
        """The handle as the addresses of its pages have it.

        A rehearsal's pages stand for all Mastodon servers at one address, so they name each but the usual one.
        """
        is_elsewhere = self.mode is Mode.REHEARSAL and account.server not in {"", PRETEND_SERVER}
        return account.known_as[1:] if is_elsewhere else account.handle

    def with_limits(self, told: Mapping[Identity, TextLimit]) -> Settings:
        """The same, with what servers told us of their limits (by who the account is) where the file says nothing."""
        accounts = []
        for account in self.accounts:
            one = told.get(account.identity, TextLimit())
            known = {"limit": account.limit or one.limit or None, "counts": account.counts or one.counts}
            accounts.append(account.model_copy(update=known))
            accounts[-1]._link_cost = one.link_cost if account.counts is None else None  # noqa: SLF001  of a fresh copy
        return self.model_copy(update={"accounts": tuple(accounts)})

    def missing_secrets(
        self, environ: Mapping[str, str], *, tells: bool = True, of: Account | None = None
    ) -> tuple[Problem, ...]:
        """What the environment lacks before we can go live, and (`tells`) tell people. A rehearsal needs nothing.

        `of`: before this one account can be asked, and no more.
        """
        if self.mode is Mode.REHEARSAL:
            return ()
        one = ("accounts", self.accounts.index(of)) if of else ()
        return tuple(
            Problem(FILE, self.lines.at(*at), "missing_secret", f"The environment variable {name} is not set, {so}", do)
            for at, name, so, do in self._secrets()
            if not environ.get(name, "").strip() and (tells or at[0] == "accounts") and at[: len(one)] == one
        )

    def _secrets(self) -> Iterator[Said]:
        """Every secret: where it stands, its environment variable, what does not work without it, and what to do."""
        for number, one in enumerate(self.accounts):
            asked = not is_never_asked(one, has_budget=self.budget is not None)
            for secret, variable in one.secrets.items() if asked else ():
                where = ("accounts", number, "secrets", secret)
                hint = f"Put the {secret} of @{one.handle} on {TITLES[one.platform]} into it, or stay in rehearsal."
                yield where, variable, f"so {one.name} cannot log in.", hint
        for number, person in enumerate(self.notify):
            what = f"so {person.name} hears of nothing."
            yield ("notify", number, "address"), person.address, what, "Put apprise's address of them into it."
        if self.ping:
            yield ("ping",), self.ping, "so nobody hears when we fall silent.", "Put the address that watches into it."


def load(home: Path) -> Settings:
    """The settings in this folder's settings.yaml. Raises SettingsError with every problem found."""
    return parse(read(home / FILE, FILE, SettingsError))


def parse(content: bytes | str) -> Settings:
    """The settings that this text of a settings.yaml gives. Raises SettingsError with every problem found."""
    raw = content.encode() if isinstance(content, str) else content
    text = raw.decode()
    found, lines = parse_with_lines(text, FILE, _Content, SettingsError)
    said = [*_campaign_problems(found), *_account_problems(found)]
    if said:
        problems = [Problem(FILE, lines.at(*where), rule, message, hint) for where, rule, message, hint in said]
        raise SettingsError(sorted(problems, key=lambda problem: (problem.line, problem.message)))
    return Settings(**dict(found), digest=hashlib.sha256(raw).hexdigest(), lines=lines, text=text)


# What only shows when several values are looked at together.


def _campaign_problems(found: _Content) -> Iterator[Said]:
    campaign = found.campaign
    if campaign.last_day < campaign.first_day:
        yield ("campaign", "last_day"), "days", "The last day lies before the first.", ""
    elif campaign.last_day - campaign.first_day > LONGEST:
        yield ("campaign", "last_day"), "days", "The campaign would last more than a year.", "Check the year."
    for name, voice in campaign.voice.items():
        where = ("campaign", "voice", name)
        if name in RESERVED:
            yield where, "voice", f"`{name}` means something else in templates already.", "Choose another name."
        accounts = {account.name: account.platform for account in reversed(found.accounts)}
        for key, message, hint in wrong_forms(name, voice, accounts, TITLES):
            yield (*where, key) if key else where, "voice", message, hint
    for number, name in enumerate(campaign.append):
        entry = ("campaign", "append", number)
        if name not in campaign.voice:
            yield entry, "append", f"`{name}` is not one of the voices.", nearest(name, campaign.voice)
        elif name in campaign.append[:number]:
            yield entry, "append", f"`{name}` is in this list twice.", "Take one out."


def _account_problems(found: _Content) -> Iterator[Said]:
    names: dict[str, int] = {}
    people: dict[Identity, str] = {}
    for number, account in enumerate(found.accounts):
        here = ("accounts", number)
        title = TITLES[account.platform]
        if account.name in names:
            yield (*here, "name"), "account", f"Two accounts are called {account.name}.", "Give one another name."
        names[account.name] = number
        who = account.identity
        if who in people:
            hint = f"Every post would go out twice there. Take out {account.name} or {people[who]}."
            yield (*here, "handle"), "account", f"@{account.handle} on {title} is here twice.", hint
        people[who] = account.name
        pattern, shape = HANDLES[account.platform]
        if not pattern.fullmatch(account.handle):
            message = f"`handle` is not one that {title} has."
            yield (*here, "handle"), "handle", message, f"Write it without the first @: {shape}."
        if account.counts and account.platform != "mastodon":
            yield (*here, "counts"), "counts", f"{title} counts in one way everywhere.", "Take `counts` out."
        for secret in account.secrets.keys() - set(SECRETS[account.platform]):
            message = f"{title} does not have this secret."
            yield (*here, "secrets", secret), "secret", message, nearest(secret, SECRETS[account.platform])
        if found.mode is Mode.LIVE:
            yield from _live_problems(account, here, has_budget=found.budget is not None)


def _live_problems(account: Account, here: tuple[str, int], *, has_budget: bool) -> Iterator[Said]:
    keyless = not account.secrets and is_never_asked(account, has_budget=has_budget)
    for secret in () if keyless else SECRETS[account.platform]:
        if secret not in account.secrets:
            message = f"`{secret}` is missing: {account.name} cannot log in without it."
            hint = f"Under secrets, give it the name of an environment variable, for example {account.name.upper()}"
            yield (*here, "secrets"), "secret", message, f"{hint.replace('-', '_')}_{secret.upper()}."
    if account.platform == "mastodon" and not account.api:
        hint = "Add the address of your server, for example api: https://social.example"
        yield here, "api", f"`api` is missing: {account.name} could be on any Mastodon server.", hint
