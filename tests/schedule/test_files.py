from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier import settings
from amplifier.campaign.plan import At, Distance, Every, Plan
from amplifier.errors import Problem, ScheduleError, TemplateError
from amplifier.schedule import files
from amplifier.schedule.occurrences import occurrences
from tests.test_no_file import make

HOME = Path(__file__).parent.parent.parent
SETTINGS = settings.load(HOME)
TEMPLATES = ("lab23/ballot", "lab23/volunteer")
GOOD = """\
campaign: lab23
milestones:
  ballot_closes: 2023-10-08 17:00
  vote: "2023-10-10 15:40"
slots:
  - name: ballot-last-hours
    template: lab23/ballot
    wording: plain
    at: ballot_closes - 3h
    was: ballot
  - name: morning
    template: lab23/volunteer
    every: day at 09:00
    from: 2023-10-02
    until: vote
    accounts: [x, mastodon]
    too_late_after: 20m
"""
HEAD = "campaign: lab23\nslots:\n"


def read(**sources: str) -> Plan:
    return files.parse(
        {f"schedules/{name}.yaml": text for name, text in sources.items()}, SETTINGS, templates=TEMPLATES
    )


def refused(**sources: str) -> list[Problem]:
    with pytest.raises(ScheduleError) as caught:
        read(**sources)
    return caught.value.problems


def slot(name: str, **more: str) -> str:
    said = {"template": "lab23/ballot", "at": "2023-10-08 09:00", **more}
    keys = "".join(f"    {key.rstrip('_')}: {value}\n" for key, value in said.items() if value)
    return f"  - name: {name}\n{keys}"


def test_a_good_file_becomes_a_plan() -> None:
    plan = read(lab23=GOOD)
    assert (plan.campaign, plan.zone) == ("lab23", "Europe/London")
    closes, vote = plan.milestones
    assert (closes.name, closes.at.astimezone(UTC), closes.path, closes.line) == (
        "ballot_closes",
        datetime(2023, 10, 8, 16, tzinfo=UTC),
        "schedules/lab23.yaml",
        3,
    )
    assert str(vote.at.tzinfo) == "Europe/London"
    last, morning = plan.slots
    assert last.timing == At("ballot_closes", Distance(timedelta(hours=-3)), None)
    assert (last.wording, last.was, last.accounts, last.too_late_s) == ("plain", "ballot", (), None)
    assert (last.path, last.line) == ("schedules/lab23.yaml", 6)
    assert isinstance(morning.timing, Every)
    assert morning.timing.until == At("vote", Distance(), None)
    assert (morning.wording, morning.accounts, morning.too_late_s) == ("rotate", ("x", "mastodon"), 1200)


def test_a_slot_may_speak_of_this_very_moment_or_be_for_peoples_hands() -> None:
    plain, live, hands = read(
        lab23=HEAD + slot("plain") + slot("live", live="true") + slot("hands", hand_off="true")
    ).slots
    assert (plain.live, plain.hand_off) == (False, False)
    assert (live.live, live.hand_off) == (True, False)
    assert (hands.live, hands.hand_off) == (False, True)


@pytest.mark.parametrize(("key", "value"), [("live", "soon"), ("hand_off", "ola"), ("hand_off", "[x]")])
def test_a_mark_that_is_neither_yes_nor_no_is_told_with_its_line(key: str, value: str) -> None:
    [found] = refused(lab23=HEAD + slot("one", **{key: value}))
    assert found.message.startswith(f"`{key}` ")
    assert found.line == 6


def test_a_plan_may_be_spread_over_files_and_a_slot_may_hang_on_a_milestone_of_another_file() -> None:
    plan = read(b="campaign: lab23\nmilestones: {debate: 2023-10-10 14:40}\n", a=HEAD + slot("floor", at="debate - 1h"))
    assert [one.name for one in plan.slots] == ["floor"]
    assert [one.name for one in plan.milestones] == ["debate"]


