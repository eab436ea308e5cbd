from __future__ import annotations

import pytest

from amplifier.sandbox.nouns import Network, PretendAccount, PretendPost
from amplifier.sandbox.x.search import compiled

BROOK = PretendAccount(1, Network.X, "brook.example", "Brook", "77", 0)


def post(text: str, **more: object) -> PretendPost:
    found: dict[str, object] = {"tags": ("lab23",), "mentions": ("labfreemvmt",), "language": "en", "root": "5", **more}
    return PretendPost(Network.X, 1, "1", "1", BROOK, ours=False, text=text, at_ms=0, **found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("#lab23", True),
        ("#Lab23 vote", True),
        ("vote -#lab23", False),
        ("#other OR @labfreemvmt", True),
        ("@other OR (#lab23 vote)", True),
        ("-(#lab23 vote)", False),
        ('"vote today"', True),
        ('"today vote"', False),
        ("vot", False),
        ("VOTE", True),
        ("from:brook.example", True),
        ("from:@brook.example", True),
        ("from:77", True),
        ("-from:brook.example", False),
        ("to:labfreemvmt", True),
        ("lang:en", True),
        ("lang:de", False),
        ("is:reply", False),
        ("-is:retweet", True),
        ("is:quote", False),
        ("has:hashtags has:mentions has:links", True),
        ("conversation_id:5", True),
        ('url:"example.org"', True),
        ("#lab23 -is:retweet (today OR tomorrow)", True),
    ],
)
def test_a_query_finds_what_it_says(query: str, found: bool) -> None:  # noqa: FBT001 - a table of cases
    assert compiled(query)(post("Vote today https://example.org @labfreemvmt #Lab23")) is found


@pytest.mark.parametrize("query", ["", "   ", "(", "#a OR", "OR #a", "#a )", "(#a", "()", "near:here", "#a " * 200])
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compiled(query)
