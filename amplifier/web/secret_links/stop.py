"""`/stop/<token>`: one red button that stops everything. It can do nothing else, and tells nothing of the campaign.

Whatever ails the database: which links there are is known without it, and the file that stops is written first.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from amplifier.clock import utc_now
from amplifier.deliver.deadline import within
from amplifier.deliver.stop_flags import Flag, flags, pull, why_stopped
from amplifier.web.frame import asked, install
from amplifier.web.secret_links.sheet import lost, sheet
from amplifier.web.secret_links.stop_links import UnknownError, stop_links

LONGEST_REASON = 200
LOOK_FOR_S = 1.0
NO_REASON = "Somebody pressed the stop link."
UNKNOWN = (
    "Nobody can tell just now whether this address is in use, so nothing was stopped. "
    "Call whoever runs Amplifier, now; or open this again in a minute."
)
BEFORE = "This stops every post that has not begun to go out."
STOPPED = "Sending is stopped."
ALREADY = "Sending is stopped already."
FAILED = "It could not be stopped from here. Call whoever runs Amplifier, now."
HALF = "The stop is written down here, but it may not reach what sends. Call whoever runs Amplifier, now."
log = logging.getLogger("amplifier.web")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the button, POST stops."""
    try:
        number = stop_links().number_of(token)
    except UnknownError:
        return sheet(request, "secret_link_lost.html", {"truth": UNKNOWN}, status=503)
    if number is None:
        return lost(request)
    if request.method == "POST":
        return _stop(request, number)
    already = _is_stopped_already()
    content = {"truth": ALREADY if already else BEFORE, "is_stopped": already, "button": not already}
    return sheet(request, "secret_link_stop.html", content)


def _is_stopped_already() -> bool:
    """Whether everything is stopped; where nobody can tell, the button must be there."""
    if flags(install()) and not _is_elsewhere():
        return True
    try:
        return bool(within(LOOK_FOR_S, lambda: why_stopped(install())))
    except Exception as error:  # noqa: BLE001  whatever ails the database, here is the button
        log.warning("whether it is stopped cannot be looked up: %s", error)
        return False


def _is_elsewhere() -> bool:
    """Whether what sends may run on another computer, where no file of ours is: it shares a server's database."""
    return install().database is None


def _stop(request: HttpRequest, number: int) -> HttpResponse:
    said = asked(request.POST, "reason")[:LONGEST_REASON]
    pulled = pull([install().var], reason=said, note=NO_REASON, actor=f"stop link {number}", now=utc_now())
    is_half = bool(pulled.flags) and Flag.DATABASE not in pulled.flags and _is_elsewhere()
    is_stopped = bool(pulled.flags) and not is_half
    truth = STOPPED if is_stopped else HALF if is_half else FAILED
    content = {"truth": truth, "is_stopped": is_stopped, "button": not is_stopped}
    return sheet(request, "secret_link_stop.html", content, status=200 if is_stopped else 500)
