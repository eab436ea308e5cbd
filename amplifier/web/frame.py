"""What every console page needs: the settings, the mode, and how times and states are said."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import urlencode

from amplifier.place import Place, settle
from amplifier.settings import TITLES, Mode

ACTOR = "console"
SAID_FOR_S = 60


@cache
def place() -> Place:
    """The install that this process serves, as its command was told."""
    return settle(Path(os.environ.get("AMPLIFIER_HOME", ".")), Path(os.environ["AMPLIFIER_VAR"]))


def frame(request: HttpRequest) -> dict[str, object]:
    """Mode, campaign, where the wall is, and the sentence that the last form left."""
    settings = place().settings
    rehearsal = settings.mode is Mode.REHEARSAL
    return {
        "mode": settings.mode.value,
        "campaign": {"id": settings.campaign.id, "name": settings.campaign.name, "place": settings.campaign.place},
        "wall": f"http://127.0.0.1:{place().sandbox_port}/wall" if rehearsal else "",
        "path": request.path,
        "said": _said(request.GET.get("said", "")),
    }


def go_back(to: str, sentence: str) -> HttpResponseRedirect:
    """After a form: back to its page, with a sentence. Signed, so that a link cannot put words into our mouth."""
    return HttpResponseRedirect(f"{to}?{urlencode({'said': signing.dumps(sentence, compress=True)})}")


def _said(signed: str) -> str:
    try:
        return str(signing.loads(signed, max_age=SAID_FOR_S)) if signed else ""
    except signing.BadSignature:
        return ""


def said_at(at: datetime) -> str:
    """An instant on the campaign's clocks: Mon 9 Oct 14:40."""
    return f"{at.astimezone(ZoneInfo(place().settings.campaign.zone)):%a %-d %b %H:%M}"


def title(platform: str) -> str:
    """How a network is called."""
    return TITLES[platform]
