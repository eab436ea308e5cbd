"""`/wall`: on to a rehearsal's wall. Whoever comes this way has the console open too, since cookies know no ports."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.views.decorators.http import require_safe

from amplifier.web.frame import wall_address


@require_safe
def wall(_request: HttpRequest) -> HttpResponseRedirect:
    """To the wall; live there is none."""
    address = wall_address()
    if not address:
        raise Http404
    return HttpResponseRedirect(address)
