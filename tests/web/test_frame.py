"""What every page shares: mode and campaign, a sentence that nobody else can put into our mouth, names and links."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core import signing
from django.db import DatabaseError
from django.http import QueryDict

from amplifier.settings import Mode
from amplifier.web import frame
from tests.web.campaign import Campaign

SENTENCE = "The debate is now at 15:20 <b>&</b>."


def signed(sentence: str = SENTENCE) -> str:
    return parse_qs(urlsplit(frame.go_back("/", sentence)["Location"]).query)["said"][0]


def shown(campaign: Campaign, said: str) -> str:
    page = campaign.get(f"/mentions?{urlencode({'said': said})}")
    assert page.status == 200
    return " ".join(re.findall(r'<p class="said" role="status">(.*?)</p>', page.html))


def test_the_sentence_of_a_form_is_shown_to_the_letter(opened: Campaign) -> None:
    assert shown(opened, signed()) == "The debate is now at 15:20 &lt;b&gt;&amp;&lt;/b&gt;."


@pytest.mark.parametrize(
    "forged",
    [
        "Send your password to evil.example",
        "",
        ":",
        "::",
        "\0:\0:\0",
        "é:é:é",
        "x" * 5000,
        '"words":1tR9Zx:',
    ],
)
def test_a_sentence_that_was_not_signed_is_not_said(opened: Campaign, forged: str) -> None:
    assert shown(opened, forged) == ""


def test_a_signed_sentence_cannot_be_changed_or_signed_with_another_key_or_for_another_purpose(
    opened: Campaign,
) -> None:
    good = signed()
    for at in range(0, len(good), 7):
        other = "A" if good[at] != "A" else "B"
        assert shown(opened, good[:at] + other + good[at + 1 :]) == "", at
    assert shown(opened, signing.dumps(SENTENCE, key="another key", salt=frame.SALT)) == ""
    assert shown(opened, signing.dumps(SENTENCE)) == ""


def test_a_sentence_is_said_for_a_minute(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    good = signed()
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 59)
    assert shown(opened, good)
    monkeypatch.setattr(signing.time, "time", lambda: now + 62)
    assert shown(opened, good) == ""


def test_a_sentence_never_makes_an_address_too_long(opened: Campaign) -> None:
    assert opened.install
    long = "".join(Random(23).choices("abcdefghijklmnopqrstuvwxyz \u2026", k=50_000))  # so that it cannot be compressed
    assert len(frame.go_back("/", long)["Location"]) < 1500


def test_the_way_back_keeps_its_query_and_its_place() -> None:
    assert frame.go_back("/", "x")["Location"].startswith("/?said=")
    location = frame.go_back("/mentions?q=a#mention-1", "x")["Location"]
    assert location.startswith("/mentions?q=a&said=")
    assert location.endswith("#mention-1")


def test_a_rehearsal_is_unmistakable_and_live_has_no_band(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened.get("/")
    assert "REHEARSAL" in page.text
    assert page.text.count("PRETEND") >= 3
    assert "/wall" in page.links()
    live(opened, monkeypatch)
    page = opened.get("/")
    assert page.status == 200
    for word in ("REHEARSAL", "PRETEND", "/wall"):
        assert word not in page.html


def live(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    served = campaign.install
    settings = served.settings.model_copy(update={"mode": Mode.LIVE})
    monkeypatch.setattr(frame, "install", lambda: type(served)(served.home, served.var, settings, served.key))
    for module in ("console.now", "console.health", "console.decide"):
        monkeypatch.setattr(f"amplifier.web.{module}.install", frame.install)


def test_a_link_leads_to_the_web_and_in_a_rehearsal_to_the_pretend_networks_alone(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = f"http://127.0.0.1:{opened.install.sandbox_port}/@a/1"
    web = "https://social.example/@a/1"
    others = ("http://social.example/", "http://127.0.0.1:8000/", "javascript:x", "//x", "/x", "HTTPS:x", "")
    assert (frame.outward(web), frame.outward(here)) == (web, here.replace("127.0.0.1", "localhost"))
    assert {frame.outward(url) for url in others} == {""}
    live(opened, monkeypatch)
    assert (frame.outward(web), frame.outward(here)) == (web, "")
    assert {frame.outward(url) for url in others} == {""}


def test_what_a_form_says_is_taken_without_control_characters_and_at_most_once() -> None:
    values = QueryDict(mutable=True)
    values.setlist("note", ["first", " a\0b\r\nc\x7f\x1b "])
    assert frame.asked(values, "note") == "abc"
    assert frame.asked(values, "nothing") == ""


def test_a_database_that_does_not_answer_hides_no_flag_outside_it(
    install: Campaign, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("gone")

    served = replace(install.install, var=tmp_path)
    served.stop_file.write_text("A wrong name.\n")
    monkeypatch.setattr(frame, "install", lambda: served)
    monkeypatch.setattr(frame, "stop_flags", fail)
    (stop,) = frame._stops()
    assert (stop["what"], stop["why"]) == ("Sending is stopped everywhere.", "A wrong name.")