def test_the_same_files_give_the_same_plan_in_whatever_order_they_are_listed() -> None:
    texts = {"schedules/a.yaml": HEAD + slot("one"), "schedules/b.yaml": HEAD + slot("two")}
    backwards = dict(reversed(texts.items()))
    assert files.parse(texts, SETTINGS) == files.parse(backwards, SETTINGS)


def test_an_unquoted_time_means_what_the_quoted_one_means() -> None:
    bare = read(a=GOOD.replace('"2023-10-10 15:40"', "2023-10-10 15:40"))
    assert bare.milestones == read(a=GOOD).milestones


def test_templates_are_left_to_others_unless_their_names_are_given() -> None:
    files.parse({"schedules/a.yaml": HEAD + slot("one", template="lab23/nothing")}, SETTINGS)
    [no] = refused(a=HEAD + slot("one", template="lab23/balot"))
    assert (no.line, no.rule) == (4, "unknown_template")
    assert (no.message, no.hint) == ("The slot one: there is no template lab23/balot.", "Did you mean lab23/ballot?")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("lab23/ballot.txt", "Write lab23/ballot: the file's name without templates/ and without its ending."),
        ("lab23/ballot.j2", "Write lab23/ballot: the file's name without templates/ and without its ending."),
        ("templates/lab23/ballot.j2", "Write lab23/ballot: the file's name without templates/ and without its ending."),
        ("templates/lab23/ballot", "Write lab23/ballot: the file's name without templates/ and without its ending."),
        ("lab23/balot", "Did you mean lab23/ballot?"),
        ("lab23/balot.txt", f"Did you mean lab23/ballot? {files.ENDINGS}"),
    ],
)
def test_a_template_that_is_written_as_its_file_is_called_is_told_which_name_to_write(written: str, hint: str) -> None:
    assert files.near_template(written, ["lab23/ballot", "other/welcome"]) == hint


def test_where_no_template_is_known_it_is_told_what_one_is() -> None:
    assert files.near_template("lab23/ballot", []) == files.ENDINGS


def test_the_text_of_templates_among_the_sources_is_left_alone() -> None:
    texts = {"schedules/a.yaml": HEAD + slot("one"), "templates/lab23/ballot.j2": "{{ : not yaml"}
    assert len(files.parse(texts, SETTINGS).slots) == 1


@pytest.mark.parametrize(
    ("text", "line", "rule", "message", "hint"),
    [
        (
            HEAD + slot("one", at="balot_closes - 3h"),
            5,
            "unknown_milestone",
            "no milestone balot_closes",
            "Write a moment",
        ),
        (
            HEAD + slot("one", accounts="[x, blusky]"),
            6,
            "unknown_account",
            "no account blusky",
            "Did you mean bluesky?",
        ),
        (HEAD + slot("one", accounts="[x, x]"), 6, "accounts", "the account x is in it twice", "Take one out."),
        (HEAD + slot("one", accounts="[]"), 6, "accounts", "goes to no account", "leave the key out"),
        (HEAD + slot("one", acounts="[x]"), 6, "unknown_key", "`acounts` is not a key", "Did you mean accounts?"),
        (HEAD + slot("one", at=""), 3, "time", "`at` or `every` is missing", "Write"),
        (HEAD + slot("one", every="day at 09:00"), 6, "time", "cannot stand together", "Keep one"),
        (HEAD + slot("one", until="2023-10-09"), 6, "time", "`until` has no meaning", "Take `until` out"),
        (HEAD + slot("one", at="", every='"0 9 * * 0"'), 5, "time", "0 means Sunday", "mon, tue"),
        (HEAD + slot("one", at="", every="day at 09:00", from_="2023-10-11 10:00"), 5, "never", "never due", "Compare"),
        (HEAD + slot("one", at="2024-10-08 09:00"), 5, "outside", "8 October 2024 is outside", "settings.yaml"),
        (HEAD + slot("one", too_late_after="20"), 6, "value", "`too_late_after` is not a length of time", "15m"),
        (HEAD + slot("One"), 3, "value", "`name` must be made of small letters", "lab23"),
        (HEAD + slot("own"), 3, "slot_name", "own is not free", "by hand"),
        ("campaign: lab22\n", 1, "campaign", "This file is for the campaign lab22", "Change one"),
        ("campaign: lab23\nmilestones:\n  vote: 9 Oct\n", 3, "time", 'vote: "9 Oct" is not a date', "2023-10-08 17:00"),
        (
            "campaign: lab23\nmilestones:\n  vote: 2022-10-09 17:00\n",
            3,
            "outside",
            "9 October 2022 is outside",
            "the time here",
        ),
        (
            "campaign: lab23\nmilestones:\n  the vote: 2023-10-09 17:00\n",
            3,
            "value",
            "not a name that templates",
            "small",
        ),
        (
            "campaign: lab23\nmilestones:\n  v: 2023-10-09 17:00\n  v: 2023-10-09 18:00\n",
            4,
            "duplicate_key",
            "twice",
            "3",
        ),
        ("campaign: lab23\nslots:\n  - name: a\n   at: b\n", 4, "yaml", "indentation is off", "same column"),
    ],
)
def test_each_mistake_has_its_line_its_sentence_and_something_to_do(
    text: str, line: int, rule: str, message: str, hint: str
) -> None:
    [no] = refused(a=text)
    assert (no.path, no.line, no.rule) == ("schedules/a.yaml", line, rule)
    assert message in no.message
    assert hint in no.hint


