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
