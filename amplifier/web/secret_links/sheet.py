"""Shared by the pages behind secret links: one file without cookie, script or outside resource; strict headers."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from amplifier.clock import utc_now
from amplifier.errors import DatabaseTrouble
from amplifier.settings import Mode
from amplifier.web.failures import NOT_NOW
from amplifier.web.frame import install
from amplifier.web.secret_links.guesses import Guesses

log = logging.getLogger("amplifier.web")
View = Callable[[HttpRequest, str], HttpResponse]
STATIC = Path(__file__).parents[1] / "static"
LOST = "There is nothing here: the address is wrong, or it is no longer in use."
TIRED = "Too many wrong addresses came from where you are. Wait a minute, then open your link again."
GUESSES = Guesses()
SECRET = re.compile(r"(/(?:h|stop)/)[^/?#\s]+")


class Discreet(logging.Filter):
    """Django logs the path of a request that failed; of a secret link's the secret stays out."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the record is told, without what nobody may read."""
        if isinstance(record.args, tuple):
            record.args = tuple(SECRET.sub(r"\1…", one) if isinstance(one, str) else one for one in record.args)
        return True


logging.getLogger("django.request").addFilter(Discreet())


def secret_link(view: View) -> View:
    """Make a view a page behind a secret address: GET shows, POST does, and Http404 tells a stranger nothing.

    There is no cookie, so there is nothing that another site could borrow: the address itself is the proof, and no
    form token is asked for.
    """

    @wraps(view)
    def answer(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except (DatabaseError, DatabaseTrouble) as error:
            log.warning("a page by hand cannot be shown", exc_info=error)
            return sheet(request, "secret_link_lost.html", {"truth": NOT_NOW}, status=503)
        except Http404:
            return lost(request)

    answered: View = csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(answer))
    return answered


def lost(request: HttpRequest) -> HttpResponse:
    """For a wrong address: that there is nothing, or that these were too many. A right one never comes to this."""
    client, now = request.META.get("REMOTE_ADDR", ""), utc_now()
    if GUESSES.are_too_many(client, now):
        return sheet(request, "secret_link_lost.html", {"truth": TIRED}, status=429)
    GUESSES.count(client, now)
    return sheet(request, "secret_link_lost.html", {"truth": LOST}, status=404)


def sheet(request: HttpRequest, template: str, content: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """The page, whole. `content` has `truth`, its first sentence; may have `again_s`, after which it loads itself."""
    settings = install().settings
    style, script = _part("secret_link.css"), _part("secret_link.js")
    shared = {
        "mode": settings.mode.value,
        "rehearsal": settings.mode is Mode.REHEARSAL,
        "campaign": settings.campaign.name,
        "place": settings.campaign.place,
        "style": Markup(style),  # noqa: S704  files of ours
        "script": Markup(script),  # noqa: S704
    }
    response = render(request, template, {**shared, **content}, status=status)
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src '{_named(style)}'; script-src '{_named(script)}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response


@cache
def _part(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _named(content: str) -> str:
    """How a content security policy names this very text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
