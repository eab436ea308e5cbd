"""A slot that was renamed: what it said a moment ago is held as a copy, on every network, and `check` says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from amplifier.campaign.changes import Add, Changes, ExistingDelivery, ExistingPost, NewDelivery
from amplifier.campaign.delivery import Receipt, State, Transition
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import At, Distance, Plan, Slot
from amplifier.campaign.post import OWN, PostId, Words
from amplifier.schedule.naming.renamed import Again, Eye, OutText, warnings, without_copies
from amplifier.schedule.planner import Planner
from amplifier.store import claims, deliveries, delivery_views
from amplifier.store.holding import stops
from amplifier.store.models import DeliveryRow
from amplifier.text.similarity import nearly_the_same
from tests.schedule import homes
from tests.schedule.homes import EIGHT, SCHEDULE, Home
from tests.schedule.paper import at, wanted

NOW = at(65)
EYE = Eye(nearly_the_same, lambda real: real, NOW)
A_DAY_AGO = 60 - 25 * 60 - 1


def before(
    slot: str = "old", *, state: State = State.SENT, text: str = "Vote", minutes: float = 60, account: str = "x"
) -> ExistingPost:
    """What the ledger has of a post that went out so many minutes after it was opened."""
    delivery = ExistingDelivery(1, account, state, "", text, frozen=True, out_at=at(minutes))
    return ExistingPost(1, PostId("lab23", slot, "once"), wanted(slot).moment, 900, (delivery,))


def born(there: ExistingPost, **changes: object) -> NewDelivery:
    """How the new slot's delivery is born beside that."""
    post = replace(wanted("new"), **changes)  # type: ignore[arg-type]
    new = NewDelivery(post.words[0], State.QUEUED)
    (add,) = without_copies(Changes(adds=(Add(post, None, (new,)),)), [there], [post], EYE).adds
    return add.deliveries[0]


@pytest.mark.parametrize("state", [State.SENT, State.SENDING, State.UNSURE])
def test_exactly_these_words_a_moment_ago_by_a_post_that_is_gone_are_a_copy(state: State) -> None:
    found = born(before(state=state))
    assert (found.state, found.reason) == (State.HELD, HoldReason.COPY)
    assert "write was: old below its new name" in found.detail


@pytest.mark.parametrize(
    ("there", "changes"),
    [
        (before(state=State.MISSED), {}),  # it never went out
        (before(state=State.DROPPED), {}),
        (before(text="Come to the hall"), {"template": "lab23/hall"}),  # other words
        (before(account="bluesky"), {}),  # another account
        (before(minutes=A_DAY_AGO), {}),  # longer ago than a day
        (before(slot=OWN), {"moment": wanted(minutes=70).moment}),  # a person said it, and may say it again by plan
        (before(), {"was": "old"}),  # it is known to be the same
        (before(), {"words": (Words("mastodon", "Vote", "en"),)}),
    ],
)
def test_nothing_else_is(there: ExistingPost, changes: dict[str, object]) -> None:
    assert born(there, **changes).state is State.QUEUED


def test_what_the_plan_says_twice_on_purpose_is_no_copy() -> None:
    both = [wanted("old"), wanted("new", 70)]
    changes = Changes(adds=(Add(both[1], None, (NewDelivery(both[1].words[0], State.QUEUED),)),))
    assert without_copies(changes, [before()], both, EYE) == changes


@pytest.mark.parametrize(("days_a_minute", "state"), [(0, State.HELD), (1, State.QUEUED)])
def test_how_long_ago_something_was_said_is_the_campaigns_time_also_where_that_is_quick(
    days_a_minute: int, state: State
) -> None:
    stage = Eye(nearly_the_same, lambda real: real + days_a_minute * (real - at(0)) * 24 * 60, NOW)
    late, said = wanted("late", minutes=64), wanted("old")  # the plan has both, with the same words, days apart
    new = NewDelivery(late.words[0], State.QUEUED)
    (add,) = without_copies(Changes(adds=(Add(late, None, (new,)),)), [before()], [said, late], stage).adds
    assert add.deliveries[0].state is state


def test_what_is_late_anyway_stays_missed() -> None:
    post = wanted("new")
    missed = Changes(adds=(Add(post, None, (NewDelivery(post.words[0], State.MISSED),)),))
    assert without_copies(missed, [before()], [post], EYE) == missed


@pytest.mark.usefixtures("sqlite_ledger")
@pytest.mark.parametrize(("was", "state"), [("", "held"), ("\n    was: soon", "sent")])
def test_a_renamed_slot_goes_out_once_on_every_network(tmp_path: object, was: str, state: str) -> None:
    home, now = Home(tmp_path), [EIGHT]  # type: ignore[arg-type]
    homes.open_ledger(EIGHT)
    stops.lift(actor="test", now=EIGHT)
    planner = Planner(home.path, homes.settings(), now=lambda: now[0])
    planner.refresh()
    now[0] = EIGHT + timedelta(days=3, hours=5, minutes=41)  # a minute after it was due
    for number in range(3):
        (due,) = claims.claim(now=now[0], lease_until=now[0] + timedelta(minutes=1), limit=1)
        assert deliveries.begin(due, request=b"b", now=now[0], lease_until=now[0] + timedelta(minutes=1))
        receipt = Receipt(str(number), f"https://x.example/{number}")
        done = Transition(due.id, due.fence, State.SENDING, State.SENT, "sent", receipt=receipt)
        assert deliveries.record([done], now=now[0]) == []
    home.write("schedules/small.yaml", SCHEDULE.replace("name: soon", f"name: presently{was}"))
    planner.refresh()
    found = {
        (one.identity.account, one.state.value)
        for one in delivery_views.views()
        if one.identity.post.slot == "presently"
    }
    assert found == {(account, state) for account in ("x", "bluesky", "mastodon")}
    assert not DeliveryRow.objects.filter(post__slot="presently", state="queued").exists()


def test_what_the_ledger_has_by_a_former_name_is_told_at_the_slot_that_had_it() -> None:
    timing = At("debate", Distance(), None)
    slot = Slot("table", "lab23/stall", "rotate", timing, (), None, "stall", "a.yaml", 7)
    out = OutText(PostId("lab23", "doors", "once"), "x", "Vote", at(0), "lab23/vote", "plain", None, None)
    again = Again(wanted("stall"), "x", out, "Why.")
    (found,) = warnings(Plan("lab23", "UTC", (), (slot,)), [again])
    assert (found.path, found.line, found.message) == ("a.yaml", 7, "table says on x what doors has said there: “Vote”")
