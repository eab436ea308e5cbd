"""`amplifier stop-link`: a secret address with one button that stops everything, to print and to keep in a pocket."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import segno

from amplifier.campaign.secret_link import LinkKind, SecretLink
from amplifier.cli.run.console_token import opened_here
from amplifier.cli.show.output import actor, console, say_json, wall_clock
from amplifier.cli.show.streams import can_write
from amplifier.cli.whole_file import file_name, whole_file
from amplifier.clock import utc_now
from amplifier.errors import UsageError
from amplifier.install import open_install
from amplifier.settings import Mode, Settings
from amplifier.store import ledger, secret_links
from amplifier.store.holding.stop_links import write_down
from amplifier.web.admission import base_of
from amplifier.wiring.people import pages_at

TOKEN_BYTES = 32
SVG_MM = 50  # on paper; a phone reads it at arm's length
HALVES = "\u2580\u2584\u2588"  # the blocks that a code is drawn of in a terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's options."""
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--svg", type=file_name, metavar="FILE", help="write the code into this file too, to be printed")
    does.add_argument("--list", action="store_true", help="say when those in use were made, and make none")
    does.add_argument("--revoke", action="store_true", help="end every stop link that was ever given out")


def run(options: argparse.Namespace) -> int:
    """Make one and show it once: only its digest is kept, so that nobody can show it again."""
    install = open_install(options.home, options.var, keyless=True)
    settings = install.settings
    ledger.must_be_ready()
    if options.revoke:
        number = secret_links.revoke_secret_links(kind=LinkKind.STOP, actor=actor(), now=utc_now())
        _write_down(install.var)
        _say_revoked(number, settings, as_json=options.json)
        return 0
    if options.list:
        _say_list(secret_links.secret_links(kind=LinkKind.STOP), settings, as_json=options.json)
        return 0
    base = _base(settings, install.var)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    address = f"{base}/stop/{token}"
    made = segno.make_qr(address, error="m")
    if options.svg:
        with whole_file(options.svg, mode=0o600) as file:
            made.save(file, kind="svg", unit="mm", scale=SVG_MM / made.symbol_size()[0], border=4)
    secret_links.make_secret_link(kind=LinkKind.STOP, token=token, now=utc_now(), actor=actor())
    _write_down(install.var)
    in_use = secret_links.secret_links(kind=LinkKind.STOP)
    if options.json:
        say_json({**_shared(settings, in_use), "address": address, "svg": str(options.svg) if options.svg else None})
        return 0
    out = console()
    out.print("Whoever opens this address can stop everything, and nothing else. It is shown this once:\n")
    out.print(f"  {address}\n", markup=False, soft_wrap=True)
    if can_write(HALVES, sys.stdout):
        made.terminal(out=sys.stdout, border=2, compact=True)
    if settings.address is None:
        out.print(
            "\nIt works on this computer alone until settings.yaml says `address:`, where people reach Amplifier."
        )
    if options.svg:
        out.print(f"\n[green]✓[/] To print: {options.svg}", soft_wrap=True)
    out.print(f"\nStop links in use: {len(in_use)}. To end them all:\n  amplifier stop-link --revoke")
    return 0


def _base(settings: Settings, var: Path) -> str:
    """Where people reach the pages: where they are served now, or were last. Raises UsageError if nobody knows."""
    if settings.address:
        return settings.address.rstrip("/")
    if settings.mode is Mode.LIVE:
        raise UsageError(
            "A stop link needs the address at which people reach these pages, and settings.yaml has none.\n"
            "Add it, for example  address: https://amplifier.example"
        )
    last = pages_at(settings)
    served = [base_of(one.host, one.port) for one in opened_here(var)]
    if not served and not last:
        raise UsageError(
            "A stop link leads to these pages, and nothing has served them here yet. Start them: amplifier up"
        )
    return last if last in served or not served else served[0]


def _write_down(var: Path) -> None:
    """Let the pages know the links also where the database does not answer; else they ask it when they can."""
    with contextlib.suppress(OSError):
        write_down(var, secret_links.stop_links())


def _say_revoked(number: int, settings: Settings, *, as_json: bool) -> None:
    if as_json:
        say_json({**_shared(settings, ()), "revoked": number})
    elif number:
        links = "The stop link leads" if number == 1 else f"All {number} stop links lead"
        console().print(f"[green]✓[/] {links} nowhere now. A new one:\n  amplifier stop-link")
    else:
        console().print("There was no stop link to end.")


def _say_list(in_use: Sequence[SecretLink], settings: Settings, *, as_json: bool) -> None:
    if as_json:
        say_json(_shared(settings, in_use))
        return
    out = console()
    for one in in_use:
        at = wall_clock(one.made_at, settings.campaign.zone)
        out.print(f"stop link {one.id}, made {at} {settings.campaign.place}", markup=False)
    out.print("To end them all:\n  amplifier stop-link --revoke" if in_use else "There is no stop link in use.")


def _shared(settings: Settings, in_use: Sequence[SecretLink]) -> dict[str, object]:
    return {
        "mode": settings.mode.value,
        "in_use": [{"id": one.id, "made_at": one.made_at} for one in in_use],
    }
