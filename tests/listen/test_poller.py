"""A source is read on from its cursor; a source in trouble keeps it, says why, and keeps nobody else waiting."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from amplifier.campaign.delivery import State
from amplifier.campaign.mention import Aside
from amplifier.errors import AccountLost, PlatformError, RateLimited, Unavailable
from amplifier.listen import poller
from amplifier.listen.match import Ours
from amplifier.listen.poller import Poller, Source
from amplifier.platforms.port import Platform
from amplifier.store import deliveries
from amplifier.store.identity import accounts
from amplifier.store.listening import mentions, quarantine, sources
from amplifier.store.models import AccountRow
from tests.deliver.scripted import Scripted
from tests.listen.test_match import RAW
from tests.store import filled
from tests.store.filled import NOW, after

HEARD = replace(RAW, canonical_id="a", text="Good luck", markup=False)


class Ear:
    """A poller of X's mentions, with its network and its clock in reach."""

    def __init__(self, tag: str = "") -> None:
        self.network = Scripted(heard=[HEARD])
        self.time = NOW
        platform: Platform = self.network
        self.source = Source("x", "x", platform, tag)
        self.poller = Poller(self.source, now=self.now)

    def now(self) -> datetime:
        return self.time

    def state(self) -> sources.SourceState:
        return sources.source_states()[self.source.name]


@pytest.fixture
def ear(sqlite_ledger: None) -> Ear:  # noqa: ARG001  the log that it fills
    filled.open_ledger()
    accounts.account_is_ok("x", remote_id="1", url="", text_limit=0, now=NOW)
    return Ear()


def test_what_is_new_is_logged_with_the_cursor_behind_it(ear: Ear) -> None:
    assert ear.poller.poll() == 1
    (logged,) = mentions.mentions(mentions.Filter())
    assert (logged.mention.canonical_id, logged.mention.network, logged.seen_at) == ("a", "x", NOW)
    assert ear.state() == sources.SourceState("x:mentions", "1", NOW, "")


def test_the_next_question_goes_on_from_the_cursor_and_takes_nothing_twice(ear: Ear) -> None:
    assert [ear.poller.poll(), ear.poller.poll()] == [1, 0]
    assert ear.network.cursors == ["", "1"]


def test_a_mention_knows_the_post_of_ours_that_it_answers(ear: Ear) -> None:
    due = filled.sending()
    deliveries.record([filled.step(due, State.SENT, receipt=filled.receipt(12))], now=NOW)
    ear.poller.poll()
    assert mentions.mentions(mentions.Filter())[0].mention.about == due.id


def test_nothing_is_asked_before_we_know_who_we_are(ear: Ear) -> None:
    AccountRow.objects.filter(label="x").update(remote_id="")
    accounts.account_is_ok("bluesky", remote_id="77", url="", text_limit=0, now=NOW)
    assert ear.poller.poll() == 0
    assert ear.network.calls == []


def test_all_our_accounts_on_the_network_count_as_ours(ear: Ear) -> None:
    filled.know([("x-two", "x", "us-too")])
    accounts.account_is_ok("x-two", remote_id=HEARD.author_id, url="", text_limit=0, now=NOW)
    assert ear.poller.poll() == 0
    assert mentions.mentions(mentions.Filter()) == ()


def test_a_stranger_with_the_number_that_we_have_on_another_server_is_heard(ear: Ear) -> None:
    filled.know([("x-two", "x", "us-too")])
    accounts.account_is_ok("x-two", remote_id=HEARD.author_id, url="", text_limit=0, now=NOW)
    ear.source = replace(ear.source, elsewhere=frozenset({"x-two"}))
    assert Poller(ear.source, now=ear.now).poll() == 1


def test_our_account_on_another_server_is_no_mention(ear: Ear) -> None:
    ear.source = replace(ear.source, ours=Ours(frozenset({"bell@social.example"}), "other.example"))
    assert Poller(ear.source, now=ear.now).poll() == 0


def test_a_tag_is_asked_for_by_its_name(ear: Ear) -> None:
    tagged = Ear("OurTag")
    assert tagged.poller.poll() == 1
    assert tagged.network.calls == ["tagged OurTag"]
    assert tagged.state().name == "x:#OurTag"
    assert "x:mentions" not in sources.source_states()
    assert ear.network.calls == []


@pytest.mark.parametrize("error", [Unavailable("Not reached."), AccountLost("Revoked."), ValueError("surprise")])
def test_a_source_in_trouble_keeps_its_cursor_and_says_why(ear: Ear, error: Exception) -> None:
    ear.poller.poll()
    ear.network.deaf.append(error)
    ear.time = after(60)
    assert ear.poller.poll() == 0
    state = ear.state()
    assert (state.cursor, state.good_at) == ("1", NOW)
    assert state.problem == (
        str(error) if isinstance(error, PlatformError) else "The answer makes no sense (ValueError)."
    )
    ear.poller.poll()
    assert (ear.state().problem, ear.state().good_at) == ("", after(60))


def test_a_network_that_asks_us_to_wait_is_not_asked_before(ear: Ear) -> None:
    ear.network.deaf.append(RateLimited("Too often.", after(30)))
    ear.poller.poll()
    ear.time = after(30) - timedelta(seconds=1)
    assert ear.poller.poll() == 0
    assert len(ear.network.calls) == 1
    ear.time = after(30)
    assert ear.poller.poll() == 1
    assert ear.state().problem == ""


def test_an_error_without_a_time_does_not_keep_an_earlier_wait(ear: Ear) -> None:
    ear.network.deaf += [RateLimited("Too often.", after(30)), Unavailable("Not reached.")]
    ear.poller.poll()
    ear.time = after(31)
    ear.poller.poll()
    assert ear.poller.poll() == 1


