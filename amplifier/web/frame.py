"""What every console page needs: the settings, the mode, what a form said, and how times, names and links are said."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode

from amplifier.campaign.stop import STOPPED, sending
from amplifier.deliver.stop_flags import StopFlag, flags, stop_flags
from amplifier.install import Install, open_install
from amplifier.networks import TITLES
from amplifier.platforms.account_names import name_of
from amplifier.schedule.stage import LIVE, Stage
from amplifier.settings import Account, Mode
from amplifier.web.admission import WALL_HOST

ACTOR = "console"
SAID_FOR_S = 60
LONGEST_SENTENCE = 400
UNITS = ((90, 1, "second"), (5400, 60, "minute"), (129600, 3600, "hour"))  # below so many seconds, in this unit
SALT = "amplifier.web.said"
CONTROLS = dict.fromkeys((*range(0x20), 0x7F))  # a note is one line, and no database takes a NUL everywhere


@cache
def install() -> Install:
    """The install that this process serves, as its command was told."""
    return open_install(Path(os.environ.get("AMPLIFIER_HOME", ".")), Path(os.environ["AMPLIFIER_VAR"]))


def frame(request: HttpRequest) -> dict[str, object]:
    """Mode, campaign, where the wall is, and the sentence that the last form left."""
    settings = install().settings
    return {
        "mode": settings.mode.value,
        "campaign": {"id": settings.campaign.id, "name": settings.campaign.name, "place": settings.campaign.place},
        "wall": "/wall" if settings.mode is Mode.REHEARSAL else "",
        "path": request.path,
        "halts": _stops(),
        "said": _said(request.GET.get("said", "")),
    }


def wall_address() -> str:
    """Where a rehearsal's wall is; empty where there is none."""
    return f"http://{WALL_HOST}:{install().sandbox_port}/wall" if install().settings.mode is Mode.REHEARSAL else ""


def _stops() -> list[dict[str, str]]:
    """What is stopped, why, and since when, for the top of every page; also while the database does not answer."""
    try:
        found = stop_flags(install())
    except DatabaseError:
        found = flags(install())
    distinct = {(flag.scope, flag.reason): flag for flag in found}  # the database's comes last, and knows by whom
    return [_stop(flag) for flag in distinct.values()]


def _stop(flag: StopFlag) -> dict[str, str]:
    kind, _, name = flag.scope.partition(":")
    return {
        "what": f"{sending(flag.scope, STOPPED)}.",
        "why": flag.reason,
        "who": flag.actor,
        "since": f"{said_at(flag.since)} {install().settings.campaign.place}" if flag.since else "",
        "option": f" --{kind} {name}" if name else "",
    }


def go_back(to: str, sentence: str) -> HttpResponseRedirect:
    """After a form: back to its page, with a sentence. Signed, so that a link cannot put words into our mouth."""
    said = sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[: LONGEST_SENTENCE - 1].rstrip()}…"
    signed = signing.dumps(said, salt=SALT, compress=True)
    page, mark, part = to.partition("#")
    return HttpResponseRedirect(f"{page}{'&' if '?' in page else '?'}{urlencode({'said': signed})}{mark}{part}")


def _said(signed: str) -> str:
    try:
        return str(signing.loads(signed, salt=SALT, max_age=SAID_FOR_S)) if signed else ""
    except signing.BadSignature:
        return ""


def asked(values: QueryDict, name: str) -> str:
    """What a form or an address says under this name, without control characters; empty if it says nothing."""
    return values.get(name, "").translate(CONTROLS).strip()


def said_at(at: datetime, stage: Stage = LIVE) -> str:
    """A real instant on the campaign's clocks: Mon 9 Oct 14:40. `stage` is where a rehearsal plays."""
    return f"{stage.campaign(at).astimezone(ZoneInfo(install().settings.campaign.zone)):%a %-d %b %H:%M}"


def lasting(seconds: float) -> str:
    """A length of time as people say it; the script's countdown says it in the same words."""
    size, unit = next(((size, unit) for below, size, unit in UNITS if seconds < below), (86400, "day"))
    number = round(seconds / size)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def title(platform: str) -> str:
    """How a network is called."""
    return TITLES[platform]


def titled(label: str, platform: str) -> str:
    """How an account is called: by its network, and by its handle too where there are several on it."""
    return name_of(label, platform, install().settings)


def known_as(account: Account) -> str:
    """The account's handle as people can look it up: on Mastodon that takes the server."""
    return account.known_as


def outward(url: str) -> str:
    """This address if a page may lead there, else nothing: the web, and in a rehearsal the pretend networks here."""
    here = f"http://127.0.0.1:{install().sandbox_port}/"
    if install().settings.mode is Mode.REHEARSAL and url.startswith(here):
        return f"http://{WALL_HOST}:{install().sandbox_port}/{url.removeprefix(here)}"
    return url if url.startswith("https://") else ""
