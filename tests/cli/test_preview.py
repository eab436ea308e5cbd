from __future__ import annotations

import pytest

from amplifier.cli import preview
from amplifier.errors import DatabaseTrouble
from amplifier.store import ledger
from tests.cli.conftest import Shell


def test_without_a_name_all_templates_are_listed(unstarted: Shell) -> None:
    said = unstarted("preview")
    assert "lab23/ballot  " in said.out
    assert said.out.rstrip().splitlines()[-1].startswith("One of them in full:  amplifier preview lab23/")
    assert {row["template"] for row in unstarted.ask("preview")["templates"]} >= {"lab23/ballot", "lab23/vote"}


def test_a_template_is_shown_in_every_wording_on_every_network(unstarted: Shell) -> None:
    shown = unstarted.ask("preview", "lab23/vote")["wordings"]
    names = {row["wording"] for row in shown}
    assert {(row["wording"], row["platform"]) for row in shown} == {
        (name, platform) for name in names for platform in ("x", "bluesky", "mastodon")
    }
    assert all(0 < row["used"] <= row["limit"] for row in shown)
    assert all("#Lab23" in row["text"] for row in shown)
    told = unstarted("preview", "lab23/vote").out
    for row in shown:
        assert row["text"].split()[0] in told


def test_a_template_that_there_is_not_is_refused_with_the_nearest(unstarted: Shell) -> None:
    said = unstarted.refused("preview", "lab23/balot")
    assert "There is no template “lab23/balot”. Did you mean lab23/ballot?" in said
    assert "Write lab23/ballot: the file's name" in unstarted.refused("preview", "templates/lab23/ballot.j2")


def test_it_shows_where_posts_go_out_now_and_milestones_where_people_put_them(shell: Shell) -> None:
    line = "goes out Tue 10 Oct 14:40  debate-begins/once, begins\n"
    before = shell("preview", "lab23/debate_now")
    assert line in before.out
    assert shell("milestone", "move", "debate", "+40m", "--yes").code == 0
    moved = line.replace("14:40", "15:20").replace("begins\n", "begins; the file says Tue 10 Oct 14:40\n")
    assert moved in shell("preview", "lab23/debate_now").out
    told = shell.ask("preview", "lab23/debate_now")["posts"]
    assert {"wall_time": "2023-10-10T15:20", "file": "2023-10-10T14:40"}.items() <= told[0].items()
    texts = [row["text"] for row in shell.ask("preview", "lab23/debate_soon")["wordings"]]
    assert any("15:20" in text for text in texts)
    assert not any("14:40" in text for text in texts)


@pytest.mark.parametrize("beyond", [0, 1, 2])
def test_of_many_times_the_first_are_shown_and_how_many_more_there_are(
    unstarted: Shell, monkeypatch: pytest.MonkeyPatch, beyond: int
) -> None:
    number = len(unstarted.ask("preview", "lab23/spread")["posts"])
    assert number > beyond
    monkeypatch.setattr(preview, "MOST_TIMES", number - beyond)
    shown = unstarted("preview", "lab23/spread").out
    assert shown.count("goes out ") == number - beyond
    said = ["", "and 1 more time: amplifier plan", "and 2 more times: amplifier plan"][beyond]
    assert [line for line in shown.splitlines() if line.endswith("amplifier plan")] == [said] * bool(said)


def test_a_post_that_was_given_other_words_everywhere_is_not_shown_as_saying_the_template(shell: Shell) -> None:
    post, *others = [one["post"] for one in shell.ask("preview", "lab23/debate_now")["posts"]]
    assert shell("edit", post, "Come to the yard.", "--on", "x", "--yes").code == 0
    assert [one["post"] for one in shell.ask("preview", "lab23/debate_now")["posts"]] == [post, *others]
    assert shell("edit", post, "Come to the yard.", "--yes").code == 0
    assert [one["post"] for one in shell.ask("preview", "lab23/debate_now")["posts"]] == others


