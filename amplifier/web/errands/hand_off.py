"""`/h/<token>`: one post to be published by hand, by whoever was asked."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from amplifier.campaign.errand import ErrandKind
from amplifier.store import errands
from amplifier.web.errands.sheet import errand, sheet


@errand
def hand_off_page(request: HttpRequest, token: str) -> HttpResponse:
    """The post, and what can be done about it."""
    found = errands.find_errand(ErrandKind.HAND_OFF, token)
    if found is None:
        raise Http404
    return sheet(request, "errand_lost.html", {"truth": "Somebody is asked to post this."})
