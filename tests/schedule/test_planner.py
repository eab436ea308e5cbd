"""From files and decisions to rows, on a real ledger: the example's own files, and a small campaign that changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amplifier.campaign.delivery import DoubtReason, State
from amplifier.campaign.hold_reasons import HoldReason
from amplifier.campaign.plan import DecisionKind
from amplifier.deliver.accounts import listed
from amplifier.operate.own import prepare_own, queue_own
from amplifier.schedule.plan_reports import PLAN_BEAT
from amplifier.schedule.planner import Planner
from amplifier.settings import Settings
from amplifier.store import claims, decisions, deliveries, delivery_views, heartbeats, plan_versions
from amplifier.store.holding import stops
from amplifier.store.identity import accounts
from amplifier.store.models import DeliveryRow
from tests.schedule import homes
from tests.schedule.homes import EIGHT, EXAMPLE, HELLO, SCHEDULE, SOON, Home

pytestmark = pytest.mark.usefixtures("sqlite_ledger")


class Desk:
    """A planner of the small campaign, live, with its files and its clock in reach."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.time = EIGHT
        homes.open_ledger(EIGHT)
        stops.lift(actor="test", now=EIGHT)
        self.planner = self.hire()

    def hire(self) -> Planner:
        return Planner(self.home.path, homes.settings(), now=lambda: self.time)

    def problems(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(heartbeats.heartbeats()[PLAN_BEAT].detail)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.planner.refresh()
    return made


def decide(kind: DecisionKind, subject: str, value: str) -> None:
    decisions.keep_decision(kind=kind, subject=subject, value=value, replaced="", actor="cli:ola", reason="", now=EIGHT)


def move_debate(local: str) -> None:
    decide(DecisionKind.MILESTONE_MOVED, "debate", f"{local}+01:00")


def rows() -> dict[str, str]:
    """Every delivery, as slot and account, with how it stands and when it is due."""
    return {
        f"{one.identity.post.slot} {one.identity.post.occurrence} {one.identity.account}": (
            f"{one.state.value} {one.wall_time[5:]}"
        )
        for one in delivery_views.views()
    }


def soon(account: str = "x") -> str:
    return rows()[f"soon once {account}"]


def text_of(slot: str, account: str = "x") -> str:
    return next(
        one.text for one in delivery_views.views() if (one.identity.post.slot, one.identity.account) == (slot, account)
    )


def test_the_example_campaign_is_planned_whole_in_fourteen_days() -> None:
    start = datetime(2023, 9, 24, 6, 0, tzinfo=UTC)
    now = [start]
    homes.open_ledger(start)
    planner = Planner(EXAMPLE, homes.settings(), now=lambda: now[0])
    planner.refresh()
    first = delivery_views.views()
    assert max(one.due_at for one in first) <= start + timedelta(days=14)
    now[0] += timedelta(days=4)
    planner.refresh()
    everything = delivery_views.views()
    assert len(everything) > len(first) > 20
    assert {one.state for one in everything if one.due_at > now[0]} == {State.QUEUED}
    assert {one.identity.account for one in everything} == {"x", "bluesky", "mastodon"}
    assert len({one.identity for one in everything}) == len(everything)


def test_files_become_rows_with_their_words_and_times(desk: Desk) -> None:
    assert rows() == {
        "morning 2023-10-06#1 x": "queued 10-06T09:00",
        "morning 2023-10-07#1 x": "queued 10-07T09:00",
        "morning 2023-10-08#1 x": "queued 10-08T09:00",
        "morning 2023-10-09#1 x": "queued 10-09T09:00",
        "soon once x": "queued 10-09T13:40",
        "soon once bluesky": "queued 10-09T13:40",
        "soon once mastodon": "queued 10-09T13:40",
    }
    assert text_of("soon").startswith("The debate is at 14:40.")
    assert "@labfreemvmt.example" in text_of("soon", "bluesky")
    assert desk.problems() == []


def test_while_nothing_changes_nothing_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("it worked although nothing changed")

    with monkeypatch.context() as patch:
        patch.setattr(desk.planner, "_apply", forbidden)
        patch.setattr(plan_versions, "keep_plan", forbidden)
        assert not desk.planner.refresh()
    desk.time += timedelta(days=1)
    assert not desk.planner.refresh()


def test_a_moved_milestone_takes_its_posts_and_their_words_along(desk: Desk) -> None:
    move_debate("2023-10-09T15:20")
    assert desk.planner.refresh()
    assert {soon(account) for account in ("x", "bluesky", "mastodon")} == {"queued 10-09T14:20"}
    assert text_of("soon").startswith("The debate is at 15:20.")
    plan = desk.planner.in_force()
    assert plan is not None
    assert [f"{one.at:%H:%M}" for one in plan[0].milestones] == ["15:20"]


def test_a_milestone_that_moves_to_and_fro_loses_nothing(desk: Desk) -> None:
    before = rows()
    move_debate("2023-10-08T08:00")
    desk.planner.refresh()
    assert rows()["morning 2023-10-08#1 x"].startswith("dropped")
    move_debate("2023-10-09T14:40")
    desk.planner.refresh()
    assert rows() == before


def test_a_post_that_is_left_out_is_dropped_and_other_words_are_taken(desk: Desk) -> None:
    decide(DecisionKind.SLOT_SKIPPED, "morning/2023-10-07#1", "")
    decide(DecisionKind.WORDS_REPLACED, "soon/once", json.dumps({"x": "It begins."}))
    desk.planner.refresh()
    assert rows()["morning 2023-10-07#1 x"].startswith("dropped")
    assert (text_of("soon").split("\n")[0], text_of("soon", "mastodon")[:10]) == ("It begins.", "The debate")


def test_a_changed_template_changes_what_waits(desk: Desk) -> None:
    desk.home.write("templates/lab23/soon.j2", SOON.replace("The debate is", "Our debate is"))
    desk.planner.refresh()
    assert text_of("soon").startswith("Our debate is at 14:40.")
    newest = plan_versions.last_good()
    assert newest is not None
    assert newest.id == 2


def test_a_schedule_that_became_a_link_to_nothing_takes_no_post_out(desk: Desk) -> None:
    before = rows()
    path = next((desk.home.path / "schedules").glob("*.yaml"))
    path.rename(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_name("nothing"))
    desk.planner.refresh()
    assert rows() == before
    assert [problem["message"] for problem in desk.problems()] == ["This is a link to nothing, and not a file."]


@pytest.mark.parametrize("name", ["schedules/more.yaml", "templates/lab23/more.j2"])
def test_a_new_link_to_nothing_is_noticed_by_itself(desk: Desk, name: str) -> None:
    link = desk.home.path / name
    link.symlink_to(link.with_name("nothing"))
    desk.planner.refresh()
    assert [(one["path"], one["message"]) for one in desk.problems()] == [
        (name, "This is a link to nothing, and not a file.")
    ]
    link.unlink()
    desk.planner.refresh()
    assert desk.problems() == []


def test_an_editors_own_link_beside_a_file_is_not_read_as_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.home.path / "schedules" / ".#small.yaml").symlink_to("jo@here.4711:1")
    monkeypatch.setattr("amplifier.schedule.files.sources", lambda _: pytest.fail("read again"))
    desk.planner.refresh()


