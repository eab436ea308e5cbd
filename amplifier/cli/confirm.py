"""`amplifier confirm`: find what people posted by hand, and write it down as sent."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rich.progress import BarColumn, Progress, TextColumn

from amplifier.campaign.delivery import DeliveryView, Receipt, State, Verb
from amplifier.cli.show.following import worker_is_alive
from amplifier.cli.show.output import actor, agreed, as_said, console, errors, say_json, state_words
from amplifier.clock import utc_now
from amplifier.errors import AmplifierError, FileError, PlatformError, UsageError
from amplifier.install import Install, open_install
from amplifier.money.cost import is_readable
from amplifier.platforms.account_names import name_of
from amplifier.platforms.links import Whose, receipt_from_link
from amplifier.platforms.port import Platform
from amplifier.schedule.program import post_name
from amplifier.settings import Mode, Settings
from amplifier.store import delivery_views, ledger, receipts
from amplifier.store.identity import accounts
from amplifier.store.operate import notes, overrides
from amplifier.wiring.service import addresses, open_ledger_for, reach

EARLY = timedelta(hours=1)  # people post a little before the time
LINK_EARLY = timedelta(days=1)
OPEN = (State.MISSED, State.HELD, State.QUEUED, State.UNSURE)
READS = 100  # of our own posts a look may cost at worst: one page
EXCERPT = 60


@dataclass(frozen=True)
class Found:
    """A delivery and the receipt of the post that a person made for it."""

    row: DeliveryView
    receipt: Receipt


@dataclass
class Looked:
    """What looking brought: what was found, what was not, where nobody may look, and which networks did not answer."""

    found: list[Found] = field(default_factory=list)
    not_there: list[DeliveryView] = field(default_factory=list)
    unread: list[DeliveryView] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    parser.add_argument(
        "--link",
        action="append",
        default=[],
        metavar="NUMBER=ADDRESS",
        help="the address of the post for this delivery, where it cannot be looked for; repeatable",
    )
    parser.add_argument("--yes", action="store_true", help="write down what was found without asking")


def run(options: argparse.Namespace) -> int:
    """Look, show what was found, ask, write it down: 0 if nothing is left open, else 1."""
    install = open_install(options.home, options.var, keyless=True)
    ledger.must_be_ready()
    if options.json and not options.yes:
        raise UsageError("With --json nobody can be asked: add --yes.")
    if worker_is_alive():  # else opening the ledger reads the file for all, as a start does
        accounts.must_be_called_so({one.name: one.identity for one in install.settings.accounts})
    open_ledger_for(install)
    now = utc_now()
    if options.link:
        looked = Looked(found=_linked(options.link, install, {row.id: row for row in _open(now)}))
    else:
        looked = _look(list(_open(now)), install, quiet=options.json)
    if not options.json:
        _show(looked, install.settings)
    if looked.found and not agreed("Write these down as sent?", yes=options.yes):
        console().print("Nothing was changed.")
        return 1
    for one in looked.found:
        overrides.adopt(one.row.id, one.receipt, actor=actor(), now=utc_now())
    if options.json:
        say_json({"mode": install.settings.mode.value, **_as_json(looked)})
    elif looked.found:
        console().print(f"[green]✓[/] {len(looked.found)} written down as sent.")
    return 1 if looked.not_there or looked.unread or looked.troubles else 0


def _open(now: datetime) -> Iterator[DeliveryView]:
    """What was due, has no receipt, and nobody has left out, by its time."""
    rows = delivery_views.views(states=OPEN)
    left_out = notes.noted([row.id for row in rows if row.state is State.MISSED])
    for row in rows:
        if row.id in left_out:
            continue
        last = now if row.state is State.QUEUED else now + EARLY
        if row.due_at <= last and row.identity.verb is Verb.PUBLISH:
            yield row


def _look(rows: Sequence[DeliveryView], install: Install, *, quiet: bool) -> Looked:
    settings, asked = install.settings, dict[str, Platform]()
    known = {account.name: account for account in settings.accounts}
    looked = Looked()
    taken: dict[str, set[str]] = {name: set() for name in known}
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f}"))
    with Progress(*columns, console=errors(), disable=quiet or not sys.stderr.isatty(), transient=True) as bar:
        for row in bar.track(rows, description="Looking"):
            name = row.identity.account
            account = known.get(name)
            if account is None or name in looked.troubles or not is_readable(account, settings):
                looked.unread.append(row)
                continue
            after = row.due_at - EARLY
            owned = receipts.remote_ids(name, since=after - EARLY) | taken[name]
            try:
                asked[name] = platform = asked.get(name) or reach(account, install)  # with its keys, once it is needed
                receipt = platform.spot(row.text, after, frozenset(owned))
            except (PlatformError, FileError, UsageError) as error:
                looked.troubles[name] = _why(error)
                looked.unread.append(row)
                continue
            if receipt is None:
                looked.not_there.append(row)
            else:
                taken[name].add(receipt.remote_id)
                looked.found.append(Found(row, receipt))
    return looked


def _why(error: AmplifierError) -> str:
    """What keeps a network from being asked: its own words, or the secret that is not here."""
    return " ".join(one.message for one in error.problems) if isinstance(error, FileError) else str(error)


def _linked(links: Sequence[str], install: Install, rows: Mapping[int, DeliveryView]) -> list[Found]:
    """What the pasted links prove. Raises UsageError for the first that proves nothing."""
    settings = install.settings
    states = {state.name: state for state in accounts.account_states()}
    found: list[Found] = []
    for words in links:
        number, is_there, link = words.partition("=")
        if not is_there:
            raise UsageError("Write the number of the delivery, “=” and the address: --link 12=https://…")
        row = next((row for key, row in rows.items() if str(key) == number), None)
        if row is None or row.identity.account not in {account.name for account in settings.accounts}:
            raise UsageError(f"“{number}” is no delivery that waits for this. amplifier confirm lists them.")
        account = settings.account(row.identity.account)
        whose = Whose(
            account.platform,
            settings.handle_in_pages(account),
            addresses(account, install)[1],
            states[account.name].remote_id if account.name in states else "",
        )
        receipt = receipt_from_link(link, whose, after=row.due_at - LINK_EARLY)
        if isinstance(receipt, str):
            raise UsageError(f"{receipt}\nNothing was changed.")
        owner = delivery_views.deliveries_of(account.name, [receipt.remote_id]).get(receipt.remote_id)
        owner = owner or next((one.row.id for one in found if one.receipt == receipt), None)
        if owner is not None:
            raise UsageError(f"{receipt.url} belongs to another delivery (number {owner}). Nothing was changed.")
        found.append(Found(row, receipt))
    return found


def _show(looked: Looked, settings: Settings) -> None:
    out = console()
    for one in looked.found:
        out.print("[green]✓[/] found    ", end="")
        out.print(_said(one.row), markup=False, soft_wrap=True)
        out.print(f"  {one.receipt.url}", markup=False, soft_wrap=True)
    for row in looked.not_there:
        out.print(f"{state_words(row.state)}, not there  ", end="")
        out.print(_said(row), markup=False, soft_wrap=True)
    for name, trouble in looked.troubles.items():
        out.print(f"[red]✕[/] {name}: ", end="")
        out.print(trouble, markup=False)
    if looked.troubles and settings.mode is Mode.REHEARSAL:
        out.print("  The pretend networks run with the rehearsal: amplifier up")
    for row in looked.unread:
        out.print(f"{state_words(row.state)}, not looked for  ", end="")
        out.print(_said(row), markup=False, soft_wrap=True)
    if looked.unread:
        first = looked.unread[0]
        title = name_of(first.identity.account, first.platform, settings)
        out.print(f"\nWhere we may not look, paste the post's address. For the first of them, on {title}:")
        out.print(f"  amplifier confirm --link {first.id}=https://…", markup=False)
    if not (looked.found or looked.not_there or looked.unread):
        out.print(
            f"Nothing is open: every post of {settings.campaign.name} that was due has its receipt.", markup=False
        )


def _said(row: DeliveryView) -> str:
    line = " ".join(row.text.split())
    short = line if len(line) <= EXCERPT else line[:EXCERPT].rstrip() + "…"
    return f"{row.id}  {as_said(row.wall_time)}  {row.identity.account}  {post_name(row.identity.post)}  “{short}”"


def _as_json(looked: Looked) -> dict[str, object]:
    return {
        "found": [
            {"id": one.row.id, "account": one.row.identity.account, "url": one.receipt.url} for one in looked.found
        ],
        "not_there": [row.id for row in looked.not_there],
        "not_looked_for": [row.id for row in looked.unread],
        "troubles": looked.troubles,
    }
