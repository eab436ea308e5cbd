"""What a post costs by the network's price list."""

from __future__ import annotations

from pathlib import Path

import pytest

from amplifier.cli.rehearse import copy_home
from amplifier.deliver.cost import is_readable, price
from amplifier.platforms.capabilities import TABLE
from amplifier.settings import Mode, load


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("Vote now", 0.015),
        ("", 0.015),
        ("Vote at 17.30 today, not at 5.00", 0.015),
        ("Thanks @labfreemvmt.example and @bell@social.example #Lab23", 0.015),
        ("Read https://freemovement.example/motion", 0.200),
        ("Read freemovement.example/motion now", 0.200),
        ("FREEMOVEMENT.EXAMPLE", 0.200),
        ("Two: https://a.example https://b.example", 0.200),
        ("Vote now.Please", 0.200),  # X may take it for an address: rather a cent too much
    ],
)
def test_a_link_makes_a_post_on_x_dear(text: str, dollars: float) -> None:
    assert price(text, TABLE["x"]) == dollars


@pytest.mark.parametrize("platform", ["bluesky", "mastodon"])
def test_the_others_charge_nothing(platform: str) -> None:
    assert price("Read https://freemovement.example/motion", TABLE[platform]) == 0


def test_a_network_that_charges_is_read_only_where_money_was_granted(tmp_path: Path) -> None:
    home = copy_home(Path(__file__).parents[2], tmp_path / "home", seconds=60)
    settings = load(home)
    x, mastodon = settings.account("x"), settings.account("mastodon")
    by_hand = {"hand_off": True}
    assert is_readable(x, settings)
    assert not is_readable(x.model_copy(update=by_hand), settings)
    assert is_readable(mastodon.model_copy(update=by_hand), settings)
    live = settings.model_copy(update={"mode": Mode.LIVE, "budget": None})
    assert not is_readable(x, live)
    assert is_readable(mastodon, live)
