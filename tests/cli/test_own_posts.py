"""A person's own post in a rehearsal: at the campaign's time, in the plan, and changed like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amplifier.campaign.delivery import DeliveryView, State
from amplifier.campaign.event_kinds import EventKind
from amplifier.campaign.post import OWN
from amplifier.clock import utc_now
from amplifier.schedule.playing import playing
from amplifier.schedule.program import post_name
from amplifier.settings import load
from amplifier.store import delivery_views, events
from amplifier.store.models import DeliveryRow, EventRow
from tests.cli.conftest import Shell

TEXT = "Come to the stall by the doors"
WHEN = "2023-10-11 10:00"


def own() -> dict[str, DeliveryView]:
    """The newest own post, by account."""
    rows = [row for row in delivery_views.views() if row.identity.post.slot == OWN]
    return {row.identity.account: row for row in rows if row.identity.post == rows[-1].identity.post}


@pytest.fixture
def name(shell: Shell) -> str:
    shell("send", TEXT, "--to", "all", "--at", WHEN, "--yes")
    return post_name(own()["x"].identity.post)


def test_it_goes_out_when_its_time_plays(shell: Shell, name: str) -> None:
    assert name.startswith("own/")
    row, stage = own()["x"], playing(load(shell.home))
    assert row.wall_time == "2023-10-11T10:00"
    assert f"{stage.campaign(row.due_at):%Y-%m-%d %H:%M}" == "2023-10-11 09:00"  # in London it is summer
    assert abs(row.due_at - utc_now()) < timedelta(days=2), "while the rehearsal plays, not in its own year"


@pytest.mark.parametrize(
    ("at", "wall", "told"),
    [
        ("debate - 2h", "2023-10-10T12:40", "Tue 10 Oct 12:40"),
        ("debate", "2023-10-10T14:40", "Tue 10 Oct 14:40"),
        ("vote + 1d", "2023-10-11T17:15", "Wed 11 Oct 17:15"),
    ],
)
def test_a_milestone_and_a_distance_say_when(shell: Shell, at: str, wall: str, told: str) -> None:
    said = shell("send", TEXT, "--to", "x", "--at", at, "--yes")
    assert said.out.startswith(f"This is to go out {told}, to the pretend networks:\n")
    assert own()["x"].wall_time == wall


def test_a_time_that_has_passed_is_refused_with_the_rehearsals_own_time(shell: Shell) -> None:
    said = shell("send", TEXT, "--to", "x", "--at", "2023-09-01 10:00", "--yes")
    assert (said.code, said.out) == (2, "")
    assert "Fri 1 Sep 10:00 has passed. The rehearsal is at " in said.err
    assert not [row for row in delivery_views.views() if row.identity.post.slot == OWN]


def test_it_stands_in_the_plan_at_its_time(shell: Shell, name: str) -> None:
    said = shell("plan", "--from", "2023-10-11", "--to", "2023-10-11").out
    assert f"10:00  {name}  your own" in said
    assert TEXT in said
    told = shell.ask("plan", "--from", "2023-10-11", "--to", "2023-10-11")["posts"]
    assert [(one["post"], one["own"]) for one in told if one["own"]] == [(name, True)]
    assert name not in shell("plan", "--from", "2023-10-10", "--to", "2023-10-10").out


def test_what_the_campaign_appends_is_added_unless_somebody_says_no(shell: Shell) -> None:
    tag = load(shell.home).campaign.form(load(shell.home).campaign.append[0], "x", "x")
    said = shell("send", TEXT, "--to", "x", "--at", WHEN, "--yes")
    assert f"Added, as to every post: {tag}" in said.out
    assert tag in own()["x"].text
    plain = shell("send", "The doors open late", "--to", "x", "--at", WHEN, "--no-append", "--yes")
    assert "Added" not in plain.out
    assert tag not in own()["x"].text
    told = shell.ask("send", "Soup for all", "--to", "x", "--at", WHEN, "--yes")
    assert tag in told["appended"]["x"]


def test_it_takes_other_words_where_it_waits(shell: Shell, name: str) -> None:
    said = shell("edit", name, "Come to the stall by the stairs", "--on", "x,mastodon", "--yes")
    assert f"before: {TEXT}" in said.out
    assert "✓ Changed." in said.out
    assert {account: "stairs" in row.text for account, row in own().items()} == {
        "x": True,
        "bluesky": False,
        "mastodon": True,
    }
    told = events.events_of(f"delivery:{own()['x'].id}")
    assert any(TEXT in one.detail and "stairs" in one.detail for one in told), "what it said before is kept"


def test_it_is_found_by_the_beginning_or_the_end_of_its_name(shell: Shell, name: str) -> None:
    assert shell("edit", "own", "Come to the stall by the stairs", "--yes").code == 0
    assert shell("edit", f"own/{name[-8:]}", "Come to the stall at noon", "--yes").code == 0
    assert "at noon" in own()["x"].text
    shell("send", "Soup for all of us", "--to", "x", "--at", WHEN, "--yes")
    assert f"Which one?\n  {name}  2023-10-11 10:00  " in shell.refused("edit", "own", "Words", "--yes")


def test_it_moves_to_another_time_on_every_account(shell: Shell, name: str) -> None:
    before = own()["x"].due_at
    said = shell("edit", name, "--at", "2023-10-11 09:30", "--yes")
    assert f"{name}  Wed 11 Oct 10:00 → Wed 11 Oct 09:30" in said.out
    assert "✓ Moved." in said.out
    for row in own().values():
        assert (row.wall_time, row.due_at < before, row.run_at == row.due_at) == ("2023-10-11T09:30", True, True)
        assert row.too_late_at > row.due_at
    assert "Leave --on out" in shell.refused("edit", name, "--at", "+1h", "--on", "x", "--yes")
    assert "has no words of the plan" in shell.refused("edit", name, "--undo", "--yes")


def test_what_is_out_somewhere_does_not_move(shell: Shell, name: str) -> None:
    DeliveryRow.objects.filter(post__slot=OWN, account__label="x").update(state="sent")
    said = shell.refused("edit", name, "--at", "2023-10-11 09:30", "--yes")
    assert "It is sent on x, so its time stays. Nothing was changed." in said


def test_it_is_left_out_and_taken_in_again(shell: Shell, name: str) -> None:
    said = shell("skip", name, "--on", "x", "--reason", "not there", "--yes")
    assert f"{name} at Wed 11 Oct 10:00 would not go out:\n  x: {TEXT}" in said.out
    assert {account: row.state for account, row in own().items()} == {
        "x": State.DROPPED,
        "bluesky": State.QUEUED,
        "mastodon": State.QUEUED,
    }
    plan = shell("plan", "--from", "2023-10-11", "--to", "2023-10-11").out
    assert f"left out  Wed 11 Oct 10:00  {name} on x" in plan
    assert shell("skip", name, "--undo", "--yes").code == 0
    assert {row.state for row in own().values()} == {State.QUEUED}
    assert shell("skip", name, "--yes").code == 0
    assert {row.state for row in own().values()} == {State.DROPPED}
    assert "No post of your own" in shell.refused("skip", name, "--yes")


def test_what_may_be_out_is_neither_changed_nor_left_out(shell: Shell, name: str) -> None:
    rows = DeliveryRow.objects.filter(post__slot=OWN, account__label="x")
    rows.update(request=b"sent once")
    for words in (("edit", name, "Other words"), ("edit", name, "--at", "+1h"), ("skip", name)):
        assert "It may be out on x, and a person decides about that first" in shell.refused(*words, "--yes")
    rows.update(request=None, unseen_since=utc_now())
    assert "It may be out on x" in shell.refused("skip", name, "--yes")
    rows.update(unseen_since=None, state="sending")
    assert f"{name} does not wait to go out on x." in shell.refused("edit", name, "Words", "--on", "x", "--yes")


def test_what_is_held_for_its_words_goes_on_with_other_words(shell: Shell, name: str) -> None:
    rows = DeliveryRow.objects.filter(post__slot=OWN, account__label="x")
    rows.update(state="held", reason="rejected", detail="The network refuses it.")
    shell("edit", name, "Come to the stall by the stairs", "--on", "x", "--yes")
    row = own()["x"]
    assert (row.state, row.reason, row.detail) == (State.QUEUED, "", "")


def test_nearly_the_same_is_refused_on_x_and_told_elsewhere(shell: Shell, name: str) -> None:
    shell("send", "Soup for all of us in the hall", "--to", "all", "--at", "2023-10-11 11:00", "--yes")
    said = shell.refused("edit", name, "Soup for all of us in the hall!", "--on", "x", "--yes")
    assert "X takes no copies" in said
    other = shell("edit", name, "Soup for all of us in the hall!", "--on", "mastodon", "--yes")
    assert other.code == 0
    assert " say nearly the same on mastodon within 24 hours: “Soup for all of us" in " ".join(other.out.split())


def test_without_a_terminal_nothing_changes(shell: Shell, name: str) -> None:
    for words in (("edit", name, "Other words"), ("edit", name, "--at", "+1h"), ("skip", name)):
        assert shell(*words).code == 1
    assert {row.text.split(" #")[0] for row in own().values()} == {TEXT}
    assert {row.state for row in own().values()} == {State.QUEUED}


def test_what_is_taken_in_again_after_a_move_goes_out_at_the_posts_time(shell: Shell, name: str) -> None:
    shell("skip", name, "--on", "mastodon", "--yes")
    shell("edit", name, "--at", "2023-10-11 15:00", "--yes")
    shell("skip", name, "--undo", "--yes")
    rows = own()
    assert {(row.wall_time, row.run_at == row.due_at, row.too_late_at) for row in rows.values()} == {
        ("2023-10-11T15:00", True, rows["x"].too_late_at)
    }


def test_people_who_are_asked_to_post_it_keep_its_time(shell: Shell, name: str) -> None:
    DeliveryRow.objects.filter(post__slot=OWN, account__label="x").update(state="held", reason="hand_off")
    said = shell.refused("edit", name, "--at", "2023-10-11 09:30", "--yes")
    assert "People are asked to post it on x, and may be at it." in said


def test_an_account_that_is_out_of_the_file_is_told(shell: Shell, name: str) -> None:
    file = shell.home / "settings.yaml"
    before, _, rest = file.read_text().partition("  - name: mastodon\n")
    file.write_text(before + rest[rest.index("\nrehearsal:") + 1 :] if "\nrehearsal:" in rest else before)
    for words in (("edit", name, "Other words"), ("edit", name, "--at", "+1h"), ("skip", name)):
        said = shell(*words, "--yes")
        assert (said.code, said.out) == (2, "")


def test_taking_in_again_tells_what_says_nearly_the_same_by_now(shell: Shell) -> None:
    shell("send", TEXT, "--to", "mastodon", "--at", WHEN, "--yes")
    first = post_name(own()["mastodon"].identity.post)
    shell("skip", first, "--yes")
    assert shell("send", TEXT, "--to", "mastodon", "--at", "2023-10-11 10:05", "--yes").code == 1
    said = shell("skip", first, "--undo", "--yes")
    assert f" say the same on mastodon within 24 hours: “{TEXT}" in " ".join(said.out.split())


def test_a_move_names_no_time_that_has_passed_nor_a_day_outside_the_campaign(shell: Shell, name: str) -> None:
    said = shell("edit", name, "--at", "2022-10-11 10:00", "--yes")
    assert (said.code, said.out) == (2, "")
    assert "Tue 11 Oct 2022 10:00 has passed. The rehearsal is at " in said.err
    assert "Give it a time that lies ahead, such as +10m." in said.err
    assert "Leave --at out" not in said.err
    assert "11 October 2032 is outside the campaign." in shell.refused(
        "edit", name, "--at", "2032-10-11 10:00", "--yes"
    )
    assert {row.wall_time for row in own().values()} == {"2023-10-11T10:00"}


def test_a_move_to_a_milestone_says_that_it_does_not_follow(shell: Shell, name: str) -> None:
    said = shell("edit", name, "--at", "debate + 1h", "--yes")
    assert "It goes out Tue 10 Oct 15:40, and stays there if debate moves: it is no post of the plan." in said.out
    shell("milestone", "move", "debate", "+40m", "--yes")
    assert {row.wall_time for row in own().values()} == {"2023-10-10T15:40"}


def test_a_time_that_passes_while_somebody_reads_moves_nothing(
    shell: Shell, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def think(_question: str, *, yes: bool) -> bool:
        monkeypatch.setattr("amplifier.cli.edit.utc_now", lambda: utc_now() + timedelta(days=1))
        return not yes

    monkeypatch.setattr("amplifier.cli.edit.agreed", think)
    said = shell("edit", name, "--at", "2023-10-11 09:30")
    assert (said.code, "The time that you were shown has passed since, so it was not moved." in said.err) == (2, True)
    assert {row.wall_time for row in own().values()} == {"2023-10-11T10:00"}


def test_a_move_to_where_it_is_says_so_and_writes_nothing(shell: Shell) -> None:
    shell("send", "Come along", "--to", "x", "--at", "2023-10-09 10:00", "--yes")
    name = post_name(own()["x"].identity.post)
    said = shell("edit", name, "--at", "2023-10-09 10:00")
    assert (said.code, said.out) == (0, f"{name} (Mon 9 Oct 10:00) goes out then already. Nothing was changed.\n")
    assert shell.ask("edit", name, "--at", "2023-10-09 10:00")["decision"] is None
    assert not EventRow.objects.filter(kind=EventKind.MOVED).exists()


def test_a_move_shows_which_words_it_makes_untrue_and_which_true_again(shell: Shell) -> None:
    shell("send", "Tomorrow at 14:40 we debate", "--to", "x,mastodon", "--at", "2023-10-09 10:00", "--yes")
    name = post_name(own()["x"].identity.post)
    said = shell("edit", name, "--at", "2023-10-10 10:00")
    assert said.code == 1, "nobody agreed"
    assert f"‖ {name} (Mon 9 Oct 10:00) on x, mastodon would be held." in said.out
    assert "Your words say “Tomorrow”, the post goes out on Tue 10 Oct" in " ".join(said.out.split())
    assert "Afterwards: amplifier edit, or amplifier facts leave" in said.out
    told = shell.ask("edit", name, "--at", "2023-10-10 10:00", "--yes")
    assert [one["account"] for one in told["held"]] == ["x", "mastodon"]
    assert (
        f"✓ {name} (Tue 10 Oct 10:00) on x, mastodon is true again, and would no longer be held."
        in shell("edit", name, "--at", "2023-10-09 11:00").out
    )
    assert "would be held" not in shell("edit", name, "--at", "2023-10-10 11:00").out, "it is so already"


def test_what_was_decided_or_lies_far_ahead_counts_for_every_change_of_it(shell: Shell) -> None:
    shell("send", "Soup for all of us in the hall", "--to", "x", "--at", "2023-09-30 11:00", "--no-append", "--yes")
    name = post_name(own()["x"].identity.post)
    shell("edit", "onward", "Soup for all of us in the halls", "--on", "x", "--no-append", "--yes")
    near = shell.refused("edit", name, "--at", "2023-10-10 11:00", "--yes")
    assert f"{name} and onward/once say nearly the same on x within 7 days" in near
    shell("edit", name, "Come to the stall", "--no-append", "--yes")
    shell("edit", name, "--at", "2023-10-10 11:00", "--yes")
    assert "onward/once say nearly the same" in shell.refused("edit", name, "Soup for all of us in the hall", "--yes")


def test_the_end_of_its_name_is_enough_and_several_are_told_apart_by_time_and_words(shell: Shell, name: str) -> None:
    shell("send", "Soup in the hall", "--to", "x", "--at", "2023-10-11 11:00", "--no-append", "--yes")
    which = shell("skip", "own", "--yes").err
    assert f"{name}  2023-10-11 10:00  " in which
    assert "  2023-10-11 11:00  Soup in the hall" in which
    assert shell("skip", name.rpartition("-")[2], "--yes").code == 0
    there = [row for row in delivery_views.views() if post_name(row.identity.post) == name]
    assert {row.state.value for row in there} == {"dropped"}


def test_what_only_a_template_knows_goes_out_as_it_stands_and_that_is_told(shell: Shell) -> None:
    words = "At {{ milestones.rally | clock }} we start"
    told = " ".join(shell("send", words, "--to", "bluesky", "--at", "2023-10-10 15:00", "--yes").out.split())
    assert "“{{ milestones.rally | clock }}” goes out as it stands: what you write yourself is no template." in told
    said = shell.ask("edit", "debate-begins", words, "--on", "x", "--yes")
    assert [one["rule"] for one in said["warnings"]] == ["template_sign"]
