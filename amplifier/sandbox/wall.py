"""The pages that people look at in a rehearsal: the wall, one post, one profile, and the files these need."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

HERE = Path(__file__).parent / "wall_assets"
NETWORKS = (("x", "X"), ("bluesky", "Bluesky"), ("mastodon", "Mastodon"))
# Only what the pages themselves ask for is served; a name never becomes a path.
ASSETS = {
    "wall.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "wall.js": "text/javascript; charset=utf-8",
    "card.js": "text/javascript; charset=utf-8",
    "coming.js": "text/javascript; charset=utf-8",
    "columns.js": "text/javascript; charset=utf-8",
    "motion.js": "text/javascript; charset=utf-8",
    "clock.js": "text/javascript; charset=utf-8",
}
HOMES = {"x": "/{}", "bluesky": "/profile/{}", "mastodon": "/@{}"}
# Nothing from elsewhere, nothing inline: a text that got past the escaping could still not act.
RULES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)
FACES = 6  # how many quiet colours the style sheet has for faces

_pages = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)

_pages.globals["rules"] = RULES


@cache
def page(wish: str = "") -> bytes:
    """The wall itself, empty: its script fills it from /wall/state and /wall/live. `wish`: its buttons' secret."""
    return _pages.get_template("wall.html.j2").render(networks=NETWORKS, blank=_card({}), wish=wish).encode()


@cache
def asset(name: str) -> tuple[bytes, str] | None:
    """A file of the wall and its media type, or None for any name that is not one of ours."""
    kind = ASSETS.get(name)
    return None if kind is None else ((HERE / name).read_bytes(), kind)


def post_page(view: Mapping[str, Any]) -> bytes:
    """One post as a page of its own.

    `view` is a post of the wall state plus `network` (its id) and `title` (its name).
    """
    post = _card(view)
    home = HOMES[view["network"]].format(post["at_handle"].removeprefix("@")) if post["at_handle"] else ""
    return _render("post.html.j2", view, post=post, home=home)


def profile_page(view: Mapping[str, Any]) -> bytes:
    """One account's page: `view` has `network`, `title`, `name`, `handle` and `posts` (of the wall state)."""
    posts = [_card(post) for post in view.get("posts", ())]
    about = _card(view)
    return _render("profile.html.j2", view, posts=posts, name=about["name"], at_handle=about["at_handle"])


def _render(template: str, view: Mapping[str, Any], **more: Any) -> bytes:
    return _pages.get_template(template).render(network=view["network"], title=view["title"], **more).encode()


def _card(post: Mapping[str, Any]) -> dict[str, Any]:
    """What a card shows of a post of the wall state; everything missing is an empty string."""
    handle = str(post.get("handle", "")).removeprefix("@")
    name = str(post.get("name") or handle)
    at = str(post.get("at", ""))
    return {
        "name": name,
        "at_handle": f"@{handle}" if handle else "",
        "face": "ours" if post.get("ours") else str(sum(map(ord, handle)) % FACES),
        "initials": "".join(word[0] for word in re.findall(r"\w+", name)[:2]).upper(),
        "url": _own_path(str(post.get("url", ""))),
        "at": at,
        "when": _plain_time(at),
        "edited": bool(post.get("edited")),
        "pieces": _pieces(str(post.get("text", "")), post.get("spans", ())),
        "replies": [_card(answer) for answer in post.get("replies", ())],
    }


def _pieces(text: str, spans: Any) -> list[tuple[str, str]]:
    """The text cut at its spans: (kind, piece), kind empty for plain words. Offsets count code points."""
    pieces: list[tuple[str, str]] = []
    done = 0
    for span in spans:
        pieces += [("", text[done : span["start"]]), (span["kind"], text[span["start"] : span["end"]])]
        done = span["end"]
    pieces.append(("", text[done:]))
    return [piece for piece in pieces if piece[1]]


def _own_path(url: str) -> str:
    """The path of a page of the sandbox; nothing for any other address, so that a card never leads elsewhere."""
    path = re.sub(r"^http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(?=/)", "", url)
    return path if re.match(r"/(?![/\\])", path) else ""


def _plain_time(at: str) -> str:
    return f"{datetime.fromisoformat(at):%H:%M:%S} UTC" if at else ""
