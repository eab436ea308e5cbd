from __future__ import annotations

from pathlib import Path

from amplifier.platforms.account_names import name_of, names
from amplifier.settings import Settings, parse

EXAMPLE = (Path(__file__).parents[2] / "settings.yaml").read_text(encoding="utf-8")
ANOTHER_X = (
    "{name: x2, platform: x, handle: other, secrets: {api_key: A, api_secret: B, access_token: C, access_secret: D}}"
)
NORTH = "{name: north, platform: mastodon, handle: labfreemvmt, api: https://other.example, secrets: {access_token: T}}"


def having(*accounts: str) -> Settings:
    return parse(EXAMPLE.replace("accounts:\n", "accounts:\n" + "".join(f"  - {one}\n" for one in accounts)))


def test_an_account_alone_on_its_network_is_called_by_it() -> None:
    assert names(having()) == {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
    assert name_of("x", "x", having()) == "X"


def test_where_a_network_has_several_each_is_called_by_its_handle_too() -> None:
    found = having(ANOTHER_X, NORTH)
    assert names(found) == {
        "x2": "X (@other)",
        "x": "X (@labfreemvmt)",
        "north": "Mastodon (@labfreemvmt@other.example)",
        "mastodon": "Mastodon (@labfreemvmt@social.example)",
        "bluesky": "Bluesky",
    }


def test_one_that_was_taken_out_of_the_settings_is_told_from_those_that_are_there() -> None:
    assert name_of("before", "x", having()) == "X (before)"
    assert name_of("x2", "x", having(ANOTHER_X)) == "X (@other)"