def test_a_look_that_costs_money_is_followed_by_the_rest_it_is_given(ear: Ear) -> None:
    asked: list[int] = []

    def rest(failures: int) -> float:
        asked.append(failures)
        return 210 if failures == 0 else 120 * failures

    ear.poller = Poller(ear.source, now=ear.now, rest=rest)
    ear.poller.poll()
    ear.time += timedelta(seconds=209)
    ear.poller.poll()
    assert len(ear.network.cursors) == 1
    ear.time += timedelta(seconds=1)
    ear.network.deaf += [Unavailable("Silent."), KeyError("surprise")]
    ear.poller.poll()
    ear.time += timedelta(seconds=120)
    ear.poller.poll()
    ear.time += timedelta(seconds=239)
    ear.poller.poll()
    assert len(ear.network.cursors) == 3
    ear.time += timedelta(seconds=1)
    ear.poller.poll()
    assert asked == [0, 1, 2, 0]


def test_what_makes_no_sense_is_set_aside_and_the_rest_goes_on(ear: Ear) -> None:
    ear.network.aside = [Aside("7", b"{}", "It has no author.")]
    assert ear.poller.poll() == 1
    (kept,) = quarantine.set_aside()
    assert (kept.source, kept.aside) == ("x:mentions", ear.network.aside[0])
    assert (ear.state().cursor, ear.state().problem) == ("1", "")


def test_a_mention_that_stops_whoever_cleans_it_is_set_aside_alone(ear: Ear) -> None:
    odd = replace(HEARD, canonical_id="odd", text=None, raw=b"{}")  # type: ignore[arg-type]
    ear.network.heard = [odd, HEARD]
    assert ear.poller.poll() == 1
    assert [one.aside.place for one in quarantine.set_aside()] == ["odd"]


@pytest.mark.parametrize("odd", ["a\x00", "a\ud83d", "a" * 10_000])
def test_a_reply_to_what_can_be_no_post_is_heard(ear: Ear, odd: str) -> None:
    ear.network.heard = [replace(HEARD, in_reply_to=odd, quotes=odd)]
    assert ear.poller.poll() == 1


def test_a_look_that_ended_early_is_taken_in_and_told(ear: Ear) -> None:
    ear.network.problem = RateLimited("Too often.", after(30))
    assert ear.poller.poll() == 1
    assert (ear.state().cursor, ear.state().problem) == ("1", "Too often.")
    assert ear.poller.poll() == 0
    assert len(ear.network.calls) == 1
    ear.network.problem, ear.time = None, after(30)
    ear.poller.poll()
    assert ear.state().problem == ""


@pytest.mark.parametrize("problem", [None, Unavailable("Cut off.")])
def test_what_the_next_look_brings_after_one_that_did_not_reach_the_end_is_not_late(
    ear: Ear, problem: PlatformError | None
) -> None:
    ear.poller.poll()
    ear.network.problem, ear.network.is_unfinished, ear.time = problem, problem is None, after(7200)
    ear.network.heard = [replace(HEARD, canonical_id="c", posted_at=after(7000))]
    ear.poller.poll()
    assert (ear.state().cursor, ear.state().good_at) == ("2", NOW)
    ear.network.problem, ear.network.is_unfinished, ear.time = None, False, after(7220)
    ear.network.heard = [replace(HEARD, canonical_id="b", posted_at=after(3600))]
    ear.poller.poll()

    assert [one.mention.canonical_id for one in mentions.mentions(mentions.Filter())] == ["c", "b", "a"]
    assert ear.state().good_at == after(7220)


def test_what_was_set_aside_is_read_once_more_by_another_version_and_only_once(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear.network.heard, ear.network.aside = [], [Aside("7", b"seven", "No author."), Aside("8", b"eight", "No author.")]
    ear.poller.poll()
    ear.poller.poll()
    assert "reread" not in ear.network.calls
    ear.network.aside = []
    monkeypatch.setattr(poller, "version", lambda _: "another")
    ear.poller = Poller(ear.source, now=ear.now)
    ear.network.reread_as = lambda raw: HEARD if raw == b"seven" else Aside("", raw, "Still none.")
    assert [ear.poller.poll(), ear.poller.poll()] == [1, 0]

    assert ear.network.calls.count("reread") == 2
    assert [one.mention.canonical_id for one in mentions.mentions(mentions.Filter())] == ["a"]
    assert [(one.aside.place, one.aside.reason) for one in quarantine.set_aside()] == [("8", "Still none.")]
    Poller(ear.source, now=ear.now).poll()
    assert ear.network.calls.count("reread") == 2


def test_our_own_post_that_was_set_aside_is_let_go(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    ear.network.heard, ear.network.aside = [], [Aside("7", b"seven", "No author.")]
    ear.poller.poll()
    ear.network.aside = []
    monkeypatch.setattr(poller, "version", lambda _: "another")
    ear.network.reread_as = lambda _: replace(HEARD, author_id="1")
    Poller(ear.source, now=ear.now).poll()
    assert (quarantine.piles(), mentions.mentions(mentions.Filter())) == ((), ())


@pytest.mark.parametrize("error", [Unavailable("Not now."), RuntimeError("surprise")])
def test_what_cannot_even_be_tried_again_keeps_nothing_new_waiting(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_: bytes) -> None:
        raise error

    ear.network.heard, ear.network.aside = [], [Aside("7", b"seven", "No author.")]
    ear.poller.poll()
    ear.network.heard, ear.network.aside, ear.network.reread_as = [HEARD], [], fail
    monkeypatch.setattr(poller, "version", lambda _: "another")
    assert Poller(ear.source, now=ear.now).poll() == 1
    assert ear.state().problem == ""
    assert [one.aside.place for one in quarantine.set_aside()] == ["7"]
