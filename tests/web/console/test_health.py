"""How everything is: each part has its sign, and none is called well that is not."""

from __future__ import annotations

import fcntl
import json
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from amplifier.campaign.account import Access
from amplifier.clock import utc_now
from amplifier.compose.accountable import ADVICE
from amplifier.errors import Problem
from amplifier.install import LOCK
from amplifier.policy import MonthlyBudget
from amplifier.schedule.naming.doubts import keep_unsaid
from amplifier.schedule.naming.renamed import Unsaid
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.settings import Listen, Mode
from amplifier.store import heartbeats, spends
from amplifier.store.holding import restored, stops
from amplifier.store.identity import accounts, rests
from amplifier.store.listening import sources
from amplifier.web import frame
from amplifier.web.console.health import Mood, Sign, signs
from tests.store import filled
from tests.web.campaign import Campaign


def look(*, planned: bool = True) -> tuple[Sign, ...]:
    return signs(utc_now(), planned=planned)


def only(mood: Mood) -> Sign:
    (found,) = [sign for sign in look() if sign.state is mood]
    return found


def report(*problems: Problem) -> None:
    heartbeats.beat(PLAN_BEAT, now=utc_now(), detail=json.dumps([one.as_json() for one in problems]))


def test_all_is_well_and_every_part_is_named(opened: Campaign) -> None:
    assert opened.install
    assert [sign.sentence for sign in look()] == [
        "The worker is at work.",
        "The listener is at work.",
        "X (@labfreemvmt) is connected.",
        "Bluesky (@labfreemvmt.example) is connected.",
        "Mastodon (@labfreemvmt@social.example) is connected.",
        "The page /imprint does not give an address. This rehearsal may go on so; going live is refused until it does. "
        + ADVICE,
    ]
    assert not any(sign.short or sign.stops_all for sign in look())


def test_a_ledger_without_a_row_means_that_nothing_was_started(campaign: Campaign) -> None:
    assert campaign.install
    (sign,) = look()
    assert sign.stops_all
    assert "amplifier up" in sign.sentence


