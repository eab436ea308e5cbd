"""Which part of the harness is sent after which planted bug: the quickest that must find it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import connections

from tests.journeys import trials
from tests.journeys.bad_answers import KINDS, MORE, Bad
from tests.journeys.cell import Stage
from tests.journeys.crew import Crew
from tests.journeys.five_workers import five_workers
from tests.journeys.kill_points import Lane, Point
from tests.journeys.ninety_days import play

BAD: dict[str, Bad] = {bad.name: bad for bad in (*KINDS, *MORE)}
Hunt = Callable[["Ground"], list[str]]


class Ground:
    """Where a hunt takes place: a folder, a migrated ledger to copy, and the bug that is planted here."""

    def __init__(self, folder: Path, *, template: Path, bug: str) -> None:
        self.folder = folder
        self.template = template
        self.bug = bug

    def use_ledger(self) -> None:
        """An empty ledger for this process."""
        path = self.folder / "here.sqlite3"
        shutil.copy(self.template, path)
        connections.databases["default"] = {**connections.databases["default"], "NAME": str(path)}
        del connections["default"]

    def crew(self) -> Crew:
        """Workers with the bug."""
        return Crew(self.folder / "crew", template=self.template, bug=self.bug)


def cell(ground: Ground, network: str, name: str, *, forgets: bool = False) -> list[str]:
    """One bad answer on one network; `forgets`: on a server that remembers no key."""
    ground.use_ledger()
    bad, stage = BAD[name], Stage(ground.folder)
    faults = [{"operation": "find" if one["kind"] == "lag" else "publish", **one} for one in bad.faults]
    if forgets:
        faults.append({"operation": "publish", "kind": "ignore_key", "times": None})
    try:
        outcome = stage.play(network, faults)
    except AssertionError as error:
        return [str(error)]
    finally:
        stage.close()
    end = bad.end(network)
    wrong = list(outcome.broken)
    if (outcome.state, outcome.times) != (end.state, end.times):
        wrong.append(f"{outcome.state}, {outcome.times} in the world; written down before: {end.state}, {end.times}.")
    if outcome.seconds > end.within_s:
        wrong.append(f"It took {outcome.seconds:.0f} s.")
    return wrong


def kill(ground: Ground, weather: str, step: str) -> list[str]:
    """A kill at this step's first passage, on a server that remembers no key."""
    with ground.crew() as crew:
        return list(Lane(crew).play(Point("mastodon", weather, step, 1)).wrong)


def five(ground: Ground) -> list[str]:
    """Five workers, and one of them asleep."""
    with ground.crew() as crew:
        return list(five_workers(crew, crew.ledger(), posts=80, seconds=40).wrong)


def trial(ground: Ground, one: trials.Trial) -> list[str]:
    """A trial of one promise."""
    with ground.crew() as crew:
        return one(crew)


def days(ground: Ground) -> list[str]:
    """A day of trouble on a clock that is set."""
    ground.use_ledger()
    return play(posts=60, days=1, seed=4).violations


def _on(network: str, name: str) -> Hunt:
    return partial(cell, network=network, name=name)


def _forgetful(name: str) -> Hunt:
    return partial(cell, network="mastodon", name=name, forgets=True)


HUNTS: dict[str, Hunt] = {
    "sent before it is written down": partial(kill, weather="answered", step="after publish"),
    "called sent before the call": partial(kill, weather="answered", step="before publish"),
    "what happened is not written down": _on("mastodon", "500"),
    "a late receipt is thrown away": five,
    "no fence": partial(trial, one=trials.asleep_with_a_no),
    "a fence that does not rise": days,
    "two at once on an account": five,
    "a lease that never counts": five,
    "a dead workers claim stays": partial(kill, weather="answered", step="after claiming"),
    "what a dead worker sent is queued": partial(kill, weather="answered", step="after publish"),
    "unclear is taken for not sent": _forgetful("reset and there"),
    "a lost account is tried again": _on("mastodon", "401"),
    "a refusal is tried again": _on("mastodon", "400"),
    "5xx is taken for not sent": _forgetful("500 and there"),
    "a time out is taken for not sent": _forgetful("silence and there"),
    "a redirect is taken for not sent": _forgetful("sent on, and there"),
    "the sdk repeats by itself": _forgetful("reset and there"),
    "any answer is a receipt": _on("mastodon", "another's id"),
    "an absurd wait is believed": _on("mastodon", "429 absurd"),
    "no settling": _forgetful("there later"),
    "one look is enough": _forgetful("a slow timeline"),
    "a look that fails has seen nothing": partial(trial, one=trials.blind_for_a_while),
    "yesterdays words are ours": partial(trial, one=trials.yesterday),
    "others receipts are not left out": partial(trial, one=trials.twins),
    "a duplicate is sent again": _on("x", "duplicate"),
    "a key anew for each attempt": _on("mastodon", "a very slow timeline"),
    "a record key anew for each attempt": partial(trial, one=trials.later_than_we_wait),
    "rendered again when it is sent": _on("mastodon", "500"),
    "too late does not matter": partial(trial, one=trials.too_late),
    "no gap": partial(trial, one=trials.after_a_break),
    "an account never rests": partial(trial, one=trials.after_a_break),
    "a stop is read at the start alone": partial(trial, one=trials.stopped_midway),
}


def name_of(hunt: Hunt) -> str:
    """What this hunt is, in words."""
    if not isinstance(hunt, partial):
        return hunt.__name__
    words = hunt.keywords
    said = [getattr(value, "__name__", str(value)) for name, value in words.items() if name != "forgets"]
    return f"{hunt.func.__name__}: {', '.join(said)}{', keys forgotten' if words.get('forgets') else ''}"
