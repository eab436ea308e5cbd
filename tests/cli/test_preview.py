from __future__ import annotations

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


def test_of_many_times_the_first_are_shown_and_how_many_more_there_are(unstarted: Shell) -> None:
    shown = unstarted("preview", "lab23/spread").out
    number = len(unstarted.ask("preview", "lab23/spread")["posts"])
    assert shown.count("goes out ") == min(8, number)
    assert (f"and {number - 8} times more: amplifier plan" in shown) == (number > 8)
