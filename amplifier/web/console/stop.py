"""The red button of every page: everything stops, and nobody is asked whether they are sure."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from amplifier.campaign.delivery import DeliveryView
from amplifier.clock import utc_now
from amplifier.deliver.stop_flags import Pulled, pull
from amplifier.web.console.called import called
from amplifier.web.frame import ACTOR, asked, go_back, install, titled

NO_REASON = "Somebody pressed “Stop everything” on the pages."
PAGE = re.compile(r"/[a-z0-9-]*(?:/[a-z0-9-]+)*", re.ASCII)
FEW = 3


@require_POST
def stop_everything(request: HttpRequest) -> HttpResponse:
    """Stop, and say on the page where it was pressed what that means."""
    pulled = pull([install().var], reason="", note=NO_REASON, actor=ACTOR, now=utc_now())
    back = asked(request.POST, "back")
    return go_back(back if PAGE.fullmatch(back) else "/", _said(pulled))


def _said(pulled: Pulled) -> str:
    if not pulled.flags:
        return " ".join(
            ("Nothing is stopped.", *pulled.problems, "End the service itself where it runs: Ctrl-C, or its process.")
        )
    return f"Nothing begins to go out any more. {_under_way(pulled.under_way)} Corrections and deletions go on."


def _under_way(rows: tuple[DeliveryView, ...]) -> str:
    if not rows:
        return "Nothing was on its way."
    names = ", ".join(
        f"{called(row.identity.post, row.wall_time)} on {titled(row.identity.account, row.platform)}"
        for row in rows[:FEW]
    )
    more = f" and {len(rows) - FEW} more" if len(rows) > FEW else ""
    return f"On its way already, so it may still appear: {names}{more}."
