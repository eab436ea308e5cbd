from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from amplifier.campaign.account import Access
from amplifier.deliver.each_account import jobs_of_each
from amplifier.store.identity import accounts
from tests.deliver.desk import Desk, stands
from tests.schedule.homes import settings
from tests.store.filled import add, row
from tests.waiting import HANG_S


def test_an_account_that_does_not_answer_keeps_no_other_from_being_asked(desk: Desk) -> None:
    answered = threading.Event()
    desk.networks["bluesky"].unknown.append(lambda: answered.wait(HANG_S))
    outlets = {name: desk.outlet(name) for name in desk.networks}
    jobs = jobs_of_each(desk.networks, outlets, settings(), now=desk.now)
    assert [name for name, _, _ in jobs] == [
        f"{what}: {name}" for name in desk.networks for what in ("accounts", "read back")
    ]

    threads = [threading.Thread(target=call, daemon=True) for name, _, call in jobs if name.startswith("accounts")]
    for thread in threads:
        thread.start()
    others = [thread for thread, (name, _, _) in zip(threads, jobs[::2], strict=True) if "bluesky" not in name]
    for thread in others:
        thread.join(HANG_S)

    assert {one.name for one in accounts.account_states() if one.access == Access.OK} == {"x", "mastodon"}
    answered.set()
    for thread in threads:
        thread.join(HANG_S)


def test_a_post_that_cannot_be_read_keeps_no_other_from_being_looked_at(desk: Desk) -> None:
    numbers = {name: add(f"On {name}", account=name) for name in ("bluesky", "x")}
    desk.tick()
    assert {stands(number) for number in numbers.values()} == {("sent", "")}
    desk.pass_by(timedelta(hours=2).total_seconds())
    answered = threading.Event()
    desk.networks["bluesky"].unread.append(lambda: answered.wait(HANG_S))
    outlets = {name: replace(desk.outlet(name), readable=True) for name in numbers}
    jobs = jobs_of_each({name: desk.networks[name] for name in numbers}, outlets, settings(), now=desk.now)
    looks = [threading.Thread(target=call, daemon=True) for name, _, call in jobs if name.startswith("read back")]

    for thread in looks:
        thread.start()
    looks[1].join(HANG_S)

    assert row(numbers["x"]).checked_at is not None
    assert "read" in desk.x.calls
    answered.set()
    for thread in looks:
        thread.join(HANG_S)
