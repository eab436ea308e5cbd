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
