"""Three ways in, one process: the public kit from memory, secret links and the console through Django."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from string import printable
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from django.conf import settings as django
from django.core.wsgi import get_wsgi_application

from amplifier.web.admission import Admission, came_from_elsewhere, has_console, host_of, without_token
from amplifier.web.body import read_whole
from amplifier.web.clients import client_of
from amplifier.web.door import is_public, is_secret_link, is_stop
from amplifier.web.frame import install
from amplifier.web.public import PublicPages

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
log = logging.getLogger("amplifier.web")
Site = Callable[[Scope, Receive, Send], Awaitable[None]]
THREADS = 8
SECRET_LINK_THREADS = 4  # of their own: strangers may keep them busy, and the console must not feel it
STOP_THREADS = 4  # of their own: whatever keeps all the others busy, everything can be stopped
# A database may hang, and its driver wait for it without an end. Whoever asked is told within so many seconds.
SECRET_LINK_WITHIN_S = 8.0
CONSOLE_WITHIN_S = 30.0  # some of its pages ask networks too


def application(pages: PublicPages, admission: Admission) -> Site:
    """The whole site, with its console for those who are admitted.

    The settings are read here, once: settings.yaml may be broken when the first stranger asks.
    """
    trusted = install().settings.trusted_proxies
    _let_in(admission.host)
    wsgi: Any = get_wsgi_application()  # Django and a2wsgi name the same protocol by types of their own
    console: Any = WSGIMiddleware(wsgi, workers=THREADS)
    secret_links: Any = WSGIMiddleware(wsgi, workers=SECRET_LINK_THREADS)
    stops: Any = WSGIMiddleware(wsgi, workers=STOP_THREADS)

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if is_public(path):
            await pages.serve(scope, send)
        elif is_secret_link(path):
            body = await read_whole(receive)
            if body is None:
                await pages.refuse(scope, send)
                return

            async def read() -> MutableMapping[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            who = client_of(_client(scope), scope["headers"], trusted)
            answer = stops if is_stop(path) else secret_links
            await asyncio.wait_for(answer({**_in_ascii(scope), "client": (who, 0)}, read, send), SECRET_LINK_WITHIN_S)
        elif admission.is_near(_client(scope), scope["http_version"], scope["headers"]):
            if admission.leads_on(scope["method"], scope["query_string"], scope["headers"]):
                await _lead_on(pages, admission, scope, send)
            elif admission.is_known(scope["headers"]):

                async def received() -> MutableMapping[str, Any]:  # a2wsgi needs a coroutine; granian gives a future
                    return await receive()

                await asyncio.wait_for(console(_in_ascii(scope), received, send), CONSOLE_WITHIN_S)
            else:
                await pages.not_found(scope, send)
        else:
            await pages.not_found(scope, send)

    return _guarded(site, pages)


def _guarded(site: Site, pages: PublicPages) -> Site:
    """The same, with a sentence of ours for what goes wrong in it; the server would say it in words of its own."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        begun = False

        async def answer(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await site(scope, receive, answer)
        except TimeoutError:
            log.warning("a request was not answered in time; does the database answer?")
            if begun:
                raise
            await pages.fail(scope, send, status=503)
        except Exception:
            log.exception("a request could not be answered")
            if begun:
                raise
            await pages.fail(scope, send)

    return app


def _let_in(host: str) -> None:
    """Take forms under the name that this address has in a browser, wherever the console is open."""
    if has_console(host) and host_of(host) not in django.ALLOWED_HOSTS:
        django.ALLOWED_HOSTS = [*django.ALLOWED_HOSTS, host_of(host)]


async def _lead_on(pages: PublicPages, admission: Admission, scope: Scope, send: Send) -> None:
    """From an address with a secret to the same without it."""
    redirect = not came_from_elsewhere(scope["headers"])
    if base := admission.elsewhere(scope["headers"]):
        to = without_token(scope["path"], scope["query_string"])
        if admission.is_shown(scope["query_string"]):
            to = admission.with_token(to)
        await pages.lead_on(scope, send, f"{base}{to}", cookie=None, redirect=redirect)
        return
    to = without_token(scope["path"], scope["query_string"])
    cookie = admission.cookie_header() if admission.is_shown(scope["query_string"]) else None
    await pages.lead_on(scope, send, to, cookie=cookie, redirect=redirect)


def _client(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


def _in_ascii(scope: Scope) -> Scope:
    """The same request for a2wsgi, which takes ASCII only: what a client did not encode is encoded here."""
    return {**scope, "query_string": quote_from_bytes(scope["query_string"], safe=printable).encode()}
