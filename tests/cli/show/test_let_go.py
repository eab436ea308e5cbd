"""How many posts are asked about is said in posts, and in deliveries where these are more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amplifier.campaign.delivery import DeliveryId, State
from amplifier.campaign.post import PostId
from amplifier.cli.show.let_go import counted
from tests.operate.test_questions import row


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (["go x"], "1 held post"),
        (["go x", "come x"], "2 held posts"),
        (["go x", "go bluesky"], "2 held deliveries of 1 post"),
        (["go x", "go bluesky", "come x"], "3 held deliveries of 2 posts"),
    ],
)
def test_a_post_on_several_accounts_is_several_deliveries(of: list[str], said: str) -> None:
    ids = [DeliveryId(PostId("lab23", slot, "once"), account) for slot, account in map(str.split, of)]
    rows = [replace(row(State.HELD), identity=one) for one in ids]
    assert counted(rows) == said
    assert counted(rows, "more ") == said.replace(" held", " more")