def test_a_slot_that_is_there_twice_names_both_places() -> None:
    [no] = refused(a=HEAD + slot("one"), b=HEAD + slot("two") + slot("one"))
    assert (no.path, no.line, no.message) == ("schedules/b.yaml", 6, "The slot one is here twice.")
    assert "schedules/a.yaml, line 3" in no.hint


def test_a_milestone_that_is_there_twice_names_both_places() -> None:
    text = "campaign: lab23\nmilestones: {vote: 2023-10-10 15:40}\n"
    [no] = refused(a=text, b=text)
    assert (no.path, no.line, no.message) == ("schedules/b.yaml", 2, "The milestone vote is here twice.")
    assert "schedules/a.yaml, line 2" in no.hint


def test_a_slot_cannot_have_been_one_that_is_still_here_nor_two_have_been_one() -> None:
    [no] = refused(a=HEAD + slot("old") + slot("new", was="old"))
    assert (no.message, no.line) == ("The slot new cannot have been old.", 9)
    [no] = refused(a=HEAD + slot("one", was="old") + slot("two", was="old"))
    assert (no.message, no.line) == ("The slots one and two cannot both have been old.", 10)


def test_every_problem_of_every_file_comes_at_once_by_file_and_line() -> None:
    found = refused(
        b=HEAD + slot("one", at="soon!") + slot("two", template="nothing"),
        a="campaign: lab23\nslots: x\n",
        c="campaign: other\nmilestones: {vote: today}\n",
    )
    assert [(no.path[-6], no.line) for no in found] == [("a", 2), ("b", 5), ("b", 7), ("c", 1), ("c", 2)]


def test_a_broken_file_or_milestone_brings_no_complaint_about_the_slots_that_hang_on_it() -> None:
    hanging = HEAD + slot("one", at="debate - 1h")
    [no] = refused(a=hanging, b="campaign: lab23\nmilestones: {debate: 2023-10-10 14:40}\nslots: x\n")
    assert no.path == "schedules/b.yaml"
    [no] = refused(a=hanging, b="campaign: lab23\nmilestones: {debate: tomorrow}\n")
    assert no.path == "schedules/b.yaml"


