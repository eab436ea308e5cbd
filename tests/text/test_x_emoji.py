"""Which emoji X counts 2, whatever they are made of."""

from __future__ import annotations

import pytest

from amplifier.text.x_emoji import EMOJI

MAN, WOMAN, GIRL, ROCKET, TONE = "\U0001f468", "\U0001f469", "\U0001f467", "\U0001f680", "\U0001f3fd"


@pytest.mark.parametrize(
    "emoji",
    [
        f"{WOMAN}\u200d{ROCKET}",
        f"{WOMAN}{TONE}\u200d{ROCKET}",
        f"{MAN}\u200d{WOMAN}\u200d{GIRL}\u200d{GIRL}",
        f"{WOMAN}\u200d\u2764\ufe0f\u200d\U0001f48b\u200d{MAN}",
        "1\ufe0f\u20e3",
        "#\u20e3",
        "\u00a9\ufe0f",
        "\U0001f1ec\U0001f1e7",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        f"\u261d\ufe0f{TONE}",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
    ],
)
def test_this_is_one_emoji_to_x(emoji: str) -> None:
    assert EMOJI.fullmatch(emoji)


@pytest.mark.parametrize(
    "pieces",
    [
        f"\U0001f9d1\u200d{ROCKET}",  # a person who flies: Unicode 12.1
        "\U0001f426\u200d\U0001f525",  # a phoenix: Unicode 15.1
        f"\U0001faf1{TONE}",  # a hand: Unicode 14
        "\U0001f1e6\U0001f1e6",  # no region
        "\u00a9",
    ],
)
def test_what_came_later_than_xs_library_counts_by_its_pieces(pieces: str) -> None:
    assert not EMOJI.fullmatch(pieces)