def test_a_slot_that_is_taken_out_and_put_back_waits_again(desk: Desk) -> None:
    before = rows()
    desk.home.write("schedules/small.yaml", SCHEDULE.split("  - name: morning")[0])
    desk.planner.refresh()
    assert {row.split()[0] for name, row in rows().items() if name.startswith("morning")} == {"dropped"}
    desk.home.write("schedules/small.yaml", SCHEDULE)
    desk.planner.refresh()
    assert rows() == before


@pytest.mark.parametrize(
    ("name", "text", "path", "line"),
    [
        ("schedules/small.yaml", SCHEDULE.replace("debate - 1h", "debat - 1h"), "schedules/small.yaml", 7),
        ("templates/lab23/soon.j2", SOON.replace("debate |", "debat |"), "templates/lab23/soon.j2", 5),
        ("schedules/small.yaml", b"campaign: \xff", "schedules/small.yaml", 1),
        ("schedules/small.yaml", "slots: [", "schedules/small.yaml", 1),
    ],
    ids=["no such milestone", "no such name in a template", "no text", "no YAML"],
)
def test_a_bad_file_is_told_with_its_line_and_the_last_good_version_stays_in_force(
    desk: Desk, name: str, text: str | bytes, path: str, line: int
) -> None:
    before = rows()
    good = (desk.home.path / name).read_text()
    desk.home.write(name, text)
    assert not desk.planner.refresh()
    assert [(problem["path"], problem["line"]) for problem in desk.problems()][:1] == [(path, line)]
    move_debate("2023-10-09T15:20")
    desk.planner.refresh()
    assert soon() == "queued 10-09T14:20"
    desk.home.write(name, good)
    move_debate("2023-10-09T14:40")
    desk.planner.refresh()
    assert desk.problems() == []
    assert rows() == before


