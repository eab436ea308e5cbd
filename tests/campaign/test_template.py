"""A template's wordings, and which form of one a network gets."""

from __future__ import annotations

from amplifier.campaign.template import Form, Template, Wording

SHORT = Form((), "short", 6)
LONG = Form(("mastodon", "bluesky"), "long", 8)


def test_a_network_gets_its_own_form_and_the_others_get_the_one_for_all() -> None:
    wording = Wording("plain", (SHORT, LONG), 5)
    assert wording.form("mastodon") is LONG
    assert wording.form("x") is SHORT


def test_a_network_without_any_form_gets_none() -> None:
    assert Wording("plain", (LONG,), 5).form("x") is None


def test_a_wording_is_found_by_its_name() -> None:
    plain, second = Wording("plain", (SHORT,), 5), Wording("second", (LONG,), 9)
    template = Template("lab23/ballot", "templates/lab23/ballot.j2", "ballot", "delegates", ("x",), "", (plain, second))
    assert template.wording("second") is second
    assert template.wording("third") is None
