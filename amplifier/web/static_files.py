"""The console's own style sheet and script, from memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import etag, require_safe

FOLDER = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class _File:
    content: bytes
    kind: str
    etag: str


def _etag(_request: HttpRequest, name: str) -> str | None:
    found = _files().get(name)
    return found.etag if found else None


@require_safe
@etag(_etag)
def static_file(_request: HttpRequest, name: str) -> HttpResponse:
    """One file of the folder `static`, by its plain name."""
    found = _files().get(name)
    if found is None:
        raise Http404
    response = HttpResponse(found.content, content_type=found.kind)
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _files() -> dict[str, _File]:
    return {path.name: _read(path) for path in FOLDER.iterdir() if path.suffix in KINDS}


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, KINDS[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')