@pytest.mark.parametrize(("part", "stops"), [("worker", True), ("listener", False)])
def test_a_part_that_is_silent_for_15_seconds_is_trouble_and_only_the_worker_stops_all(
    opened: Campaign, part: str, *, stops: bool
) -> None:
    opened.beat(part, at=utc_now() - timedelta(seconds=14))
    assert not any(sign.state is Mood.BAD for sign in look())
    opened.beat(part, at=utc_now() - timedelta(seconds=16))
    sign = look()[0]
    assert (sign.state, sign.stops_all) == (Mood.BAD, stops)
    assert f"The {part}, which " in sign.sentence
    assert " has been silent for 16 seconds." in sign.sentence
    assert f"amplifier {sign.sentence.split()[1].strip(',')} starts it, as the others run one by one." in sign.sentence
    assert "amplifier up" not in sign.sentence
    with (opened.install.var / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "amplifier up runs here and starts it again; if it does not, end it" in look()[0].sentence


def test_a_planner_that_fails_is_told_as_what_stops_something(opened: Campaign) -> None:
    assert opened.install
    report(Problem("", 0, "plan_failed", "The planner fails (KeyError).", "Take back what was changed last."))
    sign = only(Mood.BAD)
    assert (sign.sentence, sign.short) == (
        "The planner fails (KeyError). Take back what was changed last.",
        "The planner fails.",
    )


def test_a_stopped_ledger_comes_before_all_else(opened: Campaign) -> None:
    opened.beat("worker", "listener", at=utc_now() - timedelta(minutes=1))
    stops.stop(reason="Panic.", actor="test", now=utc_now())
    assert look()[0].sentence == "Sending is stopped. Panic. To let it go on: amplifier resume"


def test_an_account_that_was_not_asked_yet_is_not_called_connected(opened: Campaign) -> None:
    accounts.AccountRow.objects.filter(label="x").update(health=Access.UNKNOWN, detail="No answer came.")
    assert opened.install
    assert only(Mood.WAIT).sentence == "X (@labfreemvmt) has not answered yet. No answer came."


def test_an_account_whose_network_does_not_answer_is_not_called_connected(opened: Campaign) -> None:
    assert opened.install
    accounts.account_trouble("x", lost=False, detail="X could not be reached.", now=utc_now())
    assert only(Mood.WAIT).sentence == "X (@labfreemvmt) does not answer as it should just now. X could not be reached."


def test_an_account_that_has_no_row_yet_waits(opened: Campaign) -> None:
    accounts.AccountRow.objects.filter(label="x").update(label="before")
    assert opened.install
    assert only(Mood.WAIT).short == "X has not answered yet."


def test_an_account_whose_network_asks_us_to_wait_says_until_when(opened: Campaign) -> None:
    assert opened.install
    rests.make_wait(filled.number("x"), until=utc_now() + timedelta(minutes=15))
    assert only(Mood.WAIT).short == "X asks us to wait."
    assert "asks us to wait 15 minutes more." in only(Mood.WAIT).sentence
    accounts.AccountRow.objects.filter(label="x").update(closed_until=utc_now() - timedelta(seconds=1))
    assert len(look()) == 6
    assert all(sign.state is Mood.OK for sign in look())


def test_an_account_that_was_renamed_on_its_network_is_connected_and_says_what_to_write(opened: Campaign) -> None:
    assert opened.install
    for name in ("labfreemvmt", "new-name"):
        accounts.account_is_ok(
            "x", remote_id=accounts.remote_id_of("x") or "1", handle=name, url="", text_limit=0, now=utc_now()
        )
    sign = only(Mood.WAIT)
    assert sign.sentence.startswith("X (@labfreemvmt) is connected. It is called @new-name there now,")
    assert sign.short == "X has another handle now."


def test_an_account_that_was_taken_out_of_the_settings_is_nobodys_trouble(opened: Campaign) -> None:
    assert opened.install
    filled.know([("old", "x", "formerly")])
    accounts.account_trouble("old", lost=True, detail="Gone.", now=utc_now())
    sources.source_trouble("old:mentions", problem="Gone.")
    assert all(sign.state is Mood.OK for sign in look())


def test_a_bad_file_is_reported_with_its_line_and_what_stays_in_force(opened: Campaign) -> None:
    assert opened.install
    report(Problem("schedules/lab23.yaml", 7, "rule", "There is no milestone debat.", "Did you mean debate?"))
    sign = only(Mood.BAD)
    assert sign.short == "schedules/lab23.yaml has a mistake."
    assert sign.sentence == (
        "schedules/lab23.yaml, line 7: There is no milestone debat. Did you mean debate? "
        "The last good version stays in force."
    )
    (first,) = [sign for sign in look(planned=False) if sign.state is Mood.BAD]
    assert first.sentence.endswith("Nothing is planned until it is mended.")


def test_a_problem_of_a_whole_file_names_no_line(opened: Campaign) -> None:
    assert opened.install
    report(Problem("schedules/lab23.yaml", 0, "rule", "It is empty."))
    assert only(Mood.BAD).sentence.startswith("schedules/lab23.yaml: It is empty. ")


def test_a_hundred_problems_do_not_bury_the_page(opened: Campaign) -> None:
    assert opened.install
    report(*(Problem("a.yaml", line, "rule", "Wrong.") for line in range(1, 101)))
    waiting = [sign.sentence for sign in look() if sign.state is Mood.BAD]
    assert len(waiting) == 6
    assert waiting[-1] == "And 95 more mistakes. All of them: amplifier check"


def test_settings_that_changed_while_the_service_ran_are_pointed_out(opened: Campaign) -> None:
    text = (opened.install.home / "settings.yaml").read_text()
    opened.write("settings.yaml", text + "# more\n")
    assert only(Mood.WAIT).short == "settings.yaml was changed."
    (opened.install.home / "settings.yaml").unlink()
    assert all(sign.state is Mood.OK for sign in look())
    opened.write("settings.yaml", text)
    heartbeats.beat("worker", now=utc_now(), detail="another digest")
    assert only(Mood.WAIT).short == "settings.yaml was changed."


def test_a_source_that_cannot_be_read_is_named_by_its_network(opened: Campaign) -> None:
    assert opened.install
    sources.source_trouble("mastodon:mentions", problem="The server is being rebuilt.")
    assert only(Mood.WAIT).sentence == (
        "Mentions on Mastodon could not be read: The server is being rebuilt. Nothing is lost; we ask again."
    )


@pytest.mark.parametrize("name", ["x:#NoLongerOurs", "bluesky:#NoLongerOurs"])
def test_what_nobody_listens_to_any_more_is_nobodys_trouble(opened: Campaign, name: str) -> None:
    assert opened.install
    sources.source_trouble(name, problem="Not found.")
    assert all(sign.state is Mood.OK for sign in look())


def test_what_is_worst_comes_first(opened: Campaign) -> None:
    assert opened.install
    sources.source_trouble("x:mentions", problem="No.")
    accounts.account_trouble("mastodon", lost=True, detail="No.", now=utc_now())
    assert [sign.state for sign in look()] == [Mood.BAD, Mood.WAIT, *[Mood.OK] * 5]


def changed(install: Campaign, monkeypatch: pytest.MonkeyPatch, **update: object) -> None:
    """The same install, started with other settings."""
    place = replace(install.install, settings=install.install.settings.model_copy(update=update))
    monkeypatch.setattr(frame, "open_install", lambda *_: place)
    frame.install.cache_clear()


def test_a_tag_that_cannot_be_read_is_told_as_long_as_we_listen_to_it(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources.source_trouble("mastodon:#OurTag", problem="Not found.")
    assert all(sign.state is Mood.OK for sign in look())
    changed(opened, monkeypatch, listen=Listen.model_validate({"tags": [{"tag": "#OurTag", "ours": True}]}))
    assert only(Mood.WAIT).short == "Mentions on Mastodon could not be read."


def test_an_account_that_nobody_asks_any_more_has_no_trouble_with_being_read(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources.source_trouble("x:mentions", problem="The month's money is spent.")
    assert only(Mood.WAIT).short == "Mentions on X could not be read."
    by_hand = [one.model_copy(update={"hand_off": one.name == "x"}) for one in opened.install.settings.accounts]
    changed(opened, monkeypatch, accounts=by_hand)
    assert all(sign.state is Mood.OK for sign in look())


def test_what_is_left_of_the_budget_is_said_and_how_it_is_spared(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(opened, monkeypatch, budget=MonthlyBudget.model_validate({"monthly": 10}))
    spends.reserve("x", "publish", 7_500_000, budget=None, now=utc_now())
    assert "The budget: $2.50 of $10.00 left this month." in [sign.sentence for sign in look()]
    assert {sign.state for sign in look()} == {Mood.OK}
    spends.reserve("x", "publish", 600_000, budget=None, now=utc_now())
    sign = only(Mood.WAIT)
    assert sign.short == "Little is left of the month's budget."
    assert "posts come first" in sign.sentence


def test_an_account_that_is_used_by_hand_is_not_waited_for(opened: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    known = opened.install.settings.accounts
    changed(
        opened, monkeypatch, accounts=tuple(one.model_copy(update={"hand_off": one.platform == "x"}) for one in known)
    )
    assert "X (@labfreemvmt) is used by hand; nothing is asked of its API." in [sign.sentence for sign in look()]


def test_live_an_imprint_without_an_address_is_said_until_it_is_filled_in(
    opened: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = opened.install.settings.campaign
    changed(opened, monkeypatch, mode=Mode.LIVE)
    (sign,) = [one for one in look() if "/imprint" in one.sentence]
    assert (sign.state, sign.short) == (Mood.WAIT, "The imprint is not complete.")
    filled = campaign.imprint.model_copy(update={"address": "1 Road"})
    changed(opened, monkeypatch, mode=Mode.LIVE, campaign=campaign.model_copy(update={"imprint": filled}))
    assert not [one for one in look() if "/imprint" in one.sentence]


def test_what_nobody_will_hear_under_a_name_that_was_used_stands_there(opened: Campaign) -> None:
    found = Problem("schedules/lab23.yaml", 7, "swallowed", "post-1/once does not say on x: “Hello”", "Give it a name.")
    keep_unsaid([Unsaid(found, utc_now() + timedelta(hours=1))], now=utc_now())
    page = opened.get("/")
    assert "schedules/lab23.yaml, line 7: post-1/once does not say on x: “Hello” Give it a name." in page.text
    assert "has words that nobody will hear." in page.truth
    many = [replace(found, line=number) for number in range(7)]
    keep_unsaid([Unsaid(one, utc_now() + timedelta(hours=1)) for one in many], now=utc_now())
    assert "And 2 more that nobody will hear. All of them: amplifier check" in opened.get("/").text


def test_what_we_may_have_deleted_ourselves_since_a_restored_backup_is_not_put_on_others(opened: Campaign) -> None:
    now = utc_now()
    backup, sent = now - timedelta(minutes=10), now - timedelta(hours=1)
    opened.put("hello", "x", state="sent", remote_state="gone", remote_id="1", sent_at=sent, checked_at=now)
    assert only(Mood.WAIT).sentence == "hello/once (Mon 25 Sep 10:00) on X is not there any more; it was not we."
    heartbeats.beat(restored.BEAT, now=now, detail=backup.isoformat())
    when = f"{backup.astimezone(ZoneInfo('Europe/London')):%a %-d %b %H:%M}"
    assert only(Mood.WAIT).sentence == (
        "hello/once (Mon 25 Sep 10:00) on X is not there any more: others did it, or you did, after the backup of "
        f"{when}. What to look for: amplifier status"
    )
