"""`/stop/<token>`: one red button that stops everything. It can do nothing else, and tells nothing of the campaign."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from amplifier.campaign.errand import Errand, ErrandKind
from amplifier.clock import utc_now
from amplifier.deliver.halt import pull, why_stopped
from amplifier.errors import DatabaseTrouble
from amplifier.store import errands
from amplifier.web.errands.sheet import log, lost, sheet
from amplifier.web.frame import asked, place

LONGEST_REASON = 200
NO_REASON = "Somebody pressed the stop link."
SILENT = (
    "Amplifier cannot look into its records, so nothing is sent just now either. Wait a minute, then open this again."
)
BEFORE = "This stops every post that has not begun to go out."
STOPPED = "Sending is stopped."
ALREADY = "Sending is stopped already."
FAILED = "It could not be stopped from here. Call whoever runs Amplifier, now."


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the button, POST stops."""
    try:
        found = errands.find_errand(ErrandKind.STOP, token)
    except (DatabaseError, DatabaseTrouble) as error:
        log.warning("a stop link cannot be looked up", exc_info=error)
        return sheet(request, "errand_lost.html", {"truth": SILENT}, status=503)
    if found is None:
        return lost(request)
    if request.method == "POST":
        return _stop(request, found)
    already = _is_stopped_already()
    content = {"truth": ALREADY if already else BEFORE, "is_stopped": already, "button": not already}
    return sheet(request, "errand_stop.html", content)


def _is_stopped_already() -> bool:
    """Whether everything is stopped; where nobody can tell, the button must be there."""
    try:
        return bool(why_stopped(place()))
    except (DatabaseError, DatabaseTrouble):
        return False


def _stop(request: HttpRequest, found: Errand) -> HttpResponse:
    said = asked(request.POST, "reason")[:LONGEST_REASON]
    actor = f"stop link {found.id}"
    pulled = pull([place().var], reason=said or NO_REASON, actor=actor, now=utc_now())
    is_stopped = bool(pulled.flags)
    content = {"truth": STOPPED if is_stopped else FAILED, "is_stopped": is_stopped, "button": not is_stopped}
    return sheet(request, "errand_stop.html", content, status=200 if is_stopped else 500)
