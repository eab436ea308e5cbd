"""When a page cannot be given: what happened and what to do, in the look of the rest; never a trace."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape

from amplifier.errors import DatabaseTrouble
from amplifier.web.frame import frame

LOST = "Nothing is at this address."
STALE = "Nothing was changed: this form is no longer valid. Load the page again and repeat it."
GARBLED = "Nothing was changed: the request was not one that these pages send."
BROKEN = "<!doctype html><html lang=en-GB><title>Amplifier</title><h1>This page failed.</h1><p>%s</p>"
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


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's way
    """403: a form without its token, from another site or from before the service was installed anew."""
    return _page(request, STALE, status=403)


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's way
    """500: the fault may lie anywhere, so this asks nothing of template, settings or database."""
    error = sys.exception()
    if isinstance(error, DatabaseTrouble):  # then another process cannot send either
        return HttpResponse(BROKEN % escape(str(error)), status=503)
    return HttpResponse(BROKEN % ADVICE, status=500)


def _page(request: HttpRequest, truth: str, *, status: int) -> HttpResponse:
    return render(request, "failure.html", frame(request) | {"truth": truth}, status=status)
