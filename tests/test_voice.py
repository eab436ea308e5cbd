"""A voice: one form everywhere, or one a network or account, and what is wrong with the forms."""

from __future__ import annotations

import pytest

from amplifier.voice import Voice, wrong_forms

TITLES = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
ACCOUNTS = {"x": "x", "home": "mastodon", "north": "mastodon"}
HANDLE = Voice.model_validate({"x": "@us", "mastodon": "@us@social.example", "north": "@us@other.example"})


def wrong(forms: dict[str, str], accounts: dict[str, str] = ACCOUNTS) -> list[tuple[str, str, str]]:
    return list(wrong_forms("handle", Voice.model_validate(forms), accounts, TITLES))


@pytest.mark.parametrize(
    ("platform", "account", "said", "key"),
    [
        ("mastodon", "north", "@us@other.example", "north"),
        ("mastodon", "home", "@us@social.example", "mastodon"),
        ("mastodon", "", "@us@social.example", "mastodon"),
        ("x", "x", "@us", "x"),
    ],
)
def test_the_accounts_own_form_wins_over_its_networks(platform: str, account: str, said: str, key: str) -> None:
    assert (HANDLE.said(platform, account), HANDLE.key(platform, account)) == (said, key)


def test_one_form_is_said_everywhere() -> None:
    tag = Voice.model_validate("#Lab23")
    assert (tag.said("x", "north"), tag.key("x", "north")) == ("#Lab23", "")
    assert list(wrong_forms("tag", tag, ACCOUNTS, TITLES)) == []


def test_forms_by_network_and_account_are_enough_where_every_account_has_one() -> None:
    assert wrong({"x": "@us", "mastodon": "@us@a.example"}) == []
    assert wrong({"x": "@us", "home": "@us@a.example", "north": "@us@b.example"}) == []
    with pytest.raises(KeyError):
        HANDLE.said("bluesky", "nobody")


def test_a_form_for_nobody_names_the_nearest_known_name() -> None:
    [(key, message, hint)] = wrong({"x": "@us", "mastodon": "@us@a.example", "nroth": "@us@b.example"})
    assert (key, message) == ("nroth", "`nroth` is neither a network nor one of your accounts.")
    assert hint == "Did you mean north?"


def test_an_account_without_a_form_is_named_where_another_there_has_one() -> None:
    [(key, message, hint)] = wrong({"x": "@us", "north": "@us@b.example"})
    assert (key, message) == ("", "`handle` has no form for home, nor one for all of Mastodon.")
    assert hint == "Add a line for home, or one for mastodon."
    [(_, message, hint)] = wrong({"x": "@us"})
    assert message == "`handle` has no form for Mastodon, where you have an account."
    assert hint == "Add a line for mastodon, or take the account home out."


def test_an_account_that_bears_another_networks_name_leaves_open_what_is_meant() -> None:
    [(key, message, _)] = wrong({"x": "@us", "mastodon": "@us@a.example"}, {"x": "mastodon"})
    assert (key, message) == ("x", "`x` is both a network and the name of your account on Mastodon.")
