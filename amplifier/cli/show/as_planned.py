"""Posts of the ledger as the plan shows its own: people's beside it, and what is out in the words that went out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC

from amplifier.campaign.delivery import ON_ITS_WAY, DeliveryView, State
from amplifier.campaign.fate import Became
from amplifier.campaign.post import Moment, PostId, WantedPost, Words
from amplifier.cli.show.output import local

Known = Mapping[tuple[PostId, str], Became]  # what became of a post on an account, where the ledger has it
BEGUN = ON_ITS_WAY | {State.SENT}


def as_planned(rows: Iterable[DeliveryView]) -> list[WantedPost]:
    """People's own posts as if the plan had them, each at the campaign's time that somebody said."""
    found: dict[PostId, list[DeliveryView]] = {}
    for row in rows:
        found.setdefault(row.identity.post, []).append(row)
    return [
        WantedPost(
            id=post,
            # by the clock and not by the ledger's instant, which a rehearsal's stage does not give back to the second
            moment=_moment(one[0]),
            too_late_s=0,
            template="",
            wording="",
            milestone="",
            words=tuple(Words(row.identity.account, row.text, row.language, row.imprint) for row in one),
            hand_off=one[0].hand_off,
        )
        for post, one in found.items()
    ]


def _moment(row: DeliveryView) -> Moment:
    said = local(row.wall_time, row.zone, row.fold)
    return Moment(said.astimezone(UTC), row.wall_time, row.zone, row.fold)


def in_words_that_went_out(post: WantedPost, known: Known) -> WantedPost:
    """The same post, on each account where it is out or on its way in the words that it has there."""
    return replace(post, words=tuple(_said(words, known.get((post.id, words.account))) for words in post.words))


def _said(words: Words, one: Became | None) -> Words:
    if one is None or one.row.state not in BEGUN or not one.text:
        return words
    return Words(words.account, one.text, one.row.language or words.language, one.row.imprint)
