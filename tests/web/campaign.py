"""A small campaign for the pages' tests: its files, its rows in the ledger, and requests as a browser makes them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client

from amplifier.campaign.mention import Mention, MentionKind, Visibility
from amplifier.clock import utc_now
from amplifier.deliver.accounts import listed
from amplifier.install import Install
from amplifier.schedule.planner import Planner
from amplifier.store import heartbeats, ledger
from amplifier.store.identity import accounts
from amplifier.store.listening import mentions
from amplifier.store.models import DeliveryRow

REPOSITORY = Path(__file__).parents[2]
HOST = "127.0.0.1:8000"
SCHEDULE = """\
campaign: lab23
milestones:
  debate: 2023-10-10 14:40
  vote: 2023-10-10 17:15
slots:
  - name: hello
    template: lab23/words
    wording: hello
    at: 2023-09-25 10:00
  - name: soon
    template: lab23/words
    wording: soon
    at: debate - 1h
  - name: go
    template: lab23/words
    wording: go
    at: debate
"""
WORDS = """\
---
ask: vote
audience: delegates
platforms: [x, bluesky, mastodon]
language: en
---
== hello
Hello from the campaign.
== soon
The debate is at {{ milestones.debate | clock }}.
== go
<b>Now</b> & "then".
"""


@dataclass
class Campaign:
    """An install whose pages are asked within this process."""

    install: Install
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True, HTTP_HOST=HOST))

    def open(self, *, first: datetime | None = None) -> None:
        """As after the first start: ledger, accounts, heartbeats, and the plan as rows, due from `first` on."""
        settings = self.install.settings
        ledger.open_ledger(mode=settings.mode.value, campaign=settings.campaign.id, now=utc_now(), stopped="")
        accounts.know_accounts(listed(settings))
        for one in settings.accounts:
            accounts.account_is_ok(
                one.name, remote_id=one.name, url=f"https://{one.platform}.example/us", text_limit=0, now=utc_now()
            )
        self.beat()
        self.read(at=first)

    def beat(self, *names: str, at: datetime | None = None) -> None:
        for name in names or ("worker", "listener"):
            heartbeats.beat(name, now=at or utc_now(), detail=self.install.settings.digest)

    def read(self, *, at: datetime | None = None) -> None:
        """What the worker does every moment: read the files and bring the rows up to them."""
        Planner(self.install.home, self.install.settings, now=lambda: at or utc_now()).refresh()

    def write(self, name: str, text: str) -> None:
        (self.install.home / name).write_text(text, encoding="utf-8")

    def put(self, slot: str, account: str = "", **changes: object) -> None:
        """Put a delivery into a state, whatever led there."""
        rows = DeliveryRow.objects.filter(post__slot=slot)
        assert (rows.filter(account__label=account) if account else rows).update(**changes)

    def hear(self, *said: Mention) -> None:
        mentions.take_in("x:mentions", said, cursor="", now=utc_now())

    def get(self, path: str, **more: Any) -> Page:
        return Page(self.client.get(path, **more))

    def send(self, path: str, form: dict[str, str], *, on: str = "/") -> Page:
        """Send a form of this page with the token that stands in it, and follow to where it leads."""
        token = self.get(on).field("csrfmiddlewaretoken")
        return Page(self.client.post(path, {**form, "csrfmiddlewaretoken": token}, follow=True))


def skip_form(page: Page, post: str) -> dict[str, str]:
    """The form with which this page skips this post, as it stands there."""
    found = re.search(
        rf'name="post" value="{re.escape(post)}"><input type="hidden" name="shown" value="(\w+)"', page.html
    )
    return {"post": post, "shown": found[1] if found else ""}


class Page(HTMLParser):
    """An answer, with the HTML read as a browser would."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.response: HttpResponse = response
        self.status = response.status_code
        self.html = response.content.decode()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[tuple[str, str]] = []
        self._open: list[str] = []
        if response.get("Content-Type", "").startswith("text/html"):
            self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("input", "meta", "link", "br"):
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append((self._open[-1] if self._open else "", " ".join(data.split())))

    @property
    def truth(self) -> str:
        """The sentence on top."""
        return next(words for tag, words in self.words if tag == "h1")

    @property
    def text(self) -> str:
        return " ".join(words for _, words in self.words)

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def field(self, name: str) -> str:
        return next(one["value"] for one in self.named("input") if one.get("name") == name)

    def links(self) -> list[str]:
        """Where the page leads, but for places within itself."""
        return [one["href"] for one in self.named("a") if "href" in one and not one["href"].startswith("#")]


def mention(number: int, **more: Any) -> Mention:
    """What somebody said; a higher number is newer."""
    said: dict[str, Any] = {
        "network": "x",
        "account": "x",
        "canonical_id": str(number),
        "kind": MentionKind.MENTION,
        "author_id": "7",
        "author_handle": "wren.example",
        "author_name": "Wren",
        "text": f"Mention {number}.",
        "url": f"https://x.example/wren/status/{number}",
        "posted_at": utc_now() - timedelta(days=1) + timedelta(seconds=number),
        "visibility": Visibility.PUBLIC,
    }
    return Mention(**said | more)


def make_home(home: Path, *, schedule: str = SCHEDULE, words: str = WORDS) -> Path:
    (home / "schedules").mkdir(parents=True)
    (home / "templates" / "lab23").mkdir(parents=True)
    shutil.copy(REPOSITORY / "settings.yaml", home)
    (home / "schedules" / "lab23.yaml").write_text(schedule, encoding="utf-8")
    (home / "templates" / "lab23" / "words.j2").write_text(words, encoding="utf-8")
    return home


def unsafe(page: Page) -> Sequence[str]:
    """What a page must not have: anything inline, and anything from elsewhere."""
    found = []
    for tag, attributes in page.tags:
        found += [f"{tag} {name}" for name in attributes if name.startswith("on") or name in ("style", "srcdoc")]
        found += [f"{tag} inline"] if tag == "style" or (tag == "script" and not attributes.get("src")) else []
        sources = [attributes[name] for name in ("src", "data", "poster") if name in attributes]
        sources += [attributes["href"]] if tag == "link" else []
        sources += [attributes["action"]] if tag == "form" else []
        found += [f"{tag} from {one}" for one in sources if not one.startswith("/") or one.startswith("//")]
        found += [tag] if tag in ("iframe", "object", "embed", "base", "img", "audio", "video") else []
    leads = [one.split(":")[0].strip().lower() for one in page.links()]
    return [*found, *(one for one in leads if one in ("javascript", "data", "vbscript"))]
