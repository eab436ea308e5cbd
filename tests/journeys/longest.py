"""A campaign in which all is as long as it may be, and the addresses of every page that people can come to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from amplifier.cli.rehearsal.rehearse import copy_home
from amplifier.web.failures import ADVICE, BROKEN, NOT_NOW, PLAIN
from tests.journeys.install import REPOSITORY, RunningInstall

NAME = ("LabourCampaignForFreeMovement" * 4)[:90]
# As long as each network lets a handle be, and in the widest letters.
HANDLES = {
    "x": "labfreemvmtWWWW",
    "bluesky": ".".join(["labfreemvmt".ljust(63, "w"), "w" * 63, "w" * 63, "w" * 53, "example"]),
    "mastodon": "labfreemvmt".ljust(30, "w"),
}
SERVER = ".".join(["m" * 63, "m" * 63, "example"])
STRANGERS = {
    "x": "wren.example",
    "bluesky": ".".join(["wren".ljust(63, "w")] * 3 + ["example"]),
    "mastodon": "wren.example",
}
UNBROKEN = "W" * 180
STOP = ".halt button"
SPOIL = "!"  # before a button: its form is no longer valid when it is pressed
PEOPLE = "\nnotify:\n  - {name: anna, address: NOTIFY_ANNA}\n"


def longest(folder: Path, *, seconds: int = 2400) -> RunningInstall:
    """The example campaign with everything long; on Mastodon people post by hand. Nothing of it runs yet."""
    home = copy_home(REPOSITORY, folder / "home", seconds=seconds)
    path = home / "settings.yaml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^  name: .*$", f"  name: {NAME}", text, count=1)
    for network, handle in HANDLES.items():
        text = re.sub(rf"(?m)(    platform: {network}\n    handle: ).*$", rf"\g<1>{handle}", text)
    text = text.replace("    api: https://social.example", f"    api: https://{SERVER}\n    hand_off: true")
    text = text.replace("responsible: Labour Campaign for Free Movement", f"responsible: {NAME}")
    text = text.replace("    too_late_after: 60s\n", "    too_late_after: 30m\n")
    path.write_text(text + PEOPLE, encoding="utf-8")
    return RunningInstall(home, folder / "var")


@dataclass(frozen=True)
class Address:
    """A page and where it is; `opens`: only where the console was opened before; `press`: the button one presses."""

    name: str
    url: str
    opens: bool = False
    press: str = ""


def fill(install: RunningInstall) -> None:
    """Start it all, and wait until every page has something to show: posts, doubts, mentions, a kit, a secret link."""
    run = install.up()
    run.until(lambda: "Ctrl-C ends everything." in run.said(), what="welcome")
    run.until(
        lambda: install.rows("SELECT 1 FROM deliveries WHERE state = 'sent' AND platform = 'x'"), what="post on X"
    )
    run.until(
        lambda: install.rows("SELECT 1 FROM deliveries WHERE state = 'sent' AND platform = 'bluesky'"), what="post"
    )
    for network, handle in HANDLES.items():
        words = {"network": network, "handle": STRANGERS[network], "text": f"@{handle} {UNBROKEN} and {UNBROKEN}"}
        install.world().ask("POST", "/_/say", words)
    said = {"network": "mastodon", "handle": HANDLES["mastodon"], "text": "Said by hand, elsewhere."}
    install.world().ask("POST", "/_/say", said)
    run.until(lambda: len(install.rows("SELECT 1 FROM mentions")) >= 3, what="mentions")
    run.until(lambda: install.rows("SELECT 1 FROM kits"), what="kit")
    run.until(lambda: _asked(install), what="somebody to be asked")
    rows = install.rows("SELECT id FROM deliveries WHERE state = 'queued' ORDER BY run_at DESC LIMIT 4")
    ids = ", ".join(str(number) for (number,) in rows)
    install.write(
        "UPDATE deliveries SET state = 'held', reason = 'rejected', first_sent_at = datetime('now'), "
        f"detail = 'The network does not accept this post. {UNBROKEN}' WHERE id IN ({ids})"
    )
    install.write(
        f"UPDATE deliveries SET state = 'unsure', run_at = datetime('now', '+9 hours') WHERE id = {rows[0][0]}"
    )


def addresses(install: RunningInstall, folder: Path) -> list[Address]:
    """Every page, with something on it."""
    here, there = f"http://127.0.0.1:{install.port}", f"http://localhost:{install.sandbox_port}"
    post = install.rows(
        "SELECT p.slot || '/' || p.occurrence FROM posts p JOIN deliveries d ON d.post_id = p.id "
        "WHERE d.state = 'sent' LIMIT 1"
    )
    sheet = folder / "sheet.html"
    done = install.command("plan", "--from", "2023-10-08", "--to", "2023-10-10", "--sheet", str(sheet))
    assert done.returncode == 0, done.stderr
    console = {
        "now": "/", "decide": "/decide", "mentions": "/mentions", "no mention": "/mentions?q=nothing",
        "not understood": "/mentions/aside", "correct": f"/posts/correct?post={post[0][0]}",
        "404": "/nothing", "405": "/posts/skip",
    }  # fmt: skip
    public = {"kit": "/k/lab23", "imprint": "/imprint", "lost secret link": f"/h/{'x' * 43}"}
    pretend = {
        "wall": "/wall", "X profile": f"/{HANDLES['x']}", "Bluesky profile": f"/profile/{HANDLES['bluesky']}",
        "Mastodon profile": f"/@{HANDLES['mastodon']}", "stranger's profile": f"/profile/{STRANGERS['bluesky']}",
        "no pretend page": "/nobody-of-that-name",
    }  # fmt: skip
    posts = {f"{one['network']} post": _page_of(one) for one in install.world().posts() if one["ours"]}
    stop = install.ask("stop-link")["address"]
    pressed = {
        "403": ("/decide", SPOIL + STOP), "what a correction does": (console["correct"], "button[name=act]"),
        "stopped": ("/", STOP),
    }  # fmt: skip
    return [
        *(Address(name, here + path, opens=True) for name, path in console.items()),
        *(Address(name, here + path) for name, path in public.items()),
        Address("hand-off", _asked(install)[-1]),
        Address("hand-off taken", _asked(install)[-1], press="button[value=take]"),
        Address("stop link", stop),
        Address("sheet", sheet.as_uri()),
        Address("500", _said(BROKEN % ADVICE)),
        Address("errand's 500", _said(PLAIN % NOT_NOW)),
        *(Address(name, there + path) for name, path in {**pretend, **posts}.items()),
        *(Address(name, here + path, opens=True, press=press) for name, (path, press) in pressed.items()),
    ]


def _said(html: str) -> str:
    return f"data:text/html;charset=utf-8,{quote(html)}"


def _asked(install: RunningInstall) -> list[str]:
    said = install.ask("notify").get("notices", [])
    return [str(one["link"]) for one in said if one["topic"] == "hand_off"]


def _page_of(post: dict[str, object]) -> str:
    number = str(post["remote_id"])
    match post["network"]:
        case "bluesky":
            return f"/profile/{HANDLES['bluesky']}/post/{number.rpartition('/')[2]}"
        case "x":
            return f"/{HANDLES['x']}/status/{number}"
        case _:
            return f"/@{HANDLES['mastodon']}/{number}"
