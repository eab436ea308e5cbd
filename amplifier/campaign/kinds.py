"""How events call what happened to a delivery, where others than whoever wrote them down go by that."""

from __future__ import annotations

from amplifier.campaign.hold_reasons import HoldReason

# What the plan does to a post that waits.
MOVED, MOVED_INTO_THE_PAST, WORDS_CHANGED = "moved", "moved into the past", "words changed"
NO_LONGER_PLANNED = "no longer planned"
HELD_UNTRUE, TRUE_AGAIN = f"held: {HoldReason.UNTRUE}", "true again"
CANNOT_BE_WRITTEN, WRITTEN_AGAIN = "cannot be written", "can be written again"
NEAR_COPY, NO_NEAR_COPY = "near copy", "no near copy any more"
OTHER_WORDS, ITS_HOUR_CAME = "has other words", "its hour came before that"
HELD_STALE = "words changed after an attempt"
# What a person does to it.
LEFT_OUT, LEFT_OUT_BY_HAND = "left out", "left out by hand"
WITHDRAWN, HELD_BACK = "withdrawn", "kept back"
