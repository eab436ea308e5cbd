"""When a page cannot be given: what happened and what to do, in the look of the rest; never a trace.

What a stranger gets, behind a secret address, is one sentence: no path, no command, nothing of the console.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape

from amplifier.errors import DatabaseTrouble
from amplifier.web.door import is_secret_link
from amplifier.web.frame import frame

LOST = "Nothing is at this address."
STALE = "Nothing was changed: this form is no longer valid. Load the page again and repeat it."
GARBLED = "Nothing was changed: the request was not one that these pages send."
NOT_THIS_WAY = 405
PRESSED = (
    "This address is for a button, and nothing was changed. Go to the page that has the button, and press it there."
)
NOT_NOW = "This page cannot be shown just now. Wait a minute, then open it again."
NOT_SENT = "This was not understood, and nothing was changed. Open the page again and repeat it."
PLAIN = (
    "<!doctype html><html lang=en-GB><meta name=viewport content='width=device-width'>"
    "<title>Amplifier</title><main><h1>%s</h1></main>"
)
BROKEN = PLAIN.replace("<h1>%s</h1>", "<h1>This page failed.</h1><p>%s</p>")
ADVICE = (
    "What is planned goes out all the same: another process sends it. Load the page again; if it fails again, "
    "look at what the command amplifier up printed, or ask: amplifier status"
)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's way
    """404."""
    return _page(request, LOST, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's way
    """400."""
    return _page(request, GARBLED, status=400)


def own_words(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django's way to look at every answer: one that only refuses the way of asking is empty, and gets our page."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != NOT_THIS_WAY or response.content or request.method == "HEAD":
            return response
        page = _page(request, PRESSED, status=NOT_THIS_WAY)
        page["Allow"] = response["Allow"]
        return page

    return respond


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's way
    """403: a form without its token, from another site or from before the service was installed anew."""
    return _page(request, STALE, status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: the fault may lie anywhere, so this asks nothing of template, settings or database."""
    error = sys.exception()
    ill = isinstance(error, DatabaseTrouble)  # then another process cannot send either
    status = 503 if ill else 500
    if is_secret_link(request.path):
        return plain(NOT_NOW, status=status)
    return HttpResponse(BROKEN % (escape(str(error)) if ill else ADVICE), status=status)


def plain(sentence: str, *, status: int) -> HttpResponse:
    """A sentence for a stranger, which needs nothing to be in order."""
    response = HttpResponse(PLAIN % sentence, status=status)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _page(request: HttpRequest, truth: str, *, status: int) -> HttpResponse:
    if is_secret_link(request.path):
        return plain(NOT_SENT, status=status)
    return render(request, "failure.html", frame(request) | {"truth": truth}, status=status)