def test_a_fixed_time_that_comes_twice_is_refused_and_the_choice_it_offers_is_taken() -> None:
    text = (HOME / "settings.yaml").read_text().replace("last_day: 2023-10-11", "last_day: 2023-10-31")
    autumn = settings.parse(text)
    with pytest.raises(ScheduleError, match="01:30 comes twice"):
        files.parse({"schedules/a.yaml": HEAD + slot("one", at="2023-10-29 01:30")}, autumn)
    plan = files.parse({"schedules/a.yaml": HEAD + slot("one", at="2023-10-29 01:30 GMT")}, autumn)
    [one] = occurrences(plan, autumn.campaign.first_day, autumn.campaign.last_day)
    assert (one.due, one.fold) == (datetime(2023, 10, 29, 1, 30, tzinfo=UTC), 1)


def test_no_schedule_at_all_is_refused_because_a_lost_folder_would_silence_the_campaign() -> None:
    [no] = refused()
    assert (no.path, no.line) == ("schedules/", 0)
    assert read(a="campaign: lab23\nslots: []\n").slots == ()


def test_a_file_that_nobody_would_read_is_not_passed_over() -> None:
    with pytest.raises(ScheduleError, match=r"schedules/a\.yml: This file is not read"):
        files.parse({"schedules/a.yml": GOOD, "schedules/b.yaml": HEAD + slot("one")}, SETTINGS)


def test_sources_are_all_schedules_and_templates_by_their_path(tmp_path: Path) -> None:
    for name in (
        "schedules/b.yaml",
        "schedules/a.yml",
        "templates/lab23/deep/x.j2",
        "schedules/.a.yaml.swp",
        "notes.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "schedules/.hidden.yaml").write_text("x")
    (tmp_path / "templates/lab23/notes.txt").write_text("x")
    assert files.sources(tmp_path) == {
        name: name for name in ("schedules/a.yml", "schedules/b.yaml", "templates/lab23/deep/x.j2")
    }


def test_no_folders_are_no_sources(tmp_path: Path) -> None:
    assert files.sources(tmp_path) == {}


@pytest.mark.parametrize(("name", "error"), [("schedules/a.yaml", ScheduleError), ("templates/a.j2", TemplateError)])
def test_a_source_that_is_not_utf8_is_refused_by_its_kind(tmp_path: Path, name: str, error: type[Exception]) -> None:
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_bytes(b"fine\n\xff\n")
    with pytest.raises(error, match=f"{name}:2: This is not UTF-8 text"):
        files.sources(tmp_path)


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link to nothing", "a link that leads round in a circle"])
@pytest.mark.parametrize(("name", "error"), [("schedules/z.yaml", ScheduleError), ("templates/z.j2", TemplateError)])
def test_a_source_that_is_no_file_is_refused_and_never_left_out(
    tmp_path: Path, name: str, error: type[Exception], kind: str
) -> None:
    (tmp_path / name).parent.mkdir()
    make(tmp_path / name, kind)
    with pytest.raises(error, match=f"{name}: This is {kind}, and not a file"):
        files.sources(tmp_path)


@given(st.text(alphabet="abc:-\n {}[]'\"#@!0123456789", max_size=80))
def test_no_file_makes_the_reader_fall_over(text: str) -> None:
    try:
        read(a=HEAD + text)
    except ScheduleError as refused:
        assert all(no.path == "schedules/a.yaml" for no in refused.problems)  # noqa: PT017 - both outcomes are fine


def test_a_name_that_the_database_has_no_room_for_is_refused_with_its_line() -> None:
    long, path = "m" * 101, "lab23/" + "p" * 150
    (milestone,) = refused(a=f"campaign: lab23\nmilestones:\n  vote: 2023-10-10 15:40\n  {long}: 2023-10-09 17:00\n")
    assert (milestone.path, milestone.line) == ("schedules/a.yaml", 4)
    assert "101 characters" in milestone.message
    (named,) = refused(a=HEAD + slot("floor") + slot("s" * 151))
    assert (named.line, "151 characters" in named.message) == (6, True)
    with pytest.raises(ScheduleError) as caught:
        files.parse({"schedules/a.yaml": HEAD + slot("floor", template=path)}, SETTINGS, templates=[path])
    assert [(one.line, one.rule) for one in caught.value.problems] == [(4, "long_name")]
