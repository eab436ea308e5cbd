"""A valid reading of the files, and the posts it wants."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amplifier.campaign.account import Identity
from amplifier.campaign.plan import Decision, DecisionKind
from amplifier.campaign.post import PostId, WantedPost
from amplifier.errors import FileError, Problem, SettingsError
from amplifier.policy import Imprint, Profile, TextLimit
from amplifier.schedule import files
from amplifier.schedule.program import (
    Program,
    all_occurrences,
    post_name,
    read_again,
    read_program,
    wanted_posts,
)
from amplifier.schedule.stage import make
from tests.schedule import homes
from tests.schedule.homes import EXAMPLE, HELLO, SCHEDULE, SOON

IMPRINT = homes.settings().campaign.imprint.text
SMALL = {
    "schedules/small.yaml": SCHEDULE,
    "templates/lab23/soon.j2": SOON,
    "templates/lab23/hello.j2": HELLO,
}


def read(live: bool = True, **changed: str) -> Program:  # noqa: FBT001, FBT002  which settings
    names = {"schedule": "schedules/small.yaml", "soon": "templates/lab23/soon.j2", "hello": "templates/lab23/hello.j2"}
    return read_program({**SMALL, **{names[name]: text for name, text in changed.items()}}, homes.settings(live=live))


def refused(**changed: str) -> list[Problem]:
    with pytest.raises(FileError) as caught:
        read(**changed)
    return caught.value.problems


def decision(kind: DecisionKind, subject: str, value: str) -> Decision:
    return Decision(1, kind, subject, value, "", "cli:ola", "", datetime(2023, 10, 9, tzinfo=UTC))


def moved(local: str) -> Decision:
    return decision(DecisionKind.MILESTONE_MOVED, "debate", f"{local}+01:00")


def post(posts: list[WantedPost], name: str) -> WantedPost:
    return next(one for one in posts if post_name(one.id) == name)


def test_the_example_reads_and_wants_every_post_in_the_order_of_its_time() -> None:
    posts = wanted_posts(read_program(files.sources(EXAMPLE), homes.settings()))
    assert len(posts) == len({one.id for one in posts}) > 40
    assert [one.moment.due_at for one in posts] == sorted(one.moment.due_at for one in posts)
    assert all(one.words for one in posts)


def test_a_wanted_post_has_its_words_its_facts_and_its_moment() -> None:
    soon = post(wanted_posts(read()), "soon/once")
    assert soon.id == PostId("lab23", "soon", "once")
    assert (soon.moment.due_at, soon.moment.wall_time) == (
        datetime(2023, 10, 9, 12, 40, tzinfo=UTC),
        "2023-10-09T13:40",
    )
    assert (soon.template, soon.wording, soon.milestone, soon.too_late_s) == ("lab23/soon", "plain", "debate", 900)
    assert {said.account: said.text for said in soon.words}["x"].endswith(f"#Lab23 @labfreemvmt\n\n{IMPRINT}")
    assert ("milestone.debate", "2023-10-09T14:40:00+01:00") in {(fact.name, fact.value) for fact in soon.facts}


def test_the_slots_own_limit_of_lateness_holds_live_and_the_stages_own_in_a_rehearsal() -> None:
    schedule = SCHEDULE.replace("    at: debate - 1h\n", "    at: debate - 1h\n    too_late_after: 2h\n")
    assert post(wanted_posts(read(schedule=schedule)), "soon/once").too_late_s == 7200
    rehearsal = homes.settings(live=False).timing.too_late_after_s
    assert post(wanted_posts(read(live=False, schedule=schedule)), "soon/once").too_late_s == rehearsal


def test_every_problem_of_every_file_is_told_at_once() -> None:
    problems = refused(
        schedule=SCHEDULE.replace("debate - 1h", "debat - 1h"), hello="---\nask: hello\n---\n== one\n{{ x"
    )
    assert {problem.path for problem in problems} == {"schedules/small.yaml", "templates/lab23/hello.j2"}


def test_a_post_that_a_network_would_not_take_is_told_once_with_its_template() -> None:
    (problem,) = refused(hello="---\nask: hello\n---\n== one\n" + "x" * 300 + "\n")
    assert (problem.path, problem.line) == ("templates/lab23/hello.j2", 5)


def test_x_is_not_told_the_same_within_a_week() -> None:
    (first, *_) = refused(hello="---\nask: hello\n---\n== one\nGood morning.\n")
    assert first.rule == "repeat"
    assert "morning/2023-10-07#1 and morning/2023-10-06#1 say the same on x within 7 days" in first.message


def test_other_networks_may_be_told_the_same_again() -> None:
    schedule = SCHEDULE.replace("accounts: [x]", "accounts: [mastodon]")
    assert read(schedule=schedule, hello="---\nask: hello\n---\n== one\nGood morning.\n")


def test_a_week_apart_the_same_may_be_said_again() -> None:
    schedule = SCHEDULE.replace("day at 09:00", "thu at 09:00").replace("2023-10-06", "2023-09-25")
    assert read(schedule=schedule, hello="---\nask: hello\n---\n== one\nGood morning.\n")


def test_a_move_changes_times_and_words_and_the_number_of_what_recurs_until_then() -> None:
    program = read()
    before, after = wanted_posts(program), wanted_posts(program, (moved("2023-10-08T15:20"),))
    assert post(after, "soon/once").moment.wall_time == "2023-10-08T14:20"
    assert "15:20" in post(after, "soon/once").words[0].text
    assert len(before) - len(after) == 1
    left = {post_name(one.id) for one in after}
    assert {post_name(one.id) for one in before} - left == {"morning/2023-10-09#1"}
    assert [one for one in before if one.id.slot == "morning"][:3] == [one for one in after if one.id.slot == "morning"]


def test_a_post_that_people_left_out_is_not_wanted_and_their_words_are() -> None:
    made = (
        decision(DecisionKind.SLOT_SKIPPED, "morning/2023-10-07#1", ""),
        decision(DecisionKind.WORDS_REPLACED, "soon/once", json.dumps({"x": "It begins."})),
        decision(DecisionKind.WORDS_REPLACED, "gone/once", json.dumps({"x": "Nobody says this."})),
    )
    posts = wanted_posts(read(), made)
    assert "morning/2023-10-07#1" not in {post_name(one.id) for one in posts}
    texts = {said.account: said.text for said in post(posts, "soon/once").words}
    assert texts["x"] == f"It begins.\n\n{IMPRINT}"
    assert texts["bluesky"].startswith("The debate is at")


def test_what_a_move_makes_impossible_to_say_is_named_with_the_reason() -> None:
    head = "On {{ milestones.debate | weekday }}: "
    fits = "x" * (280 - len("On Monday: ") - len(" #Lab23 @labfreemvmt") - 1)
    program = read(soon=f"---\nask: watch\nplatforms: [x]\n---\n== plain\n{head}{fits}\n")
    wednesday = moved("2023-10-11T14:40")
    posts = wanted_posts(program, (wednesday,))
    assert [post_name(one.id) for one in posts if one.unwritten] == ["soon/once"]
    soon = post(posts, "soon/once")
    assert (soon.words, list(soon.unwritten)) == ((), ["x"])
    assert "templates/lab23/soon.j2:6" in soon.unwritten["x"]
    skipped = decision(DecisionKind.SLOT_SKIPPED, "soon/once", "")
    assert "soon/once" not in {post_name(one.id) for one in wanted_posts(program, (wednesday, skipped))}


def test_what_a_move_makes_impossible_to_say_may_be_given_other_words_in_its_own_language() -> None:
    head = "On {{ milestones.debate | weekday }}: "
    fits = "x" * (280 - len("On Dydd Llun: ") - len(" #Lab23 @labfreemvmt") - 1)
    program = read(soon=f"---\nask: watch\nlanguage: cy\nplatforms: [x]\n---\n== plain\n{head}{fits}\n")
    other = decision(DecisionKind.WORDS_REPLACED, "soon/once", json.dumps({"x": "Dadl."}))
    soon = post(wanted_posts(program, (moved("2023-10-11T14:40"), other)), "soon/once")
    assert ([(said.language, said.text[:5]) for said in soon.words], soon.unwritten) == ([("cy", "Dadl.")], {})


def short_on(account: str, limit: int) -> dict[Identity, TextLimit]:
    return {homes.settings().account(account).identity: TextLimit(limit)}


def test_a_program_that_was_good_is_read_again_where_a_server_tells_less() -> None:
    given = homes.settings()
    told = given.with_limits(short_on("mastodon", 40))
    with pytest.raises(FileError, match="Mastodon allows 40"):
        read_program(SMALL, told)
    program = read_again(SMALL, told, given=given)
    soon = post(wanted_posts(program), "soon/once")
    assert ({words.account for words in soon.words}, set(soon.unwritten)) == ({"x", "bluesky"}, {"mastodon"})
    with pytest.raises(FileError):
        read_again({**SMALL, "schedules/small.yaml": "no plan"}, told, given=given)


def test_shorter_words_of_a_person_are_what_a_server_that_takes_less_gets() -> None:
    given = homes.settings()
    imprint = given.campaign.imprint.model_copy(update={"profile": Profile.OFF, "text": ""})
    given = given.model_copy(update={"campaign": given.campaign.model_copy(update={"imprint": imprint})})
    program = read_again(SMALL, given.with_limits(short_on("mastodon", 40)), given=given)
    words = json.dumps({"mastodon": "Debate at 14:40 #Lab23"})
    soon = post(wanted_posts(program, (decision(DecisionKind.WORDS_REPLACED, "soon/once", words),)), "soon/once")
    assert soon.unwritten == {}
    assert {said.account: said.text for said in soon.words}["mastodon"] == "Debate at 14:40 #Lab23"


def test_words_of_a_person_are_in_the_language_of_what_they_stand_for() -> None:
    given = homes.settings()
    imprint = given.campaign.imprint.model_copy(update={"profile": Profile.OFF, "text": ""})
    given = given.model_copy(update={"campaign": given.campaign.model_copy(update={"imprint": imprint})})
    path = next(name for name in SMALL if name.endswith("soon.j2"))
    welsh = {**SMALL, path: SMALL[path].replace("---\n", "---\nlanguage: cy\n", 1)}
    program = read_again(welsh, given.with_limits(short_on("mastodon", 40)), given=given)
    words = json.dumps({"mastodon": "Dadl am 14:40 #Lab23", "x": "Dadl #Lab23"})
    soon = post(wanted_posts(program, (decision(DecisionKind.WORDS_REPLACED, "soon/once", words),)), "soon/once")
    assert {said.account: said.language for said in soon.words} == dict.fromkeys(("x", "bluesky", "mastodon"), "cy")


def test_on_a_stage_the_rows_play_in_its_seconds_and_the_words_stay_the_campaigns() -> None:
    program = read(live=False)
    origin = datetime(2026, 11, 22, 12, tzinfo=UTC)
    stage = make([one.due for one in all_occurrences(program.plan, program.settings)], origin, 60)
    posts = wanted_posts(program, (), stage)
    assert all(origin < one.moment.due_at < origin + timedelta(seconds=60) for one in posts)
    assert [one.moment.wall_time for one in posts] == [one.moment.wall_time for one in wanted_posts(program)]
    assert "14:40" in post(posts, "soon/once").words[0].text


def test_the_wordings_of_a_template_take_turns_and_neighbours_begin_at_different_ones() -> None:
    two = "---\nask: hello\n---\n== one\nOne {{ day | date }}.\n== two\nTwo {{ day | date }}.\n"
    evening = "  - name: evening\n    template: lab23/hello\n    every: day at 18:00\n    from: 2023-10-06\n"
    elsewhere = (SCHEDULE + evening + "    accounts: [x]\n").replace("[x]", "[bluesky]")
    posts = wanted_posts(read(schedule=elsewhere, hello=two))
    by_slot = {slot: [one.wording for one in posts if one.id.slot == slot][:4] for slot in ("morning", "evening")}
    assert by_slot["morning"] in (["one", "two", "one", "two"], ["two", "one", "two", "one"])
    assert by_slot["evening"] == list(reversed(by_slot["morning"]))


def test_occurrences_are_those_of_the_campaigns_own_days() -> None:
    program = read()
    days = [
        one.due.astimezone(ZoneInfo("Europe/London")).date() for one in all_occurrences(program.plan, program.settings)
    ]
    assert (min(days).isoformat(), max(days).isoformat()) == ("2023-10-06", "2023-10-09")


def test_words_of_a_person_that_the_imprint_leaves_no_room_for_are_named_with_the_reason() -> None:
    made = (decision(DecisionKind.WORDS_REPLACED, "soon/once", json.dumps({"x": "y" * 250})),)
    program = read()
    (said,) = [words for words in post(wanted_posts(program, made), "soon/once").words if words.account == "x"]
    assert (said.text, said.imprint[:33]) == ("y" * 250, "X allows 280 characters; with the")
    imprint = program.settings.campaign.imprint.model_copy(update={"page": ""})
    campaign = program.settings.campaign.model_copy(update={"imprint": imprint})
    strict = replace(program, settings=program.settings.model_copy(update={"campaign": campaign}))
    soon = post(wanted_posts(strict, made), "soon/once")
    assert soon.unwritten["x"].startswith("the words of soon/once: X allows 280 characters")
    assert (soon.words, set(soon.unwritten)) == ((), {"x", "bluesky", "mastodon"})


def test_an_imprint_that_cannot_hold_refuses_the_plan_with_its_line() -> None:
    settings = homes.settings()
    campaign = settings.campaign.model_copy(update={"imprint": Imprint(profile=Profile.PAID)})
    with pytest.raises(SettingsError) as caught:
        read_program(SMALL, settings.model_copy(update={"campaign": campaign}))
    (problem,) = caught.value.problems
    lines = (EXAMPLE / "settings.yaml").read_text().splitlines()
    assert (problem.path, lines[problem.line - 1].split(":")[0].strip()) == ("settings.yaml", "profile")
