"""From a person's words to the hold when they are no longer so, on a real ledger: files, decisions, planner, worker."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from amplifier import settings as settings_file
from amplifier.campaign.account import Access
from amplifier.campaign.delivery import DeliveryId, Due, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import DecisionKind, Distance
from amplifier.campaign.post import OWN, PostId
from amplifier.cli.facts import _other_words
from amplifier.deliver.accounts import listed
from amplifier.errors import UsageError
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.operate.own import prepare_own, queue_own
from amplifier.operate.questions import other_words
from amplifier.schedule.decided.change import Move, decide_move, prepare_move, program_in_force
from amplifier.schedule.decided.moving import held_before
from amplifier.schedule.decided.rewording import decide_words, prepare_words
from amplifier.schedule.milestones import effective
from amplifier.schedule.planner import Planner
from amplifier.schedule.program import Program, post_name
from amplifier.schedule.truth.review import facts_of_own_words, find_untrue, review
from amplifier.settings import Settings
from amplifier.sharekit.kit import build
from amplifier.store import claims, decisions, delivery_views, events
from amplifier.store.holding import holds, stops
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow
from amplifier.store.operate import overrides
from amplifier.store.operate.corrections import Hand
from tests.schedule.homes import EIGHT, EXAMPLE, SCHEDULE, Home, open_ledger, settings
from tests.schedule.left import leave

pytestmark = pytest.mark.usefixtures("sqlite_ledger")
SOON = PostId("lab23", "soon", "once")
EVE = PostId("lab23", "eve", "once")
# The day before the debate at a fixed time, beside what hangs on the debate.
WITH_EVE = SCHEDULE.replace("slots:\n", "slots:\n  - name: eve\n    template: lab23/soon\n    at: 2023-10-08 18:00\n")


class Desk:
    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.home.write("schedules/small.yaml", WITH_EVE)
        self.home.write("templates/lab23/soon.j2", TWO_WAYS)
        self.time = EIGHT
        self.settings: Settings = settings()
        open_ledger(EIGHT)
        stops.lift(actor="test", now=EIGHT)
        self.hire()

    def hire(self) -> Planner:
        self.planner = Planner(self.home.path, self.settings, now=lambda: self.time)
        self.planner.refresh()
        return self.planner

    @property
    def program(self) -> Program:
        return program_in_force(self.settings)

    def edit(self, post: PostId, text: str, *accounts: str) -> None:
        words = dict.fromkeys(accounts or ("x", "bluesky", "mastodon"), text)
        decide_words(self.program, post, words, actor="cli:jo", reason="", now=self.time)
        self.planner.refresh()

    def send_later(self, text: str, at: datetime, *accounts: str) -> PostId:
        own = prepare_own(text, accounts or ("mastodon",), self.settings, due_at=at, now=self.time)
        facts = facts_of_own_words(self.program, *(one.text for one in own.post.words), due_at=at)
        queue_own(own, self.settings, actor="cli:jo", now=self.time, facts=facts)
        return own.post.id

    def prepare(self, to: str) -> Move:
        return prepare_move(self.program, "debate", datetime.fromisoformat(to), now=self.time)

    def move(self, to: str) -> None:
        decide_move(self.prepare(to), actor="cli:jo", reason="", now=self.time)
        self.planner.refresh()

    def state(self, post: PostId, account: str = "x") -> tuple[State, str, str]:
        row = next(one for one in delivery_views.views(post=post) if one.identity.account == account)
        return row.state, row.reason, row.detail


TWO_WAYS = """\
---
ask: watch
---
== plain
The debate is at {{ milestones.debate | clock }}.
== other
On {{ milestones.debate | weekday }} the delegates speak, from {{ milestones.debate | clock }} on.
"""
LATER = "2023-10-09T15:20:00+01:00"
NEXT_DAY = "2023-10-10T14:40:00+01:00"
WHY = "Your words say “14:40”, the plan says 15:20 (debate)."
HELD = (State.HELD, HoldReason.UNTRUE, WHY)
WAITS = (State.QUEUED, "", "")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_move_holds_the_words_that_name_the_old_time_and_frees_them_when_it_is_taken_back(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    desk.edit(SOON, "See you in the hall", "bluesky")
    desk.move(LATER)
    assert desk.state(SOON) == HELD
    assert desk.state(SOON, "bluesky") == desk.state(SOON, "mastodon") == WAITS
    assert not desk.planner.refresh()
    assert not Planner(desk.home.path, desk.settings, now=lambda: desk.time).refresh()
    desk.move("2023-10-09T14:40:00+01:00")
    assert desk.state(SOON) == WAITS


@pytest.mark.parametrize("words", ["Debate @14:40, be there", "Debate at14:40", "It is at 240pm", "Debate at 2 40 pm"])
def test_an_hour_that_was_typed_in_haste_is_held_like_any_other(desk: Desk, words: str) -> None:
    desk.edit(SOON, words, "mastodon")
    desk.move(LATER)
    assert desk.state(SOON, "mastodon")[:2] == HELD[:2]


def test_the_preview_says_what_would_be_held_freed_and_untrue(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x", "bluesky")
    own = desk.send_later("The debate: 14:40", EIGHT + timedelta(hours=3))
    desk.edit(EVE, "Tomorrow at 14:40 we debate", "x")
    DeliveryRow.objects.filter(post__slot="eve", account__label="x").update(
        state="sent", remote_state="live", remote_id="1"
    )
    move = desk.prepare(LATER)
    held = {(one.post, one.account): one.why for one in move.stale}
    assert held == {(SOON, "x"): WHY, (SOON, "bluesky"): WHY, (own, "mastodon"): WHY}
    assert [(one.stated.post, one.stated.account) for one in move.untrue] == [(EVE, "x")]
    assert move.freed == ()
    desk.move(LATER)
    back = desk.prepare("2023-10-09T14:40:00+01:00")
    assert {one.post for one in back.freed} == {SOON, own}
    assert back.stale == back.untrue == ()
    on = desk.prepare("2023-10-09T15:30:00+01:00")
    assert on.stale == on.untrue == (), "they are so already, and not by this move"
    assert {one.post for one in on.still_held} == {SOON, own}
    assert held_before(on) == "2 posts are held already for what their words say, and stay so."
    assert held_before(back) == held_before(move) == ""


def test_facts_tells_what_is_held_and_not_that_it_goes_out_as_it_is_so_now(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    desk.move(LATER)
    found = review(desk.program, now=desk.time)
    assert [(one.post, one.account, one.why) for one in found.stale] == [(SOON, "x", WHY)]
    assert "soon/once" not in found.coming
    assert "eve/once" in found.coming
    told = json.loads(events.events_of(events.of_facts("lab23"))[-1].detail)
    assert (told["counts"]["held"], told["held"]) == (1, ["soon/once"])


def test_tomorrow_is_untrue_when_the_debate_goes_to_another_day_and_the_post_does_not(desk: Desk) -> None:
    desk.edit(EVE, "Tomorrow we debate", "x")
    desk.edit(SOON, "Today we debate", "x")
    desk.move(NEXT_DAY)
    assert desk.state(EVE)[:2] == (State.HELD, HoldReason.UNTRUE)
    said = "Your words say “Tomorrow”, the post goes out on Sun 8 Oct and the plan says Tue 10 Oct 14:40 (debate)."
    assert desk.state(EVE)[2] == said
    assert desk.state(SOON) == WAITS, "it moves along, so that the debate is still on its day"


def test_tomorrow_is_untrue_when_the_post_goes_to_another_day(desk: Desk) -> None:
    desk.edit(EVE, "Tomorrow we debate", "x")
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("2023-10-08 18:00", "2023-10-07 18:00"))
    desk.planner.refresh()
    assert desk.state(EVE)[:2] == (State.HELD, HoldReason.UNTRUE)
    assert "the post goes out on Sat 7 Oct" in desk.state(EVE)[2]


def test_a_day_that_no_milestone_explains_was_that_of_the_post(desk: Desk) -> None:
    desk.edit(EVE, "Sign today, it is Sunday", "x")
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("2023-10-08 18:00", "2023-10-07 18:00"))
    desk.planner.refresh()
    assert desk.state(EVE)[2] == (
        "Your words say “today” and “Sunday”, written for Sun 8 Oct; the post goes out on Sat 7 Oct."
    )


def test_the_file_that_moves_a_milestone_holds_them_too_also_while_nobody_was_at_work(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    desk.home.write("schedules/small.yaml", WITH_EVE.replace("2023-10-09 14:40", "2023-10-09 15:20"))
    desk.hire()
    assert desk.state(SOON) == HELD
    desk.edit(SOON, "We start at 15:20, be there", "x")
    assert desk.state(SOON) == WAITS


def test_words_that_are_given_after_the_move_are_compared_with_what_was_so_then(desk: Desk) -> None:
    desk.move(LATER)
    desk.edit(SOON, "We start at 15:20, and no more at 14:40", "x")
    assert desk.state(SOON) == WAITS
    desk.move("2023-10-09T16:00:00+01:00")
    assert desk.state(SOON)[2] == "Your words say “15:20”, the plan says 16:00 (debate)."
    desk.move("2023-10-09T14:40:00+01:00")
    assert desk.state(SOON)[2] == "Your words say “15:20”, the plan says 14:40 (debate)."


def test_other_words_on_one_account_leave_the_others_as_old_as_they_are(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    desk.move(LATER)
    desk.edit(SOON, "At 15:20 we start", "bluesky")
    assert desk.state(SOON) == HELD
    assert desk.state(SOON, "bluesky") == WAITS


def test_a_person_lets_the_words_stand_until_the_same_changes_once_more(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there")
    desk.move(LATER)
    assert find_untrue(desk.program, "soon", now=desk.time) == SOON
    decision = leave(desk.program, SOON, actor="cli:jo", reason="all know", now=desk.time)
    assert (decision.kind, decision.actor, decision.reason) == (DecisionKind.FACT_LEFT, "cli:jo", "all know")
    desk.planner.refresh()
    assert {desk.state(SOON, name) for name in ("x", "bluesky", "mastodon")} == {WAITS}
    assert review(desk.program, now=desk.time).stale == ()
    with pytest.raises(UsageError, match="nothing to leave"):
        leave(desk.program, SOON, actor="cli:jo", reason="", now=desk.time)
    desk.move("2023-10-09T16:00:00+01:00")
    assert desk.state(SOON)[1] == HoldReason.UNTRUE


def test_a_link_and_a_voice_that_change_hold_the_words_that_carry_the_old_one(desk: Desk) -> None:
    old, voice = str(desk.settings.campaign.links["motion"]), desk.settings.campaign.form("tag", "x")
    desk.edit(SOON, f"Read {old}?via=us first", "x")
    desk.edit(SOON, f"Read it, {voice}", "bluesky")
    desk.edit(SOON, f"Read {old}-and-more first", "mastodon")
    campaign = desk.settings.campaign
    links = {**campaign.links, "motion": "https://freemovement.example/new"}
    tag = campaign.voice["tag"].model_copy(update={"everywhere": "#Other23"})
    changed = campaign.model_copy(update={"links": links, "voice": {**campaign.voice, "tag": tag}})
    desk.settings = desk.settings.model_copy(update={"campaign": changed})
    desk.hire()
    assert desk.state(SOON)[2] == f"Your words say “{old}”, settings.yaml says https://freemovement.example/new."
    assert desk.state(SOON, "bluesky")[2] == f"Your words say “{voice}”, settings.yaml says #Other23."
    assert desk.state(SOON, "mastodon") == WAITS


def test_an_own_post_that_waits_is_held_and_freed_like_any_other(desk: Desk) -> None:
    own = desk.send_later("The debate starts at 14:40", EIGHT + timedelta(hours=3))
    desk.move(LATER)
    assert desk.state(own, "mastodon") == HELD
    assert not desk.planner.refresh()
    leave(desk.program, own, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert desk.state(own, "mastodon") == WAITS


def test_what_was_free_too_late_is_missed(desk: Desk) -> None:
    own = desk.send_later("The debate starts at 14:40", EIGHT + timedelta(hours=1))
    desk.move(LATER)
    desk.time = EIGHT + timedelta(hours=5)
    leave(desk.program, own, actor="cli:jo", reason="", now=desk.time)
    desk.planner.refresh()
    assert desk.state(own, "mastodon")[0] is State.MISSED


def due(post: PostId, account: str) -> Due:
    row = next(one for one in delivery_views.views(post=post) if one.identity.account == account)
    return Due(
        id=row.id,
        identity=DeliveryId(post, account),
        text=row.text,
        language="en",
        key="",
        request=None,
        state=State.QUEUED,
        reason="",
        fence=1,
        attempts=0,
        looks=0,
        due_at=row.due_at,
        too_late_at=row.too_late_at,
        first_sent_at=None,
    )


def test_the_worker_asks_once_more_before_it_sends_a_persons_words(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    own = desk.send_later("The debate starts at 14:40", EIGHT + timedelta(hours=3))
    assert desk.planner.is_stale(due(SOON, "x")) == desk.planner.is_stale(due(own, "mastodon")) == ""
    decide_move(desk.prepare(LATER), actor="cli:jo", reason="", now=desk.time)
    assert desk.planner.is_stale(due(own, "mastodon")) == WHY, "also before the planner has carried out the move"
    desk.planner.refresh()
    assert desk.planner.is_stale(due(SOON, "x")) == WHY
    assert desk.planner.is_stale(due(SOON, "bluesky")) == ""


def test_what_waits_for_something_else_that_passes_waits_for_its_words_first(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(
        state="held", reason="account", detail="No."
    )
    desk.move(LATER)
    assert desk.state(SOON) == HELD
    assert holds.go_on(reason=HoldReason.ACCOUNT, now=desk.time) == 0
    desk.move("2023-10-09T14:40:00+01:00")
    assert desk.state(SOON) == WAITS


def test_what_a_person_has_in_hand_stays_there(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(
        state="held", reason="kept", detail="Kept."
    )
    desk.move(LATER)
    assert desk.state(SOON) == (State.HELD, HoldReason.KEPT, "Kept.")


def test_what_is_on_its_way_does_not_go_out_once_more_and_is_among_what_is_untrue(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    own = desk.send_later("The debate starts at 14:40", EIGHT + timedelta(hours=3))
    DeliveryRow.objects.filter(account__label__in=["x", "mastodon"], post__slot__in=["soon", "own"]).update(
        state="sending"
    )
    desk.move(LATER)
    assert desk.state(SOON)[:2] == (State.SENDING, HoldReason.OVERTAKEN)
    assert desk.state(own, "mastodon")[:2] == (State.SENDING, HoldReason.OVERTAKEN)
    found = review(desk.program, now=desk.time)
    assert {(one.stated.post, one.stated.account) for one in found.untrue} >= {(SOON, "x"), (own, "mastodon")}
    assert found.stale == ()


def test_two_milestones_at_one_time_are_both_meant(desk: Desk) -> None:
    both = WITH_EVE.replace("slots:\n", "  vote: 2023-10-09 14:40\nslots:\n", 1)
    desk.home.write("schedules/small.yaml", both)
    desk.planner.refresh()
    desk.edit(SOON, "We start at 14:40, be there", "x")
    desk.move(LATER)
    assert desk.state(SOON) == HELD


def test_a_decision_from_before_facts_were_kept_is_read_from_what_decisions_tell(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    assert json.loads(decisions.decisions()[-1].facts)["x"][0][0] == "milestone.debate"
    made = decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="eve/once",
        value=json.dumps({"x": "Tomorrow at 14:40!"}),
        replaced="",
        actor="cli:jo",
        reason="",
        now=desk.time,
    )
    assert made.facts == ""
    desk.planner.refresh()
    desk.move(LATER)
    assert desk.state(EVE) == HELD


def test_a_post_that_is_new_to_the_ledger_is_born_held(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    desk.move(LATER)
    DeliveryRow.objects.filter(post__slot="soon").delete()
    desk.hire()
    assert desk.state(SOON) == HELD
    assert not claims.claim(now=desk.time + timedelta(days=3, hours=6), lease_until=desk.time, limit=9)[3:]


WRITTEN_OUT = """\
---
ask: watch
---
== plain
The debate is {{ milestones.debate | weekday }} at 14:40, not before {{ milestones.debate | clock }}.
== other
Tomorrow the delegates speak, from {{ milestones.debate | clock }} on.
"""


def test_an_hour_that_is_written_out_in_a_template_holds_its_posts_when_a_decision_moves_the_milestone(
    desk: Desk,
) -> None:
    desk.home.write("templates/lab23/soon.j2", WRITTEN_OUT)
    desk.planner.refresh()
    assert desk.prepare("2023-10-09T14:40:00+01:00").stale == ()
    assert {one.post for one in desk.prepare(LATER).stale} == {EVE}
    desk.move(LATER)
    held = "templates/lab23/soon.j2 says “14:40”, the plan says 15:20 (debate)."
    assert desk.state(EVE) == desk.state(EVE, "bluesky") == (State.HELD, HoldReason.UNTRUE, held)
    assert desk.state(SOON) == WAITS, "it says its hour by the milestone"
    desk.home.write("templates/lab23/soon.j2", WRITTEN_OUT.replace("at 14:40", "at 15:20"))
    desk.planner.refresh()
    assert desk.state(EVE) == WAITS


def test_what_a_template_puts_in_is_never_taken_for_what_is_written_out(desk: Desk) -> None:
    both = WITH_EVE.replace("slots:\n", "  vote: 2023-10-09 15:20\nslots:\n", 1)
    desk.home.write("schedules/small.yaml", both)
    words = TWO_WAYS.replace("clock }}.", "clock }}, the vote at {{ milestones.vote | clock }}.")
    desk.home.write("templates/lab23/soon.j2", words)
    desk.planner.refresh()
    desk.move(LATER)
    decide_move(
        prepare_move(desk.program, "vote", Distance(timedelta(minutes=40)), now=desk.time),
        actor="",
        reason="",
        now=desk.time,
    )
    desk.planner.refresh()
    assert desk.state(EVE) == desk.state(SOON) == WAITS


def test_tomorrow_in_a_template_counts_where_the_post_has_to_do_with_the_milestone(desk: Desk) -> None:
    files = WITH_EVE.replace("slots:\n", "  lunch: 2023-10-09 12:00\nslots:\n", 1)
    files = files.replace("at: debate - 1h", "at: 2023-10-08 19:00")
    desk.home.write("schedules/small.yaml", files)
    desk.home.write("templates/lab23/soon.j2", WRITTEN_OUT)
    desk.planner.refresh()
    desk.move(NEXT_DAY)
    assert desk.state(SOON)[2] == (
        "templates/lab23/soon.j2 says “Tomorrow”, the post goes out on Sun 8 Oct and "
        "the plan says Tue 10 Oct 14:40 (debate)."
    )
    desk.move("2023-10-09T14:40:00+01:00")
    assert desk.state(SOON) == WAITS
    lunch = prepare_move(desk.program, "lunch", Distance(timedelta(days=1)), now=desk.time)
    assert lunch.stale == ()


def test_the_example_slips_by_forty_minutes_without_holding_anything() -> None:
    start = datetime.fromisoformat("2023-09-24T06:00:00+00:00")
    open_ledger(start)
    planner = Planner(EXAMPLE, settings(), now=lambda: start)
    planner.refresh()
    for milestone in effective(program_in_force(settings()).plan, ()).milestones:
        move = prepare_move(program_in_force(settings()), milestone.name, Distance(timedelta(minutes=40)), now=start)
        assert move.stale == (), milestone.name


def test_the_kit_does_not_offer_a_wording_in_which_an_old_hour_is_written_out(desk: Desk) -> None:
    def offered() -> set[str]:
        in_force = desk.planner.in_force()
        assert in_force
        page = build(*in_force, settings=desk.settings, now=datetime.fromisoformat("2023-10-09T13:50:00+01:00"))
        return {wording.name for ask in page.asks for wording in ask.wordings}

    desk.home.write("templates/lab23/soon.j2", WRITTEN_OUT)
    desk.planner.refresh()
    assert {"lab23/soon/plain", "lab23/soon/other"} <= offered()
    desk.move(LATER)
    assert "lab23/soon/plain" not in offered()
    desk.move("2023-10-09T14:40:00+01:00")
    assert "lab23/soon/plain" in offered()


def test_a_correction_that_waits_is_held_when_what_it_says_changes_once_more(desk: Desk) -> None:
    DeliveryRow.objects.filter(post__slot="eve", account__label="x").update(
        state="sent", remote_state="live", remote_id="7", url="https://x.com/us/status/7", sent_at=desk.time
    )
    desk.move(LATER)
    text = "The debate is tomorrow at 15:20"
    desk.time = datetime.fromisoformat("2023-10-08T18:10:00+01:00")
    words = {"x": NewWords(text, "en", facts_of_own_words(desk.program, text, due_at=desk.time))}
    correction = prepare_correction(EVE, words, desk.settings, now=desk.time, on=["x"])
    queue_correction(correction, desk.settings, Hand("cli:jo", "", desk.time, desk.settings.campaign.first_day))
    desk.planner.refresh()
    assert set(DeliveryRow.objects.filter(post__slot="eve", revision=1).values_list("state", flat=True)) == {"queued"}
    desk.move("2023-10-09T16:00:00+01:00")
    held = DeliveryRow.objects.get(post__slot="eve", revision=1, verb="publish")
    assert (held.state, held.reason) == ("held", "untrue")
    assert held.detail == "Your words say “15:20”, the plan says 16:00 (debate)."
    assert DeliveryRow.objects.get(post__slot="eve", verb="delete").state == "queued", "what is there goes all the same"
    assert [one.text.split("\n")[0] for one in review(desk.program, now=desk.time).stale] == [f"Correction: {text}"]


def test_in_a_rehearsal_days_are_those_of_the_campaign(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write("schedules/small.yaml", WITH_EVE)
    home.write("templates/lab23/soon.j2", TWO_WAYS)
    start = EIGHT + timedelta(days=900)
    rehearsed = settings(live=False)
    open_ledger(start, live=False)
    now = [start]
    planner = Planner(home.path, rehearsed, now=lambda: now[0])
    planner.refresh()
    eve = next(row for row in delivery_views.views(post=EVE) if row.identity.account == "x")
    now[0] = eve.due_at - timedelta(seconds=1)
    program = program_in_force(rehearsed)
    decide_words(program, EVE, {"x": "Tomorrow at 14:40"}, actor="cli:jo", reason="", now=now[0])
    own = prepare_own("Tomorrow we debate", ["mastodon"], rehearsed, due_at=eve.due_at, now=now[0])
    facts = facts_of_own_words(program, "Tomorrow we debate", due_at=eve.due_at)
    assert [fact.name for fact in facts] == ["milestone.debate", "day"]
    queue_own(own, rehearsed, actor="cli:jo", now=now[0], facts=facts)
    planner.refresh()
    decide_move(
        prepare_move(program, "debate", Distance(timedelta(minutes=40)), now=now[0]), actor="", reason="", now=now[0]
    )
    planner.refresh()
    rows = {row.identity.account: row for row in delivery_views.views(post=EVE)}
    assert (rows["x"].state, rows["x"].detail) == (State.HELD, WHY)
    assert [row.state for row in delivery_views.views(post=own.post.id)] == [State.QUEUED]
    decide_move(
        prepare_move(program, "debate", Distance(timedelta(days=1)), now=now[0]), actor="", reason="", now=now[0]
    )
    planner.refresh()
    assert [row.reason for row in delivery_views.views(post=own.post.id)] == [HoldReason.UNTRUE]


def test_what_a_person_let_go_again_by_another_road_is_held_at_the_next_look(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    own = desk.send_later("The debate starts at 14:40", EIGHT + timedelta(hours=3))
    desk.move(LATER)
    DeliveryRow.objects.filter(reason="untrue").update(state="queued", reason="", detail="")
    desk.planner.refresh()
    assert desk.state(SOON) == desk.state(own, "mastodon") == HELD
    DeliveryRow.objects.filter(post__slot="soon", account__label="x").update(reason="hand_off", detail="By hand.")
    desk.planner.refresh()
    assert desk.state(SOON) == HELD


def test_what_moves_while_somebody_still_thinks_about_their_words_holds_them(desk: Desk) -> None:
    words = {"x": "We start at 14:40, be there"}
    seen = prepare_words(desk.program, SOON, words, now=desk.time)
    desk.move(LATER)
    decide_words(desk.program, SOON, words, actor="cli:jo", reason="", now=desk.time, seen=seen)
    desk.planner.refresh()
    assert desk.state(SOON) == HELD


def test_what_had_other_words_before_is_no_longer_among_the_coming_when_it_is_held(desk: Desk) -> None:
    desk.move(LATER)
    assert "soon/once" in review(desk.program, now=desk.time).coming
    desk.edit(SOON, "It is at 15:20")
    desk.move("2023-10-09T16:00:00+01:00")
    found = review(desk.program, now=desk.time)
    assert {one.post for one in found.stale} == {SOON}
    assert "soon/once" not in found.coming


def called(desk: Desk, before: str, after: str) -> None:
    """A start after settings.yaml and the schedule call an account otherwise."""
    text = (EXAMPLE / "settings.yaml").read_text().replace("mode: rehearsal", "mode: live", 1)
    desk.settings = settings_file.parse(text.replace(f"name: {before}\n", f"name: {after}\n", 1))
    desk.home.write("schedules/small.yaml", WITH_EVE.replace(f"accounts: [{before}]", f"accounts: [{after}]"))
    accounts.know_accounts(listed(desk.settings))
    desk.hire()


def test_words_are_held_when_they_are_untrue_whatever_their_account_is_called_by_then(desk: Desk) -> None:
    desk.edit(SOON, "We start at 14:40, be there", "x")
    called(desk, "x", "twitter")
    assert desk.state(SOON, "twitter") == WAITS
    desk.edit(SOON, "See you in the hall", "bluesky")  # what was given before is carried along
    desk.move(LATER)
    assert desk.state(SOON, "twitter") == HELD
    assert desk.state(SOON, "bluesky") == WAITS


def voiced(desk: Desk, account: str, said: str) -> None:
    """A start with a tag that is said in its own way on this account."""
    campaign = desk.settings.campaign
    forms = {"x": "#Lab23", "mastodon": "#Lab23", account: said}
    tag = campaign.voice["tag"].model_copy(update={"everywhere": None, "forms": forms})
    voice = {**campaign.voice, "tag": tag}
    changed = campaign.model_copy(update={"voice": voice})
    desk.settings = desk.settings.model_copy(update={"campaign": changed})
    desk.hire()


def test_words_that_say_a_voice_as_one_account_does_are_held_whatever_it_is_called_by_then(desk: Desk) -> None:
    called(desk, "bluesky", "sky")
    voiced(desk, "sky", "#Sky23")
    desk.edit(SOON, "Come, #Sky23", "sky")
    own = desk.send_later("Come all, #Sky23", EIGHT + timedelta(hours=3), "sky")
    desk.edit(EVE, "Here we are: #Sky23", "sky")
    DeliveryRow.objects.filter(post__slot="eve", account__label="sky").update(
        state="sent", remote_state="live", remote_id="1"
    )
    called(desk, "bluesky", "blue")
    voiced(desk, "blue", "#Sky23")
    assert desk.state(SOON, "blue") == desk.state(own, "blue") == WAITS
    voiced(desk, "blue", "#Blue23")
    why = "Your words say “#Sky23”, settings.yaml says #Blue23."
    assert desk.state(SOON, "blue") == desk.state(own, "blue") == (State.HELD, HoldReason.UNTRUE, why)
    untrue = review(desk.program, now=desk.time).untrue
    assert [(one.stated.post, one.stated.account) for one in untrue] == [(EVE, "blue")], "and what is out is told"


def test_words_of_which_nobody_kept_what_they_state_are_read_for_it_and_not_taken_to_state_nothing(desk: Desk) -> None:
    words = {"x": "We start at 14:40, be there", "bluesky": "It is at 14:40"}
    decisions.keep_decision(
        kind=DecisionKind.WORDS_REPLACED,
        subject="soon/once",
        value=json.dumps(words),
        replaced="",
        actor="cli:jo",
        reason="",
        now=desk.time,
        facts=json.dumps({"bluesky": []}),
    )
    desk.planner.refresh()
    desk.move(LATER)
    assert desk.state(SOON) == HELD
    assert desk.state(SOON, "bluesky") == WAITS, "of these it was kept that they state nothing"


def under_another_handle(desk: Desk) -> None:
    """A start after the handle of the account on Bluesky changed: nobody knows yet that it is the same account."""
    accounts.account_is_ok("bluesky", remote_id="77", url="", text_limit=0, now=EIGHT)
    there = listed(desk.settings)
    accounts.know_accounts(
        [one._replace(handle="formerly.example") if one.label == "bluesky" else one for one in there]
    )
    accounts.account_is_ok("bluesky", remote_id="77", url="", text_limit=0, now=EIGHT)
    desk.hire()
    accounts.know_accounts(there)
    desk.hire()
    assert {one.access for one in accounts.account_states() if one.name == "bluesky"} == {Access.UNPROVEN}


def known_again(desk: Desk) -> None:
    accounts.account_is_ok("bluesky", remote_id="77", url="", text_limit=0, now=EIGHT)
    desk.planner.refresh()


MINE = "Words of a person's own"


def said(post: PostId) -> list[str]:
    """What stands in the ledger for the post on Bluesky."""
    rows = delivery_views.views(post=post)
    return [row.text.split("\n")[0] for row in rows if row.identity.account.startswith("bluesky")]


def test_words_that_were_given_while_nobody_knew_the_account_are_its_words_when_it_is_known(desk: Desk) -> None:
    under_another_handle(desk)
    desk.edit(SOON, MINE, "bluesky")
    desk.edit(EVE, "Tomorrow at 14:40!", "bluesky")
    known_again(desk)
    assert (said(SOON), said(EVE)) == ([MINE], ["Tomorrow at 14:40!"])
    assert desk.state(SOON, "bluesky") == desk.state(EVE, "bluesky") == WAITS
    desk.hire()
    assert said(SOON) == [MINE], "and after a restart"
    desk.move(LATER)
    assert desk.state(EVE, "bluesky")[:2] == (State.HELD, HoldReason.UNTRUE)


def test_what_was_left_out_while_nobody_knew_the_account_stays_out_when_it_is_known(desk: Desk) -> None:
    under_another_handle(desk)
    row = next(one for one in delivery_views.views(post=SOON) if one.identity.account == "bluesky")
    overrides.drop(row.id, actor="cli:jo", now=desk.time)
    known_again(desk)
    desk.hire()
    assert desk.state(SOON, "bluesky")[:2] == (State.DROPPED, "by hand")
    assert desk.state(EVE, "bluesky") == WAITS


def test_words_that_an_account_had_before_it_was_called_otherwise_are_its_words_when_it_is_known(desk: Desk) -> None:
    desk.edit(SOON, MINE, "bluesky")
    under_another_handle(desk)
    known_again(desk)
    assert said(SOON) == [MINE]


def test_nobody_is_told_to_give_other_words_to_an_own_post_that_may_be_out(desk: Desk) -> None:
    post = desk.send_later("Come to the hall, we start at 14:40", datetime.fromisoformat("2023-10-09T12:00:00+01:00"))
    desk.move(LATER)
    (row,) = delivery_views.views(post=post)
    assert other_words(row, everywhere=True) == f"amplifier edit {post_name(post)} 'other words'"
    DeliveryRow.objects.filter(post__slot=OWN).update(unseen_since=desk.time, unseen_text="x")
    (row,) = delivery_views.views(post=post)
    assert other_words(row) == other_words(row, everywhere=True) == ""
    (found,) = review(desk.program, now=desk.time).stale
    assert _other_words(found, post_name(post)) == ""
