"""Three ways in, one process: the public kit from memory, errands and the console through Django; and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from string import printable
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from amplifier.web.admission import Admission, came_from_elsewhere, has_token, without_token
from amplifier.web.body import read_whole
from amplifier.web.door import is_errand, is_public
from amplifier.web.public import PublicPages

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
THREADS = 8
ERRAND_THREADS = 4  # of their own: strangers may keep them busy, and the console must not feel it


def application(pages: PublicPages, admission: Admission) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The whole site, with its console for those who are admitted."""
    wsgi: Any = get_wsgi_application()  # Django and a2wsgi name the same protocol by types of their own
    console: Any = WSGIMiddleware(wsgi, workers=THREADS)
    errands: Any = WSGIMiddleware(wsgi, workers=ERRAND_THREADS)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if is_public(path):
            await pages.serve(scope, send)
            return
        # a2wsgi takes ASCII only; what a client did not encode is encoded here
        asked = {**scope, "query_string": quote_from_bytes(scope["query_string"], safe=printable).encode()}
        if is_errand(path):
            body = await read_whole(receive)
            if body is None:
                await pages.refuse(scope, send)
                return

            async def read() -> MutableMapping[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            await errands(asked, read, send)
            return
        client, headers, query = (scope.get("client") or ("",))[0], list(scope["headers"]), scope["query_string"]
        shown, known = admission.is_shown(query), admission.is_known(headers)
        near = admission.is_near(client=client, version=scope["http_version"], headers=headers)
        if near and (shown or known) and has_token(query) and scope["method"] in ("GET", "HEAD"):
            to = without_token(path, query)
            cookie = admission.cookie_header() if shown else None
            await pages.lead_on(scope, send, to, cookie=cookie, redirect=not came_from_elsewhere(headers))
            return
        if near and known:

            async def received() -> MutableMapping[str, Any]:  # a2wsgi needs a coroutine; granian gives a future
                return await receive()

            await console(asked, received, send)
            return
        await pages.not_found(scope, send)

    return app