def test_a_ledger_that_cannot_be_read_keeps_no_template_from_being_shown(
    unstarted: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble() -> bool:
        raise DatabaseTrouble("The database is not ready.")

    monkeypatch.setattr(ledger, "is_ready", trouble)
    for template in unstarted.ask("preview")["templates"]:
        assert unstarted("preview", template["template"]).code == 0


FRONT = "---\nask: vote\n---\n"
GOOD = "== good\nPlease vote before {{ milestones.ballot_closes | clock }}.\n"
LONG = "== long\n" + "Too many words for it. " * 30 + "\n"
UNKNOWN = "== unknown\nPlease vote before {{ milestones.ballot_close | clock }}.\n"


def write(shell: Shell, text: str, name: str = "more") -> None:
    (shell.home / "templates" / "lab23" / f"{name}.j2").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("wrong", [UNKNOWN, "== Big\nWords.\n", "== empty\n\n", "== open\n{{ handle\n"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_wording_that_cannot_be_read_hides_no_other(unstarted: Shell, wrong: str, *, is_first: bool) -> None:
    text = FRONT + (wrong + GOOD if is_first else GOOD + wrong)
    write(unstarted, text)
    said = unstarted("preview", "lab23/more")
    assert (said.code, said.err) == (1, "")
    assert said.out.count("Please vote before 17:00") == 3
    line = text[: text.index(wrong)].count("\n") + 1
    assert f"✕ templates/lab23/more.j2:{line}" in said.out or f"✕ templates/lab23/more.j2:{line + 1}" in said.out
    told = unstarted.ask("preview", "lab23/more")
    assert {row["wording"] for row in told["wordings"]} == {"good"}
    assert {one["path"] for one in told["problems"]} == {"templates/lab23/more.j2"}


def test_a_wording_that_is_too_long_for_one_network_is_shown_on_the_others(unstarted: Shell) -> None:
    slot = "slots:\n  - name: more\n    template: lab23/more\n    at: 2023-10-09 12:00\n"
    schedule = unstarted.home / "schedules" / "lab23.yaml"
    schedule.write_text(schedule.read_text(encoding="utf-8").replace("slots:\n", slot, 1), encoding="utf-8")
    write(unstarted, FRONT + GOOD + LONG[:420] + "\n")
    told = unstarted.ask("preview", "lab23/more")
    shown = {(row["wording"], row["platform"]) for row in told["wordings"]}
    assert shown == {("good", "x"), ("good", "bluesky"), ("good", "mastodon"), ("long", "mastodon")}
    assert len(told["problems"]) == 2
    assert all("characters" in one["message"] for one in told["problems"])
    assert told["posts"] == []
    assert unstarted("preview", "lab23/more").code == 1


def test_a_template_is_shown_whatever_is_wrong_with_another(unstarted: Shell) -> None:
    write(unstarted, "no front\n", "other")
    write(unstarted, FRONT + GOOD)
    said = unstarted("preview", "lab23/more")
    assert (said.code, said.out.count("Please vote before 17:00")) == (1, 3)
    assert "Another file has a mistake, so nobody knows when this goes out. All of them: amplifier check" in said.out
    listed = unstarted("preview")
    assert listed.code == 1
    assert "lab23/more  1 wordings" in listed.out
    assert "✕ templates/lab23/other.j2:1" in listed.out
    assert "templates/lab23/other.j2:1" in unstarted.refused("preview", "lab23/other")


def test_what_the_plan_says_of_a_slot_keeps_no_template_from_being_shown(unstarted: Shell) -> None:
    schedule = unstarted.home / "schedules" / "lab23.yaml"
    slot = "slots:\n  - name: more\n    template: lab23/more\n    at: 2023-10-09 12:00\n    wording: none\n"
    schedule.write_text(schedule.read_text(encoding="utf-8").replace("slots:\n", slot, 1), encoding="utf-8")
    write(unstarted, FRONT + GOOD)
    said = unstarted("preview", "lab23/more")
    assert (said.code, said.out.count("Please vote before 17:00")) == (1, 3)
