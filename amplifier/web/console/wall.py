"""`/wall`: on to a rehearsal's wall, by another name of this computer, and only if it is ours.

Cookies know no ports: under the console's own name the browser would hand its cookie to whoever holds the wall's port.
"""

from __future__ import annotations

import hmac
import secrets
from http.client import HTTPConnection, HTTPException

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from amplifier.install import Install
from amplifier.web.frame import frame, install, wall_address

ANSWER_WITHIN_S = 2.0
NOT_OURS = "The pretend networks do not answer. Wait until the rehearsal runs, then open the wall again."


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """To the wall; live there is none."""
    address = wall_address()
    if not address:
        raise Http404
    if not is_ours(install()):
        return render(request, "failure.html", frame(request) | {"truth": NOT_OURS}, status=503)
    return HttpResponseRedirect(address)


def is_ours(here: Install) -> bool:
    """Whether whoever holds the port of the pretend networks knows their token, which is not told to find out."""
    word = secrets.token_hex(16)
    line = HTTPConnection("127.0.0.1", here.sandbox_port, timeout=ANSWER_WITHIN_S)
    try:
        line.request("GET", f"/wall/proof/{word}")
        told = line.getresponse().read(200)
    except (OSError, HTTPException):
        return False
    finally:
        line.close()
    wanted = hmac.new(here.sandbox_token.encode(), f"wall:{word}".encode(), "sha256").hexdigest()
    return hmac.compare_digest(told, wanted.encode())
