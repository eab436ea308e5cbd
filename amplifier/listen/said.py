"""All that somebody said, in words: the text, and what stands beside it, so that no mention is an empty line."""

from __future__ import annotations

from amplifier.campaign.mention import Attached, Medium, RawMention
from amplifier.listen.clean import plain
from amplifier.text.visible import is_blank

NAMES = {
    Medium.PICTURE: "a picture",
    Medium.ANIMATION: "a moving picture",
    Medium.VIDEO: "a video",
    Medium.AUDIO: "a recording",
    Medium.FILE: "an attachment",
    Medium.POLL: "a poll",
    Medium.LINK: "a link",
}
DESCRIBED = frozenset({Medium.PICTURE, Medium.ANIMATION, Medium.VIDEO, Medium.AUDIO})
NOTHING = "(no words)"
MOST = 20  # things beside a text; no network takes more


def said(raw: RawMention) -> str:
    """The words, and a line for each thing beside them: a picture's description, a poll's answers, a link's address."""
    words = plain(raw.text, markup=raw.markup)
    beside = [_line(one) for one in raw.attached[:MOST] if not (one.address and one.address in words)]
    beside += [f"(and {len(raw.attached) - MOST} more beside it)"] if len(raw.attached) > MOST else []
    lines = ["" if is_blank(words) else words, *beside]
    return "\n".join(line for line in lines if line) or NOTHING


def _line(one: Attached) -> str:
    name = NAMES[one.medium]
    words = plain(" ".join((one.words or "").split()), markup=False)
    if one.medium is Medium.LINK:
        address = plain(" ".join(one.address.split()), markup=False)
        told = f"{words} ({address})" if not is_blank(words) and address else words or address
        return f"({name}: {told})" if told else f"({name})"
    if not is_blank(words):
        return f"({name}: {words})"
    return f"({name} without a description)" if one.words is not None and one.medium in DESCRIBED else f"({name})"
