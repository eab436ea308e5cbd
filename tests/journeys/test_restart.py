"""A service that starts again sends what the files want now, not what the ledger remembers."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amplifier.clock import utc_now
from amplifier.deliver.accounts import listed
from amplifier.engine.embedded import EmbeddedEngine
from amplifier.install import Install
from amplifier.schedule.planner import Planner
from amplifier.settings import Settings, parse
from amplifier.store import ledger
from amplifier.store.identity import accounts
from amplifier.store.models import AccountRow, DeliveryRow
from amplifier.wiring import service as wiring
from tests.deliver.scripted import Scripted
from tests.schedule.homes import EXAMPLE, Home
from tests.waiting import HANG_S, until

pytestmark = [pytest.mark.usefixtures("sqlite_ledger"), pytest.mark.journey]
LONDON = ZoneInfo("Europe/London")
BEFORE = timedelta(minutes=20)
OLD, NEW = "OLD words that were wrong.", "NEW words that are right."
TEMPLATE = "---\nask: watch\n---\n== plain\n{}\n"
SCHEDULE = """campaign: lab23
slots:
  - name: due-now
    template: lab23/mine
    at: {:%Y-%m-%d %H:%M}
    accounts: [mastodon]
"""


def live_from(day: datetime, **more: str) -> Settings:
    """The example's settings in live mode, with the campaign's days around this one."""
    text = (EXAMPLE / "settings.yaml").read_text()
    changes = {
        "mode: rehearsal": "mode: live",
        "first_day: 2023-09-24": f"first_day: {day - timedelta(days=1):%Y-%m-%d}",
        "last_day: 2023-10-11": f"last_day: {day + timedelta(days=12):%Y-%m-%d}",
        **more,
    }
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after, 1)
    return parse(text)


def _late(call: Callable[[], object]) -> Callable[[], object]:
    def after_a_while() -> None:
        time.sleep(0.7)
        call()

    return after_a_while


class Down:
    """A live install whose service was ended while a post came due: its home, its settings, its pretend networks."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        now = utc_now()
        self.due = now.astimezone(LONDON).replace(second=0, microsecond=0)
        self.home, self.settings = Home(folder), live_from(self.due)
        for name in ("schedules", "templates"):
            shutil.rmtree(folder / name)
        self.home.write("schedules/week.yaml", SCHEDULE.format(self.due))
        self.home.write("templates/lab23/mine.j2", TEMPLATE.format(OLD))
        ledger.open_ledger(mode="live", campaign="lab23", now=now - BEFORE, stopped="")
        accounts.know_accounts(listed(self.settings))
        Planner(folder, self.settings, now=lambda: now - BEFORE).refresh()
        assert DeliveryRow.objects.get().state == "queued"
        self.networks = {account.name: Scripted(handle=account.handle) for account in self.settings.accounts}
        monkeypatch.setattr(wiring, "reach", lambda account, _place: self.networks[account.name])
        for account in self.settings.accounts:
            for variable in account.secrets.values():
                monkeypatch.setenv(variable, "pretend")

    def start(self) -> tuple[str, str, list[str]]:
        """The service runs for a while: state and reason of the post, and what was published."""
        install = Install(home=self.home.path, var=self.home.path, settings=self.settings, key="k" * 40)
        jobs, worker = wiring.worker_jobs(wiring.open_app(install))
        # the worst order there is: what sends comes round several times before the plan is first read
        slow = [job if job.name != "plan" else replace(job, call=_late(job.call)) for job in jobs]
        engine = EmbeddedEngine(slow)
        engine.start()
        end = time.monotonic() + HANG_S
        while time.monotonic() < end and DeliveryRow.objects.get().state == "queued":
            time.sleep(0.1)
        engine.stop()
        worker.stop()
        row = DeliveryRow.objects.get()
        mastodon = self.networks["mastodon"]
        return row.state, row.reason, [mastodon.words(number) for number in mastodon.posts]


@pytest.fixture
def down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Down:
    return Down(tmp_path, monkeypatch)


def test_what_nobody_changed_goes_out(down: Down) -> None:
    state, _, (said,) = down.start()
    assert (state, OLD in said) == ("sent", True)


def test_words_that_were_mended_meanwhile_go_out_as_they_are_now(down: Down) -> None:
    down.home.write("templates/lab23/mine.j2", TEMPLATE.format(NEW))
    state, _, (said,) = down.start()
    assert (state, NEW in said, OLD in said) == ("sent", True, False)


def test_what_was_taken_out_meanwhile_does_not_go_out(down: Down) -> None:
    elsewhere = down.due + timedelta(days=5)
    down.home.write("schedules/week.yaml", SCHEDULE.format(elsewhere))
    state, _, said = down.start()
    assert (state, said) == ("queued", [])
    assert DeliveryRow.objects.get().run_at > utc_now() + timedelta(days=4)


def test_a_new_imprint_is_in_what_goes_out_and_holds_nothing_back(down: Down) -> None:
    old, new = "Promoted by the Labour Campaign for Free Movement.", "Promoted by an agent in Liverpool."
    down.settings = live_from(down.due, **{f"text: {old}": f"text: {new}"})
    state, _, (said,) = down.start()
    assert (state, new in said, old in said) == ("sent", True, False)


class Unheard:
    """An account by another name of its server, which says who it is only once it is let."""

    def __init__(self, network: Scripted) -> None:
        self._network = network
        self.may_say = threading.Event()

    def verify(self) -> object:
        self.may_say.wait(HANG_S)
        return self._network.verify()

    def __getattr__(self, name: str) -> object:
        return getattr(self._network, name)


def test_an_account_that_is_listed_once_more_by_another_name_of_its_server_says_nothing_twice(down: Down) -> None:
    assert down.start()[0] == "sent"
    again = (
        "  - name: again\n    platform: mastodon\n    handle: labfreemvmt\n    api: https://www.social.example\n"
        "    secrets:\n      access_token: MASTODON_ACCESS_TOKEN\n\nlisten:"
    )
    down.settings = live_from(down.due, **{"listen:": again})
    week = SCHEDULE.format(down.due).replace("accounts: [mastodon]", "accounts: [mastodon, again]")
    down.home.write("schedules/week.yaml", week.replace("    accounts", "    too_late_after: 6h\n    accounts"))
    unheard = Unheard(down.networks["mastodon"])
    install = Install(home=down.home.path, var=down.home.path, settings=down.settings, key="k" * 40)
    down.networks["again"] = unheard  # type: ignore[assignment]
    jobs, worker = wiring.worker_jobs(wiring.open_app(install))
    engine = EmbeddedEngine(jobs)
    engine.start()
    try:
        waiting = DeliveryRow.objects.filter(account__label="again", state="held", reason="account")
        until(waiting.exists, what="its post to be held for who it is")
        assert len(down.networks["mastodon"].posts) == 1
        unheard.may_say.set()
        lost = AccountRow.objects.filter(label="again", health="lost", detail__contains="all would be said twice")
        until(lost.exists, what="its network's word")
    finally:
        unheard.may_say.set()
        engine.stop()
        worker.stop()
    assert len(down.networks["mastodon"].posts) == 1
