"""Pages behind a secret address: strict headers, no cookie, nothing from elsewhere, and the same 404 for every miss."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

import pytest

from amplifier.web.secret_links import sheet
from amplifier.web.secret_links.guesses import Guesses
from tests.web.campaign import Campaign

GOOD = "x" * 43


@pytest.fixture(autouse=True)
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses of one test are not held against the next."""
    monkeypatch.setattr(sheet, "GUESSES", Guesses())


@pytest.mark.parametrize("path", ["/h/", "/stop/"])
@pytest.mark.parametrize(
    "token",
    [GOOD, "x", "x" * 99, secrets.token_urlsafe(32), "-_" * 20],
    ids=["made up", "short", "long", "drawn", "dashes"],
)
def test_every_wrong_address_gets_the_same_answer(opened: Campaign, path: str, token: str) -> None:
    page = opened.get(path + token)
    assert (page.status, page.truth) == (404, sheet.LOST)
    assert page.html == opened.get(path + "other").html
    assert opened.client.post(path + token, {"do": "take"}).status_code == 404


def test_headers_are_strict_and_there_is_no_cookie(opened: Campaign) -> None:
    answer = opened.get(f"/h/{GOOD}").response
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert list(answer.cookies) == []
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_policy_names_the_very_style_and_script_of_the_page(opened: Campaign) -> None:
    page = opened.get(f"/h/{GOOD}")
    policy = page.response.headers["Content-Security-Policy"]
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page.html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert re.findall(r'(?:src|href|action)="(?!data:,|#main")', page.html) == []


def test_whoever_guesses_on_and_on_has_to_wait(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "GUESSES", Guesses(most=2))
    for _ in range(2):
        assert opened.get(f"/h/{GOOD}").status == 404
    tired = opened.get(f"/h/{GOOD}")
    assert (tired.status, tired.truth) == (429, sheet.TIRED)
    assert opened.get(f"/h/{GOOD}", REMOTE_ADDR="192.0.2.7").status == 404
    assert opened.get(f"/h/{GOOD}", headers={"x-forwarded-for": "192.0.2.8"}).status == 429


def test_other_methods_are_refused(opened: Campaign) -> None:
    assert opened.client.put(f"/h/{GOOD}").status_code == 405
    assert opened.client.delete(f"/h/{GOOD}").status_code == 405


@pytest.mark.parametrize("path", ["/h/", "/stop/"])
def test_no_log_has_the_secret_whatever_fails(
    opened: Campaign, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="django.request")  # a process of ours that ran in this one may have made it quiet
    opened.get(path + GOOD)
    monkeypatch.setattr(sheet, "render", lambda *_, **__: 1 / 0)
    opened.client.raise_request_exception = False
    assert opened.get(path + GOOD).status == 500
    assert f"Not Found: {path}…" in caplog.text
    assert f"Internal Server Error: {path}…" in caplog.text
    assert GOOD not in caplog.text