def test_a_bad_file_does_not_survive_the_last_good_version_over_a_restart(desk: Desk) -> None:
    desk.home.write("schedules/small.yaml", "slots: [")
    again = desk.hire()
    move_debate("2023-10-09T15:20")
    again.refresh()
    assert soon() == "queued 10-09T14:20"
    assert desk.problems()


GATHER = "Speakers gather at the east door with banners and songs."
GATHER_SLOT = "  - name: gather\n    template: lab23/gather\n    at: 2023-10-09 12:00\n    accounts: [x]\n"


def say_own(account: str, due: datetime, settings: Settings) -> None:
    now = min(due, EIGHT)
    own = prepare_own(GATHER, [account], settings, due_at=due, now=now)
    queue_own(own, settings, actor="cli:ola", now=now)


def gather(desk: Desk) -> None:
    desk.home.write("templates/lab23/gather.j2", f"---\nask: watch\n---\n== plain\n{GATHER}\n")
    desk.home.write("schedules/small.yaml", SCHEDULE + GATHER_SLOT)


def test_files_that_say_what_a_person_says_on_another_account_on_x_are_refused(desk: Desk) -> None:
    x = homes.settings().account("x").model_copy(update={"name": "x-north", "handle": "north"})
    two = homes.settings().model_copy(update={"accounts": (*homes.settings().accounts, x)})
    desk.home.write("schedules/small.yaml", SCHEDULE.replace("debate - 1h", "debate - 1h\n    accounts: [x]"))
    accounts.know_accounts(listed(two))
    planner = Planner(desk.home.path, two, now=lambda: desk.time)
    planner.refresh()
    assert desk.problems() == []
    say_own("x-north", EIGHT + timedelta(days=12), two)
    before = rows()
    gather(desk)
    home = desk.home.path / "schedules/small.yaml"
    home.write_text(home.read_text().replace("debate - 1h", "debate - 1h\n    accounts: [x]"))
    planner.refresh()
    (problem,) = desk.problems()
    assert (problem["path"], problem["rule"]) == ("schedules/small.yaml", "repeat")
    assert str(problem["message"]).startswith("gather/once and own/20231006")
    assert "on x and x-north" in str(problem["message"])
    assert rows() == before
    DeliveryRow.objects.filter(account__label="x-north").update(state="dropped")
    desk.home.write("schedules/small.yaml", home.read_text() + "\n")
    planner.refresh()
    assert (desk.problems(), "gather once x" in rows()) == ([], True)


def test_files_that_say_within_a_week_what_a_person_said_on_x_are_refused(desk: Desk) -> None:
    say_own("x", EIGHT, homes.settings())
    gather(desk)
    desk.planner.refresh()
    (problem,) = desk.problems()
    assert (problem["path"], problem["line"], problem["rule"]) == ("templates/lab23/gather.j2", 5, "repeat")
    desk.home.write(
        "schedules/small.yaml", (SCHEDULE + GATHER_SLOT).replace("accounts: [x]\n", "accounts: [mastodon]\n")
    )
    desk.planner.refresh()
    assert desk.problems() == []


def test_what_a_person_said_more_than_a_week_ago_or_what_is_over_keeps_no_files_back(desk: Desk) -> None:
    say_own("x", EIGHT - timedelta(days=5), homes.settings())
    gather(desk)
    desk.planner.refresh()
    assert desk.problems() == []
    say_own("x", EIGHT - timedelta(days=12), homes.settings())
    desk.time = EIGHT + timedelta(days=4)  # the slot has spoken
    DeliveryRow.objects.filter(post__slot="own").update(run_at=desk.time, sent_at=desk.time, state="sent")
    desk.home.write("templates/lab23/gather.j2", f"---\nask: watch\n---\n== plain\n{GATHER} \n")
    desk.planner.refresh()
    assert desk.problems() == []


def test_a_slot_that_gives_its_words_to_another_one_keeps_no_files_back(desk: Desk) -> None:
    gather(desk)
    desk.planner.refresh()
    desk.home.write("schedules/small.yaml", SCHEDULE + GATHER_SLOT.replace("gather\n", "banners\n", 1))
    desk.planner.refresh()
    assert desk.problems() == []
    assert (rows()["gather once x"].split()[0], rows()["banners once x"].split()[0]) == ("dropped", "queued")


