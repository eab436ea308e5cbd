"""What `check` and `plan` cost for 5,000 slots on two accounts, beside rendering and measuring each text once, bare.

Run: .venv/bin/python bench/check.py [slots]. Both sides run in this process, one after the other, with nothing known
from before, and are measured in processor time. Writing the words is what a plan cannot do without; all else should
cost no more than a few times that.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figures import Aim, write

HOME = Path(__file__).parents[1]
SLOTS = 5_000


def figures(slots: int = SLOTS) -> tuple[Aim, ...]:
    """What is measured of a campaign of so many slots on two accounts."""
    bare = "rendering and measuring each text once"
    return tuple(
        Aim(f"check-{name}", f"processor time of `{name}` of {slots:,} slots on two accounts", "s", most, bare)
        for name, most in (("check", 3.5), ("plan", 3.5))
    )


FIGURES = figures()
A_TEMPLATE = 50  # wordings
SETTINGS = """\
mode: rehearsal
campaign:
  id: many
  name: Many
  zone: Europe/London
  place: Hall
  first_day: 2027-01-01
  last_day: 2027-12-31
  voice: {tag: "#Many27"}
  append: [tag]
  imprint: {profile: uk, text: Promoted by Many., page: https://many.example/imprint}
accounts:
  - {name: bluesky, platform: bluesky, handle: many.example}
  - {name: mastodon, platform: mastodon, handle: many, api: https://many.example}
"""


def campaign(home: Path, slots: int) -> None:
    """So many slots over a year, each with words of its own."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abdegiklmnorstuv", k=chance.randint(3, 9))) for _ in range(800)]
    (home / "templates").mkdir()
    (home / "schedules").mkdir()
    (home / "settings.yaml").write_text(SETTINGS)
    plan = ["campaign: many", "milestones: {debate: 2027-06-01 14:40}", "slots:"]
    for first in range(0, slots, A_TEMPLATE):
        lines = ["---", "ask: many", "---"]
        for number in range(first, min(first + A_TEMPLATE, slots)):
            said = " ".join(chance.choices(words, k=18))
            at = datetime(2027, 1, 1, 6, tzinfo=UTC) + timedelta(minutes=number * 520_000 // slots)
            at = at.replace(hour=2) if at.hour == 1 else at  # on one Sunday there is no such hour
            lines += [f"== w{number}", f"{said} {{{{ milestones.debate | clock }}}}", ""]
            plan += [
                f"  - name: s{number}",
                f"    template: t{first}",
                f"    wording: w{number}",
                f"    at: {at:%Y-%m-%d %H:%M}",
            ]
        (home / "templates" / f"t{first}.j2").write_text("\n".join(lines))
    (home / "schedules" / "many.yaml").write_text("\n".join(plan) + "\n")


def forget() -> None:
    """Let nothing be known from before: each side begins as a process of its own would."""
    from amplifier.compose import fit, render
    from amplifier.text import links, similarity

    known = (render._compiled, fit._used, links.spans, similarity._trace)  # noqa: SLF001
    for one in known:
        one.cache_clear()


def bare(home: Path) -> float:
    """Rendering and measuring each text once: seconds of the processor."""
    from amplifier.compose.queue import length
    from amplifier.compose.render import Context, parse_templates, render
    from amplifier.schedule import files
    from amplifier.settings import load

    settings, found = load(home), parse_templates(files.sources(home))
    day = datetime.fromisoformat("2027-06-01T14:40+01:00")
    forget()
    begun = time.process_time()
    for template in found.values():
        for wording in template.wordings:
            for account in settings.accounts:
                context = Context(account.platform, {"tag": "#Many27"}, {"debate": day}, {}, "Many", day)
                length(render(template, wording.name, context).text, account)
    return time.process_time() - begun


def command(*words: str) -> float:
    """One command in this process, its answer thrown away: seconds of the processor."""
    from amplifier.__main__ import main as amplifier

    said = io.StringIO()
    forget()
    begun = time.process_time()
    with contextlib.redirect_stdout(said):
        code = amplifier([*words])
    took = time.process_time() - begun
    if code:
        raise SystemExit(f"{words[0]} failed:\n{said.getvalue()}")
    return took


def main() -> int:
    """Print each cost and its ratio, and write them down; 1 where one is more than it may be."""
    sys.path.insert(0, str(HOME))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amplifier.django_settings")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("slots", type=int, nargs="?", default=SLOTS)
    slots = parser.parse_args().slots
    found = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        campaign(home, slots)
        where = ("--home", str(home), "--var", str(Path(folder) / "var"))
        command("check", *where)  # whatever is loaded once is loaded now
        yardstick = bare(home)
        print(f"{slots:,} slots on two accounts; bare: {yardstick:.2f} s")
        for aim, words in zip(figures(slots), (("check",), ("plan", "--from", "2027-01-01")), strict=True):
            took = command(*words, *where)
            ratio = took / yardstick
            found.append((aim, aim.came_to(took, ratio=ratio, detail=f"{took:.1f} s")))
            print(f"ratio of {words[0]}: {ratio:.1f} ({took:.2f} s), at most {aim.at_most:g}")
    return write(found)


if __name__ == "__main__":
    raise SystemExit(main())
