"""What stands on top of a page for hands: one sentence for each way in which a post can stand."""

from __future__ import annotations

import pytest

from amplifier.campaign.delivery import Verb
from amplifier.manual.hand_off import LinkStatus
from amplifier.web.secret_links.truths import THEIRS, truth_of

SAID = {"network": "Bluesky", "other": "bo", "due": "Mon 9 Oct 14:20 Liverpool"}


@pytest.mark.parametrize("verb", list(Verb))
@pytest.mark.parametrize("how", list(LinkStatus))
def test_every_standing_is_said_in_a_sentence(how: LinkStatus, verb: Verb) -> None:
    said = truth_of(how, verb).format(**SAID)
    assert said.endswith(".")
    assert "{" not in said


@pytest.mark.parametrize("how", list(LinkStatus))
def test_only_whoever_is_to_post_it_is_told_that_it_is_too_soon(how: LinkStatus) -> None:
    said = truth_of(how, Verb.PUBLISH, early=True).format(**SAID)
    assert said.startswith("Not yet: its time has moved.") == (how in THEIRS)
    assert ("Mon 9 Oct 14:20" in said) == (how in THEIRS)