def test_before_the_first_good_version_nothing_is_planned(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write("schedules/small.yaml", "slots: [")
    homes.open_ledger(EIGHT)
    planner = Planner(home.path, homes.settings(), now=lambda: EIGHT)
    assert not planner.refresh()
    assert (planner.in_force(), rows()) == (None, {})
    home.write("schedules/small.yaml", SCHEDULE)
    assert planner.refresh()
    assert planner.in_force() is not None


def test_a_post_that_a_move_makes_too_long_is_held_with_the_reason_until_it_fits(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    head = "The debate is on {{ milestones.debate | weekday }}. "
    words = head + "x" * (280 - len("The debate is on Monday. ") - len(" #Lab23 @labfreemvmt") - 1)
    desk.home.write("templates/lab23/soon.j2", f"---\nask: watch\nplatforms: [x]\n---\n== plain\n{words}\n")
    desk.planner.refresh()
    assert (desk.problems(), soon()) == ([], "queued 10-09T13:40")
    move_debate("2023-10-11T14:40")
    desk.planner.refresh()
    found = delivery_views.views(states=(State.HELD,))
    (held,) = [row for row in found if row.reason == HoldReason.UNWRITTEN]
    # The mornings go on until the debate, and have too few wordings for that.
    assert {row.identity.post.occurrence for row in found if row != held} == {"2023-10-10#1", "2023-10-11#1"}
    assert "templates/lab23/soon.j2" in held.detail
    move_debate("2023-10-09T15:20")
    desk.planner.refresh()
    assert soon() == "queued 10-09T14:20"


def test_what_is_being_sent_when_the_plan_changes_keeps_its_claim(desk: Desk) -> None:
    lease = EIGHT + timedelta(hours=2)
    desk.time = EIGHT + timedelta(hours=1)
    (due,) = claims.claim(now=desk.time, lease_until=lease, limit=1)
    assert deliveries.begin(due, request=b"bytes", now=desk.time, lease_until=lease)
    desk.home.write("templates/lab23/hello.j2", HELLO.replace("Good", "Fine").replace("Up", "Out"))
    desk.planner.refresh()
    assert rows()["morning 2023-10-06#1 x"] == "sending 10-06T09:00"
    assert rows()["morning 2023-10-07#1 x"] == "queued 10-07T09:00"
    assert [one.text[:4] for one in delivery_views.views()][:2] == ["Good", "Out "]


def test_a_longer_limit_that_a_server_tells_makes_room_at_the_next_look(desk: Desk) -> None:
    desk.home.write("templates/lab23/soon.j2", SOON.replace("The", "x" * 600 + " The"))
    desk.planner.refresh()
    assert {str(one["message"]).split(".")[0] for one in desk.problems()} != set()
    for name in ("x", "bluesky", "mastodon"):
        accounts.account_is_ok(name, remote_id="1", url="", text_limit=1000, now=EIGHT)
    desk.planner.refresh()
    assert desk.problems() == []
    assert text_of("soon").startswith("xxx")


def tell(limit: int, counts: str = "") -> None:
    accounts.account_is_ok("mastodon", remote_id="1", url="", text_limit=limit, counts=counts, now=EIGHT)


@pytest.mark.parametrize(("limit", "counts"), [(60, ""), (80, "codepoints")])
def test_what_is_too_long_for_a_limit_that_a_server_tells_is_held_before_its_hour(
    desk: Desk, limit: int, counts: str
) -> None:
    desk.home.write("templates/lab23/soon.j2", SOON.replace("The", "https://freemovement.example/ballot/2023 The"))
    desk.planner.refresh()
    assert soon("mastodon") == "queued 10-09T13:40"

    tell(limit, counts)
    desk.planner.refresh()

    assert {f"Mastodon allows {limit} characters" in str(one["message"]) for one in desk.problems()} == {True}
    assert soon("mastodon").startswith("held")
    assert (soon("x"), soon("bluesky")) == ("queued 10-09T13:40",) * 2  # where it fits it goes out
    (held,) = (one for one in delivery_views.views() if one.state is State.HELD)
    assert held.reason == HoldReason.UNWRITTEN
    assert f"Mastodon allows {limit} characters" in held.detail
    assert rows()["morning 2023-10-07#1 x"] == "queued 10-07T09:00"

    again = Planner(desk.home.path, homes.settings(), now=lambda: desk.time)  # the service starts anew
    again.refresh()
    assert again.in_force() is not None
    assert soon("mastodon").startswith("held")

    tell(5000)  # and later a longer one
    again.refresh()
    assert soon("mastodon") == "queued 10-09T13:40"
    assert desk.problems() == []


def test_a_new_live_ledger_has_the_last_day_looked_for(tmp_path: Path) -> None:
    home = Home(tmp_path)
    now = EIGHT + timedelta(days=1, hours=2)
    homes.open_ledger(now)
    Planner(home.path, homes.settings(), now=lambda: now).refresh()
    assert {one.wall_time: (one.state, one.reason) for one in delivery_views.views()[:2]} == {
        "2023-10-07T09:00": (State.UNSURE, DoubtReason.NEW_LEDGER),
        "2023-10-08T09:00": (State.QUEUED, ""),
    }


def test_without_an_opened_ledger_nothing_is_planned(tmp_path: Path) -> None:
    planner = Planner(Home(tmp_path).path, homes.settings(), now=lambda: EIGHT)
    assert not planner.refresh()
    homes.open_ledger(EIGHT)
    assert planner.refresh()


def test_a_rehearsal_plays_the_whole_campaign_within_its_seconds_and_keeps_its_map() -> None:
    origin = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    now = [origin]
    homes.open_ledger(origin, live=False)
    planner = Planner(EXAMPLE, homes.settings(live=False), now=lambda: now[0])
    planner.refresh()
    first = delivery_views.views()
    assert {one.state for one in first} == {State.QUEUED}
    assert origin < first[0].due_at
    assert first[-1].due_at < origin + timedelta(seconds=600)
    assert planner.campaign_time().date().isoformat() == "2023-09-24"
    now[0] += timedelta(seconds=595)
    again = Planner(EXAMPLE, homes.settings(live=False), now=lambda: now[0])
    assert not again.refresh()
    assert again.campaign_time().date().isoformat() == "2023-10-11"


def test_live_the_campaigns_time_is_the_time(desk: Desk) -> None:
    assert desk.planner.campaign_time() == EIGHT


def test_what_a_move_makes_a_near_copy_on_x_is_held_until_it_is_none(desk: Desk) -> None:
    desk.planner.refresh()
    move_debate("2023-10-11T14:40")  # the mornings go on until the debate, and have words for four of them
    desk.planner.refresh()
    (tuesday, wednesday) = delivery_views.views(states=(State.HELD,))
    assert {one.reason for one in (tuesday, wednesday)} == {HoldReason.NEAR_COPY}
    assert "morning/2023-10-10#1 and morning/2023-10-06#1 say nearly the same on x within 7 days" in tuesday.detail
    assert not desk.planner.refresh()
    decide(DecisionKind.SLOT_SKIPPED, "morning/2023-10-06#1", "")
    desk.planner.refresh()
    assert rows()["morning 2023-10-10#1 x"] == "queued 10-10T09:00"
    assert rows()["morning 2023-10-11#1 x"] == "held 10-11T09:00"


def test_in_a_rehearsal_the_campaigns_own_week_counts(tmp_path: Path) -> None:
    home = Home(tmp_path)
    fortnight = "  - name: first\n    template: lab23/soon\n    at: 2023-09-26 12:00\n    accounts: [x]\n"
    home.write("schedules/small.yaml", SCHEDULE + fortnight)  # the very words of the debate's, two weeks before
    homes.open_ledger(EIGHT, live=False)
    planner = Planner(home.path, homes.settings(live=False), now=lambda: EIGHT)
    planner.refresh()
    assert delivery_views.views(states=(State.HELD,)) == ()
    move_debate("2023-10-11T14:40")
    planner.refresh()
    assert {row.reason for row in delivery_views.views(states=(State.HELD,))} == {HoldReason.NEAR_COPY}


def test_an_account_that_turns_out_to_be_one_that_was_known_is_planned_for_at_once(desk: Desk) -> None:
    desk.planner.refresh()
    waiting = set(DeliveryRow.objects.filter(account__label="x", state="queued").values_list("id", flat=True))
    accounts.account_is_ok("x", remote_id="77", url="", text_limit=0, now=EIGHT)
    ours = homes.settings()
    others = [one for one in ours.accounts if one.name != "x"]
    x = ours.account("x").model_copy(update={"handle": "renamed"})
    newer = ours.model_copy(update={"accounts": (x, *others)})
    accounts.know_accounts(listed(newer))
    planner = Planner(desk.home.path, newer, now=lambda: desk.time)
    planner.refresh()
    assert not DeliveryRow.objects.filter(id__in=waiting, state="queued").exists()
    accounts.account_is_ok("x", remote_id="77", handle="renamed", url="", text_limit=0, now=EIGHT)
    planner.refresh()
    again = DeliveryRow.objects.filter(account__label="x", state="queued")
    assert waiting
    assert set(again.values_list("id", flat=True)) == waiting
